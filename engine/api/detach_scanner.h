// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace slipway::api
{

// Finds the detach sequence in what is typed; bytes of a sequence that did not become whole are passed on.
class DetachScanner
{
public:
    explicit DetachScanner(std::string keys) : m_keys(std::move(keys)) {}
    // Appends to OUT what of IN is for the program. True: the whole sequence was typed.
    [[nodiscard]] bool scan(std::string_view in, std::string& out)
    {
        for (const char c : in) {
            if (m_keys.empty() || c != m_keys[m_matched]) {
                out.append(m_keys, 0, m_matched);
                m_matched = 0;
                if (m_keys.empty() || c != m_keys[0]) {
                    out += c;
                    continue;
                }
            }
            if (++m_matched == m_keys.size())
                return true;
        }
        return false;
    }

private:
    std::string m_keys;
    std::size_t m_matched = 0;
};

} // namespace slipway::api
