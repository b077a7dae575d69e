// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/json.h"

template class nlohmann::basic_json<>;

namespace slipway
{

Result<Json> parseJson(std::string_view text)
{
    constexpr int maxDepth = 64;
    bool tooDeep = false;
    try {
        auto value = Json::parse(text.begin(), text.end(), [&tooDeep](int depth, Json::parse_event_t, Json&) {
            if (depth > maxDepth)
                tooDeep = true;
            return !tooDeep;
        });
        if (tooDeep)
            return fail(ErrorKind::InvalidArgument, "json is nested deeper than 64 levels");
        return value;
    } catch (const Json::exception& e) {
        return fail(ErrorKind::InvalidArgument, std::string("invalid json: ") + e.what());
    }
}

std::string dumpJson(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

const Json& jsonMember(const Json& object, const char* key)
{
    static const Json null;
    if (!object.is_object())
        return null;
    const auto it = object.find(key);
    return it == object.end() ? null : *it;
}

} // namespace slipway
