// SPDX-License-Identifier: GPL-3.0-or-later
#include "logstore/log_reader.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <utility>

#include "base/unique_fd.h"
#include "logstore/segment_files.h"

namespace slipway::logstore
{

namespace
{
constexpr std::size_t window = 256 * 1024;

// One segment read through a window of memory, whatever its size.
class Segment
{
public:
    Segment(const std::filesystem::path& dir, unsigned number) : m_number(number)
    {
        m_fd.reset(::open(segmentPath(dir, number, ".log").c_str(), O_RDONLY | O_CLOEXEC));
        SegmentHeader header{};
        if (m_fd && ::pread(m_fd.get(), &header, sizeof header, 0) == sizeof header && header.magic == segmentMagic) {
            m_offset = header.headerSize;
            m_line = header.firstLine;
        } else {
            m_fd.reset();
        }
    }
    [[nodiscard]] bool valid() const { return static_cast<bool>(m_fd); }
    [[nodiscard]] unsigned number() const { return m_number; }
    [[nodiscard]] std::uint64_t offset() const { return m_offset; } // of the next record
    void seek(const IndexEntry& entry)
    {
        m_offset = entry.offset;
        m_line = entry.line;
        m_open = false;
    }

    // The next whole record, or nothing at the present end. The text points into the window until the next call.
    [[nodiscard]] bool next(RecordHeader& header, std::string_view& text, std::uint64_t& line)
    {
        const char* bytes = at(m_offset, sizeof header);
        if (!bytes)
            return false;
        std::memcpy(&header, bytes, sizeof header);
        if (header.length > maxRecordPayload)
            return false; // damaged: nothing after it can be trusted
        const char* payload = at(m_offset + sizeof header, header.length);
        if (!payload)
            return false;
        if (m_open && !(header.flags & Continued))
            ++m_line;
        text = {payload, header.length};
        line = m_line;
        m_offset += sizeof header + header.length;
        m_open = header.flags & Partial;
        m_line += m_open ? 0 : 1;
        return true;
    }

private:
    const char* at(std::uint64_t offset, std::size_t size)
    {
        if (offset < m_start || offset + size > m_start + m_filled) {
            m_buffer.resize(window);
            m_start = offset;
            const ssize_t got = ::pread(m_fd.get(), m_buffer.data(), m_buffer.size(), static_cast<off_t>(offset));
            m_filled = got > 0 ? static_cast<std::size_t>(got) : 0;
            if (size > m_filled)
                return nullptr;
        }
        return m_buffer.data() + (offset - m_start);
    }

    UniqueFd m_fd;
    unsigned m_number;
    std::uint64_t m_offset = 0, m_line = 0, m_start = 0;
    bool m_open = false; // the last record had no newline
    std::size_t m_filled = 0;
    std::vector<char> m_buffer;
};
} // namespace

struct LogReader::Impl
{
    std::filesystem::path dir;
    ReadOptions options;
    std::unique_ptr<Segment> segment;
    bool positioned = false, ended = false;

    bool wanted(const RecordHeader& record) const
    {
        if (record.stream == Stream::Stderr || record.stream == Stream::Engine)
            return options.showStderr;
        return options.showStdout;
    }

    bool openFirst()
    {
        for (const unsigned number : segmentsIn(dir)) {
            segment = std::make_unique<Segment>(dir, number);
            if (segment->valid())
                return true;
        }
        segment.reset();
        return false;
    }

    std::unique_ptr<Segment> following() const
    {
        for (const unsigned number : segmentsIn(dir)) {
            if (number <= segment->number())
                continue;
            if (auto next = std::make_unique<Segment>(dir, number); next->valid())
                return next;
        }
        return nullptr;
    }

    bool nextRecord(RecordHeader& record, std::string_view& text, std::uint64_t& line)
    {
        while (!segment->next(record, text, line)) {
            auto next = following();
            if (!next)
                return false;
            if (segment->next(record, text, line)) // written after we looked and before the rotation
                return true;
            segment = std::move(next);
        }
        return true;
    }

    // Counts the wanted lines of each piece from the end backwards until the tail is covered, then reads on from there.
    void seekTail(std::uint64_t count)
    {
        std::vector<unsigned> numbers = segmentsIn(dir);
        std::uint64_t found = 0;
        bool last = true; // the piece at the end of the log, where a line without a newline is one
        while (!numbers.empty()) {
            const unsigned number = numbers.back();
            numbers.pop_back();
            std::vector<IndexEntry> starts = indexOf(dir, number);
            starts.insert(starts.begin(), IndexEntry{0, 0, 0}); // the segment's own start
            for (std::size_t i = starts.size(); i-- > 0;) {
                auto piece = std::make_unique<Segment>(dir, number);
                if (!piece->valid())
                    break;
                if (i > 0)
                    piece->seek(starts[i]);
                const std::uint64_t here = countLines(*piece, i + 1 < starts.size() ? starts[i + 1].offset : UINT64_MAX, std::exchange(last, false));
                found += here;
                if (found >= count) {
                    segment = std::make_unique<Segment>(dir, number);
                    if (i > 0)
                        segment->seek(starts[i]);
                    skip(found - count);
                    return;
                }
            }
        }
        openFirst();
    }

    std::uint64_t countLines(Segment& piece, std::uint64_t end, bool last) const
    {
        RecordHeader record{};
        std::string_view text;
        std::uint64_t line = 0, count = 0;
        bool open = false;
        while (piece.offset() < end && piece.next(record, text, line)) {
            if (!wanted(record))
                continue;
            open = record.flags & Partial;
            count += open ? 0 : 1;
        }
        return count + (open && last ? 1 : 0);
    }

    void skip(std::uint64_t count)
    {
        RecordHeader record{};
        std::string_view text;
        std::uint64_t line = 0;
        while (count > 0 && segment->next(record, text, line))
            count -= wanted(record) && !(record.flags & Partial) ? 1 : 0;
    }

    bool position()
    {
        if (positioned)
            return segment != nullptr;
        if (options.tail && *options.tail != UINT64_MAX)
            seekTail(*options.tail);
        else
            openFirst();
        positioned = segment != nullptr;
        if (!positioned && options.tail)
            options.tail.reset(); // an empty log: all that comes is new
        return positioned;
    }
};

LogReader::LogReader(std::filesystem::path dir, ReadOptions options) : m_impl(std::make_unique<Impl>())
{
    m_impl->dir = std::move(dir);
    m_impl->options = options;
}
LogReader::~LogReader() = default;
LogReader::LogReader(LogReader&&) noexcept = default;
LogReader& LogReader::operator=(LogReader&&) noexcept = default;

Result<std::vector<Entry>> LogReader::next(std::size_t max)
{
    std::vector<Entry> entries;
    Impl& impl = *m_impl;
    if (impl.ended || !impl.position())
        return entries;
    RecordHeader record{};
    std::string_view text;
    std::uint64_t line = 0;
    while (entries.size() < max) {
        if (!impl.nextRecord(record, text, line))
            break;
        const TimePoint time = fromUnixNano(record.timeNs);
        if (impl.options.until != TimePoint{} && time > impl.options.until) {
            impl.ended = true;
            break;
        }
        if (!impl.wanted(record) || time < impl.options.since)
            continue;
        entries.push_back({time, record.stream, (record.flags & Partial) != 0, line, std::string(text)});
    }
    return entries;
}

} // namespace slipway::logstore
