// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

#include "base/error.h"

namespace slipway::api
{

[[nodiscard]] constexpr int httpStatus(ErrorKind kind)
{
    switch (kind) {
    case ErrorKind::InvalidArgument: return 400;
    case ErrorKind::Unauthorized: return 401;
    case ErrorKind::Forbidden: return 403;
    case ErrorKind::NotFound: return 404;
    case ErrorKind::Conflict: return 409;
    case ErrorKind::NotModified: return 304;
    case ErrorKind::NotImplemented: return 501;
    case ErrorKind::Unavailable: return 503;
    case ErrorKind::Cancelled: return 499;
    case ErrorKind::Internal: return 500;
    }
    return 500;
}

[[nodiscard]] constexpr std::string_view reasonPhrase(int status)
{
    switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 204: return "No Content";
    case 301: return "Moved Permanently";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 409: return "Conflict";
    case 413: return "Request Entity Too Large";
    case 499: return "Client Closed Request";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    default: return "Internal Server Error";
    }
}

} // namespace slipway::api
