// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/charts_view.h"

#include <chrono>

#include <QButtonGroup>
#include <QFileDialog>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QScrollArea>
#include <QToolButton>
#include <QVBoxLayout>

#include "charts/chart_export.h"
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
constexpr std::int64_t second = 1'000'000'000;
constexpr int seamMs = 2500; // until the first rates were read here
constexpr std::int64_t longestFine = 600 * second; // as far back as the engine keeps every second
// Above this a "limit" is the kernel's way to say there is none.
constexpr double noLimit = static_cast<double>(1ULL << 62);

std::int64_t nowNs()
{
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}
} // namespace

ChartsView::ChartsView(EngineBridge& bridge, QWidget* parent) : QWidget(parent), m_bridge(bridge)
{
    m_header = new QWidget;
    auto* header = new QHBoxLayout(m_header);
    header->setContentsMargins(12, 6, 12, 6);
    header->setSpacing(2);
    m_state = new ElidedLabel;
    header->addWidget(m_state, 1);
    auto* ranges = new QButtonGroup(this);
    const std::pair<QString, int> spans[] = {{tr("1 min"), 60}, {tr("5 min"), 300}, {tr("10 min"), 600}, {tr("1 h"), 3600},
                                             {tr("6 h"), 21600}, {tr("1 d"), 86400}, {tr("7 d"), 604800}};
    for (const auto& [text, seconds] : spans) {
        auto* button = new QToolButton;
        button->setText(text);
        button->setAccessibleName(tr("Show the last %1").arg(text));
        button->setCheckable(true);
        button->setChecked(seconds == 300);
        button->setAutoRaise(true);
        ranges->addButton(button, seconds);
        header->addWidget(button);
    }
    connect(ranges, &QButtonGroup::idClicked, this, [this](int seconds) {
        m_spanNs = seconds * second;
        m_long.clear();
        for (TimeSeriesChart* chart : m_charts)
            chart->setHistory(shown());
        refresh();
        askKept();
    });
    auto* save = new QToolButton;
    save->setObjectName(QLatin1StringView(names::chartsSave));
    save->setIcon(icon("save"));
    save->setAccessibleName(tr("Save charts"));
    save->setToolTip(tr("Save what is shown as a table (CSV) or a picture (PNG)"));
    save->setAutoRaise(true);
    header->addWidget(save);
    connect(save, &QToolButton::clicked, this, &ChartsView::askSave);
    connect(&m_keptTimer, &QTimer::timeout, this, &ChartsView::askKept);
    using S = TimeSeriesChart::Series;
    m_cpu = new TimeSeriesChart(tr("CPU"), Unit::Cores, {S{tr("used"), Metric::CpuCores, 0}});
    m_memory = new TimeSeriesChart(tr("Memory"), Unit::Bytes, {S{tr("working set"), Metric::Memory, 3}});
    auto* network = new TimeSeriesChart(tr("Network"), Unit::BytesPerSecond,
                                        {S{tr("in"), Metric::NetworkRx, 0}, S{tr("out"), Metric::NetworkTx, 1}});
    auto* block = new TimeSeriesChart(tr("Block I/O"), Unit::BytesPerSecond,
                                      {S{tr("read"), Metric::BlockRead, 2}, S{tr("written"), Metric::BlockWrite, 1}});
    auto* pids = new TimeSeriesChart(tr("Processes"), Unit::Count, {S{tr("processes and threads"), Metric::Pids, 2}});
    m_charts = {m_cpu, m_memory, network, block, pids};
    m_cpu->setNotMeasured(tr("the engine reports no CPU time for this container"));
    m_memory->setNotMeasured(tr("the engine reports no memory for this container (no memory cgroup)"));
    network->setNotMeasured(tr("the engine reports no network counters"));
    block->setNotMeasured(tr("the engine reports no block I/O counters"));
    pids->setNotMeasured(tr("the engine reports no process count (no pids cgroup)"));

    m_board = new QWidget;
    m_grid = new QGridLayout(m_board);
    m_grid->setContentsMargins(12, 4, 12, 12);
    m_grid->setSpacing(12);
    for (TimeSeriesChart* chart : m_charts) {
        connect(chart, &TimeSeriesChart::hovered, this, [this](qint64 t) {
            for (TimeSeriesChart* c : m_charts)
                c->setHover(t);
        });
        connect(chart, &TimeSeriesChart::left, this, [this] {
            for (TimeSeriesChart* c : m_charts)
                c->setHover({});
        });
    }
    m_scroll = new QScrollArea;
    m_scroll->setWidgetResizable(true);
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setWidget(m_board);
    m_empty = new EmptyState;
    m_message = new MessageBar;
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_header);
    column->addWidget(m_message);
    column->addWidget(m_scroll, 1);
    column->addWidget(m_empty, 1);
    setAccessibleName(tr("Charts"));
    arrange();
    showState();
}

