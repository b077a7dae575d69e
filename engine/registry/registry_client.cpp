// SPDX-License-Identifier: GPL-3.0-or-later
#include "registry/registry_client.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <condition_variable>
#include <random>
#include <utility>

#include "base/json.h"
#include "registry/registry_errors.h"

namespace slipway
{

namespace
{
constexpr int attempts = 5;
constexpr std::chrono::milliseconds longestPause{60'000};

std::string parameter(const std::string& challenge, const std::string& key)
{
    const auto at = challenge.find(key + "=\"");
    if (at == std::string::npos)
        return {};
    const auto start = at + key.size() + 2;
    return challenge.substr(start, challenge.find('"', start) - start);
}

bool isLoopback(const std::string& host)
{
    return host.starts_with("127.") || host.starts_with("localhost:") || host == "localhost" || host.starts_with("[::1]");
}

bool startsWord(const std::string& text, std::string_view word) // of an authentication scheme, any case
{
    return text.size() >= word.size()
           && std::ranges::equal(text.substr(0, word.size()), word, {}, [](unsigned char c) { return std::tolower(c); },
                                 [](unsigned char c) { return std::tolower(c); });
}

bool worthAnotherTry(long status) { return status == 408 || status == 429 || (status >= 500 && status != 501); }

// The first byte of "bytes 100-199/200"; -1 when it is nothing like that.
std::int64_t rangeStart(const std::string& contentRange)
{
    std::int64_t start = -1;
    if (contentRange.starts_with("bytes "))
        std::from_chars(contentRange.data() + 6, contentRange.data() + contentRange.size(), start);
    return start;
}
} // namespace

RegistryClient::RegistryClient(std::string domain, RegistryCredentials credentials, std::vector<std::string> insecure)
    : m_host(domain == "docker.io" ? "registry-1.docker.io" : std::move(domain)), m_credentials(std::move(credentials)),
      m_mayBePlain(isLoopback(m_host) || std::ranges::find(insecure, m_host) != insecure.end())
{
}

std::string RegistryClient::baseUrl()
{
    const std::scoped_lock lock(m_mutex);
    return m_scheme + "://" + m_host + "/v2/";
}

Result<HttpAnswer> RegistryClient::once(const Attempt& attempt, const std::stop_token& stop)
{
    while (true) {
        const std::string base = baseUrl();
        HttpRequest request;
        request.url = attempt.url.empty() ? base + attempt.path : attempt.url;
        request.headers = attempt.headers;
        request.method = attempt.method;
        request.body = attempt.body;
        request.file = attempt.file;
        request.fileSize = attempt.fileSize;
        request.progress = attempt.progress;
        request.verifyTls = !m_mayBePlain;
        request.certificates = "/etc/docker/certs.d/" + m_host;
        request.sink = attempt.sink;
        std::string authorization;
        {
            const std::scoped_lock lock(m_mutex);
            if (attempt.url.empty() || attempt.url.starts_with(base))
                authorization = m_authorizations[attempt.scope];
        }
        if (authorization == "basic")
            request.basic = m_credentials.username + ':' + m_credentials.password;
        else if (!authorization.empty())
            request.headers.push_back("Authorization: " + authorization);
        auto answer = performHttp(request, base, stop);
        const bool plainNext = !answer && answer.error().kind == ErrorKind::Unavailable && m_mayBePlain && base.starts_with("https");
        if (!plainNext || answer.error().osError == EAGAIN)
            return answer;
        const std::scoped_lock lock(m_mutex);
        m_scheme = "http";
    }
}

Result<std::string> RegistryClient::token(const std::string& challenge, const std::string& scope, const std::stop_token& stop)
{
    if (!m_credentials.registryToken.empty())
        return m_credentials.registryToken;
    const std::string realm = parameter(challenge, "realm");
    if (!realm.starts_with("https://") && !(m_mayBePlain && realm.starts_with("http://")))
        return fail(ErrorKind::Unauthorized, "registry " + m_host + " names a token service that is not safe to ask: " + realm);
    const std::string asked = parameter(challenge, "scope");
    const std::string wanted = "service=" + urlEscaped(parameter(challenge, "service"))
                               + (asked.empty() && scope.empty() ? "" : "&scope=" + urlEscaped(asked.empty() ? scope : asked));
    HttpRequest request;
    request.verifyTls = !m_mayBePlain;
    request.certificates = "/etc/docker/certs.d/" + m_host;
    if (!m_credentials.identityToken.empty()) {
        request.url = realm;
        request.form = "grant_type=refresh_token&client_id=slipway&" + wanted + "&refresh_token=" + urlEscaped(m_credentials.identityToken);
    } else {
        request.url = realm + (realm.find('?') == std::string::npos ? "?" : "&") + wanted;
        if (!m_credentials.username.empty())
            request.basic = m_credentials.username + ':' + m_credentials.password;
    }
    TRY(const auto answer, performHttp(request, realm, stop));
    const auto json = parseJson(answer.body);
    const std::string token = json ? jsonValue<std::string>(*json, "token", jsonValue<std::string>(*json, "access_token")) : "";
    if (answer.status == 401 || answer.status == 403)
        return fail(ErrorKind::Unauthorized, "unauthorized: incorrect username or password");
    if (answer.status != 200 || token.empty())
        return registryError(answer, "the token service " + realm + " gave no token");
    return token;
}

Status RegistryClient::logIn(const std::string& challenge, const std::string& scope, const std::stop_token& stop)
{
    std::string authorization;
    if (startsWord(challenge, "bearer")) {
        TRY(const auto given, token(challenge, scope, stop));
        authorization = "Bearer " + given;
    } else if (startsWord(challenge, "basic") && !m_credentials.username.empty()) {
        authorization = "basic";
    } else if (startsWord(challenge, "basic")) {
        return fail(ErrorKind::Unauthorized, "no basic auth credentials");
    } else {
        return fail(ErrorKind::Unauthorized, "unauthorized: authentication required");
    }
    const std::scoped_lock lock(m_mutex);
    m_authorizations[scope] = authorization;
    return {};
}

// A second 401 after logging in is final: what we have is not enough.
Result<HttpAnswer> RegistryClient::authorized(const Attempt& attempt, const std::stop_token& stop)
{
    TRY(auto answer, once(attempt, stop));
    if (answer.status != 401)
        return answer;
    if (auto in = logIn(answer.challenge, attempt.scope, stop); !in) {
        if (in.error().message == "no basic auth credentials")
            return wrap(in.error(), "Get \"" + baseUrl() + attempt.path + "\"");
        return std::unexpected(in.error());
    }
    return once(attempt, stop);
}

Status RegistryClient::pause(int failures, const std::string& retryAfter, const Waiting& waiting, const std::stop_token& stop) const
{
    static thread_local std::minstd_rand random{std::random_device{}()};
    std::chrono::milliseconds length = m_firstPause * (1 << failures);
    length += length * static_cast<int>(random() % 50) / 100;
    if (int seconds = 0; std::from_chars(retryAfter.data(), retryAfter.data() + retryAfter.size(), seconds).ec == std::errc() && seconds > 0)
        length = std::min<std::chrono::milliseconds>(std::chrono::seconds(seconds), longestPause);
    if (waiting)
        waiting(length);
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    if (wake.wait_for(lock, stop, length, [] { return false; }) || stop.stop_requested())
        return fail(ErrorKind::Cancelled, "the transfer from " + m_host + " was cancelled");
    return {};
}

Result<HttpAnswer> RegistryClient::persistent(const Attempt& attempt, const std::stop_token& stop)
{
    for (int failures = 0;; ++failures) {
        auto answer = authorized(attempt, stop);
        const bool again = answer ? worthAnotherTry(answer->status) : answer.error().osError == EAGAIN;
        if (!again || failures + 1 == attempts)
            return answer;
        TRY_STATUS(pause(failures, answer ? answer->retryAfter : "", {}, stop));
    }
}

Result<RegistryClient::Manifest> RegistryClient::manifest(const std::string& repository, const std::string& tagOrDigest,
                                                          const std::string& familiar, const std::stop_token& stop)
{
    Attempt attempt;
    attempt.path = repository + "/manifests/" + tagOrDigest;
    attempt.scope = "repository:" + repository + ":pull";
    attempt.headers = {
        "Accept: application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, "
        "application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json"};
    TRY(auto answer, persistent(attempt, stop));
    if (answer.status != 200)
        return pullError(answer, familiar);
    std::string type = answer.contentType.substr(0, answer.contentType.find(';'));
    return Manifest{std::move(type), std::move(answer.body)};
}

Status RegistryClient::blob(const std::string& repository, const std::string& digest, std::int64_t size, const Sink& sink,
                            const Waiting& waiting, const std::stop_token& stop)
{
    std::int64_t received = 0, position = 0; // position: in the blob, of the next byte that comes
    bool fresh = true;                       // nothing of the present answer was seen yet
    Attempt attempt;
    attempt.path = repository + "/blobs/" + digest;
    attempt.scope = "repository:" + repository + ":pull";
    attempt.sink = [&](const HttpAnswer& answer, std::span<const std::byte> bytes) -> Status {
        if (std::exchange(fresh, false))
            position = answer.status == 206 ? rangeStart(answer.contentRange) : 0;
        if (position < 0 || position > received)
            return fail(ErrorKind::Unavailable, "registry " + m_host + " answered with another range of blob " + digest + " than was asked for");
        const auto known = std::min<std::int64_t>(received - position, static_cast<std::int64_t>(bytes.size()));
        position += static_cast<std::int64_t>(bytes.size());
        bytes = bytes.subspan(static_cast<std::size_t>(known));
        received += static_cast<std::int64_t>(bytes.size());
        if (size > 0 && received > size)
            return fail(ErrorKind::InvalidArgument, "blob " + digest + " is longer than the " + std::to_string(size) + " bytes that its manifest says");
        return bytes.empty() ? Status() : sink(bytes);
    };
    for (int failures = 0;; ++failures) {
        const std::int64_t before = received;
        fresh = true;
        attempt.headers.clear();
        if (received > 0)
            attempt.headers = {"Range: bytes=" + std::to_string(received) + "-"};
        auto answer = authorized(attempt, stop);
        const bool taken = answer && (answer->status == 200 || answer->status == 206);
        if (taken && (size <= 0 || received == size))
            return {};
        const bool again = taken ? received > before : answer ? worthAnotherTry(answer->status) : answer.error().osError == EAGAIN;
        if (received > before)
            failures = 0;
        if (again && failures + 1 < attempts) {
            TRY_STATUS(pause(failures, answer ? answer->retryAfter : "", waiting, stop));
            continue;
        }
        if (!answer)
            return std::unexpected(answer.error());
        const std::string what = "blob " + digest + " from " + m_host;
        return taken ? Status(fail(ErrorKind::InvalidArgument, what + ": unexpected EOF")) : Status(registryError(*answer, what));
    }
}

Status RegistryClient::check(const std::stop_token& stop)
{
    TRY(const auto answer, persistent({}, stop));
    if (answer.status == 401)
        return fail(ErrorKind::Unauthorized, "unauthorized: incorrect username or password");
    if (answer.status != 200)
        return registryError(answer, "registry " + m_host + " refused the login");
    return {};
}

} // namespace slipway
