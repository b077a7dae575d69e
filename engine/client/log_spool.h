// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "client/engine_client.h"

namespace slipway
{

// Pages of logs for engines that only have streams (Docker, Podman): what logs() gives is written to segments of our own in a
// folder of the user's cache, and read from there, so everything above is the same for every engine. A stream runs while
// somebody listens to growth(), goes on later where it stopped, and is deleted with this object. Of a long log the last
// `firstLines` lines are asked for, unless everything is wanted.
class SpooledLogs : public LogsClient
{
public:
    static constexpr std::uint64_t firstLines = 1'000'000;

    SpooledLogs();
    ~SpooledLogs() override;

    Request page(const Containers&, const logstore::PageRange&, const logstore::LogQuery&, Reply<logstore::LogPage>) override;
    Request search(const Containers&, const logstore::LogQuery&, const logstore::SearchOptions&,
                   std::function<void(logstore::SearchProgress)> onProgress, std::function<void(Status)> onEnd) override;
    Request growth(const Containers&, bool everything, std::function<void(LogExtent)> onGrowth, std::function<void(Status)> onEnd) override;
    Request exportLogs(const Containers&, const logstore::LogQuery&, logstore::ExportFormat, const std::vector<std::string>& names,
                       std::function<void(std::string)> onBytes, std::function<void(Status)> onEnd) override;
    Request errorDensity(const Containers&, std::int64_t fromNs, std::int64_t toNs, std::size_t count, Reply<Density>) override;
    Request removedLogs(Reply<std::vector<RemovedLog>>) override;

protected:
    void stop(); // no callback afterwards: what logs() of a derived class needs may go

private:
    struct Impl;
    std::shared_ptr<Impl> m_impl;
};

} // namespace slipway
