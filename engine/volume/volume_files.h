// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/folder.h"
#include "base/unique_fd.h"

// Folders below ROOT/volumes, for the module's own files.
namespace slipway
{

// No volume can have these names.
inline constexpr const char* removedFolder = ".removed"; // what is on its way out
inline constexpr const char* fillingFolder = ".filling"; // NAME in it: the volume NAME is not whole yet

void removeEmpty(const std::filesystem::path& volume); // the folder of a volume, if nothing is in it
[[nodiscard]] Result<UniqueFd> openFolder(const std::filesystem::path& path);
[[nodiscard]] Status makeFolder(const std::filesystem::path& path, mode_t mode); // no error when it is there

} // namespace slipway
