// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "dockerapi/types.h"

namespace slipway
{

// Lines with colours, levels, JSON and wide characters, of both streams.
inline std::vector<dockerapi::LogLine> sampleLines(int count)
{
    std::vector<dockerapi::LogLine> lines;
    for (int i = 0; i < count; ++i) {
        dockerapi::LogLine line;
        line.timeNs = 1'790'000'000'000'000'000 + i * 137'000'000LL;
        const std::string n = std::to_string(i);
        switch (i % 7) {
        case 0: line.text = "\x1b[32mINFO\x1b[0m  http: GET /api/orders/" + n + " \x1b[1m200\x1b[0m in 12 ms"; break;
        case 1: line.text = "\x1b[36mDEBUG\x1b[0m cache: hit ratio 0.93, 1,204 entries"; break;
        case 2: line.text = "{\"level\":\"info\",\"msg\":\"worker started\",\"worker\":" + n + "}"; break;
        case 3: line.text = "\x1b[33mWARN\x1b[0m  db: slow query (812 ms): SELECT * FROM orders WHERE customer = $1 ORDER BY created_at DESC LIMIT 50 OFFSET 1200"; break;
        case 4: line.text = "\x1b[31;1mERROR\x1b[0m payment: connection refused by 10.88.0.7:5432", line.isStderr = true; break;
        case 5: line.text = "\tat com.example.Orders.find(Orders.java:" + n + ")", line.isStderr = true; break;
        default: line.text = "\u6ce8\u6587\u3092\u53d7\u3051\u4ed8\u3051\u307e\u3057\u305f \u2713 order " + n; break;
        }
        lines.push_back(line);
    }
    return lines;
}

} // namespace slipway
