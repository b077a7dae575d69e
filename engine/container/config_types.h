// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/error.h"
#include "base/json.h"

namespace slipway
{

// The body of a create with the names of its members and of HostConfig's as they are written, in whatever case they came: Go's
// decoder does not look at it, and some clients rely on that.
[[nodiscard]] Json withGoNames(const Json& body);

// Values of the wrong JSON type in the body of a create, an update or an exec: InvalidArgument in the words of Go's decoder, as
// dockerd answers. Unknown members are nobody's business.
[[nodiscard]] Status checkCreateTypes(const Json& body);
[[nodiscard]] Status checkUpdateTypes(const Json& body);
[[nodiscard]] Status checkExecTypes(const Json& body);

} // namespace slipway
