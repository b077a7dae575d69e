// SPDX-License-Identifier: GPL-3.0-or-later
#include "build/temporary_folder.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/ids.h"
#include "base/unique_fd.h"
#include "volume/copy_tree.h"

namespace slipway::build
{

Result<std::shared_ptr<TemporaryFolder>> TemporaryFolder::make(const std::filesystem::path& root)
{
    const std::filesystem::path path = root / "ingest" / ("build-" + randomId());
    std::error_code ignored;
    std::filesystem::create_directories(path.parent_path(), ignored);
    if (::mkdir(path.c_str(), 0700) != 0)
        return failErrno(errno, "making " + path.string());
    return std::shared_ptr<TemporaryFolder>(new TemporaryFolder(path));
}

TemporaryFolder::~TemporaryFolder()
{
    const UniqueFd parent(::open(m_path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (parent)
        (void)removeTree(parent.get(), m_path.filename().string());
}

} // namespace slipway::build
