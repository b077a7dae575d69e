// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

// Questions that lint asks of words; nobody else needs them.
namespace slipway::dockerfile
{

struct Switches // of "# check=": "skip=A,B;experimental=all;error=true"
{
    std::set<std::string, std::less<>> skip, experimental;
    bool error = false;

    void read(std::string_view text);
    [[nodiscard]] bool skips(std::string_view rule) const { return skip.contains(rule) || skip.contains("all"); }
    [[nodiscard]] bool asks(std::string_view rule) const { return experimental.contains(rule) || experimental.contains("all"); }
};

// The parts between SEPARATORs, blanks around them gone.
[[nodiscard]] std::vector<std::string> split(std::string_view text, char separator);
// Whether a variable of this name holds a secret: SECRET_KEY does, MONKEY and PUBLIC_KEY do not.
[[nodiscard]] bool looksSecret(std::string_view name);
// Whether TEXT can be an image's name: [registry/]path[:tag][@digest], lower case.
[[nodiscard]] bool isImageName(std::string_view text);
// VALUE in double quotes where it needs them.
[[nodiscard]] std::string quotedValue(const std::string& value);

} // namespace slipway::dockerfile
