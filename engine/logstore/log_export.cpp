// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/clock.h"
#include "base/json.h"
#include "logstore/log_page.h"

namespace slipway::logstore
{
namespace
{

constexpr std::size_t pieceBytes = 256 * 1024;
constexpr std::size_t lineCap = 64u << 20; // what is filtered, named or made JSON; longer ones go on in a row of their own

const char* nameOf(Stream stream) { return stream == Stream::Stdout ? "stdout" : stream == Stream::Stderr ? "stderr" : "engine"; }

// One log with nothing left out goes record by record: no line is ever held whole.
Status exportRecords(const LogSnapshot& log, ExportFormat format, const std::function<bool(std::string_view)>& sink)
{
    LogScanner scanner(log, log.begin());
    Record record;
    std::string out;
    while (scanner.next(record)) {
        if (format == ExportFormat::Timestamps)
            out += formatRfc3339Nano(fromUnixNano(record.header.timeNs)) + " ";
        out += record.text;
        if (!(record.header.flags & Partial))
            out += '\n';
        if (out.size() < pieceBytes)
            continue;
        if (!sink(out))
            return {};
        out.clear();
    }
    if (!out.empty())
        sink(out);
    return {};
}

} // namespace

Status exportLogs(const LogSet& set, const LogQuery& query, ExportFormat format, const std::vector<std::string>& names,
                  const std::function<bool(std::string_view)>& sink)
{
    if (set.logs().size() == 1 && query.everything() && format != ExportFormat::JsonLines)
        return exportRecords(*set.logs()[0], format, sink);
    TRY(LineMatcher matcher, LineMatcher::compile(query));
    SetReader reader(set, 0, lineCap);
    Row row;
    std::uint64_t number = 0;
    std::uint32_t source = 0;
    std::string out;
    while (reader.next(row, number, source)) {
        if (!matcher.matches(row.stream, row.text))
            continue;
        const std::string time = formatRfc3339Nano(fromUnixNano(row.timeNs));
        if (format == ExportFormat::JsonLines) {
            Json line{{"time", time}, {"stream", nameOf(row.stream)}, {"text", row.text}};
            if (set.logs().size() > 1 && source < names.size())
                line["container"] = names[source];
            out += dumpJson(line) + '\n';
        } else {
            if (set.logs().size() > 1 && source < names.size())
                out += names[source] + " | ";
            out += (format == ExportFormat::Timestamps ? time + " " : "") + row.text;
            out += row.open && set.logs().size() == 1 ? "" : "\n";
        }
        if (row.length > row.text.size())
            out += "[" + std::to_string(row.length - row.text.size()) + " more bytes of this line were left out]\n";
        if (out.size() < pieceBytes)
            continue;
        if (!sink(out))
            return {};
        out.clear();
    }
    if (!out.empty())
        sink(out);
    return {};
}

} // namespace slipway::logstore
