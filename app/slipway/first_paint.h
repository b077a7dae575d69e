// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace slipway
{

// --bench-first-paint: prints how long it took from the start of the process, and from the start of main() (MAINMS on
// CLOCK_BOOTTIME), until something was painted for the first time, in milliseconds, and quits the application. Call it before the window shows.
void printFirstPaint(double mainMs);

[[nodiscard]] double bootMs(); // milliseconds on CLOCK_BOOTTIME

} // namespace slipway
