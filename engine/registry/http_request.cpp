// SPDX-License-Identifier: GPL-3.0-or-later
#include "registry/http_request.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <curl/curl.h>
#include <fstream>
#include <iterator>
#include <memory>
#include <unistd.h>

#include "base/errno_text.h"

namespace slipway
{

namespace
{
constexpr std::size_t maxBody = 8 << 20;
constexpr long connectSeconds = 15, silenceSeconds = 30;

struct Transfer
{
    CURL* curl;
    const HttpRequest& request;
    const std::stop_token& stop;
    HttpAnswer answer;
    Status sunk;
    std::uint64_t sent = 0;
};

std::size_t onUpload(char* into, std::size_t, std::size_t room, void* context)
{
    auto& transfer = *static_cast<Transfer*>(context);
    const HttpRequest& request = transfer.request;
    std::size_t size = 0;
    if (request.file >= 0) {
        const ssize_t got = ::pread(request.file, into, std::min<std::uint64_t>(room, request.fileSize - transfer.sent), static_cast<off_t>(transfer.sent));
        if (got < 0) {
            transfer.sunk = failErrno(errno, "reading what is to be sent");
            return CURL_READFUNC_ABORT;
        }
        size = static_cast<std::size_t>(got);
    } else {
        size = request.body.copy(into, room, transfer.sent);
    }
    transfer.sent += size;
    if (request.progress && size > 0)
        request.progress(transfer.sent);
    return size;
}

int onUploadAgain(void* context, curl_off_t offset, int origin) // curl begins anew, after a redirect say
{
    static_cast<Transfer*>(context)->sent = static_cast<std::uint64_t>(offset);
    return origin == SEEK_SET ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_CANTSEEK;
}

void setUpMethod(CURL* curl, const HttpRequest& request, Transfer& transfer)
{
    if (request.method == "HEAD")
        ::curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
    if (request.method == "POST") {
        ::curl_easy_setopt(curl, CURLOPT_POST, 1L);
        ::curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, 0L);
    }
    if (request.method != "PUT")
        return;
    ::curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    ::curl_easy_setopt(curl, CURLOPT_READFUNCTION, onUpload);
    ::curl_easy_setopt(curl, CURLOPT_READDATA, &transfer);
    ::curl_easy_setopt(curl, CURLOPT_SEEKFUNCTION, onUploadAgain);
    ::curl_easy_setopt(curl, CURLOPT_SEEKDATA, &transfer);
    ::curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE,
                       static_cast<curl_off_t>(request.file >= 0 ? request.fileSize : request.body.size()));
}

std::size_t onBody(char* data, std::size_t, std::size_t size, void* context)
{
    auto& transfer = *static_cast<Transfer*>(context);
    long& status = transfer.answer.status;
    ::curl_easy_getinfo(transfer.curl, CURLINFO_RESPONSE_CODE, &status);
    if (transfer.request.sink && (status == 200 || status == 206)) {
        transfer.sunk = transfer.request.sink(transfer.answer, std::as_bytes(std::span(data, size)));
        return transfer.sunk ? size : 0;
    }
    if (transfer.answer.body.size() + size > maxBody) {
        transfer.sunk = fail(ErrorKind::InvalidArgument, "the answer to \"" + transfer.request.url + "\" is larger than 8 MiB: refused");
        return 0;
    }
    transfer.answer.body.append(data, size);
    return size;
}

std::size_t onHeader(char* data, std::size_t, std::size_t size, void* context)
{
    auto& answer = static_cast<Transfer*>(context)->answer;
    const std::string line(data, size);
    if (line.starts_with("HTTP/")) { // the next answer of a chain of redirects
        answer.challenge.clear();
        answer.contentRange.clear();
        answer.retryAfter.clear();
        answer.location.clear();
        return size;
    }
    const auto colon = line.find(':');
    if (colon == std::string::npos)
        return size;
    std::string name = line.substr(0, colon);
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const auto first = line.find_first_not_of(" \t", colon + 1);
    const auto last = line.find_last_not_of(" \t\r\n");
    const std::string value = first == std::string::npos || last < first ? "" : line.substr(first, last - first + 1);
    if (name == "www-authenticate" && answer.challenge.empty())
        answer.challenge = value;
    else if (name == "content-range")
        answer.contentRange = value;
    else if (name == "retry-after")
        answer.retryAfter = value;
    else if (name == "location")
        answer.location = value;
    return size;
}

std::string environment(const char* name)
{
    const char* const value = std::getenv(name);
    return value ? value : "";
}

