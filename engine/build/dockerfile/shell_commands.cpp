// SPDX-License-Identifier: GPL-3.0-or-later
#include "build/dockerfile/shell_commands.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace slipway::dockerfile
{
namespace
{
constexpr int deepest = 16; // substitutions in substitutions

bool isBlank(char c) { return c == ' ' || c == '\t' || c == '\r'; }
bool isName(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

bool isAssignment(std::string_view word)
{
    const auto equals = word.find('=');
    return equals != std::string_view::npos && equals > 0 && !(word[0] >= '0' && word[0] <= '9') && std::ranges::all_of(word.substr(0, equals), isName);
}

bool isControlWord(std::string_view word)
{
    static constexpr std::array words{"if", "then", "else", "elif", "fi", "while", "until", "do", "done", "!", "{", "}", "time", "esac"};
    return std::ranges::find(words, word) != words.end();
}

class Reader
{
public:
    Reader(std::string_view text, std::size_t offset, int depth, ShellScript& script) : m_text(text), m_offset(offset), m_depth(depth), m_script(script) {}

    void read()
    {
        while (m_at < m_text.size()) {
            const char c = m_text[m_at];
            if (isBlank(c)) {
                ++m_at;
            } else if (c == '#') {
                m_at = std::min(m_text.find('\n', m_at), m_text.size());
            } else if (c == '\n' || c == ';' || c == '(' || c == ')') {
                end();
                ++m_at;
            } else if (c == '&' || c == '|') {
                separator(c);
            } else if (c == '<' || c == '>') {
                redirection();
            } else {
                word();
            }
        }
        end();
    }

private:
    void separator(char c)
    {
        const bool twice = m_at + 1 < m_text.size() && m_text[m_at + 1] == c;
        if (c == '&' && m_at + 1 < m_text.size() && m_text[m_at + 1] == '>') { // &> file
            ++m_at;
            redirection();
            return;
        }
        if (c == '|' && !twice)
            m_script.hasPipe = true;
        end();
        m_at += twice || (c == '|' && m_at + 1 < m_text.size() && m_text[m_at + 1] == '&') ? 2 : 1;
    }

    void redirection()
    {
        while (m_at < m_text.size() && (m_text[m_at] == '<' || m_text[m_at] == '>' || m_text[m_at] == '&' || m_text[m_at] == '|'))
            ++m_at;
        if (m_at < m_text.size() && m_text[m_at] == '(') // <(command)
            return;
        m_skipNext = true;
    }

    // $( … ) or ` … `, whose first character is at m_at; it is read as commands of its own.
    void substitution(char close)
    {
        const std::size_t begin = ++m_at;
        int open = 1;
        char quote = 0;
        for (; m_at < m_text.size(); ++m_at) {
            const char c = m_text[m_at];
            if (c == '\\')
                ++m_at;
            else if (quote)
                quote = c == quote ? 0 : quote;
            else if (c == '\'' || c == '"')
                quote = c;
            else if (close == ')' && c == '(')
                ++open;
            else if (c == close && --open == 0)
                break;
        }
        const std::size_t last = std::min(m_at, m_text.size());
        if (m_depth < deepest)
            Reader(m_text.substr(begin, last - begin), m_offset + begin, m_depth + 1, m_script).read();
        m_at = last + 1;
    }

    bool expansion(std::string& text) // at a $ or `: what is no plain variable
    {
        const char c = m_text[m_at];
        const char next = m_at + 1 < m_text.size() ? m_text[m_at + 1] : '\0';
        if (c == '`' || (c == '$' && next == '(')) {
            m_at += c == '`' ? 0 : 1;
            substitution(c == '`' ? '`' : ')');
            text += "$()";
            return true;
        }
        if (c == '$' && next == '{') {
            const std::size_t end = std::min(m_text.find('}', m_at), m_text.size() - 1);
            text += m_text.substr(m_at, end + 1 - m_at);
            m_at = end + 1;
            return true;
        }
        return false;
    }

    void word()
    {
        const std::size_t begin = m_at;
        std::string text;
        std::optional<std::size_t> quoted; // from where on, in `text`
        const auto quote = [&] { quoted = quoted.value_or(text.size()); };
        while (m_at < m_text.size()) {
            const char c = m_text[m_at];
            if (isBlank(c) || c == '\n' || c == ';' || c == '&' || c == '|' || c == '<' || c == '>' || c == '(' || c == ')')
                break;
            if (c == '\\' && m_at + 1 < m_text.size()) {
                text += m_text[m_at + 1];
                m_at += 2;
            } else if (c == '\'') {
                quote();
                const std::size_t end = std::min(m_text.find('\'', m_at + 1), m_text.size());
                text += m_text.substr(m_at + 1, end - m_at - 1);
                m_at = end + 1;
            } else if (c == '"') {
                quote();
                doubleQuoted(text);
            } else if ((c == '$' || c == '`') && expansion(text)) {
                continue;
            } else {
                text += c;
                ++m_at;
            }
        }
        m_at = std::min(m_at, m_text.size());
        const bool descriptor = m_at < m_text.size() && (m_text[m_at] == '<' || m_text[m_at] == '>') && !text.empty() &&
                                std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
        if (descriptor && !quoted) // 2>&1
            return;
        if (std::exchange(m_skipNext, false))
            return;
        if (m_words.empty() && ((!quoted && isControlWord(text)) || isAssignment(std::string_view(text).substr(0, quoted.value_or(text.size())))))
            return;
        m_words.push_back({std::move(text), m_offset + begin, m_offset + m_at});
    }

    void doubleQuoted(std::string& text)
    {
        ++m_at;
        while (m_at < m_text.size() && m_text[m_at] != '"') {
            if (m_text[m_at] == '\\' && m_at + 1 < m_text.size()) {
                text += m_text[m_at + 1];
                m_at += 2;
            } else if ((m_text[m_at] != '$' && m_text[m_at] != '`') || !expansion(text)) {
                text += m_text[m_at++];
            }
        }
        ++m_at;
    }

    void end()
    {
        m_skipNext = false;
        if (!m_words.empty())
            m_script.commands.push_back({std::move(m_words)});
        m_words.clear();
    }

    std::string_view m_text;
    std::size_t m_offset, m_at = 0;
    int m_depth;
    ShellScript& m_script;
    std::vector<ShellWord> m_words;
    bool m_skipNext = false; // the target of a redirection
};
} // namespace

ShellScript readShell(std::string_view text)
{
    ShellScript script;
    Reader(text, 0, 0, script).read();
    std::ranges::stable_sort(script.commands, {}, [](const ShellCommand& each) { return each.words.front().begin; });
    return script;
}

const ShellWord* ShellCommand::argument(std::initializer_list<std::string_view> texts) const
{
    for (std::size_t i = 1; i < words.size(); ++i)
        if (std::ranges::find(texts, words[i].text) != texts.end())
            return &words[i];
    return nullptr;
}

bool ShellCommand::is(std::string_view name, std::initializer_list<std::string_view> arguments) const
{
    return is(name) && argument(arguments) != nullptr;
}

bool ShellCommand::hasFlag(std::initializer_list<std::string_view> flags) const
{
    for (std::size_t i = 1; i < words.size(); ++i) {
        const std::string_view word = words[i].text;
        for (const std::string_view flag : flags) {
            if (word.starts_with("--")) {
                const std::string_view name = word.substr(2);
                if (name == flag || (name.starts_with(flag) && name.size() > flag.size() && name[flag.size()] == '='))
                    return true;
            } else if (word.starts_with('-') && (flag.size() == 1 ? word.find(flag[0]) != std::string_view::npos : word.substr(1) == flag)) {
                return true;
            }
        }
    }
    return false;
}

std::vector<ShellWord> ShellCommand::operands(std::initializer_list<std::string_view> taking) const
{
    std::vector<ShellWord> found;
    bool flagsEnded = false;
    for (std::size_t i = 1; i < words.size(); ++i) {
        const std::string_view word = words[i].text;
        if (!flagsEnded && word == "--") {
            flagsEnded = true;
        } else if (!flagsEnded && word.size() > 1 && word.starts_with('-')) {
            const std::string_view name = word.substr(word.starts_with("--") ? 2 : 1);
            if (std::ranges::find(taking, name) != taking.end())
                ++i;
        } else {
            found.push_back(words[i]);
        }
    }
    return found;
}

int ShellScript::find(std::string_view program, std::initializer_list<std::string_view> arguments) const
{
    const auto found = std::ranges::find_if(commands, [&](const ShellCommand& each) { return each.is(program, arguments); });
    return found == commands.end() ? -1 : static_cast<int>(found - commands.begin());
}

int ShellScript::findLast(std::string_view program, std::initializer_list<std::string_view> arguments) const
{
    for (std::size_t i = commands.size(); i-- > 0;)
        if (commands[i].is(program, arguments))
            return static_cast<int>(i);
    return -1;
}

} // namespace slipway::dockerfile
