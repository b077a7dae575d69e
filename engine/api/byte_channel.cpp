// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/byte_channel.h"

#include <format>

namespace slipway::api
{
namespace
{

std::string humanSize(double bytes)
{
    static constexpr const char* units[] = {"B", "kB", "MB", "GB", "TB"};
    std::size_t unit = 0;
    for (; bytes >= 1000 && unit < 4; ++unit)
        bytes /= 1000;
    return std::format("{:.4g}{}", bytes, units[unit]);
}

// Docker's own: "[====>      ]  1.2MB/3.4MB"
std::string progressText(std::int64_t current, std::int64_t total)
{
    if (total <= 0)
        return std::format("{:>8}", humanSize(static_cast<double>(current)));
    const auto percent = static_cast<std::size_t>(std::min<std::int64_t>(100, current * 100 / total)) / 2;
    const std::string bar = std::string(percent, '=') + ">" + std::string(50 - percent, ' ');
    return std::format("[{}] {:>8}/{}", bar.substr(0, 51), humanSize(static_cast<double>(current)),
                       humanSize(static_cast<double>(total)));
}

} // namespace

Json progressJson(const ImageProgress& progress)
{
    Json line = Json::object();
    if (!progress.stream.empty()) {
        line["stream"] = progress.stream;
    } else if (!progress.aux.is_null()) {
        line["progressDetail"] = Json::object();
        line["aux"] = progress.aux;
    } else {
        line["status"] = progress.status;
        line["progressDetail"] = Json::object();
        if (!progress.id.empty())
            line["id"] = progress.id;
        if (progress.current > 0 || progress.total > 0) {
            line["progressDetail"] = {{"current", progress.current}, {"total", progress.total}};
            line["progress"] = progressText(progress.current, progress.total);
        }
    }
    return line;
}

std::string progressLine(const ImageProgress& progress) { return dumpJson(progressJson(progress)) + "\r\n"; }

Task<Status> streamWork(Api& api, Exchange& exchange, std::string type, Work work, bool atOnce)
{
    auto channel = std::make_shared<ByteChannel>(api.reactor);
    auto ended = std::make_shared<std::optional<Status>>();
    auto running = std::make_shared<Notifier>(api.reactor);
    exchange.whenPeerGone([channel] { channel->cancel(); });
    api.pool.run([channel, work = std::move(work)] {
        Status status;
        try {
            status = work(*channel);
        } catch (const std::exception& e) {
            status = fail(ErrorKind::Internal, std::string("unexpected: ") + e.what());
        }
        channel->finish(std::move(status));
    });
    Status sent;
    while (true) {
        const std::string bytes = channel->take();
        if (!bytes.empty() && sent) {
            if (!exchange.begun())
                sent = co_await exchange.begin(type, 200);
            if (sent)
                sent = co_await exchange.write(bytes);
            if (!sent)
                channel->cancel();
        }
        if (const auto result = channel->result()) {
            if (!*result && atOnce && !exchange.begun())
                if (const Status begun = co_await exchange.begin(type, 200); !begun)
                    co_return begun;
            if (*result || !exchange.begun() || type != "application/json")
                co_return *result;
            const std::string message = result->error().message;
            const std::string line = dumpJson({{"errorDetail", {{"message", message}}}, {"error", message}}) + "\r\n";
            co_return co_await exchange.write(line);
        }
        co_await channel->notifier->wait();
    }
}

} // namespace slipway::api
