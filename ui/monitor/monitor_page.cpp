// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/monitor_page.h"

#include <chrono>

#include <QButtonGroup>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QScrollArea>
#include <QScrollBar>
#include <QShortcut>
#include <QToolButton>
#include <QVBoxLayout>

#include "charts/time_series_chart.h"
#include "models/container_model.h"
#include "models/usage_monitor.h"
#include "monitor/core_bars.h"
#include "monitor/tile_view.h"
#include "shell/object_names.h"
#include "shell/theme.h"
#include "widgets/elided_label.h"
#include "widgets/empty_state.h"
#include "widgets/segmented_filter.h"

namespace slipway::ui
{
namespace
{
constexpr std::int64_t second = ChartWindow::second;
constexpr std::size_t keptReadings = 620;
constexpr int sortEvery = 3; // seconds

std::int64_t nowSeconds()
{
    return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}
} // namespace

MonitorPage::MonitorPage(EngineBridge& bridge, ContainerModel& containers, QWidget* parent)
    : QWidget(parent), m_bridge(bridge), m_containers(containers), m_usage(new UsageMonitor(bridge, this, keptReadings)), m_model(*m_usage)
{
    setObjectName(QLatin1StringView(names::monitorPage));
    auto* board = new QWidget;
    auto* rows = new QVBoxLayout(board);
    rows->setContentsMargins(theme::space3, 0, theme::space3, theme::space3);
    rows->setSpacing(theme::space2);
    buildHost();
    m_tiles = new TileView(m_model);
    m_tiles->setObjectName(QLatin1StringView(names::monitorTiles));
    m_empty = new EmptyState;
    m_empty->setAction(tr("Run a container…"), [this] { emit runWanted(); });
    rows->addWidget(m_host);
    rows->addWidget(m_tiles);
    rows->addWidget(m_empty, 1);
    rows->addStretch();
    m_scroll = new QScrollArea;
    m_scroll->setWidgetResizable(true);
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_scroll->setWidget(board);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(buildHead());
    column->addWidget(m_scroll, 1);
    setFocusProxy(m_tiles);
    connect(&containers, &ContainerModel::refreshed, this, &MonitorPage::refresh);
    connect(&bridge, &EngineBridge::stateChanged, this, [this] {
        m_asked.clear(); // what was not read in between
        showState();
    });
    connect(m_usage, &UsageMonitor::instant, this, &MonitorPage::takeInstant);
    connect(m_usage, &UsageMonitor::changed, this, [this] {
        if (m_usage->foreign())
            takeInstant();
    });
    connect(m_tiles, &TileView::chosen, this, &MonitorPage::containerChosen);
    connect(m_tiles, &TileView::visibleChanged, this, &MonitorPage::askHistories);
    connect(m_tiles, &TileView::currentShown, this, [this](const QRect& place) {
        m_scroll->ensureVisible(m_tiles->x() + place.center().x(), m_tiles->y() + place.center().y(), 0, place.height() / 2 + theme::space3);
    });
    connect(m_scroll->verticalScrollBar(), &QScrollBar::valueChanged, this, &MonitorPage::askHistories);
    showState();
}

MonitorPage::~MonitorPage()
{
    delete m_scroll; // what has the focus says so when it goes
}

QWidget* MonitorPage::buildHead()
{
    auto* head = new QWidget;
    auto* row = new QHBoxLayout(head);
    row->setContentsMargins(theme::space4, theme::space3, theme::space4, theme::space2);
    row->setSpacing(theme::space2);
    auto* title = new QLabel(tr("Monitor"));
    title->setProperty("heading", true);
    m_count = new QLabel;
    m_count->setProperty("muted", true);
    m_note = new ElidedLabel;
    m_note->setProperty("muted", true);
    m_ranks = new SegmentedFilter;
    m_ranks->setObjectName(QLatin1StringView(names::monitorRank));
    m_ranks->setAccessibleName(tr("Rank containers by"));
    const QString words[] = {tr("CPU"), tr("Memory"), tr("Network"), tr("Block I/O")};
    for (int rank = 0; rank < TileModel::RankCount; ++rank) {
        m_ranks->add(words[rank]);
        auto* key = new QShortcut(QKeySequence(Qt::Key_1 + rank), this, nullptr, nullptr, Qt::WidgetWithChildrenShortcut);
        connect(key, &QShortcut::activated, this, [this, rank] { m_ranks->setCurrent(rank); });
    }
    connect(m_ranks, &SegmentedFilter::currentChanged, this, [this](int rank) { m_model.rankBy(TileModel::Rank(rank)); });
    row->addWidget(title);
    row->addWidget(m_count);
    row->addWidget(m_note, 1);
    auto* spans = new QButtonGroup(this);
    for (const auto& [text, seconds] : {std::pair(tr("1 min"), 60), {tr("5 min"), 300}, {tr("10 min"), 600}}) {
        auto* button = new QToolButton;
        button->setText(text);
        button->setAccessibleName(tr("Show the last %1").arg(text));
        button->setCheckable(true);
        button->setChecked(seconds == 60);
        button->setAutoRaise(true);
        spans->addButton(button, seconds);
        row->addWidget(button);
    }
    connect(spans, &QButtonGroup::idClicked, this, [this](int seconds) { setSpan(seconds * second); });
    row->addSpacing(theme::space2);
    row->addWidget(m_ranks);
    return head;
}

void MonitorPage::buildHost()
{
    using S = TimeSeriesChart::Series;
    m_cpu = new TimeSeriesChart(tr("Machine: CPU"), Unit::Cores, {S{tr("used"), Metric::CpuCores, 0}});
    m_memory = new TimeSeriesChart(tr("Machine: memory"), Unit::Bytes, {S{tr("used"), Metric::Memory, 3}});
    auto* transfer = new TimeSeriesChart(tr("Machine: network"), Unit::BytesPerSecond, {S{tr("in"), Metric::NetworkRx, 0}, S{tr("out"), Metric::NetworkTx, 1}});
    auto* disks = new TimeSeriesChart(tr("Machine: disks"), Unit::BytesPerSecond, {S{tr("read"), Metric::BlockRead, 2}, S{tr("written"), Metric::BlockWrite, 1}});
    auto* waiting = new TimeSeriesChart(tr("Machine: waiting for"), Unit::Share,
                                        {S{tr("CPU"), Metric::PressureCpu, 0}, S{tr("Memory"), Metric::PressureMemory, 3}, S{tr("I/O"), Metric::PressureIo, 1}});
    waiting->setNotMeasured(tr("the kernel does not count it here (no /proc/pressure)"));
    disks->setNotMeasured(tr("there are no disks that the engine can see"));
    m_charts = {m_cpu, m_memory, transfer, disks, waiting};
    m_host = new QWidget;
    auto* rows = new QVBoxLayout(m_host);
    rows->setContentsMargins(6, 0, 6, 0);
    rows->setSpacing(theme::space2);
    m_grid = new QGridLayout;
    m_grid->setSpacing(theme::space3);
    m_cores = new CoreBars;
    rows->addLayout(m_grid);
    rows->addWidget(m_cores);
    for (TimeSeriesChart* chart : m_charts) {
        chart->setStill(true);
        chart->setFixedHeight(172);
        chart->setHistory(&m_usage->host());
        connect(chart, &TimeSeriesChart::hovered, this, [this](qint64 t) {
            for (TimeSeriesChart* each : m_charts)
                each->setHover(t);
        });
        connect(chart, &TimeSeriesChart::left, this, [this] {
            for (TimeSeriesChart* each : m_charts)
                each->setHover({});
        });
    }
}

void MonitorPage::setSpan(std::int64_t spanNs)
{
    m_window.spanNs = spanNs;
    m_tiles->setSpan(spanNs);
    showCharts();
}

void MonitorPage::refresh()
{
    if (!isVisible())
        return;
    std::vector<TileModel::Container> running;
    QStringList ids;
    for (const auto* container : m_containers.containers())
        if (container->state == "running") {
            running.push_back({QString::fromStdString(container->id), QString::fromStdString(container->name)});
            ids << running.back().id;
        }
    std::ranges::sort(ids);
    m_model.setContainers(std::move(running));
    m_usage->watchAll(ids);
    showState();
}

void MonitorPage::takeInstant()
{
    if (++m_sinceSorted >= sortEvery && !m_tiles->isAimedAt()) {
        m_sinceSorted = 0;
        m_model.sortNow();
    } else {
        m_model.valuesChanged();
    }
    m_cores->setCores(m_usage->cores());
    showCharts();
    askHistories();
    showState();
}

void MonitorPage::askHistories()
{
    if (!isVisible() || m_usage->foreign())
        return;
    if (!m_usage->host().empty() && m_asked.insert(QString()).second)
        askHistory(QString());
    for (const QString& id : m_tiles->visibleIds())
        if (m_usage->history(id) && m_asked.insert(id).second)
            askHistory(id);
}

void MonitorPage::askHistory(const QString& id)
{
    using Kept = Result<dockerapi::MetricsHistory>;
    m_requests.push_back(m_bridge.client().stats().history(id.toStdString(), nowSeconds() - 600, 0, onGui<Kept>(this, [this, id](const Kept& kept) {
                                                               StatsHistory* history = id.isEmpty() ? &m_usage->host() : m_usage->history(id);
                                                               if (!kept || !history || !isVisible())
                                                                   return;
                                                               history->merge(*kept);
                                                               m_model.valuesChanged();
                                                               showCharts();
                                                           })));
}

void MonitorPage::showCharts()
{
    const StatsHistory& host = m_usage->host();
    if (host.empty())
        return;
    m_window.endNs = host.points().back().timeNs;
    if (host.onlineCpus() > 0)
        m_cpu->setLimit(static_cast<double>(host.onlineCpus()), tr("%n cores", nullptr, static_cast<int>(host.onlineCpus())));
    if (host.memoryLimit())
        m_memory->setLimit(static_cast<double>(*host.memoryLimit()), tr("%1 in all").arg(formatValue(static_cast<double>(*host.memoryLimit()), Unit::Bytes)));
    for (TimeSeriesChart* chart : m_charts)
        chart->setWindow(m_window);
}

void MonitorPage::showState()
{
    const int running = m_model.rowCount();
    const bool lost = m_bridge.state() == EngineBridge::State::Lost;
    m_count->setText(m_containers.isLoaded() ? tr("%n running", nullptr, running) : QString());
    m_host->setVisible(!m_usage->foreign() && !lost);
    m_tiles->setVisible(running > 0 && !lost);
    m_empty->setVisible(running == 0 || lost);
    if (lost)
        m_empty->show("plug", tr("The engine is not reachable"), tr("Your containers go on running. Slipway tries again every second."));
    else if (!m_containers.isLoaded())
        m_empty->show(nullptr, tr("Loading…"));
    else
        m_empty->show("chart", tr("No container is running"), tr("Those that run are shown here, the busiest first."));
    m_empty->setAction(lost || !m_containers.isLoaded() ? QString() : tr("Run a container…"), [this] { emit runWanted(); });
    const bool none = m_usage->machine() && m_usage->machine()->cgroups.empty();
    m_note->setText(m_usage->foreign() ? (running > UsageMonitor::limit ? tr("This engine tells nothing of its machine, and is asked for %n containers at most", nullptr, UsageMonitor::limit)
                                                                        : tr("This engine tells nothing of its machine"))
                    : none             ? tr("Without cgroups: read from /proc every five seconds")
                                       : QString());
}

void MonitorPage::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    m_asked.clear();
    m_sinceSorted = sortEvery; // the first reading gives everybody a place
    arrange();
    refresh();
}

void MonitorPage::hideEvent(QHideEvent* event)
{
    m_usage->watch({});
    m_requests.clear();
    QWidget::hideEvent(event);
}

void MonitorPage::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    arrange();
}

void MonitorPage::arrange()
{
    const int room = width() - 3 * theme::space4, columns = room >= 5 * 300 ? 5 : room >= 3 * 272 ? 3 : room >= 2 * 272 ? 2 : 1;
    if (columns == m_columns)
        return;
    m_columns = columns;
    // Five charts in two rows of three: the first is the widest.
    for (TimeSeriesChart* chart : m_charts)
        m_grid->removeWidget(chart);
    int place = 0;
    for (TimeSeriesChart* chart : m_charts) {
        const int wide = chart == m_cpu && (columns == 3 || columns == 2) ? 2 : 1;
        m_grid->addWidget(chart, place / columns, place % columns, 1, wide);
        place += wide;
    }
}

} // namespace slipway::ui