ChartsView::~ChartsView()
{
    m_hop.cut();
    m_request.reset();
    m_keptRequest.reset();
}

void ChartsView::setContainer(const QString& id, bool running)
{
    if (id == m_id && running == m_running)
        return;
    stop();
    m_id = id;
    m_running = running;
    m_problem.clear();
    m_history.reset();
    if (!id.isEmpty()) {
        std::shared_ptr<StatsHistory>& history = m_histories[id];
        if (!history)
            history = std::make_shared<StatsHistory>();
        m_history = history;
    }
    m_long.clear();
    m_kept = true;
    for (TimeSeriesChart* chart : m_charts)
        chart->setHistory(shown());
    refresh();
    if (isVisible()) {
        sample();
        askKept();
    }
}

bool ChartsView::isLong() const { return m_kept && m_spanNs > longestFine; }
StatsHistory* ChartsView::shown() { return isLong() ? &m_long : m_history.get(); }

void ChartsView::askKept()
{
    m_keptTimer.stop();
    if (m_id.isEmpty() || !m_kept || !isVisible())
        return;
    const bool longSpan = isLong();
    const std::int64_t from = (nowNs() - m_spanNs) / second;
    using Kept = Result<dockerapi::MetricsHistory>;
    m_keptRequest = m_bridge.client().stats().history(
        m_id.toStdString(), from, onGui<Kept>(this, [this, longSpan, id = m_id](const Kept& kept) {
            if (id != m_id || longSpan != isLong())
                return;
            if (kept) {
                takeKept(*kept, longSpan);
            } else if (kept.error().kind == ErrorKind::NotFound || kept.error().kind == ErrorKind::NotImplemented) {
                m_kept = false; // what is read here is all there is
                for (TimeSeriesChart* chart : m_charts)
                    chart->setHistory(shown());
                refresh();
            }
        }));
}

void ChartsView::takeKept(const dockerapi::MetricsHistory& kept, bool longSpan)
{
    if (longSpan)
        m_long.clear();
    if (StatsHistory* history = shown())
        history->merge(kept);
    refresh();
    if (longSpan && m_running)
        m_keptTimer.start(kept.step * 1000);
    else if (std::exchange(m_seam, false))
        m_keptTimer.start(seamMs);
}

void ChartsView::setLimits(double cores, bool memoryLimited)
{
    if (cores == m_coresLimit && memoryLimited == m_memoryLimited)
        return;
    m_coresLimit = cores;
    m_memoryLimited = memoryLimited;
    refresh();
}

void ChartsView::sample()
{
    if (m_sampling || m_id.isEmpty() || !m_running)
        return;
    m_sampling = m_seam = true;
    m_problem.clear();
    m_hop.renew(this);
    m_request = m_bridge.client().stats().stats(
        m_id.toStdString(),
        m_hop.wrap<dockerapi::StatsSample>([this](const dockerapi::StatsSample& s) { receive(s); }),
        m_hop.wrap<Status>([this](const Status& status) {
            m_sampling = false;
            if (m_history)
                m_history->markGap();
            m_problem = status ? tr("The engine ended the readings.") : QString::fromStdString(status.error().message);
            showState();
        }));
    showState();
}

void ChartsView::stop()
{
    if (!m_sampling)
        return;
    m_sampling = false;
    m_hop.cut();
    m_request.reset();
    if (m_history)
        m_history->markGap();
}

void ChartsView::receive(const dockerapi::StatsSample& sample)
{
    if (!m_history)
        return;
    dockerapi::StatsSample timed = sample;
    if (timed.timeNs <= 0)
        timed.timeNs = nowNs();
    m_history->add(timed);
    refresh();
}

