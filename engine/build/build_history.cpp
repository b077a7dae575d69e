// SPDX-License-Identifier: GPL-3.0-or-later
#include "build/build_history.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/folder.h"
#include "base/ids.h"
#include "base/log.h"
#include "build/progress_json.h"

namespace slipway::build
{

namespace fs = std::filesystem;

namespace
{
constexpr auto cutShort = "the engine ended before the build did";

bool writeAll(int fd, std::string_view bytes)
{
    while (!bytes.empty()) {
        const ssize_t n = ::write(fd, bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
}

Status writeFile(const fs::path& path, std::string_view text)
{
    UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!fd || !writeAll(fd.get(), text))
        return failErrno(errno, "writing " + path.string());
    return {};
}

Result<std::string> readFile(const fs::path& path)
{
    std::ifstream file(path, std::ios::binary);
    if (!file)
        return fail(ErrorKind::NotFound, path.string() + " cannot be read");
    return std::string(std::istreambuf_iterator<char>(file), {});
}

Status eachLine(const fs::path& path, const std::function<Status(std::string_view)>& onLine)
{
    std::ifstream file(path, std::ios::binary);
    for (std::string line; std::getline(file, line);) {
        if (!file.eof()) // a last line without its end was cut
            TRY_STATUS(onLine(line));
    }
    return {};
}

std::int64_t sizeOf(const fs::path& folder)
{
    std::int64_t bytes = 0;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(folder, ignored))
        bytes += static_cast<std::int64_t>(entry.file_size(ignored));
    return bytes;
}
} // namespace

BuildHistory::BuildHistory(fs::path folder, Limits limits) : m_folder(std::move(folder)), m_limits(limits)
{
    std::error_code ignored;
    fs::create_directories(m_folder, ignored);
    ::chmod(m_folder.c_str(), 0700);
    endCutShort();
}

BuildHistory::~BuildHistory() = default;

std::vector<std::string> BuildHistory::ids() const { return entriesOf(m_folder); }

void BuildHistory::endCutShort()
{
    std::error_code ignored;
    for (const std::string& id : ids()) {
        auto record = read(id);
        if (!record) {
            fs::remove_all(m_folder / id, ignored);
            continue;
        }
        if (record->state != "running")
            continue;
        (void)eachLine(m_folder / id / "log", [&](std::string_view line) -> Status {
            if (const auto progress = parseJson(line))
                record->take(*progress);
            return {};
        });
        struct stat info{};
        if (::stat((m_folder / id / "log").c_str(), &info) == 0) {
            record->logBytes = info.st_size;
            record->ms = std::max<std::int64_t>(record->ms, (info.st_mtim.tv_sec * 1'000'000'000ll + info.st_mtim.tv_nsec - record->startedNs) / 1'000'000);
        }
        record->end("failed", cutShort);
        if (const Status kept = write(*record); !kept)
            log::warn("build history: {}", kept.error().message);
    }
}

Result<BuildRecord> BuildHistory::read(const std::string& id) const
{
    TRY(const std::string text, readFile(m_folder / id / "record.json"));
    TRY(const Json json, parseJson(text));
    BuildRecord record = BuildRecord::from(json);
    if (record.id != id)
        return fail(ErrorKind::Internal, "the record of build " + id + " is of another");
    return record;
}

Status BuildHistory::write(const BuildRecord& record) const
{
    const fs::path file = m_folder / record.id / "record.json", fresh = m_folder / record.id / "record.json.new";
    TRY_STATUS(writeFile(fresh, dumpJson(record.toJson(true))));
    if (::rename(fresh.c_str(), file.c_str()) != 0)
        return failErrno(errno, "writing " + file.string());
    return {};
}

std::unique_ptr<BuildHistory::Recording> BuildHistory::begin(BuildRecord record, const std::string& text)
{
    record.id = shortId(randomId());
    const fs::path folder = m_folder / record.id;
    UniqueFd log;
    const auto make = [&]() -> Status {
        if (::mkdir(folder.c_str(), 0700) != 0)
            return failErrno(errno, "making " + folder.string());
        TRY_STATUS(writeFile(folder / "Dockerfile", text));
        log = UniqueFd(::open((folder / "log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
        if (!log)
            return failErrno(errno, "making " + (folder / "log").string());
        return write(record);
    };
    const std::scoped_lock lock(m_mutex);
    if (const Status made = make(); !made) {
        log::warn("build history: {}", made.error().message);
        log.reset();
        std::error_code ignored;
        fs::remove_all(folder, ignored);
    }
    std::unique_ptr<Recording> recording(new Recording(*this, std::move(record), std::move(log)));
    m_running[recording->id()] = recording.get();
    prune();
    return recording;
}

std::vector<BuildRecord> BuildHistory::list() const
{
    const std::scoped_lock lock(m_mutex);
    std::vector<BuildRecord> records;
    for (const std::string& id : ids()) {
        if (const auto running = m_running.find(id); running != m_running.end())
            records.push_back(running->second->record());
        else if (auto record = read(id))
            records.push_back(*std::move(record));
    }
    std::ranges::sort(records, std::ranges::greater(), &BuildRecord::startedNs);
    return records;
}

Result<std::string> BuildHistory::find(const std::string& id) const
{
    std::vector<std::string> found;
    for (const std::string& each : ids()) {
        if (each == id)
            return each;
        if (!id.empty() && each.starts_with(id))
            found.push_back(each);
    }
    if (found.empty())
        return fail(ErrorKind::NotFound, "no such build: " + id);
    if (found.size() > 1)
        return fail(ErrorKind::InvalidArgument, "multiple builds found with the id " + id);
    return found.front();
}

Result<BuildRecord> BuildHistory::get(const std::string& wanted) const
{
    const std::scoped_lock lock(m_mutex);
    TRY(const std::string id, find(wanted));
    if (const auto running = m_running.find(id); running != m_running.end())
        return running->second->record();
    return read(id);
}

Result<std::string> BuildHistory::dockerfile(const std::string& wanted) const
{
    TRY(const std::string id, find(wanted));
    return readFile(m_folder / id / "Dockerfile");
}

Status BuildHistory::log(const std::string& wanted, const std::function<Status(std::string_view line)>& onLine) const
{
    TRY(const std::string id, find(wanted));
    return eachLine(m_folder / id / "log", onLine);
}

Status BuildHistory::remove(const std::string& wanted)
{
    const std::scoped_lock lock(m_mutex);
    TRY(const std::string id, find(wanted));
    if (m_running.contains(id))
        return fail(ErrorKind::Conflict, "the build " + id + " is still running: cancel it first");
    std::error_code error;
    fs::remove_all(m_folder / id, error);
    return error ? failErrno(error.value(), "removing the build " + id) : Status();
}

int BuildHistory::clear()
{
    const std::scoped_lock lock(m_mutex);
    int removed = 0;
    std::error_code error;
    for (const std::string& id : ids())
        if (!m_running.contains(id) && fs::remove_all(m_folder / id, error) > 0)
            ++removed;
    return removed;
}

void BuildHistory::prune()
{
    struct Kept
    {
        std::int64_t started, bytes;
        std::string id;
    };
    std::vector<Kept> kept;
    for (const std::string& id : ids())
        if (const auto record = read(id))
            kept.push_back({record->startedNs, sizeOf(m_folder / id), id});
    std::ranges::sort(kept, std::ranges::greater(), &Kept::started);
    std::int64_t bytes = 0;
    std::error_code ignored;
    for (std::size_t i = 0; i < kept.size(); ++i) {
        bytes += kept[i].bytes;
        if ((i >= m_limits.builds || bytes > m_limits.bytes) && !m_running.contains(kept[i].id))
            fs::remove_all(m_folder / kept[i].id, ignored);
    }
}

BuildHistory::Recording::~Recording()
{
    end(fail(ErrorKind::Internal, cutShort));
}

std::chrono::milliseconds BuildHistory::Recording::elapsed() const
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - m_began);
}

BuildRecord BuildHistory::Recording::record() const
{
    const std::scoped_lock lock(m_mutex);
    BuildRecord record = m_record;
    if (record.state == "running")
        record.ms = elapsed().count();
    return record;
}

void BuildHistory::Recording::take(const BuildProgress& progress)
{
    Json json = progressJson(progress, elapsed());
    if (json.is_null())
        return;
    const std::scoped_lock lock(m_mutex);
    m_record.take(json);
    if (json["state"] == "output" && m_record.logBytes > m_history.m_limits.logBytes) {
        if (std::exchange(m_full, true))
            return;
        json["text"] = "The rest of the output is not kept: it is more than " + std::to_string(m_history.m_limits.logBytes >> 20) + " MiB.\n";
    }
    const std::string line = dumpJson(json) + '\n';
    if (m_log && !writeAll(m_log.get(), line))
        m_log.reset(); // a full disk: what is there stays
    else if (m_log)
        m_record.logBytes += static_cast<std::int64_t>(line.size());
}

void BuildHistory::Recording::end(const Result<std::string>& image)
{
    const std::scoped_lock history(m_history.m_mutex); // before the record's, as list() does
    const std::scoped_lock lock(m_mutex);
    if (m_history.m_running.erase(m_record.id) == 0)
        return;
    m_record.ms = elapsed().count();
    m_record.image = image.value_or("");
    m_record.end(image ? "succeeded" : image.error().kind == ErrorKind::Cancelled ? "cancelled" : "failed", image ? "" : image.error().message);
    std::error_code ignored;
    if (!fs::exists(m_history.m_folder / m_record.id, ignored))
        return;
    if (const Status kept = m_history.write(m_record); !kept)
        log::warn("build history: {}", kept.error().message);
    m_history.prune();
}

} // namespace slipway::build
