// SPDX-License-Identifier: GPL-3.0-or-later
#include "runtime/seccomp.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <mutex>
#include <set>
#include <sstream>

namespace slipway
{

namespace
{
constexpr const char* profileFile = "/usr/share/containers/seccomp.json";
constexpr std::uint64_t namespaceFlags = 0x7e020000; // CLONE_NEWNS|CGROUP|UTS|IPC|USER|PID|NET

// Allowed by Debian's profile to everybody, by Docker's only with the capability.
const std::map<std::string, std::string>& governedBy()
{
    static const std::map<std::string, std::string> table = [] {
        std::map<std::string, std::string> made;
        for (const char* name :
             {"mount", "umount", "umount2", "pivot_root", "open_tree", "move_mount", "mount_setattr", "fsopen", "fsconfig",
              "fsmount", "fspick", "unshare", "setns", "clone3", "bpf", "perf_event_open", "quotactl", "quotactl_fd",
              "sethostname", "setdomainname", "lookup_dcookie", "fanotify_init"})
            made[name] = "CAP_SYS_ADMIN";
        for (const char* name : {"mbind", "get_mempolicy", "set_mempolicy"})
            made[name] = "CAP_SYS_NICE";
        made["pidfd_getfd"] = "CAP_SYS_PTRACE";
        made["syslog"] = "CAP_SYSLOG";
        made["reboot"] = "CAP_SYS_BOOT";
        for (const char* name : {"keyctl", "add_key", "request_key", "io_uring_setup", "io_uring_enter",
                                 "io_uring_register", "userfaultfd"})
            made[name] = "-"; // nobody
        return made;
    }();
    return table;
}

bool hasAll(const Json& needed, const std::set<std::string>& granted)
{
    return std::ranges::all_of(needed, [&](const Json& c) { return c.is_string() && granted.contains(c.get<std::string>()); });
}

bool hasAny(const Json& listed, const std::set<std::string>& granted)
{
    return std::ranges::any_of(listed, [&](const Json& c) { return c.is_string() && granted.contains(c.get<std::string>()); });
}

bool archApplies(const Json& arches)
{
#if defined(__x86_64__)
    const std::set<std::string> ours = {"amd64", "x86", "x32", "x86_64"};
#elif defined(__aarch64__)
    const std::set<std::string> ours = {"arm64", "arm", "aarch64"};
#else
    const std::set<std::string> ours = {};
#endif
    return hasAny(arches, ours);
}

bool applies(const Json& rule, const std::set<std::string>& granted)
{
    const Json& includes = jsonMember(rule, "includes");
    const Json& excludes = jsonMember(rule, "excludes");
    if (const Json& caps = jsonMember(includes, "caps"); !caps.empty() && !hasAll(caps, granted))
        return false;
    if (const Json& arches = jsonMember(includes, "arches"); !arches.empty() && !archApplies(arches))
        return false;
    if (const Json& caps = jsonMember(excludes, "caps"); !caps.empty() && hasAny(caps, granted))
        return false;
    const Json& arches = jsonMember(excludes, "arches");
    return arches.empty() || !archApplies(arches);
}

Json socketRules()
{
    const auto rule = [](std::uint64_t value, const char* op) {
        return Json{{"names", {"socket"}},
                    {"action", "SCMP_ACT_ALLOW"},
                    {"args", Json::array({{{"index", 0}, {"value", value}, {"op", op}}})}};
    };
    return Json::array({rule(38, "SCMP_CMP_LT"), rule(39, "SCMP_CMP_EQ"), rule(40, "SCMP_CMP_GT")}); // not ALG, not VSOCK
}

Json namespaceFreeClone()
{
    return {{"names", {"clone"}},
            {"action", "SCMP_ACT_ALLOW"},
            {"args", Json::array({{{"index", 0}, {"value", namespaceFlags}, {"valueTwo", 0}, {"op", "SCMP_CMP_MASKED_EQ"}}})}};
}

void addRule(Json& rules, const Json& rule, const std::set<std::string>& granted)
{
    const bool allows = jsonValue<std::string>(rule, "action") == "SCMP_ACT_ALLOW";
    Json names = Json::array();
    for (const Json& name : jsonMember(rule, "names")) {
        const std::string call = name.get<std::string>();
        if (allows) {
            if (call == "socket" || (call == "clone" && !granted.contains("CAP_SYS_ADMIN")))
                continue; // rules of our own
            const auto governed = governedBy().find(call);
            if (governed != governedBy().end() && !granted.contains(governed->second))
                continue;
        }
        names.push_back(call);
    }
    if (names.empty())
        return;
    Json made = {{"names", names}, {"action", jsonMember(rule, "action")}};
    if (const Json& args = jsonMember(rule, "args"); args.is_array() && !args.empty())
        made["args"] = args;
    if (const Json& err = jsonMember(rule, "errnoRet"); err.is_number())
        made["errnoRet"] = err;
    rules.push_back(std::move(made));
}

Result<Json> makeProfile(const std::set<std::string>& granted)
{
    std::ifstream file(profileFile);
    std::stringstream text;
    text << file.rdbuf();
    auto parsed = parseJson(text.str());
    if (!file || !parsed)
        return fail(ErrorKind::Unavailable, std::string("the seccomp profile ") + profileFile
                                                + " cannot be read: install golang-github-containers-common");
    Json rules = Json::array();
    for (const Json& rule : jsonMember(*parsed, "syscalls")) {
        if (applies(rule, granted))
            addRule(rules, rule, granted);
    }
    for (Json& rule : socketRules())
        rules.push_back(std::move(rule));
    if (!granted.contains("CAP_SYS_ADMIN")) {
        rules.push_back(namespaceFreeClone());
        // ENOSYS makes libraries fall back from clone3, whose flags no filter can see, to clone.
        rules.push_back({{"names", {"clone3"}}, {"action", "SCMP_ACT_ERRNO"}, {"errnoRet", 38}});
    }
#if defined(__x86_64__)
    const Json architectures = {"SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"};
#elif defined(__aarch64__)
    const Json architectures = {"SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"};
#endif
    return Json{{"defaultAction", "SCMP_ACT_ERRNO"},
                {"defaultErrnoRet", 1},
                {"architectures", architectures},
                {"syscalls", std::move(rules)}};
}
} // namespace

Result<Json> seccompProfile(const std::vector<std::string>& capabilities)
{
    static std::mutex mutex;
    static std::map<std::set<std::string>, Json> kept;
    const std::set<std::string> granted(capabilities.begin(), capabilities.end());
    const std::scoped_lock lock(mutex);
    if (const auto it = kept.find(granted); it != kept.end())
        return it->second;
    TRY(auto profile, makeProfile(granted));
    return kept.emplace(granted, std::move(profile)).first->second;
}

Result<Json> ownSeccompProfile(const Json& profile, const std::vector<std::string>& capabilities)
{
    const std::set<std::string> granted(capabilities.begin(), capabilities.end());
    if (jsonValue<std::string>(profile, "defaultAction").empty())
        return fail(ErrorKind::InvalidArgument, "the seccomp profile has no defaultAction");
    Json made = {{"defaultAction", profile["defaultAction"]}, {"architectures", Json::array()}, {"syscalls", Json::array()}};
    for (const char* key : {"defaultErrnoRet", "flags"}) {
        if (profile.contains(key))
            made[key] = profile[key];
    }
    if (const Json& given = jsonMember(profile, "architectures"); given.is_array())
        made["architectures"] = given;
#if defined(__x86_64__)
    constexpr const char* native = "SCMP_ARCH_X86_64";
#elif defined(__aarch64__)
    constexpr const char* native = "SCMP_ARCH_AARCH64";
#endif
    for (const Json& entry : jsonMember(profile, "archMap")) {
        if (jsonValue<std::string>(entry, "architecture") != native)
            continue;
        made["architectures"].push_back(native);
        for (const Json& other : jsonMember(entry, "subArchitectures"))
            made["architectures"].push_back(other);
    }
    if (made["architectures"].empty())
        made["architectures"].push_back(native);
    for (const Json& rule : jsonMember(profile, "syscalls")) {
        if (!applies(rule, granted))
            continue;
        Json kept = {{"action", jsonMember(rule, "action")}};
        const auto name = jsonValue<std::string>(rule, "name"); // the older form
        kept["names"] = name.empty() ? jsonMember(rule, "names") : Json::array({name});
        for (const char* key : {"args", "errnoRet"}) {
            if (const Json& value = jsonMember(rule, key); !value.is_null() && !(value.is_array() && value.empty()))
                kept[key] = value;
        }
        made["syscalls"].push_back(std::move(kept));
    }
    return made;
}

} // namespace slipway
