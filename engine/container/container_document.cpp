// SPDX-License-Identifier: GPL-3.0-or-later
#include "container/container_document.h"

#include <unistd.h>

#include <algorithm>
#include <climits>

#include "base/clock.h"
#include "base/ids.h"
#include "container/config_check.h"
#include "container/human.h"

namespace slipway
{

namespace
{

// DEFAULTS with those members of GIVEN that are not null, plus the OPTIONAL members that GIVEN has.
Json fillIn(Json defaults, const Json& given, std::initializer_list<const char*> optional)
{
    if (!given.is_object())
        return defaults;
    for (auto& [key, value] : defaults.items()) {
        if (const Json& own = jsonMember(given, key.c_str()); !own.is_null())
            value = own;
    }
    for (const char* key : optional) {
        if (const Json& own = jsonMember(given, key); !own.is_null())
            defaults[key] = own;
    }
    return defaults;
}

Json hostConfigDefaults()
{
    const Json null;
    return {{"Binds", null},
            {"ContainerIDFile", ""},
            {"LogConfig", {{"Type", "json-file"}, {"Config", Json::object()}}},
            {"NetworkMode", "bridge"},
            {"PortBindings", null},
            {"RestartPolicy", {{"Name", "no"}, {"MaximumRetryCount", 0}}},
            {"AutoRemove", false},
            {"VolumeDriver", ""},
            {"VolumesFrom", null},
            {"ConsoleSize", {0, 0}},
            {"CapAdd", null},
            {"CapDrop", null},
            {"CgroupnsMode", ""},
            {"Dns", null},
            {"DnsOptions", null},
            {"DnsSearch", null},
            {"ExtraHosts", null},
            {"GroupAdd", null},
            {"IpcMode", "private"},
            {"Cgroup", ""},
            {"Links", null},
            {"OomScoreAdj", 0},
            {"PidMode", ""},
            {"Privileged", false},
            {"PublishAllPorts", false},
            {"ReadonlyRootfs", false},
            {"SecurityOpt", null},
            {"UTSMode", ""},
            {"UsernsMode", ""},
            {"ShmSize", 64 << 20},
            {"Runtime", "crun"},
            {"Isolation", ""},
            {"CpuShares", 0},
            {"Memory", 0},
            {"NanoCpus", 0},
            {"CgroupParent", ""},
            {"BlkioWeight", 0},
            {"BlkioWeightDevice", null},
            {"BlkioDeviceReadBps", null},
            {"BlkioDeviceWriteBps", null},
            {"BlkioDeviceReadIOps", null},
            {"BlkioDeviceWriteIOps", null},
            {"CpuPeriod", 0},
            {"CpuQuota", 0},
            {"CpuRealtimePeriod", 0},
            {"CpuRealtimeRuntime", 0},
            {"CpusetCpus", ""},
            {"CpusetMems", ""},
            {"Devices", null},
            {"DeviceCgroupRules", null},
            {"DeviceRequests", null},
            {"MemoryReservation", 0},
            {"MemorySwap", 0},
            {"MemorySwappiness", null},
            {"OomKillDisable", false},
            {"PidsLimit", null},
            {"Ulimits", null},
            {"CpuCount", 0},
            {"CpuPercent", 0},
            {"IOMaximumIOps", 0},
            {"IOMaximumBandwidth", 0},
            {"MaskedPaths", defaultMaskedPaths()},
            {"ReadonlyPaths", {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"}}};
}

std::string envName(const std::string& entry) { return entry.substr(0, entry.find('=')); }

Json mergedEnv(const Json& own, const std::vector<std::string>& fromImage)
{
    std::vector<std::string> env = jsonStrings(own);
    const std::size_t given = env.size();
    for (const std::string& entry : fromImage) {
        const auto end = env.begin() + static_cast<std::ptrdiff_t>(given);
        if (std::find_if(env.begin(), end, [&](const auto& e) { return envName(e) == envName(entry); }) == end)
            env.push_back(entry);
    }
    return env;
}

Json imageHealth(const HealthConfig& health)
{
    Json json = {{"Test", health.test}};
    const auto put = [&](const char* key, std::int64_t value) {
        if (value != 0)
            json[key] = value;
    };
    put("Interval", health.interval);
    put("Timeout", health.timeout);
    put("StartPeriod", health.startPeriod);
    put("StartInterval", health.startInterval);
    put("Retries", health.retries);
    return json;
}

Json listOrNull(const std::vector<std::string>& list, bool null) { return null ? Json() : Json(list); }

void mergeCommand(Json& config, const Json& body, const ImageConfig& image)
{
    const Json& entrypoint = jsonMember(body, "Entrypoint");
    const Json& cmd = jsonMember(body, "Cmd");
    const auto asList = [](const Json& value) { return value.is_null() ? Json() : Json(jsonStrings(value)); };
    config["Entrypoint"] = asList(entrypoint);
    config["Cmd"] = asList(cmd);
    if (config["Entrypoint"].empty()) {
        if (config["Cmd"].empty())
            config["Cmd"] = listOrNull(image.cmd, image.cmd.empty());
        if (entrypoint.is_null())
            config["Entrypoint"] = listOrNull(image.entrypoint, image.entrypoint.empty());
    }
    if (config["Entrypoint"].size() == 1 && config["Entrypoint"][0] == "")
        config["Entrypoint"] = Json();
}

Json makeConfig(const DocumentRequest& request)
{
    const ImageConfig& image = request.image.config;
    const Json null;
    Json defaults = {{"Hostname", ""},        {"Domainname", ""},      {"User", ""},         {"AttachStdin", false},
                     {"AttachStdout", false}, {"AttachStderr", false}, {"Tty", false},       {"OpenStdin", false},
                     {"StdinOnce", false},    {"Env", null},           {"Cmd", null},        {"Image", ""},
                     {"Volumes", null},       {"WorkingDir", ""},      {"Entrypoint", null}, {"OnBuild", null},
                     {"Labels", Json::object()}};
    Json config = fillIn(std::move(defaults), request.body,
                         {"ExposedPorts", "Healthcheck", "StopSignal", "StopTimeout", "Shell", "MacAddress",
                          "NetworkDisabled"});
    config["Env"] = mergedEnv(jsonMember(request.body, "Env"), image.env);
    mergeCommand(config, request.body, image);
    if (config["User"] == "")
        config["User"] = image.user;
    if (config["WorkingDir"] == "")
        config["WorkingDir"] = image.workingDir;
    if (!config.contains("StopSignal") && !image.stopSignal.empty())
        config["StopSignal"] = image.stopSignal;
    if (image.health) { // what the request leaves open, the image says
        Json health = imageHealth(*image.health);
        const Json given = config.value("Healthcheck", Json::object());
        for (const auto& [key, value] : given.items()) {
            if (!value.is_null() && value != 0 && value != Json::array())
                health[key] = value;
        }
        config["Healthcheck"] = std::move(health);
    }
    if (!config["Labels"].is_object())
        config["Labels"] = Json::object();
    for (const auto& [key, value] : image.labels) {
        if (!config["Labels"].contains(key))
            config["Labels"][key] = value;
    }
    for (const std::string& port : image.exposedPorts)
        config["ExposedPorts"][port.contains('/') ? port : port + "/tcp"] = Json::object();
    if (config["Volumes"].empty())
        config["Volumes"] = Json();
    for (const std::string& volume : image.volumes)
        config["Volumes"][volume] = Json::object();
    if (config["Hostname"] == "") {
        const Json& host = jsonMember(request.body, "HostConfig");
        const bool shared = jsonValue<std::string>(host, "NetworkMode") == "host" || jsonValue<std::string>(host, "UTSMode") == "host";
        char name[HOST_NAME_MAX + 1] = {};
        ::gethostname(name, sizeof name - 1);
        config["Hostname"] = shared ? std::string(name) : shortId(request.id);
    }
    return config;
}

Json makeHostConfig(const DocumentRequest& request)
{
    Json host = fillIn(hostConfigDefaults(), jsonMember(request.body, "HostConfig"),
                       {"Mounts", "Tmpfs", "Sysctls", "Init", "Annotations", "StorageOpt", "KernelMemoryTCP"});
    const auto orElse = [&](const char* key, const Json& fallback) {
        if (host[key] == "" || host[key] == 0)
            host[key] = fallback;
    };
    if (host["NetworkMode"] == "default")
        host["NetworkMode"] = "bridge";
    orElse("NetworkMode", "bridge");
    orElse("IpcMode", "private");
    orElse("CgroupnsMode", request.hostCgroups ? "host" : "private");
    orElse("Runtime", "crun");
    orElse("ShmSize", 64 << 20);
    if (jsonValue<std::string>(jsonMember(host, "RestartPolicy"), "Name").empty())
        host["RestartPolicy"] = {{"Name", "no"},
                                 {"MaximumRetryCount", jsonValue<int>(host["RestartPolicy"], "MaximumRetryCount")}};
    if (jsonValue<std::string>(jsonMember(host, "LogConfig"), "Type").empty())
        host["LogConfig"] = {{"Type", "json-file"}, {"Config", jsonValue<Json>(host["LogConfig"], "Config", Json::object())}};
    if (host["MemorySwappiness"] == -1)
        host["MemorySwappiness"] = Json();
    if (jsonValue<std::int64_t>(host, "PidsLimit") <= 0)
        host["PidsLimit"] = Json();
    const auto memory = jsonValue<std::int64_t>(host, "Memory");
    if (memory > 0 && jsonValue<std::int64_t>(host, "MemorySwap") == 0)
        host["MemorySwap"] = memory * 2;
    if (jsonValue<bool>(host, "Privileged")) {
        host["MaskedPaths"] = Json();
        host["ReadonlyPaths"] = Json();
    }
    // No labels can keep a container from what it is let see by these.
    const bool seesMore = jsonValue<bool>(host, "Privileged") || host["PidMode"] == "host" || host["IpcMode"] == "host";
    if (seesMore && std::ranges::none_of(jsonStrings(host["SecurityOpt"]), [](const std::string& o) { return o.starts_with("label"); }))
        host["SecurityOpt"].push_back("label=disable");
    Json bindings = Json::object();
    if (host["PortBindings"].is_object()) {
        for (const auto& [port, list] : host["PortBindings"].items())
            bindings[port.contains('/') ? port : port + "/tcp"] = list;
        host["PortBindings"] = std::move(bindings);
    }
    return host;
}

Json makeNetworks(const DocumentRequest& request, const std::string& mode)
{
    Json networks = Json::object();
    if (mode.starts_with("container:"))
        return networks;
    const Json& given = jsonMember(jsonMember(request.body, "NetworkingConfig"), "EndpointsConfig");
    networks[mode] = Json::object();
    if (given.is_object()) {
        for (const auto& [name, settings] : given.items())
            networks[name == "default" ? mode : name] = settings.is_object() ? settings : Json::object();
    }
    for (auto& [_, settings] : networks.items())
        settings = fillIn({{"IPAMConfig", Json()}, {"Links", Json()}, {"Aliases", Json()}, {"DriverOpts", Json()},
                           {"MacAddress", ""}}, settings, {});
    return networks;
}

} // namespace

Result<Json> makeDocument(const DocumentRequest& request)
{
    if (!request.body.is_object())
        return fail(ErrorKind::InvalidArgument, "config cannot be empty in order to create a container");
    Json config = makeConfig(request);
    Json host = makeHostConfig(request);
    TRY_STATUS(checkConfig(config, host, request.body));
    std::vector<std::string> command = jsonStrings(config["Entrypoint"]);
    std::ranges::copy(jsonStrings(config["Cmd"]), std::back_inserter(command));
    Json layers = Json::array();
    for (const Digest& layer : request.image.layers)
        layers.push_back(layer.str());
    const auto mode = jsonValue<std::string>(host, "NetworkMode");
    const bool logged = host["LogConfig"]["Type"] != "none";
    return Json{{"Id", request.id},
                {"Created", formatRfc3339(now())},
                {"Path", command.front()},
                {"Args", std::vector<std::string>(command.begin() + 1, command.end())},
                {"Image", request.image.id.str()},
                {"ResolvConfPath", (request.dir / "resolv.conf").string()}, // these three and LogPath: once it was started
                {"HostnamePath", (request.dir / "hostname").string()},
                {"HostsPath", (request.dir / "hosts").string()},
                {"LogPath", logged ? (request.dir / "log").string() : ""},
                {"Name", "/" + request.name},
                {"Driver", "overlay2"},
                {"Platform", "linux"},
                {"MountLabel", ""},
                {"ProcessLabel", ""},
                {"AppArmorProfile", ""},
                {"Mounts", Json::array()},
                {"HostConfig", std::move(host)},
                {"Config", std::move(config)},
                {"NetworkSettings", {{"Networks", makeNetworks(request, mode)}}},
                {"Slipway", {{"Layers", std::move(layers)}}}};
}

const std::vector<std::string>& defaultMaskedPaths()
{
    static const std::vector<std::string> paths = {"/proc/asound",       "/proc/acpi",        "/proc/kcore", "/proc/keys",
                                                   "/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats",
                                                   "/proc/sched_debug",  "/proc/scsi",        "/sys/firmware",
                                                   "/sys/devices/virtual/powercap"};
    return paths;
}

std::vector<Digest> documentLayers(const Json& document)
{
    std::vector<Digest> layers;
    for (const std::string& text : jsonStrings(jsonMember(jsonMember(document, "Slipway"), "Layers"))) {
        if (auto digest = Digest::parse(text))
            layers.push_back(*std::move(digest));
    }
    return layers;
}

} // namespace slipway
