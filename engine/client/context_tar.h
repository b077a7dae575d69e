// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

#include "base/error.h"
#include "base/unique_fd.h"

namespace slipway
{

struct NamedContext // for an engine on this machine, which reads it in place
{
    std::string folder;                  // absolute
    std::uint64_t device = 0, inode = 0; // of it
    std::string dockerfile;              // in it; empty: it lies elsewhere
    std::string text;                    // of the Dockerfile
};

// Errors as those of packContext.
[[nodiscard]] Result<NamedContext> nameContext(const std::string& folder, const std::string& dockerfile, const std::optional<std::string>& text);

struct PackedContext
{
    UniqueFd file;          // the tar, at its beginning; without a name
    std::string dockerfile; // what the Dockerfile is called in it
};

// FOLDER as a tar, as the docker command sends a build context: all but what its ignore file (DOCKERFILE.dockerignore or
// .dockerignore) names, everything root's, links as links. The Dockerfile and the ignore file are in it in any case; TEXT
// replaces the Dockerfile's. NotFound names what is missing, InvalidArgument a bad pattern with its file.
[[nodiscard]] Result<PackedContext> packContext(const std::string& folder, const std::string& dockerfile,
                                                const std::optional<std::string>& text, const std::stop_token& stop);

} // namespace slipway
