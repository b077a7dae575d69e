// SPDX-License-Identifier: GPL-3.0-or-later
#include "image/layer_transfers.h"

#include <cerrno>
#include <condition_variable>
#include <cstdlib>
#include <fcntl.h>
#include <iterator>
#include <list>
#include <map>
#include <mutex>
#include <thread>
#include <unistd.h>

#include "base/ids.h"
#include "base/unique_fd.h"
#include "store/byte_source.h"
#include "store/layer_store.h"

namespace slipway
{

namespace
{
constexpr int simultaneous = 3;
constexpr std::int64_t progressStep = 512 << 10;

Result<UniqueFd> unlinkedFile(const std::filesystem::path& folder)
{
    std::string name = (folder / "blob-XXXXXX").string();
    UniqueFd fd(::mkostemp(name.data(), O_CLOEXEC));
    if (!fd)
        return failErrno(errno, "making a file in " + folder.string());
    ::unlink(name.c_str());
    return fd;
}

Status writeAll(int fd, std::span<const std::byte> bytes, const std::filesystem::path& folder)
{
    while (!bytes.empty()) {
        const ssize_t n = ::write(fd, bytes.data(), bytes.size());
        if (n < 0 && errno != EINTR)
            return failErrno(errno, "write " + folder.string());
        if (n > 0)
            bytes = bytes.subspan(static_cast<std::size_t>(n));
    }
    return {};
}
} // namespace

// One layer on its way. MUTEX guards all but what only its own thread touches.
struct LayerTransfers::Transfer
{
    WantedLayer wanted;
    FetchBlob fetch;
    std::string id; // short, as progress shows it

    std::mutex mutex;
    std::list<Watcher> watchers;
    ImageProgress last;
    bool ended = false;
    std::jthread thread;

    void tell(std::string status, std::int64_t current = 0, std::int64_t total = 0)
    {
        const std::scoped_lock lock(mutex);
        last = {id, std::move(status), current, total, {}};
        for (const Watcher& watcher : watchers)
            watcher.progress(last);
    }
};

struct LayerTransfers::Impl
{
    Impl(LayerStore& store, std::filesystem::path folder) : layers(store), ingest(std::move(folder)) {}

    LayerStore& layers;
    const std::filesystem::path ingest;
    std::mutex mutex; // before a transfer's own
    std::condition_variable_any slotFree;
    int slots = simultaneous;
    std::map<std::pair<Digest, Digest>, std::shared_ptr<Transfer>> coming;
    std::list<std::shared_ptr<Transfer>> all; // until their threads have ended: these never own themselves

