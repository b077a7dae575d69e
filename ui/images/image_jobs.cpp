// SPDX-License-Identifier: GPL-3.0-or-later
#include "images/image_jobs.h"

#include <QFileInfo>

#include "jobs/jobs.h"

namespace slipway::ui
{
namespace
{
void end(Job& job, const Status& status, const std::function<void(const Status&)>& then)
{
    job.finish(status);
    if (then)
        then(status);
}
} // namespace

Job& pullImage(EngineBridge& bridge, Jobs& jobs, const QString& reference, std::function<void(const Status&)> then)
{
    Job& job = jobs.start("pull", Job::tr("Pull %1").arg(reference));
    job.setRetry([&bridge, &jobs, reference, then] { pullImage(bridge, jobs, reference, then); });
    job.hold(bridge.client().images().pull(
        reference.toStdString(),
        onGui<dockerapi::ProgressLine>(&job, [&job](const dockerapi::ProgressLine& line) { job.take(line); }),
        onGui<Status>(&job, [&job, then](const Status& status) { end(job, status, then); })));
    return job;
}

Job& loadImage(EngineBridge& bridge, Jobs& jobs, const QString& file, std::function<void(const Status&)> then)
{
    Job& job = jobs.start("load", Job::tr("Load %1").arg(QFileInfo(file).fileName()));
    job.setRetry([&bridge, &jobs, file, then] { loadImage(bridge, jobs, file, then); });
    const auto take = [&job](const dockerapi::ProgressLine& line) {
        const QString said = QString::fromStdString(line.stream).trimmed();
        if (said.startsWith(QLatin1StringView("Loaded image")))
            job.setOutcome(said);
        job.take(line);
    };
    job.hold(bridge.client().images().load(
        file.toStdString(), onGui<dockerapi::ProgressLine>(&job, take),
        onGui<Status>(&job, [&job, then](const Status& status) { end(job, status, then); })));
    return job;
}

} // namespace slipway::ui