std::string contents(const std::filesystem::path& file)
{
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

// What is trusted when a folder of certs.d adds to the system's authorities; empty: it adds nothing.
std::string authorities(const std::filesystem::path& folder)
{
    std::string added;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
        if (entry.path().extension() == ".crt")
            added += contents(entry.path()) + '\n';
    }
    if (added.empty())
        return added;
    const std::string own = environment("SSL_CERT_FILE");
    return contents(own.empty() ? "/etc/ssl/certs/ca-certificates.crt" : own) + '\n' + added;
}

void setUpTls(CURL* curl, const HttpRequest& request)
{
    if (!request.verifyTls) {
        ::curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
        ::curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
    }
    if (const std::string file = environment("SSL_CERT_FILE"); !file.empty())
        ::curl_easy_setopt(curl, CURLOPT_CAINFO, file.c_str());
    if (const std::string folder = environment("SSL_CERT_DIR"); !folder.empty())
        ::curl_easy_setopt(curl, CURLOPT_CAPATH, folder.c_str());
    std::error_code ignored;
    if (request.certificates.empty() || !std::filesystem::is_directory(request.certificates, ignored))
        return;
    if (std::string bundle = authorities(request.certificates); !bundle.empty()) {
        curl_blob blob{bundle.data(), bundle.size(), CURL_BLOB_COPY};
        ::curl_easy_setopt(curl, CURLOPT_CAINFO_BLOB, &blob);
    }
    for (const auto& entry : std::filesystem::directory_iterator(request.certificates, ignored)) {
        if (entry.path().extension() != ".cert")
            continue;
        std::filesystem::path key = entry.path();
        key.replace_extension(".key");
        ::curl_easy_setopt(curl, CURLOPT_SSLCERT, entry.path().c_str());
        ::curl_easy_setopt(curl, CURLOPT_SSLKEY, key.c_str());
    }
}

std::string partOf(const std::string& url, CURLUPart part)
{
    const std::unique_ptr<CURLU, decltype(&::curl_url_cleanup)> parsed(::curl_url(), ::curl_url_cleanup);
    char* text = nullptr;
    if (::curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK
        || ::curl_url_get(parsed.get(), part, &text, CURLU_DEFAULT_PORT) != CURLUE_OK)
        return {};
    std::string value = text;
    ::curl_free(text);
    return value;
}

std::string hostOf(const std::string& url) { return partOf(url, CURLUPART_HOST); }

std::string verificationText(CURL* curl, const std::string& host)
{
    long result = 0;
    ::curl_easy_getinfo(curl, CURLINFO_SSL_VERIFYRESULT, &result);
    switch (result) {
    case 0:
        return "x509: certificate is not valid for " + host;
    case 9:
    case 10:
        return "x509: certificate has expired or is not yet valid";
    default:
        return "x509: certificate signed by unknown authority";
    }
}

std::unexpected<Error> transferError(CURL* curl, CURLcode code, const std::string& about, const char* details)
{
    const char* effective = nullptr;
    ::curl_easy_getinfo(curl, CURLINFO_EFFECTIVE_URL, &effective);
    const std::string url = effective ? effective : about;
    const std::string host = hostOf(url);
    const char* address = nullptr;
    long err = 0;
    ::curl_easy_getinfo(curl, CURLINFO_PRIMARY_IP, &address);
    ::curl_easy_getinfo(curl, CURLINFO_OS_ERRNO, &err);
    const std::string front = "Get \"" + about + "\": ";
    const auto broken = [&](const std::string& words) { return fail(ErrorKind::Unavailable, front + words, EAGAIN); };
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
        return fail(ErrorKind::Unavailable, front + "dial tcp: lookup " + host + ": no such host");
    case CURLE_COULDNT_CONNECT:
        return fail(ErrorKind::Unavailable, front + "dial tcp " + (address && *address ? address : host) + ':' + partOf(url, CURLUPART_PORT) + ": "
                                                + (err != 0 ? "connect: " + errnoText(static_cast<int>(err)) : std::string("i/o timeout")));
    case CURLE_PEER_FAILED_VERIFICATION:
        return fail(ErrorKind::Unavailable, front + "tls: failed to verify certificate: " + verificationText(curl, host));
    case CURLE_SSL_CONNECT_ERROR:
        return fail(ErrorKind::Unavailable, front + "tls: " + (details && *details ? details : "the handshake failed"));
    case CURLE_OPERATION_TIMEDOUT:
        return broken("net/http: the server was silent for too long");
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
        return broken("unexpected EOF");
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
        return broken(err != 0 ? "read tcp: " + errnoText(static_cast<int>(err)) : std::string("the connection broke"));
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
        return broken(::curl_easy_strerror(code));
    case CURLE_TOO_MANY_REDIRECTS:
        return fail(ErrorKind::Unavailable, front + "stopped after 10 redirects");
    case CURLE_UNSUPPORTED_PROTOCOL:
        return fail(ErrorKind::Unavailable, front + "a redirect to something that is not https is refused");
    default:
        return fail(ErrorKind::Unavailable, front + ::curl_easy_strerror(code));
    }
}

