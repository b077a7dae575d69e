// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// The little of RFC 1035 that the resolver of a container needs: one question in, addresses or a name out.
namespace slipway::monitor
{

enum class DnsType : std::uint16_t { A = 1, Ptr = 12, Aaaa = 28 };
enum class DnsCode : std::uint8_t { NoError = 0, FormatError = 1, ServerFailure = 2 };

struct DnsQuestion
{
    std::string name; // lower case, dots between the labels, none at the end
    DnsType type{};
    std::size_t end = 0; // where the question ends in its message
};

// Nothing when MESSAGE is no standard query with exactly one question of the class IN.
[[nodiscard]] std::optional<DnsQuestion> parseDnsQuestion(std::string_view message);

// What answers QUERY (a message that parseDnsQuestion() took, or one with at least a header): DATA are the records' contents
// (four or sixteen bytes of an address, or an encoded name), all of the question's type.
[[nodiscard]] std::string dnsAnswer(std::string_view query, const DnsQuestion* question, DnsCode code,
                                    const std::vector<std::string>& data = {});

[[nodiscard]] std::string encodeDnsName(std::string_view dotted);
// "4.3.2.1.in-addr.arpa" → "1.2.3.4", and of ip6.arpa; nothing for another name.
[[nodiscard]] std::optional<std::string> addressOfPointerName(std::string_view name);

} // namespace slipway::monitor