void ChartsView::askSave()
{
    auto* dialog = new QFileDialog(window(), tr("Save charts"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setNameFilters({tr("Table (*.csv)"), tr("Picture (*.png)")});
    dialog->selectFile(m_id.left(12) + QStringLiteral(".csv"));
    connect(dialog, &QFileDialog::filterSelected, dialog,
            [dialog](const QString& filter) { dialog->setDefaultSuffix(filter.contains(QLatin1StringView("png")) ? QStringLiteral("png") : QStringLiteral("csv")); });
    connect(dialog, &QFileDialog::fileSelected, this, &ChartsView::save);
    dialog->open();
}

void ChartsView::save(const QString& file)
{
    const StatsHistory* history = shown();
    if (!history)
        return;
    const std::int64_t now = nowNs();
    const Status saved = file.endsWith(QLatin1StringView(".png"), Qt::CaseInsensitive) ? savePicture(file, *m_board)
                                                                                       : saveFile(file, csvOf(*history, now - m_spanNs, now + second));
    if (!saved)
        m_message->say(MessageBar::Kind::Problem, QString::fromStdString(saved.error().message));
    else
        m_message->clear();
}

void ChartsView::refresh()
{
    const StatsHistory* history = shown();
    const bool recorded = history && !history->empty();
    const std::int64_t last = recorded && !isLong() ? history->points().back().timeNs : nowNs();
    // The axis ends at the newest reading, so a clock of a remote host that is off does not empty the charts.
    if (m_history && !m_history->empty()) {
        const unsigned host = m_history->onlineCpus();
        if (m_coresLimit > 0)
            m_cpu->setLimit(m_coresLimit, tr("limit %1").arg(formatValue(m_coresLimit, Unit::Cores)));
        else if (host > 0)
            m_cpu->setLimit(static_cast<double>(host), tr("machine: %n cores", nullptr, static_cast<int>(host)));
        else
            m_cpu->setLimit({}, {});
        const double memory = m_history->memoryLimit() ? static_cast<double>(*m_history->memoryLimit()) : 0;
        if (memory > 0 && memory < noLimit)
            m_memory->setLimit(memory, (m_memoryLimited ? tr("limit %1") : tr("machine: %1")).arg(formatValue(memory, Unit::Bytes)));
        else
            m_memory->setLimit({}, {});
    }
    for (TimeSeriesChart* chart : m_charts)
        chart->setWindow(last, m_spanNs);
    showState();
}

void ChartsView::showState()
{
    const StatsHistory* history = shown();
    const bool nothing = m_id.isEmpty() || (!m_running && !isLong() && (!history || history->empty()));
    m_header->setVisible(!nothing);
    m_scroll->setVisible(!nothing);
    m_empty->setVisible(nothing);
    if (nothing)
        return m_id.isEmpty() ? m_empty->show("chart", tr("No container selected"), tr("Select a container to see its charts."))
                              : m_empty->show("chart", tr("Nothing to measure"), tr("This container is not running. Its charts begin when it starts."));
    QString text;
    if (!m_running)
        text = tr("Not running: the charts show what was read before.");
    else if (!m_problem.isEmpty())
        text = tr("No readings: %1").arg(m_problem);
    else if (isLong())
        text = m_spanNs > 21600 * second ? tr("Means of a minute each") : tr("Means of ten seconds each");
    else
        text = tr("Live, one reading a second");
    QPalette p = palette();
    p.setColor(QPalette::WindowText, m_problem.isEmpty() ? ViewColors::of(p).dim : ViewColors::of(p).error);
    m_state->setPalette(p);
    m_state->setText(text);
}

void ChartsView::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    sample();
    askKept();
}

void ChartsView::hideEvent(QHideEvent* event)
{
    stop();
    m_keptTimer.stop();
    m_keptRequest.reset();
    QWidget::hideEvent(event);
}

void ChartsView::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    arrange();
}

void ChartsView::arrange()
{
    const int columns = width() >= 760 ? 2 : 1;
    if (columns == m_columns)
        return;
    m_columns = columns;
    for (TimeSeriesChart* chart : m_charts)
        m_grid->removeWidget(chart);
    const int count = static_cast<int>(m_charts.size());
    for (int i = 0; i < count; ++i) {
        const bool wide = columns == 2 && i == count - 1 && count % 2 == 1;
        m_grid->addWidget(m_charts[static_cast<std::size_t>(i)], i / columns, i % columns, 1, wide ? 2 : 1);
    }
}

} // namespace slipway::ui
