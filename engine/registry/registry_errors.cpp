// SPDX-License-Identifier: GPL-3.0-or-later
#include "registry/registry_errors.h"

#include <algorithm>
#include <cctype>
#include <map>

#include "base/json.h"

namespace slipway
{

namespace
{
struct Said
{
    std::string code, words; // words: "manifest unknown: manifest unknown"
};

Said saidBy(const HttpAnswer& answer)
{
    const Json document = parseJson(answer.body).value_or(Json());
    const Json& errors = jsonMember(document, "errors");
    if (!errors.is_array() || errors.empty())
        return {};
    Said said;
    said.code = jsonValue<std::string>(errors[0], "code");
    std::string words = said.code;
    std::ranges::transform(words, words.begin(), [](unsigned char c) { return c == '_' ? ' ' : static_cast<char>(std::tolower(c)); });
    said.words = words + ": " + jsonValue<std::string>(errors[0], "message");
    return said;
}

ErrorKind kindOf(long status)
{
    switch (status) {
    case 401:
        return ErrorKind::Unauthorized;
    case 403:
        return ErrorKind::Forbidden;
    case 404:
        return ErrorKind::NotFound;
    default:
        return ErrorKind::Unavailable;
    }
}

std::string statusText(long status)
{
    static const std::map<long, std::string> reasons = {
        {400, "Bad Request"},       {401, "Unauthorized"},          {403, "Forbidden"},   {404, "Not Found"},
        {416, "Requested Range Not Satisfiable"}, {429, "Too Many Requests"}, {500, "Internal Server Error"}, {502, "Bad Gateway"},
        {503, "Service Unavailable"}, {504, "Gateway Timeout"}};
    const auto reason = reasons.find(status);
    return std::to_string(status) + (reason == reasons.end() ? "" : ' ' + reason->second);
}
} // namespace

std::unexpected<Error> registryError(const HttpAnswer& answer, const std::string& what)
{
    if (const Said said = saidBy(answer); !said.code.empty())
        return fail(kindOf(answer.status), said.words);
    return fail(kindOf(answer.status), what + ": received unexpected HTTP status: " + statusText(answer.status));
}

std::unexpected<Error> pullError(const HttpAnswer& answer, const std::string& familiar)
{
    const Said said = saidBy(answer);
    const std::string name = familiar.substr(0, std::min(familiar.find('@'), familiar.rfind(':') > familiar.rfind('/') + 1 ? familiar.rfind(':') : familiar.size()));
    if (said.code == "DENIED" || answer.status == 401)
        return fail(ErrorKind::NotFound, "pull access denied for " + name + ", repository does not exist or may require 'docker login': "
                                             + (said.code.empty() ? "denied: requested access to the resource is denied" : said.words));
    if (said.code == "MANIFEST_UNKNOWN" || (said.code.empty() && answer.status == 404))
        return fail(ErrorKind::NotFound, "manifest for " + familiar + " not found: " + (said.code.empty() ? "manifest unknown: manifest unknown" : said.words));
    if (said.code == "NAME_UNKNOWN")
        return fail(ErrorKind::NotFound, "repository " + name + " not found: " + said.words);
    return registryError(answer, "pulling " + familiar);
}

} // namespace slipway