// curl_easy_perform, but a stop request is heard at once.
CURLcode perform(CURL* curl, const std::stop_token& stop)
{
    const std::unique_ptr<CURLM, decltype(&::curl_multi_cleanup)> multi(::curl_multi_init(), ::curl_multi_cleanup);
    if (!multi || ::curl_multi_add_handle(multi.get(), curl) != CURLM_OK)
        return CURLE_FAILED_INIT;
    const std::stop_callback wake(stop, [&] { ::curl_multi_wakeup(multi.get()); });
    CURLcode result = CURLE_ABORTED_BY_CALLBACK;
    for (int running = 1; running > 0 && !stop.stop_requested();) {
        if (::curl_multi_perform(multi.get(), &running) != CURLM_OK)
            result = CURLE_FAILED_INIT, running = 0;
        int left = 0;
        while (const CURLMsg* message = ::curl_multi_info_read(multi.get(), &left))
            result = message->data.result;
        if (running > 0)
            ::curl_multi_poll(multi.get(), nullptr, 0, 1000, nullptr);
    }
    ::curl_multi_remove_handle(multi.get(), curl);
    return result;
}
} // namespace

Result<HttpAnswer> performHttp(const HttpRequest& request, const std::string& about, const std::stop_token& stop)
{
    static const CURLcode ready = ::curl_global_init(CURL_GLOBAL_DEFAULT);
    const std::unique_ptr<CURL, decltype(&::curl_easy_cleanup)> curl(::curl_easy_init(), ::curl_easy_cleanup);
    if (ready != CURLE_OK || !curl)
        return fail(ErrorKind::Internal, "libcurl cannot be set up");
    Transfer transfer{curl.get(), request, stop, {}, {}, 0};
    curl_slist* list = nullptr;
    for (const std::string& header : request.headers)
        list = ::curl_slist_append(list, header.c_str());
    const std::unique_ptr<curl_slist, decltype(&::curl_slist_free_all)> owned(list, ::curl_slist_free_all);
    char details[CURL_ERROR_SIZE] = {};
    CURL* c = curl.get();
    ::curl_easy_setopt(c, CURLOPT_URL, request.url.c_str());
    ::curl_easy_setopt(c, CURLOPT_HTTPHEADER, list);
    ::curl_easy_setopt(c, CURLOPT_ERRORBUFFER, details);
    ::curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 1L);
    ::curl_easy_setopt(c, CURLOPT_MAXREDIRS, 10L);
    ::curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
    ::curl_easy_setopt(c, CURLOPT_REDIR_PROTOCOLS_STR, request.url.starts_with("https") ? "https" : "http,https");
    ::curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, connectSeconds);
    ::curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, 1L);
    ::curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, silenceSeconds);
    ::curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    ::curl_easy_setopt(c, CURLOPT_USERAGENT, "slipway/0.1.0");
    ::curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, onBody);
    ::curl_easy_setopt(c, CURLOPT_WRITEDATA, &transfer);
    ::curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, onHeader);
    ::curl_easy_setopt(c, CURLOPT_HEADERDATA, &transfer);
    if (!request.basic.empty())
        ::curl_easy_setopt(c, CURLOPT_USERPWD, request.basic.c_str());
    if (!request.form.empty())
        ::curl_easy_setopt(c, CURLOPT_POSTFIELDS, request.form.c_str());
    setUpMethod(c, request, transfer);
    setUpTls(c, request);
    const CURLcode code = perform(c, stop);
    if (stop.stop_requested())
        return fail(ErrorKind::Cancelled, "the transfer from " + hostOf(request.url) + " was cancelled");
    if (!transfer.sunk)
        return std::unexpected(transfer.sunk.error());
    if (code != CURLE_OK)
        return transferError(c, code, about, details);
    HttpAnswer answer = std::move(transfer.answer);
    ::curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &answer.status);
    const char* type = nullptr;
    ::curl_easy_getinfo(c, CURLINFO_CONTENT_TYPE, &type);
    answer.contentType = type ? type : "";
    return answer;
}

std::string urlEscaped(const std::string& text)
{
    const std::unique_ptr<char, decltype(&::curl_free)> made(::curl_easy_escape(nullptr, text.c_str(), static_cast<int>(text.size())),
                                                             ::curl_free);
    return made ? made.get() : "";
}

} // namespace slipway
