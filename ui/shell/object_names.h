// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Names by which tests find the window's widgets: findChild<QWidget*>(names::runButton).
namespace slipway::ui::names
{
inline constexpr auto containersButton = "containersButton", imagesButton = "imagesButton"; // of the rail
inline constexpr auto welcomePage = "welcomePage", startStarterButton = "startStarterButton",
                      starterLink = "starterLink", welcomeProblem = "welcomeProblem";
inline constexpr auto settingsButton = "settingsButton", settingsMenu = "settingsMenu", collapseButton = "collapseButton",
                      connectionButton = "connectionButton", palette = "commandPalette", helpPage = "helpPage",
                      firstStepsButton = "firstStepsButton";
inline constexpr auto confirmDialog = "confirmDialog", confirmButton = "confirmButton"; // before something is destroyed
inline constexpr auto askDialog = "askDialog", askField = "askField", askConfirm = "askConfirm"; // one line of text
inline constexpr auto pauseButton = "pauseButton", unpauseButton = "unpauseButton", renameButton = "renameButton";
inline constexpr auto imagesProblem = "imagesProblem", imageRunButton = "imageRunButton", imageTagButton = "imageTagButton",
                      imagePullButton = "imagePullButton", imageCopyButton = "imageCopyButton",
                      imageRemoveButton = "imageRemoveButton", imageDockerfileButton = "imageDockerfileButton", imageDetail = "imageDetail", imageTabs = "imageTabs";
inline constexpr auto jobRow = "jobRow", jobsToggle = "jobsToggle", jobsClear = "jobsClear";
inline constexpr auto containersPage = "containersPage", containersView = "containersView", runButton = "runButton",
                      searchField = "searchField", startButton = "startButton", stopButton = "stopButton",
                      restartButton = "restartButton", killButton = "killButton", removeButton = "removeButton",
                      detailTabs = "detailTabs", logView = "logView", terminalView = "terminalView", terminalAction = "terminalAction",
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
inline constexpr auto chartsSave = "chartsSave", chartsPause = "chartsPause", chartsTable = "chartsTable";
inline constexpr auto monitorButton = "monitorButton", monitorPage = "monitorPage", monitorTiles = "monitorTiles", monitorRank = "monitorRank";
inline constexpr auto logsButton = "logsButton", logsPage = "logsPage", logsTree = "logsTree";
inline constexpr auto buildsButton = "buildsButton", dockerfilePage = "dockerfilePage", dockerfileTabs = "dockerfileTabs", newDockerfile = "newDockerfile",
                      openDockerfile = "openDockerfile", codeEditor = "codeEditor", completionPopup = "completionPopup",
                      findField = "findField", replaceField = "replaceField", replaceAllButton = "replaceAllButton", outline = "outline",
                      problemList = "problemList", buildButton = "buildButton", buildTag = "buildTag", buildState = "buildState",
                      buildRunButton = "buildRunButton", buildOptions = "buildOptions", buildOptionsButton = "buildOptionsButton",
                      buildOptionsBuild = "buildOptionsBuild", buildPanels = "buildPanels", buildOutput = "buildOutput",
                      openHistory = "openHistory", stepShell = "stepShell", stepShellPaste = "stepShellPaste", outputFind = "outputFind";
inline constexpr auto buildHistory = "buildHistory", buildHistoryList = "buildHistoryList", buildHistoryBack = "buildHistoryBack",
                      buildHistoryClear = "buildHistoryClear", buildHistoryFacts = "buildHistoryFacts", buildHistoryAgain = "buildHistoryAgain",
                      buildHistoryOpen = "buildHistoryOpen", buildHistoryTabs = "buildHistoryTabs", stepTable = "stepTable", textDiff = "textDiff";
} // namespace slipway::ui::names
