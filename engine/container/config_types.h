// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/error.h"
#include "base/json.h"

namespace slipway
{

// Values of the wrong JSON type in the body of a create, an update or an exec: InvalidArgument in the words of Go's decoder, as
// dockerd answers. Unknown members are nobody's business.
[[nodiscard]] Status checkCreateTypes(const Json& body);
[[nodiscard]] Status checkUpdateTypes(const Json& body);
[[nodiscard]] Status checkExecTypes(const Json& body);

} // namespace slipway
