// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <random>
#include <string>
#include <vector>

// What programs print, made up: texts of all kinds, and every sequence that moves, erases, scrolls, colours or changes a mode.
class SequenceGenerator
{
public:
    explicit SequenceGenerator(unsigned seed) : m_random(seed) {}

    int number(int below) { return static_cast<int>(m_random() % static_cast<unsigned>(below)); }
    bool oneIn(int n) { return number(n) == 0; }

    std::string next(int rows, int columns)
    {
        m_rows = rows;
        m_columns = columns;
        switch (number(20)) {
        case 0:
        case 1:
        case 2: return words(1 + number(12));
        case 3: return lines(1 + number(oneIn(6) ? 200 : 12));
        case 4: return wide();
        case 5: return marks();
        case 6:
        case 7: return colour();
        case 8:
        case 9: return move();
        case 10: return erase();
        case 11: return edit();
        case 12: return mode();
        case 13: return region();
        case 14: return escape();
        case 15: return control();
        case 16: return string();
        case 17: return malformed();
        case 18: return words(number(300)) + "\r\n";
        default: return m_afterLetter && oneIn(2) ? csi("", {number(2 * columns)}, 'b') : tab();
        }
    }

private:
    template <class T>
    const T& pick(const std::vector<T>& from) { return from[static_cast<std::size_t>(number(static_cast<int>(from.size())))]; }

