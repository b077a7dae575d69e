// SPDX-License-Identifier: GPL-3.0-or-later
#include "build/dockerfile/line_parser.h"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>

#include "base/json.h"
#include "build/dockerfile/text.h"

namespace slipway::dockerfile
{

namespace
{
constexpr int maxOnbuild = 8; // nested triggers are an error anyway; the text decides no recursion

bool isBlank(char c) { return c == '\t' || c == '\v' || c == '\f' || c == '\r' || c == ' '; }

// One line being read: all offsets are into it.
class LineReader
{
public:
    LineReader(Node& node, char escape, LineProblem& problem) : m_node(node), m_line(node.line), m_escape(escape), m_problem(problem) {}

    bool read(int depth);

private:
    using Parser = bool (LineReader::*)();
    static const std::map<std::string, Parser>& parsers();

    bool refuse(std::string message, std::size_t begin, std::size_t end)
    {
        m_problem = {std::move(message), begin, end};
        return false;
    }
    std::string_view rest() const { return m_line.substr(m_at, m_end - m_at); }
    void arg(std::size_t begin, std::size_t end) { m_node.args.push_back({std::string(m_line.substr(begin, end - begin)), begin, end}); }

    void readFlags();
    std::vector<Word> words() const;

    bool whole(); // one argument, as it stands
    bool list();  // parted at blanks
    bool jsonOr(Parser otherwise);
    bool jsonOrWhole() { return jsonOr(&LineReader::whole); }
    bool jsonOrList() { return jsonOr(&LineReader::list); }
    bool pairs();
    bool names();
    bool health();
    bool onbuild();

