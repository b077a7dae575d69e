// SPDX-License-Identifier: GPL-3.0-or-later
#include "registry/registry_client.h"

#include <algorithm>
#include <cctype>
#include <curl/curl.h>
#include <memory>

#include "base/json.h"

namespace slipway
{

namespace
{
constexpr std::size_t maxBody = 8 << 20;

struct Transfer
{
    CURL* curl;
    const RegistryClient::Sink* sink;
    const std::stop_token* stop;
    std::string body, challenge;
    Status sunk;
};

std::size_t onBody(char* data, std::size_t, std::size_t size, void* context)
{
    auto& transfer = *static_cast<Transfer*>(context);
    long status = 0;
    ::curl_easy_getinfo(transfer.curl, CURLINFO_RESPONSE_CODE, &status);
    if (*transfer.sink && status == 200) {
        transfer.sunk = (*transfer.sink)(std::as_bytes(std::span(data, size)));
        return transfer.sunk ? size : 0;
    }
    if (transfer.body.size() + size > maxBody)
        return 0;
    transfer.body.append(data, size);
    return size;
}

std::size_t onHeader(char* data, std::size_t, std::size_t size, void* context)
{
    std::string line(data, size);
    const auto colon = line.find(':');
    std::string name = line.substr(0, colon);
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (name == "www-authenticate" && colon != std::string::npos)
        static_cast<Transfer*>(context)->challenge = line.substr(line.find_first_not_of(" ", colon + 1));
    return size;
}

int onProgress(void* context, curl_off_t, curl_off_t, curl_off_t, curl_off_t)
{
    return static_cast<Transfer*>(context)->stop->stop_requested() ? 1 : 0;
}

std::string parameter(const std::string& challenge, const std::string& key)
{
    const auto at = challenge.find(key + "=\"");
    if (at == std::string::npos)
        return {};
    const auto start = at + key.size() + 2;
    return challenge.substr(start, challenge.find('"', start) - start);
}

std::string escaped(const std::string& text)
{
    const std::unique_ptr<char, decltype(&::curl_free)> made(::curl_easy_escape(nullptr, text.c_str(), static_cast<int>(text.size())), ::curl_free);
    return made ? made.get() : "";
}

bool isLoopback(const std::string& host)
{
    return host.starts_with("127.") || host.starts_with("localhost:") || host == "localhost" || host.starts_with("[::1]");
}

bool schemeFailed(const Error& error) { return error.kind == ErrorKind::Unavailable; }
} // namespace

RegistryClient::RegistryClient(std::string domain, RegistryCredentials credentials, std::vector<std::string> insecure)
    : m_host(domain == "docker.io" ? "registry-1.docker.io" : std::move(domain)), m_credentials(std::move(credentials)),
      m_mayBePlain(isLoopback(m_host) || std::ranges::find(insecure, m_host) != insecure.end())
{
    static const CURLcode ready = ::curl_global_init(CURL_GLOBAL_DEFAULT);
    (void)ready;
}

std::string RegistryClient::baseUrl() const { return m_scheme + "://" + m_host + "/v2/"; }

Result<RegistryClient::Response> RegistryClient::get(const std::string& url, const std::vector<std::string>& headers,
                                                     const std::string& basic, const Sink& sink,
                                                     const std::stop_token& stop) const
{
    const std::unique_ptr<CURL, decltype(&::curl_easy_cleanup)> curl(::curl_easy_init(), ::curl_easy_cleanup);
    Transfer transfer{curl.get(), &sink, &stop, {}, {}, {}};
    curl_slist* list = nullptr;
    for (const std::string& header : headers)
        list = ::curl_slist_append(list, header.c_str());
    const std::unique_ptr<curl_slist, decltype(&::curl_slist_free_all)> owned(list, ::curl_slist_free_all);
    CURL* c = curl.get();
    ::curl_easy_setopt(c, CURLOPT_URL, url.c_str());
    ::curl_easy_setopt(c, CURLOPT_HTTPHEADER, list);
    ::curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 1L);
    ::curl_easy_setopt(c, CURLOPT_MAXREDIRS, 10L);
    ::curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
    ::curl_easy_setopt(c, CURLOPT_REDIR_PROTOCOLS_STR, url.starts_with("https") ? "https" : "http,https");
    ::curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, 15L);
    ::curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, 1L);
    ::curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, 30L);
    ::curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    ::curl_easy_setopt(c, CURLOPT_USERAGENT, "slipway/0.1.0");
    ::curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, onBody);
    ::curl_easy_setopt(c, CURLOPT_WRITEDATA, &transfer);
    ::curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, onHeader);
    ::curl_easy_setopt(c, CURLOPT_HEADERDATA, &transfer);
    ::curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
    ::curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, onProgress);
    ::curl_easy_setopt(c, CURLOPT_XFERINFODATA, &transfer);
    if (!basic.empty())
        ::curl_easy_setopt(c, CURLOPT_USERPWD, basic.c_str());
    const CURLcode code = ::curl_easy_perform(c);
    if (stop.stop_requested())
        return fail(ErrorKind::Cancelled, "the transfer from " + m_host + " was cancelled");
    if (!transfer.sunk)
        return std::unexpected(transfer.sunk.error());
    if (code != CURLE_OK)
        return fail(ErrorKind::Unavailable, "Get \"" + url + "\": " + ::curl_easy_strerror(code));
    Response response;
    ::curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &response.status);
    const char* type = nullptr;
    ::curl_easy_getinfo(c, CURLINFO_CONTENT_TYPE, &type);
    response.contentType = type ? type : "";
    response.challenge = std::move(transfer.challenge);
    response.body = std::move(transfer.body);
    return response;
}

