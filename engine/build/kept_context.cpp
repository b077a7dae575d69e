// SPDX-License-Identifier: GPL-3.0-or-later
#include "build/kept_context.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <set>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <utility>

#include "base/ids.h"
#include "base/in_root.h"
#include "base/log.h"
#include "build/context_writer.h"
#include "os/kernel_text.h"
#include "volume/copy_tree.h"

namespace slipway::build
{

namespace fs = std::filesystem;

namespace
{
constexpr std::int64_t mostBytes = 8ll << 30;
constexpr int partOfDisk = 10;
constexpr std::size_t mostRemembered = 200'000;              // entries
constexpr auto rememberedFor = std::chrono::minutes(10);    // by then whoever edits and builds has built again
constexpr int slots = 3; // of a folder that several builds read at once
constexpr const char* indexName = "index";
constexpr const char* filesName = "files";

std::int64_t limitOn(const fs::path& folder)
{
    struct statvfs disk{};
    if (::statvfs(folder.c_str(), &disk) != 0)
        return mostBytes;
    return std::min(mostBytes, static_cast<std::int64_t>(disk.f_blocks * disk.f_frsize) / partOfDisk);
}

std::string thisBoot()
{
    std::array<char, 64> buffer{};
    return std::string(readKernelFile("/proc/sys/kernel/random/boot_id", buffer));
}

TimePoint timeOf(const timespec& time) { return fromUnixNano(time.tv_sec * 1'000'000'000ll + time.tv_nsec); }
} // namespace

KeptContext::KeptContext(KeptContexts& owner, std::string name, fs::path place, std::string description)
    : m_owner(owner), m_name(std::move(name)), m_place(std::move(place)), m_folder(m_place / filesName), m_description(std::move(description))
{
}

KeptContext::~KeptContext() { m_owner.giveBack(*this); }

Status KeptContext::update(std::vector<ContextEntry> wanted, const Bring& bring, const std::set<std::string>& secrets)
{
    TRY_STATUS(makeTree(wanted));
    const UniqueFd root(::open(m_folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!root)
        return failErrno(errno, "opening " + m_folder.string());
    ContextWriter writer(root.get(), *m_index, std::move(wanted));
    const auto holdsSecrets = [&](const ContextIndex& index) {
        for (const ContextEntry& entry : index.entries()) {
            if (entry.hasContent() && secrets.contains(entry.hash))
                m_secrets.insert(entry.hash);
        }
        return !m_secrets.empty();
    };
    const bool changes = writer.changes();
    if (!changes && !holdsSecrets(*m_index))
        return {};
    const fs::path file = m_place / indexName;
    if (::unlink(file.c_str()) != 0 && errno != ENOENT)
        return failErrno(errno, "changing " + m_place.string());
    m_secrets.clear();
    const auto before = std::exchange(m_index, std::make_shared<const ContextIndex>()); // if this fails half-way, nobody believes what is there
    const Status written = changes ? writer.run(bring) : Status();
    if (writer.broken())
        return written;
    const auto changed = written ? writer.changed() : std::vector<std::string>();
    auto made = std::make_shared<const ContextIndex>(writer.take());
    if (written)
        made->hashes().inherit(before->hashes(), changed);
    if (!m_name.empty() && !holdsSecrets(*made))
        TRY_STATUS(made->save(file, m_owner.m_boot));
    m_index = std::move(made);
    return written;
}

Status KeptContext::forgetSecrets()
{
    const UniqueFd root(::open(m_folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    std::vector<ContextEntry> left;
    for (const ContextEntry& entry : m_index->entries()) {
        if (!entry.hasContent() || !m_secrets.contains(entry.hash)) {
            left.push_back(entry);
            continue;
        }
        const fs::path path = entry.path;
        TRY(const UniqueFd folder, openInRoot(root.get(), "/" + path.parent_path().string(), O_RDONLY | O_DIRECTORY, true));
        struct stat before{};
        if (::fstat(folder.get(), &before) != 0 || ::unlinkat(folder.get(), path.filename().c_str(), 0) != 0)
            return failErrno(errno, "removing " + entry.path + " of the build context");
        const timespec times[2] = {before.st_atim, before.st_mtim};
        ::futimens(folder.get(), times);
    }
    m_index = std::make_shared<const ContextIndex>(std::move(left));
    return m_index->save(m_place / indexName, m_owner.m_boot);
}

KeptContexts::KeptContexts(fs::path root) : m_root(std::move(root)), m_boot(thisBoot())
{
    std::error_code ignored;
    fs::create_directories(folder(), ignored);
    m_limit = limitOn(folder());
    for (const auto& entry : fs::directory_iterator(folder(), ignored)) {
        const auto index = m_boot.empty() ? fail(ErrorKind::NotFound, "") : ContextIndex::load(entry.path() / indexName, m_boot);
        struct stat info{};
        if (!index || ::stat((entry.path() / indexName).c_str(), &info) != 0) {
            discard(entry.path());
            continue;
        }
        Known& known = m_known[entry.path().filename()];
        known.record = {.id = entry.path().filename(), .kind = "source.local", .description = "local source for context", .parent = {}, .layer = {},
                        .size = index->bytes(), .created = timeOf(info.st_mtim), .lastUsed = timeOf(info.st_atim), .uses = 1};
    }
}

Result<std::unique_ptr<KeptContext>> KeptContexts::open(const std::string& key, const std::string& description)
{
    const std::string name = key.empty() || m_boot.empty() ? "" : freeName(key);
    const fs::path place = name.empty() ? m_root / "ingest" / ("context-" + randomId()) : folder() / name;
    std::unique_ptr<KeptContext> context(new KeptContext(*this, name, place, description));
    if (!name.empty()) {
        if (auto recent = takeRecent(name); recent && ::access((place / indexName).c_str(), F_OK) == 0) {
            context->m_index = std::move(recent);
            return context;
        }
        if (auto index = ContextIndex::load(place / indexName, m_boot); index) {
            context->m_index = std::make_shared<const ContextIndex>(*std::move(index));
            return context;
        }
        discard(place);
    }
    if (::mkdir(place.c_str(), 0700) != 0 || ::mkdir(context->m_folder.c_str(), 0755) != 0 || ::chmod(context->m_folder.c_str(), 0755) != 0)
        return failErrno(errno, "making " + context->m_folder.string());
    return context;
}

// Now its caller's; empty when all that KEY may have are in use.
std::string KeptContexts::freeName(const std::string& key)
{
    const std::scoped_lock lock(m_mutex);
    for (int slot = 0; slot < slots; ++slot) {
        const std::string name = Digest::of(key + '\n' + std::to_string(slot)).hex();
        if (!std::exchange(m_known[name].busy, true))
            return name;
    }
    return {};
}

std::shared_ptr<const ContextIndex> KeptContexts::takeRecent(const std::string& name)
{
    const std::scoped_lock lock(m_mutex);
    return m_recent.name == name ? std::exchange(m_recent, {}).index : nullptr;
}

// Under the mutex.
void KeptContexts::remember(const std::string& name, std::shared_ptr<const ContextIndex> index)
{
    if (index->entries().size() > mostRemembered)
        return;
    m_recent = {name, std::move(index), std::chrono::steady_clock::now() + rememberedFor};
    if (std::exchange(m_forgets, true))
        return;
    m_forgetter = std::jthread([this](const std::stop_token& stop) {
        std::unique_lock lock(m_mutex);
        while (m_recent.index && std::chrono::steady_clock::now() < m_recent.until && !stop.stop_requested())
            m_changed.wait_for(lock, stop, m_recent.until - std::chrono::steady_clock::now(), [] { return false; });
        m_recent = {};
        m_forgets = false;
    });
}

void KeptContexts::giveBack(KeptContext& context)
{
    if (context.m_name.empty())
        return discard(context.m_place);
    if (!context.m_secrets.empty()) {
        if (const Status gone = context.forgetSecrets(); !gone)
            log::warn("a build context is not kept: {}", gone.error().message); // it has no index
    }
    const fs::path file = context.m_place / indexName;
    const timespec used[2] = {{0, UTIME_NOW}, {0, UTIME_OMIT}};
    const bool isWhole = ::utimensat(AT_FDCWD, file.c_str(), used, 0) == 0;
    if (!isWhole)
        discard(context.m_place);
    {
        const std::scoped_lock lock(m_mutex);
        Known& known = m_known[context.m_name];
        known.busy = false;
        if (!isWhole) {
            m_known.erase(context.m_name);
            return;
        }
        if (known.record.id.empty())
            known.record = {.id = context.m_name, .kind = "source.local", .description = context.m_description, .parent = {}, .layer = {}, .created = now()};
        known.record.size = context.m_index->bytes();
        known.record.lastUsed = now();
        ++known.record.uses;
        remember(context.m_name, context.m_index);
    }
    shrink(m_limit);
}

void KeptContexts::discard(const fs::path& place) const
{
    const fs::path trash = m_root / "ingest" / randomId(); // whatever ends this half-way, nobody finds it
    if (::rename(place.c_str(), trash.c_str()) != 0)
        return;
    const UniqueFd parent(::open(trash.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (const auto gone = removeTree(parent.get(), trash.filename().string()); !gone)
        log::warn("a build context that was kept cannot be removed: {}", gone.error().message);
}

std::vector<CacheRecord> KeptContexts::list() const
{
    std::vector<CacheRecord> records;
    const std::scoped_lock lock(m_mutex);
    for (const auto& [name, known] : m_known) {
        if (known.record.id.empty())
            continue;
        records.push_back(known.record);
        records.back().inUse = known.busy;
    }
    return records;
}

Status KeptContexts::remove(const std::string& id)
{
    {
        const std::scoped_lock lock(m_mutex);
        const auto known = m_known.find(id);
        if (known == m_known.end() || known->second.busy)
            return {};
        known->second.busy = true;
        if (m_recent.name == id)
            m_recent = {};
    }
    discard(folder() / id);
    const std::scoped_lock lock(m_mutex);
    m_known.erase(id);
    return {};
}

void KeptContexts::shrink(std::int64_t limit)
{
    auto records = list();
    std::ranges::sort(records, std::greater(), [](const CacheRecord& each) { return std::pair(each.inUse, each.lastUsed); });
    std::int64_t kept = 0;
    for (const CacheRecord& record : records) {
        kept += record.size;
        if (kept > limit)
            (void)remove(record.id);
    }
}

} // namespace slipway::build
