// SPDX-License-Identifier: GPL-3.0-or-later
#include "jobs/job.h"

#include <algorithm>
#include <cmath>

#include "widgets/bytes.h"

namespace slipway::ui
{
namespace
{
constexpr qint64 rateWindowMs = 4000, tellEveryMs = 120;
constexpr double downloadShare = 0.75; // of a layer's work; the rest is unpacking

struct Phase
{
    const char* status;
    double share, more; // at its start; what current/total adds
    bool done;
};
constexpr Phase phases[] = {{"Downloading", 0, downloadShare, false},
                            {"Verifying Checksum", downloadShare, 0, false},
                            {"Download complete", downloadShare, 0, false},
                            {"Extracting", downloadShare, 1 - downloadShare, false},
                            {"Loading layer", 0, 1, false},
                            {"Pushing", 0, 1, false},
                            {"Pull complete", 1, 0, true},
                            {"Already exists", 1, 0, true},
                            {"Layer already exists", 1, 0, true},
                            {"Pushed", 1, 0, true}};

QString duration(int seconds)
{
    if (seconds < 60)
        return Job::tr("%1 s").arg(seconds);
    return seconds < 3600 ? Job::tr("%1 min").arg((seconds + 30) / 60) : Job::tr("%1 h").arg((seconds + 1800) / 3600);
}
} // namespace

Job::Job(const char* icon, const QString& title, QObject* parent) : QObject(parent), m_icon(icon), m_title(title)
{
    m_clock.start();
}

void Job::hold(Request request)
{
    if (m_state == State::Running)
        m_request = std::move(request);
}

void Job::take(const dockerapi::ProgressLine& line)
{
    if (m_state != State::Running)
        return;
    m_message = QString::fromStdString(line.status.empty() ? line.stream : line.status).trimmed();
    const bool ofLayer = !line.id.empty() && !line.status.starts_with("Pulling from");
    if (!ofLayer) {
        touch();
        return;
    }
    const auto known = std::ranges::find(m_parts, line.id, &Part::id);
    Part part = known == m_parts.end() ? Part{line.id, QString::fromStdString(line.id), {}} : *known;
    part.status = m_message;
    if (line.total > 0 && !line.status.starts_with("Extracting")) {
        part.current = line.current;
        part.total = line.total;
    }
    for (const Phase& phase : phases) {
        if (line.status != phase.status)
            continue;
        part.share = phase.share + (line.total > 0 ? phase.more * double(line.current) / double(line.total) : 0);
        part.done = phase.done;
        if (phase.share > 0)
            part.current = part.total;
    }
    setPart(part);
}

void Job::setPart(const Part& part)
{
    const auto it = std::ranges::find(m_parts, part.id, &Part::id);
    if (it == m_parts.end())
        m_parts.push_back(part);
    else
        *it = part;
    m_samples.push_back({m_clock.elapsed(), bytes()});
    while (m_samples.size() > 2 && m_samples.front().ms < m_samples.back().ms - rateWindowMs)
        m_samples.pop_front();
    touch();
}

void Job::touch()
{
    if (m_clock.elapsed() - m_told < tellEveryMs)
        return;
    m_told = m_clock.elapsed();
    emit changed();
}

void Job::finish(const Status& status)
{
    if (status)
        end(State::Done, m_outcome.isEmpty() ? tr("Done in %1").arg(duration(int(m_clock.elapsed() / 1000))) : m_outcome);
    else if (status.error().kind == ErrorKind::Cancelled)
        end(State::Cancelled, tr("Cancelled"));
    else
        end(State::Failed, QString::fromStdString(status.error().message));
}

void Job::cancel()
{
    end(State::Cancelled, tr("Cancelled"));
}

void Job::end(State state, const QString& outcome)
{
    if (m_state != State::Running)
        return;
    m_state = state;
    m_outcome = outcome;
    m_request.reset();
    emit changed();
    emit ended();
}

double Job::share() const
{
    if (m_state == State::Done)
        return 1;
    if (m_parts.empty())
        return -1;
    double sum = 0;
    for (const Part& part : m_parts)
        sum += part.share;
    return sum / std::max(double(m_steps), double(m_parts.size()));
}

std::int64_t Job::bytes() const
{
    std::int64_t sum = 0;
    for (const Part& part : m_parts)
        sum += part.current;
    return sum;
}

std::int64_t Job::wanted() const
{
    std::int64_t sum = 0;
    for (const Part& part : m_parts) {
        if (part.total == 0 && !part.done)
            return 0;
        sum += part.total;
    }
    return sum;
}

double Job::rate() const
{
    if (m_state != State::Running || m_samples.size() < 2)
        return 0;
    const qint64 ms = m_samples.back().ms - m_samples.front().ms;
    const auto moved = double(m_samples.back().bytes - m_samples.front().bytes);
    return ms < 250 || moved <= 0 ? 0 : moved * 1000 / double(ms);
}

int Job::secondsLeft() const
{
    const std::int64_t all = wanted();
    const double speed = rate();
    return all == 0 || speed <= 0 ? -1 : int(std::ceil(double(all - bytes()) / speed));
}

QString Job::summary() const
{
    if (m_state != State::Running)
        return m_outcome;
    if (m_parts.empty())
        return m_message;
    QStringList words;
    const auto done = std::ranges::count_if(m_parts, &Part::done);
    words << (m_steps > 0 ? tr("%1 of %n step(s)", nullptr, m_steps) : tr("%1 of %n layer(s)", nullptr, int(m_parts.size()))).arg(done);
    if (const std::int64_t now = bytes(); now > 0)
        words << (wanted() > 0 ? tr("%1 of %2").arg(bytesText(now), bytesText(wanted())) : bytesText(now));
    if (const double speed = rate(); speed > 0)
        words << tr("%1/s").arg(bytesText(qint64(speed)));
    if (const int left = secondsLeft(); left > 0)
        words << tr("%1 left").arg(duration(left));
    return words.join(QStringLiteral(" · "));
}

} // namespace slipway::ui
