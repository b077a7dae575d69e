// SPDX-License-Identifier: GPL-3.0-or-later
#include "volume/volume_files.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace slipway
{

std::vector<std::string> entriesOf(const std::filesystem::path& folder)
{
    std::vector<std::string> names;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(folder, ignored))
        names.push_back(entry.path().filename().string());
    return names;
}

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
