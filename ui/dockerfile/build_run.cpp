// SPDX-License-Identifier: GPL-3.0-or-later
#include "dockerfile/build_run.h"

#include <mutex>

#include <QFileInfo>
#include <QLocale>

#include "jobs/jobs.h"
#include "widgets/bytes.h"

namespace slipway::ui
{
namespace
{
// News of the client's thread on their way to the GUI thread: a build that prints a lot costs one call a turn of the event loop.
class Mailbox
{
public:
    bool put(dockerapi::BuildStep step) // true: nobody was told yet
    {
        const std::lock_guard lock(m_mutex);
        m_news.push_back(std::move(step));
        return std::exchange(m_told, true) == false;
    }
    std::vector<dockerapi::BuildStep> take()
    {
        const std::lock_guard lock(m_mutex);
        m_told = false;
        return std::exchange(m_news, {});
    }

private:
    std::mutex m_mutex;
    std::vector<dockerapi::BuildStep> m_news;
    bool m_told = false;
};
} // namespace

QString durationText(qint64 ms)
{
    if (ms < 1)
        return BuildRun::tr("less than 1 ms");
    if (ms < 1000)
        return BuildRun::tr("%1 ms").arg(ms);
    if (ms < 60'000)
        return BuildRun::tr("%1 s").arg(QLocale().toString(double(ms) / 1000, 'f', 1));
    return BuildRun::tr("%1 min %2 s").arg(ms / 60'000).arg(ms / 1000 % 60);
}

std::shared_ptr<BuildRun> BuildRun::start(EngineBridge& bridge, Jobs& jobs, const BuildSettings& settings, const QString& file, const QString& text)
{
    auto run = std::make_shared<BuildRun>();
    run->m_clock.start();
    run->m_image = settings.tags().value(0);
    Job& job = jobs.start("build", Job::tr("Build %1").arg(run->m_image.isEmpty() ? QFileInfo(file).fileName() : run->m_image));
    run->m_job = &job;
    BuildRun* const raw = run.get();
    const auto mail = std::make_shared<Mailbox>();
    const auto read = onGui<bool>(raw, [raw, mail](bool) { raw->take(mail->take()); });
    job.hold(bridge.client().builds().build(
        settings.options(file, text),
        [mail, read](dockerapi::BuildStep step) {
            if (mail->put(std::move(step)))
                read(true);
        },
        onGui<Result<std::string>>(raw, [raw, mail](const Result<std::string>& result) {
            raw->take(mail->take());
            raw->end(result);
        })));
    connect(&job, &Job::ended, &job, [run] { // and so the job keeps it
        if (run->m_state == State::Running)
            run->finish(State::Cancelled, tr("cancelled"));
    });
    return run;
}

std::shared_ptr<BuildRun> BuildRun::past(const dockerapi::PastBuild& build, const std::vector<dockerapi::BuildStep>& steps)
{
    auto run = std::make_shared<BuildRun>();
    run->m_image = QString::fromStdString(build.tags.empty() ? build.image : build.tags.front());
    run->take(steps);
    run->m_elapsed = build.ms;
    switch (build.state) {
    case dockerapi::BuildState::Running: break;
    case dockerapi::BuildState::Succeeded: run->finish(State::Succeeded, {}); break;
    case dockerapi::BuildState::Failed: run->finish(State::Failed, QString::fromStdString(build.error)); break;
    case dockerapi::BuildState::Cancelled: run->finish(State::Cancelled, {}); break;
    }
    return run;
}

void BuildRun::cancel()
{
    const auto alive = shared_from_this();
    if (m_job)
        m_job->cancel();
}

void BuildRun::setShown(std::function<bool()> shown)
{
    if (m_job)
        m_job->setShown(std::move(shown));
}

BuildRun::Step* BuildRun::find(int number)
{
    const auto found = std::ranges::find(m_steps, number, &Step::number);
    return found == m_steps.end() ? nullptr : &*found;
}

int BuildRun::cachedSteps() const { return int(std::ranges::count(m_steps, Step::State::Cached, &Step::state)); }

void BuildRun::endLine()
{
    if (!std::exchange(m_lineOpen, false))
        return;
    dockerapi::LogLine rest;
    rest.isStderr = m_openIsStderr;
    m_output.append(rest);
}

void BuildRun::printPiece(std::string_view text, bool isStderr)
{
    if (m_lineOpen && m_openIsStderr != isStderr)
        endLine();
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        dockerapi::LogLine line;
        line.text = text.substr(0, end);
        if (end != std::string_view::npos && line.text.ends_with('\r'))
            line.text.pop_back();
        line.isStderr = isStderr;
        line.partial = end == std::string_view::npos;
        m_output.append(line);
        m_lineOpen = line.partial;
        m_openIsStderr = isStderr;
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
}

void BuildRun::print(const QString& text, bool isStderr)
{
    endLine();
    dockerapi::LogLine line;
    line.text = text.toStdString();
    line.isStderr = isStderr;
    m_output.append(line);
}

void BuildRun::showInJob(const Step& step, const QString& status, double share)
{
    if (!m_job)
        return;
    Job::Part part;
    part.id = std::to_string(step.number);
    part.label = QStringLiteral("%1/%2  %3").arg(step.number).arg(m_total).arg(step.text.simplified().left(80));
    part.status = status;
    part.share = share;
    part.done = share >= 1;
    m_job->setPart(part);
}

void BuildRun::take(const std::vector<dockerapi::BuildStep>& news)
{
    if (m_state != State::Running || news.empty())
        return;
    for (const dockerapi::BuildStep& each : news)
        take(each);
    emit outputChanged();
    emit changed();
}

void BuildRun::take(const dockerapi::BuildStep& news)
{
    using News = dockerapi::BuildStep::State;
    m_total = std::max(m_total, news.total);
    const qint64 now = news.ms >= 0 ? news.ms : elapsedMs();
    if (m_job)
        m_job->setSteps(m_total);
    if (news.state == News::Started) {
        for (Step& open : m_steps) // an ARG before the first FROM is done when the next begins
            if (open.state == Step::State::Running && open.number == news.step - 1 && open.text.startsWith(QLatin1StringView("ARG"), Qt::CaseInsensitive))
                open.state = Step::State::Done;
        Step step;
        step.number = news.step;
        step.line = news.line;
        step.text = QString::fromStdString(news.text);
        step.startedMs = now;
        m_speaker = news.step;
        print(tr("Step %1/%2: %3").arg(news.step).arg(m_total).arg(step.text.simplified()).prepend(QLatin1StringView("\x1b[1m")).append(QLatin1StringView("\x1b[0m")));
        step.outputLine = m_output.endLine() - 1;
        showInJob(step, tr("Running"), 0);
        m_steps.push_back(std::move(step));
        return;
    }
    Step* step = find(news.step);
    if (!step)
        return;
    const auto close = [&](Step::State state) {
        step->state = state;
        step->ms = now - step->startedMs;
        step->size = std::max(step->size, qint64(news.size));
    };
    switch (news.state) {
    case News::Started:
        break;
    case News::Output: {
        if (m_speaker != news.step) // stages that run side by side speak in turns
            print(QStringLiteral("\x1b[2m%1\x1b[0m").arg(tr("Step %1/%2:").arg(news.step).arg(m_total)));
        m_speaker = news.step;
        printPiece(news.text, news.isStderr);
        break;
    }
    case News::Pull:
        if (m_job && !news.pull.id.empty())
            showInJob(*step, QString::fromStdString(news.pull.status + ' ' + news.pull.id),
                      news.pull.total > 0 ? double(news.pull.current) / double(news.pull.total) * 0.9 : 0);
        break;
    case News::Cached:
        close(Step::State::Cached);
        showInJob(*step, tr("From the cache"), 1);
        break;
    case News::Done:
        close(step->state == Step::State::Cached ? Step::State::Cached : Step::State::Done);
        showInJob(*step, step->state == Step::State::Cached ? tr("From the cache") : tr("Done in %1").arg(durationText(step->ms)), 1);
        break;
    case News::Failed:
        close(m_error.isEmpty() || news.text.find("cancel") == std::string::npos ? Step::State::Failed : Step::State::Cancelled);
        if (m_error.isEmpty())
            m_error = QString::fromStdString(news.text);
        showInJob(*step, tr("Failed"), 0);
        break;
    }
}

void BuildRun::end(const Result<std::string>& result)
{
    if (m_state != State::Running)
        return;
    if (!result) {
        finish(State::Failed, QString::fromStdString(result.error().message));
        return;
    }
    if (m_image.isEmpty())
        m_image = QString::fromStdString(*result);
    finish(State::Succeeded, {});
}

void BuildRun::finish(State state, const QString& error)
{
    const auto alive = shared_from_this(); // the job may let go of it
    if (m_clock.isValid())
        m_elapsed = m_clock.elapsed();
    m_state = state;
    if (!error.isEmpty())
        m_error = error;
    for (Step& step : m_steps) {
        if (step.state != Step::State::Running)
            continue;
        step.state = state == State::Succeeded ? Step::State::Done : state == State::Failed && step.number == m_speaker ? Step::State::Failed : Step::State::Cancelled;
        step.ms = m_elapsed - step.startedMs;
    }
    if (state == State::Succeeded)
        print(tr("Built %1 in %2").arg(m_image, durationText(m_elapsed)));
    else
        print(state == State::Failed ? m_error : tr("Cancelled after %1").arg(durationText(m_elapsed)), true);
    if (m_job && state != State::Cancelled) {
        m_job->setOutcome(tr("%n step(s)", nullptr, int(m_steps.size())) + QStringLiteral(" · ") + durationText(m_elapsed));
        m_job->finish(state == State::Succeeded ? Status() : Status(fail(ErrorKind::Internal, m_error.toStdString())));
    }
    emit outputChanged();
    emit changed();
    emit finished();
}

} // namespace slipway::ui
