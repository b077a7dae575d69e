// SPDX-License-Identifier: GPL-3.0-or-later
#include "os/mount.h"

#include <cerrno>
#include <sys/mount.h>
#include <utility>

#include "base/log.h"

namespace slipway
{

Status mountFs(const std::string& source, const std::filesystem::path& target, const std::string& type,
               unsigned long flags, const std::string& data)
{
    if (::mount(source.c_str(), target.c_str(), type.empty() ? nullptr : type.c_str(), flags,
                data.empty() ? nullptr : data.c_str()) == 0)
        return {};
    const int err = errno;
    return failErrno(err, "mounting " + (type.empty() ? std::string("bind") : type) + " " + source + " on " +
                              target.string() + (data.empty() ? "" : " (" + data + ")"));
}

Status bindMount(const std::filesystem::path& source, const std::filesystem::path& target, bool readOnly)
{
    TRY_STATUS(mountFs(source.string(), target, "", MS_BIND | MS_REC));
    if (!readOnly)
        return {};
    auto status = mountFs(source.string(), target, "", MS_BIND | MS_REMOUNT | MS_RDONLY);
    if (!status)
        (void)unmount(target, true);
    return status;
}

Status unmount(const std::filesystem::path& target, bool lazy)
{
    if (::umount2(target.c_str(), UMOUNT_NOFOLLOW | (lazy ? MNT_DETACH : 0)) == 0 || errno == EINVAL || errno == ENOENT)
        return {};
    return failErrno(errno, "unmounting " + target.string());
}

Mount& Mount::operator=(Mount&& other) noexcept
{
    if (this != &other) {
        reset();
        m_target = std::exchange(other.m_target, {});
    }
    return *this;
}

void Mount::reset()
{
    if (m_target.empty())
        return;
    if (!unmount(m_target)) {
        if (auto status = unmount(m_target, true); !status)
            log::warn("{}", status.error().message);
    }
    m_target.clear();
}

} // namespace slipway
