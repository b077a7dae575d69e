// SPDX-License-Identifier: GPL-3.0-or-later
#include <fcntl.h>
#include <unistd.h>

#include <format>

#include "api/byte_channel.h"
#include "api/json_shapes.h"
#include "api/router.h"
#include "base/unique_fd.h"
#include "image/image_service.h"
#include "registry/http_request.h"
#include "store/byte_source.h"

namespace slipway::api
{
namespace
{

ImageProgressSink sinkTo(ByteChannel& channel)
{
    return [&channel](const ImageProgress& progress) { channel.offer(progressLine(progress)); };
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

// What URL answers with, in a file of FOLDER that has no name.
Result<UniqueFd> download(const std::string& url, const std::filesystem::path& folder, ByteChannel& channel)
{
    UniqueFd file(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
    if (!file)
        return failErrno(errno, "downloading to " + folder.string());
    ::slipway::HttpRequest get;
    get.url = url;
    get.sink = [&](const HttpAnswer&, std::span<const std::byte> piece) -> Status {
        while (!piece.empty()) {
            const ssize_t written = ::write(file.get(), piece.data(), piece.size());
            if (written < 0)
                return failErrno(errno, "downloading " + url);
            piece = piece.subspan(static_cast<std::size_t>(written));
        }
        return {};
    };
    TRY(const HttpAnswer answer, performHttp(get, url, channel.stop.get_token()));
    if (answer.status != 200)
        return fail(ErrorKind::Internal, std::format("failed to GET {} with status {}", url, answer.status));
    if (::lseek(file.get(), 0, SEEK_SET) != 0)
        return failErrno(errno, "downloading " + url);
    return file;
}

Task<Status> create(Api& api, const HttpRequest& request, Exchange& exchange)
{
    if (!request.value("fromImage").empty())
        co_return co_await pull(api, request, exchange);
    const std::string source = request.value("fromSrc");
    if (source.empty() || source == "http://" || source == "https://")
        co_return fail(ErrorKind::Internal, "Get \"http:\": http: no Host in request URL");
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
    Work work = [&images = api.services.images, &body = exchange.body(), folder = api.services.info.root, reference, changes, source,
                 message = request.value("message")](ByteChannel& channel) -> Status {
        UniqueFd downloaded;
        if (source != "-") {
            TRY(downloaded, download(source.contains("://") ? source : "http://" + source, folder, channel));
        }
        const auto file = downloaded ? sourceFromFd(downloaded.get()) : nullptr;
        TRY(const Image image, images.import(file ? *file : body, reference, message.empty() && file ? "Imported from " + source : message,
                                             changes, channel.stop.get_token()));
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
    co_return co_await streamWork(api, exchange, "application/json", std::move(work), true);
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
