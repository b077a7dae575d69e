// SPDX-License-Identifier: GPL-3.0-or-later
#include "registry/registry_client.h"
#include "registry/registry_errors.h"

// What a push asks of a registry.
namespace slipway
{

namespace
{
std::string scopeOf(const std::string& repository) { return "repository:" + repository + ":pull,push"; }
} // namespace

Result<bool> RegistryClient::hasBlob(const std::string& repository, const std::string& digest, const std::stop_token& stop)
{
    Attempt attempt;
    attempt.path = repository + "/blobs/" + digest;
    attempt.scope = scopeOf(repository);
    attempt.method = "HEAD";
    TRY(const auto answer, persistent(attempt, stop));
    if (answer.status == 401 || answer.status == 403)
        return fail(ErrorKind::Unauthorized, "denied: requested access to the resource is denied");
    return answer.status == 200; // whatever else it says: the upload will tell
}

Status RegistryClient::pushBlob(const std::string& repository, const std::string& digest, int file, std::uint64_t size,
                                const Sent& sent, const std::stop_token& stop)
{
    Attempt begin;
    begin.path = repository + "/blobs/uploads/";
    begin.scope = scopeOf(repository);
    begin.method = "POST";
    TRY(const auto begun, persistent(begin, stop));
    if (begun.status != 202)
        return registryError(begun, "sending blob " + digest + " to " + m_host);
    std::string location = begun.location;
    if (location.starts_with('/')) {
        const std::string base = baseUrl();
        location = base.substr(0, base.size() - 4) + location; // without "/v2/"
    }
    if (!location.starts_with("https://") && !(m_mayBePlain && location.starts_with("http://")))
        return fail(ErrorKind::Unavailable, "registry " + m_host + " wants blobs sent to a place that is not safe: " + location);
    Attempt attempt;
    attempt.url = location + (location.find('?') == std::string::npos ? "?" : "&") + "digest=" + urlEscaped(digest);
    attempt.scope = begin.scope;
    attempt.method = "PUT";
    attempt.headers = {"Content-Type: application/octet-stream", "Expect:"};
    attempt.file = file;
    attempt.fileSize = size;
    attempt.progress = sent;
    TRY(const auto answer, persistent(attempt, stop));
    return answer.status == 201 ? Status() : Status(registryError(answer, "sending blob " + digest + " to " + m_host));
}

Status RegistryClient::pushManifest(const std::string& repository, const std::string& tag, const Manifest& manifest,
                                    const std::stop_token& stop)
{
    Attempt attempt;
    attempt.path = repository + "/manifests/" + tag;
    attempt.scope = scopeOf(repository);
    attempt.method = "PUT";
    attempt.headers = {"Content-Type: " + manifest.mediaType, "Expect:"};
    attempt.body = manifest.body;
    TRY(const auto answer, persistent(attempt, stop));
    return answer.status == 201 ? Status() : Status(registryError(answer, "sending the manifest of " + repository + ":" + tag + " to " + m_host));
}

} // namespace slipway
