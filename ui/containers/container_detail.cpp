// SPDX-License-Identifier: GPL-3.0-or-later
#include "containers/container_detail.h"

#include <algorithm>

#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QStackedWidget>
#include <QTabWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include "charts/charts_view.h"
#include "containers/container_facts.h"
#include "containers/inspect_tab.h"
#include "containers/overview_tab.h"
#include "containers/processes_tab.h"
#include "logs/log_view.h"
#include "models/container_state.h"
#include "run/run_command.h"
#include "shell/object_names.h"
#include "shell/theme.h"
#include "terminal/terminal_view.h"
#include "widgets/icon_label.h"
#include "widgets/literal_tip.h"
#include "widgets/message_bar.h"

namespace slipway::ui
{
namespace
{

// Tests find the view of the chosen container by name; the others have none.
constexpr std::array<const char*, ContainerDetail::TabCount> viewNames = {names::overviewTab, names::logView,      names::terminalView,
                                                                          names::chartsView,  names::processesTab, "inspectTab"};

QString stateOf(const Json& document) { return QString::fromStdString(jsonValue<std::string>(jsonMember(document, "State"), "Status")); }

} // namespace

ContainerDetail::ContainerDetail(EngineBridge& bridge, QWidget* parent)
    : QWidget(parent), m_bridge(bridge), m_icon(new IconLabel(18)), m_title(new QLabel), m_state(new QLabel), m_message(new MessageBar),
      m_tabs(new QTabWidget)
{
    setObjectName(QLatin1StringView(names::containerDetail));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(buildTitle());
    column->addWidget(m_message);
    column->addWidget(m_tabs, 1);
    m_tabs->setObjectName(QLatin1StringView(names::detailTabs));
    m_tabs->setDocumentMode(true);
    const QString texts[] = {tr("Overview"), tr("Logs"), tr("Terminal"), tr("Charts"), tr("Processes"), tr("Inspect")};
    for (std::size_t i = 0; i < TabCount; ++i)
        m_tabs->addTab(m_stacks[i] = new QStackedWidget, texts[i]);
    connect(m_tabs, &QTabWidget::currentChanged, this, &ContainerDetail::showCurrent);
    m_refresh.setSingleShot(true);
    m_refresh.setInterval(150);
    connect(&m_refresh, &QTimer::timeout, this, &ContainerDetail::inspect);
    connect(&bridge, &EngineBridge::event, this, [this](const dockerapi::EventMessage& event) {
        if (event.type != "container")
            return;
        const QString id = QString::fromStdString(event.actorId);
        if (event.action == "destroy")
            forget(id);
        else if (id == m_id && !event.action.starts_with("exec_"))
            m_refresh.start();
    });
}

QToolButton* ContainerDetail::titleButton(const char* name, const char* picture, const QString& text)
{
    auto* button = new QToolButton;
    button->setObjectName(QLatin1StringView(name));
    button->setIcon(icon(picture));
    button->setAutoRaise(true);
    button->setToolTip(text);
    button->setAccessibleName(text);
    return button;
}

QWidget* ContainerDetail::buildTitle()
{
    auto* bar = new QWidget;
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(theme::space4, theme::space3, theme::space2, theme::space2);
    row->setSpacing(theme::space2);
    m_title->setTextFormat(Qt::PlainText);
    m_title->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    QFont font = m_title->font();
    font.setPointSizeF(font.pointSizeF() * 1.3);
    font.setWeight(QFont::DemiBold);
    m_title->setFont(font);
    m_state->setTextFormat(Qt::PlainText);
    m_state->setProperty("muted", true);
    row->addWidget(m_icon);
    row->addWidget(m_title, 1);
    row->addWidget(m_state);
    row->addSpacing(theme::space2);
    m_start = titleButton(names::detailStart, "play", tr("Start"));
    m_stop = titleButton(names::detailStop, "stop", tr("Stop"));
    m_restart = titleButton(names::detailRestart, "restart", tr("Restart"));
    m_more = titleButton(names::detailMore, "more", tr("More actions"));
    m_fullButton = titleButton(names::detailFull, "expand", tr("Show it on the whole page"));
    auto* close = titleButton(names::detailClose, "close", tr("Back to the list (Esc)"));
    for (QToolButton* button : {m_start, m_stop, m_restart, m_more, m_fullButton, close})
        row->addWidget(button);
    connect(m_start, &QToolButton::clicked, this, [this] { act(stateOf(m_document) == QLatin1StringView("paused") ? "unpause" : "start"); });
    connect(m_stop, &QToolButton::clicked, this, [this] { act("stop"); });
    connect(m_restart, &QToolButton::clicked, this, [this] { act("restart"); });
    connect(m_fullButton, &QToolButton::clicked, this, [this] { setFull(!m_full); });
    connect(close, &QToolButton::clicked, this, [this] {
        setFull(false);
        emit closeRequested();
    });
    auto* menu = new QMenu(m_more);
    m_more->setMenu(menu);
    m_more->setPopupMode(QToolButton::InstantPopup);
    connect(menu, &QMenu::aboutToShow, this, &ContainerDetail::fillMenu);
    return bar;
}

void ContainerDetail::fillMenu()
{
    QMenu* menu = m_more->menu();
    menu->clear();
    const QString state = stateOf(m_document);
    const bool alive = state == QLatin1StringView("running");
    menu->addAction(icon("pause"), tr("Pause"), this, [this] { act("pause"); })->setEnabled(alive);
    menu->addAction(icon("kill"), tr("Kill"), this, [this] { act("kill"); })->setEnabled(alive || state == QLatin1StringView("paused"));
    menu->addSeparator();
    menu->addAction(icon("copy"), tr("Copy “docker run”"), this, [this] {
        withSpec([](const RunSpec& spec) { QApplication::clipboard()->setText(spec.commandLine()); });
    });
    menu->addAction(tr("Copy id"), this, [this] { QApplication::clipboard()->setText(m_id); });
    menu->addAction(icon("add"), tr("Run another like this…"), this, [this] {
        withSpec([this](const RunSpec& spec) {
            RunSpec another = spec;
            another.name.clear(); // it is taken
            emit runRequested(another);
        });
    });
    menu->addSeparator();
    menu->addAction(icon("edit"), tr("Rename…"), this, [this] { emit renameRequested(m_id); });
    menu->addAction(icon("remove", Tint::Danger), tr("Remove…"), this, [this] { emit removeRequested(m_id); });
}

void ContainerDetail::setContainer(const QString& id, const QString& name, bool running)
{
    const bool other = id != m_id;
    if (!other && name == m_name && running == m_running)
        return;
    if (other) {
        m_message->clear();
        m_document = Json();
        m_request.reset();
        if (const auto left = m_views.find(m_id); left != m_views.end())
            for (QWidget* w : left->second)
                if (w)
                    w->setObjectName(QString());
    }
    m_id = id;
    m_name = name;
    m_running = running;
    if (id.isEmpty()) {
        m_request.reset();
        return;
    }
    touch(id);
    showTitle();
    showCurrent();
    inspect();
}

void ContainerDetail::touch(const QString& id)
{
    m_recent.remove(id);
    m_recent.push_front(id);
    const auto busy = [this](const QString& other) {
        const auto found = m_views.find(other);
        const auto* terminal = found == m_views.end() ? nullptr : qobject_cast<TerminalView*>(found->second[Terminal]);
        return terminal && terminal->hasSession();
    };
    std::vector<QString> old;
    std::size_t count = 0;
    for (const QString& other : m_recent)
        if (++count > kept && !busy(other))
            old.push_back(other);
    for (const QString& other : old)
        forget(other);
}

void ContainerDetail::forget(const QString& id)
{
    m_recent.remove(id);
    const auto found = m_views.find(id);
    if (found == m_views.end())
        return;
    for (QWidget* w : found->second)
        delete w;
    m_views.erase(found);
}

QWidget* ContainerDetail::makeView(Tab tab)
{
    switch (tab) {
    case Overview: {
        auto* overview = new OverviewTab(m_bridge);
        connect(overview, &OverviewTab::logsWanted, this, &ContainerDetail::showLogsAt);
        return overview;
    }
    case Logs: return new LogView(m_bridge);
    case Terminal: return new TerminalView(m_bridge);
    case Charts: {
        auto* charts = new ChartsView(m_bridge);
        connect(charts, &ChartsView::logsWanted, this, &ContainerDetail::showLogsAt);
        return charts;
    }
    case Processes: return new ProcessesTab(m_bridge);
    case Inspect: return new InspectTab;
    case TabCount: break;
    }
    return new QWidget;
}

QWidget* ContainerDetail::view(Tab tab)
{
    auto& views = m_views.try_emplace(m_id, Views{}).first->second;
    if (!views[tab]) {
        views[tab] = makeView(tab);
        m_stacks[tab]->addWidget(views[tab]);
    }
    views[tab]->setObjectName(QLatin1StringView(viewNames[tab]));
    return views[tab];
}

void ContainerDetail::showCurrent()
{
    if (m_id.isEmpty())
        return;
    const auto tab = static_cast<Tab>(m_tabs->currentIndex());
    QWidget* shown = view(tab);
    m_stacks[tab]->setCurrentWidget(shown);
    const bool known = !m_document.is_null();
    if (auto* logs = qobject_cast<LogView*>(shown))
        logs->setContainer(m_id, m_running);
    else if (auto* terminal = qobject_cast<TerminalView*>(shown))
        terminal->setContainer(m_id, m_running);
    else if (auto* charts = qobject_cast<ChartsView*>(shown)) {
        const ResourceLimits limits = resourceLimits(m_document);
        charts->setLimits({limits.cores, limits.memory, limits.pids});
        charts->setContainer(m_id, m_running);
    }
    else if (auto* processes = qobject_cast<ProcessesTab*>(shown))
        processes->setContainer(m_id, m_running);
    else if (auto* overview = qobject_cast<OverviewTab*>(shown); overview && known)
        overview->setDocument(m_document);
    else if (auto* tree = qobject_cast<InspectTab*>(shown); tree && known)
        tree->setDocument(m_document);
}

void ContainerDetail::inspect()
{
    if (m_id.isEmpty())
        return;
    m_request = m_bridge.client().containers().inspect(m_id.toStdString(),
                                                       onGui<Result<Json>>(this, [this, id = m_id](const Result<Json>& json) {
                                                           if (id != m_id)
                                                               return;
                                                           if (!json)
                                                               return report(std::unexpected(json.error()));
                                                           m_document = *json;
                                                           showTitle();
                                                           showCurrent();
                                                       }));
}

void ContainerDetail::showTitle()
{
    m_title->setText(m_name);
    m_title->setToolTip(literalTip(m_name));
    QString state = stateOf(m_document);
    if (state.isEmpty())
        state = m_running ? QStringLiteral("running") : QStringLiteral("exited");
    const StateView look = m_document.is_null() ? stateView(state.toStdString(), {}) : stateView(m_document);
    m_icon->setIcon(look.icon, look.tint);
    m_state->setText(look.word);
    const bool running = state == QLatin1StringView("running") || state == QLatin1StringView("restarting");
    const bool paused = state == QLatin1StringView("paused");
    m_start->setVisible(!running);
    m_start->setToolTip(paused ? tr("Go on") : tr("Start"));
    m_start->setAccessibleName(m_start->toolTip());
    m_stop->setVisible(running || paused);
    m_restart->setEnabled(running);
}

void ContainerDetail::showLogsAt(qint64 timeNs)
{
    showTab(Logs);
    auto* logs = qobject_cast<LogView*>(view(Logs));
    logs->showTime(timeNs);
    logs->setFocus();
}

void ContainerDetail::showTab(Tab tab) { m_tabs->setCurrentIndex(tab); }

void ContainerDetail::setFull(bool full)
{
    if (full == m_full)
        return;
    m_full = full;
    m_fullButton->setIcon(icon(full ? "collapse" : "expand"));
    m_fullButton->setToolTip(full ? tr("Show it beside the list (Esc)") : tr("Show it on the whole page"));
    emit fullChanged(full);
}

void ContainerDetail::keyPressEvent(QKeyEvent* event)
{
    if (event->key() != Qt::Key_Escape)
        return QWidget::keyPressEvent(event);
    if (m_full)
        setFull(false);
    else
        emit closeRequested();
}

void ContainerDetail::act(std::string_view verb)
{
    m_message->clear();
    m_bridge.keep(m_bridge.client().containers().act(m_id.toStdString(), verb,
                                                     onGui<Status>(this, [this](const Status& status) { report(status); })));
}

void ContainerDetail::report(const Status& status)
{
    if (!status && status.error().kind != ErrorKind::NotModified)
        m_message->say(MessageBar::Kind::Problem, QString::fromStdString(status.error().message));
}

void ContainerDetail::withSpec(std::function<void(const RunSpec&)> use)
{
    if (m_document.is_null())
        return;
    const std::string image = jsonValue<std::string>(m_document, "Image");
    m_imageRequest = m_bridge.client().images().inspect(
        image, onGui<Result<Json>>(this, [use, document = m_document](const Result<Json>& json) {
            use(specOfContainer(document, json ? *json : Json())); // a removed image: everything is said
        }));
}

} // namespace slipway::ui
