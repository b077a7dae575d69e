// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/metrics_feed.h"

#include <chrono>

namespace slipway::ui
{
namespace
{
constexpr std::int64_t second = ChartWindow::second;
constexpr std::int64_t longestFine = 600 * second; // as far back as the engine keeps every second
constexpr std::size_t errorBins = 240;
constexpr int errorsEveryMs = 5000, errorsRestMs = 300, settleMs = 150;

std::int64_t nowNs()
{
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}
} // namespace

MetricsFeed::MetricsFeed(EngineBridge& bridge, QObject* parent) : QObject(parent), m_bridge(bridge)
{
    for (QTimer* timer : {&m_keptTimer, &m_marksTimer, &m_errorsTimer})
        timer->setSingleShot(true);
    connect(&m_keptTimer, &QTimer::timeout, this, &MetricsFeed::askKept);
    connect(&m_marksTimer, &QTimer::timeout, this, &MetricsFeed::askMarks);
    connect(&m_errorsTimer, &QTimer::timeout, this, &MetricsFeed::askErrors);
    connect(&bridge, &EngineBridge::event, this, &MetricsFeed::heard);
}

MetricsFeed::~MetricsFeed()
{
    m_hop.cut();
    m_stream.reset();
}

void MetricsFeed::setContainer(const QString& id, bool running)
{
    if (id == m_id && running == m_running)
        return;
    const bool other = id != m_id;
    stop();
    m_id = id;
    m_running = running;
    m_problem.clear();
    if (other) {
        m_history.reset();
        if (!id.isEmpty()) {
            std::shared_ptr<StatsHistory>& history = m_histories[id];
            if (!history)
                history = std::make_shared<StatsHistory>();
            m_history = history;
        }
        m_long.clear();
        m_marks.clear();
        m_errors = {};
        m_kept = true;
        m_fromProc = false;
    }
    if (m_active) {
        sample();
        askKept();
        askMarks();
        askErrors();
    }
    emit changed();
}

void MetricsFeed::setActive(bool active)
{
    if (active == m_active)
        return;
    m_active = active;
    if (active) {
        sample();
        askKept();
        askMarks();
        askErrors();
        return;
    }
    stop();
    for (QTimer* timer : {&m_keptTimer, &m_marksTimer, &m_errorsTimer})
        timer->stop();
    m_keptRequest.reset();
    m_marksRequest.reset();
    m_errorsRequest.reset();
}

void MetricsFeed::setWindow(const ChartWindow& window)
{
    const bool other = window.live != m_window.live || window.spanNs != m_window.spanNs || (!window.live && window.endNs != m_window.endNs);
    m_window = window;
    if (!other || !m_active)
        return;
    m_keptTimer.start(settleMs); // a wheel turns many times
    m_errorsTimer.start(settleMs);
}

ChartWindow MetricsFeed::current() const
{
    ChartWindow window = m_window;
    if (window.live)
        window.endNs = newestNs();
    return window;
}

std::int64_t MetricsFeed::newestNs() const
{
    // The newest reading, so that a clock of a remote host that is off does not empty the charts.
    if (m_running && m_history && !m_history->empty() && m_window.spanNs <= longestFine)
        return m_history->points().back().timeNs;
    return nowNs();
}

bool MetricsFeed::isLong() const
{
    const std::int64_t begin = m_window.live ? nowNs() - m_window.spanNs : m_window.beginNs();
    return m_kept && begin < nowNs() - longestFine - 30 * second;
}

const StatsHistory* MetricsFeed::shown() const
{
    if (!m_history)
        return nullptr;
    return isLong() ? &m_long : m_history.get();
}

void MetricsFeed::sample()
{
    if (m_sampling || !m_active || m_id.isEmpty() || !m_running)
        return;
    m_sampling = true;
    m_problem.clear();
    if (!m_kept)
        return sampleStats();
    m_hop.renew(this);
    m_stream = m_bridge.client().stats().live({m_id.toStdString()}, m_hop.wrap<dockerapi::MetricsInstant>([this](const dockerapi::MetricsInstant& i) { take(i); }),
                                              m_hop.wrap<Status>([this](const Status& status) {
                                                  if (!status && isUnknownCall(status.error())) {
                                                      m_kept = false;
                                                      return sampleStats();
                                                  }
                                                  ended(status);
                                              }));
}

// Of an engine that only answers as Docker does.
void MetricsFeed::sampleStats()
{
    m_hop.renew(this);
    m_stream = m_bridge.client().stats().stats(m_id.toStdString(), m_hop.wrap<dockerapi::StatsSample>([this](const dockerapi::StatsSample& sample) {
                                                   if (!m_history)
                                                       return;
                                                   dockerapi::StatsSample timed = sample;
                                                   if (timed.timeNs <= 0)
                                                       timed.timeNs = nowNs();
                                                   m_history->add(timed);
                                                   emit changed();
                                               }),
                                               m_hop.wrap<Status>([this](const Status& status) { ended(status); }));
}

void MetricsFeed::ended(const Status& status)
{
    m_sampling = false;
    if (m_history)
        m_history->markGap();
    m_problem = status ? tr("The engine ended the readings.") : QString::fromStdString(status.error().message);
    emit changed();
}

void MetricsFeed::stop()
{
    if (!m_sampling)
        return;
    m_sampling = false;
    m_hop.cut();
    m_stream.reset();
    if (m_history)
        m_history->markGap();
}

void MetricsFeed::take(const dockerapi::MetricsInstant& instant)
{
    m_machine = instant.machine;
    const auto used = instant.containers.find(m_id.toStdString());
    if (!m_history || used == instant.containers.end())
        return;
    m_fromProc = used->second.fromProc;
    m_history->setReadingEvery(m_fromProc ? 5 : 1);
    m_history->add(instant.time, used->second.values, *instant.machine);
    emit changed();
}

void MetricsFeed::askKept()
{
    m_keptTimer.stop();
    if (m_id.isEmpty() || !m_kept || !m_active)
        return;
    const bool longSpan = isLong();
    const ChartWindow window = current();
    // The fine history is wanted up to now, whichever part of it is shown.
    const std::int64_t from = (longSpan ? window.beginNs() : std::min(window.beginNs(), nowNs() - window.spanNs)) / second;
    const std::int64_t to = longSpan && !window.live ? window.endNs / second + 61 : 0;
    using Kept = Result<dockerapi::MetricsHistory>;
    m_keptRequest = m_bridge.client().stats().history(m_id.toStdString(), from, to, onGui<Kept>(this, [this, longSpan, id = m_id](const Kept& kept) {
                                                          if (id != m_id || longSpan != isLong())
                                                              return;
                                                          if (kept)
                                                              return takeKept(*kept, longSpan);
                                                          if (isUnknownCall(kept.error())) {
                                                              m_kept = false; // what is read here is all there is
                                                              emit changed();
                                                          }
                                                      }));
}

void MetricsFeed::takeKept(const dockerapi::MetricsHistory& kept, bool longSpan)
{
    m_fromProc = kept.fromProc;
    if (longSpan) {
        m_long.clear();
        m_longStep = kept.step;
        m_long.merge(kept);
    } else if (m_history) {
        m_history->setReadingEvery(kept.fromProc ? 5 : 1);
        m_history->merge(kept);
    }
    if (longSpan && m_running && m_window.live)
        m_keptTimer.start(kept.step * 1000);
    emit changed();
}

void MetricsFeed::askMarks()
{
    if (m_id.isEmpty() || !m_kept || !m_active)
        return;
    using Marks = Result<std::vector<dockerapi::MetricsMark>>;
    m_marksRequest = m_bridge.client().stats().marks(m_id.toStdString(), 0, onGui<Marks>(this, [this, id = m_id](const Marks& marks) {
                                                         if (id != m_id || !marks)
                                                             return;
                                                         m_marks.clear();
                                                         for (const dockerapi::MetricsMark& mark : *marks)
                                                             m_marks.push_back(chartMark(mark));
                                                         emit changed();
                                                     }));
}

void MetricsFeed::heard(const dockerapi::EventMessage& event)
{
    const dockerapi::MetricsMark mark = markOf(event);
    if (mark.what.empty() || QString::fromStdString(event.actorId) != m_id)
        return;
    if (m_kept)
        m_marksTimer.start(settleMs); // the engine knows more of it
    else
        m_marks.push_back(chartMark(mark));
    emit changed();
}

void MetricsFeed::askErrors()
{
    m_errorsTimer.stop();
    if (m_id.isEmpty() || !m_kept || !m_active)
        return;
    const ChartWindow window = current();
    // In whole bins, so that the bars stand still while the window moves on.
    const std::int64_t bin = std::max<std::int64_t>(second, (window.spanNs / static_cast<std::int64_t>(errorBins) + second - 1) / second * second);
    const std::int64_t from = window.beginNs() / bin * bin, to = (window.endNs / bin + 1) * bin;
    using Answer = Result<LogsClient::Density>;
    m_errorsRequest = m_bridge.client().logs().errorDensity(
        {m_id.toStdString()}, from, to, static_cast<std::size_t>((to - from) / bin), onGui<Answer>(this, [this, id = m_id, from, to](const Answer& answer) {
            if (id != m_id || !answer)
                return;
            m_errors = *answer;
            m_errorsFrom = from;
            m_errorsTo = to;
            if (answer->fromNs > from)
                m_errorsTimer.start(errorsRestMs);
            else if (m_running && m_window.live)
                m_errorsTimer.start(errorsEveryMs);
            emit changed();
        }));
}

} // namespace slipway::ui
