// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/http_refusal.h"

#include <algorithm>
#include <cctype>
#include <vector>

namespace slipway::api
{
namespace
{

const Refusal badRequest{"400 Bad Request"};

bool isToken(std::string_view text)
{
    return !text.empty() && std::ranges::all_of(text, [](unsigned char c) { return std::isalnum(c) || std::string_view("!#$%&'*+-.^_`|~").contains(static_cast<char>(c)); });
}

std::string_view takeLine(std::string_view& text)
{
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r'))
        line.remove_suffix(1);
    return line;
}

// "HTTP/2.0": well written, and of another version.
bool isOtherVersion(std::string_view line)
{
    const std::string_view version = line.substr(std::min(line.rfind(' ') + 1, line.size()));
    const auto digit = [&](std::size_t i) { return version[i] >= '0' && version[i] <= '9'; };
    return std::ranges::count(line, ' ') == 2 && version.size() == 8 && version.starts_with("HTTP/") && digit(5) && version[6] == '.' && digit(7) && version[5] != '1';
}

bool escapesAreWhole(std::string_view path)
{
    for (std::size_t at = path.find('%'); at != std::string_view::npos; at = path.find('%', at + 1))
        if (at + 2 >= path.size() || !std::isxdigit(static_cast<unsigned char>(path[at + 1])) || !std::isxdigit(static_cast<unsigned char>(path[at + 2])))
            return false;
    return true;
}

std::string_view pathOf(std::string_view target) { return target.substr(0, target.find('?')); }

} // namespace

Refusal refuseHead(std::string_view text)
{
    std::string_view rest = text;
    if (const std::string_view first = takeLine(rest); isOtherVersion(first))
        return {"505 HTTP Version Not Supported: unsupported protocol version"};
    for (rest = text; !rest.empty();) {
        const std::string_view line = takeLine(rest);
        const std::size_t colon = line.find(':');
        if (line.empty() || colon == std::string_view::npos || colon == 0)
            break;
        if (!isToken(line.substr(0, colon)) && !line.starts_with(' ') && line[colon - 1] != ' ')
            return {"400 Bad Request: invalid header name"};
    }
    return badRequest;
}

std::optional<Refusal> refuseRequest(const HttpRequest& request, std::string_view target, std::size_t hosts, bool http10)
{
    const std::string origin = originForm(target);
    if ((!origin.starts_with('/') && !(origin == "*" && request.method == "OPTIONS")) || !escapesAreWhole(pathOf(origin)))
        return badRequest;
    if (hosts == 0 && !http10)
        return Refusal{"400 Bad Request: missing required Host header"};
    if (hosts > 1)
        return badRequest;
    if (request.header("host").find_first_of(" \t/\\\"<>^`{|}") != std::string::npos)
        return Refusal{"400 Bad Request: malformed Host header"};
    std::string encoding = request.header("transfer-encoding");
    std::ranges::transform(encoding, encoding.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (!encoding.empty() && encoding != "chunked")
        return Refusal{"501 Not Implemented", "Unsupported transfer encoding"};
    if (const std::string expected = request.header("expect"); !expected.empty() && expected != "100-continue")
        return Refusal{"417 Expectation Failed", ""};
    return std::nullopt;
}

std::string originForm(std::string_view target)
{
    const std::size_t scheme = target.find("://");
    if (target.starts_with('/') || scheme == std::string_view::npos)
        return std::string(target);
    const std::size_t path = target.find_first_of("/?", scheme + 3);
    return path == std::string_view::npos ? "/" : (target[path] == '?' ? "/" : "") + std::string(target.substr(path));
}

std::optional<std::string> cleanTarget(std::string_view target)
{
    const std::string_view path = pathOf(target);
    if (!path.contains("//") && !path.contains("/."))
        return std::nullopt;
    std::vector<std::string_view> parts;
    std::size_t at = 1;
    while (at <= path.size()) {
        const std::size_t end = std::min(path.find('/', at), path.size());
        const std::string_view part = path.substr(at, end - at);
        if (part == ".." && !parts.empty())
            parts.pop_back();
        else if (!part.empty() && part != "." && part != "..")
            parts.push_back(part);
        at = end + 1;
    }
    std::string clean;
    for (const std::string_view part : parts)
        clean += "/" + std::string(part);
    if (clean.empty() || path.ends_with('/'))
        clean += "/";
    if (clean == path)
        return std::nullopt;
    return clean + std::string(target.substr(path.size()));
}

} // namespace slipway::api
