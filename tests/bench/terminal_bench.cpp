// SPDX-License-Identifier: GPL-3.0-or-later
// The terminal without a window, for ./dev bench terminal: how fast a file is parsed onto a screen with 100,000 lines of scrollback,
// and how fast libvterm's own screen layer takes the same. Prints a JSON line with megabytes per second of processor time.
//   terminal_bench FILE ROWS COLUMNS
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iterator>
#include <string>

#include <vterm.h>

#include "terminal/terminal_screen.h"

using namespace slipway::ui;

namespace
{
constexpr std::size_t piece = 64 * 1024; // what a socket gives at a time

double cpuSeconds()
{
    timespec now{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

// Whole files, again and again, for half a second at least; a slow parser gets its one pass cut at five.
template <class Write>
double megabytesPerSecond(const std::string& text, Write write)
{
    const double begun = cpuSeconds();
    std::size_t bytes = 0;
    double took = 0;
    do {
        for (std::size_t at = 0; at < text.size() && took < 5; at += piece) {
            const std::size_t size = std::min(piece, text.size() - at);
            write(text.data() + at, size);
            bytes += size;
            took = cpuSeconds() - begun;
        }
    } while (took < 0.5);
    return static_cast<double>(bytes) / 1e6 / took;
}
} // namespace

int main(int argc, char** argv)
{
    if (argc != 4)
        return 2;
    std::ifstream file(argv[1], std::ios::binary);
    const std::string text(std::istreambuf_iterator<char>(file), {});
    const int rows = std::atoi(argv[2]), columns = std::atoi(argv[3]);
    if (text.empty())
        return 1;
    TerminalScreen screen(rows, columns, 100'000);
    const double ours = megabytesPerSecond(text, [&](const char* at, std::size_t size) { screen.write({at, size}); });
    VTerm* vterm = vterm_new(rows, columns);
    vterm_set_utf8(vterm, 1);
    VTermScreen* plain = vterm_obtain_screen(vterm);
    vterm_screen_enable_altscreen(plain, 1);
    vterm_screen_reset(plain, 1);
    const double theirs = megabytesPerSecond(text, [&](const char* at, std::size_t size) { vterm_input_write(vterm, at, size); });
    vterm_free(vterm);
    std::printf("{\"ours\":%.1f,\"libvterm\":%.1f}\n", ours, theirs);
}
