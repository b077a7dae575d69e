// SPDX-License-Identifier: GPL-3.0-or-later
#include "runtime/capabilities.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>
#include <string_view>
#include <sys/prctl.h>

namespace slipway
{

namespace
{
constexpr std::array<std::string_view, 41> all = {
    "CHOWN",          "DAC_OVERRIDE",    "DAC_READ_SEARCH", "FOWNER",           "FSETID",       "KILL",
    "SETGID",         "SETUID",          "SETPCAP",         "LINUX_IMMUTABLE",  "NET_BIND_SERVICE", "NET_BROADCAST",
    "NET_ADMIN",      "NET_RAW",         "IPC_LOCK",        "IPC_OWNER",        "SYS_MODULE",   "SYS_RAWIO",
    "SYS_CHROOT",     "SYS_PTRACE",      "SYS_PACCT",       "SYS_ADMIN",        "SYS_BOOT",     "SYS_NICE",
    "SYS_RESOURCE",   "SYS_TIME",        "SYS_TTY_CONFIG",  "MKNOD",            "LEASE",        "AUDIT_WRITE",
    "AUDIT_CONTROL",  "SETFCAP",         "MAC_OVERRIDE",    "MAC_ADMIN",        "SYSLOG",       "WAKE_ALARM",
    "BLOCK_SUSPEND",  "AUDIT_READ",      "PERFMON",         "BPF",              "CHECKPOINT_RESTORE"};
constexpr std::array<std::string_view, 14> defaults = {
    "CHOWN",  "DAC_OVERRIDE", "FSETID",  "FOWNER",           "MKNOD",      "NET_RAW", "SETGID",
    "SETUID", "SETFCAP",      "SETPCAP", "NET_BIND_SERVICE", "SYS_CHROOT", "KILL",    "AUDIT_WRITE"};

Result<std::string> normalised(std::string name)
{
    name = capabilityName(std::move(name)).substr(4);
    if (name != "ALL" && std::ranges::find(all, name) == all.end())
        return fail(ErrorKind::InvalidArgument, "invalid capability: \"CAP_" + name + "\"");
    return name;
}

// What this process may hand on at all: in a container or on an older kernel that is less than everything.
bool available(std::size_t index) { return ::prctl(PR_CAPBSET_READ, index, 0, 0, 0) == 1; }
} // namespace

std::string capabilityName(std::string name)
{
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return name.starts_with("CAP_") ? name : "CAP_" + name;
}

std::optional<unsigned> capabilityNumber(const std::string& name)
{
    const auto it = name.starts_with("CAP_") ? std::ranges::find(all, std::string_view(name).substr(4)) : all.end();
    return it == all.end() ? std::nullopt : std::optional(static_cast<unsigned>(it - all.begin()));
}

Result<std::vector<std::string>> grantedCapabilities(const std::vector<std::string>& add,
                                                     const std::vector<std::string>& drop, bool privileged)
{
    std::set<std::string> added, dropped;
    for (const std::string& name : add) {
        TRY(auto known, normalised(name));
        added.insert(known);
    }
    for (const std::string& name : drop) {
        TRY(auto known, normalised(name));
        dropped.insert(known);
    }
    std::vector<std::string> granted;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const std::string name(all[i]);
        const bool byDefault = !dropped.contains("ALL") && std::ranges::find(defaults, all[i]) != defaults.end();
        const bool wanted = privileged || added.contains(name) || (added.contains("ALL") && !dropped.contains(name))
                            || (byDefault && !dropped.contains(name));
        if (wanted && available(i))
            granted.push_back("CAP_" + name);
    }
    return granted;
}

} // namespace slipway
