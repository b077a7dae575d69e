// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "base/error.h"
#include "registry/http_request.h"

namespace slipway
{

struct RegistryCredentials // never logged
{
    std::string username, password, identityToken, registryToken;
};

// One registry (a Reference's domain) over the OCI distribution API. Blocking; thread-safe, one connection a call.
// https; for loopback addresses and INSECURE hosts the certificate is not looked at, and http is used when https does not
// answer (dockerd's rule). Credentials go to the registry itself and to the token service it names, over https only (or
// loopback), and never across a redirect. Certificates of one's own: /etc/docker/certs.d/HOST[:PORT].
// A broken connection, 408, 429 and 5xx are tried again, five times in all since the last byte, with growing pauses or the
// Retry-After of the registry (at most a minute); a blob goes on where it broke off.
// Errors, in dockerd's words: Unauthorized, NotFound ("manifest for X not found: manifest unknown: manifest unknown"),
// Unavailable (not reachable: names host and reason), Cancelled.
class RegistryClient
{
public:
    RegistryClient(std::string domain, RegistryCredentials credentials, std::vector<std::string> insecure);

    struct Manifest
    {
        std::string mediaType, body; // the media type of the header, without parameters
    };
    // FAMILIAR is what the user calls it, for the error's words.
    [[nodiscard]] Result<Manifest> manifest(const std::string& repository, const std::string& tagOrDigest,
                                            const std::string& familiar, const std::stop_token& stop);

    using Sink = std::function<Status(std::span<const std::byte>)>;
    using Waiting = std::function<void(std::chrono::milliseconds)>; // told before each pause; may be empty
    // SIZE bytes (0: as many as there are) as they come, unverified: the caller checks the digest.
    [[nodiscard]] Status blob(const std::string& repository, const std::string& digest, std::int64_t size, const Sink& sink,
                              const Waiting& waiting, const std::stop_token& stop);

    // For a push; a blob is sent from FILE in one piece and the registry checks its digest. SENT is told the bytes so far.
    [[nodiscard]] Result<bool> hasBlob(const std::string& repository, const std::string& digest, const std::stop_token& stop);
    using Sent = std::function<void(std::uint64_t)>;
    [[nodiscard]] Status pushBlob(const std::string& repository, const std::string& digest, int file, std::uint64_t size,
                                  const Sent& sent, const std::stop_token& stop);
    [[nodiscard]] Status pushManifest(const std::string& repository, const std::string& tag, const Manifest& manifest,
                                      const std::stop_token& stop);

    // Whether the registry accepts the credentials (GET /v2/): docker login.
    [[nodiscard]] Status check(const std::stop_token& stop);

    void setFirstPause(std::chrono::milliseconds pause) { m_firstPause = pause; } // doubles with each failure

private:
    struct Attempt // a request below /v2/, repeated after 401 with what the registry asks for
    {
        std::string path, scope; // scope: what the token is for, "" for the registry itself
        std::vector<std::string> headers;
        std::function<Status(const HttpAnswer&, std::span<const std::byte>)> sink;
        std::string method, body, url; // url: a whole one, instead of PATH; another host gets no credentials
        int file = -1;
        std::uint64_t fileSize = 0;
        std::function<void(std::uint64_t)> progress;
    };
    Result<HttpAnswer> once(const Attempt& attempt, const std::stop_token& stop);
    Result<HttpAnswer> authorized(const Attempt& attempt, const std::stop_token& stop);
    Result<HttpAnswer> persistent(const Attempt& attempt, const std::stop_token& stop);
    Status logIn(const std::string& challenge, const std::string& scope, const std::stop_token& stop);
    Result<std::string> token(const std::string& challenge, const std::string& scope, const std::stop_token& stop);
    [[nodiscard]] Status pause(int failures, const std::string& retryAfter, const Waiting& waiting, const std::stop_token& stop) const;
    [[nodiscard]] std::string baseUrl();

    std::string m_host;
    RegistryCredentials m_credentials;
    bool m_mayBePlain;
    std::chrono::milliseconds m_firstPause{250};
    std::mutex m_mutex; // guards what follows
    std::string m_scheme = "https";
    std::map<std::string, std::string> m_authorizations; // by scope: "basic" or the Authorization header's value
};

} // namespace slipway
