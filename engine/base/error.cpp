// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/error.h"

#include <cerrno>
#include <system_error>

#include "base/errno_text.h"

namespace slipway
{

namespace
{
ErrorKind kindOf(int err)
{
    switch (err) {
    case ENOENT:
        return ErrorKind::NotFound;
    case EEXIST:
    case EBUSY:
        return ErrorKind::Conflict;
    case ENOSPC:
    case EDQUOT:
    case ENOMEM:
    case EMFILE:
    case ENFILE:
        return ErrorKind::Unavailable;
    case ECANCELED:
        return ErrorKind::Cancelled;
    default:
        return ErrorKind::Internal;
    }
}
} // namespace

std::string errnoText(int err)
{
    std::string text = std::system_category().message(err);
    const bool word = text.size() > 1 && text[1] >= 'a' && text[1] <= 'z'; // not "RPC version wrong"
    if (word && text[0] >= 'A' && text[0] <= 'Z')
        text[0] = static_cast<char>(text[0] - 'A' + 'a');
    return text;
}

std::unexpected<Error> failErrno(int err, std::string_view what)
{
    return fail(kindOf(err), std::string(what) + ": " + errnoText(err), err);
}

std::unexpected<Error> wrap(Error error, std::string_view context)
{
    error.message.insert(0, std::string(context) + ": ");
    return std::unexpected(std::move(error));
}

} // namespace slipway
