// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Names by which tests find the window's widgets: findChild<QWidget*>(names::runButton).
namespace slipway::ui::names
{
inline constexpr auto containersButton = "containersButton", imagesButton = "imagesButton"; // of the rail
inline constexpr auto welcomePage = "welcomePage", startStarterButton = "startStarterButton",
                      starterLink = "starterLink", welcomeProblem = "welcomeProblem";
inline constexpr auto containersPage = "containersPage", containersView = "containersView", runButton = "runButton",
                      searchField = "searchField", startButton = "startButton", stopButton = "stopButton",
                      restartButton = "restartButton", killButton = "killButton", removeButton = "removeButton",
                      detailTabs = "detailTabs", logView = "logView", terminalView = "terminalView",
                      chartsView = "chartsView", inspectTree = "inspectTree", containersProblem = "containersProblem";
inline constexpr auto imagesPage = "imagesPage", imagesView = "imagesView", pullField = "pullField",
                      pullButton = "pullButton", loadButton = "loadButton";
inline constexpr auto jobsPanel = "jobsPanel", connectionLabel = "connectionLabel";
inline constexpr auto runDialog = "runDialog", runImage = "runImage", runName = "runName", runCommand = "runCommand",
                      runPorts = "runPorts", runEnv = "runEnv", runMounts = "runMounts", runEquivalent = "runEquivalent",
                      runConfirm = "runConfirm", runMore = "runMore", runNetwork = "runNetwork", runRestart = "runRestart",
                      runMemory = "runMemory", runCpus = "runCpus", runPids = "runPids", runLabels = "runLabels",
                      runInteractive = "runInteractive", runTty = "runTty", runRemove = "runRemove",
                      runOptions = "runOptions", runProgress = "runProgress";
inline constexpr auto containerDetail = "containerDetail", overviewTab = "overviewTab", processesTab = "processesTab",
                      detailStart = "detailStart", detailStop = "detailStop", detailRestart = "detailRestart",
                      detailMore = "detailMore", detailFull = "detailFull", detailClose = "detailClose",
                      stopCard = "stopCard", inspectSearch = "inspectSearch";
} // namespace slipway::ui::names
