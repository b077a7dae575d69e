// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/unique_fd.h"
#include "build/build_record.h"

// The builds that were made: FOLDER/ID/{record.json, Dockerfile, log}. A log is lines of JSON as of progressJson(), written as it
// happens, so that it is there whatever becomes of the engine: a record that says "running" when the engine starts was cut short, and
// its steps are read from its log. The oldest go when there are too many or they take too much room.
namespace slipway::build
{

struct BuildProgress;

// Blocking, thread-safe. A disk that is full costs history, never a build.
class BuildHistory
{
public:
    struct Limits
    {
        std::size_t builds = 200;
        std::int64_t bytes = 256ll << 20;  // of all together
        std::int64_t logBytes = 8ll << 20; // of one build's output; then its log says that the rest is left out
    };
    class Recording;

    explicit BuildHistory(std::filesystem::path folder) : BuildHistory(std::move(folder), Limits()) {}
    BuildHistory(std::filesystem::path folder, Limits limits);
    ~BuildHistory(); // after all recordings

    // RECORD without an id, which it gets here; TEXT is the Dockerfile.
    [[nodiscard]] std::unique_ptr<Recording> begin(BuildRecord record, const std::string& text);
    [[nodiscard]] std::vector<BuildRecord> list() const; // newest first
    // ID: as much of it as is unambiguous. NotFound.
    [[nodiscard]] Result<BuildRecord> get(const std::string& id) const;
    [[nodiscard]] Result<std::string> dockerfile(const std::string& id) const;
    // Its log, a line of JSON at a time, without the line end.
    [[nodiscard]] Status log(const std::string& id, const std::function<Status(std::string_view line)>& onLine) const;
    [[nodiscard]] Status remove(const std::string& id); // Conflict while it runs
    [[nodiscard]] int clear();                          // all that ended; how many

private:
    void endCutShort();
    void prune(); // m_mutex held
    [[nodiscard]] Result<std::string> find(const std::string& id) const;
    [[nodiscard]] std::vector<std::string> ids() const;
    [[nodiscard]] Result<BuildRecord> read(const std::string& id) const;
    [[nodiscard]] Status write(const BuildRecord& record) const;

    std::filesystem::path m_folder;
    Limits m_limits;
    mutable std::mutex m_mutex;
    std::map<std::string, Recording*> m_running;
};

// One build as it is recorded. A recording that goes without end() was cut short.
class BuildHistory::Recording
{
public:
    ~Recording();
    Recording(const Recording&) = delete;
    Recording& operator=(const Recording&) = delete;

    [[nodiscard]] std::string id() const { return m_record.id; }
    void take(const BuildProgress& progress); // as it happens; one at a time
    void end(const Result<std::string>& image);

private:
    friend class BuildHistory;
    Recording(BuildHistory& history, BuildRecord record, UniqueFd log) : m_history(history), m_record(std::move(record)), m_log(std::move(log)) {}
    [[nodiscard]] std::chrono::milliseconds elapsed() const;
    [[nodiscard]] BuildRecord record() const; // as it is by now

    BuildHistory& m_history;
    mutable std::mutex m_mutex;
    BuildRecord m_record;
    UniqueFd m_log;
    bool m_full = false;
    std::chrono::steady_clock::time_point m_began = std::chrono::steady_clock::now();
};

} // namespace slipway::build
