// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <cstring>

#include <QtGlobal>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

// The bytes that nearly all output consists of: printable ASCII, tab, line feed, carriage return.
namespace slipway::ui
{

[[nodiscard]] inline bool plainByte(char c) { return (c >= 0x20 && c < 0x7f) || c == '\n' || c == '\r' || c == '\t'; }

// The first byte of [AT, END) that is none of them.
[[nodiscard]] inline const char* plainEnd(const char* at, const char* end)
{
#ifdef __SSE2__
    for (; end - at >= 16; at += 16) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
        const __m128i text = _mm_and_si128(_mm_cmpgt_epi8(bytes, _mm_set1_epi8(0x1f)), _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x7f)));
        const __m128i breaks = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\n')),
                                            _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\r')), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\t'))));
        const auto plain = static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(text, breaks)));
        if (plain != 0xffff)
            return at + __builtin_ctz(~plain);
    }
#endif
    while (at < end && plainByte(*at))
        ++at;
    return at;
}

// The first control of [AT, END), where all bytes are plain.
[[nodiscard]] inline const char* printableEnd(const char* at, const char* end)
{
#ifdef __SSE2__
    for (; end - at >= 16; at += 16) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
        const auto breaks = static_cast<unsigned>(_mm_movemask_epi8(_mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20))));
        if (breaks != 0)
            return at + __builtin_ctz(breaks);
    }
#endif
    while (at < end && *at >= 0x20)
        ++at;
    return at;
}

} // namespace slipway::ui
