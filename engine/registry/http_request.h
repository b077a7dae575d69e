// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "base/error.h"

namespace slipway
{

struct HttpAnswer
{
    long status = 0;
    std::string contentType, challenge, contentRange, retryAfter, location; // of the last answer, after redirects
    std::string body;                                             // at most 8 MiB, more is InvalidArgument
};

struct HttpRequest
{
    std::string url;
    std::vector<std::string> headers;  // "Name: value"; Authorization never crosses to another host or port by a redirect
    std::string basic;                 // "user:password", under the same rule
    std::string form;                  // not empty: POST of application/x-www-form-urlencoded
    std::string method;                // HEAD, POST or PUT; empty: GET (or POST of a form)
    std::string body;                  // of a PUT, or
    int file = -1;                     // what it sends from its beginning, FILESIZE bytes; not closed
    std::uint64_t fileSize = 0;
    std::function<void(std::uint64_t sent)> progress; // of such a PUT
    bool verifyTls = true;
    std::filesystem::path certificates; // a folder: *.crt are trusted besides the system's, *.cert + *.key are our own
    // Takes the body of a 200 or 206 answer as it comes, with what its headers said; without it, and for other answers, the
    // body is in HttpAnswer.
    std::function<Status(const HttpAnswer&, std::span<const std::byte>)> sink;
};

// One request by libcurl, redirects followed (at most 10, never from https to http). Blocking; gives up after 15 s without
// a connection and after 30 s of silence. Error Unavailable in Go's words, as dockerd has them:
//     Get "https://host/v2/": dial tcp 127.0.0.1:5000: connect: connection refused
// where the address is ABOUT. Its osError is EAGAIN when the connection was there and broke: worth another try.
// Environment: SSL_CERT_FILE, SSL_CERT_DIR, and curl's own proxy variables.
[[nodiscard]] Result<HttpAnswer> performHttp(const HttpRequest& request, const std::string& about, const std::stop_token& stop);

[[nodiscard]] std::string urlEscaped(const std::string& text);

} // namespace slipway
