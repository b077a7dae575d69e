// SPDX-License-Identifier: GPL-3.0-or-later
#include <condition_variable>
#include <format>
#include <mutex>
#include <stop_token>

#include "api/router.h"
#include "image/image_service.h"

namespace slipway::api
{
namespace
{

// Bytes from a pool thread to the reactor; the thread waits while a lot is unsent.
class ByteChannel
{
public:
    explicit ByteChannel(asio::io_context& reactor) : notifier(std::make_shared<Notifier>(reactor)) {}
    Status push(std::string_view bytes)
    {
        std::unique_lock lock(m_mutex);
        m_room.wait(lock, [&] { return m_pending.size() < limit || stop.stop_requested(); });
        if (stop.stop_requested())
            return fail(ErrorKind::Cancelled, "the client closed the connection");
        m_pending.append(bytes);
        notifier->notify();
        return {};
    }
    // Never waits: what a client that does not read has in front of it is enough news for it.
    void offer(std::string_view bytes)
    {
        const std::lock_guard lock(m_mutex);
        if (m_pending.size() >= limit || stop.stop_requested())
            return;
        m_pending.append(bytes);
        notifier->notify();
    }
    std::string take()
    {
        const std::lock_guard lock(m_mutex);
        m_room.notify_all();
        return std::exchange(m_pending, {});
    }
    void finish(Status status)
    {
        const std::lock_guard lock(m_mutex);
        m_result = std::move(status);
        notifier->notify();
    }
    std::optional<Status> result()
    {
        const std::lock_guard lock(m_mutex);
        return m_pending.empty() ? m_result : std::nullopt;
    }
    void cancel()
    {
        stop.request_stop();
        const std::lock_guard lock(m_mutex);
        m_room.notify_all();
    }

    std::shared_ptr<Notifier> notifier;
    std::stop_source stop;

private:
    static constexpr std::size_t limit = 1u << 20;
    std::mutex m_mutex;
    std::condition_variable m_room;
    std::string m_pending;
    std::optional<Status> m_result;
};

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

std::string progressLine(const ImageProgress& progress)
{
    Json line = Json::object();
    if (!progress.stream.empty()) {
        line["stream"] = progress.stream;
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
    return dumpJson(line) + "\r\n";
}

using Work = std::function<Status(ByteChannel&)>;

// Runs WORK on the pool and sends what it pushes. The answer begins with the first byte: an error before it has a status
// of its own, one after it is a line of the stream.
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

ImageProgressSink sinkTo(ByteChannel& channel)
{
    return [&channel](const ImageProgress& progress) { channel.offer(progressLine(progress)); };
}

RegistryAuth registryAuth(const HttpRequest& request)
{
    RegistryAuth auth;
    const auto text = base64Decode(request.header("x-registry-auth"));
    const auto json = parseJson(text ? *text : "");
    if (!json)
        return auth;
    auth.username = jsonValue<std::string>(*json, "username");
    auth.password = jsonValue<std::string>(*json, "password");
    auth.identityToken = jsonValue<std::string>(*json, "identitytoken");
    auth.registryToken = jsonValue<std::string>(*json, "registrytoken");
    auth.serverAddress = jsonValue<std::string>(*json, "serveraddress");
    return auth;
}

Result<Reference> wantedReference(const std::string& name, const std::string& tag)
{
    if (tag.empty())
        return Reference::parse(name);
    return Reference::parse(name + (tag.find(':') == std::string::npos ? ":" : "@") + tag);
}

Task<Status> pull(Api& api, const HttpRequest& request, Exchange& exchange)
{
    auto reference = wantedReference(request.value("fromImage"), request.value("tag"));
    if (!reference)
        co_return std::unexpected(reference.error());
    PullOptions options;
    options.platform = request.value("platform");
    options.auth = registryAuth(request);
    Work work = [&images = api.services.images, reference = *reference, options](ByteChannel& channel) -> Status {
        TRY(const Image image, images.pull(reference, options, sinkTo(channel), channel.stop.get_token()));
        return {};
    };
    co_return co_await streamWork(api, exchange, "application/json", std::move(work));
}

Task<Status> create(Api& api, const HttpRequest& request, Exchange& exchange)
{
    if (!request.value("fromImage").empty())
        co_return co_await pull(api, request, exchange);
    if (request.value("fromSrc") != "-")
        co_return fail(ErrorKind::NotImplemented, "importing from a URL is not implemented");
    std::optional<Reference> reference;
    if (const std::string repo = request.value("repo"); !repo.empty()) {
        auto parsed = wantedReference(repo, request.value("tag"));
        if (!parsed)
            co_return std::unexpected(parsed.error());
        reference = *parsed;
    }
    std::vector<std::string> changes;
    if (const auto it = request.query.find("changes"); it != request.query.end())
        changes = it->second;
    Work work = [&images = api.services.images, &body = exchange.body(), reference, changes,
                 message = request.value("message")](ByteChannel& channel) -> Status {
        TRY(const Image image, images.import(body, reference, message, changes, channel.stop.get_token()));
        ImageProgress line;
        line.status = image.id.str();
        return channel.push(progressLine(line));
    };
    co_return co_await streamWork(api, exchange, "application/json", std::move(work));
}

Task<Status> load(Api& api, const HttpRequest& request, Exchange& exchange)
{
    const bool quiet = request.flag("quiet");
    Work work = [&images = api.services.images, &body = exchange.body(), quiet](ByteChannel& channel) -> Status {
        const auto sink = [&](const ImageProgress& progress) {
            if (!quiet || !progress.stream.empty())
                sinkTo(channel)(progress);
        };
        TRY(const auto loaded, images.load(body, sink, channel.stop.get_token()));
        return {};
    };
    co_return co_await streamWork(api, exchange, "application/json", std::move(work));
}

Task<Status> save(Api& api, const HttpRequest& request, Exchange& exchange)
{
    std::vector<std::string> names = request.params;
    if (const auto it = request.query.find("names"); names.empty() && it != request.query.end())
        names = it->second;
    Work work = [&images = api.services.images, names](ByteChannel& channel) -> Status {
        const ByteSink sink = [&](std::span<const std::byte> bytes) {
            return channel.push({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
        };
        return images.save(names, sink, channel.stop.get_token());
    };
    co_return co_await streamWork(api, exchange, "application/x-tar", std::move(work));
}

constexpr Route routes[] = {
    {"POST", "/images/create", nullptr, create, true},
    {"POST", "/images/load", nullptr, load, true},
    {"GET", "/images/get", nullptr, save},
    {"GET", "/images/{name*}/get", nullptr, save},
};

} // namespace

std::span<const Route> imageStreamRoutes() { return routes; }

} // namespace slipway::api
