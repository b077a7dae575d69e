// SPDX-License-Identifier: GPL-3.0-or-later
#include "logstore/log_writer.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <optional>
#include <sys/stat.h>
#include <sys/uio.h>

#include "base/unique_fd.h"

namespace slipway::logstore
{

namespace
{
constexpr std::uint64_t indexEvery = 64 * 1024;
constexpr std::size_t linesAtOnce = 256;
constexpr std::int64_t clockStepNs = 60'000'000'000;

std::string segmentName(unsigned number, const char* suffix)
{
    std::string digits = std::to_string(number);
    digits.insert(0, digits.size() < 8 ? 8 - digits.size() : 0, '0');
    return digits + suffix;
}

unsigned numberOf(const char* name)
{
    const std::string_view text(name);
    if (text.size() != 12 || !text.ends_with(".log"))
        return 0;
    return static_cast<unsigned>(std::strtoul(name, nullptr, 10));
}
} // namespace

struct LogWriter::Impl
{
    struct Line
    {
        std::string pending;
        TimePoint since{};
        bool begun = false;  // a piece of it is in the log
        bool broken = false; // a piece of it was dropped: the others go with it
    };

    std::string path;
    UniqueFd dir, segment, index;
    RotationLimits limits;
    unsigned oldest = 1, current = 0;
    std::uint64_t size = 0, lastIndexed = 0, line = 0, dropped = 0;
    std::optional<Stream> open; // whose record without a newline is the last one
    std::int64_t lastTime = 0;
    std::array<Line, 2> lines;

