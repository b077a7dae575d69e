// SPDX-License-Identifier: GPL-3.0-or-later
#include "container/container_document.h"

#include <algorithm>
#include <charconv>
#include <format>

#include "base/clock.h"
#include "base/ids.h"
#include "container/human.h"
#include "os/cgroup.h"

namespace slipway
{

namespace
{

std::unexpected<Error> bad(std::string message) { return fail(ErrorKind::InvalidArgument, std::move(message)); }

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
            {"PortBindings", Json::object()},
            {"RestartPolicy", {{"Name", "no"}, {"MaximumRetryCount", 0}}},
            {"AutoRemove", false},
            {"VolumeDriver", ""},
            {"VolumesFrom", null},
            {"ConsoleSize", {0, 0}},
            {"CapAdd", null},
            {"CapDrop", null},
            {"CgroupnsMode", "private"},
            {"Dns", Json::array()},
            {"DnsOptions", Json::array()},
            {"DnsSearch", Json::array()},
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
            {"BlkioWeightDevice", Json::array()},
            {"BlkioDeviceReadBps", Json::array()},
            {"BlkioDeviceWriteBps", Json::array()},
            {"BlkioDeviceReadIOps", Json::array()},
            {"BlkioDeviceWriteIOps", Json::array()},
            {"CpuPeriod", 0},
            {"CpuQuota", 0},
            {"CpuRealtimePeriod", 0},
            {"CpuRealtimeRuntime", 0},
            {"CpusetCpus", ""},
            {"CpusetMems", ""},
            {"Devices", Json::array()},
            {"DeviceCgroupRules", null},
            {"DeviceRequests", null},
            {"MemoryReservation", 0},
            {"MemorySwap", 0},
            {"MemorySwappiness", null},
            {"OomKillDisable", false},
            {"PidsLimit", null},
            {"Ulimits", Json::array()},
            {"CpuCount", 0},
            {"CpuPercent", 0},
            {"IOMaximumIOps", 0},
            {"IOMaximumBandwidth", 0},
            {"MaskedPaths",
             {"/proc/asound", "/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
              "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware", "/sys/devices/virtual/powercap"}},
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
    for (const std::string& volume : image.volumes)
        config["Volumes"][volume] = Json::object();
    if (config["Hostname"] == "")
        config["Hostname"] = shortId(request.id);
    return config;
}

Status checkPorts(const Json& bindings)
{
    for (const auto& [port, list] : bindings.items()) {
        const std::string number = port.substr(0, port.find('/'));
        const std::string protocol = port.contains('/') ? port.substr(port.find('/') + 1) : "tcp";
        unsigned value = 0;
        const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
        if (error != std::errc() || end != number.data() + number.size() || value < 1 || value > 65535 ||
            (protocol != "tcp" && protocol != "udp" && protocol != "sctp"))
            return bad(std::format("invalid port specification: \"{}\"", port));
        for (const Json& binding : list) {
            const auto text = jsonValue<std::string>(binding, "HostPort");
            const auto [hostEnd, hostError] = std::from_chars(text.data(), text.data() + text.size(), value);
            if (!text.empty() && (hostError != std::errc() || hostEnd != text.data() + text.size() || value > 65535))
                return bad(std::format("invalid port specification: \"{}\"", text));
        }
    }
    return {};
}

Status checkRestartPolicy(const Json& host)
{
    const Json& policy = jsonMember(host, "RestartPolicy");
    const auto name = jsonValue<std::string>(policy, "Name");
    const int retries = jsonValue<int>(policy, "MaximumRetryCount");
    if (name != "no" && name != "always" && name != "unless-stopped" && name != "on-failure")
        return bad(std::format("invalid restart policy: unknown policy '{}'; use one of 'no', 'always', 'on-failure', or "
                               "'unless-stopped'", name));
    if (retries < 0)
        return bad("invalid restart policy: maximum retry count cannot be negative");
    if (retries != 0 && name != "on-failure")
        return bad("invalid restart policy: maximum retry count can only be used with 'on-failure'");
    if (name != "no" && jsonValue<bool>(host, "AutoRemove"))
        return bad("can't create 'AutoRemove' container with restart policy");
    return {};
}

Status checkResources(const Json& host)
{
    const auto memory = jsonValue<std::int64_t>(host, "Memory");
    const auto swap = jsonValue<std::int64_t>(host, "MemorySwap");
    const auto reservation = jsonValue<std::int64_t>(host, "MemoryReservation");
    if (memory != 0 && memory < (6 << 20))
        return bad("Minimum memory limit allowed is 6MB");
    if (memory == 0 && swap > 0)
        return bad("You should always set the Memory limit when using Memoryswap limit, see usage");
    if (memory > 0 && swap > 0 && swap < memory)
        return bad("Minimum memoryswap limit should be larger than memory limit, see usage");
    if (memory > 0 && reservation > 0 && memory < reservation)
        return bad("Minimum memory limit can not be less than memory reservation limit, see usage");
    const auto nanoCpus = jsonValue<std::int64_t>(host, "NanoCpus");
    const unsigned cpus = onlineCpus();
    if (nanoCpus < 0 || nanoCpus > static_cast<std::int64_t>(cpus) * 1'000'000'000)
        return bad(std::format("Range of CPUs is from 0.01 to {}.00, as there are only {} CPUs available", cpus, cpus));
    if (nanoCpus > 0 && (jsonValue<std::int64_t>(host, "CpuPeriod") > 0 || jsonValue<std::int64_t>(host, "CpuQuota") > 0))
        return bad("Conflicting options: Nano CPUs and CPU Period/Quota cannot both be set");
    if (jsonValue<std::int64_t>(host, "ShmSize") < 0)
        return bad("SHM size can not be less than 0");
    return {};
}

Status checkConfig(const Json& config, const Json& host)
{
    if (config["Entrypoint"].empty() && config["Cmd"].empty())
        return bad("no command specified");
    const auto workdir = jsonValue<std::string>(config, "WorkingDir");
    if (!workdir.empty() && !workdir.starts_with('/'))
        return bad(std::format("the working directory '{}' is invalid, it needs to be an absolute path", workdir));
    if (const auto signal = jsonValue<std::string>(config, "StopSignal"); !signal.empty()) {
        TRY([[maybe_unused]] const int number, parseSignal(signal));
    }
    for (const std::string& entry : jsonStrings(config["Env"])) {
        if (entry.empty() || entry.starts_with('='))
            return bad(std::format("invalid environment variable: {}", entry));
    }
    const auto driver = jsonValue<std::string>(jsonMember(host, "LogConfig"), "Type");
    if (driver != "json-file" && driver != "local" && driver != "none")
        return bad(std::format("logger: no log driver named '{}' is registered", driver));
    for (const char* key : {"PortBindings"}) {
        if (!jsonMember(host, key).is_object())
            return bad(std::format("invalid {}: it must be an object", key));
    }
    TRY_STATUS(checkPorts(host["PortBindings"]));
    const auto mode = jsonValue<std::string>(host, "NetworkMode");
    if (mode.starts_with("container:") && !host["PortBindings"].empty())
        return bad("conflicting options: port publishing and the container type network mode");
    TRY_STATUS(checkRestartPolicy(host));
    return checkResources(host);
}

Json makeHostConfig(const DocumentRequest& request)
{
    Json host = fillIn(hostConfigDefaults(), jsonMember(request.body, "HostConfig"),
                       {"Mounts", "Tmpfs", "Sysctls", "Init", "Annotations", "StorageOpt"});
    const auto orElse = [&](const char* key, const Json& fallback) {
        if (host[key] == "" || host[key] == 0)
            host[key] = fallback;
    };
    if (host["NetworkMode"] == "default")
        host["NetworkMode"] = "bridge";
    orElse("NetworkMode", "bridge");
    orElse("IpcMode", "private");
    orElse("CgroupnsMode", "private");
    orElse("Runtime", "crun");
    orElse("ShmSize", 64 << 20);
    if (jsonValue<std::string>(jsonMember(host, "RestartPolicy"), "Name").empty())
        host["RestartPolicy"] = {{"Name", "no"},
                                 {"MaximumRetryCount", jsonValue<int>(host["RestartPolicy"], "MaximumRetryCount")}};
    if (jsonValue<std::string>(jsonMember(host, "LogConfig"), "Type").empty())
        host["LogConfig"] = {{"Type", "json-file"}, {"Config", Json::object()}};
    if (jsonValue<std::int64_t>(host, "PidsLimit") <= 0)
        host["PidsLimit"] = Json();
    const auto memory = jsonValue<std::int64_t>(host, "Memory");
    if (memory > 0 && jsonValue<std::int64_t>(host, "MemorySwap") == 0)
        host["MemorySwap"] = memory * 2;
    if (jsonValue<bool>(host, "Privileged")) {
        host["MaskedPaths"] = Json();
        host["ReadonlyPaths"] = Json();
    }
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
        return bad("config cannot be empty in order to create a container");
    Json config = makeConfig(request);
    Json host = makeHostConfig(request);
    TRY_STATUS(checkConfig(config, host));
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
                {"ResolvConfPath", (request.dir / "resolv.conf").string()},
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
