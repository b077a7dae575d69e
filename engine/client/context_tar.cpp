// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/context_tar.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/tar_header.h"
#include "build/dockerfile/path_pattern.h"

namespace slipway
{
namespace
{
namespace fs = std::filesystem;
using dockerfile::IgnoreFile;

constexpr std::size_t pieceSize = 256 * 1024;

std::optional<std::string> textOf(const fs::path& file)
{
    std::ifstream in(file, std::ios::binary);
    if (!in)
        return std::nullopt;
    return std::string(std::istreambuf_iterator<char>(in), {});
}

class Packer
{
public:
    Packer(fs::path folder, UniqueFd file, const std::stop_token& stop) : m_folder(std::move(folder)), m_file(std::move(file)), m_stop(stop) {}

    IgnoreFile ignore;
    std::map<std::string, std::string> texts; // files of the tar that are not as they lie in the folder

    Status walk(const std::string& relative);
    Status addTexts();
    Result<UniqueFd> finish();

private:
    Status entry(const std::string& relative);
    Status content(const std::string& relative, std::uint64_t size);
    Status put(std::string_view bytes);
    Status flush();

    fs::path m_folder;
    UniqueFd m_file;
    const std::stop_token& m_stop;
    std::string m_pending;
};

Status Packer::put(std::string_view bytes)
{
    m_pending.append(bytes);
    return m_pending.size() < pieceSize ? Status() : flush();
}

Status Packer::flush()
{
    for (std::size_t at = 0; at < m_pending.size();) {
        const ssize_t written = ::write(m_file.get(), m_pending.data() + at, m_pending.size() - at);
        if (written < 0 && errno != EINTR)
            return failErrno(errno, "packing the build context");
        at += written < 0 ? 0 : static_cast<std::size_t>(written);
    }
    m_pending.clear();
    return {};
}

Status Packer::content(const std::string& relative, std::uint64_t size)
{
    const UniqueFd fd(::open((m_folder / relative).c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!fd)
        return failErrno(errno, "reading " + relative + " of the build context");
    std::vector<char> buffer(std::min<std::uint64_t>(pieceSize, std::max<std::uint64_t>(size, 1)));
    for (std::uint64_t left = size; left > 0;) {
        const ssize_t got = ::read(fd.get(), buffer.data(), static_cast<std::size_t>(std::min<std::uint64_t>(left, buffer.size())));
        if (got < 0)
            return failErrno(errno, "reading " + relative + " of the build context");
        if (got == 0)
            return fail(ErrorKind::Conflict, relative + " became shorter while it was packed: build again");
        TRY_STATUS(put({buffer.data(), static_cast<std::size_t>(got)}));
        left -= static_cast<std::uint64_t>(got);
    }
    return put(tarPadding(size));
}

Status Packer::entry(const std::string& relative)
{
    struct stat info{};
    if (::lstat((m_folder / relative).c_str(), &info) != 0)
        return errno == ENOENT ? Status() : Status(failErrno(errno, "reading " + relative + " of the build context"));
    TarHeader header;
    header.path = relative;
    header.mode = info.st_mode & 07777;
    header.mtime = info.st_mtim.tv_sec;
    if (S_ISDIR(info.st_mode)) {
        header.path += '/';
        header.type = '5';
    } else if (S_ISLNK(info.st_mode)) {
        header.type = '2';
        std::error_code failed;
        header.link = fs::read_symlink(m_folder / relative, failed).string();
    } else if (S_ISREG(info.st_mode)) {
        header.size = static_cast<std::uint64_t>(info.st_size);
    } else {
        return {}; // sockets, pipes and devices are nothing to build from
    }
    TRY_STATUS(put(tarHeader(header)));
    return S_ISREG(info.st_mode) ? content(relative, header.size) : Status();
}

Status Packer::walk(const std::string& relative)
{
    std::error_code failed;
    std::vector<std::string> names;
    for (auto it = fs::directory_iterator(m_folder / relative, failed); !failed && it != fs::end(it); it.increment(failed))
        names.push_back(it->path().filename().string());
    if (failed)
        return failErrno(failed.value(), "reading the folder " + (m_folder / relative).string());
    std::ranges::sort(names);
    for (const std::string& name : names) {
        if (m_stop.stop_requested())
            return fail(ErrorKind::Cancelled, "build cancelled");
        const std::string path = relative.empty() ? name : relative + '/' + name;
        const bool ignored = ignore.ignores(path);
        if (!ignored && !texts.contains(path))
            TRY_STATUS(entry(path));
        const bool isFolder = fs::is_directory(fs::symlink_status(m_folder / path, failed));
        if (isFolder && (!ignored || ignore.hasExceptions()))
            TRY_STATUS(walk(path));
    }
    return {};
}

Status Packer::addTexts()
{
    for (const auto& [path, text] : texts) {
        TarHeader header;
        header.path = path;
        header.mode = 0644;
        header.size = text.size();
        header.mtime = toUnixNano(now()) / 1'000'000'000;
        TRY_STATUS(put(tarHeader(header)));
        TRY_STATUS(put(text));
        TRY_STATUS(put(tarPadding(text.size())));
    }
    return {};
}

Result<UniqueFd> Packer::finish()
{
    TRY_STATUS(put(tarEnd()));
    TRY_STATUS(flush());
    if (::lseek(m_file.get(), 0, SEEK_SET) != 0)
        return failErrno(errno, "packing the build context");
    return std::move(m_file);
}

// DOCKERFILE below FOLDER, or nothing when it lies elsewhere.
std::optional<std::string> nameIn(const fs::path& folder, const std::string& dockerfile)
{
    const fs::path path(dockerfile);
    const fs::path relative = path.is_absolute() ? path.lexically_normal().lexically_relative(folder.lexically_normal()) : path.lexically_normal();
    return relative.empty() || *relative.begin() == ".." ? std::nullopt : std::optional(relative.string());
}

struct Parts
{
    fs::path folder; // absolute, with a / at its end
    std::optional<std::string> inside;
    std::string text;
};

Result<Parts> partsOf(const std::string& folderName, const std::string& dockerfile, const std::optional<std::string>& text)
{
    std::error_code failed;
    Parts parts{fs::absolute(folderName, failed).lexically_normal() / "", {}, {}};
    if (!fs::is_directory(parts.folder, failed))
        return fail(ErrorKind::NotFound, "the build context " + folderName + " is not a folder");
    parts.inside = nameIn(parts.folder, dockerfile);
    const fs::path path = parts.inside ? parts.folder / *parts.inside : fs::absolute(dockerfile, failed);
    auto own = text ? text : textOf(path);
    if (!own)
        return fail(ErrorKind::NotFound, "there is no Dockerfile " + path.string());
    parts.text = *std::move(own);
    return parts;
}
} // namespace

Result<NamedContext> nameContext(const std::string& folder, const std::string& dockerfile, const std::optional<std::string>& text)
{
    TRY(const Parts parts, partsOf(folder, dockerfile, text));
    struct stat info{};
    if (::stat(parts.folder.c_str(), &info) != 0)
        return failErrno(errno, "reading the build context " + folder);
    return NamedContext{parts.folder.parent_path().string(), info.st_dev, info.st_ino, parts.inside.value_or(""), parts.text};
}

Result<PackedContext> packContext(const std::string& folderName, const std::string& dockerfile, const std::optional<std::string>& text,
                                  const std::stop_token& stop)
{
    TRY(const Parts parts, partsOf(folderName, dockerfile, text));
    const auto& [folder, inside, own] = parts;
    std::error_code failed;
    UniqueFd file(::open(fs::temp_directory_path(failed).c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
    if (!file)
        return failErrno(errno, "making a file for the build context in " + fs::temp_directory_path(failed).string());
    Packer packer(folder, std::move(file), stop);
    const std::string special = inside ? *inside + ".dockerignore" : "";
    const std::string ignoreName = !special.empty() && fs::exists(folder / special, failed) ? special : ".dockerignore";
    auto patterns = textOf(folder / ignoreName);
    auto ignore = IgnoreFile::parse(patterns.value_or(""));
    if (!ignore)
        return wrap(ignore.error(), (folder / ignoreName).string());
    packer.ignore = *std::move(ignore);

    const std::string name = inside ? *inside : ".dockerfile." + randomId().substr(0, 16);
    packer.texts[name] = own;
    if (!inside) { // so that COPY . does not find it
        const bool none = !patterns;
        patterns = patterns.value_or("") + '\n' + name + '\n' + (none ? ignoreName + '\n' : "");
    }
    if (patterns)
        packer.texts[ignoreName] = *patterns;
    TRY_STATUS(packer.walk(""));
    TRY_STATUS(packer.addTexts());
    TRY(auto finished, packer.finish());
    return PackedContext{std::move(finished), name};
}

} // namespace slipway
