// SPDX-License-Identifier: GPL-3.0-or-later
#include "build/context.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "base/ids.h"
#include "base/in_root.h"
#include "base/log.h"
#include "build/dockerfile/dockerfile.h"
#include "build/file_tree.h"
#include "build/kept_context.h"
#include "registry/download.h"
#include "store/decompress.h"
#include "store/tar_reader.h"
#include "store/unpack.h"
#include "volume/copy_tree.h"

namespace slipway::build
{

namespace fs = std::filesystem;

namespace
{
constexpr std::size_t maxDockerfile = 16 << 20;
constexpr std::int64_t maxRemote = 16ll << 30;

Result<std::string> readSmall(int root, const std::string& path)
{
    TRY(const UniqueFd fd, openInRoot(root, "/" + path, O_RDONLY | O_NONBLOCK));
    struct stat info{};
    if (::fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode))
        return fail(ErrorKind::InvalidArgument, path + " is not a regular file");
    if (info.st_size > static_cast<off_t>(maxDockerfile))
        return fail(ErrorKind::InvalidArgument, path + " is larger than " + std::to_string(maxDockerfile) + " bytes");
    std::string text(static_cast<std::size_t>(info.st_size), '\0');
    for (std::size_t at = 0; at < text.size();) {
        const ssize_t got = ::read(fd.get(), text.data() + at, text.size() - at);
        if (got <= 0)
            return failErrno(got < 0 ? errno : EIO, "reading " + path);
        at += static_cast<std::size_t>(got);
    }
    return text;
}

// Removes what IGNORE names below the folder DIR.
Status removeIgnored(int dir, const std::string& prefix, const IgnoreFile& ignore)
{
    TRY(const auto names, namesIn(dir));
    for (const std::string& name : names) {
        const std::string path = prefix.empty() ? name : prefix + '/' + name;
        struct stat info{};
        if (::fstatat(dir, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        const bool ignored = ignore.ignores(path);
        if (S_ISDIR(info.st_mode) && (!ignored || ignore.hasExceptions())) {
            const UniqueFd child(::openat(dir, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
            TRY_STATUS(removeIgnored(child.get(), path, ignore));
            if (ignored)
                ::unlinkat(dir, name.c_str(), AT_REMOVEDIR); // when nothing was excepted in it
        } else if (ignored && S_ISDIR(info.st_mode)) {
            TRY_STATUS(removeTree(dir, name));
        } else if (ignored)
            ::unlinkat(dir, name.c_str(), 0);
    }
    return {};
}

// By its folder: whatever links are on the way, it stays below ROOT.
void removeFile(int root, const fs::path& path)
{
    if (const auto folder = openInRoot(root, "/" + path.parent_path().string(), O_PATH | O_DIRECTORY))
        ::unlinkat(folder->get(), path.filename().c_str(), 0);
}
} // namespace

bool isGit(const std::string& source)
{
    const bool web = source.starts_with("http://") || source.starts_with("https://");
    return source.starts_with("git@") || source.starts_with("git://") || source.starts_with("ssh://") || source.starts_with("github.com/")
           || (web && source.substr(0, source.find('#')).ends_with(".git"));
}

bool isTar(int fd)
{
    const auto raw = sourceFromFd(fd);
    const auto plain = decompressed(*raw);
    TarReader reader(*plain);
    const auto first = reader.next();
    return first && first->has_value();
}

Result<std::string> readDockerfile(int root, const std::string& name)
{
    auto text = readSmall(root, name);
    if (text)
        return text;
    return fail(ErrorKind::InvalidArgument, text.error().kind == ErrorKind::NotFound ? "Cannot locate specified Dockerfile: " + name : text.error().message);
}

Context::Context(fs::path folder) : m_folder(std::move(folder)) {}
Context::Context(std::unique_ptr<KeptContext> kept) : m_folder(kept->folder()), m_kept(std::move(kept)) {}
Context::Context(Context&& other) noexcept
    : m_folder(std::exchange(other.m_folder, {})), m_kept(std::move(other.m_kept)), m_dockerfile(std::move(other.m_dockerfile))
{
}

std::shared_ptr<const ContextIndex> Context::index() const { return m_kept ? m_kept->index() : nullptr; }

Context::~Context()
{
    if (m_folder.empty() || m_kept)
        return;
    const UniqueFd parent(::open(m_folder.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (parent)
        (void)removeTree(parent.get(), m_folder.filename().string());
}

Result<Context> Context::make(const Place& place)
{
    const fs::path folder = place.root / "ingest" / ("context-" + randomId());
    if (::mkdir(folder.c_str(), 0755) != 0)
        return failErrno(errno, "making " + folder.string());
    return Context(folder);
}

Status Context::fill(const Place& place, ByteSource& tar, const std::stop_token& stop)
{
    const UniqueFd dir(::open(m_folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!dir)
        return failErrno(errno, "opening " + m_folder.string());
    const auto plain = decompressed(tar);
    TarReader reader(*plain);
    UnpackLimits limits;
    limits.whiteouts = false;
    TRY(const auto done, unpackLayer(reader, dir.get(), place.rootless, limits, stop));
    if (done.skippedDevices > 0)
        log::warn("build context: {} device nodes were not unpacked", done.skippedDevices);
    return reader.drain();
}

Status Context::applyIgnoreFile(const std::string& dockerfile)
{
    const UniqueFd dir(::open(m_folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!dir)
        return failErrno(errno, "opening " + m_folder.string());
    if (const auto own = readSmall(dir.get(), dockerfile + ".dockerignore"); own) {
        TRY(const auto ignore, IgnoreFile::parse(*own));
        if (ignore.ignores(dockerfile)) { // it is read all the same
            TRY(m_dockerfile, readDockerfile(dir.get(), dockerfile));
        }
        return removeIgnored(dir.get(), "", ignore);
    }
    const auto shared = readSmall(dir.get(), ".dockerignore");
    if (!shared)
        return {};
    TRY(const auto ignore, IgnoreFile::parse(*shared));
    if (ignore.ignores(dockerfile)) {
        TRY(m_dockerfile, readDockerfile(dir.get(), dockerfile));
        removeFile(dir.get(), dockerfile);
    }
    if (ignore.ignores(".dockerignore"))
        removeFile(dir.get(), ".dockerignore");
    return {};
}

Result<Context> Context::unpack(const Place& place, ByteSource& tar, const std::string& dockerfile, const std::stop_token& stop)
{
    TRY(auto context, make(place));
    TRY_STATUS(context.fill(place, tar, stop));
    if (!dockerfile.empty())
        TRY_STATUS(context.applyIgnoreFile(dockerfile));
    return context;
}

Result<Context> Context::fetch(const Place& place, const std::string& url, const std::string& dockerfile, const std::stop_token& stop)
{
    TRY(auto beside, make(place));
    const fs::path file = beside.folder() / "download";
    TRY_STATUS(download(url, file, maxRemote, stop).transform([](const Downloaded&) {}));
    const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd)
        return failErrno(errno, "reading " + file.string());
    if (isTar(fd.get())) {
        ::lseek(fd.get(), 0, SEEK_SET);
        const auto bytes = sourceFromFd(fd.get());
        return unpack(place, *bytes, dockerfile, stop);
    }
    const UniqueFd dir(::open(beside.folder().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    TRY(auto context, make(place));
    TRY(context.m_dockerfile, readDockerfile(dir.get(), "download"));
    return context;
}

std::set<std::string> secretsNamedIn(const std::string& text)
{
    namespace df = dockerfile;
    const df::File file = df::parse(text);
    std::set<std::string> ids;
    for (const df::Stage& stage : file.stages) {
        for (const df::Instruction& each : stage.instructions) {
            const auto* run = each.as<df::Run>();
            for (const std::string& mount : run ? run->mounts : std::vector<std::string>()) {
                const auto parsed = df::parseMount(mount, {});
                if (parsed && parsed->type == df::Mount::Type::Secret)
                    ids.insert(parsed->secretId());
            }
        }
    }
    return ids;
}

} // namespace slipway::build
