// SPDX-License-Identifier: GPL-3.0-or-later
#include "containers/containers_page.h"

#include <algorithm>

#include <QHeaderView>
#include <QLineEdit>
#include <QPushButton>
#include <QShortcut>

#include "containers/container_detail.h"
#include "containers/container_verbs.h"
#include "containers/error_fix.h"
#include "models/container_model.h"
#include "models/container_state.h"
#include "models/usage_monitor.h"
#include "run/run_dialog.h"
#include "shell/object_names.h"
#include "widgets/ask_text.h"
#include "widgets/confirm.h"
#include "widgets/empty_state.h"
#include "widgets/list_filter.h"
#include "widgets/list_view.h"
#include "widgets/message_bar.h"
#include "widgets/segmented_filter.h"

namespace slipway::ui
{
namespace
{
enum Segments { All, Running, Stopped };
} // namespace

ContainersPage::ContainersPage(EngineBridge& bridge, ContainerModel& model, Jobs& jobs, QWidget* parent)
    : ListPage(QStringLiteral("containers"), tr("Containers"), parent), m_bridge(bridge), m_model(model), m_jobs(jobs),
      m_usage(new UsageMonitor(bridge, this))
{
    setObjectName(QLatin1StringView(names::containersPage));
    view().setObjectName(QLatin1StringView(names::containersView));
    message().setObjectName(QLatin1StringView(names::containersProblem));
    search().setPlaceholderText(tr("Search name, image, port…"));
    for (const QString& word : {tr("All"), tr("Running"), tr("Stopped")})
        segments().add(word);
    connect(&segments(), &SegmentedFilter::currentChanged, this, &ContainersPage::applySegment);
    auto* run = addButton(names::runButton, "add", tr("Run…"), true);
    run->setShortcut(QKeySequence::New);
    run->setToolTip(tr("Run a container (%1)").arg(QKeySequence(QKeySequence::New).toString(QKeySequence::NativeText)));
    connect(run, &QPushButton::clicked, this, [this] { askRun(); });
    model.setUsage(m_usage);
    setModel(model, {{QStringLiteral("name"), 200, 0},
                     {QStringLiteral("image"), 190, 3},
                     {QStringLiteral("status"), 172, 0},
                     {QStringLiteral("ports"), 130, 2},
                     {QStringLiteral("cpu"), 116, 4},
                     {QStringLiteral("memory"), 136, 5},
                     {QStringLiteral("created"), 120, 6}});
    setActions(actions());
    setDetail([this]() -> QWidget* {
        m_detail = new ContainerDetail(m_bridge);
        connect(m_detail, &ContainerDetail::closeRequested, this, &ContainersPage::closeDetail);
        connect(m_detail, &ContainerDetail::fullChanged, this, &ContainersPage::setDetailFull);
        connect(m_detail, &ContainerDetail::renameRequested, this, &ContainersPage::askRename);
        connect(m_detail, &ContainerDetail::removeRequested, this, [this](const QString& id) { askRemove({id}); });
        connect(m_detail, &ContainerDetail::runRequested, this, [this](const RunSpec& spec) { openRun()->setSpec(spec); });
        return m_detail;
    });
    connect(this, &ListPage::detailFullChanged, this, [this](bool full) { m_detail->setFull(full); });
    emptyPicture().show("containers", tr("No containers yet"), tr("A container is a program with a file system and a network of its own. Run one from any image."));
    emptyPicture().setAction(tr("Run a container…"), [this] { askRun(); });
    lostPicture().setAction(tr("Try again"), [this] { m_bridge.retry(); });
    connect(new QShortcut(QKeySequence::Refresh, this, nullptr, nullptr, Qt::WidgetWithChildrenShortcut), &QShortcut::activated, &model,
            &ContainerModel::refresh);
    connect(&model, &ContainerModel::refreshed, this, &ContainersPage::refreshed);
    connect(&model, &ContainerModel::failed, this,
            [this](const QString& why) { message().say(MessageBar::Kind::Problem, tr("Containers could not be listed: %1").arg(why)); });
    connect(&bridge, &EngineBridge::stateChanged, this, &ContainersPage::showConnection);
    connect(this, &ListPage::visibleRowsChanged, this, &ContainersPage::watchUsage);
    connect(view().header(), &QHeaderView::sortIndicatorChanged, this, &ContainersPage::watchUsage);
    refreshed();
    showConnection();
}

std::vector<ListAction> ContainersPage::actions()
{
    const auto some = [this](const char* verb) {
        return [this, verb](const QStringList& ids) {
            return std::ranges::any_of(ids, [&](const QString& id) {
                const auto* container = m_model.find(id);
                return container && verbs::applies(verb, container->state);
            });
        };
    };
    const auto doing = [this](const char* verb) { return [this, verb](const QStringList& ids) { act(ids, verb); }; };
    std::vector<ListAction> list;
    list.push_back({names::startButton, "play", tr("Start"), Qt::Key_S, true, false, false, some("start"), doing("start")});
    list.push_back({names::stopButton, "stop", tr("Stop"), Qt::Key_S, true, false, false, some("stop"), doing("stop")});
    list.push_back({names::restartButton, "restart", tr("Restart"), Qt::Key_R, true, false, false, some("restart"), doing("restart")});
    list.push_back({names::pauseButton, "pause", tr("Pause"), Qt::Key_P, false, false, false, some("pause"), doing("pause")});
    list.push_back({names::unpauseButton, "play", tr("Resume"), Qt::Key_P, false, false, false, some("unpause"), doing("unpause")});
    list.push_back({names::killButton, "kill", tr("Kill"), Qt::Key_K, false, false, false, some("kill"), doing("kill")});
    list.push_back({names::renameButton, "edit", tr("Rename…"), Qt::Key_F2, false, true, true, {},
                    [this](const QStringList& ids) { askRename(ids.first()); }});
    list.push_back({names::removeButton, "remove", tr("Remove…"), Qt::Key_Delete, true, true, false, {},
                    [this](const QStringList& ids) { askRemove(ids); }});
    return list;
}

void ContainersPage::refreshed()
{
    const int up = m_model.countUp();
    showConnection(); // before the count: a list that is loading has none
    setCount(m_model.count());
    segments().setCount(All, m_model.count());
    segments().setCount(Running, up);
    segments().setCount(Stopped, m_model.count() - up);
    view().setRootIsDecorated(m_model.hasProjects());
    for (int i = 0; i < rows().rowCount(); ++i)
        if (const QModelIndex row = rows().index(i, 0); row.data(GroupRole).toBool() && !m_seen.contains(row.data(IdRole).toString())) {
            m_seen.insert(row.data(IdRole).toString());
            view().expand(row);
        }
    rowsChanged();
    if (m_detail && selectedIds().size() == 1)
        showDetail(selectedIds().first());
}

void ContainersPage::applySegment()
{
    const int chosen = segments().current();
    if (chosen == All)
        rows().setPredicate({});
    else
        rows().setPredicate([running = chosen == Running](const QModelIndex& row) {
            return isUp(row.data(StateRole).toString().toStdString()) == running;
        });
}

void ContainersPage::showConnection()
{
    const bool lost = m_bridge.state() == EngineBridge::State::Lost;
    if (lost)
        lostPicture().show("plug", tr("The engine is not reachable"),
                           tr("Your containers go on running. Slipway tries again every second.\n(%1)").arg(m_bridge.problem()));
    setState(m_model.isLoaded() ? State::Ready : lost ? State::Disconnected : State::Loading);
}

void ContainersPage::watchUsage()
{
    const bool cpu = !view().isColumnHidden(ContainerModel::Cpu), memory = !view().isColumnHidden(ContainerModel::Memory);
    QStringList ids;
    const int sorted = view().header()->sortIndicatorSection();
    if (isVisible() && !window()->isMinimized() && (cpu || memory)) {
        if (sorted == ContainerModel::Cpu || sorted == ContainerModel::Memory) {
            for (const auto* container : m_model.containers())
                if (container->state == "running")
                    ids << QString::fromStdString(container->id);
            std::ranges::sort(ids);
        } else {
            for (const QModelIndex& row : view().visibleRows())
                if (!row.data(GroupRole).toBool() && row.data(StateRole).toString() == QLatin1StringView("running"))
                    ids << row.data(IdRole).toString();
        }
    }
    m_usage->watch(ids);
}

void ContainersPage::showCharts(const QString& id)
{
    m_chartsOf = id;
    select(id);
    if (selectedIds() == QStringList{id})
        showDetail(id); // it was chosen already
}

void ContainersPage::showDetail(const QString& id)
{
    const auto* container = m_model.find(id);
    if (!m_detail)
        return;
    m_detail->setContainer(id, m_model.nameOf(id), container && container->state == "running");
    if (!id.isEmpty() && id == m_chartsOf) {
        m_chartsOf.clear();
        m_detail->showTab(ContainerDetail::Charts);
    }
}

void ContainersPage::showEvent(QShowEvent* event)
{
    ListPage::showEvent(event);
    m_model.setLive(true);
    watchUsage();
}

void ContainersPage::hideEvent(QHideEvent* event)
{
    ListPage::hideEvent(event);
    m_model.setLive(false);
    m_usage->watch({});
}

void ContainersPage::act(const QStringList& ids, std::string_view verb)
{
    message().clear();
    for (const QString& id : ids) {
        const auto* container = m_model.find(id);
        if (!container || !verbs::applies(verb, container->state))
            continue;
        m_model.setBusy(id, verbs::doing(verb));
        m_bridge.keep(m_bridge.client().containers().act(
            id.toStdString(), verb, onGui<Status>(this, [this, id, failed = verbs::failed(verb)](const Status& status) {
                report(id, failed, status);
            })));
    }
}

void ContainersPage::askRemove(const QStringList& ids)
{
    const auto running = std::ranges::count_if(ids, [this](const QString& id) {
        const auto* container = m_model.find(id);
        return container && isUp(container->state);
    });
    Confirmation what;
    if (ids.size() == 1) {
        const QString name = m_model.nameOf(ids.first());
        what.title = tr("Remove container %1?").arg(name);
        what.verb = running ? tr("Kill and remove %1").arg(name) : tr("Remove %1").arg(name);
    } else {
        QStringList shown;
        for (const QString& id : ids.first(std::min<qsizetype>(8, ids.size())))
            shown << m_model.nameOf(id);
        what.title = tr("Remove %n containers?", nullptr, int(ids.size()));
        what.text = shown.join(QStringLiteral(", ")) + (ids.size() > 8 ? QStringLiteral(", …\n\n") : QStringLiteral("\n\n"));
        what.verb = running ? tr("Kill and remove %n containers", nullptr, int(ids.size()))
                            : tr("Remove %n containers", nullptr, int(ids.size()));
    }
    what.text += tr("What was written inside and the logs are deleted. Named volumes and the image stay.");
    if (running)
        what.text += QLatin1Char('\n') + tr("%n of them is still running and will be killed.", nullptr, int(running));
    what.option = tr("Delete anonymous volumes, too");
    confirm(this, what, [this, ids](bool volumes) { remove(ids, volumes); });
}

void ContainersPage::remove(const QStringList& ids, bool volumes)
{
    message().clear();
    for (const QString& id : ids) {
        m_model.setBusy(id, tr("Removing…"));
        m_bridge.keep(m_bridge.client().containers().remove(
            id.toStdString(), true, volumes,
            onGui<Status>(this, [this, id](const Status& status) { report(id, tr("Not removed"), status); })));
    }
}

void ContainersPage::report(const QString& id, const QString& failed, const Status& status)
{
    m_model.setBusy(id, {});
    if (status || status.error().kind == ErrorKind::NotModified)
        return;
    const QString why = QString::fromStdString(status.error().message);
    m_model.setProblem(id, failed, why);
    explain(id, failed, why);
}

void ContainersPage::explain(const QString& id, const QString& failed, const QString& why)
{
    std::vector<MessageBar::Action> fixes;
    if (const auto port = takenPort(why)) {
        for (const auto* other : m_model.containers()) {
            const bool has = std::ranges::any_of(other->ports, [&](const auto& p) { return p.publicPort == *port; });
            const QString otherId = QString::fromStdString(other->id);
            if (!has || otherId == id || !isUp(other->state))
                continue;
            fixes.push_back({tr("Show %1").arg(m_model.nameOf(otherId)), [this, otherId] { select(otherId); }});
            fixes.push_back({tr("Stop %1, then start").arg(m_model.nameOf(otherId)), [this, id, otherId] {
                                 m_model.setBusy(otherId, verbs::doing("stop"));
                                 m_bridge.keep(m_bridge.client().containers().act(
                                     otherId.toStdString(), "stop", onGui<Status>(this, [this, id, otherId](const Status& s) {
                                         report(otherId, verbs::failed("stop"), s);
                                         if (s)
                                             act({id}, "start");
                                     })));
                             }});
            break;
        }
    }
    message().say(MessageBar::Kind::Problem, QStringLiteral("%1 · %2: %3").arg(m_model.nameOf(id), failed, why), fixes);
}

void ContainersPage::askRename(const QString& id)
{
    const QString name = m_model.nameOf(id);
    askText(this, {tr("Rename %1").arg(name), tr("New name of container %1").arg(name), {}, name, tr("Rename")},
            [this, id](const QString& wanted, const TextDone& done) {
                m_bridge.keep(m_bridge.client().containers().rename(id.toStdString(), wanted.toStdString(), onGui<Status>(this, done)));
            });
}

RunDialog* ContainersPage::openRun()
{
    auto* dialog = new RunDialog(m_bridge, m_jobs, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &RunDialog::started, this, &ContainersPage::select);
    dialog->open();
    return dialog;
}

void ContainersPage::askRun(const QString& image)
{
    RunDialog* dialog = openRun();
    if (!image.isEmpty())
        dialog->setImage(image);
}

} // namespace slipway::ui
