// SPDX-License-Identifier: GPL-3.0-or-later
#include "registry/download.h"

#include <cerrno>
#include <curl/curl.h>
#include <fcntl.h>
#include <memory>
#include <strings.h>
#include <unistd.h>

#include "base/unique_fd.h"

namespace slipway
{

namespace
{
struct Transfer
{
    CURL* curl;
    int fd;
    std::int64_t left;
    const std::stop_token* stop;
    bool tooLarge = false;
    int writeError = 0;
    std::string disposition;
};

std::size_t onBody(char* data, std::size_t, std::size_t size, void* context)
{
    auto& transfer = *static_cast<Transfer*>(context);
    long status = 0;
    ::curl_easy_getinfo(transfer.curl, CURLINFO_RESPONSE_CODE, &status);
    if (status != 200)
        return size;
    transfer.left -= static_cast<std::int64_t>(size);
    transfer.tooLarge = transfer.left < 0;
    if (!transfer.tooLarge && ::write(transfer.fd, data, size) == static_cast<ssize_t>(size))
        return size;
    transfer.writeError = errno;
    return 0;
}

std::size_t onHeader(char* data, std::size_t, std::size_t size, void* context)
{
    static constexpr std::string_view name = "content-disposition:";
    const std::string_view line(data, size);
    if (line.size() > name.size() && ::strncasecmp(data, name.data(), name.size()) == 0)
        static_cast<Transfer*>(context)->disposition = line.substr(name.size());
    return size;
}

int onProgress(void* context, curl_off_t, curl_off_t, curl_off_t, curl_off_t)
{
    return static_cast<Transfer*>(context)->stop->stop_requested() ? 1 : 0;
}

std::string fileNameOf(const std::string& disposition)
{
    const auto at = disposition.find("filename=");
    if (at == std::string::npos)
        return {};
    std::string name = disposition.substr(at + 9);
    name = name.starts_with('"') ? name.substr(1, name.find('"', 1) - 1) : name.substr(0, name.find_first_of("; \r\n"));
    name = std::filesystem::path(name).filename().string();
    return name == "." || name == ".." ? "" : name;
}

void prepare(CURL* c, const std::string& url, Transfer& transfer)
{
    ::curl_easy_setopt(c, CURLOPT_URL, url.c_str());
    ::curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 1L);
    ::curl_easy_setopt(c, CURLOPT_MAXREDIRS, 10L);
    ::curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
    ::curl_easy_setopt(c, CURLOPT_REDIR_PROTOCOLS_STR, url.starts_with("https") ? "https" : "http,https");
    ::curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, 15L);
    ::curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, 1L);
    ::curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, 30L);
    ::curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    ::curl_easy_setopt(c, CURLOPT_FILETIME, 1L);
    ::curl_easy_setopt(c, CURLOPT_USERAGENT, "slipway/0.1.0");
    ::curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, onBody);
    ::curl_easy_setopt(c, CURLOPT_WRITEDATA, &transfer);
    ::curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, onHeader);
    ::curl_easy_setopt(c, CURLOPT_HEADERDATA, &transfer);
    ::curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
    ::curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, onProgress);
    ::curl_easy_setopt(c, CURLOPT_XFERINFODATA, &transfer);
}
} // namespace

Result<Downloaded> download(const std::string& url, const std::filesystem::path& file, std::int64_t limit, const std::stop_token& stop)
{
    static const CURLcode ready = ::curl_global_init(CURL_GLOBAL_DEFAULT);
    (void)ready;
    const UniqueFd fd(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!fd)
        return failErrno(errno, "making " + file.string());
    const std::unique_ptr<CURL, decltype(&::curl_easy_cleanup)> curl(::curl_easy_init(), ::curl_easy_cleanup);
    Transfer transfer{curl.get(), fd.get(), limit, &stop, false, 0, {}};
    prepare(curl.get(), url, transfer);
    const CURLcode code = ::curl_easy_perform(curl.get());
    long status = 0;
    curl_off_t modified = -1;
    ::curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
    ::curl_easy_getinfo(curl.get(), CURLINFO_FILETIME_T, &modified);
    if (code == CURLE_OK && status == 200)
        return Downloaded{fileNameOf(transfer.disposition), modified};
    ::unlink(file.c_str());
    if (stop.stop_requested())
        return fail(ErrorKind::Cancelled, "the download of " + url + " was cancelled");
    if (transfer.tooLarge)
        return fail(ErrorKind::InvalidArgument, url + " is larger than " + std::to_string(limit) + " bytes");
    if (transfer.writeError != 0)
        return failErrno(transfer.writeError, "keeping what " + url + " gives");
    if (code != CURLE_OK)
        return fail(ErrorKind::Unavailable, "failed to GET " + url + ": " + ::curl_easy_strerror(code));
    return fail(ErrorKind::Unavailable, "failed to GET " + url + " with status " + std::to_string(status));
}

} // namespace slipway
