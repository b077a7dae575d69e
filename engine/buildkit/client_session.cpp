// SPDX-License-Identifier: GPL-3.0-or-later
#include "buildkit/client_session.h"

#include <algorithm>
#include <cstring>
#include <deque>
#include <format>
#include <map>
#include <span>

#include "base/tar_header.h"
#include "buildkit/file_send.h"
#include "buildkit/fsutil.h"

namespace slipway::buildkit
{

namespace
{
constexpr std::int64_t askedAhead = 8 << 20; // bytes of files that are asked for before they are needed
constexpr std::size_t filesAhead = 128;
constexpr std::size_t maxEntries = 4'000'000;

// A folder by fsutil's protocol: first all entries come, then the files that are asked for, each in pieces. Files are asked
// for some ahead of the tar that is made of them.
class FolderSource final : public ByteSource
{
public:
    FolderSource(std::shared_ptr<GrpcCall> call, ClientSession::OnBytes onBytes) : m_call(std::move(call)), m_onBytes(std::move(onBytes)) {}
    ~FolderSource() override { m_call->finish(); }

    Result<std::size_t> read(std::span<std::byte> into) override
    {
        while (m_ready.size() == m_taken) {
            m_ready.clear();
            m_taken = 0;
            if (m_ended)
                return 0;
            TRY_STATUS(more());
        }
        const std::size_t count = std::min(into.size(), m_ready.size() - m_taken);
        std::memcpy(into.data(), m_ready.data() + m_taken, count);
        m_taken += count;
        return count;
    }

private:
    struct Entry
    {
        std::uint32_t id = 0;
        TarHeader header;
        bool hasData = false;
    };
    struct Arriving
    {
        std::string data;
        std::int64_t size = 0;
        bool whole = false;
    };

    Result<Message> receive()
    {
        TRY(const auto bytes, m_call->receive());
        if (!bytes)
            return fail(ErrorKind::Cancelled, "the client ended the transfer of its files");
        TRY(auto message, Message::parse(*bytes));
        if (message.number(packet::type) == PacketError)
            return fail(ErrorKind::InvalidArgument, "the client could not send its files: " + message.text(packet::data));
        return message;
    }

    Status list()
    {
        for (std::uint32_t id = 0;; ++id) {
            TRY(const Message message, receive());
            if (message.number(packet::type) != PacketStat)
                return fail(ErrorKind::InvalidArgument, "the client sent something else than the list of its files");
            if (!message.has(packet::stat))
                break;
            if (id > maxEntries)
                return fail(ErrorKind::InvalidArgument, "the build context has too many files");
            TRY(const Message entry, Message::parse(message.text(packet::stat)));
            TRY_STATUS(add(id, entry));
        }
        m_listed = true;
        return {};
    }

    Status add(std::uint32_t id, const Message& from)
    {
        const auto mode = static_cast<std::uint32_t>(from.number(stat::mode));
        Entry entry{.id = id, .header = {}, .hasData = false};
        TarHeader& header = entry.header;
        header.path = from.text(stat::path);
        header.link = from.text(stat::link);
        header.mode = (mode & 0777) | (mode & goSetuid ? 04000 : 0) | (mode & goSetgid ? 02000 : 0) | (mode & goSticky ? 01000 : 0);
        header.uid = from.number(stat::uid);
        header.gid = from.number(stat::gid);
        header.mtime = static_cast<std::int64_t>(from.number(stat::modified)) / 1'000'000'000;
        TRY(const auto attributes, from.entries(stat::attributes));
        for (const auto& [name, value] : attributes)
            header.pax["SCHILY.xattr." + name] = value;
        if (mode & goFolder) {
            header.type = '5';
            header.path += '/';
        } else if (mode & goSymlink)
            header.type = '2';
        else if (mode & goPipe)
            header.type = '6';
        else if (mode & goType)
            return {}; // sockets and devices are nothing to build from
        else if (!header.link.empty())
            header.type = '1';
        else {
            header.size = from.number(stat::size);
            entry.hasData = true;
        }
        m_entries.push_back(std::move(entry));
        return {};
    }

