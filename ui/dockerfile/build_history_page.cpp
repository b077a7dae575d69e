// SPDX-License-Identifier: GPL-3.0-or-later
#include "dockerfile/build_history_page.h"

#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QShortcut>
#include <QSplitter>
#include <QStackedWidget>
#include <QTabWidget>
#include <QToolButton>
#include <QTreeWidget>
#include <QVBoxLayout>

#include "dockerfile/build_output.h"
#include "dockerfile/build_run.h"
#include "dockerfile/step_table.h"
#include "dockerfile/text_diff.h"
#include "models/list_dates.h"
#include "shell/object_names.h"
#include "shell/theme.h"
#include "widgets/confirm.h"
#include "widgets/empty_state.h"
#include "widgets/icons.h"
#include "widgets/message_bar.h"

namespace slipway::ui
{

using dockerapi::BuildState;
using dockerapi::PastBuild;

namespace
{
constexpr int againMs = 3000, listWidth = 400;
constexpr int IdRole = Qt::UserRole;
enum Columns { Name, When, Took, Cached };
enum Tabs { StepsTab, LogTab, TextTab };
enum Pages { EmptyPage, ListPage };

struct Look
{
    QString word;
    const char* picture;
    Tint tint;
};

Look lookOf(BuildState state)
{
    switch (state) {
    case BuildState::Running: return {BuildHistoryPage::tr("running"), "play", Tint::Accent};
    case BuildState::Succeeded: return {BuildHistoryPage::tr("built"), "success", Tint::Success};
    case BuildState::Failed: return {BuildHistoryPage::tr("failed"), "error", Tint::Danger};
    case BuildState::Cancelled: return {BuildHistoryPage::tr("cancelled"), "stop", Tint::Muted};
    }
    return {};
}

QString nameOf(const PastBuild& build)
{
    return QString::fromStdString(build.tags.empty() ? build.dockerfile : build.tags.front());
}

QString dateOf(const PastBuild& build)
{
    return QLocale().toString(QDateTime::fromMSecsSinceEpoch(build.startedNs / 1'000'000), QLocale::ShortFormat);
}

QString factsOf(const PastBuild& build)
{
    QStringList facts{lookOf(build.state).word, dateOf(build), durationText(build.ms),
                      BuildHistoryPage::tr("%1 of %n step(s) from the cache", nullptr, int(build.steps.size())).arg(std::ranges::count(build.steps, dockerapi::PastStep::State::Cached, &dockerapi::PastStep::state))};
    if (!build.target.empty())
        facts << BuildHistoryPage::tr("stage %1").arg(QString::fromStdString(build.target));
    if (!build.platform.empty())
        facts << QString::fromStdString(build.platform);
    for (const auto& [name, value] : build.args)
        facts << QString::fromStdString(value.empty() ? name : name + '=' + value);
    if (build.noCache)
        facts << BuildHistoryPage::tr("without the cache");
    if (build.image.starts_with("sha256:"))
        facts << QString::fromStdString(build.image.substr(7, 12));
    QString text = facts.join(QStringLiteral(" · "));
    if (!build.error.empty())
        text += QLatin1Char('\n') + QString::fromStdString(build.error);
    return text;
}
} // namespace

BuildHistoryPage::BuildHistoryPage(EngineBridge& bridge, QWidget* parent)
    : QWidget(parent), m_bridge(bridge), m_message(new MessageBar), m_stack(new QStackedWidget), m_empty(new EmptyState), m_list(new QTreeWidget),
      m_title(new QLabel), m_facts(new QLabel), m_tabs(new QTabWidget), m_steps(new StepTable), m_log(new BuildOutput), m_text(new TextDiff),
      m_open(new QPushButton(tr("Open Dockerfile"))), m_again2(new QPushButton(tr("Build again"))), m_forget(new QToolButton), m_clear(new QToolButton)
{
    setObjectName(QLatin1StringView(names::buildHistory));
    setAccessibleName(tr("Build history"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    buildHead(column);
    column->addWidget(m_message);
    column->addWidget(m_stack, 1);

    m_list->setObjectName(QLatin1StringView(names::buildHistoryList));
    m_list->setAccessibleName(tr("Builds"));
    m_list->setHeaderLabels({tr("Build"), tr("Started"), tr("Took"), tr("Cached")});
    m_list->setRootIsDecorated(false);
    m_list->setUniformRowHeights(true);
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_list->setAllColumnsShowFocus(true);
    m_list->header()->setStretchLastSection(false);
    m_list->header()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_list->header()->setSectionResizeMode(Name, QHeaderView::Stretch);
    auto* columns = new QSplitter;
    columns->addWidget(m_list);
    columns->addWidget(makeDetail());
    columns->setStretchFactor(1, 1);
    columns->setSizes({listWidth, 3 * listWidth});
    columns->setHandleWidth(1);
    columns->setChildrenCollapsible(false);
    m_stack->addWidget(m_empty);
    m_stack->addWidget(columns);
    setFocusProxy(m_list);

    m_again.setInterval(againMs);
    connect(&m_again, &QTimer::timeout, this, &BuildHistoryPage::refresh);
    connect(m_list, &QTreeWidget::itemSelectionChanged, this, &BuildHistoryPage::choose);
    connect(m_list, &QTreeWidget::itemActivated, m_open, &QPushButton::click);
    connect(m_tabs, &QTabWidget::currentChanged, this, &BuildHistoryPage::showDetail);
    connect(m_steps, &StepTable::stepChosen, this, [this] { m_tabs->setCurrentIndex(LogTab); });
    connect(&bridge, &EngineBridge::stateChanged, this, [this] {
        m_loaded = false;
        if (isVisible())
            refresh();
    });
    const auto bind = [this](const QKeySequence& keys, auto call) {
        connect(new QShortcut(keys, this, nullptr, nullptr, Qt::WidgetWithChildrenShortcut), &QShortcut::activated, this, call);
    };
    bind(Qt::Key_Escape, [this] { emit closed(); });
    bind(QKeySequence::Delete, [this] { askForget(); });
    bind(QKeySequence::Refresh, [this] { refresh(); });
    showState();
}

BuildHistoryPage::~BuildHistoryPage() = default;

void BuildHistoryPage::buildHead(QVBoxLayout* column)
{
    auto* row = new QHBoxLayout;
    row->setContentsMargins(theme::space2, theme::space1, theme::space2, theme::space1);
    row->setSpacing(theme::space2);
    auto* back = new QToolButton;
    back->setObjectName(QLatin1StringView(names::buildHistoryBack));
    back->setIcon(icon("back"));
    back->setText(tr("Editor"));
    back->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    back->setAutoRaise(true);
    back->setToolTip(tr("Back to the editor (Esc)"));
    auto* title = new QLabel(tr("Build history"));
    title->setProperty("heading", true);
    m_clear->setIcon(icon("remove"));
    m_clear->setText(tr("Clear"));
    m_clear->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_clear->setAutoRaise(true);
    m_clear->setToolTip(tr("Forget all builds that ended"));
    m_clear->setObjectName(QLatin1StringView(names::buildHistoryClear));
    row->addWidget(back);
    row->addWidget(title);
    row->addStretch(1);
    row->addWidget(m_clear);
    column->addLayout(row);
    connect(back, &QToolButton::clicked, this, &BuildHistoryPage::closed);
    connect(m_clear, &QToolButton::clicked, this, &BuildHistoryPage::askClear);
}

QWidget* BuildHistoryPage::makeDetail()
{
    auto* detail = new QWidget;
    auto* column = new QVBoxLayout(detail);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* head = new QWidget;
    auto* row = new QHBoxLayout(head);
    row->setContentsMargins(theme::space4, theme::space2, theme::space4, theme::space2);
    row->setSpacing(theme::space2);
    auto* words = new QVBoxLayout;
    words->setSpacing(0);
    m_title->setTextFormat(Qt::PlainText);
    m_title->setProperty("heading", true);
    m_facts->setObjectName(QLatin1StringView(names::buildHistoryFacts));
    m_facts->setTextFormat(Qt::PlainText);
    m_facts->setProperty("muted", true);
    m_facts->setWordWrap(true);
    m_facts->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_facts->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    words->addWidget(m_title);
    words->addWidget(m_facts);
    m_again2->setObjectName(QLatin1StringView(names::buildHistoryAgain));
    m_again2->setToolTip(tr("Build it once more with the same settings"));
    m_open->setObjectName(QLatin1StringView(names::buildHistoryOpen));
    m_open->setToolTip(tr("The Dockerfile as it was, in a new tab (Enter)"));
    m_forget->setIcon(icon("remove"));
    m_forget->setAutoRaise(true);
    m_forget->setToolTip(tr("Forget it (Del)"));
    m_forget->setAccessibleName(tr("Forget"));
    row->addLayout(words, 1);
    row->addWidget(m_again2, 0, Qt::AlignTop);
    row->addWidget(m_open, 0, Qt::AlignTop);
    row->addWidget(m_forget, 0, Qt::AlignTop);
    m_tabs->setDocumentMode(true);
    m_tabs->setObjectName(QLatin1StringView(names::buildHistoryTabs));
    m_tabs->addTab(m_steps, tr("Steps"));
    m_tabs->addTab(m_log, tr("Log"));
    m_tabs->addTab(m_text, tr("Dockerfile"));
    column->addWidget(head);
    column->addWidget(m_tabs, 1);
    connect(m_open, &QPushButton::clicked, this, [this] {
        if (const QStringList ids = chosenIds(); ids.size() == 1 && m_known.contains(ids[0]))
            emit openRequested(m_known[ids[0]]);
    });
    connect(m_again2, &QPushButton::clicked, this, [this] {
        if (const QStringList ids = chosenIds(); ids.size() == 1 && m_known.contains(ids[0]))
            emit rebuildRequested(m_known[ids[0]]);
    });
    connect(m_forget, &QToolButton::clicked, this, &BuildHistoryPage::askForget);
    return detail;
}

void BuildHistoryPage::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    refresh();
    m_again.start();
}

void BuildHistoryPage::hideEvent(QHideEvent* event)
{
    QWidget::hideEvent(event);
    m_again.stop();
}

void BuildHistoryPage::refresh()
{
    if (m_bridge.state() != EngineBridge::State::Connected) {
        showState();
        return;
    }
    using Builds = Result<std::vector<PastBuild>>;
    m_listRequest = m_bridge.client().builds().history(onGui<Builds>(this, [this](const Builds& builds) { take(builds); }));
}

void BuildHistoryPage::take(const Result<std::vector<PastBuild>>& builds)
{
    m_loaded = true;
    m_failure = builds ? QString() : QString::fromStdString(builds.error().message);
    if (!builds && builds.error().kind == ErrorKind::NotFound)
        m_failure = tr("This engine keeps no history of its builds.");
    m_builds = builds.value_or(std::vector<PastBuild>());
    std::erase_if(m_known, [this](const auto& known) { return std::ranges::find(m_builds, known.first.toStdString(), &PastBuild::id) == m_builds.end(); });
    for (int row = m_list->topLevelItemCount() - 1; row >= 0; --row)
        if (std::ranges::find(m_builds, m_list->topLevelItem(row)->data(Name, IdRole).toString().toStdString(), &PastBuild::id) == m_builds.end())
            delete m_list->takeTopLevelItem(row);
    for (int row = 0; row < int(m_builds.size()); ++row) {
        const PastBuild& build = m_builds[std::size_t(row)];
        QTreeWidgetItem* item = m_list->topLevelItem(row);
        if (!item || item->data(Name, IdRole).toString().toStdString() != build.id) {
            item = new QTreeWidgetItem;
            item->setData(Name, IdRole, QString::fromStdString(build.id));
            m_list->insertTopLevelItem(row, item);
        }
        const Look look = lookOf(build.state);
        item->setText(Name, nameOf(build));
        item->setIcon(Name, icon(look.picture, look.tint));
        item->setToolTip(Name, build.error.empty() ? look.word : QString::fromStdString(build.error));
        item->setText(When, listDate(build.startedNs / 1'000'000'000));
        item->setToolTip(When, dateOf(build));
        item->setText(Took, durationText(build.ms));
        item->setText(Cached, tr("%1 of %2").arg(build.cachedCount).arg(build.stepCount));
        item->setData(Name, Qt::AccessibleTextRole, QStringLiteral("%1, %2").arg(nameOf(build), look.word));
        for (const int column : {When, Took, Cached})
            item->setForeground(column, tintColor(Tint::Muted));
        item->setTextAlignment(Took, Qt::AlignRight | Qt::AlignVCenter);
        item->setTextAlignment(Cached, Qt::AlignRight | Qt::AlignVCenter);
    }
    showState();
    if (!m_builds.empty() && m_list->selectedItems().isEmpty())
        m_list->setCurrentItem(m_list->topLevelItem(0));
    else
        choose(); // one that runs has new steps
}

void BuildHistoryPage::showState()
{
    const bool connected = m_bridge.state() == EngineBridge::State::Connected;
    if (!connected)
        m_empty->show("plug", tr("The engine is not reachable"), m_bridge.problem());
    else if (!m_loaded)
        m_empty->show(nullptr, tr("Looking for builds…"));
    else if (!m_failure.isEmpty())
        m_empty->show("info", tr("There is no build history"), m_failure);
    else
        m_empty->show("clock", tr("Nothing was built yet"), tr("Every build is kept here with its steps, its log and its Dockerfile, whether it was made by Slipway, docker build or Compose."));
    m_stack->setCurrentIndex(connected && !m_builds.empty() ? ListPage : EmptyPage);
    m_clear->setEnabled(connected && !m_builds.empty());
}

QStringList BuildHistoryPage::chosenIds() const
{
    QStringList ids;
    for (int row = 0; row < m_list->topLevelItemCount() && ids.size() < 3; ++row)
        if (m_list->topLevelItem(row)->isSelected())
            ids << m_list->topLevelItem(row)->data(Name, IdRole).toString();
    return ids;
}

void BuildHistoryPage::choose()
{
    m_requests.clear();
    const QStringList ids = chosenIds();
    for (const QString& id : ids.size() <= 2 ? ids : QStringList()) {
        const auto listed = std::ranges::find(m_builds, id.toStdString(), &PastBuild::id);
        if (const auto known = m_known.find(id); known != m_known.end() && listed != m_builds.end() && known->second.state == listed->state && listed->state != BuildState::Running)
            continue;
        m_requests.push_back(m_bridge.client().builds().past(id.toStdString(), onGui<Result<PastBuild>>(this, [this, id](const Result<PastBuild>& build) {
            if (!build) {
                m_message->say(MessageBar::Kind::Problem, QString::fromStdString(build.error().message));
                return;
            }
            m_known[id] = *build;
            showDetail();
        })));
    }
    showDetail();
}

void BuildHistoryPage::showDetail()
{
    const QStringList ids = chosenIds();
    const bool known = std::ranges::all_of(ids, [this](const QString& id) { return m_known.contains(id); });
    m_open->setEnabled(ids.size() == 1 && known);
    m_again2->setEnabled(ids.size() == 1 && known);
    m_forget->setEnabled(!ids.isEmpty());
    m_tabs->setTabVisible(LogTab, ids.size() < 2);
    m_tabs->setEnabled(known && !ids.isEmpty() && ids.size() <= 2);
    if (ids.size() > 2) {
        m_title->setText(tr("%n build(s) chosen", nullptr, int(m_list->selectedItems().size())));
        m_facts->setText(tr("Choose two to compare them."));
    } else if (known && ids.size() == 1) {
        showOne(m_known[ids[0]]);
    } else if (known && ids.size() == 2) {
        showTwo(m_known[ids[1]], m_known[ids[0]]);
    }
}

void BuildHistoryPage::showOne(const PastBuild& build)
{
    m_title->setText(nameOf(build));
    m_facts->setText(factsOf(build));
    m_steps->show(build);
    if (const QString text = QString::fromStdString(build.text); m_text->toPlainText() != text)
        m_text->show(text);
    if (m_tabs->currentIndex() == LogTab && (m_loggedId.toStdString() != build.id || build.state == BuildState::Running))
        loadLog(build);
}

void BuildHistoryPage::showTwo(const PastBuild& older, const PastBuild& newer)
{
    m_title->setText(tr("%1 before and after").arg(nameOf(newer)));
    const qint64 by = newer.ms - older.ms;
    const QString change = by == 0 ? tr("as long") : by > 0 ? tr("%1 longer").arg(durationText(by)) : tr("%1 shorter").arg(durationText(-by));
    m_facts->setText(tr("%1: %2 · %3\n%4: %5 · %6, %7").arg(dateOf(older), lookOf(older.state).word, durationText(older.ms), dateOf(newer), lookOf(newer.state).word, durationText(newer.ms), change));
    m_steps->compare(older, newer);
    m_text->compare(QString::fromStdString(older.text), QString::fromStdString(newer.text));
}

void BuildHistoryPage::loadLog(const PastBuild& build)
{
    m_loggedId = QString::fromStdString(build.id);
    auto steps = std::make_shared<std::vector<dockerapi::BuildStep>>(); // filled on the client's thread, read when it is done
    m_logRequest = m_bridge.client().builds().pastLog(
        build.id, [steps](dockerapi::BuildStep step) { steps->push_back(std::move(step)); },
        onGui<Status>(this, [this, steps, build](const Status& status) {
            if (!status)
                m_message->say(MessageBar::Kind::Problem, QString::fromStdString(status.error().message));
            else
                m_log->setRun(BuildRun::past(build, *steps));
        }));
}

void BuildHistoryPage::askForget()
{
    const QStringList ids = chosenIds();
    if (ids.isEmpty())
        return;
    QStringList all;
    for (const QTreeWidgetItem* item : m_list->selectedItems())
        all << item->data(Name, IdRole).toString();
    confirm(this, {tr("Forget %n build(s)?", nullptr, int(all.size())), tr("Their steps, logs and Dockerfiles go. Images and the build cache stay."), tr("Forget"), {}},
            [this, all](bool) { forget(all); });
}

void BuildHistoryPage::askClear()
{
    confirm(this, {tr("Forget all builds?"), tr("Their steps, logs and Dockerfiles go; builds that run stay. Images and the build cache stay."), tr("Forget all"), {}},
            [this](bool) { forget({}); });
}

void BuildHistoryPage::forget(const QStringList& ids)
{
    const auto done = onGui<Status>(this, [this](const Status& status) {
        if (!status)
            m_message->say(MessageBar::Kind::Problem, QString::fromStdString(status.error().message));
        refresh();
    });
    for (const QString& id : ids.isEmpty() ? QStringList{QString()} : ids)
        m_bridge.keep(m_bridge.client().builds().removePast(id.toStdString(), done));
}

} // namespace slipway::ui
