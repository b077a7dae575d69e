// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/byte_channel.h"
#include "api/router.h"
#include "image/image_service.h"

namespace slipway::api
{
namespace
{

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

Task<Status> push(Api& api, const HttpRequest& request, Exchange& exchange)
{
    Work work = [&images = api.services.images, name = request.param(), tag = request.value("tag"),
                 auth = registryAuth(request)](ByteChannel& channel) {
        return images.push(name, tag, auth, sinkTo(channel), channel.stop.get_token());
    };
    co_return co_await streamWork(api, exchange, "application/json", std::move(work));
}

constexpr Route routes[] = {
    {"POST", "/images/{name*}/push", nullptr, push},
    {"POST", "/images/create", nullptr, create, true},
    {"POST", "/images/load", nullptr, load, true},
    {"GET", "/images/get", nullptr, save},
    {"GET", "/images/{name*}/get", nullptr, save},
};

} // namespace

std::span<const Route> imageStreamRoutes() { return routes; }

} // namespace slipway::api
