// SPDX-License-Identifier: GPL-3.0-or-later
#include "container/spec_builder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <format>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "base/errno_text.h"
#include "base/ids.h"
#include "base/in_root.h"
#include "base/unique_fd.h"
#include "container/container_document.h"
#include "container/human.h"

namespace slipway
{

namespace
{

constexpr const char* initPath = "/sbin/docker-init";
constexpr const char* defaultPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

std::vector<std::string> split(const std::string& text, char separator)
{
    std::vector<std::string> parts;
    std::size_t begin = 0;
    while (begin <= text.size()) {
        const std::size_t end = std::min(text.find(separator, begin), text.size());
        if (end > begin)
            parts.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return parts;
}

// Replaces the entry of the same name, or appends; a bare NAME takes the variable away.
void setEnv(std::vector<std::string>& env, const std::string& entry)
{
    const std::string name = entry.substr(0, entry.find('='));
    const auto it = std::ranges::find_if(env, [&](const std::string& e) { return e.starts_with(name + "="); });
    if (!entry.contains('=')) {
        if (it != env.end())
            env.erase(it);
        return;
    }
    if (it != env.end())
        *it = entry;
    else
        env.push_back(entry);
}

// Makes PATH below ROOTFS component by component; links are followed inside the root only.
Status makeDirectoryInside(const std::filesystem::path& rootfs, const std::string& path)
{
    const UniqueFd root(::open(rootfs.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!root)
        return failErrno(errno, rootfs.string());
    std::string done = "/";
    for (const std::string& part : split(std::filesystem::path(path).lexically_normal().string(), '/')) {
        const auto parent = openInRoot(root.get(), done, O_PATH | O_DIRECTORY);
        if (!parent)
            return fail(ErrorKind::InvalidArgument, std::format("Cannot mkdir: {} is not a directory", done));
        done += (done == "/" ? "" : "/") + part;
        if (openInRoot(root.get(), done, O_PATH))
            continue;
        if (::mkdirat(parent->get(), part.c_str(), 0755) != 0 && errno != EEXIST)
            return failErrno(errno, "mkdir " + path);
    }
    if (const auto last = openInRoot(root.get(), path, O_PATH | O_DIRECTORY); !last && last.error().osError == ENOTDIR)
        return fail(ErrorKind::InvalidArgument, std::format("Cannot mkdir: {} is not a directory", path));
    return {};
}

// A mount can only send to or receive from a peer when the one that SOURCE lies on does.
Status checkPropagation(const std::string& source, const std::string& propagation)
{
    const bool shared = propagation.ends_with("shared");
    if (!shared && !propagation.ends_with("slave"))
        return {};
    std::error_code ignored;
    const auto real = std::filesystem::canonical(source, ignored).string();
    std::string mountPoint, peers;
    std::ifstream mounts("/proc/self/mountinfo");
    for (std::string line; std::getline(mounts, line);) {
        std::istringstream words(line);
        std::string id, parent, device, root, point, options, optional, tags;
        words >> id >> parent >> device >> root >> point >> options;
        while (words >> optional && optional != "-")
            tags += optional + " ";
        const bool below = point == "/" || real == point || real.starts_with(point + "/");
        if (below && point.size() >= mountPoint.size()) { // of two on the same folder the later one is on top
            mountPoint = point;
            peers = tags;
        }
    }
    if (peers.contains("shared:") || (!shared && peers.contains("master:")))
        return {};
    return fail(ErrorKind::Internal, std::format("path {} is mounted on {} but it is not a {} mount", source, mountPoint,
                                                 shared ? "shared" : "shared or slave"));
}

// The OCI runtime mounts with just the flags it is given: those of the source's own mount would be lifted.
std::vector<std::string> restrictionsOf(const std::string& source)
{
    static constexpr std::pair<unsigned long, const char*> restrictions[] = {
        {ST_NOSUID, "nosuid"}, {ST_NODEV, "nodev"}, {ST_NOEXEC, "noexec"}, {ST_RDONLY, "ro"}};
    std::vector<std::string> options;
    struct statvfs info{};
    if (::statvfs(source.c_str(), &info) != 0)
        return options;
    for (const auto& [flag, option] : restrictions) {
        if (info.f_flag & flag)
            options.emplace_back(option);
    }
    return options;
}

Result<SpecMount> specMount(const Json& point)
{
    SpecMount mount;
    mount.source = jsonValue<std::string>(point, "Source");
    mount.destination = jsonValue<std::string>(point, "Destination");
    mount.readOnly = !jsonValue<bool>(point, "RW", true);
    mount.propagation = jsonValue<std::string>(point, "Propagation");
    const auto type = jsonValue<std::string>(point, "Type");
    if (type == "tmpfs") {
        mount.type = "tmpfs";
        mount.source = "tmpfs";
        mount.options = jsonStrings(jsonMember(point, "_options"));
        return mount;
    }
    struct stat info{};
    if (type == "bind" && ::stat(mount.source.c_str(), &info) != 0) {
        const std::string what = "invalid mount config for type \"bind\": bind source path does not exist: " + mount.source;
        if (!jsonValue<bool>(point, "_create"))
            return fail(ErrorKind::InvalidArgument, what);
        std::error_code error;
        std::filesystem::create_directories(mount.source, error);
        if (error)
            return fail(ErrorKind::InvalidArgument,
                        std::format("error while creating mount source path '{0}': mkdir {0}: {1}", mount.source,
                                    errnoText(error.value())));
    }
    if (type == "bind")
        TRY_STATUS(checkPropagation(mount.source, mount.propagation));
    mount.options = restrictionsOf(mount.source);
    return mount;
}

Result<std::vector<SpecMount>> specMounts(const Json& document, const std::filesystem::path& dir)
{
    std::vector<SpecMount> mounts;
    const Json& host = documentHost(document);
    const auto taken = [&](const std::string& path) {
        return std::ranges::any_of(jsonMember(document, "Mounts"),
                                   [&](const Json& m) { return jsonValue<std::string>(m, "Destination") == path; });
    };
    const bool readOnly = jsonValue<bool>(host, "ReadonlyRootfs");
    for (const char* name : {"resolv.conf", "hostname", "hosts"}) {
        if (const std::string target = std::string("/etc/") + name; !taken(target))
            mounts.push_back({.source = (dir / name).string(), .destination = target, .type = "bind",
                              .readOnly = readOnly, .propagation = "rprivate", .options = {}});
    }
    for (const Json& point : jsonMember(document, "Mounts")) {
        TRY(auto mount, specMount(point));
        mounts.push_back(std::move(mount));
    }
    if (const Json& tmpfs = jsonMember(host, "Tmpfs"); tmpfs.is_object()) {
        for (const auto& [path, text] : tmpfs.items()) {
            SpecMount mount{.source = "tmpfs", .destination = path, .type = "tmpfs", .readOnly = false, .propagation = "",
                            .options = split(text.is_string() ? text.get<std::string>() : "", ',')};
            mounts.push_back(std::move(mount));
        }
    }
    // A mount below another one must come after it.
    std::ranges::stable_sort(mounts, {}, [](const SpecMount& m) { return std::ranges::count(m.destination, '/'); });
    return mounts;
}

Status checkTmpfsOptions(const Json& host)
{
    static const std::set<std::string, std::less<>> flags = {
        "rw", "ro", "suid", "nosuid", "dev", "nodev", "exec", "noexec", "sync", "async", "dirsync", "remount", "mand", "nomand", "atime",
        "noatime", "diratime", "nodiratime", "bind", "rbind", "unbindable", "runbindable", "private", "rprivate", "shared", "rshared",
        "slave", "rslave", "relatime", "norelatime", "strictatime", "nostrictatime", "defaults"};
    static const std::set<std::string, std::less<>> values = {"mode", "uid", "gid", "size", "nr_inodes", "nr_blocks", "mpol"};
    for (const auto& [path, text] : jsonValue<std::map<std::string, std::string>>(host, "Tmpfs")) {
        for (const std::string& option : split(text, ',')) {
            const auto equals = option.find('=');
            if (!(equals == std::string::npos ? flags : values).contains(option.substr(0, equals)))
                return fail(ErrorKind::Internal, std::format("invalid tmpfs option \"{}\"", option));
        }
    }
    return {};
}

Status addThrottles(const Json& host, SpecResources& resources)
{
    static const std::pair<const char*, const char*> kinds[] = {{"BlkioDeviceReadBps", "throttleReadBpsDevice"},
                                                                {"BlkioDeviceWriteBps", "throttleWriteBpsDevice"},
                                                                {"BlkioDeviceReadIOps", "throttleReadIOPSDevice"},
                                                                {"BlkioDeviceWriteIOps", "throttleWriteIOPSDevice"}};
    for (const auto& [key, what] : kinds) {
        for (const Json& limit : jsonMember(host, key)) {
            const auto path = jsonValue<std::string>(limit, "Path");
            struct stat info{};
            if (::stat(path.c_str(), &info) != 0)
                return fail(ErrorKind::Internal, path + ": " + errnoText(errno));
            resources.throttles.push_back({what, major(info.st_rdev), minor(info.st_rdev), jsonValue<std::uint64_t>(limit, "Rate")});
        }
    }
    return {};
}

Result<SpecResources> specResources(const Json& host)
{
    SpecResources r;
    if (jsonValue<std::int64_t>(host, "CpuShares") < 0)
        return fail(ErrorKind::InvalidArgument, "shares: invalid argument");
    r.memory = jsonValue<std::int64_t>(host, "Memory");
    r.memoryReservation = jsonValue<std::int64_t>(host, "MemoryReservation");
    r.memorySwap = jsonValue<std::int64_t>(host, "MemorySwap");
    r.kernelMemoryTcp = jsonValue<std::int64_t>(host, "KernelMemoryTCP");
    r.nanoCpus = jsonValue<std::int64_t>(host, "NanoCpus");
    r.cpuShares = jsonValue<std::int64_t>(host, "CpuShares");
    r.cpuPeriod = jsonValue<std::int64_t>(host, "CpuPeriod");
    r.cpuQuota = jsonValue<std::int64_t>(host, "CpuQuota");
    r.cpusetCpus = jsonValue<std::string>(host, "CpusetCpus");
    r.cpusetMems = jsonValue<std::string>(host, "CpusetMems");
    r.pidsLimit = jsonValue<std::int64_t>(host, "PidsLimit");
    r.oomKillDisable = jsonValue<bool>(host, "OomKillDisable");
    r.blkioWeight = jsonValue<std::uint16_t>(host, "BlkioWeight");
    if (const Json& swappiness = jsonMember(host, "MemorySwappiness"); swappiness.is_number())
        r.swappiness = swappiness.get<std::int64_t>();
    TRY_STATUS(addThrottles(host, r));
    return r;
}

Status applySecurityOptions(const Json& host, SpecInput& input)
{
    bool& unconfined = input.unconfinedSeccomp;
    for (std::string option : jsonStrings(jsonMember(host, "SecurityOpt"))) {
        const auto separator = option.find_first_of("=:");
        const std::string key = option.substr(0, separator);
        const std::string value = separator == std::string::npos ? "" : option.substr(separator + 1);
        if (key == "no-new-privileges")
            input.process.noNewPrivileges = value.empty() || value == "true";
        else if (key == "seccomp" && value == "unconfined")
            unconfined = true;
        else if (key == "seccomp" && value == "builtin")
            unconfined = false;
        else if (key == "seccomp") {
            auto profile = parseJson(value);
            if (!profile || !profile->is_object())
                return fail(ErrorKind::Internal, "Decoding seccomp profile failed: it is no JSON object");
            input.ownSeccomp = *std::move(profile);
        } else if (key != "label" && key != "apparmor" && key != "systempaths")
            return fail(ErrorKind::InvalidArgument, std::format("invalid --security-opt 2: \"{}\"", option));
    }
    if (const Json& paths = jsonMember(host, "MaskedPaths"); paths.is_array() && jsonStrings(paths) != defaultMaskedPaths())
        input.maskedPaths = jsonStrings(paths);
    if (const Json& paths = jsonMember(host, "ReadonlyPaths"); paths.is_array())
        input.readonlyPaths = jsonStrings(paths);
    return {};
}

// [[gpu nvidia] [tpu]], as Go prints it.
std::string capabilityText(const Json& request)
{
    std::string text;
    for (const Json& all : jsonMember(request, "Capabilities")) {
        std::string words;
        for (const std::string& word : jsonStrings(all))
            words += (words.empty() ? "" : " ") + word;
        text += (text.empty() ? "[" : " [") + words + "]";
    }
    return "[" + text + "]";
}

std::uint16_t portNumber(const std::string& text)
{
    std::uint16_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

} // namespace

Status makeMountPoint(const std::filesystem::path& rootfs, const std::string& path, bool folder)
{
    if (folder)
        return makeDirectoryInside(rootfs, path);
    const std::filesystem::path clean = std::filesystem::path(path).lexically_normal();
    TRY_STATUS(makeDirectoryInside(rootfs, clean.parent_path()));
    const UniqueFd root(::open(rootfs.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (openInRoot(root.get(), clean, O_PATH))
        return {};
    TRY(const auto parent, openInRoot(root.get(), clean.parent_path(), O_PATH | O_DIRECTORY));
    const UniqueFd file(::openat(parent.get(), clean.filename().c_str(), O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0755));
    return file || errno == ELOOP || errno == EISDIR ? Status() : Status(failErrno(errno, "making " + path));
}

std::vector<std::string> makeEnv(const Json& document, bool terminal, const std::string& home)
{
    const Json& config = documentConfig(document);
    std::vector<std::string> env = {defaultPath, "HOSTNAME=" + jsonValue<std::string>(config, "Hostname")};
    if (terminal)
        env.emplace_back("TERM=xterm");
    for (const std::string& entry : jsonStrings(jsonMember(config, "Env")))
        setEnv(env, entry);
    if (std::ranges::none_of(env, [](const std::string& e) { return e.starts_with("HOME="); }))
        env.push_back("HOME=" + (home.empty() ? std::string("/") : home));
    return env;
}

Result<SpecProcess> makeProcess(const Json& document, const std::filesystem::path& rootfs)
{
    const Json& config = documentConfig(document);
    const Json& host = documentHost(document);
    SpecProcess process;
    process.args = jsonStrings(jsonMember(document, "Path"));
    std::ranges::copy(jsonStrings(jsonMember(document, "Args")), std::back_inserter(process.args));
    if (const auto workdir = jsonValue<std::string>(config, "WorkingDir"); !workdir.empty())
        process.cwd = workdir;
    TRY(process.user, resolveUser(rootfs.string(), jsonValue<std::string>(config, "User"),
                                  jsonStrings(jsonMember(host, "GroupAdd"))));
    process.terminal = jsonValue<bool>(config, "Tty");
    process.env = makeEnv(document, process.terminal, process.user.home);
    if (const Json& size = jsonMember(host, "ConsoleSize"); size.is_array() && size.size() == 2) {
        process.rows = size[0].is_number() ? size[0].get<std::uint16_t>() : 0;
        process.columns = size[1].is_number() ? size[1].get<std::uint16_t>() : 0;
    }
    process.privileged = jsonValue<bool>(host, "Privileged");
    process.capAdd = jsonStrings(jsonMember(host, "CapAdd"));
    process.capDrop = jsonStrings(jsonMember(host, "CapDrop"));
    process.oomScoreAdj = jsonValue<int>(host, "OomScoreAdj");
    if (const Json& ulimits = jsonMember(host, "Ulimits"); ulimits.is_array()) {
        for (const Json& ulimit : ulimits)
            process.ulimits.push_back({jsonValue<std::string>(ulimit, "Name"), jsonValue<std::int64_t>(ulimit, "Soft"),
                                       jsonValue<std::int64_t>(ulimit, "Hard")});
    }
    return process;
}

Result<SpecInput> makeSpecInput(const Json& document, const SpecPlan& plan)
{
    const Json& config = documentConfig(document);
    const Json& host = documentHost(document);
    SpecInput input;
    input.id = jsonValue<std::string>(document, "Id");
    input.rootfs = plan.rootfs;
    input.readOnlyRootfs = jsonValue<bool>(host, "ReadonlyRootfs");
    TRY(input.process, makeProcess(document, plan.rootfs));
    for (const std::string& variable : plan.variables) {
        const std::string name = variable.substr(0, variable.find('=') + 1);
        if (std::ranges::none_of(input.process.env, [&](const std::string& e) { return e.starts_with(name); }))
            input.process.env.push_back(variable);
    }
    TRY_STATUS(applySecurityOptions(host, input));
    input.deviceRules = jsonStrings(jsonMember(host, "DeviceCgroupRules"));
    input.annotations = jsonValue<std::map<std::string, std::string>>(host, "Annotations");
    TRY_STATUS(makeDirectoryInside(plan.rootfs, input.process.cwd));
    for (const Json& request : jsonMember(host, "DeviceRequests"))
        return fail(ErrorKind::Internal, std::format("could not select device driver \"{}\" with capabilities: {}",
                                                     jsonValue<std::string>(request, "Driver"), capabilityText(request)));
    input.hostname = jsonValue<std::string>(config, "Hostname");
    input.domainname = jsonValue<std::string>(config, "Domainname");
    TRY_STATUS(checkTmpfsOptions(host));
    TRY(input.mounts, specMounts(document, plan.dir));
    for (const SpecMount& mount : input.mounts) { // made here they have the modes that one expects
        std::error_code ignored;
        if (mount.type == "bind") // a tmpfs would take over its folder's mode
            static_cast<void>(makeMountPoint(plan.rootfs, mount.destination, std::filesystem::is_directory(mount.source, ignored)));
    }
    TRY(input.resources, specResources(host));
    input.shm = jsonValue<std::string>(host, "IpcMode") != "none";
    input.shmSize = jsonValue<std::int64_t>(host, "ShmSize", 64 << 20);
    input.sysctls = jsonValue<std::map<std::string, std::string>>(host, "Sysctls");
    input.networkNamespace = plan.networkNamespace;
    input.pidNamespace = plan.pidNamespace;
    input.ipcNamespace = plan.ipcNamespace;
    input.utsNamespace = jsonValue<std::string>(host, "UTSMode") == "host" ? "host" : "";
    input.hostCgroupNamespace = jsonValue<std::string>(host, "CgroupnsMode") == "host";
    input.cgroupPath = plan.cgroupPath;
    input.rootless = plan.rootless;
    if (const Json& devices = jsonMember(host, "Devices"); devices.is_array()) {
        for (const Json& device : devices) {
            const auto on = jsonValue<std::string>(device, "PathOnHost");
            const auto in = jsonValue<std::string>(device, "PathInContainer", on);
            const auto access = jsonValue<std::string>(device, "CgroupPermissions");
            input.devices.push_back(std::format("{}:{}:{}", on, in.empty() ? on : in, access.empty() ? "rwm" : access));
        }
    }
    if (jsonValue<bool>(host, "Init") && plan.pidNamespace.empty()) {
        input.process.args.insert(input.process.args.begin(), std::initializer_list<std::string>{initPath, "--"});
        input.mounts.push_back({.source = plan.initProgram.string(), .destination = initPath, .type = "bind", .readOnly = true,
                                .propagation = "rprivate", .options = restrictionsOf(plan.initProgram.string())});
    }
    return input;
}

Result<Json> makeResources(const Json& host)
{
    TRY(const auto resources, specResources(host));
    return resourcesJson(resources);
}

Error launchProblem(Error error, const std::filesystem::path& rootfs)
{
    static constexpr std::string_view begin = "exec: \"", end = "\": permission denied: unknown";
    const auto from = error.message.rfind(begin);
    if (from == std::string::npos || !error.message.ends_with(end))
        return error;
    const auto at = from + begin.size();
    const std::string program = error.message.substr(at, error.message.size() - end.size() - at);
    const UniqueFd root(::open(rootfs.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (program.starts_with('/') && openInRoot(root.get(), program, O_PATH | O_DIRECTORY))
        error.message.replace(error.message.size() - end.size(), end.size(), "\": is a directory: unknown: permission denied");
    return error;
}

std::vector<std::pair<std::string, EndpointRequest>> endpointRequests(const Json& document)
{
    std::vector<std::pair<std::string, EndpointRequest>> requests;
    const Json& config = documentConfig(document);
    const auto id = jsonValue<std::string>(document, "Id");
    const auto mode = jsonValue<std::string>(documentHost(document), "NetworkMode");
    const Json& networks = jsonMember(jsonMember(document, "NetworkSettings"), "Networks");
    if (mode == "none" || mode == "host" || mode.starts_with("container:") || !networks.is_object())
        return requests;
    for (const auto& [name, settings] : networks.items()) {
        EndpointRequest request;
        request.containerId = id;
        request.containerName = jsonValue<std::string>(document, "Name").substr(1);
        request.hostname = jsonValue<std::string>(config, "Hostname");
        request.ipv4 = jsonValue<std::string>(jsonMember(settings, "IPAMConfig"), "IPv4Address");
        request.ipv6 = jsonValue<std::string>(jsonMember(settings, "IPAMConfig"), "IPv6Address");
        request.mac = jsonValue<std::string>(settings, "MacAddress");
        if (request.mac.empty() && name == mode)
            request.mac = jsonValue<std::string>(config, "MacAddress");
        request.aliases = jsonStrings(jsonMember(settings, "Aliases"));
        request.aliasesGiven = !request.aliases.empty();
        request.links = jsonStrings(jsonMember(settings, "Links"));
        if (name != "bridge" && !std::ranges::contains(request.aliases, shortId(id)))
            request.aliases.push_back(shortId(id));
        const auto at = name == mode ? requests.begin() : requests.end();
        requests.emplace(at, name, std::move(request));
    }
    return requests;
}

std::vector<PortBinding> portBindings(const Json& document)
{
    std::vector<PortBinding> ports;
    const Json& host = documentHost(document);
    const auto mode = jsonValue<std::string>(host, "NetworkMode");
    if (mode == "host" || mode == "none" || mode.starts_with("container:"))
        return ports;
    const auto add = [&](const std::string& spec, const Json& binding) {
        const auto slash = spec.find('/');
        const auto number = jsonValue<std::string>(binding, "HostPort");
        const auto dash = number.find('-');
        ports.push_back({.hostIp = jsonValue<std::string>(binding, "HostIp"),
                         .hostPort = portNumber(number),
                         .containerPort = portNumber(spec),
                         .protocol = slash == std::string::npos ? "tcp" : spec.substr(slash + 1),
                         .lastHostPort = dash == std::string::npos ? std::uint16_t(0) : portNumber(number.substr(dash + 1))});
    };
    const Json& bindings = jsonMember(host, "PortBindings");
    for (const auto& [spec, list] : bindings.items()) {
        const std::size_t first = ports.size();
        for (const Json& binding : list)
            add(spec, binding);
        // dockerd's order: what has a number of its own first, the highest before all
        std::ranges::stable_sort(ports.begin() + static_cast<std::ptrdiff_t>(first), ports.end(), std::greater(), &PortBinding::hostPort);
    }
    if (jsonValue<bool>(host, "PublishAllPorts")) {
        if (const Json& exposed = jsonMember(documentConfig(document), "ExposedPorts"); exposed.is_object()) {
            for (const auto& [spec, _] : exposed.items()) {
                if (jsonMember(bindings, spec.c_str()).empty())
                    add(spec, Json::object());
            }
        }
    }
    return ports;
}

} // namespace slipway
