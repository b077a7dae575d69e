// SPDX-License-Identifier: GPL-3.0-or-later
#include "build/dockerfile/expand.h"

#include "build/dockerfile/glob_pattern.h"
#include "build/dockerfile/text.h"

namespace slipway::dockerfile
{

namespace
{
constexpr int maxDepth = 200;
constexpr char32_t endOfText = 0xFFFFFFFF;

std::unexpected<Error> bad(std::string message) { return fail(ErrorKind::InvalidArgument, std::move(message)); }

class Expander
{
public:
    Expander(std::string_view word, const Lookup& lookup, const ExpandOptions& options)
        : m_text(word), m_lookup(lookup), m_options(options), m_rawEscapes(options.rawEscapes)
    {
    }

    Result<Expansion> run()
    {
        Expansion whole;
        auto done = until(endOfText, m_options.rawEscapes, &whole.words);
        if (!done)
            return bad("failed to process " + inQuotes(m_text) + ": " + done.error().message);
        whole.text = std::move(*done);
        whole.used = std::move(m_used);
        whole.unset = std::move(m_unset);
        return whole;
    }

private:
    // The words that come of blanks outside quotes; what quotes, escapes and literal text give never splits.
    struct Words
    {
        std::vector<std::string>* out;
        std::string current{};
        bool inWord = false;

        void add(std::string_view text, bool mayPart)
        {
            if (!out)
                return;
            if (!mayPart) {
                current += text;
                inWord = true;
                return;
            }
            for (std::size_t at = 0; at < text.size();) {
                const Character c = characterAt(text, at);
                if (isSpace(c.code))
                    part();
                else
                    current += text.substr(at, c.bytes), inWord = true;
                at += c.bytes;
            }
        }
        void part()
        {
            if (!current.empty())
                out->push_back(std::exchange(current, {}));
            inWord = false;
        }
    };

    char32_t peek() const { return m_at < m_text.size() ? characterAt(m_text, m_at).code : endOfText; }
    std::string_view next()
    {
        if (m_at >= m_text.size())
            return {};
        const std::size_t bytes = characterAt(m_text, m_at).bytes;
        const std::string_view taken = m_text.substr(m_at, bytes);
        m_at += bytes;
        return taken;
    }
    bool isEscape(std::string_view character) const { return character.size() == 1 && character[0] == m_options.escape; }

    Result<std::string> until(char32_t stop, bool rawEscapes, std::vector<std::string>* splitInto = nullptr)
    {
        if (++m_depth > maxDepth)
            return bad("syntax error: variables nested too deeply");
        const bool before = std::exchange(m_rawEscapes, rawEscapes);
        auto result = untilHere(stop, splitInto);
        m_rawEscapes = before;
        --m_depth;
        return result;
    }

    Result<std::string> untilHere(char32_t stop, std::vector<std::string>* splitInto)
    {
        std::string result;
        Words words{splitInto};
        for (char32_t c = peek(); c != endOfText; c = peek()) {
            if (c == stop) {
                next();
                return result;
            }
            if (c == '$' || c == '<' || (!m_options.plainQuotes && (c == '\'' || c == '"'))) {
                TRY(const std::string part, c == '$'   ? dollar()
                                            : c == '<' ? Result<std::string>(possibleHeredoc())
                                            : c == '"' ? doubleQuotes()
                                                       : singleQuotes());
                result += part;
                words.add(part, c == '$');
                continue;
            }
            std::string_view taken = next();
            const bool escaped = isEscape(taken);
            if (escaped) {
                if (m_rawEscapes) {
                    result += taken;
                    words.add(taken, false);
                }
                if (peek() == endOfText)
                    break;
                taken = next();
            }
            result += taken;
            words.add(taken, !escaped);
        }
        if (stop != endOfText)
            return bad(std::string("unexpected end of statement while looking for matching ") + static_cast<char>(stop));
        if (splitInto)
            words.part();
        return result;
    }

    Result<std::string> singleQuotes()
    {
        std::string result;
        const auto quote = next();
        if (m_options.rawQuotes)
            result += quote;
        while (peek() != endOfText) {
            const auto taken = next();
            if (taken == "'") {
                if (m_options.rawQuotes)
                    result += taken;
                return result;
            }
            result += taken;
        }
        return bad("unexpected end of statement while looking for matching single-quote");
    }

    Result<std::string> doubleQuotes()
    {
        std::string result;
        const auto quote = next();
        if (m_options.rawQuotes)
            result += quote;
        while (peek() != endOfText) {
            if (peek() == '$') {
                TRY(const std::string value, dollar());
                result += value;
                continue;
            }
            auto taken = next();
            if (taken == "\"") {
                if (m_options.rawQuotes)
                    result += taken;
                return result;
            }
            if (isEscape(taken)) {
                if (m_rawEscapes)
                    result += taken;
                const char32_t c = peek();
                if (c == endOfText)
                    continue;
                if (c == '"' || c == '$' || c == static_cast<unsigned char>(m_options.escape))
                    taken = next();
            }
            result += taken;
        }
        return bad("unexpected end of statement while looking for matching double-quote");
    }

