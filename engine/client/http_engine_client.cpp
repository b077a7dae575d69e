// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/engine_client.h"
#include "client/http_nouns.h"

namespace slipway
{
namespace
{

class HttpEngineClient final : public EngineClient
{
public:
    explicit HttpEngineClient(const std::string& path)
        : m_loop(path), m_containers(makeContainersClient(m_loop)), m_logs(makeLogsClient(m_loop)),
          m_stats(makeStatsClient(m_loop)), m_exec(makeExecClient(m_loop)), m_images(makeImagesClient(m_loop)),
          m_builds(makeBuildsClient(m_loop)), m_system(makeSystemClient(m_loop))
    {
    }

    ContainersClient& containers() override { return *m_containers; }
    LogsClient& logs() override { return *m_logs; }
    StatsClient& stats() override { return *m_stats; }
    ExecClient& exec() override { return *m_exec; }
    ImagesClient& images() override { return *m_images; }
    BuildsClient& builds() override { return *m_builds; }
    SystemClient& system() override { return *m_system; }
    [[nodiscard]] std::chrono::milliseconds unanswered() const override { return m_loop.unanswered(); }

private:
    HttpLoop m_loop;
    std::unique_ptr<ContainersClient> m_containers;
    std::unique_ptr<LogsClient> m_logs;
    std::unique_ptr<StatsClient> m_stats;
    std::unique_ptr<ExecClient> m_exec;
    std::unique_ptr<ImagesClient> m_images;
    std::unique_ptr<BuildsClient> m_builds;
    std::unique_ptr<SystemClient> m_system;
};

} // namespace

std::unique_ptr<EngineClient> makeHttpEngineClient(const std::string& unixSocketPath)
{
    return std::make_unique<HttpEngineClient>(unixSocketPath);
}

} // namespace slipway
