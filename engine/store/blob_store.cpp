// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/blob_store.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/ids.h"

namespace slipway
{

namespace
{
class StringSource : public ByteSource
{
public:
    explicit StringSource(std::string_view bytes) : m_bytes(bytes) {}
    Result<std::size_t> read(std::span<std::byte> into) override
    {
        const std::size_t n = m_bytes.copy(reinterpret_cast<char*>(into.data()), into.size());
        m_bytes.remove_prefix(n);
        return n;
    }

private:
    std::string_view m_bytes;
};

Status writeAll(int fd, ByteSource& source, Hasher& hasher)
{
    std::vector<std::byte> buffer(256 * 1024);
    while (true) {
        TRY(const std::size_t got, source.read(buffer));
        if (got == 0)
            return {};
        hasher.update(buffer.data(), got);
        for (std::size_t written = 0; written < got;) {
            const ssize_t n = ::write(fd, buffer.data() + written, got - written);
            if (n < 0)
                return failErrno(errno, "writing an image blob");
            written += static_cast<std::size_t>(n);
        }
    }
}
} // namespace

BlobStore::BlobStore(std::filesystem::path root) : m_root(std::move(root))
{
    std::error_code ignored;
    std::filesystem::remove_all(m_root / "ingest", ignored);
    std::filesystem::create_directories(m_root / "ingest", ignored);
    std::filesystem::create_directories(m_root / "blobs" / "sha256", ignored);
}

std::filesystem::path BlobStore::path(const Digest& digest) const { return m_root / "blobs" / "sha256" / digest.hex(); }

Result<Digest> BlobStore::write(ByteSource& source, const Digest& expected)
{
    const std::filesystem::path temporary = m_root / "ingest" / randomId();
    const UniqueFd fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!fd)
        return failErrno(errno, "making " + temporary.string());
    Hasher hasher;
    auto written = writeAll(fd.get(), source, hasher);
    Digest digest;
    if (written) {
        digest = hasher.finish();
        if (!expected.empty() && digest != expected)
            written = fail(ErrorKind::InvalidArgument, "digest mismatch: expected " + expected.str() + ", got " + digest.str());
        else if (::fsync(fd.get()) != 0 || ::rename(temporary.c_str(), path(digest).c_str()) != 0)
            written = failErrno(errno, "keeping blob " + digest.str());
    }
    if (!written) {
        ::unlink(temporary.c_str());
        return std::unexpected(written.error());
    }
    const UniqueFd parent(::open((m_root / "blobs" / "sha256").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    ::fsync(parent.get());
    return digest;
}

Result<Digest> BlobStore::write(const std::string& bytes)
{
    StringSource source(bytes);
    return write(source);
}

bool BlobStore::has(const Digest& digest) const { return !digest.empty() && ::access(path(digest).c_str(), F_OK) == 0; }

Result<UniqueFd> BlobStore::open(const Digest& digest) const
{
    UniqueFd fd(::open(path(digest).c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd)
        return failErrno(errno, "opening blob " + digest.str());
    return fd;
}

Result<std::string> BlobStore::read(const Digest& digest, std::size_t limit) const
{
    TRY(const auto fd, open(digest));
    struct stat info{};
    if (::fstat(fd.get(), &info) != 0 || static_cast<std::size_t>(info.st_size) > limit)
        return fail(ErrorKind::InvalidArgument, "blob " + digest.str() + " is larger than it may be");
    std::string bytes(static_cast<std::size_t>(info.st_size), '\0');
    if (::pread(fd.get(), bytes.data(), bytes.size(), 0) != info.st_size)
        return failErrno(errno, "reading blob " + digest.str());
    return bytes;
}

void BlobStore::remove(const Digest& digest) { ::unlink(path(digest).c_str()); }

std::vector<Digest> BlobStore::list() const
{
    std::vector<Digest> digests;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(m_root / "blobs" / "sha256", ignored)) {
        if (auto digest = Digest::parse("sha256:" + entry.path().filename().string()))
            digests.push_back(*digest);
    }
    return digests;
}

} // namespace slipway
