// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/layer_store.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/ids.h"
#include "base/log.h"
#include "base/unique_fd.h"
#include "state/database.h"
#include "store/decompress.h"
#include "store/layer_recipe.h"
#include "store/tar_writer.h"
#include "store/unpack.h"

namespace slipway
{

namespace
{
class HashingSource : public ByteSource
{
public:
    HashingSource(ByteSource& source, Hasher& hasher) : m_source(source), m_hasher(hasher) {}
    Result<std::size_t> read(std::span<std::byte> into) override
    {
        TRY(const std::size_t got, m_source.read(into));
        m_hasher.update(into.data(), got);
        return got;
    }

private:
    ByteSource& m_source;
    Hasher& m_hasher;
};

// Small reads (tar headers) served from large ones.
class BufferedSource : public ByteSource
{
public:
    explicit BufferedSource(ByteSource& source) : m_source(source), m_buffer(1 << 20) {}
    Result<std::size_t> read(std::span<std::byte> into) override
    {
        if (m_at == m_filled) {
            TRY(m_filled, m_source.read(m_buffer));
            m_at = 0;
        }
        const std::size_t n = std::min(into.size(), m_filled - m_at);
        std::copy_n(m_buffer.data() + m_at, n, into.data());
        m_at += n;
        return n;
    }

private:
    ByteSource& m_source;
    std::vector<std::byte> m_buffer;
    std::size_t m_at = 0, m_filled = 0;
};

// DIR/diff and DIR/recipe
Result<UnpackResult> unpackInto(const std::filesystem::path& ingest, ByteSource& tar, Digest& diffId, bool userxattr,
                                const std::stop_token& stop)
{
    const std::filesystem::path dir = ingest / "diff";
    std::error_code ignored;
    std::filesystem::create_directories(dir, ignored);
    const UniqueFd fd(::open(dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd)
        return failErrno(errno, "making " + dir.string());
    ::fchmod(fd.get(), 0755);
    const auto plain = decompressed(tar);
    Hasher hasher;
    HashingSource hashed(*plain, hasher);
    BufferedSource buffered(hashed);
    TRY(const auto recipe, RecipeWriter::create(ingest / "recipe"));
    TarReader reader(buffered, recipe.get());
    TRY(auto result, unpackLayer(reader, fd.get(), userxattr, {}, stop));
    TRY_STATUS(reader.drain());
    TRY_STATUS(recipe->finish());
    diffId = hasher.finish();
    return result;
}
} // namespace

LayerStore::LayerStore(Database& db, std::filesystem::path root, bool userxattr)
    : m_db(db), m_root(std::move(root)), m_userxattr(userxattr)
{
    std::error_code ignored;
    std::filesystem::create_directories(folder(), ignored);
    std::filesystem::create_directories(m_root / "ingest", ignored);
}

std::string LayerStore::freeName()
{
    std::int64_t last = 0;
    (void)m_db.query("SELECT COALESCE(MAX(CAST(dir AS INTEGER)), 0) FROM layers", {},
                     [&](const Database::Row& row) { last = row.integer(0); });
    do
        ++last;
    while (std::filesystem::exists(folder() / std::to_string(last)));
    return std::to_string(last);
}

Result<Layer> LayerStore::add(ByteSource& tar, const Digest& expected, const std::stop_token& stop)
{
    const std::filesystem::path ingest = m_root / "ingest" / randomId();
    const auto giveUp = [&](Error error) -> std::unexpected<Error> {
        std::error_code ignored;
        std::filesystem::remove_all(ingest, ignored);
        return std::unexpected(std::move(error));
    };
    Digest diffId;
    auto unpacked = unpackInto(ingest, tar, diffId, m_userxattr, stop);
    if (!unpacked)
        return giveUp(unpacked.error());
    if (!expected.empty() && diffId != expected)
        return giveUp({ErrorKind::InvalidArgument, "layer content has diff id " + diffId.str() + ", not " + expected.str(), 0});
    if (unpacked->skippedDevices > 0)
        log::warn("layer {}: {} device nodes were not unpacked", diffId.str(), unpacked->skippedDevices);

    auto kept = commit(ingest, diffId, static_cast<std::int64_t>(unpacked->bytes));
    return kept ? kept : giveUp(kept.error());
}

// INGEST has the layer in "diff"; it is gone afterwards, unless that failed.
Result<Layer> LayerStore::commit(const std::filesystem::path& ingest, const Digest& diffId, std::int64_t size)
{
    const UniqueFd parent(::open(folder().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!parent || ::syncfs(parent.get()) != 0)
        return fail(ErrorKind::Unavailable, "writing layer " + diffId.str() + " to disk failed", errno);
    const std::scoped_lock lock(m_mutex);
    if (auto existing = get(diffId)) {
        std::error_code ignored;
        std::filesystem::remove_all(ingest, ignored);
        return existing;
    }
    Layer layer{diffId, freeName(), size};
    if (::rename(ingest.c_str(), (folder() / layer.dir).c_str()) != 0)
        return fail(ErrorKind::Internal, "keeping layer " + diffId.str() + " failed", errno);
    ::fsync(parent.get());
    if (auto kept = m_db.exec("INSERT INTO layers(diff_id, dir, size, created) VALUES(?, ?, ?, ?)",
                              {diffId.str(), layer.dir, layer.size, toUnixNano(now())});
        !kept) {
        std::error_code ignored;
        std::filesystem::remove_all(folder() / layer.dir, ignored);
        return std::unexpected(kept.error());
    }
    return layer;
}

Result<Layer> LayerStore::adopt(const std::filesystem::path& dir, const OnDigest& onDigest, const std::stop_token& stop)
{
    const UniqueFd fd(::open(dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd)
        return failErrno(errno, "reading the new layer " + dir.string());
    Hasher hasher;
    const ByteSink hash = [&hasher](std::span<const std::byte> bytes) -> Status {
        hasher.update(bytes.data(), bytes.size());
        return {};
    };
    TRY(const LayerTarSummary summary, writeLayerTar(fd.get(), m_userxattr, hash, stop));
    if (summary.entries == 0)
        return Layer{};
    const std::filesystem::path ingest = m_root / "ingest" / randomId();
    if (::mkdir(ingest.c_str(), 0755) != 0 || ::rename(dir.c_str(), (ingest / "diff").c_str()) != 0) {
        const int error = errno;
        ::rmdir(ingest.c_str());
        return failErrno(error, "moving the new layer " + dir.string());
    }
    const Digest diffId = hasher.finish();
    onDigest(diffId);
    auto kept = commit(ingest, diffId, static_cast<std::int64_t>(summary.bytes));
    if (!kept) {
        std::error_code ignored;
        std::filesystem::remove_all(ingest, ignored);
    }
    return kept;
}

Result<Layer> LayerStore::get(const Digest& diffId) const
{
    Layer layer;
    TRY_STATUS(m_db.query("SELECT dir, size FROM layers WHERE diff_id = ?", {diffId.str()}, [&](const Database::Row& row) {
        layer = {diffId, row.text(0), row.integer(1)};
    }));
    if (layer.dir.empty())
        return fail(ErrorKind::NotFound, "no such layer: " + diffId.str());
    return layer;
}

Status LayerStore::make(const Layer& layer, const ByteSink& sink, const std::stop_token& stop) const
{
    const std::filesystem::path recipe = folder() / layer.dir / "recipe";
    if (std::filesystem::exists(recipe))
        return replayRecipe(recipe, diffPath(layer), sink);
    const UniqueFd fd(::open(diffPath(layer).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd)
        return failErrno(errno, "reading layer " + layer.diffId.str());
    return writeLayerTar(fd.get(), m_userxattr, sink, stop).transform([](const LayerTarSummary&) {});
}

Status LayerStore::tar(const Digest& diffId, const ByteSink& sink, const std::stop_token& stop) const
{
    TRY(const auto layer, get(diffId));
    Hasher hasher;
    TRY_STATUS(make(layer, [&](std::span<const std::byte> bytes) -> Status {
        if (stop.stop_requested())
            return fail(ErrorKind::Cancelled, "reading layer " + diffId.str() + " was cancelled");
        hasher.update(bytes.data(), bytes.size());
        return sink(bytes);
    }, stop));
    if (hasher.finish() != diffId)
        return fail(ErrorKind::Internal, "the layer " + diffId.str() + " in " + (folder() / layer.dir).string() +
                                             " is not what it was: remove its images and pull them again");
    return {};
}

Result<std::uint64_t> LayerStore::tarSize(const Digest& diffId, const std::stop_token& stop) const
{
    TRY(const auto layer, get(diffId));
    const std::filesystem::path recipe = folder() / layer.dir / "recipe";
    if (std::filesystem::exists(recipe))
        return recipeSize(recipe);
    std::uint64_t size = 0;
    TRY_STATUS(make(layer, [&size](std::span<const std::byte> bytes) -> Status {
        size += bytes.size();
        return {};
    }, stop));
    return size;
}

Result<std::vector<Layer>> LayerStore::list() const
{
    std::vector<Layer> layers;
    TRY_STATUS(m_db.query("SELECT diff_id, dir, size FROM layers", {}, [&](const Database::Row& row) {
        if (auto digest = Digest::parse(row.text(0)))
            layers.push_back({*digest, row.text(1), row.integer(2)});
    }));
    return layers;
}

Status LayerStore::remove(const Digest& diffId)
{
    TRY(const auto layer, get(diffId));
    TRY_STATUS(m_db.exec("DELETE FROM layers WHERE diff_id = ?", {diffId.str()}));
    const auto trash = m_root / "ingest" / randomId();
    std::error_code ignored;
    std::filesystem::rename(folder() / layer.dir, trash, ignored);
    std::filesystem::remove_all(trash, ignored);
    return {};
}

} // namespace slipway
