// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace slipway
{

// 64 lower-case hex digits from the kernel's random source: a container, exec or network id.
[[nodiscard]] std::string randomId();

// The first 12 digits, as lists show them.
[[nodiscard]] inline std::string shortId(std::string_view id) { return std::string(id.substr(0, 12)); }

// A name for a container nobody named: "adjective_shipword"; the caller asks again (with retry > 0 a digit is added)
// while the name is taken.
[[nodiscard]] std::string randomName(int retry = 0);

// Docker's rule for container and volume names: [a-zA-Z0-9][a-zA-Z0-9_.-]+ .
[[nodiscard]] bool isValidName(std::string_view name);

// True for 1 to 64 hex digits: what can be an id or a prefix of one.
[[nodiscard]] bool looksLikeId(std::string_view text);

} // namespace slipway
