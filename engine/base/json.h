// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

#include "base/error.h"

// Its members are compiled once, in json.cpp: a quarter of the compile time of everything that includes this.
extern template class nlohmann::basic_json<>;

// JSON, with the library's exceptions kept inside.
namespace slipway
{

using Json = nlohmann::json;

// Depth is limited to 64 and the text must be one value: deeper or broken input is InvalidArgument with the position.
[[nodiscard]] Result<Json> parseJson(std::string_view text);

// Text without blanks; invalid UTF-8 in strings becomes U+FFFD instead of an exception.
[[nodiscard]] std::string dumpJson(const Json& value);

// The member KEY converted to T, or FALLBACK when it is missing, null or of another type. Never throws.
template <class T>
[[nodiscard]] T jsonValue(const Json& object, const char* key, T fallback = {})
{
    if (!object.is_object())
        return fallback;
    const auto it = object.find(key);
    if (it == object.end() || it->is_null())
        return fallback;
    try {
        return it->get<T>();
    } catch (const Json::exception&) {
        return fallback;
    }
}

// The member KEY, or a shared null when it is missing.
[[nodiscard]] const Json& jsonMember(const Json& object, const char* key);

} // namespace slipway
