// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/in_root.h"

#include <cerrno>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>

namespace slipway
{

Result<UniqueFd> openInRoot(int root, const std::string& path, int flags, bool nofollow)
{
    open_how how{};
    how.flags = static_cast<unsigned>(flags | O_CLOEXEC);
    how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | (nofollow ? RESOLVE_NO_SYMLINKS : 0);
    const long fd = ::syscall(SYS_openat2, root, path.c_str(), &how, sizeof how);
    if (fd < 0)
        return failErrno(errno, "opening " + path + " in the container");
    return UniqueFd(static_cast<int>(fd));
}

} // namespace slipway
