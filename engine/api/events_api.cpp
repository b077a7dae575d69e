// SPDX-License-Identifier: GPL-3.0-or-later
#include <mutex>

#include "api/json_shapes.h"
#include "api/numbers.h"
#include "api/router.h"
#include "base/clock.h"

namespace slipway::api
{
namespace
{

struct Pending
{
    std::mutex mutex;
    std::string lines;
};

Task<Status> events(Api& api, const HttpRequest& request, Exchange& exchange)
{
    auto filters = request.filters();
    if (!filters)
        co_return std::unexpected(filters.error());
    TimePoint since{}, until{};
    for (auto [name, target] : {std::pair("since", &since), std::pair("until", &until)}) {
        const std::string text = request.value(name);
        if (text.empty())
            continue;
        auto time = moment(text);
        if (!time)
            co_return std::unexpected(time.error());
        *target = *time;
    }
    if (since != TimePoint{} && until != TimePoint{} && since > until)
        co_return fail(ErrorKind::InvalidArgument, "`since` time (" + request.value("since") + ") cannot be after `until` time (" +
                                                       request.value("until") + ")");
    auto notifier = std::make_shared<Notifier>(api.reactor);
    auto pending = std::make_shared<Pending>();
    auto gone = std::make_shared<bool>(false);
    if (const Status begun = co_await exchange.begin("application/json"); !begun)
        co_return begun;
    const auto subscription = api.services.events.subscribe(
        [pending, notifier, filters = *filters, until](const Event& event) {
            if ((until != TimePoint{} && event.time > until) || !eventMatches(filters, event))
                return;
            const std::lock_guard lock(pending->mutex);
            pending->lines += dumpJson(eventJson(event)) + "\n";
            notifier->notify();
        },
        since);
    exchange.whenPeerGone([gone, notifier] {
        *gone = true;
        notifier->notify();
    });
    while (!*gone) {
        std::string lines;
        {
            const std::lock_guard lock(pending->mutex);
            lines.swap(pending->lines);
        }
        if (!lines.empty()) {
            if (const Status sent = co_await exchange.write(lines); !sent)
                co_return sent;
            continue;
        }
        if (until == TimePoint{}) {
            co_await notifier->wait();
            continue;
        }
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - now());
        if (left.count() <= 0)
            co_return Status();
        co_await notifier->waitFor(left + std::chrono::milliseconds(1));
    }
    co_return Status();
}

constexpr Route routes[] = {{"GET", "/events", nullptr, events}};

} // namespace

std::span<const Route> eventRoutes() { return routes; }

} // namespace slipway::api
