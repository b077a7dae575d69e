// SPDX-License-Identifier: GPL-3.0-or-later
#include "jobs/jobs.h"

#include <algorithm>

namespace slipway::ui
{

Jobs::~Jobs() = default;

Job& Jobs::start(const char* icon, const QString& title)
{
    Job& job = *m_jobs.emplace_back(std::make_unique<Job>(icon, title));
    connect(&job, &Job::changed, this, &Jobs::changed);
    emit added(&job);
    emit changed();
    return job;
}

void Jobs::dismiss(Job& job)
{
    const auto it = std::ranges::find(m_jobs, &job, &std::unique_ptr<Job>::get);
    if (it == m_jobs.end() || job.state() == Job::State::Running)
        return;
    emit removing(&job);
    // It may be the sender of the signal that led here.
    it->release()->deleteLater();
    m_jobs.erase(it);
    emit changed();
}

void Jobs::dismissEnded()
{
    std::vector<Job*> ended;
    for (const auto& job : m_jobs)
        if (job->state() != Job::State::Running)
            ended.push_back(job.get());
    for (Job* job : ended)
        dismiss(*job);
}

int Jobs::running() const
{
    return int(std::ranges::count(m_jobs, Job::State::Running, [](const auto& job) { return job->state(); }));
}

} // namespace slipway::ui