    Status run(Transfer& transfer, const std::stop_token& stop);
    Result<UniqueFd> download(Transfer& transfer, const std::stop_token& stop);
    void finish(Transfer& transfer, const Status& status);
    void forget(const Transfer& transfer); // mutex is held
    void leave(Transfer& transfer, std::list<Watcher>::iterator watcher);
    std::shared_ptr<Transfer> find(const WantedLayer& wanted, FetchBlob fetch); // mutex is held
};

Result<UniqueFd> LayerTransfers::Impl::download(Transfer& transfer, const std::stop_token& stop)
{
    const WantedLayer& wanted = transfer.wanted;
    TRY(auto file, unlinkedFile(ingest));
    Hasher hasher;
    std::int64_t done = 0, told = 0;
    const auto sink = [&](std::span<const std::byte> bytes) -> Status {
        hasher.update(bytes.data(), bytes.size());
        done += static_cast<std::int64_t>(bytes.size());
        if (done - told > progressStep || done == wanted.size) {
            transfer.tell("Downloading", done, wanted.size);
            told = done;
        }
        return writeAll(file.get(), bytes, ingest);
    };
    const auto waiting = [&](std::chrono::milliseconds pause) {
        const auto seconds = std::chrono::ceil<std::chrono::seconds>(pause).count();
        transfer.tell("Retrying in " + std::to_string(seconds) + (seconds == 1 ? " second" : " seconds"));
    };
    TRY_STATUS(transfer.fetch(sink, waiting, stop));
    transfer.tell("Verifying Checksum");
    if (const Digest digest = hasher.finish(); digest != wanted.blob)
        return fail(ErrorKind::InvalidArgument, "filesystem layer verification failed for digest " + wanted.blob.str());
    transfer.tell("Download complete");
    return file;
}

Status LayerTransfers::Impl::run(Transfer& transfer, const std::stop_token& stop)
{
    {
        std::unique_lock lock(mutex);
        if (!slotFree.wait(lock, stop, [&] { return slots > 0; }))
            return fail(ErrorKind::Cancelled, "the download was cancelled");
        --slots;
    }
    auto file = download(transfer, stop);
    {
        const std::scoped_lock lock(mutex);
        ++slots;
    }
    slotFree.notify_one();
    if (!file)
        return std::unexpected(file.error());
    ::lseek(file->get(), 0, SEEK_SET);
    transfer.tell("Extracting", transfer.wanted.size, transfer.wanted.size);
    TRY_STATUS(layers.add(*sourceFromFd(file->get()), transfer.wanted.diffId, stop).transform([](const Layer&) {}));
    transfer.tell("Pull complete");
    return {};
}

void LayerTransfers::Impl::forget(const Transfer& transfer)
{
    if (const auto it = coming.find({transfer.wanted.blob, transfer.wanted.diffId}); it != coming.end() && it->second.get() == &transfer)
        coming.erase(it);
}

void LayerTransfers::Impl::finish(Transfer& transfer, const Status& status)
{
    {
        const std::scoped_lock lock(mutex);
        forget(transfer);
    }
    const std::scoped_lock lock(transfer.mutex);
    transfer.ended = true;
    for (const Watcher& watcher : transfer.watchers)
        watcher.done(status);
}

std::shared_ptr<LayerTransfers::Transfer> LayerTransfers::Impl::find(const WantedLayer& wanted, FetchBlob fetch)
{
    if (const auto it = coming.find({wanted.blob, wanted.diffId}); it != coming.end())
        return it->second;
    all.remove_if([](const std::shared_ptr<Transfer>& transfer) {
        const std::scoped_lock lock(transfer->mutex);
        return transfer->ended;
    });
    auto transfer = std::make_shared<Transfer>();
    transfer->wanted = wanted;
    transfer->fetch = std::move(fetch);
    transfer->id = shortId(wanted.blob.hex());
    transfer->last = {transfer->id, "Pulling fs layer", 0, 0, {}};
    all.push_back(transfer);
    coming[{wanted.blob, wanted.diffId}] = transfer;
    transfer->thread = std::jthread([this, one = transfer.get()](const std::stop_token& stop) { finish(*one, run(*one, stop)); });
    return transfer;
}

void LayerTransfers::Impl::leave(Transfer& transfer, std::list<Watcher>::iterator watcher)
{
    const std::scoped_lock lock(mutex);
    const std::scoped_lock transferLock(transfer.mutex);
    transfer.watchers.erase(watcher);
    if (!transfer.watchers.empty() || transfer.ended)
        return;
    transfer.thread.request_stop();
    forget(transfer); // who asks from now on begins anew
}

LayerTransfers::LayerTransfers(LayerStore& layers, std::filesystem::path ingest)
    : m_impl(std::make_unique<Impl>(layers, std::move(ingest)))
{
}

LayerTransfers::~LayerTransfers()
{
    std::list<std::shared_ptr<Transfer>> all;
    {
        const std::scoped_lock lock(m_impl->mutex);
        all.swap(m_impl->all);
    }
    for (const auto& transfer : all)
        transfer->thread.request_stop();
    for (const auto& transfer : all)
        transfer->thread.join();
}

LayerTransfers::Watch LayerTransfers::watch(const WantedLayer& wanted, FetchBlob fetch, Watcher watcher)
{
    const std::scoped_lock lock(m_impl->mutex); // finish() wants it before it ends: the transfer cannot end under us
    const auto transfer = m_impl->find(wanted, std::move(fetch));
    const std::scoped_lock transferLock(transfer->mutex);
    watcher.progress(transfer->last);
    transfer->watchers.push_back(std::move(watcher));
    const auto place = std::prev(transfer->watchers.end());
    return {transfer.get(), [impl = m_impl.get(), transfer, place](void*) { impl->leave(*transfer, place); }};
}

} // namespace slipway
