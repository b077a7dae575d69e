// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <memory>
#include <mutex>

#include <QObject>
#include <QSaveFile>

#include "client/engine_client.h"
#include "terminal/engine_hop.h"

namespace slipway::ui
{

// Writes a log, or what a query shows of it, to a file as it comes from the engine; the file appears when it is whole. One at a
// time. GUI thread.
class LogExport : public QObject
{
    Q_OBJECT

public:
    LogExport(EngineClient& client, QObject* parent) : QObject(parent), m_client(client) {}

    void start(const QString& file, const LogsClient::Containers& containers, const std::vector<std::string>& names, const logstore::LogQuery& query,
               logstore::ExportFormat format);
    void cancel(); // nothing is left
    [[nodiscard]] bool running() const { return static_cast<bool>(m_sink); }
    [[nodiscard]] qint64 written() const { return m_sink ? m_sink->written.load() : 0; }

signals:
    void progressed();
    void ended(const QString& file, const QString& problem); // no problem: it is written

private:
    void finish(const QString& problem);

    EngineClient& m_client;
    struct Sink // written on the client's thread, so that nothing piles up
    {
        std::mutex mutex;
        std::unique_ptr<QSaveFile> file; // null: nobody wants it any more
        QString problem;
        std::atomic<qint64> written = 0;
    };
    std::shared_ptr<Sink> m_sink;
    EngineHop m_hop;
    Request m_request;
};

} // namespace slipway::ui
