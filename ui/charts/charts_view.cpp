// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/charts_view.h"

#include <QButtonGroup>
#include <QDateTime>
#include <QFileDialog>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLocale>
#include <QScrollArea>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include "charts/chart_export.h"
#include "charts/event_strip.h"
#include "charts/history_table.h"
#include "charts/time_series_chart.h"
#include "shell/object_names.h"
#include "terminal/cell_style.h"
#include "widgets/elided_label.h"
#include "widgets/empty_state.h"
#include "widgets/icons.h"
#include "widgets/message_bar.h"

namespace slipway::ui
{
namespace
{
constexpr std::int64_t second = ChartWindow::second;
// Above this a "limit" is the kernel's way to say there is none.
constexpr double noLimit = static_cast<double>(1ULL << 62);
} // namespace

ChartsView::ChartsView(EngineBridge& bridge, QWidget* parent) : QWidget(parent), m_bridge(bridge), m_feed(bridge)
{
    m_header = new QWidget;
    auto* lines = new QVBoxLayout(m_header);
    lines->setContentsMargins(12, 6, 12, 2);
    lines->setSpacing(2);
    auto* row = new QHBoxLayout;
    row->setSpacing(2);
    buildHeader(row);
    m_state = new ElidedLabel;
    m_strip = new EventStrip(m_feed);
    lines->addLayout(row);
    lines->addWidget(m_state);
    lines->addWidget(m_strip);
    m_board = new QWidget;
    m_grid = new QGridLayout(m_board);
    m_grid->setContentsMargins(12, 4, 12, 12);
    m_grid->setSpacing(12);
    makeCharts();
    m_scroll = new QScrollArea;
    m_scroll->setWidgetResizable(true);
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setWidget(m_board);
    m_pages = new QStackedWidget;
    m_pages->addWidget(m_scroll);
    m_empty = new EmptyState;
    m_message = new MessageBar;
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_header);
    column->addWidget(m_message);
    column->addWidget(m_pages, 1);
    column->addWidget(m_empty, 1);
    setAccessibleName(tr("Charts"));
    connect(&m_feed, &MetricsFeed::changed, this, &ChartsView::refresh);
    connect(m_strip, &EventStrip::hovered, this, [this](qint64 t) { hover(t); });
    connect(m_strip, &EventStrip::left, this, [this] { hover({}); });
    connect(m_strip, &EventStrip::logsWanted, this, &ChartsView::logsWanted);
    arrange();
    showState();
}

ChartsView::~ChartsView()
{
    disconnect(&m_feed, nullptr, this, nullptr);
    delete m_header; // what has the focus says so when it goes
    delete m_pages;
}

QToolButton* ChartsView::tool(QHBoxLayout* row, const char* name, const char* picture, const QString& text)
{
    auto* button = new QToolButton;
    button->setObjectName(QLatin1StringView(name));
    button->setIcon(icon(picture));
    button->setAccessibleName(text);
    button->setToolTip(text);
    button->setAutoRaise(true);
    row->addWidget(button);
    return button;
}

void ChartsView::buildHeader(QHBoxLayout* row)
{
    m_ranges = new QButtonGroup(this);
    const std::pair<QString, int> spans[] = {{tr("1 min"), 60}, {tr("5 min"), 300}, {tr("10 min"), 600}, {tr("1 h"), 3600},
                                             {tr("6 h"), 21600}, {tr("1 d"), 86400}, {tr("7 d"), 604800}};
    for (const auto& [text, seconds] : spans) {
        auto* button = new QToolButton;
        button->setText(text);
        button->setAccessibleName(tr("Show the last %1").arg(text));
        button->setCheckable(true);
        button->setChecked(seconds == 300);
        button->setAutoRaise(true);
        m_ranges->addButton(button, seconds);
        row->addWidget(button);
    }
    connect(m_ranges, &QButtonGroup::idClicked, this, [this](int seconds) { showWindow({m_feed.newestNs(), seconds * second, true}); });
    row->addStretch(1);
    m_pause = tool(row, names::chartsPause, "pause", tr("Hold the charts (Space)"));
    m_pause->setCheckable(true);
    connect(m_pause, &QToolButton::clicked, this, [this](bool held) { setLive(!held); });
    m_tableButton = tool(row, names::chartsTable, "columns", tr("Show the values as a table (T)"));
    m_tableButton->setCheckable(true);
    connect(m_tableButton, &QToolButton::clicked, this, &ChartsView::showTable);
    connect(tool(row, names::chartsSave, "save", tr("Save what is shown as a table (CSV) or a picture (PNG)")), &QToolButton::clicked, this, &ChartsView::askSave);
}

