// SPDX-License-Identifier: GPL-3.0-or-later
#include "buildkit/file_send.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/folder.h"
#include "base/in_root.h"
#include "buildkit/fsutil.h"
#include "store/tar_writer.h"

namespace slipway::buildkit
{

namespace
{
constexpr std::size_t pieceSize = 32 * 1024;

class FolderSender
{
public:
    FolderSender(GrpcCall& call, int root, std::optional<std::int64_t> epoch, const OnSent& onSent)
        : m_call(call), m_root(root), m_epoch(epoch), m_onSent(onSent)
    {
    }

    Status run()
    {
        TRY_STATUS(tell(m_root, ""));
        TRY_STATUS(m_call.send(packetOf(PacketStat))); // that is all of them
        while (true) {
            TRY(const auto bytes, m_call.receive());
            if (!bytes)
                return fail(ErrorKind::Cancelled, "the client ended the transfer of its files");
            TRY(const Message message, Message::parse(*bytes));
            switch (message.number(packet::type)) {
            case PacketRequest:
                TRY_STATUS(file(static_cast<std::uint32_t>(message.number(packet::id))));
                break;
            case PacketFin:
                TRY_STATUS(m_call.send(packetOf(PacketFin)));
                m_call.finish();
                return {};
            case PacketError:
                return fail(ErrorKind::InvalidArgument, "the client could not take the files: " + message.text(packet::data));
            default:
                break;
            }
        }
    }

private:
    Status tell(int folder, const std::string& path)
    {
        TRY(const auto names, namesIn(folder));
        for (const std::string& name : names) {
            struct ::stat info{};
            if (::fstatat(folder, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0)
                return failErrno(errno, "reading " + path + name);
            if (!S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode) && !S_ISLNK(info.st_mode))
                continue;
            TRY_STATUS(entry(folder, name, path + name, info));
            if (!S_ISDIR(info.st_mode))
                continue;
            const UniqueFd child(::openat(folder, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
            if (!child)
                return failErrno(errno, "reading " + path + name);
            TRY_STATUS(tell(child.get(), path + name + '/'));
        }
        return {};
    }

    Status entry(int folder, const std::string& name, const std::string& path, const struct ::stat& info)
    {
        std::uint32_t mode = info.st_mode & 0777;
        mode |= (info.st_mode & S_ISUID ? goSetuid : 0) | (info.st_mode & S_ISGID ? goSetgid : 0) | (info.st_mode & S_ISVTX ? goSticky : 0);
        mode |= S_ISDIR(info.st_mode) ? goFolder : S_ISLNK(info.st_mode) ? goSymlink : 0;
        MessageWriter told;
        told.text(stat::path, path).number(stat::mode, mode).number(stat::uid, info.st_uid).number(stat::gid, info.st_gid);
        if (S_ISREG(info.st_mode))
            told.number(stat::size, info.st_size);
        told.number(stat::modified,
                    m_epoch ? *m_epoch * 1'000'000'000 : info.st_mtim.tv_sec * 1'000'000'000 + info.st_mtim.tv_nsec);
        if (S_ISLNK(info.st_mode)) {
            std::string target(4096, '\0');
            const ssize_t length = ::readlinkat(folder, name.c_str(), target.data(), target.size());
            told.text(stat::link, target.substr(0, length < 0 ? 0 : static_cast<std::size_t>(length)));
        }
        m_paths.push_back(S_ISREG(info.st_mode) ? path : "");
        return m_call.send(MessageWriter().number(packet::type, PacketStat).message(packet::stat, told).str());
    }

    Status file(std::uint32_t id)
    {
        if (id >= m_paths.size() || m_paths[id].empty())
            return fail(ErrorKind::InvalidArgument, "the client asked for a file that there is not");
        TRY(const UniqueFd fd, openInRoot(m_root, "/" + m_paths[id], O_RDONLY | O_NOFOLLOW | O_NONBLOCK));
        std::string piece(pieceSize, '\0');
        while (true) {
            const ssize_t got = ::read(fd.get(), piece.data(), piece.size());
            if (got < 0)
                return failErrno(errno, "reading " + m_paths[id]);
            if (got == 0)
                return m_call.send(packetOf(PacketData, id));
            const std::string_view data(piece.data(), static_cast<std::size_t>(got));
            TRY_STATUS(m_call.send(MessageWriter().number(packet::type, PacketData).number(packet::id, id).bytes(packet::data, data).str()));
            m_onSent(m_sent += got);
        }
    }

    GrpcCall& m_call;
    int m_root;
    std::optional<std::int64_t> m_epoch;
    const OnSent& m_onSent;
    std::int64_t m_sent = 0;
    std::vector<std::string> m_paths; // by id; empty: no file
};
} // namespace

Status sendFolder(GrpcCall& call, int root, std::optional<std::int64_t> epoch, const OnSent& onSent)
{
    return FolderSender(call, root, epoch, onSent).run();
}

Status sendTar(GrpcCall& call, int root, std::optional<std::int64_t> epoch, const OnSent& onSent)
{
    std::int64_t sent = 0;
    const ByteSink sink = [&](std::span<const std::byte> bytes) -> Status {
        for (std::size_t at = 0; at < bytes.size(); at += pieceSize) {
            const auto piece = bytes.subspan(at, std::min(pieceSize, bytes.size() - at));
            TRY_STATUS(call.send(MessageWriter().bytes(1, {reinterpret_cast<const char*>(piece.data()), piece.size()}).str()));
        }
        onSent(sent += static_cast<std::int64_t>(bytes.size()));
        return {};
    };
    TRY_STATUS(writeLayerTar(root, false, sink, call.stop(), epoch).transform([](const LayerTarSummary&) {}));
    call.finish();
    while (true) { // until the client has written it all
        TRY(const auto more, call.receive());
        if (!more)
            return {};
    }
}

} // namespace slipway::buildkit
