// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/stream_work.h"

namespace slipway::api
{

Task<Status> streamWork(Api& api, Exchange& exchange, std::string type, Work work)
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
