// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/request_types.h"

namespace slipway::api
{
namespace
{

using Kind = GoType::Kind;

GoType textAs(const char* name) { return {.kind = Kind::Text, .name = name}; }
GoType integerAs(const char* name, std::int64_t least = INT64_MIN, std::uint64_t most = INT64_MAX)
{
    return {.kind = Kind::Integer, .name = name, .least = least, .most = most};
}
GoType listOf(const char* name, const GoType& item) { return {.kind = Kind::List, .name = name, .item = &item}; }
GoType mapOf(const char* name, const GoType& item) { return {.kind = Kind::Map, .name = name, .item = &item}; }
GoType structure(const char* name, std::vector<GoField> fields) { return {.kind = Kind::Struct, .name = name, .fields = std::move(fields)}; }

const GoType text = textAs("string");
const GoType boolean{.kind = Kind::Bool, .name = "bool"};
const GoType int_ = integerAs("int"), int64 = integerAs("int64"), duration = integerAs("time.Duration");
const GoType uint_ = integerAs("uint", 0, UINT64_MAX), uint16 = integerAs("uint16", 0, UINT16_MAX), uint64 = integerAs("uint64", 0, UINT64_MAX);
const GoType fileMode = integerAs("fs.FileMode", 0, UINT32_MAX);
const GoType words{.kind = Kind::Words, .name = "strslice.StrSlice"};
const GoType texts = listOf("[]string", text), textLists = listOf("[][]string", texts), textMap = mapOf("map[string]string", text);
const GoType consoleSize = listOf("[2]uint", uint_);
const GoType nothing = structure("struct {}", {});
const GoType nameSet = mapOf("map[string]struct {}", nothing), portSet = mapOf("nat.PortSet", nothing);

std::vector<GoField> embed(const char* prefix, std::vector<GoField> fields)
{
    for (GoField& field : fields)
        field.embedded = prefix;
    return fields;
}

std::vector<GoField> operator+(std::vector<GoField> a, const std::vector<GoField>& b)
{
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

const GoType& healthType()
{
    static const GoType type = structure("v1.HealthcheckConfig", {{"Test", &texts}, {"Interval", &duration}, {"Timeout", &duration}, {"StartPeriod", &duration},
                                                                    {"StartInterval", &duration}, {"Retries", &int_}});
    return type;
}

std::vector<GoField> configFields()
{
    return {{"Hostname", &text}, {"Domainname", &text}, {"User", &text}, {"AttachStdin", &boolean}, {"AttachStdout", &boolean}, {"AttachStderr", &boolean},
            {"ExposedPorts", &portSet}, {"Tty", &boolean}, {"OpenStdin", &boolean}, {"StdinOnce", &boolean}, {"Env", &texts}, {"Cmd", &words},
            {"Healthcheck", &healthType()}, {"ArgsEscaped", &boolean}, {"Image", &text}, {"Volumes", &nameSet}, {"WorkingDir", &text},
            {"Entrypoint", &words}, {"NetworkDisabled", &boolean}, {"MacAddress", &text}, {"OnBuild", &texts}, {"Labels", &textMap},
            {"StopSignal", &text}, {"StopTimeout", &int_}, {"Shell", &words}};
}

std::vector<GoField> resourceFields()
{
    static const GoType weight = structure("blkiodev.WeightDevice", {{"Path", &text}, {"Weight", &uint16}}), weights = listOf("[]*blkiodev.WeightDevice", weight);
    static const GoType throttle = structure("blkiodev.ThrottleDevice", {{"Path", &text}, {"Rate", &uint64}}),
                        throttles = listOf("[]*blkiodev.ThrottleDevice", throttle);
    static const GoType device = structure("container.DeviceMapping", {{"PathOnHost", &text}, {"PathInContainer", &text}, {"CgroupPermissions", &text}}),
                        devices = listOf("[]container.DeviceMapping", device);
    static const GoType wish = structure("container.DeviceRequest", {{"Driver", &text}, {"Count", &int_}, {"DeviceIDs", &texts}, {"Capabilities", &textLists},
                                                                     {"Options", &textMap}}),
                        wishes = listOf("[]container.DeviceRequest", wish);
    static const GoType limit = structure("units.Ulimit", {{"Name", &text}, {"Hard", &int64}, {"Soft", &int64}}), limits = listOf("[]*units.Ulimit", limit);
    return {{"CpuShares", &int64}, {"Memory", &int64}, {"NanoCpus", &int64}, {"CgroupParent", &text}, {"BlkioWeight", &uint16}, {"BlkioWeightDevice", &weights},
            {"BlkioDeviceReadBps", &throttles}, {"BlkioDeviceWriteBps", &throttles}, {"BlkioDeviceReadIOps", &throttles},
            {"BlkioDeviceWriteIOps", &throttles}, {"CpuPeriod", &int64}, {"CpuQuota", &int64}, {"CpuRealtimePeriod", &int64},
            {"CpuRealtimeRuntime", &int64}, {"CpusetCpus", &text}, {"CpusetMems", &text}, {"Devices", &devices}, {"DeviceCgroupRules", &texts},
            {"DeviceRequests", &wishes}, {"KernelMemory", &int64}, {"KernelMemoryTCP", &int64}, {"MemoryReservation", &int64}, {"MemorySwap", &int64},
            {"MemorySwappiness", &int64}, {"OomKillDisable", &boolean}, {"PidsLimit", &int64}, {"Ulimits", &limits}, {"CpuCount", &int64},
            {"CpuPercent", &int64}, {"IOMaximumIOps", &uint64}, {"IOMaximumBandwidth", &uint64}};
}

const GoType& restartType()
{
    static const GoType mode = textAs("container.RestartPolicyMode");
    static const GoType type = structure("container.RestartPolicy", {{"Name", &mode}, {"MaximumRetryCount", &int_}});
    return type;
}

const GoType& mountsType()
{
    static const GoType kind = textAs("mount.Type"), consistency = textAs("mount.Consistency"), propagation = textAs("mount.Propagation");
    static const GoType bind = structure("mount.BindOptions", {{"Propagation", &propagation}, {"NonRecursive", &boolean}, {"CreateMountpoint", &boolean},
                                                               {"ReadOnlyNonRecursive", &boolean}, {"ReadOnlyForceRecursive", &boolean}});
    static const GoType driver = structure("mount.Driver", {{"Name", &text}, {"Options", &textMap}});
    static const GoType volume = structure("mount.VolumeOptions", {{"NoCopy", &boolean}, {"Labels", &textMap}, {"Subpath", &text}, {"DriverConfig", &driver}});
    static const GoType tmpfs = structure("mount.TmpfsOptions", {{"SizeBytes", &int64}, {"Mode", &fileMode}});
    static const GoType cluster = structure("mount.ClusterOptions", {});
    static const GoType mount = structure("mount.Mount", {{"Type", &kind}, {"Source", &text}, {"Target", &text}, {"ReadOnly", &boolean},
                                                          {"Consistency", &consistency}, {"BindOptions", &bind}, {"VolumeOptions", &volume},
                                                          {"TmpfsOptions", &tmpfs}, {"ClusterOptions", &cluster}});
    static const GoType type = listOf("[]mount.Mount", mount);
    return type;
}

const GoType& hostType()
{
    static const GoType log = structure("container.LogConfig", {{"Type", &text}, {"Config", &textMap}});
    static const GoType binding = structure("nat.PortBinding", {{"HostIp", &text}, {"HostPort", &text}}), bindings = listOf("[]nat.PortBinding", binding),
                        portMap = mapOf("nat.PortMap", bindings);
    static const GoType network = textAs("container.NetworkMode"), ipc = textAs("container.IpcMode"), pid = textAs("container.PidMode"),
                        uts = textAs("container.UTSMode"), userns = textAs("container.UsernsMode"), cgroupns = textAs("container.CgroupnsMode"),
                        cgroup = textAs("container.CgroupSpec"), isolation = textAs("container.Isolation");
    static const GoType type = structure(
        "container.HostConfig",
        std::vector<GoField>{{"Binds", &texts}, {"ContainerIDFile", &text}, {"LogConfig", &log}, {"NetworkMode", &network}, {"PortBindings", &portMap},
                             {"RestartPolicy", &restartType()}, {"AutoRemove", &boolean}, {"VolumeDriver", &text}, {"VolumesFrom", &texts},
                             {"ConsoleSize", &consoleSize}, {"Annotations", &textMap}, {"CapAdd", &words}, {"CapDrop", &words},
                             {"CgroupnsMode", &cgroupns}, {"Dns", &texts}, {"DnsOptions", &texts}, {"DnsSearch", &texts}, {"ExtraHosts", &texts},
                             {"GroupAdd", &texts}, {"IpcMode", &ipc}, {"Cgroup", &cgroup}, {"Links", &texts}, {"OomScoreAdj", &int_}, {"PidMode", &pid},
                             {"Privileged", &boolean}, {"PublishAllPorts", &boolean}, {"ReadonlyRootfs", &boolean}, {"SecurityOpt", &texts},
                             {"StorageOpt", &textMap}, {"Tmpfs", &textMap}, {"UTSMode", &uts}, {"UsernsMode", &userns}, {"ShmSize", &int64},
                             {"Sysctls", &textMap}, {"Runtime", &text}, {"Isolation", &isolation}, {"Mounts", &mountsType()}, {"MaskedPaths", &texts},
                             {"ReadonlyPaths", &texts}, {"Init", &boolean}} +
            embed("Resources.", resourceFields()));
    return type;
}

const GoType& endpointType()
{
    static const GoType addresses = structure("network.EndpointIPAMConfig", {{"IPv4Address", &text}, {"IPv6Address", &text}, {"LinkLocalIPs", &texts}});
    static const GoType type = structure("network.EndpointSettings",
                                         {{"IPAMConfig", &addresses}, {"Links", &texts}, {"Aliases", &texts}, {"MacAddress", &text}, {"DriverOpts", &textMap},
                                          {"NetworkID", &text}, {"EndpointID", &text}, {"Gateway", &text}, {"IPAddress", &text}, {"IPPrefixLen", &int_},
                                          {"IPv6Gateway", &text}, {"GlobalIPv6Address", &text}, {"GlobalIPv6PrefixLen", &int_}, {"DNSNames", &texts}});
    return type;
}

} // namespace

const GoType& containerCreateType()
{
    static const GoType endpoints = mapOf("map[string]*network.EndpointSettings", endpointType());
    static const GoType networking = structure("network.NetworkingConfig", {{"EndpointsConfig", &endpoints}});
    static const GoType type = structure("runconfig.ContainerConfigWrapper",
                                         embed("Config.", configFields()) + std::vector<GoField>{{"HostConfig", &hostType()}, {"NetworkingConfig", &networking}});
    return type;
}

const GoType& containerUpdateType()
{
    static const GoType type = structure("container.UpdateConfig", embed("Resources.", resourceFields()) + std::vector<GoField>{{"RestartPolicy", &restartType()}});
    return type;
}

const GoType& execCreateType()
{
    static const GoType type = structure("types.ExecConfig", {{"User", &text}, {"Privileged", &boolean}, {"Tty", &boolean}, {"ConsoleSize", &consoleSize},
                                                              {"AttachStdin", &boolean}, {"AttachStderr", &boolean}, {"AttachStdout", &boolean},
                                                              {"Detach", &boolean}, {"DetachKeys", &text}, {"Env", &texts}, {"WorkingDir", &text},
                                                              {"Cmd", &texts}, {"SlipwaySession", &text}, {"SlipwayTool", &boolean}});
    return type;
}

const GoType& execStartType()
{
    static const GoType type = structure("types.ExecStartCheck", {{"Detach", &boolean}, {"Tty", &boolean}, {"ConsoleSize", &consoleSize}});
    return type;
}

const GoType& networkCreateType()
{
    static const GoType pool = structure("network.IPAMConfig", {{"Subnet", &text}, {"IPRange", &text}, {"Gateway", &text}, {"AuxiliaryAddresses", &textMap}}),
                        pools = listOf("[]network.IPAMConfig", pool);
    static const GoType ipam = structure("network.IPAM", {{"Driver", &text}, {"Options", &textMap}, {"Config", &pools}});
    static const GoType from = structure("network.ConfigReference", {{"Network", &text}});
    static const GoType type = structure(
        "types.NetworkCreateRequest",
        embed("NetworkCreate.", {{"CheckDuplicate", &boolean}, {"Driver", &text}, {"Scope", &text}, {"EnableIPv6", &boolean}, {"IPAM", &ipam},
                                 {"Internal", &boolean}, {"Attachable", &boolean}, {"Ingress", &boolean}, {"ConfigOnly", &boolean},
                                 {"ConfigFrom", &from}, {"Options", &textMap}, {"Labels", &textMap}}) +
            std::vector<GoField>{{"Name", &text}});
    return type;
}

const GoType& networkConnectType()
{
    static const GoType type = structure("types.NetworkConnect", {{"Container", &text}, {"EndpointConfig", &endpointType()}});
    return type;
}

const GoType& networkDisconnectType()
{
    static const GoType type = structure("types.NetworkDisconnect", {{"Container", &text}, {"Force", &boolean}});
    return type;
}

const GoType& volumeCreateType()
{
    static const GoType type = structure("volume.CreateOptions", {{"Driver", &text}, {"DriverOpts", &textMap}, {"Labels", &textMap}, {"Name", &text}});
    return type;
}

const GoType& authConfigType()
{
    static const GoType type = structure("registry.AuthConfig", {{"username", &text}, {"password", &text}, {"auth", &text}, {"email", &text},
                                                                 {"serveraddress", &text}, {"identitytoken", &text}, {"registrytoken", &text}});
    return type;
}

const GoType& anyObjectType()
{
    static const GoType type = structure("struct {}", {});
    return type;
}

} // namespace slipway::api
