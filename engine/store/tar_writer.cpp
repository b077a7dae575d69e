// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/tar_writer.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <dirent.h>
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

#include "base/unique_fd.h"

namespace slipway
{

namespace
{
constexpr std::size_t block = 512;

struct Header
{
    std::string path, link;
    char type = '0';
    std::uint32_t mode = 0;
    std::uint64_t uid = 0, gid = 0, size = 0;
    std::int64_t mtime = 0;
    std::map<std::string, std::string> pax;
};

// "%d key=value\n", the length counting itself.
std::string paxRecord(const std::string& key, const std::string& value)
{
    const std::size_t rest = key.size() + value.size() + 3;
    std::size_t length = rest + 1;
    while (rest + std::to_string(length).size() != length)
        length = rest + std::to_string(length).size();
    return std::format("{} {}={}\n", length, key, value);
}

void octal(std::array<char, block>& raw, std::size_t at, std::size_t size, std::uint64_t value)
{
    const std::string text = std::format("{:0{}o}", value, size - 1);
    if (text.size() == size - 1)
        std::memcpy(&raw[at], text.data(), text.size());
    else // the pax record has it
        std::memset(&raw[at], '0', size - 1);
}

class LayerTarWriter
{
public:
    LayerTarWriter(bool userxattr, const ByteSink& sink, const std::stop_token& stop)
        : m_opaque(userxattr ? "user.overlay.opaque" : "trusted.overlay.opaque"), m_sink(sink), m_stop(stop), m_buffer(256 * 1024)
    {
    }

    Status folder(int dir, const std::string& prefix);
    Status end() { return put(std::string(2 * block, '\0')); }
    LayerTarSummary summary;

private:
    Status entry(int dir, const std::string& name, const std::string& path);
    Status content(int dir, const std::string& name, const std::string& path, std::uint64_t size);
    Status header(Header header);
    Status raw(const Header& header);
    void attributes(int dir, const std::string& name, Header& header, bool& opaque) const;
    Status put(std::string_view bytes) { return m_sink(std::as_bytes(std::span(bytes))); }
    Status pad(std::uint64_t size) { return size % block == 0 ? Status() : put(std::string(block - size % block, '\0')); }

    std::string m_opaque;
    const ByteSink& m_sink;
    const std::stop_token& m_stop;
    std::vector<char> m_buffer;
    std::map<std::pair<dev_t, ino_t>, std::string> m_links;
};

Status LayerTarWriter::raw(const Header& header)
{
    std::array<char, block> raw{};
    std::memcpy(&raw[0], header.path.data(), std::min<std::size_t>(header.path.size(), 100));
    octal(raw, 100, 8, header.mode);
    octal(raw, 108, 8, header.uid);
    octal(raw, 116, 8, header.gid);
    octal(raw, 124, 12, header.size);
    octal(raw, 136, 12, header.mtime < 0 ? 0 : static_cast<std::uint64_t>(header.mtime));
    std::memset(&raw[148], ' ', 8);
    raw[156] = header.type;
    std::memcpy(&raw[157], header.link.data(), std::min<std::size_t>(header.link.size(), 100));
    std::memcpy(&raw[257], "ustar\00000", 8);
    octal(raw, 329, 8, 0);
    octal(raw, 337, 8, 0);
    std::uint32_t sum = 0;
    for (const char c : raw)
        sum += static_cast<unsigned char>(c);
    const std::string text = std::format("{:06o}", sum);
    std::memcpy(&raw[148], text.data(), 6);
    raw[154] = '\0';
    return put({raw.data(), raw.size()});
}

Status LayerTarWriter::header(Header header)
{
    ++summary.entries;
    const auto ascii = [](const std::string& text) { return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; }); };
    if (header.path.size() > 100 || !ascii(header.path))
        header.pax["path"] = header.path;
    if (header.link.size() > 100 || !ascii(header.link))
        header.pax["linkpath"] = header.link;
    if (header.uid > 07777777)
        header.pax["uid"] = std::to_string(header.uid);
    if (header.gid > 07777777)
        header.pax["gid"] = std::to_string(header.gid);
    if (header.size > 077777777777)
        header.pax["size"] = std::to_string(header.size);
    if (header.mtime < 0 || header.mtime > 077777777777)
        header.pax["mtime"] = std::to_string(header.mtime);
    if (!header.pax.empty()) {
        std::string records;
        for (const auto& [key, value] : header.pax)
            records += paxRecord(key, value);
        Header extended;
        extended.path = "PaxHeaders.0/x";
        extended.type = 'x';
        extended.size = records.size();
        TRY_STATUS(raw(extended));
        TRY_STATUS(put(records));
        TRY_STATUS(pad(records.size()));
    }
    return raw(header);
}

