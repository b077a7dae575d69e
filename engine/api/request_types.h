// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "api/go_json.h"

// What the bodies of requests are in dockerd's sources (API 1.45): names and types of all members, which its sentences tell.
namespace slipway::api
{

[[nodiscard]] const GoType& containerCreateType(); // of a commit, too
[[nodiscard]] const GoType& containerUpdateType();
[[nodiscard]] const GoType& execCreateType();
[[nodiscard]] const GoType& execStartType();
[[nodiscard]] const GoType& networkCreateType();
[[nodiscard]] const GoType& networkConnectType();
[[nodiscard]] const GoType& networkDisconnectType();
[[nodiscard]] const GoType& volumeCreateType();
[[nodiscard]] const GoType& authConfigType();
[[nodiscard]] const GoType& anyObjectType(); // of calls that dockerd does not have

} // namespace slipway::api
