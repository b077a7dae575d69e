// SPDX-License-Identifier: GPL-3.0-or-later
#include "build/dockerfile/syntax.h"

#include <algorithm>
#include <regex>
#include <set>

#include "build/dockerfile/expand.h"
#include "build/dockerfile/line_parser.h"
#include "build/dockerfile/text.h"

namespace slipway::dockerfile
{

namespace
{
bool isComment(std::string_view line)
{
    line.remove_prefix(leadingSpace(line));
    return line.starts_with('#');
}

bool canHoldHeredoc(const Node& node)
{
    const Node& holder = toUpper(node.keyword.text) == "ONBUILD" && !node.trigger.empty() ? node.trigger[0] : node;
    const std::string name = toUpper(holder.keyword.text);
    return (name == "ADD" || name == "COPY" || name == "RUN") && !holder.json;
}

class SyntaxParser
{
public:
    explicit SyntaxParser(std::string_view text)
    {
        if (text.starts_with("\xEF\xBB\xBF")) {
            text.remove_prefix(3);
            m_bom = 3;
        }
        while (!text.empty()) {
            const auto end = text.find('\n');
            const std::size_t size = end == text.npos ? text.size() : end + 1;
            m_lines.push_back(text.substr(0, size));
            text.remove_prefix(size);
        }
    }

    Syntax run()
    {
        while (m_next < m_lines.size())
            instruction();
        if (m_syntax.nodes.empty())
            error({{1, 1}, {1, 1}}, m_lines.empty() ? "the Dockerfile cannot be empty" : "file with no instructions");
        return std::move(m_syntax);
    }

private:
    void error(Range range, std::string message)
    {
        m_syntax.diagnostics.push_back({.severity = Severity::Error, .rule = {}, .range = range, .message = std::move(message), .fix = {}});
    }
    std::string_view physical(std::size_t index) const
    {
        std::string_view line = m_lines[index];
        while (line.ends_with('\n') || line.ends_with('\r'))
            line.remove_suffix(1);
        return line;
    }
    int columnsBefore(std::size_t index) const { return index == 0 ? m_bom : 0; }

    // Cuts the escape character that ends the line, with the blanks behind it; an escaped one does not count.
    bool cutContinuation(std::string_view& line) const
    {
        std::size_t end = line.size();
        while (end > 0 && (line[end - 1] == ' ' || line[end - 1] == '\t'))
            --end;
        if (end == 0 || line[end - 1] != m_syntax.escape || (end > 1 && line[end - 2] == m_syntax.escape))
            return false;
        line = line.substr(0, end - 1);
        return true;
    }

    void comment(std::string_view line)
    {
        const std::string text(trimmed(line.substr(1)));
        if (text.empty())
            m_comments.clear();
        else
            m_comments.push_back(text);
        if (!m_directivesEnded)
            m_directivesEnded = !directive(line);
    }

    bool directive(std::string_view line)
    {
        static const std::regex form(R"(^#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*$)");
        std::cmatch match;
        if (line.size() > 4096 || !std::regex_match(line.begin(), line.end(), match, form))
            return false;
        const std::string name = toLower(match.str(1));
        const int at = static_cast<int>(m_next) + 1;
        const Range range{{at, 1}, {at, static_cast<int>(line.size()) + 1}};
        if (name != "syntax" && name != "escape" && name != "check")
            return false;
        m_comments.pop_back();
        if (m_syntax.directive(name)) {
            error(range, "only one " + name + " parser directive can be used");
            return true;
        }
        m_syntax.directives.push_back({name, match.str(2), at});
        if (name == "escape") {
            if (match.str(2) != "\\" && match.str(2) != "`")
                error(range, "invalid escape token '" + match.str(2) + "' does not match ` or \\");
            else
                m_syntax.escape = match.str(2)[0];
        }
        return true;
    }

    void instruction()
    {
        const std::size_t first = m_next;
        std::string_view line = physical(first);
        const std::size_t indent = leadingSpace(line);
        line.remove_prefix(indent);
        if (isComment(line)) {
            comment(line);
            ++m_next;
            return;
        }
        m_directivesEnded = true;
        ++m_next;
        bool goesOn = cutContinuation(line);
        if (!goesOn && line.empty())
            return;
        Node node;
        node.firstLine = static_cast<int>(first) + 1;
        node.pieces.push_back({0, {node.firstLine, static_cast<int>(indent) + columnsBefore(first) + 1}});
        node.line = line;
        std::vector<int> empty;
        for (; goesOn && m_next < m_lines.size(); ++m_next) {
            std::string_view more = physical(m_next);
            const int number = static_cast<int>(m_next) + 1;
            if (isComment(more))
                continue;
            if (leadingSpace(more) == more.size()) {
                empty.push_back(number);
                continue;
            }
            goesOn = cutContinuation(more);
            node.pieces.push_back({node.line.size(), {number, 1}});
            node.line += more;
        }
        node.lastLine = static_cast<int>(m_next);
        finish(std::move(node), empty);
    }

