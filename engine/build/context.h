// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>

#include "base/error.h"
#include "store/byte_source.h"

namespace slipway::build
{

class ContextIndex;
class KeptContext;

// A folder of files that somebody sent, gone when the object is. They are hostile: unpacked as layers are (store/unpack.h),
// and the Dockerfile and its ignore file are read by descriptors that never leave the folder.
class Context
{
public:
    struct Place
    {
        std::filesystem::path root; // the engine's
        bool rootless = false;
    };
    // A tar (plain, gzip, zstd). What its ignore file names is then taken away: of .dockerignore (which the client has
    // applied) only itself and the Dockerfile, of DOCKERFILE.dockerignore everything.
    // DOCKERFILE empty: nothing is taken away.
    [[nodiscard]] static Result<Context> unpack(const Place& place, ByteSource& tar, const std::string& dockerfile, const std::stop_token& stop);
    // What was kept of an earlier build's, brought up to date.
    explicit Context(std::unique_ptr<KeptContext> kept);
    // unpack() from an http or https URL; when what is there is no tar it is the Dockerfile of a build without other files.
    [[nodiscard]] static Result<Context> fetch(const Place& place, const std::string& url, const std::string& dockerfile, const std::stop_token& stop);
    ~Context();
    Context(Context&& other) noexcept;
    Context& operator=(Context&&) = delete;

    [[nodiscard]] const std::filesystem::path& folder() const { return m_folder; }
    // Of what is in the folder, where there is one.
    [[nodiscard]] std::shared_ptr<const ContextIndex> index() const;
    // The Dockerfile's text where it is not a file of the folder.
    [[nodiscard]] const std::optional<std::string>& dockerfile() const { return m_dockerfile; }

private:
    explicit Context(std::filesystem::path folder);
    static Result<Context> make(const Place& place);
    Status fill(const Place& place, ByteSource& tar, const std::stop_token& stop);
    Status applyIgnoreFile(const std::string& dockerfile);

    std::filesystem::path m_folder;
    std::unique_ptr<KeptContext> m_kept;
    std::optional<std::string> m_dockerfile;
};

// The text of the Dockerfile NAME below the folder ROOT. InvalidArgument in dockerd's words when it is not there, no regular
// file, or larger than 16 MiB.
[[nodiscard]] Result<std::string> readDockerfile(int root, const std::string& name);

// Whether SOURCE is the URL of a git repository, by Docker's rules.
[[nodiscard]] bool isGit(const std::string& source);

// Whether what can be read from FD is a tar, plain or compressed in a way that is known here.
[[nodiscard]] bool isTar(int fd);

// The ids of the secrets that the Dockerfile TEXT mounts.
[[nodiscard]] std::set<std::string> secretsNamedIn(const std::string& text);

} // namespace slipway::build
