// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <optional>
#include <sys/stat.h>

#include "base/in_root.h"
#include "runtime/oci_spec.h"

namespace slipway
{

namespace
{
constexpr off_t maxFile = 16 << 20;

// The lines of a file of the image; empty when it is missing, too large, or anything but a regular file inside ROOTFS.
std::vector<std::vector<std::string>> table(const std::string& rootfs, const char* path)
{
    const UniqueFd root(::open(rootfs.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    const auto fd = openInRoot(root.get(), path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    struct stat info{};
    if (!fd || ::fstat(fd->get(), &info) != 0 || !S_ISREG(info.st_mode) || info.st_size > maxFile)
        return {};
    std::string text(static_cast<std::size_t>(info.st_size), '\0');
    const ssize_t got = ::pread(fd->get(), text.data(), text.size(), 0);
    text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    std::vector<std::vector<std::string>> lines;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = std::min(text.find('\n', at), text.size());
        std::vector<std::string> fields;
        for (std::size_t from = at; from <= end;) {
            const std::size_t colon = std::min(text.find(':', from), end);
            fields.push_back(text.substr(from, colon - from));
            from = colon + 1;
        }
        lines.push_back(std::move(fields));
        at = end + 1;
    }
    return lines;
}

std::optional<std::uint32_t> number(const std::string& text)
{
    std::uint32_t value = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (ec != std::errc() || end != text.data() + text.size() || value > 0x7fffffff)
        return std::nullopt;
    return value;
}

bool isNumeric(const std::string& text)
{
    const auto first = text.begin() + (text.starts_with('-') ? 1 : 0);
    return first != text.end() && std::all_of(first, text.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

Result<std::uint32_t> groupId(const std::string& rootfs, const std::string& group)
{
    for (const auto& line : table(rootfs, "etc/group")) {
        if (line.size() >= 3 && line[0] == group) {
            if (const auto gid = number(line[2]))
                return *gid;
        }
    }
    if (const auto gid = number(group))
        return *gid;
    return fail(ErrorKind::InvalidArgument, "group " + group + ": no matching entries in group file");
}

void addMemberships(const std::string& rootfs, const std::string& name, SpecUser& user)
{
    for (const auto& line : table(rootfs, "etc/group")) {
        if (line.size() < 4)
            continue;
        const std::string members = ',' + line[3] + ',';
        const auto gid = number(line[2]);
        if (gid && *gid != user.gid && members.find(',' + name + ',') != std::string::npos)
            user.additionalGids.push_back(*gid);
    }
}
} // namespace

Result<SpecUser> resolveUser(const std::string& rootfs, const std::string& text,
                             const std::vector<std::string>& extraGroups)
{
    SpecUser user;
    user.home = "/";
    const auto colon = text.find(':');
    const std::string name = text.substr(0, colon).empty() ? "0" : text.substr(0, colon);
    const auto uid = number(name);
    if (!uid && isNumeric(name))
        return fail(ErrorKind::InvalidArgument, "uids and gids must be in range 0-2147483647");
    bool found = false;
    for (const auto& line : table(rootfs, "etc/passwd")) {
        if (line.size() < 6)
            continue;
        const auto lineUid = number(line[2]);
        if (!lineUid || !(line[0] == name || (uid && *lineUid == *uid)))
            continue;
        user.uid = *lineUid;
        user.gid = number(line[3]).value_or(0);
        user.home = line[5].empty() ? "/" : line[5];
        if (colon == std::string::npos)
            addMemberships(rootfs, line[0], user);
        found = true;
        break;
    }
    if (!found) {
        if (!uid)
            return fail(ErrorKind::InvalidArgument, "unable to find user " + name + ": no matching entries in passwd file");
        user.uid = *uid;
        if (*uid == 0)
            user.home = "/root";
    }
    if (colon != std::string::npos) { // a third part is ignored, as dockerd does
        const auto end = text.find(':', colon + 1);
        const auto gid = groupId(rootfs, text.substr(colon + 1, end == std::string::npos ? end : end - colon - 1));
        if (!gid)
            return fail(ErrorKind::InvalidArgument, "unable to find " + gid.error().message);
        user.gid = *gid;
    }
    user.additionalGids.insert(user.additionalGids.begin(), user.gid); // as dockerd: a group that is dropped must not come back
    for (const std::string& group : extraGroups) {
        const auto gid = groupId(rootfs, group);
        if (!gid)
            return fail(ErrorKind::InvalidArgument, "Unable to find " + gid.error().message);
        user.additionalGids.push_back(*gid);
    }
    return user;
}

} // namespace slipway