    void finish(Node node, const std::vector<int>& empty)
    {
        LineProblem problem;
        if (!parseLine(node, m_syntax.escape, problem)) {
            node.broken = true;
            error(node.range(problem.begin, problem.end), problem.message);
        }
        for (const int line : empty)
            m_syntax.diagnostics.push_back({.severity = Severity::Warning,
                                            .rule = "NoEmptyContinuation",
                                            .range = {{line, 1}, {line + 1, 1}},
                                            .message = "Empty continuation line",
                                            .fix = {},
                                            .hasFix = true});
        if (canHoldHeredoc(node) && node.line.find("<<") != std::string::npos)
            heredocs(node);
        node.comments = std::exchange(m_comments, {});
        m_syntax.nodes.push_back(std::move(node));
    }

    void heredocs(Node& node)
    {
        const auto words = expand(node.line, noVariables(), {.rawQuotes = true, .rawEscapes = true, .keepUnset = true});
        if (!words)
            return;
        for (const std::string& word : words->words) {
            Heredoc heredoc;
            if (!isHeredoc(word, heredoc))
                continue;
            heredoc.firstLine = static_cast<int>(m_next) + 1;
            bool ended = false;
            while (!ended && m_next < m_lines.size()) {
                std::string_view line = physical(m_next);
                if (heredoc.chomp)
                    line.remove_prefix(std::min(line.find_first_not_of('\t'), line.size()));
                ended = line == heredoc.name;
                if (!ended)
                    heredoc.content += m_lines[m_next];
                ++m_next;
            }
            heredoc.lastLine = static_cast<int>(m_next);
            if (!ended) {
                node.broken = true;
                const auto at = std::min(node.line.find("<<"), node.line.size());
                error(node.range(at, node.line.size()), "unterminated heredoc: no line that is just " + heredoc.name + " follows");
            }
            node.heredocs.push_back(std::move(heredoc));
        }
        node.lastLine = static_cast<int>(m_next);
        if (!node.trigger.empty())
            node.trigger[0].heredocs = node.heredocs;
    }

    std::vector<std::string_view> m_lines; // with their line ends
    std::size_t m_next = 0;
    int m_bom = 0;
    bool m_directivesEnded = false;
    std::vector<std::string> m_comments;
    Syntax m_syntax;
};

void dump(const Node& node, std::string& out)
{
    out += toLower(node.keyword.text);
    if (!node.flags.empty()) {
        out += " [";
        for (const Word& flag : node.flags)
            out += (&flag == node.flags.data() ? "" : " ") + inQuotes(flag.text);
        out += ']';
    }
    for (const Node& child : node.trigger) {
        out += " (";
        dump(child, out);
        out += ')';
    }
    for (const Word& word : node.args)
        out += ' ' + inQuotes(word.text);
}
} // namespace

Range Node::range(std::size_t begin, std::size_t end) const
{
    const auto place = [this](std::size_t offset, bool isEnd) {
        const Piece* piece = pieces.data();
        for (const Piece& each : pieces) {
            if (each.offset < offset || (each.offset == offset && (!isEnd || offset == 0)))
                piece = &each;
        }
        return Position{piece->at.line, piece->at.column + static_cast<int>(offset - piece->offset)};
    };
    return {place(begin, false), place(std::max(begin, end), true)};
}

const Directive* Syntax::directive(std::string_view name) const
{
    const auto found = std::ranges::find(directives, name, &Directive::name);
    return found == directives.end() ? nullptr : &*found;
}

std::string Syntax::dump() const
{
    std::string out;
    for (const Node& node : nodes) {
        out += '(';
        dockerfile::dump(node, out);
        out += ")\n";
    }
    return out;
}

Syntax parseSyntax(std::string_view text) { return SyntaxParser(text).run(); }

bool isHeredoc(std::string_view word, Heredoc& heredoc)
{
    std::size_t at = 0;
    while (at < word.size() && word[at] >= '0' && word[at] <= '9')
        ++at;
    if (!word.substr(at).starts_with("<<"))
        return false;
    at += 2;
    heredoc.chomp = at < word.size() && word[at] == '-';
    at += heredoc.chomp ? 1 : 0;
    const std::string_view name = word.substr(at + leadingSpace(word.substr(at)));
    if (name.empty() || name.find('<') != name.npos)
        return false;
    const auto plain = expand(name, noVariables(), {.keepUnset = true});
    const auto raw = expand(name, noVariables(), {.rawQuotes = true, .keepUnset = true});
    if (!plain || !raw || plain->words.size() != 1 || raw->words.size() != 1)
        return false;
    const auto quotes = [](const std::string& text) { return std::ranges::count_if(text, [](char c) { return c == '\'' || c == '"'; }); };
    heredoc.name = plain->words[0];
    heredoc.expand = quotes(plain->words[0]) == quotes(raw->words[0]);
    return true;
}

std::string dropTabs(std::string_view content)
{
    std::string out;
    bool atStart = true;
    for (const char c : content) {
        if (!(atStart && c == '\t'))
            out += c;
        atStart = c == '\n' || (atStart && c == '\t');
    }
    return out;
}

} // namespace slipway::dockerfile
