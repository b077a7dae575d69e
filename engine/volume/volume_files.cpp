// SPDX-License-Identifier: GPL-3.0-or-later
#include "volume/volume_files.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace slipway
{

void removeEmpty(const std::filesystem::path& volume)
{
    ::rmdir((volume / "_data").c_str());
    ::rmdir(volume.c_str());
}

Result<UniqueFd> openFolder(const std::filesystem::path& path)
{
    UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!fd)
        return failErrno(errno, "opening " + path.string());
    return fd;
}

Status makeFolder(const std::filesystem::path& path, mode_t mode)
{
    if (::mkdir(path.c_str(), mode) == 0)
        return ::chmod(path.c_str(), mode) == 0 ? Status{} : Status(failErrno(errno, "making " + path.string()));
    return errno == EEXIST ? Status{} : Status(failErrno(errno, "making " + path.string()));
}

} // namespace slipway
