// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "build/context_index.h"
#include "build/kept_context.h"
#include "buildkit/grpc.h"
#include "buildkit/protobuf.h"

namespace slipway::buildkit
{

// A folder of the client by fsutil's protocol: first all entries come, then the files that are asked for, each in pieces. One
// thread, blocking: list(), then bring() if anything is wanted, then end().
class FolderTransfer
{
public:
    using OnBytes = std::function<void(std::int64_t sent)>;
    FolderTransfer(std::shared_ptr<GrpcCall> call, OnBytes onBytes) : m_call(std::move(call)), m_onBytes(std::move(onBytes)) {}
    ~FolderTransfer() { m_call->finish(); }
    FolderTransfer(const FolderTransfer&) = delete;
    FolderTransfer& operator=(const FolderTransfer&) = delete;

    // Everything but sockets and devices.
    [[nodiscard]] Result<std::vector<build::ContextEntry>> list();
    // See KeptContext::Bring. FILES: of the list. The client sends several at a time.
    [[nodiscard]] Status bring(const std::vector<build::KeptContext::Wish>& files, const build::KeptContext::Take& take);
    [[nodiscard]] Status end();
    [[nodiscard]] std::int64_t bytes() const { return m_bytes; } // that came, of messages too

private:
    Result<Message> receive();
    Status takePiece(const build::KeptContext::Take& take);

    std::shared_ptr<GrpcCall> m_call;
    OnBytes m_onBytes;
    std::map<std::string, std::uint32_t, std::less<>> m_files; // their numbers in the protocol
    std::map<std::uint32_t, std::size_t> m_asked;              // by those: the numbers of whoever takes them
    std::int64_t m_bytes = 0;
};

} // namespace slipway::buildkit