    std::string words(int count)
    {
        std::string text;
        for (int i = 0; i < count; ++i)
            text += static_cast<char>(oneIn(6) ? ' ' : '!' + number(94));
        m_afterLetter = m_afterLetter || count > 0;
        return text;
    }
    std::string lines(int count)
    {
        std::string text;
        for (int i = 0; i < count; ++i) {
            text += words(number(oneIn(5) ? 3 * m_columns : m_columns + 2));
            if (oneIn(9))
                text += '\t';
            text += oneIn(12) ? "\n" : oneIn(15) ? "\r" : "\r\n";
        }
        return text;
    }
    std::string wide()
    {
        static const std::vector<std::string> characters = {"中", "文", "한", "字", "😀", "🚀"};
        std::string text;
        for (int i = 0, n = 1 + number(8); i < n; ++i)
            text += oneIn(3) && !m_translated ? words(1) : pick(characters);
        m_afterLetter = false;
        return text;
    }
    std::string marks()
    {
        static const std::vector<std::string> bases = {"e", "ö", "ж", "ß", "€", "−"}, above = {"\u0301", "\u0308", "\u0327"};
        std::string text;
        for (int i = 0, n = m_translated ? 0 : 1 + number(6); i < n; ++i) {
            text += pick(bases);
            for (int k = number(3); k > 0; --k)
                text += pick(above);
        }
        m_afterLetter = false;
        return text;
    }
    std::string csi(const std::string& leader, const std::vector<int>& arguments, char final)
    {
        std::string text = "\x1b[" + leader;
        for (std::size_t i = 0; i < arguments.size(); ++i)
            text += (i > 0 ? ";" : "") + (arguments[i] < 0 ? std::string() : std::to_string(arguments[i]));
        return text + final;
    }
    int count() { return oneIn(20) ? 100'000 : oneIn(4) ? -1 : number(2 * std::max(m_rows, m_columns) + 1); }

    std::string colour()
    {
        static const std::vector<int> codes = {0, 1, 3, 4, 5, 7, 8, 9, 21, 22, 23, 24, 25, 27, 28, 29, 31, 36, 39, 42, 47, 49, 90, 97, 101, 107};
        switch (number(6)) {
        case 0: return "\x1b[38;5;" + std::to_string(number(256)) + "m";
        case 1: return "\x1b[48;2;" + std::to_string(number(256)) + ";" + std::to_string(number(256)) + ";7m";
        case 2: return "\x1b[4:" + std::to_string(number(4)) + ";38:2:1:2:" + std::to_string(number(256)) + "m";
        case 3: return "\x1b[m";
        default: {
            std::vector<int> all;
            for (int i = 0, n = 1 + number(5); i < n; ++i)
                all.push_back(pick(codes));
            return csi("", all, 'm');
        }
        }
    }
    std::string move()
    {
        if (oneIn(3))
            return csi("", {1 + number(m_rows + 2), 1 + number(m_columns + 2)}, oneIn(2) ? 'H' : 'f');
        return csi("", {count()}, "ABCDEFG`aedjk"[number(13)]);
    }
    std::string erase()
    {
        const std::string leader = oneIn(4) ? "?" : "";
        return oneIn(2) ? csi(leader, {number(4) - 1}, 'J') : csi(leader, {number(4) - 1}, 'K');
    }
    std::string edit() { return oneIn(12) ? csi("", {count()}, '\'') + (oneIn(2) ? "}" : "~") : csi("", {count()}, "@PLMXST"[number(7)]); }
    std::string mode()
    {
        static const std::vector<std::string> modes = {"?6",    "?7",    "4",     "20",    "?69",   "?25",   "?12",  "?1047", "?1049",
                                                       "?1048", "?2004", "?1000", "?1006", "?1004", "?7;25", "?1;6", "?3"};
        const std::string which = pick(modes);
        return "\x1b[" + which + (oneIn(which == "?25" || which == "?2004" ? 2 : 3) ? "h" : "l");
    }
    std::string region()
    {
        if (oneIn(2))
            return "\x1b[r";
        if (oneIn(3))
            return csi("", {1, m_rows}, 'r');
        const int top = 1 + number(m_rows);
        return oneIn(4) ? csi("", {1 + number(m_columns), 1 + number(m_columns)}, 's') : csi("", {top, top + number(m_rows)}, 'r');
    }
    std::string escape()
    {
        static const std::vector<std::string> all = {"7", "8", "D", "E", "M", "H", "(0", "(B", ")0", "(A", "n", "N", "O", "#8", "#6", "#5", "=", ">", "<", " F", "~"};
        if (oneIn(12))
            return "\x1b[?1047l\x1b" "c" + words(1); // a terminal's reset ends the alternate screen; libvterm's does not
        if (oneIn(12))
            return "\x1b[!p";
        if (oneIn(12))
            return oneIn(2) ? "\x1b[1\"q" : "\x1b[0\"q";
        const std::string& which = pick(all);
        m_translated = (m_translated && which != "(B") || (which.size() == 2 && which[0] == '(' && which != "(B") || which == "n" || which == "N" || which == "O";
        return "\x1b" + which;
    }
    std::string control()
    {
        const char c = "\b\t\n\v\f\r\x0e\x0f\x07\r\x0f"[number(11)];
        m_translated = m_translated || c == '\x0e';
        return {c};
    }

    std::string tab()
    {
        return oneIn(4) ? csi("", {oneIn(2) ? 0 : 3}, 'g') : csi("", {1 + number(4)}, oneIn(2) ? 'I' : 'Z');
    }
    std::string string()
    {
        static const std::vector<std::string> all = {"\x1b]0;title\x07", "\x1b]2;a b\x1b\\", "\x1b]52;c;aGVsbG8=\x07", "\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\",
                                                     "\x1bP$qm\x1b\\", "\x1bP1;2qsixel\x1b\\", "\x1b_apc\x1b\\", "\x1b^pm\x1b\\", "\x1bXsos\x07\n\x1b\\",
                                                     "\x1b]0;cut\x18", "\x1bP\x1b\\x", "\x1b]4;1;rgb:1/2/3\x07", "\x1b]0;with\nline\x07"};
        return pick(all);
    }
    std::string malformed()
    {
        static const std::vector<std::string> all = {"\x1b[1?2hx", "\x1b[1\x18" "2Hx", "\x1b[3\n;4H", "\x1b[\x1b[2;2Hx", "\x1b[1 2x", "\x1b(\x1b[mx", "\x1b[>4;2m", "\x1b[>c",
                                                     "\x1b[5n", "\x1b[6n", "\x1b[?6n", "\x1b[c", "\x1b[=5h", "\x1b[999999999;999999999H", "\x1b[;;;;H", "\x1b[1;2;3;4;5;6m"};
        m_afterLetter = false;
        return pick(all);
    }

    std::mt19937 m_random;
    int m_rows = 24, m_columns = 80;
    bool m_translated = false;  // by a character set: then plain libvterm translates a letter or not, depending on its neighbours
    bool m_afterLetter = false; // the last text ended with one: a repetition of anything else hangs or kills plain libvterm
};
