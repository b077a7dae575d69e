// SPDX-License-Identifier: GPL-3.0-or-later
#include "buildkit/client_session.h"

#include <algorithm>
#include <cstring>
#include <format>
#include <span>

#include "buildkit/file_send.h"

namespace slipway::buildkit
{

namespace
{
class UploadSource final : public ByteSource
{
public:
    explicit UploadSource(std::shared_ptr<GrpcCall> call) : m_call(std::move(call)) {}
    ~UploadSource() override { m_call->finish(); }

    Result<std::size_t> read(std::span<std::byte> into) override
    {
        while (m_piece.size() == m_taken) {
            TRY(const auto bytes, m_call->receive());
            if (!bytes)
                return 0;
            TRY(const Message message, Message::parse(*bytes));
            m_piece = message.text(1);
            m_taken = 0;
        }
        const std::size_t count = std::min(into.size(), m_piece.size() - m_taken);
        std::memcpy(into.data(), m_piece.data() + m_taken, count);
        m_taken += count;
        return count;
    }

private:
    std::shared_ptr<GrpcCall> m_call;
    std::string m_piece;
    std::size_t m_taken = 0;
};

// As BuildKit sends lists in headers: what is not ASCII is escaped, and says so.
void addPatterns(GrpcMetadata& metadata, const std::string& name, const std::vector<std::string>& patterns)
{
    const bool plain = std::ranges::all_of(patterns, [](const std::string& each) { return std::ranges::all_of(each, [](char c) { return c >= ' ' && c <= '~'; }); });
    if (!plain)
        metadata.emplace(name + "-encoded", "1");
    for (const std::string& pattern : patterns) {
        std::string text;
        for (const char c : pattern)
            text += plain || std::isalnum(static_cast<unsigned char>(c)) ? std::string(1, c) : std::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
        metadata.emplace(name, text);
    }
}
} // namespace

std::unique_ptr<FolderTransfer> ClientSession::folder(const std::string& name, const std::vector<std::string>& include,
                                                      const std::vector<std::string>& exclude, OnBytes onBytes)
{
    GrpcMetadata metadata{{"dir-name", name}};
    addPatterns(metadata, "include-patterns", include);
    addPatterns(metadata, "exclude-patterns", exclude);
    return std::make_unique<FolderTransfer>(m_connection.call("/moby.filesync.v1.FileSync/DiffCopy", metadata), std::move(onBytes));
}

std::unique_ptr<ByteSource> ClientSession::upload(const std::string& path)
{
    return std::make_unique<UploadSource>(m_connection.call("/moby.upload.v1.Upload/Pull", {{"urlpath", path}}));
}

Status ClientSession::take(int root, bool asTar, std::optional<std::int64_t> epoch, const OnBytes& onBytes)
{
    const auto call = m_connection.call("/moby.filesync.v1.FileSend/DiffCopy", {});
    const Status sent = asTar ? sendTar(*call, root, epoch, onBytes) : sendFolder(*call, root, epoch, onBytes);
    if (!sent)
        call->finish(GrpcCode::Cancelled, sent.error().message);
    return sent;
}

Result<std::string> ClientSession::secret(const std::string& id)
{
    TRY(const std::string bytes, m_connection.ask("/moby.buildkit.secrets.v1.Secrets/GetSecret", MessageWriter().text(1, id).str()));
    TRY(const Message answer, Message::parse(bytes));
    return answer.text(1);
}

Result<RegistryAuth> ClientSession::credentials(const std::string& host)
{
    TRY(const std::string bytes, m_connection.ask("/moby.filesync.v1.Auth/Credentials", MessageWriter().text(1, host).str()));
    TRY(const Message answer, Message::parse(bytes));
    RegistryAuth auth;
    auth.username = answer.text(1);
    (auth.username.empty() ? auth.identityToken : auth.password) = answer.text(2);
    return auth;
}

} // namespace slipway::buildkit
