// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>

#include "base/error.h"

namespace slipway
{

struct Downloaded
{
    std::string fileName;      // of Content-Disposition, "" when it has none or a bad one
    std::int64_t modified = -1; // Last-Modified in unix seconds, -1 = not said
};

// GETs an http or https URL into the new FILE. Redirects stay http(s), and https once it was https. Unavailable for anything
// but a 200, InvalidArgument beyond LIMIT bytes; FILE is gone on error.
[[nodiscard]] Result<Downloaded> download(const std::string& url, const std::filesystem::path& file, std::int64_t limit,
                                          const std::stop_token& stop);

} // namespace slipway
