// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "buildkit/folder_transfer.h"
#include "buildkit/grpc.h"
#include "image/image_service.h"
#include "store/byte_source.h"

namespace slipway::buildkit
{

// What the client of a build lends to it while it runs: folders, secrets, credentials. Each a gRPC service on the client's
// side of its session (moby/buildkit session/*/*.proto). Thread-safe, blocking.
class ClientSession
{
public:
    // ID: by which its builds name it. SHAREDKEY: of the client and the folder it builds; empty when it did not say.
    ClientSession(UniqueFd socket, std::string id, std::string sharedKey)
        : m_id(std::move(id)), m_sharedKey(std::move(sharedKey)), m_connection(std::move(socket), nullptr)
    {
    }

    [[nodiscard]] const std::string& id() const { return m_id; }
    [[nodiscard]] const std::string& sharedKey() const { return m_sharedKey; }
    void wait() { m_connection.wait(); } // until the client is gone
    void close() { m_connection.close(); }

    using OnBytes = std::function<void(std::int64_t sent)>;
    // The folder that the client calls NAME ("context", "dockerfile"): only what INCLUDE matches (empty = all), without what
    // EXCLUDE does (patterns as in .dockerignore).
    [[nodiscard]] std::unique_ptr<FolderTransfer> folder(const std::string& name, const std::vector<std::string>& include,
                                                         const std::vector<std::string>& exclude, OnBytes onBytes);
    // What the client read from its standard input, at PATH of the URL it named ("http://buildkit-session/PATH").
    [[nodiscard]] std::unique_ptr<ByteSource> upload(const std::string& path);
    // Gives the client what lies below the folder ROOT, for where it said that the result goes: a folder of its own, or a tar.
    // EPOCH: the time of each of its files in seconds since 1970, instead of its own.
    [[nodiscard]] Status take(int root, bool asTar, std::optional<std::int64_t> epoch, const OnBytes& onBytes);
    [[nodiscard]] Result<std::string> secret(const std::string& id); // NotFound
    [[nodiscard]] Result<RegistryAuth> credentials(const std::string& host);

private:
    std::string m_id, m_sharedKey;
    GrpcConnection m_connection;
};

} // namespace slipway::buildkit
