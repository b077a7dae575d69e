// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

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

namespace slipway
{

struct RegistryCredentials // never logged
{
    std::string username, password, identityToken, registryToken;
};

// One registry (a Reference's domain) over the OCI distribution API, by libcurl. Blocking; thread-safe, one connection a call.
// https, or http for loopback addresses and INSECURE hosts when https does not answer. Credentials go to the registry itself
// and to the token service it names, over https only (or loopback), and never across a redirect.
// Errors: Unauthorized, NotFound ("manifest for X not found: manifest unknown"), Unavailable (not reachable: names host and
// reason), Cancelled.
class RegistryClient
{
public:
    RegistryClient(std::string domain, RegistryCredentials credentials, std::vector<std::string> insecure);

    struct Manifest
    {
        std::string mediaType, body;
    };
    [[nodiscard]] Result<Manifest> manifest(const std::string& repository, const std::string& tagOrDigest,
                                            const std::stop_token& stop);
    using Sink = std::function<Status(std::span<const std::byte>)>;
    // The bytes as they come, unverified: the caller checks the digest. A silent server is given up after 30 s.
    [[nodiscard]] Status blob(const std::string& repository, const std::string& digest, const Sink& sink,
                              const std::stop_token& stop);

private:
    struct Response
    {
        long status = 0;
        std::string contentType, challenge, body;
    };
    Result<Response> get(const std::string& url, const std::vector<std::string>& headers, const std::string& basic,
                         const Sink& sink, const std::stop_token& stop) const;
    Result<Response> authorized(const std::string& repository, const std::string& rest,
                                const std::vector<std::string>& headers, const Sink& sink, const std::stop_token& stop);
    Status logIn(const std::string& challenge, const std::string& repository, const std::stop_token& stop);
    [[nodiscard]] std::string baseUrl() const;

    std::string m_host;
    RegistryCredentials m_credentials;
    bool m_mayBePlain;
    std::mutex m_mutex; // guards what follows
    std::string m_scheme = "https";
    std::map<std::string, std::string> m_tokens; // by repository: the Authorization header's value
};

} // namespace slipway
