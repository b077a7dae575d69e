// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/log_text.h"

#include "api/terminal_stream.h"
#include "base/clock.h"

namespace slipway::api
{

std::string logText(const std::vector<logstore::Entry>& batch, bool framed, bool timestamps, const std::string& prefix)
{
    std::string out;
    for (const logstore::Entry& entry : batch) {
        std::string text = timestamps ? formatRfc3339Nano(entry.time) + " " : std::string();
        text += prefix + entry.text;
        if (!entry.partial)
            text += '\n';
        if (framed)
            out += frameHeader(entry.stream == logstore::Stream::Stdout ? 1 : 2, text.size());
        out += text;
    }
    return out;
}

} // namespace slipway::api
