// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/http_message.h"

// What Go's net/http answers by itself before any handler sees the request, in its words: to text that is no HTTP, and to
// requests that it does not serve. Source: the answers of dockerd 26.1.5.
namespace slipway::api
{

struct Refusal
{
    std::string status;        // "400 Bad Request: missing required Host header"
    std::string text = status; // the body; empty: none, and no type
};

// To a head that could not be read; TEXT: what came from its first broken line on.
[[nodiscard]] Refusal refuseHead(std::string_view text);
// HOSTS: how many Host headers there are. The target may be absolute ("http://d/_ping").
[[nodiscard]] std::optional<Refusal> refuseRequest(const HttpRequest& request, std::string_view target, std::size_t hosts, bool http10);

// TARGET without scheme and host.
[[nodiscard]] std::string originForm(std::string_view target);
// The target without "//", "/./" and "/../", where TARGET has some: clients are sent there.
[[nodiscard]] std::optional<std::string> cleanTarget(std::string_view target);

} // namespace slipway::api
