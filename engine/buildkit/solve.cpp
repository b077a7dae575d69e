// SPDX-License-Identifier: GPL-3.0-or-later
#include "buildkit/solve.h"

#include <charconv>

#include "base/json.h"
#include "base/split.h"
#include "build/cache_source.h"
#include "buildkit/solve_inputs.h"

namespace slipway::buildkit
{

using build::BuildProgress;
using build::BuildRequest;

namespace
{
std::int64_t numberOf(const std::string& text)
{
    std::int64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

Result<BuildRequest> requestOf(const SolveWish& wish)
{
    BuildRequest request;
    for (const auto& [name, value] : wish.options) {
        if (name.starts_with("build-arg:"))
            request.args[name.substr(10)] = value;
        else if (name.starts_with("label:"))
            request.labels[name.substr(6)] = value;
    }
    request.target = wish.option("target");
    request.platform = wish.option("platform");
    request.noCache = wish.options.contains("no-cache");
    request.pull = wish.option("image-resolve-mode") == "pull";
    request.inlineCache = wish.inlineCache;
    if (const std::string network = wish.option("force-network-mode"); !network.empty())
        request.network = network;
    request.extraHosts = split(wish.option("add-hosts"), ',');
    if (const std::int64_t shm = numberOf(wish.option("shm-size")); shm > 0)
        request.shmSize = shm;
    for (const std::string& limit : split(wish.option("ulimit"), ',')) { // "nofile=1024:2048"
        const auto equals = limit.find('='), colon = limit.find(':');
        if (equals == std::string::npos)
            continue;
        const std::int64_t soft = numberOf(limit.substr(equals + 1));
        request.ulimits.push_back({limit.substr(0, equals), soft, colon == std::string::npos ? soft : numberOf(limit.substr(colon + 1))});
    }
    const auto names = wish.exporterOptions.find("name");
    for (const std::string& name : split(names == wish.exporterOptions.end() ? "" : names->second, ',')) {
        TRY(auto reference, Reference::parse(name));
        request.tags.push_back(std::move(reference));
    }
    return request;
}

// In BuildKit's words.
Error ofCommand(Error error)
{
    constexpr std::string_view begin = "The command '", middle = "' returned a non-zero code: ";
    const auto at = error.message.rfind(middle);
    if (error.message.starts_with(begin) && at != std::string::npos)
        error.message = "process " + dumpJson(Json(error.message.substr(begin.size(), at - begin.size())))
                        + " did not complete successfully: exit code: " + error.message.substr(at + middle.size());
    return error;
}

void lend(ClientSession& session, BuildRequest& request)
{
    request.findSecret = [&session](const std::string& id) -> std::optional<std::string> {
        auto found = session.secret(id);
        return found ? std::optional(*std::move(found)) : std::nullopt;
    };
    request.findAuth = [&session](const std::string& host) -> std::optional<RegistryAuth> {
        const auto found = session.credentials(host == "docker.io" ? "registry-1.docker.io" : host);
        return found && (!found->username.empty() || !found->identityToken.empty()) ? std::optional(*found) : std::nullopt;
    };
}

// What --cache-from names; what cannot be had is told and left out.
Result<std::vector<std::shared_ptr<build::CacheSource>>> cacheSources(build::BuildService& builds, const SolveWish& wish,
                                                                      const BuildRequest& request, SolveStatus& status,
                                                                      const std::stop_token& stop)
{
    std::vector<std::shared_ptr<build::CacheSource>> sources;
    for (const Json& import : parseJson(wish.option("cache-imports")).value_or(Json::array())) {
        const auto type = jsonValue<std::string>(import, "Type"),
                   name = jsonValue<std::string>(jsonMember(import, "Attrs"), "ref");
        Vertex vertex(status, "importing cache manifest from " + (name.empty() ? type : name));
        if (type != "registry") {
            vertex.finish("unknown cache importer: " + type);
            continue;
        }
        PullOptions options{.platform = request.platform, .auth = {}};
        if (const auto reference = Reference::parse(name); reference && request.findAuth)
            options.auth = request.findAuth(reference->domain).value_or(RegistryAuth());
        auto source = builds.cacheSource(name, options, stop);
        if (stop.stop_requested())
            return fail(ErrorKind::Cancelled, "build cancelled");
        if (!source) {
            vertex.finish("failed to configure registry cache importer: " + source.error().message);
            continue;
        }
        if ((*source)->remote())
            vertex.part("inferred cache manifest type: " + (*source)->remote()->mediaType(), 0, 0, true);
        sources.push_back(*std::move(source));
    }
    return sources;
}
} // namespace

namespace
{
bool takesFiles(const SolveWish& wish) { return wish.exporter == "local" || wish.exporter == "tar"; }
} // namespace

Status refuseWhatIsNotThere(const SolveWish& wish)
{
    if (!wish.exporter.empty() && wish.exporter != "moby" && wish.exporter != "image" && !takesFiles(wish))
        return fail(ErrorKind::NotImplemented, "--output type=" + wish.exporter +
                                                   " is not implemented: leave it out, the image goes to this engine, and "
                                                   "docker save or docker cp gets files out of it");
    if (wish.options.contains("requestid"))
        return fail(ErrorKind::NotImplemented,
                    "this engine does not answer " + wish.options.at("requestid") + " (--call, --print): it only builds");
    if (wish.option("platform").contains(','))
        return fail(ErrorKind::NotImplemented,
                    "building for several platforms at once is not implemented: build each alone");
    for (const auto& [name, value] : wish.options) {
        if (name.starts_with("context:"))
            return fail(ErrorKind::NotImplemented, "named contexts (--build-context " + name.substr(8) + "=…) are not implemented: use a stage or an image");
    }
    return {};
}

Result<std::map<std::string, std::string>> solve(build::BuildService& builds, ClientSession& session, const SolveWish& wish,
                                                 SolveStatus& status, const std::stop_token& stop)
{
    TRY_STATUS(refuseWhatIsNotThere(wish));
    TRY(auto request, requestOf(wish));
    TRY(const auto context, Inputs(builds, session, status, stop).fetch(wish, request));
    lend(session, request);
    TRY(request.cacheFrom, cacheSources(builds, wish, request, status, stop));
    Steps steps(status);
    if (takesFiles(wish)) {
        request.takeFiles = [&](int root, std::optional<std::int64_t> epoch) {
            steps.end("");
            const bool asTar = wish.exporter == "tar";
            Vertex vertex(status, asTar ? "exporting to client tarball" : "exporting to client directory");
            std::int64_t all = 0, said = 0;
            const Status sent = session.take(root, asTar, epoch, [&](std::int64_t bytes) {
                all = bytes;
                if (bytes - said < 1 << 20)
                    return;
                said = bytes;
                vertex.part("copying files", bytes, 0, false);
            });
            vertex.part("copying files", all, 0, true);
            vertex.finish(sent ? "" : sent.error().message);
            return sent;
        };
    }
    const auto built = builds.build(request, [&](const BuildProgress& progress) { steps.take(progress); }, stop).transform_error(ofCommand);
    steps.end(built ? "" : built.error().message);
    if (!built)
        return std::unexpected(built.error());
    if (takesFiles(wish))
        return std::map<std::string, std::string>();
    std::map<std::string, std::string> answer{{"containerimage.digest", built->image.str()}, {"containerimage.config.digest", built->image.str()}};
    Vertex vertex(status, "exporting to image");
    if (request.inlineCache)
        vertex.part("preparing layers for inline cache", 0, 0, true);
    vertex.part("writing image " + built->image.str(), 0, 0, true);
    for (const Reference& tag : request.tags) {
        vertex.part("naming to " + tag.canonical(), 0, 0, true);
        answer["image.name"] += (answer["image.name"].empty() ? "" : ",") + tag.canonical();
    }
    for (const std::string& name : built->unusedArgs)
        vertex.log("[Warning] the build argument " + name + " was not used\n", true);
    return answer;
}

} // namespace slipway::buildkit
