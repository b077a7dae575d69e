// SPDX-License-Identifier: GPL-3.0-or-later
#include "volume/volume_mount.h"

#include <fcntl.h>
#include <netdb.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <format>

#include "base/errno_text.h"
#include "base/ip_address.h"
#include "base/unique_fd.h"

namespace slipway
{

namespace
{
using Options = std::map<std::string, std::string>;

struct Flag
{
    const char* name;
    unsigned long set, clear;
};
constexpr auto flags = std::to_array<Flag>({
    {"defaults", 0, 0}, {"ro", MS_RDONLY, 0}, {"rw", 0, MS_RDONLY}, {"nosuid", MS_NOSUID, 0}, {"suid", 0, MS_NOSUID},
    {"nodev", MS_NODEV, 0}, {"dev", 0, MS_NODEV}, {"noexec", MS_NOEXEC, 0}, {"exec", 0, MS_NOEXEC}, {"sync", MS_SYNCHRONOUS, 0},
    {"async", 0, MS_SYNCHRONOUS}, {"dirsync", MS_DIRSYNC, 0}, {"remount", MS_REMOUNT, 0}, {"mand", MS_MANDLOCK, 0},
    {"nomand", 0, MS_MANDLOCK}, {"noatime", MS_NOATIME, 0}, {"atime", 0, MS_NOATIME}, {"nodiratime", MS_NODIRATIME, 0},
    {"diratime", 0, MS_NODIRATIME}, {"bind", MS_BIND, 0}, {"rbind", MS_BIND | MS_REC, 0}, {"relatime", MS_RELATIME, 0},
    {"norelatime", 0, MS_RELATIME}, {"strictatime", MS_STRICTATIME, 0}, {"nostrictatime", 0, MS_STRICTATIME},
});
constexpr auto propagations = std::to_array<Flag>({
    {"private", MS_PRIVATE, 0}, {"rprivate", MS_PRIVATE | MS_REC, 0}, {"shared", MS_SHARED, 0}, {"rshared", MS_SHARED | MS_REC, 0},
    {"slave", MS_SLAVE, 0}, {"rslave", MS_SLAVE | MS_REC, 0}, {"unbindable", MS_UNBINDABLE, 0}, {"runbindable", MS_UNBINDABLE | MS_REC, 0},
});

struct Parsed
{
    unsigned long flags = 0, propagation = 0;
    std::string data;
};

Parsed parse(const std::string& text)
{
    Parsed parsed;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find(',', at), text.size());
        const std::string word = text.substr(at, end - at);
        at = end + 1;
        const auto flag = std::ranges::find(flags, word, [](const Flag& f) { return std::string_view(f.name); });
        const auto peer = std::ranges::find(propagations, word, [](const Flag& f) { return std::string_view(f.name); });
        if (flag != flags.end())
            parsed.flags = (parsed.flags | flag->set) & ~flag->clear;
        else if (peer != propagations.end())
            parsed.propagation = peer->set;
        else if (!word.empty())
            parsed.data += (parsed.data.empty() ? "" : ",") + word;
    }
    return parsed;
}

// The kernel takes no names: "addr=server" becomes "addr=10.0.0.1".
Status resolveServer(std::string& data)
{
    const std::size_t at = data.starts_with("addr=") ? 0 : data.find(",addr=");
    if (at == std::string::npos)
        return {};
    const std::size_t begin = data.find('=', at) + 1, end = std::min(data.find(',', begin), data.size());
    const std::string name = data.substr(begin, end - begin);
    if (IpAddress::parse(name))
        return {};
    addrinfo* found = nullptr;
    if (const int rc = ::getaddrinfo(name.c_str(), nullptr, nullptr, &found); rc != 0)
        return fail(ErrorKind::Internal, std::format("error resolving passed in network volume address: lookup {}: {}", name, ::gai_strerror(rc)));
    std::array<char, NI_MAXHOST> text{};
    const int rc = ::getnameinfo(found->ai_addr, found->ai_addrlen, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST);
    ::freeaddrinfo(found);
    if (rc == 0)
        data.replace(begin, end - begin, text.data());
    return {};
}
} // namespace

Status checkVolumeOptions(const Options& options)
{
    for (const auto& [name, _] : options)
        if (name != "type" && name != "o" && name != "device" && name != "size")
            return fail(ErrorKind::InvalidArgument, std::format("invalid option: \"{}\"", name));
    for (const auto& [name, needed] : {std::pair{"device", "type"}, {"type", "device"}, {"o", "device"}, {"o", "type"}})
        if (options.contains(name) && !options.contains(needed))
            return fail(ErrorKind::InvalidArgument, std::format("missing required option: \"{}\"", needed));
    if (options.contains("size"))
        return fail(ErrorKind::InvalidArgument, "quota size requested but no quota support");
    return {};
}

bool isMountRoot(int folder)
{
    struct statx info{};
    return ::statx(folder, "", AT_EMPTY_PATH, STATX_TYPE, &info) == 0 && (info.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

Status mountVolume(const std::filesystem::path& folder, const Options& options)
{
    const UniqueFd there(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!there)
        return failErrno(errno, folder.string());
    if (isMountRoot(there.get()))
        return {};
    const auto option = [&](const char* name) {
        const auto found = options.find(name);
        return found == options.end() ? std::string() : found->second;
    };
    Parsed parsed = parse(option("o"));
    const std::string type = option("type"), device = option("device");
    const auto what = [&](const std::string& why) {
        return fail(ErrorKind::Internal, std::format("error while mounting volume '{}': failed to mount local volume: {}", folder.string(), why));
    };
    if (type == "nfs" || type == "cifs")
        if (auto resolved = resolveServer(parsed.data); !resolved)
            return fail(ErrorKind::Internal, std::format("error while mounting volume '{}': {}", folder.string(), resolved.error().message));
    const auto mountOnce = [&](unsigned long wanted) {
        if (::mount(device.c_str(), folder.c_str(), type.c_str(), wanted, parsed.data.c_str()) == 0)
            return Status{};
        std::string text = std::format("mount {}:{}", device, folder.string());
        if (wanted != 0)
            text += std::format(", flags: 0x{:x}", wanted);
        if (!parsed.data.empty())
            text += ", data: " + parsed.data;
        return Status(what(text + ": " + errnoText(errno)));
    };
    TRY_STATUS(mountOnce(parsed.flags));
    // A bind mount takes its other flags only when it is made a second time.
    Status done;
    if ((parsed.flags & MS_BIND) != 0 && (parsed.flags & ~static_cast<unsigned long>(MS_BIND | MS_REC)) != 0)
        done = mountOnce(parsed.flags | MS_REMOUNT);
    if (done && parsed.propagation != 0 && ::mount("", folder.c_str(), "", parsed.propagation, nullptr) != 0)
        done = what(errnoText(errno));
    if (!done)
        (void)unmountVolume(folder);
    return done;
}

Status unmountVolume(const std::filesystem::path& folder)
{
    for (int layer = 0; layer < 16; ++layer) {
        {
            const UniqueFd there(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
            if (!there || !isMountRoot(there.get()))
                return {};
        }
        if (::umount2(folder.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW) != 0)
            return failErrno(errno, "unmounting " + folder.string());
    }
    return fail(ErrorKind::Conflict, "something is still mounted on " + folder.string());
}

} // namespace slipway
