// SPDX-License-Identifier: GPL-3.0-or-later
#include "container/kept_logs.h"

#include <algorithm>
#include <fstream>

#include "base/json.h"

namespace slipway
{
namespace fs = std::filesystem;

void KeptLogs::load()
{
    if (m_loaded)
        return;
    m_loaded = true;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(m_dir, ignored)) {
        std::ifstream file(entry.path() / "about.json");
        const auto about = parseJson(std::string(std::istreambuf_iterator<char>(file), {}));
        if (!about) { // half made when the engine was killed
            fs::remove_all(entry.path(), ignored);
            continue;
        }
        m_kept.push_back({entry.path().filename().string(), jsonValue<std::string>(*about, "name"), jsonValue<std::string>(*about, "image"),
                          fromUnixNano(jsonValue<std::int64_t>(*about, "removed")), jsonValue<std::uint64_t>(*about, "bytes")});
    }
    std::ranges::sort(m_kept, {}, &Kept::removed);
}

void KeptLogs::keep(const std::string& id, const std::string& name, const std::string& image, const fs::path& log)
{
    std::error_code error;
    std::uint64_t bytes = 0;
    for (const auto& entry : fs::directory_iterator(log, error))
        bytes += entry.file_size(error);
    constexpr std::uint64_t emptySegment = 32;
    if (bytes <= emptySegment || bytes > mostBytes) // nothing in it, or it would drive out all others
        return;
    const std::lock_guard lock(m_mutex);
    load();
    fs::create_directories(m_dir, error);
    fs::permissions(m_dir, fs::perms::owner_all, error);
    fs::rename(log, m_dir / id, error);
    if (error)
        return;
    const Kept kept{id, name, image, now(), bytes};
    std::ofstream(m_dir / id / "about.json") << dumpJson({{"name", name}, {"image", image}, {"removed", toUnixNano(kept.removed)}, {"bytes", bytes}});
    m_kept.push_back(kept);
    trim();
}

void KeptLogs::trim()
{
    std::uint64_t bytes = 0;
    for (const Kept& kept : m_kept)
        bytes += kept.bytes;
    const TimePoint oldest = now() - longest;
    std::error_code ignored;
    while (!m_kept.empty() && (bytes > mostBytes || m_kept.size() > most || m_kept.front().removed < oldest)) {
        fs::remove_all(m_dir / m_kept.front().id, ignored);
        bytes -= m_kept.front().bytes;
        m_kept.erase(m_kept.begin());
    }
}

std::vector<KeptLogs::Kept> KeptLogs::list()
{
    const std::lock_guard lock(m_mutex);
    load();
    trim();
    return {m_kept.rbegin(), m_kept.rend()};
}

std::optional<fs::path> KeptLogs::find(const std::string& idOrName)
{
    const std::lock_guard lock(m_mutex);
    load();
    for (auto kept = m_kept.rbegin(); kept != m_kept.rend(); ++kept)
        if (kept->id == idOrName || kept->name == idOrName)
            return m_dir / kept->id;
    return std::nullopt;
}

void KeptLogs::clear()
{
    const std::lock_guard lock(m_mutex);
    std::error_code ignored;
    fs::remove_all(m_dir, ignored);
    m_kept.clear();
    m_loaded = true;
}

} // namespace slipway
