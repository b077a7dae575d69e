// SPDX-License-Identifier: GPL-3.0-or-later
#include "logs/log_export.h"

#include <utility>

namespace slipway::ui
{

void LogExport::start(const QString& file, const LogsClient::Containers& containers, const std::vector<std::string>& names,
                      const logstore::LogQuery& query, logstore::ExportFormat format)
{
    cancel();
    m_sink = std::make_shared<Sink>();
    m_sink->file = std::make_unique<QSaveFile>(file);
    if (!m_sink->file->open(QIODevice::WriteOnly))
        return finish(m_sink->file->errorString());
    m_hop.renew(this);
    const auto tell = m_hop.wrap<int>([this](int) { emit progressed(); });
    m_request = m_client.logs().exportLogs(
        containers, query, format, names,
        [sink = m_sink, tell](const std::string& bytes) {
            const std::lock_guard lock(sink->mutex);
            if (!sink->file || !sink->problem.isEmpty())
                return;
            if (sink->file->write(bytes.data(), static_cast<qint64>(bytes.size())) < 0)
                sink->problem = sink->file->errorString();
            sink->written += static_cast<qint64>(bytes.size());
            tell(0);
        },
        m_hop.wrap<Status>([this](const Status& status) { finish(status ? QString() : QString::fromStdString(status.error().message)); }));
}

void LogExport::cancel()
{
    m_hop.cut();
    m_request.reset();
    if (!m_sink)
        return;
    const std::shared_ptr<Sink> sink = std::exchange(m_sink, nullptr);
    const std::lock_guard lock(sink->mutex);
    sink->file.reset();
}

void LogExport::finish(const QString& problem)
{
    if (!m_sink)
        return;
    QString name, said = problem;
    {
        const std::lock_guard lock(m_sink->mutex);
        name = m_sink->file->fileName();
        if (said.isEmpty())
            said = m_sink->problem;
        if (said.isEmpty() && !m_sink->file->commit())
            said = m_sink->file->errorString();
    }
    cancel();
    emit ended(name, said);
}

} // namespace slipway::ui