    Status openDir();
    Status openSegment(unsigned number, bool fresh);
    Status recover();
    bool room(TimePoint when);
    void write(Stream stream, std::uint8_t flags, TimePoint when, const char* data, std::size_t length);
    bool writeRecord(Stream stream, std::uint8_t flags, TimePoint when, const char* data, std::size_t length);
    std::size_t writeLines(Stream stream, TimePoint when, const char* data, std::size_t length);
    void addToIndex(std::int64_t timeNs);
    std::int64_t inOrder(TimePoint when);
    void endRowOfOther(Stream stream);
    void rotate();
    void removeOldest();
    Line& lineOf(Stream stream) { return lines[stream == Stream::Stderr ? 1 : 0]; }
};

Status LogWriter::Impl::openSegment(unsigned number, bool fresh)
{
    const int flags = O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | (fresh ? O_TRUNC : 0);
    const std::string log = segmentName(number, ".log"), idx = segmentName(number, ".idx");
    UniqueFd logFd(::openat(dir.get(), log.c_str(), flags, 0600));
    if (!logFd)
        return failErrno(errno, "opening the log segment " + log);
    UniqueFd idxFd(::openat(dir.get(), idx.c_str(), flags, 0600));
    if (!idxFd)
        return failErrno(errno, "opening the log index " + idx);
    if (fresh) {
        const SegmentHeader header{segmentMagic, formatVersion, sizeof(SegmentHeader), line, toUnixNano(now()), 0};
        if (::write(logFd.get(), &header, sizeof header) != sizeof header) {
            const int err = errno;
            ::unlinkat(dir.get(), log.c_str(), 0);
            ::unlinkat(dir.get(), idx.c_str(), 0);
            return failErrno(err, "starting the log segment " + log);
        }
        size = sizeof header;
        lastIndexed = 0;
    }
    segment = std::move(logFd);
    index = std::move(idxFd);
    current = number;
    return {};
}

Status LogWriter::Impl::recover()
{
    struct stat info{};
    if (::fstat(segment.get(), &info) != 0)
        return failErrno(errno, "reading the log");
    SegmentHeader header{};
    if (::pread(segment.get(), &header, sizeof header, 0) != sizeof header || header.magic != segmentMagic)
        return openSegment(current + 1, true);
    line = header.firstLine;
    std::uint64_t offset = header.headerSize;
    const auto end = static_cast<std::uint64_t>(info.st_size);
    RecordHeader record{};
    while (offset + sizeof record <= end
           && ::pread(segment.get(), &record, sizeof record, static_cast<off_t>(offset)) == sizeof record
           && record.length <= maxRecordPayload && offset + sizeof record + record.length <= end) {
        offset += sizeof record + record.length;
        line += open && !(record.flags & Continued) ? 1 : 0;
        open = record.flags & Partial ? std::optional(record.stream) : std::nullopt;
        line += open ? 0 : 1;
        lastTime = record.timeNs;
    }
    if (offset != end && ::ftruncate(segment.get(), static_cast<off_t>(offset)) != 0)
        return failErrno(errno, "cutting the torn end of the log");
    size = offset;
    lastIndexed = offset;
    return {};
}

Status LogWriter::Impl::openDir()
{
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
        return failErrno(errno, "making the log folder " + path);
    dir.reset(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!dir)
        return failErrno(errno, "opening the log folder " + path);
    unsigned first = 0, last = 0;
    if (DIR* list = ::opendir(path.c_str())) {
        while (const dirent* entry = ::readdir(list)) {
            if (const unsigned number = numberOf(entry->d_name)) {
                first = first ? std::min(first, number) : number;
                last = std::max(last, number);
            }
        }
        ::closedir(list);
    }
    oldest = first ? first : 1;
    TRY_STATUS(openSegment(last ? last : 1, last == 0));
    return last ? recover() : Status();
}

Result<LogWriter> LogWriter::open(const std::string& path, RotationLimits limits)
{
    auto impl = std::make_unique<Impl>();
    impl->path = path;
    impl->limits = limits;
    if (auto opened = impl->openDir(); !opened && opened.error().osError != ENOSPC && opened.error().osError != EDQUOT)
        return std::unexpected(opened.error());
    return LogWriter(std::move(impl));
}

bool LogWriter::Impl::writeRecord(Stream stream, std::uint8_t flags, TimePoint when, const char* data,
                                  std::size_t length)
{
    endRowOfOther(stream);
    if (open)
        flags |= Continued;
    RecordHeader header{static_cast<std::uint32_t>(length), stream, flags, 0, inOrder(when)};
    const std::array<iovec, 2> parts = {iovec{&header, sizeof header}, iovec{const_cast<char*>(data), length}};
    const auto whole = static_cast<ssize_t>(sizeof header + length);
    const ssize_t written = ::writev(segment.get(), parts.data(), length ? 2 : 1);
    if (written == whole) {
        addToIndex(header.timeNs);
        size += static_cast<std::uint64_t>(whole);
        lastTime = header.timeNs;
        open = flags & Partial ? std::optional(stream) : std::nullopt;
        line += open ? 0 : 1;
        return true;
    }
    if (written > 0) // half a record: the disk is full
        [[maybe_unused]] const int ignored = ::ftruncate(segment.get(), static_cast<off_t>(size));
    return false;
}

void LogWriter::Impl::endRowOfOther(Stream stream)
{
    if (!open || *open == stream)
        return;
    ++line;
    open.reset();
}

// Times only go up, so that a log can be searched by them; after a step of the clock they are what it says.
std::int64_t LogWriter::Impl::inOrder(TimePoint when)
{
    const std::int64_t time = toUnixNano(when);
    return time < lastTime && lastTime - time < clockStepNs ? lastTime : time;
}

void LogWriter::Impl::addToIndex(std::int64_t timeNs)
{
    if (size - lastIndexed < indexEvery)
        return;
    const IndexEntry entry{size, line, timeNs};
    const ssize_t indexed = ::write(index.get(), &entry, sizeof entry);
    struct stat info{};
    if (indexed > 0 && indexed < static_cast<ssize_t>(sizeof entry) && ::fstat(index.get(), &info) == 0)
        [[maybe_unused]] const int ignored = ::ftruncate(index.get(), info.st_size - indexed);
    lastIndexed = size;
}

// Several whole lines at the beginning of DATA by one system call: all of them or none. Returns how many bytes of DATA they
// were; 0 when the next line must be looked at by itself.
std::size_t LogWriter::Impl::writeLines(Stream stream, TimePoint when, const char* data, std::size_t length)
{
    const Line& own = lineOf(stream);
    endRowOfOther(stream);
    if (!own.pending.empty() || own.begun || own.broken || open || dropped > 0 || !segment)
        return 0;
    const std::int64_t timeNs = inOrder(when);
    std::array<RecordHeader, linesAtOnce> headers;
    std::array<iovec, 2 * linesAtOnce> parts;
    std::size_t count = 0, used = 0, bytes = 0;
    while (count < linesAtOnce && used < length && size + bytes < limits.maxSegmentBytes) {
        const char* begin = data + used;
        const auto* newline = static_cast<const char*>(std::memchr(begin, '\n', length - used));
        if (!newline || newline - begin > static_cast<std::ptrdiff_t>(maxRecordPayload))
            break;
        const auto payload = static_cast<std::size_t>(newline - begin);
        headers[count] = {static_cast<std::uint32_t>(payload), stream, 0, 0, timeNs};
        parts[2 * count] = {&headers[count], sizeof(RecordHeader)};
        parts[2 * count + 1] = {const_cast<char*>(begin), payload};
        ++count;
        used += payload + 1;
        bytes += sizeof(RecordHeader) + payload;
    }
    if (count < 2)
        return 0;
    const ssize_t written = ::writev(segment.get(), parts.data(), static_cast<int>(2 * count));
    if (written != static_cast<ssize_t>(bytes)) {
        if (written > 0)
            [[maybe_unused]] const int ignored = ::ftruncate(segment.get(), static_cast<off_t>(size));
        return 0;
    }
    addToIndex(timeNs);
    lastTime = timeNs;
    size += bytes;
    line += count;
    return used;
}

void LogWriter::Impl::removeOldest()
{
    ::unlinkat(dir.get(), segmentName(oldest, ".log").c_str(), 0);
    ::unlinkat(dir.get(), segmentName(oldest, ".idx").c_str(), 0);
    ++oldest;
}

void LogWriter::Impl::rotate()
{
    const unsigned kept = std::max(2u, limits.maxSegments);
    if (!openSegment(current + 1, true)) {
        if (current - oldest + 1 < kept)
            return; // no room for a new one: go on in this
        removeOldest(); // it would go anyway, and makes room
        if (!openSegment(current + 1, true))
            return;
    }
    while (current - oldest + 1 > kept)
        removeOldest();
}

// True when a record can be tried: there is a segment, and what was dropped has been noted.
bool LogWriter::Impl::room(TimePoint when)
{
    if (!segment && !openDir()) {
        segment.reset(); // also when it was there but could not be read
        return false;
    }
    if (size >= limits.maxSegmentBytes)
        rotate();
    if (dropped == 0)
        return true;
    const std::string note = std::to_string(dropped) + (dropped == 1 ? " line" : " lines") + " dropped: no space left on device";
    if (!writeRecord(Stream::Engine, 0, when, note.data(), note.size()))
        return false;
    dropped = 0;
    return true;
}

void LogWriter::Impl::write(Stream stream, std::uint8_t flags, TimePoint when, const char* data, std::size_t length)
{
    endRowOfOther(stream); // before a new segment takes down the number of its first row
    Line& own = lineOf(stream);
    const bool last = !(flags & Partial);
    if (!own.broken && room(when) && writeRecord(stream, flags, when, data, length)) {
        own.begun = !last;
        return;
    }
    if (!own.broken)
        ++dropped;
    own.broken = !last;
    // What is there of a line that is cut off must not run into the next one.
    if (last && own.begun)
        own.begun = !(room(when) && writeRecord(stream, 0, when, nullptr, 0));
}

void LogWriter::append(Stream stream, const char* data, std::size_t length, TimePoint when)
{
    Impl::Line& line = m_impl->lineOf(stream);
    while (length > 0) {
        if (const std::size_t done = m_impl->writeLines(stream, when, data, length)) {
            data += done;
            length -= done;
            continue;
        }
        if (line.pending.empty())
            line.since = when;
        const auto* newline = static_cast<const char*>(std::memchr(data, '\n', length));
        const std::size_t available = newline ? static_cast<std::size_t>(newline - data) : length;
        const std::size_t piece = std::min<std::size_t>(available, maxRecordPayload - line.pending.size());
        const bool complete = newline && piece == available;
        const bool full = line.pending.size() + piece == maxRecordPayload;
        if (line.pending.empty() && (complete || full)) {
            m_impl->write(stream, complete ? 0 : Partial, when, data, piece);
        } else {
            line.pending.append(data, piece);
            if (complete || full) {
                m_impl->write(stream, complete ? 0 : Partial, line.since, line.pending.data(), line.pending.size());
                line.pending.clear();
            }
        }
        data += piece + (complete ? 1 : 0);
        length -= piece + (complete ? 1 : 0);
    }
}

void LogWriter::finish()
{
    for (std::size_t i = 0; i < m_impl->lines.size(); ++i) {
        Impl::Line& line = m_impl->lines[i];
        if (!line.pending.empty())
            m_impl->write(i ? Stream::Stderr : Stream::Stdout, Partial, line.since, line.pending.data(),
                          line.pending.size());
        line.pending.clear();
    }
}

void LogWriter::sync()
{
    if (m_impl->segment)
        ::fdatasync(m_impl->segment.get());
}

LogWriter::LogWriter(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
LogWriter::~LogWriter() = default;
LogWriter::LogWriter(LogWriter&&) noexcept = default;
LogWriter& LogWriter::operator=(LogWriter&&) noexcept = default;

} // namespace slipway::logstore
