// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/error.h"
#include "base/unique_fd.h"
#include "launch/plan.h"

// The container's view of the file system, made by the process that becomes the container, in its own mount namespace and before
// pivot_root. Every target is opened below the new root with links held inside it and mounted on by descriptor: neither a link
// in an image nor a process that swaps folders of a shared volume leads a mount elsewhere.
namespace slipway::launch
{

// Makes the mount namespace private and PLAN's root a mount of its own; returns it opened.
[[nodiscard]] Result<UniqueFd> openRoot(const Container& container);
// All mounts, devices, links, sysctls, masked and read-only paths, in this order.
[[nodiscard]] Status fillRoot(int root, const Container& container, const Cgroup& cgroup);
// ROOT becomes / and the working directory; nothing of the host's tree is left.
[[nodiscard]] Status enterRoot(int root, const Container& container);
// The terminal TTY also becomes /dev/console. After enterRoot.
[[nodiscard]] Status mountConsole(int tty);

} // namespace slipway::launch
