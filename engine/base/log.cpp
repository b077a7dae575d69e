// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/log.h"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

namespace slipway::log
{

namespace
{
spdlog::level::level_enum toSpdlog(Level level)
{
    switch (level) {
    case Level::Debug:
        return spdlog::level::debug;
    case Level::Info:
        return spdlog::level::info;
    case Level::Warn:
        return spdlog::level::warn;
    case Level::Error:
        return spdlog::level::err;
    }
    return spdlog::level::info;
}

spdlog::logger& logger()
{
    static const auto instance = [] {
        auto made = spdlog::stderr_color_mt("slipway");
        made->set_pattern("%Y-%m-%dT%H:%M:%S.%e %^%l%$ %v");
        return made;
    }();
    return *instance;
}
} // namespace

void setLevel(Level level) { logger().set_level(toSpdlog(level)); }
bool enabled(Level level) { return logger().should_log(toSpdlog(level)); }
void write(Level level, std::string_view message) { logger().log(toSpdlog(level), message); }

} // namespace slipway::log
