// SPDX-License-Identifier: GPL-3.0-or-later
#include "container/config_types.h"

#include <algorithm>
#include <cctype>
#include <format>
#include <map>
#include <string>
#include <string_view>

namespace slipway
{

namespace
{

using Types = std::map<std::string_view, std::string_view>; // member → Go type

const Types& configTypes()
{
    static const Types types = {
        {"Hostname", "string"},   {"Domainname", "string"},  {"User", "string"},        {"AttachStdin", "bool"},
        {"AttachStdout", "bool"}, {"AttachStderr", "bool"},  {"Tty", "bool"},           {"OpenStdin", "bool"},
        {"StdinOnce", "bool"},    {"Env", "[]string"},       {"Image", "string"},       {"WorkingDir", "string"},
        {"StopSignal", "string"}, {"StopTimeout", "int"},    {"ArgsEscaped", "bool"},   {"NetworkDisabled", "bool"},
        {"MacAddress", "string"}, {"OnBuild", "[]string"},   {"Labels", "map[string]string"},
        {"Volumes", "map[string]struct {}"}, {"ExposedPorts", "nat.PortSet"}};
    return types;
}

const Types& hostTypes()
{
    static const Types types = {
        {"Binds", "[]string"},         {"ContainerIDFile", "string"}, {"AutoRemove", "bool"},      {"VolumeDriver", "string"},
        {"VolumesFrom", "[]string"},   {"Dns", "[]string"},           {"DnsOptions", "[]string"},  {"DnsSearch", "[]string"},
        {"ExtraHosts", "[]string"},    {"GroupAdd", "[]string"},      {"Links", "[]string"},       {"OomScoreAdj", "int"},
        {"Privileged", "bool"},        {"PublishAllPorts", "bool"},   {"ReadonlyRootfs", "bool"},  {"SecurityOpt", "[]string"},
        {"ShmSize", "int64"},          {"Runtime", "string"},         {"Init", "bool"},            {"Tmpfs", "map[string]string"},
        {"Sysctls", "map[string]string"}, {"StorageOpt", "map[string]string"}, {"Annotations", "map[string]string"},
        {"NetworkMode", "container.NetworkMode"}, {"IpcMode", "container.IpcMode"}, {"PidMode", "container.PidMode"},
        {"UTSMode", "container.UTSMode"}, {"UsernsMode", "container.UsernsMode"}, {"CgroupnsMode", "container.CgroupnsMode"},
        {"RestartPolicy", "container.RestartPolicy"}, {"LogConfig", "container.LogConfig"}, {"PortBindings", "nat.PortMap"}};
    return types;
}

const Types& resourceTypes()
{
    static const Types types = {
        {"CpuShares", "int64"},         {"Memory", "int64"},            {"NanoCpus", "int64"},           {"CgroupParent", "string"},
        {"BlkioWeight", "uint16"},      {"CpuPeriod", "int64"},         {"CpuQuota", "int64"},           {"CpuRealtimePeriod", "int64"},
        {"CpuRealtimeRuntime", "int64"}, {"CpusetCpus", "string"},      {"CpusetMems", "string"},        {"DeviceCgroupRules", "[]string"},
        {"MemoryReservation", "int64"}, {"MemorySwap", "int64"},        {"MemorySwappiness", "int64"},   {"OomKillDisable", "bool"},
        {"PidsLimit", "int64"},         {"CpuCount", "int64"},          {"CpuPercent", "int64"}};
    return types;
}

const Types& execTypes()
{
    static const Types types = {{"User", "string"},       {"Privileged", "bool"},   {"Tty", "bool"},          {"AttachStdin", "bool"},
                                {"AttachStdout", "bool"}, {"AttachStderr", "bool"}, {"Detach", "bool"},       {"DetachKeys", "string"},
                                {"Env", "[]string"},      {"WorkingDir", "string"}, {"Cmd", "[]string"},
                                {"SlipwaySession", "string"}};
    return types;
}

std::string kindOf(const Json& value)
{
    if (value.is_number_float() || (value.is_number() && value.get<double>() < 0))
        return "number " + value.dump();
    return value.is_number() ? "number" : value.is_boolean() ? "bool" : value.is_string() ? "string" : value.is_array() ? "array" : "object";
}

Status refuse(const std::string& kind, const std::string& field, std::string_view type)
{
    return fail(ErrorKind::InvalidArgument, std::format("invalid JSON: json: cannot unmarshal {} into Go struct field {} of type {}", kind, field, type));
}

Status checkOne(const Json& value, const std::string& field, std::string_view type)
{
    if (value.is_null())
        return {};
    const bool isNumber = value.is_number();
    if (type.starts_with("int") || type == "uint16") {
        if (!isNumber)
            return refuse(kindOf(value), field, type);
        const bool fits = !value.is_number_float() && (type != "uint16" || (value.get<std::int64_t>() >= 0 && value.get<std::int64_t>() < 65536));
        return fits ? Status() : refuse("number " + value.dump(), field, type);
    }
    if (type == "bool")
        return value.is_boolean() ? Status() : refuse(isNumber ? "number" : kindOf(value), field, type);
    if (type == "[]string") {
        if (!value.is_array())
            return refuse(isNumber ? "number" : kindOf(value), field, type);
        for (const Json& item : value) {
            if (!item.is_string() && !item.is_null())
                return refuse(item.is_number() ? "number" : kindOf(item), field, "string");
        }
        return {};
    }
    const bool object = type.starts_with("map") || type.starts_with("nat.") || type == "container.RestartPolicy" || type == "container.LogConfig";
    if (object ? value.is_object() : value.is_string())
        return {};
    return refuse(isNumber ? "number" : kindOf(value), field, type);
}

Status checkAll(const Json& object, const std::string& prefix, const Types& types)
{
    for (const auto& [name, value] : object.items()) {
        if (const auto type = types.find(name); type != types.end())
            TRY_STATUS(checkOne(value, prefix + name, type->second));
    }
    return {};
}

std::string lower(std::string text)
{
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

using Names = std::map<std::string, std::string>; // in lower case → as it is written

Names namesOf(std::initializer_list<const Types*> tables, std::initializer_list<const char*> others)
{
    Names names;
    for (const Types* table : tables)
        for (const auto& [name, type] : *table)
            names.emplace(lower(std::string(name)), name);
    for (const char* name : others)
        names.emplace(lower(name), name);
    return names;
}

Json renamed(const Json& object, const Names& names)
{
    if (!object.is_object())
        return object;
    Json made = Json::object();
    for (const auto& [name, value] : object.items()) {
        const auto known = names.find(lower(name));
        const std::string& as = known == names.end() ? name : known->second;
        if (as == name || !object.contains(as))
            made[as] = value;
    }
    return made;
}

// One word or several: strslice.StrSlice.
bool isCommand(const Json& value) { return value.is_null() || value.is_string() || value.is_array(); }

} // namespace

Json withGoNames(const Json& body)
{
    static const Names config = namesOf({&configTypes()}, {"Cmd", "Entrypoint", "Healthcheck", "Shell", "HostConfig", "NetworkingConfig"});
    static const Names host = namesOf({&hostTypes(), &resourceTypes()},
                                      {"Mounts", "Devices", "DeviceRequests", "Ulimits", "CapAdd", "CapDrop", "ConsoleSize", "Isolation", "MaskedPaths",
                                       "ReadonlyPaths", "Cgroup", "BlkioWeightDevice", "BlkioDeviceReadBps", "BlkioDeviceWriteBps",
                                       "BlkioDeviceReadIOps", "BlkioDeviceWriteIOps", "KernelMemoryTCP"});
    Json made = renamed(body, config);
    if (made.is_object() && made.contains("HostConfig"))
        made["HostConfig"] = renamed(made["HostConfig"], host);
    return made;
}

Status checkCreateTypes(const Json& body)
{
    TRY_STATUS(checkAll(body, "ContainerConfigWrapper.Config.", configTypes()));
    for (const char* key : {"Cmd", "Entrypoint"}) {
        if (const Json& command = jsonMember(body, key); !isCommand(command))
            return fail(ErrorKind::InvalidArgument, std::format("invalid JSON: json: cannot unmarshal {} into Go value of type []string", kindOf(command)));
    }
    const Json& host = jsonMember(body, "HostConfig");
    if (host.is_null())
        return {};
    if (!host.is_object())
        return refuse(kindOf(host), "ContainerConfigWrapper.HostConfig", "container.HostConfig");
    TRY_STATUS(checkAll(host, "HostConfig.HostConfig.", hostTypes()));
    return checkAll(host, "HostConfig.HostConfig.Resources.", resourceTypes());
}

Status checkUpdateTypes(const Json& body) { return checkAll(body, "UpdateConfig.Resources.", resourceTypes()); }
Status checkExecTypes(const Json& body) { return checkAll(body, "ExecConfig.", execTypes()); }

} // namespace slipway
