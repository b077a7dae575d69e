// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/http_message.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "api/go_json.h"
#include "api/http_status.h"

namespace slipway::api
{
namespace
{

constexpr int newestMinor = 45, oldestMinor = 24;

std::string lower(std::string text)
{
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

int hexDigit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    const int low = std::tolower(static_cast<unsigned char>(c));
    return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

Status checkVersion(std::string_view version, int& minor)
{
    int major = 0;
    const char* const end = version.data() + version.size();
    const auto dot = std::from_chars(version.data(), end, major);
    std::from_chars(dot.ptr + 1, end, minor);
    const std::string text(version);
    if (major > 1 || (major == 1 && minor > newestMinor))
        return fail(ErrorKind::InvalidArgument, "client version " + text +
                                                    " is too new. Maximum supported API version is 1.45");
    if (major < 1 || minor < oldestMinor)
        return fail(ErrorKind::InvalidArgument,
                    "client version " + text +
                        " is too old. Minimum supported API version is 1.24, please upgrade your client to a newer version");
    return {};
}

bool isVersion(std::string_view segment)
{
    if (segment.size() < 4 || segment[0] != 'v')
        return false;
    const std::size_t dot = segment.find('.');
    const auto digits = [](std::string_view t) {
        return !t.empty() && t.size() < 6 && std::ranges::all_of(t, [](char c) { return c >= '0' && c <= '9'; });
    };
    return dot != std::string_view::npos && digits(segment.substr(1, dot - 1)) && digits(segment.substr(dot + 1));
}

} // namespace

std::string percentDecode(std::string_view text, bool plusIsSpace)
{
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size() + 0 && hexDigit(text[i + 1]) >= 0 && hexDigit(text[i + 2]) >= 0) {
            result += static_cast<char>(hexDigit(text[i + 1]) * 16 + hexDigit(text[i + 2]));
            i += 2;
        } else {
            result += text[i] == '+' && plusIsSpace ? ' ' : text[i];
        }
    }
    return result;
}

Status parseTarget(std::string_view target, HttpRequest& request)
{
    const std::size_t question = target.find('?');
    std::string_view path = target.substr(0, question);
    std::string_view query = question == std::string_view::npos ? std::string_view() : target.substr(question + 1);
    while (!query.empty()) {
        const std::size_t end = query.find('&');
        const std::string_view pair = query.substr(0, end);
        const std::size_t equals = pair.find('=');
        if (!pair.empty())
            request.query[percentDecode(pair.substr(0, equals), true)].push_back(
                equals == std::string_view::npos ? std::string() : percentDecode(pair.substr(equals + 1), true));
        query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
    }
    request.path = std::string(path);
    const std::size_t second = path.find('/', 1);
    const std::string_view first = path.substr(0, second);
    if (first.starts_with('/') && isVersion(first.substr(1))) {
        request.path = second == std::string_view::npos ? "/" : std::string(path.substr(second));
        return checkVersion(first.substr(2), request.apiMinor);
    }
    return {};
}

std::string HttpRequest::value(const std::string& name, std::string fallback) const
{
    const auto it = query.find(name);
    return it == query.end() || it->second.empty() ? std::move(fallback) : it->second.front();
}

std::vector<std::string> HttpRequest::list(const std::string& name) const
{
    const std::string text = value(name);
    std::vector<std::string> parts;
    for (std::size_t at = 0; at <= text.size();) {
        const std::size_t comma = std::min(text.find(',', at), text.size());
        if (comma > at)
            parts.push_back(text.substr(at, comma - at));
        at = comma + 1;
    }
    return parts;
}

bool HttpRequest::flag(const std::string& name, bool fallback) const
{
    if (!query.contains(name))
        return fallback;
    const std::string text = lower(value(name));
    return !(text.empty() || text == "0" || text == "no" || text == "false" || text == "none");
}

std::string HttpRequest::header(const std::string& lowerName) const
{
    const auto it = headers.find(lowerName);
    return it == headers.end() ? std::string() : it->second;
}

bool HttpRequest::wantsUpgrade() const { return !header("upgrade").empty(); }

// dockerd's httputils.CheckForJSON.
Status HttpRequest::checkContentType() const
{
    const std::string given = header("content-type");
    if (given.empty() && body.empty() && bodyProblem.empty())
        return {};
    std::string_view type(given);
    type = type.substr(0, type.find(';'));
    type.remove_prefix(std::min(type.find_first_not_of(" \t"), type.size()));
    type = type.substr(0, type.find_last_not_of(" \t") + 1);
    const auto isToken = [](std::string_view t) {
        return !t.empty() && std::ranges::all_of(t, [](unsigned char c) { return c > 0x20 && c < 0x7f && !std::string_view("()<>@,;:\\\"/[]?={}").contains(static_cast<char>(c)); });
    };
    const auto malformed = [&](const char* why) { return fail(ErrorKind::InvalidArgument, "malformed Content-Type header (" + given + "): mime: " + why); };
    const std::size_t slash = type.find('/');
    if (type.empty() || !isToken(type.substr(0, slash)))
        return malformed("no media type");
    if (slash != std::string_view::npos && !isToken(type.substr(slash + 1)))
        return malformed(slash + 1 == type.size() ? "expected token after slash" : "unexpected content after media subtype");
    if (lower(std::string(type)) != "application/json")
        return fail(ErrorKind::InvalidArgument, "unsupported Content-Type header (" + given + "): must be 'application/json'");
    return {};
}

Result<Json> HttpRequest::json(const GoType& type) const
{
    TRY_STATUS(checkContentType());
    if (body.empty() && bodyProblem.empty())
        return Json::object();
    if (!bodyProblem.empty())
        return fail(ErrorKind::InvalidArgument, "invalid JSON: " + bodyProblem);
    TRY(Json value, parseGoJson(body, type));
    return value.is_null() ? Json::object() : std::move(value);
}

Result<Json> HttpRequest::filters() const
{
    const std::string text = value("filters");
    if (text.empty())
        return Json::object();
    auto parsed = parseJson(text);
    if (!parsed || !parsed->is_object())
        return fail(ErrorKind::InvalidArgument, "invalid filter");
    Json result = Json::object();
    for (const auto& [name, values] : parsed->items()) {
        Json list = Json::array();
        if (values.is_array()) {
            for (const Json& entry : values)
                if (entry.is_string())
                    list.push_back(entry);
        } else if (values.is_object()) {
            for (const auto& [key, on] : values.items())
                if (!on.is_boolean() || on.get<bool>())
                    list.push_back(key);
        } else {
            return fail(ErrorKind::InvalidArgument, "invalid filter '" + name + "'");
        }
        result[name] = std::move(list);
    }
    return result;
}

HttpResponse jsonResponse(const Json& value, int status) { return {status, dumpJson(value) + "\n", "application/json"}; }

HttpResponse noContent(int status) { return {status, "", ""}; }

HttpResponse errorResponse(const Error& error)
{
    const int status = httpStatus(error.kind);
    if (status == 304)
        return noContent(304);
    return jsonResponse({{"message", error.message}}, status);
}

} // namespace slipway::api
