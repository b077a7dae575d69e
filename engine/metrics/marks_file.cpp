// SPDX-License-Identifier: GPL-3.0-or-later
#include "metrics/marks_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "base/unique_fd.h"

namespace slipway::metrics
{
namespace
{
// Little endian, as all machines that this runs on.
struct Record
{
    std::int64_t timeNs = 0;
    std::int64_t what = 0;
    std::int64_t exitCode = 0, memoryPeak = 0, oomKills = 0;
};
static_assert(sizeof(Record) == 40);
constexpr off_t most = 512, kept = 256;

Record recordOf(const Mark& mark) { return {mark.timeNs, static_cast<std::int64_t>(mark.what), mark.exitCode, mark.memoryPeak, mark.oomKills}; }
} // namespace

Status MarksFile::add(const Mark& mark)
{
    UniqueFd fd(::open(m_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    struct stat info{};
    if (!fd || ::fstat(fd.get(), &info) != 0)
        return failErrno(errno, "opening " + m_path.string());
    off_t count = info.st_size / static_cast<off_t>(sizeof(Record));
    if (count >= most) {
        std::vector<Mark> last = read();
        last.erase(last.begin(), last.end() - std::min<std::ptrdiff_t>(kept, static_cast<std::ptrdiff_t>(last.size())));
        const std::filesystem::path fresh = m_path.string() + ".new";
        UniqueFd other(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
        std::vector<Record> records;
        for (const Mark& each : last)
            records.push_back(recordOf(each));
        const auto bytes = static_cast<ssize_t>(records.size() * sizeof(Record));
        if (!other || ::write(other.get(), records.data(), static_cast<std::size_t>(bytes)) != bytes || ::rename(fresh.c_str(), m_path.c_str()) != 0)
            return failErrno(errno, "writing " + fresh.string());
        fd = std::move(other);
        count = static_cast<off_t>(records.size());
    }
    const Record record = recordOf(mark);
    if (::pwrite(fd.get(), &record, sizeof record, count * static_cast<off_t>(sizeof record)) != sizeof record)
        return failErrno(errno, "writing " + m_path.string());
    return {};
}

std::vector<Mark> MarksFile::read() const
{
    std::vector<Mark> marks;
    const UniqueFd fd(::open(m_path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!fd)
        return marks;
    std::vector<Record> records(static_cast<std::size_t>(most));
    const ssize_t got = ::pread(fd.get(), records.data(), records.size() * sizeof(Record), 0);
    records.resize(got > 0 ? static_cast<std::size_t>(got) / sizeof(Record) : 0);
    for (const Record& record : records)
        if (record.what >= static_cast<std::int64_t>(Mark::What::Start) && record.what <= static_cast<std::int64_t>(Mark::What::Update))
            marks.push_back({static_cast<Mark::What>(record.what), record.timeNs, record.exitCode, record.memoryPeak, record.oomKills});
    std::ranges::stable_sort(marks, {}, &Mark::timeNs); // a late one of an earlier run
    return marks;
}

} // namespace slipway::metrics
