// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <format>
#include <string_view>

// The engine's own log: one line per fact, on standard error. Never pass secrets (auth headers, env values).
// Thread-safe. The level comes from slipwayd --log-level or SLIPWAY_LOG (debug, info, warn, error); info by default.
namespace slipway::log
{

enum class Level { Debug, Info, Warn, Error };

void setLevel(Level level);
[[nodiscard]] bool enabled(Level level);
void write(Level level, std::string_view message);

template <class... A>
void debug(std::format_string<A...> f, A&&... a)
{
    if (enabled(Level::Debug))
        write(Level::Debug, std::format(f, std::forward<A>(a)...));
}
template <class... A>
void info(std::format_string<A...> f, A&&... a)
{
    if (enabled(Level::Info))
        write(Level::Info, std::format(f, std::forward<A>(a)...));
}
template <class... A>
void warn(std::format_string<A...> f, A&&... a)
{
    write(Level::Warn, std::format(f, std::forward<A>(a)...));
}
template <class... A>
void error(std::format_string<A...> f, A&&... a)
{
    write(Level::Error, std::format(f, std::forward<A>(a)...));
}

} // namespace slipway::log