void LayerTarWriter::attributes(int dir, const std::string& name, Header& header, bool& opaque) const
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
        if (key != "security.capability" && (!key.starts_with("user.") || key.starts_with("user.overlay.")))
            continue;
        std::string value(65536, '\0');
        const ssize_t length = ::lgetxattr(path.c_str(), key.c_str(), value.data(), value.size());
        if (length >= 0)
            header.pax["SCHILY.xattr." + key] = value.substr(0, static_cast<std::size_t>(length));
    }
}

Status LayerTarWriter::content(int dir, const std::string& name, const std::string& path, std::uint64_t size)
{
    const UniqueFd fd(::openat(dir, name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    if (!fd)
        return failErrno(errno, "reading " + path);
    std::uint64_t left = size;
    while (left > 0) {
        if (m_stop.stop_requested())
            return fail(ErrorKind::Cancelled, "writing the layer was cancelled");
        const ssize_t got = ::read(fd.get(), m_buffer.data(), static_cast<std::size_t>(std::min<std::uint64_t>(left, m_buffer.size())));
        if (got <= 0)
            return failErrno(got < 0 ? errno : EIO, "reading " + path);
        TRY_STATUS(put({m_buffer.data(), static_cast<std::size_t>(got)}));
        left -= static_cast<std::uint64_t>(got);
    }
    summary.bytes += size;
    return pad(size);
}

Status LayerTarWriter::entry(int dir, const std::string& name, const std::string& path)
{
    struct stat info{};
    if (::fstatat(dir, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0)
        return failErrno(errno, "reading " + path);
    Header made;
    made.path = path;
    made.mode = info.st_mode & 07777;
    made.uid = info.st_uid;
    made.gid = info.st_gid;
    made.mtime = info.st_mtim.tv_sec;
    if (S_ISCHR(info.st_mode) && info.st_rdev == makedev(0, 0)) {
        Header whiteout;
        whiteout.path = path.substr(0, path.size() - name.size()) + ".wh." + name;
        return header(std::move(whiteout));
    }
    bool opaque = false;
    if (S_ISDIR(info.st_mode)) {
        made.path += '/';
        made.type = '5';
        attributes(dir, name, made, opaque);
        TRY_STATUS(header(made));
        if (opaque) {
            Header marker;
            marker.path = made.path + ".wh..wh..opq";
            TRY_STATUS(header(std::move(marker)));
        }
        const UniqueFd child(::openat(dir, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        return child ? folder(child.get(), made.path) : Status(failErrno(errno, "reading " + path));
    }
    if (info.st_nlink > 1 && !S_ISLNK(info.st_mode)) {
        const auto [known, first] = m_links.try_emplace({info.st_dev, info.st_ino}, path);
        if (!first) {
            made.type = '1';
            made.link = known->second;
            return header(std::move(made));
        }
    }
    if (S_ISLNK(info.st_mode)) {
        std::string target(4096, '\0');
        const ssize_t length = ::readlinkat(dir, name.c_str(), target.data(), target.size());
        if (length < 0)
            return failErrno(errno, "reading the link " + path);
        made.link = target.substr(0, static_cast<std::size_t>(length));
        made.type = '2';
        return header(std::move(made));
    }
    if (!S_ISREG(info.st_mode) && !S_ISFIFO(info.st_mode))
        return {};
    attributes(dir, name, made, opaque);
    if (S_ISFIFO(info.st_mode)) {
        made.type = '6';
        return header(std::move(made));
    }
    made.size = static_cast<std::uint64_t>(info.st_size);
    TRY_STATUS(header(made));
    return content(dir, name, path, made.size);
}

Status LayerTarWriter::folder(int dir, const std::string& prefix)
{
    const int copy = ::openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (copy < 0)
        return failErrno(errno, "reading /" + prefix);
    const auto close = [](DIR* open) { ::closedir(open); };
    const std::unique_ptr<DIR, decltype(close)> open(::fdopendir(copy), close);
    std::vector<std::string> names;
    while (const dirent* each = ::readdir(open.get())) {
        if (const std::string name = each->d_name; name != "." && name != "..")
            names.push_back(name);
    }
    std::ranges::sort(names);
    for (const std::string& name : names) {
        if (m_stop.stop_requested())
            return fail(ErrorKind::Cancelled, "writing the layer was cancelled");
        TRY_STATUS(entry(dir, name, prefix + name));
    }
    return {};
}
} // namespace

Result<LayerTarSummary> writeLayerTar(int dir, bool userxattr, const ByteSink& sink, const std::stop_token& stop)
{
    LayerTarWriter writer(userxattr, sink, stop);
    TRY_STATUS(writer.folder(dir, ""));
    TRY_STATUS(writer.end());
    return writer.summary;
}

} // namespace slipway
