// SPDX-License-Identifier: GPL-3.0-or-later
#include <format>

#include "api/http_message.h"

namespace slipway::api
{

namespace
{

// Walks through a text that is no JSON until the place where Go would stop.
class Walk
{
public:
    explicit Walk(std::string_view text) : m_text(text) {}

    std::string problem()
    {
        value("looking for beginning of value");
        if (m_problem.empty() && skip())
            stop("after top-level value");
        return m_problem.empty() ? "unexpected EOF" : m_problem;
    }

private:
    bool skip() // over white space; false at the end
    {
        m_at = m_text.find_first_not_of(" \t\r\n", m_at);
        return m_at < m_text.size();
    }

    void stop(const std::string& where)
    {
        const char c = m_text[m_at];
        const std::string shown = c == '\'' ? R"('\'')" : c == '\\' ? R"('\\')" : c == '\n' ? R"('\n')" : c == '\t' ? R"('\t')" : c == '\r' ? R"('\r')" : std::format("'{}'", c);
        m_problem = std::format("invalid character {} {}", shown, where);
    }

    void end() { m_problem = "unexpected EOF"; }

    void value(const char* where)
    {
        if (!skip())
            return end();
        switch (m_text[m_at]) {
        case '{': return object();
        case '[': return array();
        case '"': return string();
        case 't': return literal("true");
        case 'f': return literal("false");
        case 'n': return literal("null");
        default: break;
        }
        if (m_text[m_at] != '-' && (m_text[m_at] < '0' || m_text[m_at] > '9'))
            return stop(where);
        m_at = std::min(m_text.find_first_not_of("+-.0123456789eE", m_at), m_text.size());
    }

    void literal(std::string_view word)
    {
        for (std::size_t i = 0; i < word.size(); ++i, ++m_at) {
            if (m_at >= m_text.size())
                return end();
            if (m_text[m_at] != word[i])
                return stop(std::format("in literal {} (expecting '{}')", word, word[i]));
        }
    }

    void string()
    {
        for (++m_at; m_at < m_text.size() && m_text[m_at] != '"'; ++m_at) {
            if (static_cast<unsigned char>(m_text[m_at]) < 0x20)
                return stop("in string literal");
            if (m_text[m_at] == '\\' && ++m_at < m_text.size() && !std::string_view("\"\\/bfnrtu").contains(m_text[m_at]))
                return stop("in string escape code");
        }
        if (m_at >= m_text.size())
            return end();
        ++m_at;
    }

    void object()
    {
        for (bool first = true;; first = false) {
            ++m_at;
            if (!skip())
                return end();
            if (first && m_text[m_at] == '}')
                break;
            if (m_text[m_at] != '"')
                return stop("looking for beginning of object key string");
            string();
            if (m_problem.empty() && !skip())
                end();
            if (m_problem.empty() && m_text[m_at] != ':')
                stop("after object key");
            if (!m_problem.empty())
                return;
            ++m_at;
            value("looking for beginning of value");
            if (m_problem.empty() && !skip())
                end();
            if (!m_problem.empty() || m_text[m_at] == '}')
                break;
            if (m_text[m_at] != ',')
                return stop("after object key:value pair");
        }
        ++m_at;
    }

    void array()
    {
        ++m_at;
        if (!skip())
            return end();
        for (bool first = true; !first || m_text[m_at] != ']'; first = false) {
            value("looking for beginning of value");
            if (m_problem.empty() && !skip())
                end();
            if (!m_problem.empty())
                return;
            if (m_text[m_at] != ',' && m_text[m_at] != ']')
                return stop("after array element");
            if (m_text[m_at++] == ']')
                return;
            if (!skip())
                return end();
        }
        ++m_at;
    }

    std::string_view m_text;
    std::size_t m_at = 0;
    std::string m_problem;
};

} // namespace

std::string jsonSyntaxError(std::string_view text) { return Walk(text).problem(); }

} // namespace slipway::api
