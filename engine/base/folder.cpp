// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/folder.h"

#include <algorithm>
#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <memory>

namespace slipway
{

Result<std::vector<std::string>> namesIn(int folder)
{
    const int copy = ::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (copy < 0)
        return failErrno(errno, "reading a folder");
    const auto close = [](DIR* open) { ::closedir(open); };
    const std::unique_ptr<DIR, decltype(close)> open(::fdopendir(copy), close);
    std::vector<std::string> names;
    while (const dirent* each = ::readdir(open.get())) {
        if (const std::string name = each->d_name; name != "." && name != "..")
            names.push_back(name);
    }
    std::ranges::sort(names);
    return names;
}

std::vector<std::string> entriesOf(const std::filesystem::path& folder)
{
    std::vector<std::string> names;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(folder, ignored))
        names.push_back(entry.path().filename().string());
    return names;
}

} // namespace slipway
