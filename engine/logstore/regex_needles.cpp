// SPDX-License-Identifier: GPL-3.0-or-later
#include "logstore/regex_needles.h"

#include <cctype>

#include "logstore/needle_scan.h"

namespace slipway::logstore
{
namespace
{

constexpr std::size_t mostNeedles = 4;
constexpr auto npos = std::string_view::npos;

// Past a character class that begins at AT.
std::size_t afterClass(std::string_view regex, std::size_t at)
{
    std::size_t i = at + 1;
    if (i < regex.size() && regex[i] == '^')
        ++i;
    if (i < regex.size() && regex[i] == ']')
        ++i;
    for (; i < regex.size(); ++i) {
        if (regex[i] == '\\')
            ++i;
        else if (regex.substr(i).starts_with("[:")) {
            const std::size_t end = regex.find(":]", i);
            if (end == npos)
                return npos;
            i = end + 1;
        } else if (regex[i] == ']')
            return i + 1;
    }
    return npos;
}

std::size_t afterGroup(std::string_view regex, std::size_t at)
{
    int depth = 0;
    for (std::size_t i = at; i < regex.size();) {
        if (regex[i] == '\\') {
            i += 2;
        } else if (regex[i] == '[') {
            i = afterClass(regex, i);
            if (i == npos)
                return npos;
        } else {
            depth += regex[i] == '(' ? 1 : regex[i] == ')' ? -1 : 0;
            ++i;
            if (depth == 0)
                return i;
        }
    }
    return npos;
}

double rarity(std::string_view text)
{
    double sum = 0;
    for (const char c : text)
        sum += 260.0 - byteFrequency(static_cast<unsigned char>(c));
    return sum;
}

struct Walk
{
    std::string run, best;
    void endRun()
    {
        if (run.size() >= 2 && rarity(run) > rarity(best))
            best = run;
        run.clear();
    }
};

// Where a quantifier at AT ends; LEAST: how often what stands before it is there at least (2: more than once).
std::size_t afterQuantifier(std::string_view regex, std::size_t at, int& least)
{
    least = 1;
    if (at >= regex.size())
        return at;
    std::size_t end = at;
    if (regex[at] == '*' || regex[at] == '?') {
        least = 0;
        end = at + 1;
    } else if (regex[at] == '+') {
        least = 2;
        end = at + 1;
    } else if (regex[at] == '{') {
        const std::size_t close = regex.find('}', at);
        const bool number = at + 1 < regex.size() && (std::isdigit(static_cast<unsigned char>(regex[at + 1])) || regex[at + 1] == ',' || regex[at + 1] == ' ');
        if (close == npos || !number)
            return at; // a brace like any other
        least = 0;     // {0,3} and {2} alike: the run ends before it
        end = close + 1;
    } else {
        return at;
    }
    if (end < regex.size() && (regex[end] == '?' || regex[end] == '+'))
        ++end;
    return end;
}

} // namespace

std::vector<std::string> needlesOf(std::string_view regex)
{
    if (regex.find("(?") != npos) { // a group that captures nothing is as good as any; all else changes what is matched
        for (std::size_t at = regex.find("(?"); at != npos; at = regex.find("(?", at + 1))
            if (!regex.substr(at).starts_with("(?:"))
                return {};
    }
    if (regex.find("(*") != npos || regex.find("\\Q") != npos || regex.find("\\K") != npos)
        return {};
    std::vector<std::string> needles;
    Walk walk;
    const auto endAlternative = [&] {
        walk.endRun();
        const bool found = !walk.best.empty() && needles.size() < mostNeedles;
        needles.push_back(walk.best);
        walk = {};
        return found;
    };
    for (std::size_t i = 0; i < regex.size();) {
        const char c = regex[i];
        std::size_t end = i + 1;
        char literal = c;
        bool isLiteral = false;
        if (c == '|') {
            if (!endAlternative())
                return {};
            i = end;
            continue;
        }
        if (c == '\\') {
            if (i + 1 >= regex.size())
                return {};
            literal = regex[i + 1];
            isLiteral = !std::isalnum(static_cast<unsigned char>(literal));
            if (!isLiteral && std::string_view("dDwWsSbBhHvVRntrfeaAzZG").find(literal) == npos)
                return {}; // back references, \x, \p and the like
            end = i + 2;
        } else if (c == '[') {
            end = afterClass(regex, i);
        } else if (c == '(') {
            end = afterGroup(regex, i);
        } else {
            isLiteral = c != '.' && c != '^' && c != '$' && c != ')';
        }
        if (end == npos || c == ')')
            return {};
        int least = 1;
        const std::size_t after = afterQuantifier(regex, end, least);
        if (isLiteral && least > 0)
            walk.run += literal;
        if (!isLiteral || least != 1)
            walk.endRun();
        i = after;
    }
    if (!endAlternative())
        return {};
    return needles;
}

} // namespace slipway::logstore
