// SPDX-License-Identifier: GPL-3.0-or-later
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <algorithm>
#include <array>

#include "logstore/log_query.h"
#include "logstore/needle_scan.h"
#include "logstore/regex_needles.h"

namespace slipway::logstore
{
namespace
{

constexpr std::uint32_t mostSteps = 2'000'000; // of one expression on one line

bool isWord(char c)
{
    const auto byte = static_cast<unsigned char>(c);
    return (byte >= '0' && byte <= '9') || ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z') || byte == '_' || byte >= 0x80;
}

bool isAscii(std::string_view text)
{
    return std::ranges::all_of(text, [](char c) { return static_cast<signed char>(c) >= 0; });
}

std::string lowered(std::string text)
{
    std::ranges::transform(text, text.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return text;
}

std::string quoted(const std::string& text)
{
    std::string out;
    for (const char c : text) {
        if (static_cast<signed char>(c) >= 0 && !isWord(c))
            out += '\\';
        out += c;
    }
    return out;
}

} // namespace

struct LineMatcher::Impl
{
    LogQuery query;
    std::shared_ptr<pcre2_code> code; // shared by copies
    std::unique_ptr<pcre2_match_data, decltype(&pcre2_match_data_free)> data{nullptr, pcre2_match_data_free};
    std::unique_ptr<pcre2_match_context, decltype(&pcre2_match_context_free)> context{nullptr, pcre2_match_context_free};
    std::vector<Needle> needles;
    std::vector<NeedleScan> scans;
    bool needleIsAll = false;
    std::string buffer;
    std::uint64_t givenUp = 0;

    Status compileRegex(const std::string& pattern)
    {
        int error = 0;
        PCRE2_SIZE offset = 0;
        const bool utf = !isAscii(pattern) || pattern.find("\\p") != std::string::npos || pattern.find("\\P") != std::string::npos
                         || pattern.find("\\X") != std::string::npos || pattern.find("\\x{") != std::string::npos;
        const std::uint32_t flags = PCRE2_NEVER_BACKSLASH_C | (query.caseSensitive ? 0 : PCRE2_CASELESS)
                                    | (utf ? PCRE2_UTF | PCRE2_UCP | PCRE2_MATCH_INVALID_UTF : PCRE2_NEVER_UTF);
        pcre2_code* compiled = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(), flags, &error, &offset, nullptr);
        if (!compiled) {
            std::array<PCRE2_UCHAR, 256> text{};
            pcre2_get_error_message(error, text.data(), text.size());
            return fail(ErrorKind::InvalidArgument, std::string(reinterpret_cast<const char*>(text.data())) + " at character " + std::to_string(offset));
        }
        code.reset(compiled, pcre2_code_free);
        pcre2_jit_compile(compiled, PCRE2_JIT_COMPLETE); // without it, it is only slower
        return {};
    }
    void prepare()
    {
        if (!code)
            return;
        data.reset(pcre2_match_data_create_from_pattern(code.get(), nullptr));
        context.reset(pcre2_match_context_create(nullptr));
        pcre2_set_match_limit(context.get(), mostSteps);
    }
    bool textMatches(std::string_view text)
    {
        if (query.text.empty())
            return true;
        if (code) {
            const int found = pcre2_match(code.get(), reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), 0, 0, data.get(), context.get());
            givenUp += found < PCRE2_ERROR_NOMATCH && found != PCRE2_ERROR_PARTIAL ? 1 : 0;
            return found >= 0;
        }
        for (std::size_t at = scans[0].find(text, 0); at != std::string_view::npos; at = scans[0].find(text, at + 1)) {
            const std::size_t end = at + query.text.size();
            if (!query.wholeWord || ((at == 0 || !isWord(text[at - 1])) && (end == text.size() || !isWord(text[end]))))
                return true;
        }
        return false;
    }
};

Result<LineMatcher> LineMatcher::compile(const LogQuery& query)
{
    auto impl = std::make_unique<Impl>();
    impl->query = query;
    const bool plain = !query.regex && (query.caseSensitive || isAscii(query.text)) && !query.text.empty();
    if (plain) {
        impl->needles.push_back({query.caseSensitive ? query.text : lowered(query.text), query.caseSensitive});
        impl->needleIsAll = !query.wholeWord;
    } else if (!query.text.empty()) {
        const std::string pattern = query.regex ? query.text : quoted(query.text);
        TRY_STATUS(impl->compileRegex(query.wholeWord ? "\\b(?:" + pattern + ")\\b" : pattern));
        for (const std::string& needle : needlesOf(pattern))
            if (query.caseSensitive || isAscii(needle))
                impl->needles.push_back({query.caseSensitive ? needle : lowered(needle), query.caseSensitive});
        // In Unicode the K of "kelvin" is also the sign for it, and the s of "test" also the long s.
        if (impl->needles.size() != needlesOf(pattern).size() || (!query.caseSensitive && !isAscii(pattern)))
            impl->needles.clear();
    }
    for (const Needle& needle : impl->needles)
        impl->scans.emplace_back(needle.bytes, needle.caseSensitive);
    impl->prepare();
    return LineMatcher(std::move(impl));
}

LineMatcher::LineMatcher(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
LineMatcher::LineMatcher(const LineMatcher& other) : m_impl(std::make_unique<Impl>())
{
    m_impl->query = other.m_impl->query;
    m_impl->code = other.m_impl->code;
    m_impl->needles = other.m_impl->needles;
    m_impl->scans = other.m_impl->scans;
    m_impl->needleIsAll = other.m_impl->needleIsAll;
    m_impl->prepare();
}
LineMatcher::LineMatcher(LineMatcher&&) noexcept = default;
LineMatcher::~LineMatcher() = default;

bool LineMatcher::rightStream(Stream stream) const { return stream == Stream::Stdout ? m_impl->query.showStdout : m_impl->query.showStderr; }
const std::vector<LineMatcher::Needle>& LineMatcher::needles() const { return m_impl->needles; }
bool LineMatcher::needleIsAll() const { return m_impl->needleIsAll && m_impl->query.levels == LogQuery::allLevels; }
std::uint64_t LineMatcher::givenUp() const { return m_impl->givenUp; }

bool LineMatcher::rightLevel(std::string_view line) const
{
    return m_impl->query.levels == LogQuery::allLevels || (m_impl->query.levels >> static_cast<unsigned>(levelOf(line)) & 1);
}

bool LineMatcher::textMatches(Stream stream, std::string_view piece)
{
    return rightStream(stream) && m_impl->textMatches(withoutEscapes(piece, m_impl->buffer));
}

bool LineMatcher::matches(Stream stream, std::string_view line)
{
    return rightStream(stream) && rightLevel(line) && textMatches(stream, line);
}

} // namespace slipway::logstore
