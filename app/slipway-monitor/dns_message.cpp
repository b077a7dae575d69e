// SPDX-License-Identifier: GPL-3.0-or-later
#include "dns_message.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>

namespace slipway::monitor
{

namespace
{
constexpr std::size_t headerSize = 12, longestName = 253, longestLabel = 63;
constexpr std::uint32_t secondsToLive = 600;

unsigned number16(std::string_view message, std::size_t at)
{
    return static_cast<unsigned>(static_cast<std::uint8_t>(message[at])) << 8 | static_cast<std::uint8_t>(message[at + 1]);
}

void put16(std::string& out, unsigned value)
{
    out += static_cast<char>(value >> 8);
    out += static_cast<char>(value);
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
} // namespace

std::optional<DnsQuestion> parseDnsQuestion(std::string_view message)
{
    if (message.size() < headerSize || (message[2] & 0xF8) != 0 || number16(message, 4) != 1)
        return std::nullopt;
    DnsQuestion question;
    std::size_t at = headerSize;
    while (at < message.size() && message[at] != 0) {
        const std::size_t length = static_cast<std::uint8_t>(message[at]);
        if (length > longestLabel || at + 1 + length >= message.size() || question.name.size() + length > longestName)
            return std::nullopt;
        if (!question.name.empty())
            question.name += '.';
        std::ranges::transform(message.substr(at + 1, length), std::back_inserter(question.name), lower);
        at += 1 + length;
    }
    if (at + 5 > message.size() || number16(message, at + 3) != 1)
        return std::nullopt;
    question.type = static_cast<DnsType>(number16(message, at + 1));
    question.end = at + 5;
    return question;
}

std::string dnsAnswer(std::string_view query, const DnsQuestion* question, DnsCode code, const std::vector<std::string>& data)
{
    std::string answer(query.substr(0, 2));
    answer += static_cast<char>(0x80 | (query[2] & 0x79));              // a response to the same kind of query
    answer += static_cast<char>(0x80 | static_cast<std::uint8_t>(code)); // recursion is available
    put16(answer, question ? 1 : 0);
    put16(answer, static_cast<unsigned>(data.size()));
    put16(answer, 0);
    put16(answer, 0);
    if (question)
        answer += query.substr(headerSize, question->end - headerSize);
    for (const std::string& record : data) {
        put16(answer, 0xC000 | headerSize); // the name asked for
        put16(answer, static_cast<unsigned>(question->type));
        put16(answer, 1);
        put16(answer, secondsToLive >> 16);
        put16(answer, secondsToLive & 0xFFFF);
        put16(answer, static_cast<unsigned>(record.size()));
        answer += record;
    }
    return answer;
}

std::string encodeDnsName(std::string_view dotted)
{
    std::string encoded;
    while (!dotted.empty()) {
        const std::string_view label = dotted.substr(0, dotted.find('.')).substr(0, longestLabel);
        encoded += static_cast<char>(label.size());
        encoded += label;
        const auto dot = dotted.find('.');
        dotted = dot == std::string_view::npos ? std::string_view() : dotted.substr(dot + 1);
    }
    return encoded + '\0';
}

namespace
{
// "1.0.0.…d.f.ip6.arpa": 32 hexadecimal digits, the last one of the address first.
std::optional<std::string> addressOfNibbles(std::string_view digits)
{
    constexpr std::string_view hex = "0123456789abcdef";
    in6_addr address{};
    if (digits.size() != 63)
        return std::nullopt;
    for (std::size_t i = 0; i < 32; ++i) {
        const auto value = hex.find(digits[62 - 2 * i]);
        if (value == std::string_view::npos || (i > 0 && digits[63 - 2 * i] != '.'))
            return std::nullopt;
        address.s6_addr[i / 2] = static_cast<std::uint8_t>(address.s6_addr[i / 2] << 4 | value);
    }
    std::array<char, INET6_ADDRSTRLEN> text{};
    return ::inet_ntop(AF_INET6, &address, text.data(), text.size());
}
} // namespace

std::optional<std::string> addressOfPointerName(std::string_view name)
{
    constexpr std::string_view ending = ".in-addr.arpa", ending6 = ".ip6.arpa";
    if (name.ends_with(ending6))
        return addressOfNibbles(name.substr(0, name.size() - ending6.size()));
    in_addr reversed{};
    if (!name.ends_with(ending) ||
        ::inet_pton(AF_INET, std::string(name.substr(0, name.size() - ending.size())).c_str(), &reversed) != 1)
        return std::nullopt;
    reversed.s_addr = __builtin_bswap32(reversed.s_addr);
    std::array<char, INET_ADDRSTRLEN> text{};
    return ::inet_ntop(AF_INET, &reversed, text.data(), text.size());
}

} // namespace slipway::monitor
