// SPDX-License-Identifier: GPL-3.0-or-later
#include <sys/socket.h>

#include <cerrno>
#include <charconv>

#include "api/build_json.h"
#include "api/build_progress.h"
#include "api/byte_channel.h"
#include "api/json_shapes.h"
#include "api/router.h"
#include "base/ids.h"
#include "build/build_service.h"
#include "buildkit/server.h"
#include "container/human.h"

namespace slipway::api
{
namespace
{
using build::BuildRequest;
using build::BuildService;

std::int64_t number(const HttpRequest& request, const std::string& name)
{
    const std::string text = request.value(name);
    std::int64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

Result<std::map<std::string, std::string>> stringMap(const HttpRequest& request, const std::string& name)
{
    std::map<std::string, std::string> values;
    const std::string text = request.value(name);
    if (text.empty())
        return values;
    const auto json = parseJson(text);
    if (!json || !(json->is_object() || json->is_null()))
        return fail(ErrorKind::InvalidArgument, "invalid " + name + ": not a JSON object of strings");
    for (const auto& [key, value] : json->items()) {
        if (value.is_string())
            values[key] = value.get<std::string>();
    }
    return values;
}

std::map<std::string, RegistryAuth> registryAuths(const HttpRequest& request)
{
    std::map<std::string, RegistryAuth> auths;
    const auto text = base64Decode(request.header("x-registry-config"));
    const auto json = parseJson(text ? *text : "");
    if (!json || !json->is_object())
        return auths;
    for (const auto& [host, entry] : json->items())
        auths[host] = registryAuth(entry);
    return auths;
}

Status refuseWhatIsNotThere(const HttpRequest& request)
{
    const std::string version = request.value("version", "1");
    if (version != "1" && version != "2" && !version.empty())
        return fail(ErrorKind::InvalidArgument, "invalid version \"" + version + "\"");
    if (version == "2")
        return fail(ErrorKind::NotImplemented, "POST /build?version=2 is not served: use the docker command with buildx, or set DOCKER_BUILDKIT=0");
    const std::string remote = request.value("remote");
    if (build::isGit(remote))
        return fail(ErrorKind::NotImplemented, "building from the git repository " + remote + " is not implemented: clone it and send the folder as the context");
    if (!request.value("securityopt").empty() && request.value("securityopt") != "null" && request.value("securityopt") != "[]")
        return fail(ErrorKind::InvalidArgument, "The daemon on this platform does not support setting security options on build");
    if (request.flag("squash"))
        return fail(ErrorKind::InvalidArgument, "squash is not supported");
    return {};
}

Result<BuildRequest> buildRequest(const HttpRequest& request)
{
    TRY_STATUS(refuseWhatIsNotThere(request));
    BuildRequest wanted;
    wanted.dockerfile = request.value("dockerfile");
    if (wanted.dockerfile.empty()) // a context from standard input has none named
        wanted.dockerfile = "Dockerfile";
    const auto all = [&](const char* name) {
        const auto found = request.query.find(name);
        return found == request.query.end() ? std::vector<std::string>() : found->second;
    };
    for (const std::string& name : all("t")) {
        if (name.empty())
            continue;
        TRY(auto reference, Reference::parse(name));
        if (!reference.digest.empty())
            return fail(ErrorKind::InvalidArgument, "build tag cannot contain a digest");
        wanted.tags.push_back(std::move(reference));
    }
    TRY(wanted.args, stringMap(request, "buildargs"));
    TRY(wanted.labels, stringMap(request, "labels"));
    wanted.target = request.value("target");
    wanted.untilLine = static_cast<int>(number(request, "until"));
    if (wanted.untilLine > 0) { // a state to look at, not an image to keep
        wanted.target.clear();
        wanted.tags.clear();
        wanted.labels.clear();
    }
    wanted.platform = request.value("platform");
    wanted.noCache = request.flag("nocache");
    wanted.pull = request.flag("pull");
    wanted.classic = wanted.ordered = !request.flag("steps");
    wanted.source = request.value("source");
    wanted.network = request.value("networkmode", "default");
    for (const std::string& list : all("extrahosts")) {
        for (std::size_t at = 0; at < list.size();) {
            const std::size_t end = std::min(list.find(',', at), list.size());
            wanted.extraHosts.push_back(list.substr(at, end - at));
            at = end + 1;
        }
    }
    wanted.auths = registryAuths(request);
    wanted.resources.memory = number(request, "memory");
    wanted.resources.memorySwap = number(request, "memswap");
    wanted.resources.cpuShares = number(request, "cpushares");
    wanted.resources.cpuPeriod = number(request, "cpuperiod");
    wanted.resources.cpuQuota = number(request, "cpuquota");
    wanted.resources.cpusetCpus = request.value("cpusetcpus");
    wanted.resources.cpusetMems = request.value("cpusetmems");
    for (const Json& each : parseJson(request.value("ulimits")).value_or(Json::array())) {
        const auto soft = jsonValue<std::int64_t>(each, "Soft");
        wanted.ulimits.push_back({jsonValue<std::string>(each, "Name"), soft, jsonValue<std::int64_t>(each, "Hard", soft)});
    }
    if (const std::int64_t shm = number(request, "shmsize"); shm > 0)
        wanted.shmSize = shm;
    return wanted;
}

std::string errorLine(const Error& error)
{
    Json detail = {{"message", error.message}};
    if (error.osError != 0 && error.message.starts_with("The command "))
        detail["code"] = error.osError;
    return jsonLine({{"errorDetail", detail}, {"error", error.message}});
}

constexpr std::size_t maxUnsaid = 1 << 20; // of a quiet build's output, for the case that it fails

constexpr std::size_t maxDockerfile = 16 << 20;

Result<std::string> wholeText(ByteSource& body)
{
    std::string text;
    std::vector<std::byte> piece(64 * 1024);
    while (true) {
        TRY(const std::size_t got, body.read(piece));
        if (got == 0)
            return text;
        text.append(reinterpret_cast<const char*>(piece.data()), got);
        if (text.size() > maxDockerfile)
            return fail(ErrorKind::InvalidArgument, "the Dockerfile is larger than " + std::to_string(maxDockerfile) + " bytes");
    }
}

// With folder=PATH (and its device and inode, as the client sees it) the body is the Dockerfile's text, and the folder is read
// where it lies. A client that hears that this cannot be done sends its files.
Result<build::Context> folderOf(BuildService& builds, ByteSource& body, const HttpRequest& request, const Result<Peer>& peer, BuildRequest& wanted,
                                const std::stop_token& stop)
{
    build::FolderContext folder{.path = request.value("folder"), .device = static_cast<std::uint64_t>(number(request, "device")),
                                .inode = static_cast<std::uint64_t>(number(request, "inode")), .dockerfile = request.value("dockerfile"), .text = {}};
    TRY(const std::string text, wholeText(body));
    if (!text.empty())
        folder.text = text;
    if (!peer)
        return std::unexpected(peer.error());
    return builds.readFolder(std::move(folder), *peer, wanted, stop).or_else([](Error error) -> Result<build::Context> {
        return error.kind == ErrorKind::Cancelled ? Result<build::Context>(std::unexpected(std::move(error))) : wrap(std::move(error), "reading the folder in place");
    });
}

// Fills in where it lies; it goes with the result.
Result<build::Context> contextOf(BuildService& builds, ByteSource& body, const HttpRequest& request, const Result<Peer>& peer, BuildRequest& wanted,
                                 const std::stop_token& stop)
{
    const std::string remote = request.value("remote");
    const bool inPlace = !request.value("folder").empty();
    auto context = inPlace          ? folderOf(builds, body, request, peer, wanted, stop)
                   : remote.empty() ? builds.unpackContext(body, wanted.dockerfile, stop)
                                    : builds.fetchContext(remote, wanted.dockerfile, stop);
    if (context) {
        wanted.context = context->folder();
        wanted.contextIndex = context->index();
        if (!inPlace)
            wanted.dockerfileText = context->dockerfile();
    }
    return context;
}

// The images of "cachefrom" that are here; dockerd passes over the others without a word.
void importCache(BuildService& builds, const HttpRequest& request, BuildRequest& wanted)
{
    const auto names = parseJson(request.value("cachefrom"));
    for (const Json& name : names && names->is_array() ? *names : Json::array()) {
        wanted.onlyCacheFrom = wanted.classic;
        if (auto source = builds.localCacheSource(name.is_string() ? name.get<std::string>() : ""))
            wanted.cacheFrom.push_back(*std::move(source));
    }
}

Status runBuild(BuildService& builds, ByteSource& body, const HttpRequest& request, const Result<Peer>& peer,
                BuildRequest wanted, ByteChannel& channel)
{
    const std::stop_token stop = channel.stop.get_token();
    const bool quiet = request.flag("q");
    const auto began = std::chrono::steady_clock::now();
    const auto lineOf = [steps = request.flag("steps"), began](const build::BuildProgress& progress) {
        return steps ? stepProgress(progress, std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began))
                     : printedProgress(progress);
    };
    TRY(const auto context, contextOf(builds, body, request, peer, wanted, stop));
    importCache(builds, request, wanted);
    std::string unsaid;
    bool spoke = false;
    const auto sink = [&](const build::BuildProgress& progress) {
        spoke = true;
        if (!quiet)
            (void)channel.push(lineOf(progress)); // a client that is gone stops the build
        else if (unsaid.size() < maxUnsaid)
            unsaid += lineOf(progress);
    };
    const auto built = builds.build(wanted, sink, stop);
    if (!built && !spoke)
        return std::unexpected(built.error());
    if (!built)
        return channel.push(unsaid + errorLine(built.error()));
    if (quiet)
        return channel.push(streamLine(built->image.str() + "\n"));
    if (!built->unusedArgs.empty()) {
        std::string names;
        for (const std::string& name : built->unusedArgs)
            names += (names.empty() ? "" : " ") + name;
        TRY_STATUS(channel.push(streamLine("[Warning] One or more build-args [" + names + "] were not consumed\n")));
    }
    TRY_STATUS(channel.push(jsonLine({{"aux", {{"ID", built->image.str()}}}})));
    TRY_STATUS(channel.push(streamLine("Successfully built " + shortId(built->image.hex()) + "\n")));
    for (const Reference& tag : wanted.tags)
        TRY_STATUS(channel.push(streamLine("Successfully tagged " + tag.familiar() + "\n")));
    return {};
}

Task<Status> post(Api& api, const HttpRequest& request, Exchange& exchange)
{
    auto wanted = buildRequest(request);
    if (!wanted)
        co_return std::unexpected(wanted.error());
    Work work = [&builds = api.services.builds, &body = exchange.body(), &request, peer = exchange.peer(), wanted = *std::move(wanted)](ByteChannel& channel) {
        return runBuild(builds, body, request, peer, wanted, channel);
    };
    co_return co_await streamWork(api, exchange, "application/json", std::move(work));
}

Task<Status> forecast(Api& api, const HttpRequest& request, Exchange& exchange)
{
    auto wanted = buildRequest(request);
    if (!wanted)
        co_return std::unexpected(wanted.error());
    wanted->classic = false; // as with steps=1
    Work work = [&builds = api.services.builds, &body = exchange.body(), &request, peer = exchange.peer(), wanted = *std::move(wanted)](ByteChannel& channel) mutable -> Status {
        const std::stop_token stop = channel.stop.get_token();
        TRY(const auto context, contextOf(builds, body, request, peer, wanted, stop));
        TRY(const auto steps, builds.forecast(wanted, stop));
        return channel.push(forecastAnswer(steps));
    };
    co_return co_await streamWork(api, exchange, "application/json", std::move(work));
}

Result<HttpResponse> prune(Services& s, const HttpRequest& request)
{
    TRY(const Json filters, request.filters());
    build::CachePrune what;
    what.all = request.flag("all");
    what.keepStorage = number(request, "keep-storage");
    for (const char* name : {"until", "unused-for"}) {
        const Json& values = jsonMember(filters, name);
        for (const std::string& value : jsonStrings(values)) {
            TRY(what.unusedSince, parseTimestamp(value, now()));
        }
    }
    what.ids = jsonStrings(jsonMember(filters, "id"));
    TRY(const auto pruned, s.builds.prune(what));
    return jsonResponse({{"CachesDeleted", pruned.ids.empty() ? Json() : Json(pruned.ids)}, {"SpaceReclaimed", pruned.bytes}});
}

// The connection is the client's own from here; SERVE has its other end on a pool thread until the client is gone.
Task<Status> upgrade(Api& api, const HttpRequest& request, Exchange& exchange, std::function<void(UniqueFd)> serve)
{
    if (request.header("upgrade") != "h2c")
        co_return fail(ErrorKind::InvalidArgument, "no upgrade proto in request: " + request.path + " speaks h2c only");
    int pair[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        co_return failErrno(errno, "making a connection for the build");
    UniqueFd theirs(pair[0]);
    const auto ours = std::make_shared<UniqueFd>(pair[1]);
    api.pool.run([ours, serve = std::move(serve)] { serve(std::move(*ours)); });
    const Status begun = co_await exchange.hijack("application/vnd.docker.raw-stream");
    if (begun)
        co_await exchange.splice(std::move(theirs), "");
    co_return begun;
}

Task<Status> grpc(Api& api, const HttpRequest& request, Exchange& exchange)
{
    co_return co_await upgrade(api, request, exchange, [&server = api.services.buildkit](UniqueFd socket) { server.serveControl(std::move(socket)); });
}

Task<Status> session(Api& api, const HttpRequest& request, Exchange& exchange)
{
    const std::string id = request.header("x-docker-expose-session-uuid");
    std::string key = request.header("x-docker-expose-session-sharedkey");
    if (!key.empty()) // one user's files are nothing for another's builds
        key = std::to_string(exchange.peer().transform([](const Peer& peer) { return peer.uid; }).value_or(0)) + ' ' + key;
    co_return co_await upgrade(api, request, exchange, [&server = api.services.buildkit, id, key](UniqueFd socket) { server.serveSession(std::move(socket), id, key); });
}

constexpr Route routes[] = {
    {"POST", "/build", nullptr, post, true},
    {"POST", "/build/prune", prune},
    {"POST", "/slipway/builds", nullptr, post, true},
    {"POST", "/slipway/builds/forecast", nullptr, forecast, true},
    {"POST", "/session", nullptr, session},
    {"POST", "/grpc", nullptr, grpc},
};

} // namespace

Result<Json> buildCacheJson(const BuildService& builds)
{
    TRY(const auto records, builds.cache());
    Json list = Json::array();
    for (const build::CacheRecord& record : records) {
        Json entry = {{"ID", record.id},
                      {"Type", record.kind},
                      {"Description", record.description},
                      {"InUse", record.inUse},
                      {"Shared", record.shared},
                      {"Size", record.size},
                      {"CreatedAt", formatRfc3339(record.created)},
                      {"LastUsedAt", record.uses > 0 ? Json(formatRfc3339(record.lastUsed)) : Json()},
                      {"UsageCount", record.uses}};
        if (!record.parent.empty())
            entry["Parents"] = {record.parent};
        list.push_back(std::move(entry));
    }
    return list;
}

std::span<const Route> buildRoutes() { return routes; }

} // namespace slipway::api
