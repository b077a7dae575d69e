// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/tar_writer.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <format>
#include <map>
#include <memory>
#include <string>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <vector>

#include "base/folder.h"
#include "base/tar_header.h"
#include "base/unique_fd.h"
#include "store/layer_attribute.h"

namespace slipway
{

namespace
{
class LayerTarWriter
{
public:
    LayerTarWriter(bool userxattr, const ByteSink& sink, const std::stop_token& stop, std::optional<std::int64_t> epoch)
        : m_opaque(userxattr ? "user.overlay.opaque" : "trusted.overlay.opaque"), m_sink(sink), m_stop(stop), m_epoch(epoch),
          m_buffer(256 * 1024)
    {
    }

    Status folder(int dir, const std::string& prefix);
    Status entry(int dir, const std::string& name, const std::string& path);
    Status end() { return put(tarEnd()); }
    LayerTarSummary summary;

private:
    Status content(int fd, const std::string& path, std::uint64_t size);
    Status header(const TarHeader& header);
    void attributes(int dir, const std::string& name, TarHeader& header, bool& opaque) const;
    Status put(std::string_view bytes) { return m_sink(std::as_bytes(std::span(bytes))); }

    std::string m_opaque;
    const ByteSink& m_sink;
    const std::stop_token& m_stop;
    std::optional<std::int64_t> m_epoch;
    std::vector<char> m_buffer;
    std::map<std::pair<dev_t, ino_t>, std::string> m_links;
};

Status LayerTarWriter::header(const TarHeader& header)
{
    ++summary.entries;
    return put(tarHeader(header));
}

void LayerTarWriter::attributes(int dir, const std::string& name, TarHeader& header, bool& opaque) const
{
    const std::string path = std::format("/proc/self/fd/{}/{}", dir, name);
    std::vector<char> names(4096);
    ssize_t size = ::llistxattr(path.c_str(), names.data(), names.size());
    if (size < 0 && errno == ERANGE) {
        names.resize(65536);
        size = ::llistxattr(path.c_str(), names.data(), names.size());
    }
    for (ssize_t at = 0; at < size; at += static_cast<ssize_t>(std::strlen(&names[static_cast<std::size_t>(at)])) + 1) {
        const std::string key = &names[static_cast<std::size_t>(at)];
        opaque = opaque || key == m_opaque;
        if (!isLayerAttribute(key))
            continue;
        std::string value(65536, '\0');
        const ssize_t length = ::lgetxattr(path.c_str(), key.c_str(), value.data(), value.size());
        if (length >= 0)
            header.pax["SCHILY.xattr." + key] = value.substr(0, static_cast<std::size_t>(length));
    }
}

// What somebody makes shorter meanwhile is filled up with zeros: its size was told already.
Status LayerTarWriter::content(int fd, const std::string& path, std::uint64_t size)
{
    std::uint64_t left = size;
    while (left > 0) {
        if (m_stop.stop_requested())
            return fail(ErrorKind::Cancelled, "writing the layer was cancelled");
        const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(left, m_buffer.size()));
        ssize_t got = ::read(fd, m_buffer.data(), wanted);
        if (got < 0)
            return failErrno(errno, "reading " + path);
        if (got == 0) {
            std::fill_n(m_buffer.begin(), wanted, '\0');
            got = static_cast<ssize_t>(wanted);
        }
        TRY_STATUS(put({m_buffer.data(), static_cast<std::size_t>(got)}));
        left -= static_cast<std::uint64_t>(got);
    }
    summary.bytes += size;
    return put(tarPadding(size));
}

Status LayerTarWriter::entry(int dir, const std::string& name, const std::string& path)
{
    struct stat info{};
    const auto gone = [&] { return errno == ENOENT ? Status() : Status(failErrno(errno, "reading " + path)); };
    if (::fstatat(dir, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0)
        return gone();
    TarHeader made;
    made.path = path;
    made.mode = info.st_mode & 07777;
    made.uid = info.st_uid;
    made.gid = info.st_gid;
    made.mtime = m_epoch.value_or(info.st_mtim.tv_sec);
    if (S_ISCHR(info.st_mode) && info.st_rdev == makedev(0, 0)) {
        TarHeader whiteout;
        whiteout.path = path.substr(0, path.size() - name.size()) + ".wh." + name;
        return header(whiteout);
    }
    bool opaque = false;
    if (S_ISDIR(info.st_mode)) {
        made.path += '/';
        made.type = '5';
        const UniqueFd child(::openat(dir, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        if (!child)
            return gone();
        attributes(dir, name, made, opaque);
        TRY_STATUS(header(made));
        if (opaque) {
            TarHeader marker;
            marker.path = made.path + ".wh..wh..opq";
            TRY_STATUS(header(marker));
        }
        return folder(child.get(), made.path);
    }
    if (info.st_nlink > 1 && !S_ISLNK(info.st_mode)) {
        const auto [known, first] = m_links.try_emplace({info.st_dev, info.st_ino}, path);
        if (!first) {
            made.type = '1';
            made.link = known->second;
            return header(made);
        }
    }
    if (S_ISLNK(info.st_mode)) {
        std::string target(4096, '\0');
        const ssize_t length = ::readlinkat(dir, name.c_str(), target.data(), target.size());
        if (length < 0)
            return gone();
        made.link = target.substr(0, static_cast<std::size_t>(length));
        made.type = '2';
        summary.bytes += made.link.size();
        return header(made);
    }
    if (!S_ISREG(info.st_mode) && !S_ISFIFO(info.st_mode))
        return {};
    attributes(dir, name, made, opaque);
    if (S_ISFIFO(info.st_mode)) {
        made.type = '6';
        return header(made);
    }
    const UniqueFd file(::openat(dir, name.c_str(), O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC));
    if (!file)
        return gone();
    made.size = static_cast<std::uint64_t>(info.st_size);
    TRY_STATUS(header(made));
    return content(file.get(), path, made.size);
}

Status LayerTarWriter::folder(int dir, const std::string& prefix)
{
    const auto names = namesIn(dir);
    if (!names)
        return failErrno(names.error().osError, "reading /" + prefix);
    for (const std::string& name : *names) {
        if (m_stop.stop_requested())
            return fail(ErrorKind::Cancelled, "writing the layer was cancelled");
        TRY_STATUS(entry(dir, name, prefix + name));
    }
    return {};
}
} // namespace

Result<LayerTarSummary> writeLayerTar(int dir, bool userxattr, const ByteSink& sink, const std::stop_token& stop,
                                      std::optional<std::int64_t> epoch)
{
    LayerTarWriter writer(userxattr, sink, stop, epoch);
    TRY_STATUS(writer.folder(dir, ""));
    TRY_STATUS(writer.end());
    return writer.summary;
}

Status writeTar(int parent, const std::string& name, const std::string& as, const ByteSink& sink, const std::stop_token& stop)
{
    LayerTarWriter writer(false, sink, stop, std::nullopt);
    TRY_STATUS(writer.entry(parent, name, as));
    return writer.end();
}

} // namespace slipway
