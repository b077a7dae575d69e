// SPDX-License-Identifier: GPL-3.0-or-later
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>

#include "api/build_json.h"
#include "api/json_shapes.h"
#include "api/request_types.h"
#include "api/router.h"
#include "base/clock.h"
#include "base/machine.h"
#include "container/container_service.h"
#include "image/image_service.h"
#include "registry/registry_client.h"

namespace slipway::api
{
namespace
{

constexpr const char* engineVersion = "0.1.0";

std::string osName()
{
    std::ifstream in("/etc/os-release");
    for (std::string line; std::getline(in, line);)
        if (line.starts_with("PRETTY_NAME=")) {
            line.erase(0, 12);
            std::erase(line, '"');
            return line;
        }
    return "Linux";
}

Result<HttpResponse> ping(Services&, const HttpRequest& request)
{
    return HttpResponse{200, request.method == "HEAD" ? "" : "OK", "text/plain; charset=utf-8",
                        {{"Builder-Version", "2"}, {"Cache-Control", "no-cache, no-store, must-revalidate"}, {"Pragma", "no-cache"},
                         {"Swarm", "inactive"}}};
}

// When this program was made: a package keeps the time of its files.
std::string buildTime()
{
    struct stat info{};
    return ::stat("/proc/self/exe", &info) == 0 ? formatRfc3339(fromUnixNano(std::int64_t(info.st_mtime) * 1'000'000'000)) : "";
}

Result<HttpResponse> version(Services& s, const HttpRequest&)
{
    utsname host{};
    ::uname(&host);
    const Json details{{"ApiVersion", "1.45"}, {"Arch", machineArchitecture()}, {"BuildTime", buildTime()}, {"KernelVersion", host.release},
                       {"MinAPIVersion", "1.24"}, {"Os", "linux"}, {"Experimental", "false"}};
    std::string runtime = s.info.runtimeVersion;
    if (const std::size_t space = runtime.find(' '); space != std::string::npos)
        runtime.erase(0, space + 1);
    return jsonResponse({{"Platform", {{"Name", "Slipway"}}},
                         {"Components", Json::array({{{"Name", "Engine"}, {"Version", engineVersion}, {"Details", details}},
                                                     {{"Name", s.info.runtime}, {"Version", runtime}, {"Details", Json::object()}}})},
                         {"Version", engineVersion},
                         {"ApiVersion", "1.45"},
                         {"MinAPIVersion", "1.24"},
                         {"GitCommit", ""},
                         {"GoVersion", ""},
                         {"Os", "linux"},
                         {"Arch", machineArchitecture()},
                         {"KernelVersion", host.release},
                         {"BuildTime", buildTime()}});
}

Json warnings(const EngineInfo& info)
{
    Json list = Json::array();
    if (!info.cgroups)
        list.push_back(std::string("WARNING: Running in rootless-mode without cgroups. ") +
                       (info.cgroupVersion == "2" ? "Systemd is required to enable cgroups in rootless-mode."
                                                  : "To enable cgroups in rootless-mode, you need to boot the system in "
                                                    "cgroup v2 mode."));
    for (const std::string& warning : info.warnings)
        list.push_back("WARNING: " + warning);
    return list.empty() ? Json() : list;
}

Result<HttpResponse> info(Services& s, const HttpRequest&)
{
    utsname host{};
    ::uname(&host);
    ContainerList everything;
    everything.all = true;
    TRY(const auto containers, s.containers.list(everything));
    TRY(const auto images, s.images.list());
    std::map<std::string, int> states;
    for (const Json& container : containers)
        ++states[jsonValue<std::string>(container, "State")];
    const auto has = [&](const char* name) { return std::ranges::find(s.info.controllers, name) != s.info.controllers.end(); };
    const int count = static_cast<int>(containers.size()), running = states["running"], paused = states["paused"];
    Json security = Json::array({"name=seccomp,profile=builtin"});
    if (s.info.rootless)
        security.push_back("name=rootless");
    Json body{{"ID", s.info.id}, {"Containers", count}, {"ContainersRunning", running}, {"ContainersPaused", paused},
              {"ContainersStopped", count - running - paused}, {"Images", images.size()}, {"Driver", "overlay2"},
              {"DriverStatus", Json::array()}, {"SystemTime", formatRfc3339(now())}, {"LoggingDriver", "json-file"},
              {"CgroupDriver", s.info.cgroups ? "cgroupfs" : "none"}, {"CgroupVersion", s.info.cgroupVersion},
              {"KernelVersion", host.release}, {"OperatingSystem", osName()}, {"OSType", "linux"}, {"OSVersion", ""},
              {"Architecture", host.machine}, {"NCPU", s.info.cpus}, {"MemTotal", s.info.memory},
              {"DockerRootDir", s.info.root.string()}, {"Name", host.nodename}, {"ServerVersion", engineVersion},
              {"DefaultRuntime", s.info.runtime}, {"Runtimes", {{s.info.runtime, {{"path", s.info.runtime}}}}},
              {"SecurityOptions", security}, {"LiveRestoreEnabled", true}, {"Isolation", ""}, {"InitBinary", "docker-init"}};
    body["Plugins"] = {{"Volume", {"local"}}, {"Network", s.info.rootless ? Json{"bridge", "host", "null"} : Json{"bridge", "host", "macvlan", "null"}}, {"Authorization", nullptr}, {"Log", {"json-file", "local"}}};
    body["MemoryLimit"] = body["SwapLimit"] = has("memory");
    body["CpuCfsPeriod"] = body["CpuCfsQuota"] = body["CPUShares"] = has("cpu");
    body["CPUSet"] = has("cpuset");
    body["PidsLimit"] = has("pids");
    if (has("memory.kmem.tcp"))
        body["KernelMemoryTCP"] = true;
    body["IPv4Forwarding"] = body["BridgeNfIptables"] = body["BridgeNfIp6tables"] = body["OomKillDisable"] = true;
    body["Debug"] = body["ExperimentalBuild"] = false;
    body["IndexServerAddress"] = "https://index.docker.io/v1/";
    body["RegistryConfig"] = {{"InsecureRegistryCIDRs", {"127.0.0.0/8"}}, {"Mirrors", nullptr},
                              {"AllowNondistributableArtifactsCIDRs", nullptr}, {"AllowNondistributableArtifactsHostnames", nullptr},
                              {"IndexConfigs", {{"docker.io", {{"Name", "docker.io"}, {"Mirrors", Json::array()}, {"Secure", true}, {"Official", true}}}}}};
    body["Swarm"] = {{"LocalNodeState", "inactive"}, {"NodeID", ""}, {"ControlAvailable", false}};
    body["Labels"] = Json::array();
    body["Warnings"] = warnings(s.info);
    body["HttpProxy"] = body["HttpsProxy"] = body["NoProxy"] = "";
    return jsonResponse(body);
}

struct Wanted // kinds of objects that a df asks for
{
    bool containers = true, images = true, volumes = true, cache = true;
};

Result<Wanted> wantedOf(const HttpRequest& request)
{
    const auto given = request.query.find("type");
    if (given == request.query.end())
        return Wanted{};
    Wanted wanted{false, false, false, false};
    for (const std::string& type : given->second) {
        if (type != "container" && type != "image" && type != "volume" && type != "build-cache")
            return fail(ErrorKind::InvalidArgument, "unknown object type: " + type);
        wanted.containers |= type == "container";
        wanted.images |= type == "image";
        wanted.volumes |= type == "volume";
        wanted.cache |= type == "build-cache";
    }
    return wanted;
}

Result<Json> imagesUsage(Services& s, const std::map<std::string, int>& users, std::int64_t& total)
{
    TRY(const auto images, s.images.list());
    const auto sizes = s.images.layerSizes();
    const auto shared = sharedSizes(images, sizes);
    Json list = Json::array();
    std::set<Digest> layers;
    for (const Image& image : images) {
        const auto used = users.find(image.id.str());
        Json entry = imageSummary(image, used == users.end() ? 0 : used->second);
        entry["SharedSize"] = shared.contains(image.id) ? shared.at(image.id) : 0;
        if (image.repoDigests.empty())
            entry["RepoDigests"] = nullptr;
        list.push_back(std::move(entry));
        layers.insert(image.layers.begin(), image.layers.end());
    }
    for (const Digest& layer : layers)
        total += sizes.contains(layer) ? sizes.at(layer) : 0;
    return list;
}

Result<Json> volumesUsage(Services& s, std::map<std::string, int>& users)
{
    TRY(const auto volumes, s.volumes.list());
    Json list = Json::array();
    for (const Volume& volume : volumes) {
        Json entry = volumeJson(volume);
        entry["UsageData"] = {{"Size", s.volumes.diskUsage(volume.name).value_or(-1)}, {"RefCount", users[volume.name]}};
        list.push_back(std::move(entry));
    }
    return list;
}

Result<HttpResponse> diskUsage(Services& s, const HttpRequest& request)
{
    TRY(const Wanted wanted, wantedOf(request));
    ContainerList everything;
    everything.all = true;
    everything.size = wanted.containers;
    TRY(const auto containers, s.containers.list(everything));
    std::map<std::string, int> users, volumeUsers;
    for (const Json& container : containers) {
        ++users[jsonValue<std::string>(container, "ImageID")];
        if (const Json& mounts = jsonMember(container, "Mounts"); mounts.is_array())
            for (const Json& mount : mounts)
                ++volumeUsers[jsonValue<std::string>(mount, "Name")];
    }
    std::int64_t layers = 0;
    Json body{{"LayersSize", 0}, {"Images", nullptr}, {"Containers", nullptr}, {"Volumes", nullptr}, {"BuildCache", nullptr}};
    if (wanted.images) {
        TRY(body["Images"], imagesUsage(s, users, layers));
        for (Json& image : body["Images"])
            addVirtualSize(request, image);
    }
    if (wanted.containers)
        body["Containers"] = containers;
    if (wanted.volumes) {
        TRY(body["Volumes"], volumesUsage(s, volumeUsers));
    }
    if (wanted.cache) {
        TRY(body["BuildCache"], buildCacheJson(s.builds));
    }
    body["LayersSize"] = layers;
    return jsonResponse(body);
}

Result<HttpResponse> logIn(Services&, const HttpRequest& request)
{
    const auto body = parseGoJson(request.body, authConfigType());
    if (!body) { // the one call for which dockerd reads JSON by itself
        const std::string& said = body.error().message;
        return fail(ErrorKind::Internal, said.contains("got EOF") ? "EOF" : said.substr(said.find(": ") + 2));
    }
    const RegistryAuth auth = registryAuth(*body);
    std::string host = auth.serverAddress;
    if (host.find("://") != std::string::npos)
        host.erase(0, host.find("://") + 3);
    host = host.substr(0, host.find('/'));
    if (host.empty() || host == "index.docker.io")
        host = "docker.io";
    RegistryClient registry(host, {auth.username, auth.password, auth.identityToken, auth.registryToken}, {});
    if (auto accepted = registry.check({}); !accepted) { // dockerd answers 500 when nobody is there
        const bool away = accepted.error().kind == ErrorKind::Unavailable;
        return fail(away ? ErrorKind::Internal : accepted.error().kind, accepted.error().message);
    }
    return jsonResponse({{"Status", "Login Succeeded"}, {"IdentityToken", ""}});
}

// There are no plugins and there is no swarm: said so in dockerd's words, which clients know.
Result<HttpResponse> noPlugins(Services&, const HttpRequest&) { return jsonResponse(Json::array()); }
Result<HttpResponse> noSuchPlugin(Services&, const HttpRequest& request)
{
    return fail(ErrorKind::NotFound, "plugin \"" + request.param() + "\" not found");
}
Result<HttpResponse> noSwarm(Services&, const HttpRequest&)
{
    return fail(ErrorKind::Unavailable, "This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm join\" to connect "
                                        "this node to swarm and try again.");
}
Result<HttpResponse> notInSwarm(Services&, const HttpRequest&) { return fail(ErrorKind::Unavailable, "This node is not part of a swarm"); }
Result<HttpResponse> noSwarmHere(Services&, const HttpRequest&)
{
    return fail(ErrorKind::NotImplemented, "Slipway manages one machine: there is no swarm mode");
}

constexpr Route routes[] = {
    {"GET", "/plugins", noPlugins}, {"GET", "/plugins/{name*}/json", noSuchPlugin}, {"GET", "/swarm", noSwarm},
    {"GET", "/nodes", noSwarm}, {"GET", "/nodes/{id}", noSwarm}, {"GET", "/tasks", noSwarm}, {"GET", "/tasks/{id}", noSwarm},
    {"GET", "/services", noSwarm}, {"GET", "/services/{id}", noSwarm}, {"POST", "/services/create", noSwarm},
    {"GET", "/secrets", noSwarm}, {"GET", "/secrets/{id}", noSwarm}, {"POST", "/secrets/create", noSwarm},
    {"GET", "/configs", noSwarm}, {"GET", "/configs/{id}", noSwarm}, {"POST", "/configs/create", noSwarm},
    {"POST", "/swarm/leave", notInSwarm}, {"POST", "/swarm/init", noSwarmHere}, {"POST", "/swarm/join", noSwarmHere},
    {"GET", "/_ping", ping},  {"HEAD", "/_ping", ping},        {"GET", "/version", version},
    {"GET", "/info", info},   {"GET", "/system/df", diskUsage}, {"POST", "/auth", logIn},
};

} // namespace

std::span<const Route> systemRoutes() { return routes; }

} // namespace slipway::api
