// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/go_json.h"

#include <algorithm>
#include <charconv>
#include <cctype>
#include <format>
#include <optional>

namespace slipway::api
{
namespace
{

constexpr int maxDepth = 1000; // Go has 10,000; each is a frame of the stack here

const GoType anything;
const GoType someText{.kind = GoType::Kind::Text, .name = "string"};

// Where a value stands, in Go's words: the innermost struct and the fields on the way to it.
struct Place
{
    std::string structure, path;
};

bool sameName(std::string_view a, std::string_view b)
{
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::ranges::equal(a, b, {}, lower, lower);
}

void appendUtf8(std::string& text, unsigned code)
{
    if (code < 0x80) {
        text += static_cast<char>(code);
    } else if (code < 0x800) {
        text += static_cast<char>(0xc0 | code >> 6);
        text += static_cast<char>(0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
        text += static_cast<char>(0xe0 | code >> 12);
        text += static_cast<char>(0x80 | (code >> 6 & 0x3f));
        text += static_cast<char>(0x80 | (code & 0x3f));
    } else {
        text += static_cast<char>(0xf0 | code >> 18);
        text += static_cast<char>(0x80 | (code >> 12 & 0x3f));
        text += static_cast<char>(0x80 | (code >> 6 & 0x3f));
        text += static_cast<char>(0x80 | (code & 0x3f));
    }
}

// Bytes of the UTF-8 character that TEXT begins with, 0 when it is none.
std::size_t utf8Length(std::string_view text)
{
    const auto at = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
    const auto tail = [&](std::size_t i) { return (at(i) & 0xc0) == 0x80; };
    const unsigned first = at(0);
    if (first < 0x80)
        return 1;
    if (first >= 0xc2 && first < 0xe0)
        return tail(1) ? 2 : 0;
    if (first >= 0xe0 && first < 0xf0)
        return tail(1) && tail(2) && !(first == 0xe0 && at(1) < 0xa0) && !(first == 0xed && at(1) >= 0xa0) ? 3 : 0;
    if (first >= 0xf0 && first < 0xf5)
        return tail(1) && tail(2) && tail(3) && !(first == 0xf0 && at(1) < 0x90) && !(first == 0xf4 && at(1) >= 0x90) ? 4 : 0;
    return 0;
}

std::string shown(char c)
{
    switch (c) {
    case '\'': return R"('\'')";
    case '"': return R"('"')";
    case '\\': return R"('\\')";
    case '\n': return R"('\n')";
    case '\t': return R"('\t')";
    case '\r': return R"('\r')";
    default: break;
    }
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f)
        return std::format("'\\x{:02x}'", byte);
    std::string text = "'";
    appendUtf8(text, byte); // Go shows a byte as the character of that number
    return text + "'";
}

class Reader
{
public:
    explicit Reader(std::string_view text) : m_text(text) {}

    Result<Json> read(const GoType& type)
    {
        Json result;
        if (!skip())
            return fail(ErrorKind::InvalidArgument, "invalid JSON: got EOF while reading request body");
        value(type, result, {}, "looking for beginning of value");
        if (const std::string& problem = m_broken.empty() ? m_misfit : m_broken; !problem.empty())
            return fail(ErrorKind::InvalidArgument, "invalid JSON: " + problem);
        if (skip() && m_text[m_at] != ']' && m_text[m_at] != '}')
            return fail(ErrorKind::InvalidArgument, "unexpected content after JSON");
        return result;
    }

private:
    using Kind = GoType::Kind;

    bool skip() // over white space; false at the end
    {
        m_at = std::min(m_text.find_first_not_of(" \t\r\n", m_at), m_text.size());
        return m_at < m_text.size();
    }

    bool broken(std::string problem)
    {
        if (m_broken.empty())
            m_broken = std::move(problem);
        return false;
    }
    bool stop(std::string_view where)
    {
        return m_at >= m_text.size() ? broken("unexpected EOF") : broken(std::format("invalid character {} {}", shown(m_text[m_at]), where));
    }
    bool expect(char c, std::string_view where) { return skip() && m_text[m_at] == c ? ++m_at > 0 : stop(where); }

    void misfit(const std::string& what, const GoType& type, const Place& place)
    {
        if (!m_misfit.empty())
            return;
        m_misfit = place.path.empty() ? std::format("json: cannot unmarshal {} into Go value of type {}", what, type.name)
                                      : std::format("json: cannot unmarshal {} into Go struct field {}.{} of type {}", what, place.structure, place.path, type.name);
    }

