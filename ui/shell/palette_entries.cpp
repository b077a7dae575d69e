// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/palette_entries.h"

#include <algorithm>

#include <QCoreApplication>

#include "containers/container_verbs.h"
#include "containers/containers_page.h"
#include "images/images_page.h"
#include "models/container_model.h"
#include "models/image_model.h"
#include "shell/main_window.h"
#include "shell/theme.h"

namespace slipway::ui
{
namespace
{
using Entries = std::vector<CommandPalette::Entry>;

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(CommandPalette)
};

void addCommands(Entries& entries, MainWindow& window, ContainersPage& containers, ImagesPage& images)
{
    const QString kind = Text::tr("Command");
    const auto add = [&](const char* icon, const QString& text, const char* keys, std::function<void()> run) {
        entries.push_back({icon, text, kind, QLatin1StringView(keys), std::move(run)});
    };
    add("add", Text::tr("Run a container…"), "Ctrl+N", [&] { containers.askRun(); });
    add("pull", Text::tr("Pull an image…"), "", [&] { images.askPull(); });
    add("load", Text::tr("Load an image from a file…"), "", [&] { images.askLoad(); });
    add("containers", Text::tr("Go to Containers"), "Ctrl+1", [&] { window.enter(MainWindow::Containers); });
    add("images", Text::tr("Go to Images"), "Ctrl+2", [&] { window.enter(MainWindow::Images); });
    add("build", Text::tr("Go to Builds"), "Ctrl+3", [&] { window.enter(MainWindow::Builds); });
    add("logs", Text::tr("Go to Logs"), "Ctrl+4", [&] { window.enter(MainWindow::Logs); });
    add("chart", Text::tr("Go to Monitor"), "Ctrl+5", [&] { window.enter(MainWindow::Monitor); });
    add("file", Text::tr("Open a Dockerfile…"), "Ctrl+O", [&] { window.askDockerfile(); });
    add("theme", Text::tr("Theme: as the desktop"), "", [] { theme::choose(theme::Mode::System); });
    add("theme", Text::tr("Theme: light"), "", [] { theme::choose(theme::Mode::Light); });
    add("theme", Text::tr("Theme: dark"), "", [] { theme::choose(theme::Mode::Dark); });
    add("book", Text::tr("First steps and keys"), "F1", [&] { window.openHelp(); });
    add("close", Text::tr("Quit"), "Ctrl+Q", [&] { window.close(); });
}

void addContainers(Entries& entries, MainWindow& window, ContainersPage& page, const ContainerModel& model)
{
    auto all = model.containers();
    std::ranges::sort(all, {}, [](const auto* container) { return container->name; });
    struct Verb
    {
        const char *verb, *icon;
        QString text;
    };
    const Verb offered[] = {{"start", "play", Text::tr("Start %1")},
                          {"stop", "stop", Text::tr("Stop %1")},
                          {"restart", "restart", Text::tr("Restart %1")}};
    for (const auto* container : all) {
        const QString id = QString::fromStdString(container->id), name = QString::fromStdString(container->name);
        entries.push_back({"containers", name, Text::tr("Container"), {}, [&window, &page, id] {
                               window.enter(MainWindow::Containers);
                               page.select(id);
                           }});
        for (const Verb& verb : offered)
            if (verbs::applies(verb.verb, container->state))
                entries.push_back({verb.icon, verb.text.arg(name), Text::tr("Container"), {},
                                   [&page, id, what = verb.verb] { page.act({id}, what); }});
    }
}

void addImages(Entries& entries, MainWindow& window, ImagesPage& page, ContainersPage& containers, const ImageModel& model)
{
    for (const ImageModel::Row& row : model.rows()) {
        if (row.tag.empty())
            continue;
        const QString key = QString::fromStdString(row.key);
        entries.push_back({"images", key, Text::tr("Image"), {}, [&window, &page, key] {
                               window.enter(MainWindow::Images);
                               page.select(key);
                           }});
        entries.push_back({"play", Text::tr("Run %1…").arg(key), Text::tr("Image"), {}, [&containers, key] { containers.askRun(key); }});
    }
}
} // namespace

Entries paletteEntries(MainWindow& window, ContainersPage& containersPage, ImagesPage& imagesPage, const ContainerModel& containers,
                       const ImageModel& images)
{
    Entries entries;
    addCommands(entries, window, containersPage, imagesPage);
    addContainers(entries, window, containersPage, containers);
    addImages(entries, window, imagesPage, containersPage, images);
    return entries;
}

} // namespace slipway::ui
