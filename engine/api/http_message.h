// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/base64.h"
#include "base/error.h"
#include "base/json.h"

namespace slipway::api
{

struct GoType;

struct HttpRequest
{
    std::string method, path; // the path has no version prefix and is not decoded
    int apiMinor = 45;        // of the version 1.N that the client speaks
    std::map<std::string, std::vector<std::string>> query;
    std::map<std::string, std::string> headers; // names in lower case
    std::vector<std::string> params;            // what the {…} of the route matched, decoded
    std::string body;                           // of routes that read it whole
    std::string bodyProblem;                    // why it ended before its end, in the words of Go's net/http

    [[nodiscard]] std::string value(const std::string& name, std::string fallback = {}) const; // of the query, the first
    [[nodiscard]] bool flag(const std::string& name, bool fallback = false) const; // dockerd's: all but "", 0, no, false, none
    [[nodiscard]] std::vector<std::string> list(const std::string& name) const; // its parts between commas, without empty ones
    [[nodiscard]] const std::string& param(std::size_t i = 0) const { return params.at(i); }
    [[nodiscard]] std::string header(const std::string& lowerName) const;
    [[nodiscard]] bool wantsUpgrade() const;
    // The body as an object of TYPE (api/request_types.h); {} when there is none. InvalidArgument in dockerd's words for a body
    // of another content type, one that came broken, and one that is not TYPE's.
    [[nodiscard]] Result<Json> json(const GoType& type) const;
    // The filters parameter: {"name": ["value", …]}; the form {"name": {"value": true}} is turned into it.
    [[nodiscard]] Result<Json> filters() const;

private:
    [[nodiscard]] Status checkContentType() const;
};

struct HttpResponse
{
    int status = 200;
    std::string body;
    std::string contentType = "application/json";
    std::vector<std::pair<std::string, std::string>> headers = {}; // more than every answer has
};

[[nodiscard]] HttpResponse jsonResponse(const Json& value, int status = 200);
[[nodiscard]] HttpResponse noContent(int status = 204);
[[nodiscard]] HttpResponse errorResponse(const Error& error);

// Splits "/v1.45/a/b?x=1" into REQUEST's path and query. InvalidArgument with dockerd's words for a version out of range.
[[nodiscard]] Status parseTarget(std::string_view target, HttpRequest& request);
[[nodiscard]] std::string percentDecode(std::string_view text, bool plusIsSpace);

} // namespace slipway::api
