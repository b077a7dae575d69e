// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/layer_recipe.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <functional>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>
#include <zstd.h>

#include "base/unique_fd.h"
#include "store/decompress.h"

namespace slipway
{

namespace
{
constexpr std::size_t rawPiece = 1 << 20;
constexpr std::size_t longestPath = 1 << 20;
constexpr std::size_t longestRaw = 64 << 20; // a piece and the longest header

Status writeAll(int fd, const void* data, std::size_t size)
{
    for (const char* at = static_cast<const char*>(data); size > 0;) {
        const ssize_t written = ::write(fd, at, size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return failErrno(errno, "writing a layer's recipe");
        at += written;
        size -= static_cast<std::size_t>(written);
    }
    return {};
}

Status readExactly(ByteSource& source, void* into, std::size_t size)
{
    auto rest = std::span(static_cast<std::byte*>(into), size);
    while (!rest.empty()) {
        TRY(const std::size_t got, source.read(rest));
        if (got == 0)
            return fail(ErrorKind::Internal, "a layer's recipe is cut short");
        rest = rest.subspan(got);
    }
    return {};
}

template <class T>
Result<T> readNumber(ByteSource& source)
{
    T value{};
    TRY_STATUS(readExactly(source, &value, sizeof value));
    return value;
}

Status sendFile(int diff, const std::string& path, std::uint64_t size, const ByteSink& sink)
{
    open_how how{};
    how.flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
    const UniqueFd fd(static_cast<int>(::syscall(SYS_openat2, diff, path.c_str() + std::min(path.find_first_not_of('/'), path.size()), &how, sizeof how)));
    if (!fd)
        return failErrno(errno, "reading " + path + " of a layer");
    std::vector<std::byte> buffer(256 * 1024);
    while (size > 0) {
        const ssize_t got = ::read(fd.get(), buffer.data(), std::min<std::uint64_t>(buffer.size(), size));
        if (got <= 0)
            return fail(ErrorKind::Internal, "the file " + path + " of a layer is shorter than it was");
        TRY_STATUS(sink(std::span(buffer).first(static_cast<std::size_t>(got))));
        size -= static_cast<std::uint64_t>(got);
    }
    return {};
}
} // namespace

struct RecipeWriter::Impl
{
    UniqueFd fd;
    std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context{ZSTD_createCCtx(), ZSTD_freeCCtx};
    std::vector<char> out = std::vector<char>(ZSTD_CStreamOutSize());
    std::string pending; // raw bytes of the present record
    Status status;

    void compress(const void* data, std::size_t size, ZSTD_EndDirective end)
    {
        ZSTD_inBuffer in{data, size, 0};
        std::size_t left = 0;
        do {
            ZSTD_outBuffer chunk{out.data(), out.size(), 0};
            left = ZSTD_compressStream2(context.get(), &chunk, &in, end);
            if (ZSTD_isError(left) != 0)
                status = fail(ErrorKind::Internal, "compressing a layer's recipe failed");
            if (status)
                status = writeAll(fd.get(), chunk.dst, chunk.pos);
        } while (status && (in.pos < in.size || (end == ZSTD_e_end && left > 0)));
    }
    template <class T>
    void number(T value)
    {
        compress(&value, sizeof value, ZSTD_e_continue);
    }
    void record(const std::string& path, std::uint64_t size)
    {
        number(static_cast<std::uint32_t>(pending.size()));
        compress(pending.data(), pending.size(), ZSTD_e_continue);
        pending.clear();
        number(static_cast<std::uint32_t>(path.size()));
        compress(path.data(), path.size(), ZSTD_e_continue);
        number(size);
    }
};

RecipeWriter::RecipeWriter(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
RecipeWriter::~RecipeWriter() = default;

Result<std::unique_ptr<RecipeWriter>> RecipeWriter::create(const std::filesystem::path& file)
{
    auto impl = std::make_unique<Impl>();
    impl->fd.reset(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!impl->fd)
        return failErrno(errno, "making " + file.string());
    return std::unique_ptr<RecipeWriter>(new RecipeWriter(std::move(impl)));
}

void RecipeWriter::raw(std::span<const std::byte> bytes)
{
    m_impl->pending.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (m_impl->pending.size() >= rawPiece)
        m_impl->record(".", 0); // a file of no bytes: only to keep little in memory
}

void RecipeWriter::content(const std::string& path, std::uint64_t size) { m_impl->record(path, size); }

Status RecipeWriter::finish()
{
    m_impl->record("", 0);
    m_impl->compress(nullptr, 0, ZSTD_e_end);
    return m_impl->status;
}

namespace
{
using OnRaw = std::function<Status(std::string_view)>;
using OnContent = std::function<Status(const std::string& path, std::uint64_t size)>;

Status readRecipe(const std::filesystem::path& recipe, const OnRaw& onRaw, const OnContent& onContent)
{
    const UniqueFd file(::open(recipe.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file)
        return failErrno(errno, "reading " + recipe.string());
    const auto packed = sourceFromFd(file.get());
    const auto source = decompressed(*packed);
    std::string raw, path;
    while (true) {
        TRY(const auto length, readNumber<std::uint32_t>(*source));
        if (length > longestRaw)
            return fail(ErrorKind::Internal, recipe.string() + " is damaged");
        raw.resize(length);
        TRY_STATUS(readExactly(*source, raw.data(), raw.size()));
        TRY_STATUS(onRaw(raw));
        TRY(const auto pathLength, readNumber<std::uint32_t>(*source));
        if (pathLength > longestPath)
            return fail(ErrorKind::Internal, recipe.string() + " is damaged");
        path.resize(pathLength);
        TRY_STATUS(readExactly(*source, path.data(), path.size()));
        TRY(const auto size, readNumber<std::uint64_t>(*source));
        if (path.empty())
            return {};
        if (size > 0)
            TRY_STATUS(onContent(path, size));
    }
}
} // namespace

Result<std::uint64_t> recipeSize(const std::filesystem::path& recipe)
{
    std::uint64_t total = 0;
    TRY_STATUS(readRecipe(
        recipe,
        [&total](std::string_view raw) -> Status {
            total += raw.size();
            return {};
        },
        [&total](const std::string&, std::uint64_t size) -> Status {
            total += size;
            return {};
        }));
    return total;
}

Status replayRecipe(const std::filesystem::path& recipe, const std::filesystem::path& diff, const ByteSink& sink)
{
    const UniqueFd folder(::open(diff.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!folder)
        return failErrno(errno, "reading the layer in " + diff.string());
    return readRecipe(
        recipe, [&sink](std::string_view raw) { return raw.empty() ? Status() : sink(std::as_bytes(std::span(raw))); },
        [&](const std::string& path, std::uint64_t size) { return sendFile(folder.get(), path, size, sink); });
}

} // namespace slipway
