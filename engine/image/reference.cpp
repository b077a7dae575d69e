// SPDX-License-Identifier: GPL-3.0-or-later
#include "image/reference.h"

#include <algorithm>
#include <regex>

namespace slipway
{

namespace
{
constexpr std::size_t maxPath = 255;

std::unexpected<Error> badFormat() { return fail(ErrorKind::InvalidArgument, "invalid reference format"); }

bool isRegistry(const std::string& first)
{
    return first.find_first_of(".:") != std::string::npos || first == "localhost"
           || std::ranges::any_of(first, [](char c) { return c >= 'A' && c <= 'Z'; });
}
} // namespace

Result<Reference> Reference::parse(std::string_view text)
{
    static const std::regex domainRule(R"((?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[0-9a-fA-F:]+\])(?::[0-9]+)?)");
    static const std::regex pathRule(R"([a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*)");
    static const std::regex tagRule(R"([A-Za-z0-9_][A-Za-z0-9_.-]{0,127})");
    if (text.empty() || text.size() > 1024)
        return badFormat();
    Reference reference;
    std::string rest(text);
    if (const auto at = rest.find('@'); at != std::string::npos) {
        auto digest = Digest::parse(rest.substr(at + 1));
        if (!digest)
            return badFormat();
        reference.digest = *digest;
        rest.resize(at);
    }
    const auto slash = rest.rfind('/');
    if (const auto colon = rest.rfind(':'); colon != std::string::npos && (slash == std::string::npos || colon > slash)) {
        reference.tag = rest.substr(colon + 1);
        if (!std::regex_match(reference.tag, tagRule))
            return badFormat();
        rest.resize(colon);
    }
    const auto first = rest.find('/');
    if (first != std::string::npos && isRegistry(rest.substr(0, first))) {
        reference.domain = rest.substr(0, first);
        reference.path = rest.substr(first + 1);
    } else {
        reference.domain = "docker.io";
        reference.path = rest;
    }
    if (reference.domain == "index.docker.io")
        reference.domain = "docker.io";
    if (std::ranges::any_of(reference.path, [](char c) { return c >= 'A' && c <= 'Z'; }))
        return fail(ErrorKind::InvalidArgument, "invalid reference format: repository name (" + std::string(reference.domain == "docker.io" && reference.path.find('/') == std::string::npos ? "library/" : "") + reference.path + ") must be lowercase");
    if (reference.path.size() > maxPath || !std::regex_match(reference.path, pathRule)
        || !std::regex_match(reference.domain, domainRule))
        return badFormat();
    if (reference.domain == "docker.io" && reference.path.find('/') == std::string::npos)
        reference.path.insert(0, "library/");
    if (reference.tag.empty() && reference.digest.empty())
        reference.tag = "latest";
    return reference;
}

std::string Reference::familiarName() const
{
    if (domain != "docker.io")
        return domain + '/' + path;
    return path.starts_with("library/") ? path.substr(8) : path;
}

std::string Reference::familiar() const
{
    return familiarName() + (tag.empty() ? "" : ':' + tag) + (digest.empty() ? "" : '@' + digest.str());
}

std::string Reference::canonical() const
{
    return domain + '/' + path + (tag.empty() ? "" : ':' + tag) + (digest.empty() ? "" : '@' + digest.str());
}

} // namespace slipway