void ChartsView::makeCharts()
{
    using S = TimeSeriesChart::Series;
    m_cpu = new TimeSeriesChart(tr("CPU"), Unit::Cores, {S{tr("used"), Metric::CpuCores, 0}});
    m_memory = new TimeSeriesChart(tr("Memory"), Unit::Bytes, {S{tr("working set"), Metric::Memory, 3}, S{tr("cache"), Metric::MemoryCache, 2}});
    auto* network = new TimeSeriesChart(tr("Network"), Unit::BytesPerSecond, {S{tr("in"), Metric::NetworkRx, 0}, S{tr("out"), Metric::NetworkTx, 1}});
    auto* block = new TimeSeriesChart(tr("Block I/O"), Unit::BytesPerSecond, {S{tr("read"), Metric::BlockRead, 2}, S{tr("written"), Metric::BlockWrite, 1}});
    m_pids = new TimeSeriesChart(tr("Processes"), Unit::Count, {S{tr("processes and threads"), Metric::Pids, 2}});
    m_pressure = new TimeSeriesChart(tr("Waiting (pressure)"), Unit::Share,
                                     {S{tr("for CPU"), Metric::PressureCpu, 0}, S{tr("for memory"), Metric::PressureMemory, 3}, S{tr("for I/O"), Metric::PressureIo, 1}});
    m_throttled = new TimeSeriesChart(tr("Throttled"), Unit::Share, {S{tr("held back by the CPU limit"), Metric::Throttled, 1}});
    m_charts = {m_cpu, m_memory, network, block, m_pids, m_pressure, m_throttled};
    m_cpu->setNotMeasured(tr("the engine reports no CPU time for this container"));
    m_memory->setNotMeasured(tr("the engine reports no memory for this container (no memory cgroup)"));
    network->setNotMeasured(tr("it has no network of its own, or the engine reports no counters"));
    block->setNotMeasured(tr("the engine reports no block I/O counters"));
    m_pids->setNotMeasured(tr("the engine reports no process count (no pids cgroup)"));
    m_throttled->setNotMeasured(tr("the engine reports no throttling (no cpu cgroup)"));
    for (TimeSeriesChart* chart : m_charts) {
        chart->setMarks(&m_feed.marks());
        connect(chart, &TimeSeriesChart::hovered, this, [this](qint64 t) { hover(t); });
        connect(chart, &TimeSeriesChart::left, this, [this] { hover({}); });
        connect(chart, &TimeSeriesChart::zoomWanted, this, [this](qint64 at, double factor) { showWindow(m_window.zoomed(at, factor, m_feed.newestNs())); });
        connect(chart, &TimeSeriesChart::moveWanted, this, [this](qint64 by) { showWindow(m_window.moved(by, m_feed.newestNs())); });
        connect(chart, &TimeSeriesChart::rangeChosen, this, [this](qint64 from, qint64 to) {
            ChartWindow window = m_window;
            window.live = false;
            showWindow(window.range(from, to, m_feed.newestNs()));
        });
        connect(chart, &TimeSeriesChart::liveWanted, this, [this] { setLive(true); });
        connect(chart, &TimeSeriesChart::logsWanted, this, &ChartsView::logsWanted);
    }
}

void ChartsView::setContainer(const QString& id, bool running)
{
    m_feed.setContainer(id, running);
    refresh();
}

void ChartsView::setLimits(const Limits& limits)
{
    if (limits == m_limits)
        return;
    m_limits = limits;
    refresh();
}

void ChartsView::hover(std::optional<qint64> timeNs)
{
    for (TimeSeriesChart* chart : m_charts)
        chart->setHover(timeNs);
    m_strip->setHover(timeNs);
}

