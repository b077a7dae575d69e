// SPDX-License-Identifier: GPL-3.0-or-later
#include "container/config_check.h"

#include <algorithm>
#include <charconv>
#include <format>
#include <map>
#include <regex>
#include <set>

#include "container/human.h"
#include "os/cgroup.h"
#include "runtime/capabilities.h"

namespace slipway
{

namespace
{

constexpr std::int64_t millisecond = 1'000'000;

std::unexpected<Error> bad(std::string message) { return fail(ErrorKind::InvalidArgument, std::move(message)); }

std::optional<unsigned> wholeNumber(const std::string& text)
{
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

Status checkPorts(const Json& bindings)
{
    for (const auto& [port, list] : bindings.items()) {
        const std::string number = port.substr(0, port.find('/'));
        const std::string protocol = port.contains('/') ? port.substr(port.find('/') + 1) : "tcp";
        const auto value = wholeNumber(number);
        if (!value || *value < 1 || *value > 65535 || (protocol != "tcp" && protocol != "udp" && protocol != "sctp"))
            return bad(std::format("invalid port specification: \"{}\"", port));
        for (const Json& binding : list) {
            const auto text = jsonValue<std::string>(binding, "HostPort");
            const auto dash = text.find('-');
            for (const std::string& end : {text.substr(0, dash), dash == std::string::npos ? "" : text.substr(dash + 1)}) {
                const auto host = wholeNumber(end);
                if (!end.empty() && (!host || *host > 65535))
                    return bad(std::format("invalid port specification: \"{}\"", text));
            }
        }
    }
    return {};
}

// MODE is one of WORDS or, where OTHERS is set, "container:X".
bool oneOf(const std::string& mode, std::initializer_list<std::string_view> words, bool others)
{
    return std::ranges::find(words, mode) != words.end() || (others && mode.starts_with("container:") && mode.size() > 10);
}

Status checkModes(const Json& host, const Json& given)
{
    const auto mode = [&](const char* key) { return jsonValue<std::string>(host, key); };
    if (const auto text = mode("Isolation"); !text.empty() && text != "default")
        return bad(std::format("Invalid isolation: \"{}\" - linux only supports 'default'", text));
    if (!oneOf(mode("IpcMode"), {"", "none", "private", "shareable", "host"}, true))
        return bad("invalid IPC mode: " + mode("IpcMode"));
    if (!oneOf(mode("PidMode"), {"", "host"}, true))
        return bad("invalid PID mode: " + mode("PidMode"));
    if (!oneOf(mode("UTSMode"), {"", "host"}, false))
        return bad("invalid UTS mode: " + mode("UTSMode"));
    if (!oneOf(mode("UsernsMode"), {"", "host"}, false))
        return bad("invalid user namespace mode: " + mode("UsernsMode"));
    if (!oneOf(mode("CgroupnsMode"), {"", "host", "private"}, false))
        return bad("invalid cgroup namespace mode: " + mode("CgroupnsMode"));
    if (!oneOf(mode("Runtime"), {"", "crun", "runc", "io.containerd.runc.v2"}, false))
        return bad("unknown or invalid runtime name: " + mode("Runtime"));
    if (const Json& storage = jsonMember(host, "StorageOpt"); storage.is_object() && !storage.empty())
        return bad("--storage-opt is supported only for overlay over xfs with 'pquota' mount option");
    if (mode("UTSMode") == "host" && !jsonValue<std::string>(given, "Hostname").empty())
        return bad("conflicting options: hostname and the UTS mode");
    return {};
}

// What makes no sense for a container that lives in another one's network. The CLI refuses most of it before it asks.
Status checkSharedNetwork(const Json& host, const Json& given)
{
    const auto mode = jsonValue<std::string>(host, "NetworkMode");
    const bool shared = mode.starts_with("container:");
    const auto conflict = [](const char* what) {
        return bad(std::format("conflicting options: {} and the container type network mode", what));
    };
    if ((shared || mode == "host") && !jsonMember(host, "Links").empty())
        return shared ? conflict("links") : bad("conflicting options: host type networking can't be used with links. This would "
                                                "result in undefined behavior");
    if (!shared)
        return {};
    if (!jsonValue<std::string>(given, "Hostname").empty())
        return bad("conflicting options: hostname and the network mode");
    if (!jsonMember(host, "Dns").empty())
        return bad("conflicting options: dns and the network mode");
    if (!jsonMember(host, "ExtraHosts").empty())
        return bad("conflicting options: custom host-to-IP mapping and the network mode");
    if (!jsonValue<std::string>(given, "MacAddress").empty())
        return bad("conflicting options: mac-address and the network mode");
    if (!jsonMember(host, "PortBindings").empty() || jsonValue<bool>(host, "PublishAllPorts"))
        return conflict("port publishing");
    if (!jsonMember(given, "ExposedPorts").empty())
        return conflict("port exposing");
    return {};
}

// The default bridge gives addresses itself.
Status checkAddresses(const Json& host, const Json& given)
{
    const auto mode = jsonValue<std::string>(host, "NetworkMode");
    const Json& endpoints = jsonMember(jsonMember(given, "NetworkingConfig"), "EndpointsConfig");
    if (mode != "bridge" || !endpoints.is_object())
        return {};
    for (const auto& [name, settings] : endpoints.items()) {
        const Json& ipam = jsonMember(settings, "IPAMConfig");
        if ((name == "bridge" || name == "default") &&
            !(jsonValue<std::string>(ipam, "IPv4Address") + jsonValue<std::string>(ipam, "IPv6Address")).empty())
            return bad("invalid config for network bridge: invalid endpoint settings:\n* user specified IP address is supported on user "
                       "defined networks only\n* user specified IP address is supported only when connecting to networks with user "
                       "configured subnets");
    }
    return {};
}

Status checkCpuList(const Json& host, const char* key, const char* what, const char* unit)
{
    const auto text = jsonValue<std::string>(host, key);
    if (text.empty())
        return {};
    const auto list = parseCpuList(text);
    if (!list)
        return bad(std::format("Invalid value {} for cpuset {}: invalid format: {}", text, what, text));
    const std::string available = key == std::string_view("CpusetCpus") ? onlineCpuList() : onlineNodeList();
    const auto there = parseCpuList(available).value_or(std::vector<unsigned>{});
    if (!std::ranges::all_of(*list, [&](unsigned n) { return std::ranges::contains(there, n); }))
        return bad(std::format("Requested {} are not available - requested {}, available: {}", unit, text, available));
    return {};
}

Status checkLog(const Json& host)
{
    const Json& log = jsonMember(host, "LogConfig");
    const auto driver = jsonValue<std::string>(log, "Type");
    if (driver != "json-file" && driver != "local" && driver != "none")
        return bad(std::format("error looking up logging plugin {0}: plugin \"{0}\" not found", driver));
    std::set<std::string> known;
    if (driver == "json-file")
        known = {"max-file", "max-size", "compress", "labels", "labels-regex", "env", "env-regex", "tag"};
    else if (driver == "local")
        known = {"max-file", "max-size", "compress"};
    for (const auto& [key, _] : jsonValue<std::map<std::string, Json>>(log, "Config")) {
        if (driver != "none" && key != "mode" && key != "max-buffer-size" && !known.contains(key))
            return bad(std::format("unknown log opt '{}' for {} log driver", key, driver));
    }
    return {};
}

Status checkHealth(const Json& config)
{
    const Json& health = jsonMember(config, "Healthcheck");
    for (const char* key : {"Interval", "Timeout", "StartPeriod", "StartInterval"}) {
        const auto value = jsonValue<std::int64_t>(health, key);
        if (value != 0 && value < millisecond)
            return bad(std::format("{} in Healthcheck cannot be less than 1ms", key));
    }
    if (jsonValue<std::int64_t>(health, "Retries") < 0)
        return bad("Retries in Healthcheck cannot be negative");
    return {};
}

Status checkCapabilities(const Json& host)
{
    for (const char* key : {"CapAdd", "CapDrop"}) {
        for (const std::string& name : jsonStrings(jsonMember(host, key))) {
            if (!grantedCapabilities({name}, {}, false))
                return bad(std::format("invalid {}: unknown capability: \"{}\"", key, capabilityName(name)));
        }
    }
    return {};
}

Status checkSecurityOptions(const Json& host)
{
    for (const std::string& option : jsonStrings(jsonMember(host, "SecurityOpt"))) {
        const auto separator = option.find_first_of("=:");
        const std::string key = option.substr(0, separator);
        if (separator == std::string::npos && key != "no-new-privileges")
            return bad(std::format("invalid --security-opt 1: \"{}\"", option));
        if (!oneOf(key, {"no-new-privileges", "seccomp", "label", "apparmor", "systempaths"}, false))
            return bad(std::format("invalid --security-opt 2: \"{}\"", option));
    }
    return {};
}

Status checkDeviceRules(const Json& host)
{
    static const std::regex form(R"([acb] ([0-9]+|\*):([0-9]+|\*) [rwm]{1,3})");
    for (const std::string& rule : jsonStrings(jsonMember(host, "DeviceCgroupRules"))) {
        if (!std::regex_match(rule, form))
            return bad(std::format("invalid device cgroup rule format: '{}'", rule));
    }
    return {};
}

Status checkTmpfs(const Json& host)
{
    for (const auto& [path, _] : jsonValue<std::map<std::string, Json>>(host, "Tmpfs")) {
        if (!path.starts_with('/'))
            return bad(std::format("invalid mount path: '{}' mount path must be absolute", path));
    }
    return {};
}

Status checkMemory(const Json& host, bool update)
{
    const auto memory = jsonValue<std::int64_t>(host, "Memory");
    const auto swap = jsonValue<std::int64_t>(host, "MemorySwap");
    const auto reservation = jsonValue<std::int64_t>(host, "MemoryReservation");
    if (memory != 0 && memory < (6 << 20))
        return bad("Minimum memory limit allowed is 6MB");
    if (memory > 0 && swap > 0 && swap < memory)
        return bad("Minimum memoryswap limit should be larger than memory limit, see usage");
    if (memory == 0 && swap > 0 && !update)
        return bad("You should always set the Memory limit when using Memoryswap limit, see usage");
    if (const auto swappiness = jsonValue<std::int64_t>(host, "MemorySwappiness", -1); swappiness < -1 || swappiness > 100)
        return bad(std::format("Invalid value: {}, valid memory swappiness range is 0-100", swappiness));
    if (reservation > 0 && reservation < (6 << 20))
        return bad("Minimum memory reservation allowed is 6MB");
    if (memory > 0 && reservation > 0 && memory < reservation)
        return bad("Minimum memory limit can not be less than memory reservation limit, see usage");
    return {};
}

} // namespace

std::optional<std::vector<unsigned>> parseCpuList(const std::string& text)
{
    std::vector<unsigned> list;
    for (std::size_t at = 0; at <= text.size();) {
        const std::size_t end = std::min(text.find(',', at), text.size());
        const std::string part = text.substr(at, end - at);
        const auto dash = part.find('-');
        const auto first = wholeNumber(part.substr(0, dash));
        const auto last = dash == std::string::npos ? first : wholeNumber(part.substr(dash + 1));
        if (!first || !last || *last < *first || *last > 8191)
            return std::nullopt;
        for (unsigned n = *first; n <= *last; ++n)
            list.push_back(n);
        at = end + 1;
    }
    return list;
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

Status checkResources(const Json& host, bool update)
{
    TRY_STATUS(checkMemory(host, update));
    const auto nanoCpus = jsonValue<std::int64_t>(host, "NanoCpus");
    const auto period = jsonValue<std::int64_t>(host, "CpuPeriod"), quota = jsonValue<std::int64_t>(host, "CpuQuota");
    const unsigned cpus = onlineCpus();
    if (nanoCpus > 0 && period > 0)
        return bad("Conflicting options: Nano CPUs and CPU Period cannot both be set.");
    if (nanoCpus > 0 && quota > 0)
        return bad("Conflicting options: Nano CPUs and CPU Quota cannot both be set.");
    if (nanoCpus < 0 || nanoCpus > static_cast<std::int64_t>(cpus) * 1'000'000'000)
        return bad(std::format("Range of CPUs is from 0.01 to {0}.00, as there are only {0} CPUs available", cpus));
    if (period != 0 && (period < 1000 || period > 1'000'000))
        return bad("CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)");
    if (quota > 0 && quota < 1000)
        return bad("CPU cfs quota can not be less than 1ms (i.e. 1000)");
    if (jsonValue<std::int64_t>(host, "CpuPercent") > 0)
        return bad("CPU percent is not supported on linux");
    TRY_STATUS(checkCpuList(host, "CpusetCpus", "cpus", "CPUs"));
    TRY_STATUS(checkCpuList(host, "CpusetMems", "mems", "memory nodes"));
    return {};
}

Status checkConfig(const Json& config, const Json& host, const Json& given)
{
    if (config["Entrypoint"].empty() && config["Cmd"].empty())
        return bad("no command specified");
    const auto workdir = jsonValue<std::string>(config, "WorkingDir");
    if (!workdir.empty() && !workdir.starts_with('/'))
        return bad(std::format("the working directory '{}' is invalid, it needs to be an absolute path", workdir));
    if (const auto signal = jsonValue<std::string>(config, "StopSignal"); !signal.empty() && !parseSignal(signal))
        return bad("invalid signal: " + signal);
    for (const std::string& entry : jsonStrings(config["Env"])) {
        if (entry.empty() || entry.starts_with('='))
            return bad(std::format("invalid environment variable: {}", entry));
    }
    TRY_STATUS(checkHealth(config));
    TRY_STATUS(checkModes(host, given));
    if (!host["PortBindings"].is_object() && !host["PortBindings"].is_null())
        return bad("invalid PortBindings: it must be an object");
    TRY_STATUS(checkPorts(host["PortBindings"]));
    TRY_STATUS(checkSharedNetwork(host, given));
    TRY_STATUS(checkAddresses(host, given));
    TRY_STATUS(checkRestartPolicy(host));
    TRY_STATUS(checkCapabilities(host));
    TRY_STATUS(checkSecurityOptions(host));
    TRY_STATUS(checkDeviceRules(host));
    TRY_STATUS(checkTmpfs(host));
    TRY_STATUS(checkLog(host));
    if (const auto score = jsonValue<std::int64_t>(host, "OomScoreAdj"); score < -1000 || score > 1000)
        return bad(std::format("Invalid value {}, range for oom score adj is [-1000, 1000]", score));
    if (jsonValue<std::int64_t>(host, "ShmSize") < 0)
        return bad("SHM size can not be less than 0");
    return checkResources(host);
}

std::vector<std::string> configWarnings(const Json& host)
{
    std::vector<std::string> warnings;
    if (jsonValue<std::string>(host, "NetworkMode") == "host" && !jsonMember(host, "PortBindings").empty())
        warnings.emplace_back("Published ports are discarded when using host network mode");
    if (jsonValue<bool>(host, "OomKillDisable") && jsonValue<std::int64_t>(host, "Memory") == 0)
        warnings.emplace_back("OOM killer is disabled for the container, but no memory limit is set, this can result in the "
                              "system running out of resources.");
    return warnings;
}

} // namespace slipway