    // "<<" keeps the blanks behind it, so that "<< EOF" is one word to whoever looks for heredocs.
    std::string possibleHeredoc()
    {
        next();
        if (peek() != '<')
            return "<";
        next();
        std::string result = "<<";
        while (peek() == ' ' || peek() == '\t' || peek() == '\r')
            result += next();
        return result;
    }

    std::string name()
    {
        const auto isDigit = [](char32_t c) { return c >= '0' && c <= '9'; };
        std::string result;
        if (isDigit(peek())) {
            while (isDigit(peek()))
                result += next();
            return result;
        }
        static constexpr std::u32string_view special = U"@*#?-$!";
        if (special.find(peek()) != special.npos)
            return std::string(next());
        while (peek() != endOfText && (isLetter(peek()) || isDigit(peek()) || peek() == '_'))
            result += next();
        return result;
    }

    std::optional<std::string> value(const std::string& variable)
    {
        auto found = m_lookup(variable);
        (found ? m_used : m_unset).insert(variable);
        return found;
    }

    Result<std::string> dollar()
    {
        next();
        if (peek() != '{') {
            const std::string variable = name();
            if (variable.empty())
                return std::string("$");
            const auto found = value(variable);
            if (!found && m_options.keepUnset)
                return "$" + variable;
            return found.value_or("");
        }
        next();
        if (peek() == endOfText)
            return bad("syntax error: missing '}'");
        if (peek() == '{' || peek() == '}' || peek() == ':')
            return bad("syntax error: bad substitution");
        const std::string variable = name();
        const std::string_view sign = next();
        if (sign == "}") {
            const auto found = value(variable);
            if (!found && m_options.keepUnset)
                return "${" + variable + "}";
            return found.value_or("");
        }
        if (sign == "/")
            return replaced(variable);
        return modified(variable, sign);
    }

    Result<std::string> modified(const std::string& variable, std::string_view first)
    {
        std::string signs(first);
        std::string_view sign = first;
        const bool emptyIsUnset = first == ":";
        if (emptyIsUnset) {
            sign = next();
            signs += sign;
        }
        static constexpr std::string_view known = "+-?#%";
        const bool pattern = sign == "#" || sign == "%";
        if (sign.size() != 1 || known.find(sign) == known.npos || (emptyIsUnset && pattern))
            return bad("unsupported modifier (" + signs + ") in substitution");
        auto inner = until('}', pattern);
        if (!inner)
            return peek() == endOfText ? bad("syntax error: missing '}'") : std::unexpected(inner.error());
        const std::string& word = *inner;
        const auto found = value(variable);
        if (!found && m_options.keepUnset)
            return "${" + variable + signs + word + "}";
        const bool missing = !found || (emptyIsUnset && found->empty());
        switch (sign[0]) {
        case '-':
            return missing ? word : *found;
        case '+':
            return missing ? std::string() : word;
        case '?':
            if (missing)
                return bad(variable + ": " + (!word.empty() ? word : found ? "is not allowed to be empty" : "is not allowed to be unset"));
            return *found;
        default:
            return cut(found.value_or(""), word, sign[0]);
        }
    }

    static Result<std::string> cut(const std::string& text, const std::string& word, char sign)
    {
        const bool longest = word.starts_with(sign);
        const std::string source = longest ? word.substr(1) : word;
        auto pattern = GlobPattern::parse(source);
        if (!pattern)
            return bad("invalid pattern (" + source + ") in substitution: " + pattern.error().message);
        return sign == '#' ? pattern->withoutPrefix(text, longest) : pattern->withoutSuffix(text, longest);
    }

    Result<std::string> replaced(const std::string& variable)
    {
        const bool all = peek() == '/';
        if (all)
            next();
        auto pattern = until('/', true);
        if (!pattern)
            return peek() == endOfText ? bad("syntax error: missing '/' in ${}") : std::unexpected(pattern.error());
        auto text = until('}', true);
        if (!text)
            return peek() == endOfText ? bad("syntax error: missing '}'") : std::unexpected(text.error());
        const auto found = value(variable);
        if (!found && m_options.keepUnset)
            return "${" + variable + "/" + *pattern + "/" + *text + "}";
        auto parsed = GlobPattern::parse(*pattern);
        if (!parsed)
            return bad("invalid pattern (" + *pattern + ") in substitution: " + parsed.error().message);
        return parsed->replaced(found.value_or(""), *text, all);
    }

    std::string_view m_text;
    const Lookup& m_lookup;
    const ExpandOptions& m_options;
    std::size_t m_at = 0;
    int m_depth = 0;
    bool m_rawEscapes;
    std::set<std::string> m_used, m_unset;
};
} // namespace

Result<Expansion> expand(std::string_view word, const Lookup& lookup, const ExpandOptions& options)
{
    return Expander(word, lookup, options).run();
}

Lookup noVariables()
{
    return [](std::string_view) { return std::nullopt; };
}

} // namespace slipway::dockerfile