    Status askAhead()
    {
        while (m_nextAsked < m_entries.size() && m_arriving.size() < filesAhead && (m_arriving.empty() || m_asked < askedAhead)) {
            const Entry& entry = m_entries[m_nextAsked++];
            if (!entry.hasData)
                continue;
            m_arriving[entry.id].size = static_cast<std::int64_t>(entry.header.size);
            m_asked += static_cast<std::int64_t>(entry.header.size);
            TRY_STATUS(m_call->send(packetOf(PacketRequest, entry.id)));
        }
        return {};
    }

    // Takes a piece of some file that was asked for.
    Status takeData()
    {
        TRY(const Message message, receive());
        const auto id = static_cast<std::uint32_t>(message.number(packet::id));
        const auto file = m_arriving.find(id);
        if (message.number(packet::type) != PacketData || file == m_arriving.end())
            return fail(ErrorKind::InvalidArgument, "the client sent a file that was not asked for");
        const std::string data = message.text(packet::data);
        file->second.data += data;
        file->second.whole = data.empty();
        if (static_cast<std::int64_t>(file->second.data.size()) > file->second.size)
            return fail(ErrorKind::Conflict, "a file of the build context grew while it was sent: build again");
        m_sent += static_cast<std::int64_t>(data.size());
        if (m_onBytes)
            m_onBytes(m_sent);
        return {};
    }

    // The next piece of the tar.
    Status more()
    {
        if (!m_listed)
            return list();
        if (m_next == m_entries.size())
            return end();
        TRY_STATUS(askAhead());
        Entry& entry = m_entries[m_next];
        if (!entry.hasData) {
            m_ready += tarHeader(entry.header);
            ++m_next;
            return {};
        }
        Arriving& file = m_arriving[entry.id];
        while (file.data.empty() && !file.whole)
            TRY_STATUS(takeData());
        if (m_written == 0 && !m_begun) {
            m_ready += tarHeader(entry.header);
            m_begun = true;
        }
        m_written += file.data.size();
        if (m_written > entry.header.size || (file.whole && m_written != entry.header.size))
            return fail(ErrorKind::Conflict, entry.header.path + " changed while it was sent: build again");
        m_ready += file.data;
        file.data.clear();
        if (!file.whole)
            return {};
        m_ready += tarPadding(entry.header.size);
        m_asked -= file.size;
        m_arriving.erase(entry.id);
        m_written = 0;
        m_begun = false;
        ++m_next;
        return {};
    }

    Status end()
    {
        m_ready += tarEnd();
        m_ended = true;
        TRY_STATUS(m_call->send(packetOf(PacketFin)));
        TRY_STATUS(receive().transform([](const Message&) {}));
        m_call->finish();
        return {};
    }

    std::shared_ptr<GrpcCall> m_call;
    ClientSession::OnBytes m_onBytes;
    std::deque<Entry> m_entries;
    std::map<std::uint32_t, Arriving> m_arriving;
    std::size_t m_next = 0, m_nextAsked = 0;
    std::int64_t m_asked = 0, m_sent = 0;
    std::uint64_t m_written = 0;
    bool m_listed = false, m_begun = false, m_ended = false;
    std::string m_ready;
    std::size_t m_taken = 0;
};

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

std::unique_ptr<ByteSource> ClientSession::folder(const std::string& name, const std::vector<std::string>& include,
                                                  const std::vector<std::string>& exclude, OnBytes onBytes)
{
    GrpcMetadata metadata{{"dir-name", name}};
    addPatterns(metadata, "include-patterns", include);
    addPatterns(metadata, "exclude-patterns", exclude);
    return std::make_unique<FolderSource>(m_connection.call("/moby.filesync.v1.FileSync/DiffCopy", metadata), std::move(onBytes));
}

std::unique_ptr<ByteSource> ClientSession::upload(const std::string& path)
{
    return std::make_unique<UploadSource>(m_connection.call("/moby.upload.v1.Upload/Pull", {{"urlpath", path}}));
}

Status ClientSession::take(int root, bool asTar, const OnBytes& onBytes)
{
    const auto call = m_connection.call("/moby.filesync.v1.FileSend/DiffCopy", {});
    const Status sent = asTar ? sendTar(*call, root, onBytes) : sendFolder(*call, root, onBytes);
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
