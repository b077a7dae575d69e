// SPDX-License-Identifier: GPL-3.0-or-later
#include "image/search.h"

#include <format>

#include "registry/http_request.h"

namespace slipway
{

namespace
{
constexpr const char* hub = "index.docker.io";

bool isLoopback(const std::string& host)
{
    const std::string name = host.substr(0, host.rfind(':'));
    return name == "localhost" || name.starts_with("127.") || name == "[::1]";
}

// The registry and what to look for there: "host:5000/a/b" → {"host:5000", "a/b"}, "a/b" → {the Hub, "a/b"}.
std::pair<std::string, std::string> hostAndTerm(const std::string& term)
{
    const auto slash = term.find('/');
    const std::string first = term.substr(0, slash);
    const bool isHost = slash != std::string::npos && (first.find_first_of(".:") != std::string::npos || first == "localhost");
    if (!isHost || first == "docker.io" || first == hub)
        return {hub, isHost ? term.substr(slash + 1) : term};
    return {first, term.substr(slash + 1)};
}

Result<HttpAnswer> get(const std::string& url, bool verify, const std::stop_token& stop)
{
    HttpRequest request;
    request.url = url;
    request.verifyTls = verify;
    auto answer = performHttp(request, url, stop);
    if (!answer && answer.error().kind == ErrorKind::Unavailable)
        return fail(ErrorKind::Internal, answer.error().message);
    return answer;
}

// https, or for this machine http too.
Result<HttpAnswer> ask(const std::string& host, const std::string& path, const std::stop_token& stop)
{
    const bool loopback = isLoopback(host);
    auto secure = get("https://" + host + path, !loopback, stop);
    if (secure || !loopback || secure.error().kind == ErrorKind::Cancelled)
        return secure;
    auto plain = get("http://" + host + path, true, stop);
    if (plain || plain.error().kind == ErrorKind::Cancelled)
        return plain;
    return fail(ErrorKind::InvalidArgument, std::format("invalid registry endpoint \"http://{}/v1/\". HTTPS attempt: {}. HTTP attempt: {}", host,
                                                 secure.error().message, plain.error().message));
}
} // namespace

Result<Json> searchImages(const ImageSearch& wanted, const std::stop_token& stop)
{
    if (wanted.limit < 1 || wanted.limit > 100)
        return fail(ErrorKind::InvalidArgument, std::format("limit {} is outside the range of [1, 100]", wanted.limit));
    auto [host, term] = hostAndTerm(wanted.term);
    if (host != hub)
        TRY_STATUS(ask(host, "/v1/_ping", stop).transform([](const HttpAnswer&) {}));
    else if (term.starts_with("library/"))
        term.erase(0, 8);
    TRY(const auto answer, ask(host, "/v1/search?q=" + urlEscaped(term) + "&n=" + std::to_string(wanted.limit), stop));
    if (answer.status != 200)
        return fail(ErrorKind::Internal, std::format("Unexpected status code {}", answer.status));
    const auto body = parseJson(answer.body);
    if (!body || !body->is_object())
        return fail(ErrorKind::Internal, "error decoding registry search results: it is no JSON object");
    Json found = Json::array();
    for (const Json& entry : jsonMember(*body, "results")) {
        const bool official = jsonValue<bool>(entry, "is_official"), automated = jsonValue<bool>(entry, "is_automated");
        if (wanted.official.value_or(official) != official || wanted.automated.value_or(automated) != automated
            || jsonValue<int>(entry, "star_count") < wanted.stars)
            continue;
        found.push_back({{"name", jsonValue<std::string>(entry, "name")},
                         {"description", jsonValue<std::string>(entry, "description")},
                         {"star_count", jsonValue<int>(entry, "star_count")},
                         {"is_official", official},
                         {"is_automated", automated}});
    }
    return found;
}

} // namespace slipway
