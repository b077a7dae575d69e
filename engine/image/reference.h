// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "store/digest.h"

namespace slipway
{

// An image name after Docker's naming convention: "nginx" = docker.io/library/nginx:latest.
// A first component with '.' or ':' or equal to "localhost" is a registry; otherwise it is docker.io, and a path of one
// component gets "library/". index.docker.io is docker.io.
struct Reference
{
    std::string domain;     // "docker.io", "127.0.0.1:5000"
    std::string path;       // "library/nginx"
    std::string tag;        // "latest" unless a digest was given alone
    Digest digest;          // of name@sha256:…

    // InvalidArgument "invalid reference format" (and "…: repository name (library/X) must be lowercase") as dockerd says.
    [[nodiscard]] static Result<Reference> parse(std::string_view text);

    [[nodiscard]] std::string familiarName() const; // "nginx", "127.0.0.1:5000/team/app"
    [[nodiscard]] std::string familiar() const;     // "nginx:latest" or "nginx@sha256:…"
    [[nodiscard]] std::string canonical() const;    // "docker.io/library/nginx:latest": the key in the database
};

} // namespace slipway
