// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"

namespace slipway
{

// The logs of containers that were removed, for a while: at most a week, at most a hundred, at most 256 MiB together; the oldest
// go first; one that is larger alone is not kept. Each is a folder DIR/ID with the log's segments and about.json. Thread-safe.
class KeptLogs
{
public:
    static constexpr std::chrono::hours longest{24 * 7};
    static constexpr std::size_t most = 100;
    static constexpr std::uint64_t mostBytes = 256ull << 20;

    struct Kept
    {
        std::string id, name, image;
        TimePoint removed;
        std::uint64_t bytes = 0;
    };

    explicit KeptLogs(std::filesystem::path dir) : m_dir(std::move(dir)) {}

    void keep(const std::string& id, const std::string& name, const std::string& image, const std::filesystem::path& log); // moves it
    [[nodiscard]] std::vector<Kept> list(); // newest first
    [[nodiscard]] std::optional<std::filesystem::path> find(const std::string& idOrName); // of containers of one name the last
    void clear();

private:
    void load();
    void trim();
    std::filesystem::path m_dir;
    std::mutex m_mutex;
    bool m_loaded = false;
    std::vector<Kept> m_kept; // oldest first
};

} // namespace slipway
