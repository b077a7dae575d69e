// SPDX-License-Identifier: GPL-3.0-or-later
#include "build/dockerfile/lint_checks.h"

#include <algorithm>
#include <span>

#include "build/dockerfile/text.h"

namespace slipway::dockerfile
{

std::vector<std::string> split(std::string_view text, char separator)
{
    std::vector<std::string> parts;
    for (std::size_t at = 0; at <= text.size();) {
        const std::size_t end = std::min(text.find(separator, at), text.size());
        parts.emplace_back(trimmed(text.substr(at, end - at)));
        at = end + 1;
    }
    return parts;
}

void Switches::read(std::string_view text)
{
    for (const std::string& part : split(text, ';')) {
        const auto equals = part.find('=');
        const std::string key(trimmed(part.substr(0, equals)));
        const std::string value(equals == std::string::npos ? "" : trimmed(std::string_view(part).substr(equals + 1)));
        if (key == "error")
            error = value == "true" || value == "1";
        for (const std::string& name : split(value, ',')) {
            if (key == "skip")
                skip.insert(name);
            else if (key == "experimental")
                experimental.insert(name);
        }
    }
}

namespace
{
// One of the words in NAME, parted by _: SECRET_KEY has KEY.
bool hasToken(std::string_view name, std::span<const std::string_view> tokens)
{
    const auto parts = split(toLower(name), '_');
    return std::ranges::any_of(parts, [&](const std::string& part) { return std::ranges::find(tokens, part) != tokens.end(); });
}
} // namespace

bool looksSecret(std::string_view name)
{
    static constexpr std::string_view deny[] = {"apikey", "auth", "credential", "credentials", "key", "password", "pword", "passwd", "secret", "token"};
    static constexpr std::string_view allow[] = {"public", "file", "version"};
    return hasToken(name, deny) && !hasToken(name, allow);
}

bool isImageName(std::string_view text)
{
    if (const auto at = text.find('@'); at != text.npos) {
        const std::string_view digest = text.substr(at + 1);
        if (digest.find(':') == digest.npos || digest.size() < 32)
            return false;
        text = text.substr(0, at);
    }
    const auto colon = text.rfind(':');
    if (colon != text.npos && text.find('/', colon) == text.npos) {
        const std::string_view tag = text.substr(colon + 1);
        const auto allowed = [](char c) { return isLetter(static_cast<unsigned char>(c)) || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-'; };
        if (tag.empty() || tag.size() > 128 || tag[0] == '.' || tag[0] == '-' || !std::ranges::all_of(tag, allowed))
            return false;
        text = text.substr(0, colon);
    }
    const auto parts = split(text, '/');
    const bool hasRegistry = parts.size() > 1 && (parts[0].find_first_of(".:") != std::string::npos || parts[0] == "localhost");
    for (std::size_t i = hasRegistry ? 1 : 0; i < parts.size(); ++i) {
        const std::string& part = parts[i];
        const auto alnum = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
        if (part.empty() || !alnum(part.front()) || !alnum(part.back()))
            return false;
        if (!std::ranges::all_of(part, [&](char c) { return alnum(c) || c == '.' || c == '_' || c == '-'; }))
            return false;
        if (part.find("..") != std::string::npos || part.find("___") != std::string::npos || part.find("._") != std::string::npos)
            return false;
    }
    return true;
}

std::string quotedValue(const std::string& value)
{
    const bool plain = !value.empty() && value.find_first_of(" \t'\"") == std::string::npos;
    const bool already = value.size() > 1 && (value[0] == '"' || value[0] == '\'') && value.back() == value[0];
    if (plain || already)
        return value;
    std::string out = "\"";
    for (const char c : value)
        out += c == '"' ? "\\\"" : std::string(1, c);
    return out + '"';
}

} // namespace slipway::dockerfile
