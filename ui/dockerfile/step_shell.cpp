// SPDX-License-Identifier: GPL-3.0-or-later
#include "dockerfile/step_shell.h"

#include <csignal>
#include <unistd.h>

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>

#include "shell/object_names.h"
#include "shell/theme.h"
#include "terminal/terminal_view.h"
#include "widgets/empty_state.h"

namespace slipway::ui
{
namespace
{
constexpr auto ownerLabel = "io.slipway.step-shell"; // = the pid of the window
}

StepShell::StepShell(EngineBridge& bridge, Wish wish, QWidget* parent)
    : QWidget(parent), m_bridge(bridge), m_wish(std::move(wish)), m_waiting(new EmptyState), m_bar(new QWidget), m_command(new QLabel),
      m_paste(new QPushButton(tr("Paste it"))), m_terminal(new TerminalView(bridge))
{
    setObjectName(QLatin1StringView(names::stepShell));
    setAccessibleName(tr("Shell %1").arg(m_wish.title));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* row = new QHBoxLayout(m_bar);
    row->setContentsMargins(theme::space4, theme::space1, theme::space2, theme::space1);
    m_command->setTextFormat(Qt::PlainText);
    m_command->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_command->setProperty("muted", true);
    m_command->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_command->setText(
        m_wish.command.isEmpty()
            ? tr("The state %1. It is thrown away when this is closed.").arg(m_wish.title)
            : tr("The state %1 · The command that failed: %2").arg(m_wish.title, m_wish.command.simplified()));
    m_command->setToolTip(m_wish.command);
    m_paste->setObjectName(QLatin1StringView(names::stepShellPaste));
    m_paste->setToolTip(tr("Types the command that failed into the shell, without Enter"));
    m_paste->setVisible(!m_wish.command.isEmpty());
    row->addWidget(m_command, 1);
    row->addWidget(m_paste);
    column->addWidget(m_bar);
    column->addWidget(m_waiting, 1);
    column->addWidget(m_terminal, 1);
    m_bar->hide();
    m_terminal->hide();
    setFocusProxy(m_terminal);
    connect(m_paste, &QPushButton::clicked, this, [this] {
        m_terminal->type(m_wish.command);
        m_terminal->setFocus();
    });
    begin();
}

StepShell::~StepShell()
{
    m_made->wanted = false;
    m_request.reset();
    delete m_terminal; // before its container goes
    remove(m_bridge, *m_made);
}

QString StepShell::container() const { return QString::fromStdString(m_made->container); }

void StepShell::fail(const QString& what, const Error& error)
{
    m_waiting->show("error", what, QString::fromStdString(error.message));
    m_waiting->setAction(tr("Try again"), [this] { begin(); });
}

void StepShell::begin()
{
    m_waiting->setAction({});
    m_waiting->show(nullptr, tr("Building the state %1…").arg(m_wish.title));
    using Images = Result<std::vector<dockerapi::ImageSummary>>;
    m_request = m_bridge.client().images().list(onGui<Images>(this, [this](const Images& images) {
        if (images)
            build(*images);
        else
            fail(tr("The state could not be made"), images.error());
    }));
}

void StepShell::build(const std::vector<dockerapi::ImageSummary>& before)
{
    BuildsClient::Options options = m_wish.settings.options(m_wish.file, m_wish.text);
    options.untilLine = m_wish.line;
    options.tags.clear();
    options.labels.clear();
    options.target.clear();
    options.pull = false;
    options.noCache = false;
    std::vector<std::string> known;
    for (const auto& image : before)
        known.push_back(image.id);
    m_request = m_bridge.client().builds().build(options, {}, onGui<Result<std::string>>(this, [this, known](const Result<std::string>& image) {
        if (!image)
            return fail(tr("The state could not be made"), image.error());
        m_made->image = *image;
        m_made->imageIsNew = std::ranges::find(known, *image) == known.end();
        create();
    }));
}

void StepShell::create()
{
    Json environment = Json::array();
    for (const QString& each : m_wish.environment)
        environment.push_back(each.toStdString());
    const Json body = {{"Image", m_made->image},
                       {"Entrypoint", {"/bin/sh"}},
                       {"Cmd", Json::array()},
                       {"Env", environment},
                       {"Tty", true},
                       {"OpenStdin", true}, // so that it waits for nobody, and lives as long as it is wanted
                       {"Healthcheck", {{"Test", {"NONE"}}}},
                       {"Labels", {{ownerLabel, std::to_string(::getpid())}}},
                       {"HostConfig", {{"AutoRemove", true}}}};
    // It goes on without this widget, so that nothing is lost sight of.
    m_bridge.keep(m_bridge.client().containers().create(
        {}, body, onGui<Result<std::string>>(&m_bridge, [&bridge = m_bridge, made = m_made, guard = QPointer(this)](const Result<std::string>& id) {
            made->container = id.value_or("");
            if (!made->wanted || !guard)
                remove(bridge, *made);
            else if (!id)
                guard->fail(tr("The shell could not be made"), id.error());
            else
                guard->open();
        })));
}

void StepShell::open()
{
    m_request = m_bridge.client().containers().act(m_made->container, "start", onGui<Status>(this, [this](const Status& started) {
        if (!started) {
            fail(tr("The state has no shell that starts"), started.error());
            remove(m_bridge, *std::exchange(m_made, std::make_shared<Made>()));
            return;
        }
        m_waiting->hide();
        m_bar->show();
        m_terminal->setVisible(true);
        m_terminal->setContainer(QString::fromStdString(m_made->container), true);
        m_terminal->setFocus();
    }));
}

void StepShell::remove(EngineBridge& bridge, const Made& made)
{
    const auto image = [&bridge, made] {
        if (made.imageIsNew && !made.image.empty())
            bridge.keep(bridge.client().images().remove(made.image, false, [](const Status&) {})); // one that got a name meanwhile stays
    };
    if (made.container.empty())
        return image();
    bridge.keep(bridge.client().containers().remove(made.container, true, true, onGui<Status>(&bridge, [image](const Status&) { image(); })));
}

void StepShell::removeLeftovers(EngineBridge& bridge)
{
    using Containers = Result<std::vector<dockerapi::ContainerSummary>>;
    bridge.keep(bridge.client().containers().list(true, onGui<Containers>(&bridge, [&bridge](const Containers& containers) {
        for (const auto& each : containers.value_or(std::vector<dockerapi::ContainerSummary>())) {
            const auto owner = each.labels.find(ownerLabel);
            if (owner == each.labels.end())
                continue;
            const auto pid = static_cast<pid_t>(QString::fromStdString(owner->second).toLongLong());
            if (pid > 0 && ::kill(pid, 0) != 0 && errno == ESRCH)
                remove(bridge, {.image = each.imageId, .container = each.id, .imageIsNew = each.image.starts_with("sha256:") || each.image == each.imageId});
        }
    })));
}

} // namespace slipway::ui
