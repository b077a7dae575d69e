// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

// How everything in Slipway fails. A function that can fail returns Result<T>; exceptions stop at third-party borders.
//
// The kind is decided where the error is born and is mapped to an HTTP status in one place (api/http_status.h).
// Messages are lower case, name the object or path involved and, where somebody can do something, say what:
//     return fail(ErrorKind::NotFound, "no such container: " + name);
//     TRY(auto fd, openFile(path));                 // returns the error to the caller
//     TRY_STATUS(db.commit());
//     return wrap(result.error(), "reading the image config " + path);   // "reading …: permission denied"
namespace slipway
{

enum class ErrorKind : std::uint8_t {
    InvalidArgument, // 400: the request itself is wrong
    Unauthorized,    // 401: credentials are missing or wrong
    Forbidden,       // 403: understood, and refused
    NotFound,        // 404
    Conflict,        // 409: the object's state or another object is in the way
    NotModified,     // 304: already so
    NotImplemented,  // 501
    Unavailable,     // 503: something outside (registry, disk space, peer) is not there now
    Cancelled,       // 499: the caller asked to stop
    Internal,        // 500: ours, or the kernel's
};

struct Error
{
    ErrorKind kind = ErrorKind::Internal;
    std::string message;
    int osError = 0; // the errno behind it, 0 if none
};

template <class T>
using Result = std::expected<T, Error>;
using Status = Result<void>;

[[nodiscard]] inline std::unexpected<Error> fail(ErrorKind kind, std::string message, int osError = 0)
{
    return std::unexpected(Error{kind, std::move(message), osError});
}

// An Error for a failed system call: "WHAT: No space left on device". The kind follows the errno
// (ENOENT → NotFound, EEXIST/EBUSY → Conflict, ENOSPC/EDQUOT/ENOMEM/EMFILE → Unavailable, ECANCELED → Cancelled, else
// Internal).
[[nodiscard]] std::unexpected<Error> failErrno(int err, std::string_view what);

// The same error with "CONTEXT: " in front of its message; kind and osError stay.
[[nodiscard]] std::unexpected<Error> wrap(Error error, std::string_view context);

} // namespace slipway

#define SLIPWAY_CONCAT_(a, b) a##b
#define SLIPWAY_CONCAT(a, b) SLIPWAY_CONCAT_(a, b)
#define SLIPWAY_TRY_(tmp, decl, ...)                                                                                   \
    auto tmp = (__VA_ARGS__);                                                                                          \
    if (!tmp)                                                                                                          \
        return std::unexpected(std::move(tmp).error());                                                                \
    decl = std::move(*tmp)
// TRY(auto value, expression): the value, or return the error.
#define TRY(decl, ...) SLIPWAY_TRY_(SLIPWAY_CONCAT(slipwayTry_, __COUNTER__), decl, __VA_ARGS__)
#define SLIPWAY_TRY_STATUS_(tmp, ...)                                                                                  \
    do {                                                                                                               \
        if (auto tmp = (__VA_ARGS__); !tmp)                                                                            \
            return std::unexpected(std::move(tmp).error());                                                            \
    } while (false)
// TRY_STATUS(expression): go on, or return the error.
#define TRY_STATUS(...) SLIPWAY_TRY_STATUS_(SLIPWAY_CONCAT(slipwayStatus_, __COUNTER__), __VA_ARGS__)