    // Each of these leaves INTO alone where the value does not fit, and is false when the text is no JSON.
    bool value(const GoType& type, Json& into, const Place& place, const char* where)
    {
        if (!skip())
            return stop(where);
        const char c = m_text[m_at];
        if (c == '{' || c == '[') {
            if (++m_depth > maxDepth)
                return stop("exceeded max depth");
            const bool whole = c == '{' ? object(type, into, place) : array(type, into, place);
            --m_depth;
            return whole;
        }
        if (c == '"')
            return text(type, into, place);
        if (c == 't')
            return boolean("true", type, into, place);
        if (c == 'f')
            return boolean("false", type, into, place);
        if (c == 'n')
            return literal("null");
        if (c == '-' || (c >= '0' && c <= '9'))
            return number(type, into, place);
        return stop(where);
    }

    bool literal(std::string_view word)
    {
        for (const char c : word) {
            if (m_at >= m_text.size() || m_text[m_at] != c)
                return stop(std::format("in literal {} (expecting '{}')", word, c));
            ++m_at;
        }
        return true;
    }

    bool boolean(std::string_view word, const GoType& type, Json& into, const Place& place)
    {
        if (!literal(word))
            return false;
        if (type.kind == Kind::Any || type.kind == Kind::Bool)
            into = word == "true";
        else
            misfit("bool", type.kind == Kind::Words ? someText : type, place);
        return true;
    }

    bool digits(const char* where)
    {
        const auto digit = [this] { return m_at < m_text.size() && m_text[m_at] >= '0' && m_text[m_at] <= '9'; };
        if (!digit())
            return stop(where);
        while (digit())
            ++m_at;
        return true;
    }

    bool number(const GoType& type, Json& into, const Place& place)
    {
        const std::size_t begin = m_at;
        const auto next = [this](std::string_view any) { return m_at < m_text.size() && any.contains(m_text[m_at]); };
        m_at += m_text[m_at] == '-' ? 1 : 0;
        if (next("0"))
            ++m_at;
        else if (!digits("in numeric literal"))
            return false;
        if (next(".") && (++m_at, !digits("after decimal point in numeric literal")))
            return false;
        if (next("eE")) {
            ++m_at;
            m_at += next("+-") ? 1 : 0;
            if (!digits("in exponent of numeric literal"))
                return false;
        }
        const std::string_view literal = m_text.substr(begin, m_at - begin);
        const auto whole = [&](auto number_) {
            const auto [end, error] = std::from_chars(literal.data(), literal.data() + literal.size(), number_);
            return error == std::errc() && end == literal.data() + literal.size() ? std::optional(number_) : std::nullopt;
        };
        const auto small = whole(std::int64_t());
        const auto large = whole(std::uint64_t());
        if (type.kind == Kind::Integer) {
            const bool fits = small ? *small >= type.least && (*small < 0 || static_cast<std::uint64_t>(*small) <= type.most) : large && *large <= type.most;
            if (!fits)
                misfit(std::format("number {}", literal), type, place);
            else
                into = large ? Json(*large) : Json(*small); // as nlohmann's parser: what is not negative is unsigned
        } else if (type.kind == Kind::Any) {
            double real = 0;
            std::from_chars(literal.data(), literal.data() + literal.size(), real);
            into = large ? Json(*large) : small ? Json(*small) : Json(real);
        } else {
            misfit("number", type.kind == Kind::Words ? someText : type, place);
        }
        return true;
    }

    bool text(const GoType& type, Json& into, const Place& place)
    {
        std::string found;
        if (!string(found))
            return false;
        if (type.kind == Kind::Words)
            into = Json::array({found});
        else if (type.kind == Kind::Any || type.kind == Kind::Text)
            into = std::move(found);
        else
            misfit("string", type, place);
        return true;
    }

    std::optional<unsigned> hex4(std::size_t at) const
    {
        unsigned code = 0;
        if (at + 4 > m_text.size())
            return std::nullopt;
        const auto [end, error] = std::from_chars(m_text.data() + at, m_text.data() + at + 4, code, 16);
        return error == std::errc() && end == m_text.data() + at + 4 ? std::optional(code) : std::nullopt;
    }

