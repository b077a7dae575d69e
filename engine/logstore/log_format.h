// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

// A container's log on disk: segments DIR/00000001.log, 00000002.log, … and beside each a sparse index 00000001.idx.
// Written by slipway-monitor alone, append only; read by the engine and the window at the same time, without locks.
//
// Segment: SegmentHeader, then records: RecordHeader and LENGTH payload bytes, the next record follows at once.
// A record is one line without its newline, or a piece of one (flag Partial: no newline after it). A row is what a view shows
// and numbers: a record and those that follow it at once with the flag Continued. So a row ends at its newline, or where the
// other stream wrote before it came; any row can be read without knowing the ones before it. A reader that meets a record reaching past the end of the file has met the writer (or a torn tail after a
// crash): it stops there. Index: IndexEntry per 64 KiB of records, written after the records it points to.
// All numbers little endian.
namespace slipway::logstore
{

inline constexpr std::uint32_t segmentMagic = 0x474c5753; // "SWLG"
inline constexpr std::uint16_t formatVersion = 1;
inline constexpr std::uint32_t maxRecordPayload = 16 * 1024; // longer lines are split, as Docker does at 16 KiB

enum class Stream : std::uint8_t { Stdout = 1, Stderr = 2, Engine = 3 }; // Engine: notes such as "12 lines dropped"

enum RecordFlag : std::uint8_t { Partial = 1, Continued = 2 }; // Continued: goes on with the record before it

struct SegmentHeader
{
    std::uint32_t magic;
    std::uint16_t version;
    std::uint16_t headerSize; // bytes before the first record
    std::uint64_t firstLine;  // number of the first record's row, from 0 over the container's life
    std::int64_t createdNs;
    std::uint64_t reserved;
};
static_assert(sizeof(SegmentHeader) == 32);

struct RecordHeader
{
    std::uint32_t length;
    Stream stream;
    std::uint8_t flags;
    std::uint16_t reserved;
    std::int64_t timeNs; // when the first byte of the line was read, or the time of the record before it if that is a little later
};
static_assert(sizeof(RecordHeader) == 16);

struct IndexEntry
{
    std::uint64_t offset; // of a record in the segment
    std::uint64_t line;   // the number of its row
    std::int64_t timeNs;
};

} // namespace slipway::logstore