    Node& m_node;
    const std::string_view m_line;
    const char m_escape;
    LineProblem& m_problem;
    std::size_t m_at = 0, m_end = 0; // the arguments
    int m_depth = 0;
};

const std::map<std::string, LineReader::Parser>& LineReader::parsers()
{
    static const std::map<std::string, Parser> table = {
        {"ADD", &LineReader::jsonOrList},         {"ARG", &LineReader::names},        {"CMD", &LineReader::jsonOrWhole},
        {"COPY", &LineReader::jsonOrList},        {"ENTRYPOINT", &LineReader::jsonOrWhole}, {"ENV", &LineReader::pairs},
        {"EXPOSE", &LineReader::list},            {"FROM", &LineReader::list},        {"HEALTHCHECK", &LineReader::health},
        {"LABEL", &LineReader::pairs},            {"MAINTAINER", &LineReader::whole}, {"ONBUILD", &LineReader::onbuild},
        {"RUN", &LineReader::jsonOrWhole},        {"SHELL", &LineReader::jsonOrWhole}, {"STOPSIGNAL", &LineReader::whole},
        {"USER", &LineReader::whole},             {"VOLUME", &LineReader::jsonOrList}, {"WORKDIR", &LineReader::whole},
    };
    return table;
}

bool LineReader::read(int depth)
{
    m_depth = depth;
    const std::string_view line = trimmed(m_line);
    const auto begin = static_cast<std::size_t>(line.data() - m_line.data());
    m_end = begin + line.size();
    m_at = begin;
    while (m_at < m_end && !isBlank(m_line[m_at]))
        ++m_at;
    m_node.keyword = {std::string(m_line.substr(begin, m_at - begin)), begin, m_at};
    readFlags();
    m_at += leadingSpace(rest());
    const auto parser = parsers().find(toUpper(m_node.keyword.text));
    return parser == parsers().end() || (this->*parser->second)();
}

// Words that start with -- before the first that does not; "--" itself ends them.
void LineReader::readFlags()
{
    while (m_at < m_end) {
        m_at += leadingSpace(rest());
        if (!rest().starts_with("--"))
            return;
        Word flag{{}, m_at, m_at};
        char quote = 0;
        for (; m_at < m_end; ++m_at) {
            const char c = m_line[m_at];
            if (quote == 0 && leadingSpace(rest()) > 0)
                break;
            if (c == quote)
                quote = 0;
            else if (quote == 0 && (c == '\'' || c == '"'))
                quote = c;
            else if (c == m_escape) {
                if (m_at + 1 < m_end)
                    flag.text += m_line[++m_at];
            } else
                flag.text += c;
        }
        flag.end = m_at;
        if (flag.text == "--")
            return;
        m_node.flags.push_back(std::move(flag));
    }
}

bool LineReader::whole()
{
    if (m_at < m_end)
        arg(m_at, m_end);
    return true;
}

bool LineReader::list()
{
    for (std::size_t at = m_at; at < m_end;) {
        std::size_t end = at;
        while (end < m_end && !isBlank(m_line[end]))
            ++end;
        arg(at, end);
        at = end;
        while (at < m_end && isBlank(m_line[at]))
            ++at;
    }
    return true;
}

// A JSON array of strings, each with its place; nullopt when TEXT is not exactly that.
std::optional<std::vector<Word>> jsonStrings(std::string_view text, std::size_t base)
{
    std::vector<Word> words;
    std::size_t at = 0;
    const auto skip = [&] {
        while (at < text.size() && (text[at] == ' ' || (text[at] >= '\t' && text[at] <= '\r' && text[at] != '\v' && text[at] != '\f')))
            ++at;
        return at < text.size() ? text[at] : '\0';
    };
    if (skip() != '[')
        return std::nullopt;
    ++at;
    bool more = skip() != ']';
    at += more ? 0 : 1;
    while (more) {
        if (skip() != '"')
            return std::nullopt;
        std::size_t end = at + 1;
        while (end < text.size() && text[end] != '"')
            end += text[end] == '\\' ? 2 : 1;
        if (end >= text.size())
            return std::nullopt;
        const Json value = Json::parse(text.substr(at, end + 1 - at), nullptr, false);
        if (!value.is_string())
            return std::nullopt;
        words.push_back({value.get<std::string>(), base + at, base + end + 1});
        at = end + 1;
        const char c = skip();
        if (c != ',' && c != ']')
            return std::nullopt;
        ++at;
        more = c == ',';
    }
    skip();
    return at == text.size() ? std::optional(words) : std::nullopt;
}

bool LineReader::jsonOr(Parser otherwise)
{
    m_at += leadingSpace(rest());
    if (!rest().starts_with('['))
        return (this->*otherwise)();
    if (auto found = jsonStrings(rest(), m_at)) {
        m_node.args.insert(m_node.args.end(), found->begin(), found->end());
        m_node.json = true;
        return true;
    }
    if (Json::accept(rest()))
        return refuse("when using JSON array syntax, arrays must be comprised of strings only", m_at, m_end);
    return (this->*otherwise)();
}

// Words parted at blanks outside quotes; quotes and escapes stay in them.
std::vector<Word> LineReader::words() const
{
    std::vector<Word> found;
    for (std::size_t at = m_at; at < m_end;) {
        at += leadingSpace(m_line.substr(at, m_end - at));
        if (at >= m_end)
            break;
        Word word{{}, at, at};
        char quote = 0;
        while (at < m_end) {
            const std::size_t blank = leadingSpace(m_line.substr(at, characterAt(m_line, at).bytes));
            if (quote == 0 && blank > 0)
                break;
            const char c = m_line[at];
            if (c == m_escape && quote != '\'') {
                if (at + 1 == m_end) {
                    ++at;
                    break;
                }
                word.text += c;
                const std::size_t bytes = characterAt(m_line, at + 1).bytes;
                word.text += m_line.substr(at + 1, bytes);
                at += 1 + bytes;
                continue;
            }
            if (quote == 0 && (c == '\'' || c == '"'))
                quote = c;
            else if (c == quote)
                quote = 0;
            word.text += c;
            ++at;
        }
        word.end = at;
        if (!word.text.empty())
            found.push_back(std::move(word));
    }
    return found;
}

bool LineReader::names()
{
    m_node.args = words();
    return true;
}

bool LineReader::pairs()
{
    const std::vector<Word> found = words();
    if (found.empty())
        return true;
    if (found[0].text.find('=') == std::string::npos) { // the old form: name, then all the rest
        std::size_t end = m_at;
        while (end < m_end && !isBlank(m_line[end]))
            ++end;
        std::size_t value = end;
        while (value < m_end && isBlank(m_line[value]))
            ++value;
        arg(m_at, end);
        if (value >= m_end)
            return refuse(toUpper(m_node.keyword.text) + " must have two arguments", m_at, m_end);
        arg(value, m_end);
        m_node.args.push_back({"", end, value});
        return true;
    }
    for (const Word& word : found) {
        const auto equals = word.text.find('=');
        if (equals == std::string::npos)
            return refuse("Syntax error - can't find = in " + inQuotes(word.text) + ". Must be of the form: name=value", word.begin,
                          word.end);
        m_node.args.push_back({word.text.substr(0, equals), word.begin, word.begin + equals});
        m_node.args.push_back({word.text.substr(equals + 1), word.begin + equals + 1, word.end});
        m_node.args.push_back({"=", word.begin + equals, word.begin + equals + 1});
    }
    return true;
}

bool LineReader::health()
{
    std::size_t end = m_at;
    while (end < m_end && leadingSpace(m_line.substr(end, 1)) == 0)
        ++end;
    if (end == m_at)
        return true;
    arg(m_at, end);
    m_at = end;
    m_at += leadingSpace(rest());
    return jsonOrWhole();
}

bool LineReader::onbuild()
{
    if (m_at >= m_end || m_depth >= maxOnbuild)
        return true;
    Node child;
    child.line = rest();
    child.firstLine = m_node.firstLine;
    child.lastLine = m_node.lastLine;
    for (const Node::Piece& piece : m_node.pieces) {
        if (piece.offset <= m_at) {
            child.pieces.assign(1, {0, m_node.range(m_at, m_at).start});
        } else
            child.pieces.push_back({piece.offset - m_at, piece.at});
    }
    const bool understood = LineReader(child, m_escape, m_problem).read(m_depth + 1);
    if (!understood) {
        m_problem.begin += m_at;
        m_problem.end += m_at;
    }
    m_node.trigger.push_back(std::move(child));
    return understood;
}
} // namespace

bool parseLine(Node& node, char escape, LineProblem& problem) { return LineReader(node, escape, problem).read(0); }

const std::vector<std::string>& instructionNames()
{
    static const std::vector<std::string> names = {"ADD",    "ARG",        "CMD",     "COPY",  "ENTRYPOINT", "ENV",
                                                   "EXPOSE", "FROM",       "HEALTHCHECK", "LABEL", "MAINTAINER", "ONBUILD",
                                                   "RUN",    "SHELL",      "STOPSIGNAL", "USER",  "VOLUME",  "WORKDIR"};
    return names;
}

} // namespace slipway::dockerfile