    bool escape(std::string& into) // after the backslash
    {
        static constexpr std::string_view names = "\"\\/bfnrt", meant = "\"\\/\b\f\n\r\t";
        if (m_at < m_text.size() && m_text[m_at] != 'u') {
            const std::size_t which = names.find(m_text[m_at]);
            if (which == std::string_view::npos)
                return stop("in string escape code");
            into += meant[which];
            ++m_at;
            return true;
        }
        auto code = hex4(m_at + 1);
        if (!code) {
            for (++m_at; m_at < m_text.size() && std::isxdigit(static_cast<unsigned char>(m_text[m_at]));)
                ++m_at;
            return stop("in \\u hexadecimal character escape");
        }
        m_at += 5;
        if (*code >= 0xd800 && *code < 0xe000) {
            const auto low = *code < 0xdc00 && m_text.substr(m_at).starts_with("\\u") ? hex4(m_at + 2) : std::nullopt;
            const bool pair = low && *low >= 0xdc00 && *low < 0xe000;
            code = pair ? 0x10000 + ((*code - 0xd800) << 10) + (*low - 0xdc00) : 0xfffd;
            m_at += pair ? 6 : 0;
        }
        appendUtf8(into, *code);
        return true;
    }

    bool string(std::string& into)
    {
        for (++m_at; m_at < m_text.size() && m_text[m_at] != '"';) {
            if (static_cast<unsigned char>(m_text[m_at]) < 0x20)
                return stop("in string literal");
            if (m_text[m_at] == '\\') {
                ++m_at;
                if (!escape(into))
                    return false;
                continue;
            }
            const std::size_t length = utf8Length(m_text.substr(m_at));
            if (length == 0)
                appendUtf8(into, 0xfffd);
            else
                into += m_text.substr(m_at, length);
            m_at += std::max<std::size_t>(length, 1);
        }
        return m_at < m_text.size() ? ++m_at > 0 : stop("");
    }

    bool object(const GoType& type, Json& into, const Place& place)
    {
        const bool fits = type.kind == Kind::Any || type.kind == Kind::Map || type.kind == Kind::Struct;
        if (!fits)
            misfit("object", type.kind == Kind::Words ? someText : type, place);
        Json unused;
        Json& made = fits ? into : unused;
        if (!made.is_object() || type.kind == Kind::Any)
            made = Json::object();
        ++m_at;
        if (skip() && m_text[m_at] == '}')
            return ++m_at > 0;
        do {
            if (!skip() || m_text[m_at] != '"')
                return stop("looking for beginning of object key string");
            std::string key;
            if (!string(key) || !expect(':', "after object key") || !member(fits ? type : anything, made, key, place) || !skip())
                return stop("after object key:value pair");
        } while (m_text[m_at] == ',' && ++m_at);
        return expect('}', "after object key:value pair");
    }

    bool member(const GoType& type, Json& object, std::string key, const Place& place)
    {
        static constexpr const char* where = "looking for beginning of value";
        if (type.kind != Kind::Struct) {
            Json item; // as in Go, a map's values do not grow together
            const bool whole = value(type.kind == Kind::Map ? *type.item : anything, item, place, where);
            if (item.is_null() && type.item && type.item->kind == Kind::Text)
                item = "";
            object[std::move(key)] = std::move(item);
            return whole;
        }
        auto field = std::ranges::find(type.fields, key, &GoField::name);
        if (field == type.fields.end())
            field = std::ranges::find_if(type.fields, [&](const GoField& f) { return sameName(f.name, key); });
        if (field == type.fields.end())
            return value(anything, object[std::move(key)], place, where);
        const std::string path = place.path + (place.path.empty() ? "" : ".") + field->embedded + field->name;
        return value(*field->type, object[field->name], {type.name.substr(type.name.rfind('.') + 1), path}, where);
    }

    bool array(const GoType& type, Json& into, const Place& place)
    {
        const bool fits = type.kind == Kind::Any || type.kind == Kind::List || type.kind == Kind::Words;
        if (!fits)
            misfit("array", type, place);
        Json made = Json::array();
        bool words = true;
        ++m_at;
        if (skip() && m_text[m_at] == ']') {
            ++m_at;
        } else {
            do {
                Json item;
                const GoType& wanted = type.kind == Kind::List ? *type.item : anything;
                if (!value(wanted, item, place, "looking for beginning of value") || !skip())
                    return stop("after array element");
                if (item.is_null() && wanted.kind == Kind::Text)
                    item = "";
                words = words && item.is_string();
                made.push_back(std::move(item));
            } while (m_text[m_at] == ',' && ++m_at);
            if (!expect(']', "after array element"))
                return false;
        }
        if (type.kind == Kind::Words && !words)
            misfit("array", someText, place);
        else if (fits)
            into = std::move(made);
        return true;
    }

    std::string_view m_text;
    std::size_t m_at = 0;
    int m_depth = 0;
    std::string m_broken, m_misfit; // the first of each
};

} // namespace

Result<Json> parseGoJson(std::string_view text, const GoType& type) { return Reader(text).read(type); }

} // namespace slipway::api
