// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/json.h"

// JSON as Go's encoding/json reads it, which is what the Engine API's clients know: names in any case, the last of several,
// no null, broken UTF-8 as U+FFFD, and its sentences for what does not fit. Source: the answers of dockerd 26.1.5.
namespace slipway::api
{

struct GoField;

// A type that a value must fit, with the name that Go has for it. Types live as long as the program.
struct GoType
{
    enum class Kind {
        Any,     // whatever it is
        Text, Bool,
        Integer, // from LEAST to MOST
        List, Map, // of ITEM
        Struct,  // of FIELDS; other members are kept as they are
        Words    // one text or a list of them: Docker's strslice.StrSlice
    };
    Kind kind = Kind::Any;
    std::string name = {};
    const GoType* item = nullptr;
    std::vector<GoField> fields = {};
    std::int64_t least = INT64_MIN;
    std::uint64_t most = INT64_MAX;
};

struct GoField
{
    std::string name;
    const GoType* type;
    std::string embedded = {}; // the embedded struct that it is in, with a dot: "Resources."
};

// TEXT, one value, as TYPE: an object with the members' own names. InvalidArgument: "invalid JSON: …", or
// "unexpected content after JSON".
[[nodiscard]] Result<Json> parseGoJson(std::string_view text, const GoType& type);

} // namespace slipway::api
