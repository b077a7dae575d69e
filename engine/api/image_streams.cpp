// SPDX-License-Identifier: GPL-3.0-or-later
#include <format>

#include "api/router.h"
#include "api/stream_work.h"
#include "image/image_service.h"

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