void ChartsView::showWindow(const ChartWindow& window)
{
    m_window = window;
    m_feed.setWindow(window);
    refresh();
}

void ChartsView::setLive(bool live)
{
    ChartWindow window = m_window;
    window.live = live;
    window.endNs = live ? m_feed.newestNs() : m_window.endNs;
    showWindow(window);
}

void ChartsView::askSave()
{
    auto* dialog = new QFileDialog(window(), tr("Save charts"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setNameFilters({tr("Table (*.csv)"), tr("Picture (*.png)")});
    dialog->selectFile(m_feed.id().left(12) + QStringLiteral(".csv"));
    connect(dialog, &QFileDialog::filterSelected, dialog,
            [dialog](const QString& filter) { dialog->setDefaultSuffix(filter.contains(QLatin1StringView("png")) ? QStringLiteral("png") : QStringLiteral("csv")); });
    connect(dialog, &QFileDialog::fileSelected, this, &ChartsView::save);
    dialog->open();
}

void ChartsView::save(const QString& file)
{
    const StatsHistory* history = m_feed.shown();
    if (!history)
        return;
    const Status saved = file.endsWith(QLatin1StringView(".png"), Qt::CaseInsensitive) ? savePicture(file, *m_board)
                                                                                       : saveFile(file, csvOf(*history, m_window.beginNs(), m_window.endNs));
    if (!saved)
        m_message->say(MessageBar::Kind::Problem, QString::fromStdString(saved.error().message));
    else
        m_message->clear();
}

void ChartsView::refresh()
{
    if (m_window.live)
        m_window.endNs = m_feed.newestNs();
    showLimits();
    const StatsHistory* history = m_feed.shown();
    for (TimeSeriesChart* chart : m_charts) {
        chart->setHistory(history);
        chart->setWindow(m_window);
    }
    m_strip->setWindow(m_window);
    if (m_table && m_tableButton->isChecked())
        m_table->show(history, m_window, m_feed.step());
    const bool throttles = m_limits.cores > 0 || (history && std::ranges::any_of(history->points(), [](const auto& point) { return point.value(Metric::Throttled) > 0; }));
    if (m_throttled->isHidden() == throttles) {
        m_throttled->setVisible(throttles);
        m_columns = 0;
        arrange();
    }
    showState();
}

void ChartsView::showLimits()
{
    const StatsHistory* live = m_feed.live();
    const unsigned host = m_feed.machine() ? m_feed.machine()->cpus : live ? live->onlineCpus() : 0;
    if (m_limits.cores > 0)
        m_cpu->setLimit(m_limits.cores, tr("limit %1").arg(formatValue(m_limits.cores, Unit::Cores)));
    else if (host > 0)
        m_cpu->setLimit(static_cast<double>(host), tr("machine: %n cores", nullptr, static_cast<int>(host)));
    else
        m_cpu->setLimit({}, {});
    const double machine = live && live->memoryLimit() ? static_cast<double>(*live->memoryLimit()) : 0;
    if (m_limits.memory > 0)
        m_memory->setLimit(m_limits.memory, tr("limit %1").arg(formatValue(m_limits.memory, Unit::Bytes)));
    else if (machine > 0 && machine < noLimit)
        m_memory->setLimit(machine, tr("machine: %1").arg(formatValue(machine, Unit::Bytes)));
    else
        m_memory->setLimit({}, {});
    if (m_limits.pids > 0)
        m_pids->setLimit(m_limits.pids, tr("limit %1").arg(formatValue(m_limits.pids, Unit::Count)));
    else
        m_pids->setLimit({}, {});
    const bool v1 = m_feed.machine() && m_feed.machine()->cgroups == "1";
    m_pressure->setNotMeasured(v1 ? tr("this machine has cgroups of version 1, and the kernel counts it for those of version 2 alone. That of the whole machine is under Monitor")
                                  : tr("the kernel does not count it here"));
}

void ChartsView::showTable(bool table)
{
    m_tableButton->setChecked(table);
    if (table && !m_table) {
        m_table = new HistoryTable;
        m_pages->addWidget(m_table);
    }
    m_pages->setCurrentWidget(table ? static_cast<QWidget*>(m_table) : m_scroll);
    refresh();
    if (table)
        m_table->setFocus();
}

QString ChartsView::stateText() const
{
    QStringList parts;
    if (!m_feed.isRunning())
        parts << tr("Not running: the charts show what was read before.");
    else if (!m_feed.problem().isEmpty())
        parts << tr("No readings: %1").arg(m_feed.problem());
    else if (!m_window.live)
        parts << tr("Held");
    else if (!m_feed.isLong())
        parts << (m_feed.fromProc() ? tr("Live, one reading every five seconds") : tr("Live, one reading a second"));
    if (!m_window.live) {
        const auto clock = [this](std::int64_t ns) {
            return QLocale().toString(QDateTime::fromMSecsSinceEpoch(ns / 1'000'000), m_window.spanNs > 43'200 * second ? QStringLiteral("d MMM HH:mm") : QStringLiteral("d MMM HH:mm:ss"));
        };
        parts << tr("%1 to %2").arg(clock(m_window.beginNs()), clock(m_window.endNs));
    }
    if (m_feed.isLong())
        parts << (m_feed.step() >= 60 ? tr("Means of a minute each") : tr("Means of ten seconds each"));
    if (m_feed.fromProc())
        parts << tr("This engine has no cgroups: the values are the sum over its processes in /proc, and limits do not hold");
    return parts.join(QStringLiteral(" · "));
}

void ChartsView::showState()
{
    const StatsHistory* history = m_feed.shown();
    const bool nothing = m_feed.id().isEmpty() || (!m_feed.isRunning() && !m_feed.isLong() && (!history || history->empty()));
    m_header->setVisible(!nothing);
    m_pages->setVisible(!nothing);
    m_empty->setVisible(nothing);
    if (nothing)
        return m_feed.id().isEmpty() ? m_empty->show("chart", tr("No container selected"), tr("Select a container to see its charts."))
                                     : m_empty->show("chart", tr("Nothing to measure"), tr("This container is not running. Its charts begin when it starts."));
    const auto seconds = static_cast<int>(m_window.spanNs / second);
    m_ranges->setExclusive(false);
    for (QAbstractButton* button : m_ranges->buttons())
        button->setChecked(m_window.live && m_ranges->id(button) == seconds);
    m_ranges->setExclusive(true);
    m_pause->setChecked(!m_window.live);
    m_pause->setIcon(icon(m_window.live ? "pause" : "play"));
    const QString what = m_window.live ? tr("Hold the charts (Space)") : tr("Back to live (Space)");
    m_pause->setToolTip(what);
    m_pause->setAccessibleName(what);
    QPalette p = palette();
    p.setColor(QPalette::WindowText, m_feed.problem().isEmpty() ? ViewColors::of(p).dim : ViewColors::of(p).error);
    m_state->setPalette(p);
    m_state->setText(stateText());
}

void ChartsView::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    m_feed.setActive(true);
    refresh();
}

void ChartsView::hideEvent(QHideEvent* event)
{
    m_feed.setActive(false);
    QWidget::hideEvent(event);
}

void ChartsView::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    arrange();
}

void ChartsView::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Space && !event->isAutoRepeat())
        setLive(!m_window.live);
    else if (event->key() == Qt::Key_T && event->modifiers() == Qt::NoModifier)
        showTable(!m_tableButton->isChecked());
    else
        QWidget::keyPressEvent(event);
}

void ChartsView::arrange()
{
    const int columns = width() >= 760 ? 2 : 1;
    if (columns == m_columns)
        return;
    m_columns = columns;
    std::vector<TimeSeriesChart*> shown;
    for (TimeSeriesChart* chart : m_charts) {
        m_grid->removeWidget(chart);
        if (!chart->isHidden() || chart != m_throttled)
            shown.push_back(chart);
    }
    const int count = static_cast<int>(shown.size());
    for (int i = 0; i < count; ++i) {
        const bool wide = columns == 2 && i == count - 1 && count % 2 == 1;
        m_grid->addWidget(shown[static_cast<std::size_t>(i)], i / columns, i % columns, 1, wide ? 2 : 1);
    }
}

} // namespace slipway::ui
