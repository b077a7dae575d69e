// SPDX-License-Identifier: GPL-3.0-or-later
#include "buildkit/folder_transfer.h"

#include <algorithm>

#include "buildkit/fsutil.h"

namespace slipway::buildkit
{

using build::ContextEntry;

namespace
{
constexpr std::size_t filesAhead = 64; // that are asked for at once
constexpr std::size_t maxEntries = 4'000'000;

// Nothing for what is nothing to build from.
Result<std::optional<ContextEntry>> entryOf(const Message& from)
{
    using Kind = ContextEntry::Kind;
    const auto mode = static_cast<std::uint32_t>(from.number(stat::mode));
    ContextEntry entry;
    entry.path = from.text(stat::path);
    entry.link = from.text(stat::link);
    entry.mode = (mode & 0777) | (mode & goSetuid ? 04000 : 0) | (mode & goSetgid ? 02000 : 0) | (mode & goSticky ? 01000 : 0);
    entry.uid = static_cast<std::uint32_t>(from.number(stat::uid));
    entry.gid = static_cast<std::uint32_t>(from.number(stat::gid));
    entry.modified = static_cast<std::int64_t>(from.number(stat::modified));
    if (from.has(stat::attributes)) {
        TRY(entry.attributes, from.entries(stat::attributes));
    }
    if (mode & goFolder)
        entry.kind = Kind::Folder;
    else if (mode & goSymlink)
        entry.kind = Kind::Symlink;
    else if (mode & goPipe)
        entry.kind = Kind::Fifo;
    else if (mode & goType)
        return std::nullopt;
    else if (!entry.link.empty())
        entry.kind = Kind::HardLink;
    else
        entry.size = static_cast<std::int64_t>(from.number(stat::size));
    if (entry.kind != Kind::Symlink && entry.kind != Kind::HardLink)
        entry.link.clear();
    return entry;
}
} // namespace

Result<Message> FolderTransfer::receive()
{
    TRY(const auto bytes, m_call->receive());
    if (!bytes)
        return fail(ErrorKind::Cancelled, "the client ended the transfer of its files");
    m_bytes += static_cast<std::int64_t>(bytes->size());
    TRY(auto message, Message::parse(*std::move(bytes)));
    if (message.number(packet::type) == PacketError)
        return fail(ErrorKind::InvalidArgument, "the client could not send its files: " + message.text(packet::data));
    return message;
}

Result<std::vector<ContextEntry>> FolderTransfer::list()
{
    std::vector<ContextEntry> entries;
    for (std::uint32_t id = 0;; ++id) {
        TRY(const Message message, receive());
        if (message.number(packet::type) != PacketStat)
            return fail(ErrorKind::InvalidArgument, "the client sent something else than the list of its files");
        if (!message.has(packet::stat))
            break;
        if (id > maxEntries)
            return fail(ErrorKind::InvalidArgument, "the build context has too many files");
        TRY(const Message told, Message::parse(message.text(packet::stat)));
        TRY(auto entry, entryOf(told));
        if (!entry)
            continue;
        if (entry->kind == ContextEntry::Kind::File)
            m_files.insert_or_assign(m_files.end(), entry->path, id);
        entries.push_back(*std::move(entry));
    }
    return entries;
}

Status FolderTransfer::takePiece(const build::KeptContext::Take& take)
{
    TRY(const Message message, receive());
    const auto file = m_asked.find(static_cast<std::uint32_t>(message.number(packet::id)));
    if (message.number(packet::type) != PacketData || file == m_asked.end())
        return fail(ErrorKind::InvalidArgument, "the client sent a file that was not asked for");
    const std::string_view data = message.view(packet::data);
    TRY_STATUS(take(file->second, data));
    if (data.empty())
        m_asked.erase(file);
    if (m_onBytes)
        m_onBytes(m_bytes);
    return {};
}

Status FolderTransfer::bring(const std::vector<build::KeptContext::Wish>& files, const build::KeptContext::Take& take)
{
    for (auto next = files.begin(); next != files.end() || !m_asked.empty();) {
        for (; next != files.end() && m_asked.size() < filesAhead; ++next) {
            const auto known = m_files.find(next->entry->path);
            if (known == m_files.end())
                return fail(ErrorKind::Internal, next->entry->path + " is no file of the client's list");
            m_asked[known->second] = next->number;
            TRY_STATUS(m_call->send(packetOf(PacketRequest, known->second)));
        }
        TRY_STATUS(takePiece(take));
    }
    return {};
}

Status FolderTransfer::end()
{
    TRY_STATUS(m_call->send(packetOf(PacketFin)));
    TRY_STATUS(receive().transform([](const Message&) {}));
    m_call->finish();
    return {};
}

} // namespace slipway::buildkit
