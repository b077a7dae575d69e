// SPDX-License-Identifier: GPL-3.0-or-later
#include "logstore/needle_scan.h"

#include <bit>
#include <cstdint>
#include <cstring>

#ifdef __x86_64__
#include <immintrin.h>
#endif

namespace slipway::logstore
{
namespace
{

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }

} // namespace

unsigned byteFrequency(unsigned char byte)
{
    static constexpr std::string_view common = " e0ta1ionrs2=\"3d:l/4c5u-6.m7p8g9,hf_ybvwI[]OEk{}NTRAqxSDLjCP()MGUzFBHWVYK";
    const auto at = common.find(static_cast<char>(byte));
    if (byte == 0)
        return 255; // every record has them
    return at == std::string_view::npos ? 5 : 250 - static_cast<unsigned>(at) * 3;
}

NeedleScan::NeedleScan(std::string needle, bool caseSensitive) : m_needle(std::move(needle)), m_caseSensitive(caseSensitive)
{
    const auto frequency = [this](std::size_t i) {
        const auto byte = static_cast<unsigned char>(m_needle[i]);
        const unsigned both = m_caseSensitive ? 0 : byteFrequency(static_cast<unsigned char>(upper(m_needle[i])));
        return byteFrequency(byte) + both / 2;
    };
    for (std::size_t i = 1; i < m_needle.size(); ++i)
        if (frequency(i) < frequency(m_first))
            m_first = i;
    m_second = m_first == 0 && m_needle.size() > 1 ? 1 : 0;
    for (std::size_t i = 0; i < m_needle.size(); ++i)
        if (i != m_first && frequency(i) < frequency(m_second))
            m_second = i;
}

bool NeedleScan::at(const char* place) const
{
    if (m_caseSensitive)
        return std::memcmp(place, m_needle.data(), m_needle.size()) == 0;
    for (std::size_t i = 0; i < m_needle.size(); ++i)
        if (lower(place[i]) != m_needle[i])
            return false;
    return true;
}

std::size_t NeedleScan::findSlowly(std::string_view text, std::size_t from) const
{
    if (m_caseSensitive) {
        if (from >= text.size())
            return std::string_view::npos;
        const void* found = ::memmem(text.data() + from, text.size() - from, m_needle.data(), m_needle.size());
        return found ? static_cast<std::size_t>(static_cast<const char*>(found) - text.data()) : std::string_view::npos;
    }
    for (; from + m_needle.size() <= text.size(); ++from)
        if (lower(text[from + m_first]) == m_needle[m_first] && at(text.data() + from))
            return from;
    return std::string_view::npos;
}

#ifdef __x86_64__
__attribute__((target("avx2"))) std::size_t NeedleScan::findWide(std::string_view text, std::size_t from) const
{
    const char* const begin = text.data();
    const char a = m_needle[m_first], b = m_needle[m_second];
    const __m256i firstLow = _mm256_set1_epi8(a), secondLow = _mm256_set1_epi8(b);
    const __m256i firstUp = _mm256_set1_epi8(m_caseSensitive ? a : upper(a)), secondUp = _mm256_set1_epi8(m_caseSensitive ? b : upper(b));
    const std::size_t furthest = std::max(m_first, m_second) + 32;
    while (from + std::max(furthest, m_needle.size() + 31) <= text.size()) {
        const __m256i one = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(begin + from + m_first));
        const __m256i two = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(begin + from + m_second));
        const __m256i both = _mm256_and_si256(_mm256_or_si256(_mm256_cmpeq_epi8(one, firstLow), _mm256_cmpeq_epi8(one, firstUp)),
                                              _mm256_or_si256(_mm256_cmpeq_epi8(two, secondLow), _mm256_cmpeq_epi8(two, secondUp)));
        for (auto mask = static_cast<std::uint32_t>(_mm256_movemask_epi8(both)); mask != 0; mask &= mask - 1) {
            const std::size_t place = from + static_cast<std::size_t>(std::countr_zero(mask));
            if (at(begin + place))
                return place;
        }
        from += 32;
    }
    return findSlowly(text, from);
}
#else
std::size_t NeedleScan::findWide(std::string_view text, std::size_t from) const { return findSlowly(text, from); }
#endif

std::size_t NeedleScan::find(std::string_view text, std::size_t from) const
{
#ifdef __x86_64__
    static const bool wide = __builtin_cpu_supports("avx2");
    if (wide)
        return findWide(text, from);
#endif
    return findSlowly(text, from);
}

} // namespace slipway::logstore
