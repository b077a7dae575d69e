// SPDX-License-Identifier: GPL-3.0-or-later
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>

#include "api/build_json.h"
#include "api/json_shapes.h"
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

Result<HttpResponse> ping(Services&, const HttpRequest&) { return HttpResponse{200, "OK", "text/plain; charset=utf-8"}; }

Result<HttpResponse> version(Services& s, const HttpRequest&)
{
    utsname host{};
    ::uname(&host);
    const Json details{{"ApiVersion", "1.45"}, {"Arch", machineArchitecture()}, {"KernelVersion", host.release},
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
                         {"BuildTime", ""}});
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
              {"DriverStatus", Json::array()}, {"SystemTime", formatRfc3339(now())}, {"LoggingDriver", "slipway"},
              {"CgroupDriver", s.info.cgroups ? "cgroupfs" : "none"}, {"CgroupVersion", s.info.cgroupVersion},
              {"KernelVersion", host.release}, {"OperatingSystem", osName()}, {"OSType", "linux"}, {"OSVersion", ""},
              {"Architecture", host.machine}, {"NCPU", s.info.cpus}, {"MemTotal", s.info.memory},
              {"DockerRootDir", s.info.root.string()}, {"Name", host.nodename}, {"ServerVersion", engineVersion},
              {"DefaultRuntime", s.info.runtime}, {"Runtimes", {{s.info.runtime, {{"path", s.info.runtime}}}}},
              {"SecurityOptions", security}, {"LiveRestoreEnabled", true}, {"Isolation", ""}, {"InitBinary", ""}};
    body["Plugins"] = {{"Volume", {"local"}}, {"Network", {"bridge", "host", "null"}}, {"Authorization", nullptr}, {"Log", {"slipway"}}};
    body["MemoryLimit"] = body["SwapLimit"] = has("memory");
    body["CpuCfsPeriod"] = body["CpuCfsQuota"] = body["CPUShares"] = has("cpu");
    body["CPUSet"] = has("cpuset");
    body["PidsLimit"] = has("pids");
    body["IPv4Forwarding"] = body["BridgeNfIptables"] = body["BridgeNfIp6tables"] = body["OomKillDisable"] = true;
    body["Debug"] = body["ExperimentalBuild"] = false;
    body["IndexServerAddress"] = "https://index.docker.io/v1/";
    body["RegistryConfig"] = {{"InsecureRegistryCIDRs", {"127.0.0.0/8"}}, {"IndexConfigs", Json::object()}, {"Mirrors", Json::array()}};
    body["Swarm"] = {{"LocalNodeState", "inactive"}, {"NodeID", ""}, {"ControlAvailable", false}};
    body["Labels"] = Json::array();
    body["Warnings"] = warnings(s.info);
    body["HttpProxy"] = body["HttpsProxy"] = body["NoProxy"] = "";
    return jsonResponse(body);
}

Result<HttpResponse> diskUsage(Services& s, const HttpRequest&)
{
    ContainerList everything;
    everything.all = everything.size = true;
    TRY(const auto containers, s.containers.list(everything));
    TRY(const auto images, s.images.list());
    TRY(const auto volumes, s.volumes.list());
    std::map<std::string, int> users, volumeUsers;
    for (const Json& container : containers) {
        ++users[jsonValue<std::string>(container, "ImageID")];
        if (const Json& mounts = jsonMember(container, "Mounts"); mounts.is_array())
            for (const Json& mount : mounts)
                ++volumeUsers[jsonValue<std::string>(mount, "Name")];
    }
    Json imageList = Json::array(), volumeList = Json::array();
    const auto sizes = s.images.layerSizes();
    std::map<Digest, int> imagesWith;
    for (const Image& image : images)
        for (const Digest& layer : std::set<Digest>(image.layers.begin(), image.layers.end()))
            ++imagesWith[layer];
    for (const Image& image : images) {
        std::int64_t shared = 0;
        for (const Digest& layer : image.layers)
            shared += imagesWith.at(layer) > 1 && sizes.contains(layer) ? sizes.at(layer) : 0;
        Json entry = imageSummary(image, users[image.id.str()]);
        entry["SharedSize"] = shared;
        imageList.push_back(std::move(entry));
    }
    std::int64_t layers = 0;
    for (const auto& [layer, count] : imagesWith)
        layers += sizes.contains(layer) ? sizes.at(layer) : 0;
    for (const Volume& volume : volumes) {
        Json entry = volumeJson(volume);
        entry["UsageData"] = {{"Size", s.volumes.diskUsage(volume.name).value_or(-1)}, {"RefCount", volumeUsers[volume.name]}};
        volumeList.push_back(std::move(entry));
    }
    TRY(const Json cache, buildCacheJson(s.builds));
    return jsonResponse({{"LayersSize", layers}, {"Images", imageList}, {"Containers", containers}, {"Volumes", volumeList},
                         {"BuildCache", cache}});
}

Result<HttpResponse> auth(Services&, const HttpRequest& request)
{
    TRY(const Json body, request.json());
    std::string host = jsonValue<std::string>(body, "serveraddress");
    if (host.find("://") != std::string::npos)
        host.erase(0, host.find("://") + 3);
    host = host.substr(0, host.find('/'));
    if (host.empty() || host == "index.docker.io")
        host = "docker.io";
    RegistryClient registry(host,
                            {jsonValue<std::string>(body, "username"), jsonValue<std::string>(body, "password"),
                             jsonValue<std::string>(body, "identitytoken"), jsonValue<std::string>(body, "registrytoken")},
                            {});
    TRY_STATUS(registry.check({}));
    return jsonResponse({{"Status", "Login Succeeded"}, {"IdentityToken", ""}});
}

constexpr Route routes[] = {
    {"GET", "/_ping", ping},  {"HEAD", "/_ping", ping},        {"GET", "/version", version},
    {"GET", "/info", info},   {"GET", "/system/df", diskUsage}, {"POST", "/auth", auth},
};

} // namespace

std::span<const Route> systemRoutes() { return routes; }

} // namespace slipway::api