Status RegistryClient::logIn(const std::string& challenge, const std::string& repository, const std::stop_token& stop)
{
    const std::string basic = m_credentials.username.empty() ? std::string() : m_credentials.username + ':' + m_credentials.password;
    std::string token = m_credentials.registryToken;
    if (token.empty() && challenge.starts_with("Bearer")) {
        const std::string realm = parameter(challenge, "realm");
        if (!realm.starts_with("https://") && !(m_mayBePlain && realm.starts_with("http://")))
            return fail(ErrorKind::Unauthorized, "registry " + m_host + " names a token service that is not safe to ask: " + realm);
        std::string scope = parameter(challenge, "scope");
        if (scope.empty())
            scope = "repository:" + repository + ":pull";
        TRY(const auto answer, get(realm + (realm.find('?') == std::string::npos ? "?" : "&") + "service=" + escaped(parameter(challenge, "service")) + "&scope=" + escaped(scope), {}, basic, {}, stop));
        const auto json = parseJson(answer.body);
        if (answer.status != 200 || !json)
            return fail(ErrorKind::Unauthorized, "unauthorized: " + m_host + " gave no token: check the user name and password");
        token = jsonValue<std::string>(*json, "token", jsonValue<std::string>(*json, "access_token"));
    } else if (token.empty() && !basic.empty()) {
        const std::scoped_lock lock(m_mutex);
        m_tokens[repository] = "basic";
        return {};
    }
    if (token.empty())
        return fail(ErrorKind::Unauthorized, "unauthorized: authentication required");
    const std::scoped_lock lock(m_mutex);
    m_tokens[repository] = "Bearer " + token;
    return {};
}

Result<RegistryClient::Response> RegistryClient::authorized(const std::string& repository, const std::string& rest,
                                                            const std::vector<std::string>& headers, const Sink& sink,
                                                            const std::stop_token& stop)
{
    for (int attempt = 0; attempt < 3; ++attempt) {
        std::string url, token;
        {
            const std::scoped_lock lock(m_mutex);
            url = baseUrl() + repository + rest;
            token = m_tokens[repository];
        }
        std::vector<std::string> all = headers;
        if (token.starts_with("Bearer"))
            all.push_back("Authorization: " + token);
        const std::string basic = token == "basic" ? m_credentials.username + ':' + m_credentials.password : std::string();
        auto response = get(url, all, basic, sink, stop);
        if (!response && m_mayBePlain && url.starts_with("https") && schemeFailed(response.error())) {
            const std::scoped_lock lock(m_mutex);
            m_scheme = "http";
            continue;
        }
        if (!response || response->status != 401)
            return response;
        if (!token.empty())
            break; // refused with what we have
        TRY_STATUS(logIn(response->challenge, repository, stop));
    }
    return fail(ErrorKind::Unauthorized, "pull access denied for " + repository + ", repository does not exist or may require 'docker login': denied: requested access to the resource is denied");
}

Result<RegistryClient::Manifest> RegistryClient::manifest(const std::string& repository, const std::string& tagOrDigest,
                                                          const std::stop_token& stop)
{
    const std::vector<std::string> accept = {
        "Accept: application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, "
        "application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json"};
    TRY(auto response, authorized(repository, "/manifests/" + tagOrDigest, accept, {}, stop));
    if (response.status == 404)
        return fail(ErrorKind::NotFound, "manifest for " + repository + (tagOrDigest.starts_with("sha256:") ? "@" : ":") + tagOrDigest + " not found: manifest unknown: manifest unknown");
    if (response.status != 200)
        return fail(ErrorKind::Unavailable, "registry " + m_host + " answered " + std::to_string(response.status) + " for the manifest of " + repository);
    return Manifest{response.contentType.substr(0, response.contentType.find(';')), std::move(response.body)};
}

Status RegistryClient::blob(const std::string& repository, const std::string& digest, const Sink& sink,
                            const std::stop_token& stop)
{
    TRY(const auto response, authorized(repository, "/blobs/" + digest, {}, sink, stop));
    if (response.status != 200)
        return fail(ErrorKind::Unavailable, "registry " + m_host + " answered " + std::to_string(response.status) + " for blob " + digest);
    return {};
}

} // namespace slipway
