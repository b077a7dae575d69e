// SPDX-License-Identifier: GPL-3.0-or-later
#include "buildkit/protobuf.h"

#include <algorithm>

#include "base/varint.h"

namespace slipway::buildkit
{

namespace
{
enum WireType : std::uint8_t { Varint = 0, Fixed64 = 1, Bytes = 2, Fixed32 = 5 };

std::unexpected<Error> broken() { return fail(ErrorKind::InvalidArgument, "a broken protobuf message"); }
} // namespace

MessageWriter& MessageWriter::number(int field, std::int64_t value)
{
    if (value == 0)
        return *this;
    putVarint(m_bytes, static_cast<std::uint64_t>(field) << 3 | Varint);
    putVarint(m_bytes, static_cast<std::uint64_t>(value));
    return *this;
}

MessageWriter& MessageWriter::text(int field, std::string_view value) { return value.empty() ? *this : bytes(field, value); }

MessageWriter& MessageWriter::bytes(int field, std::string_view value)
{
    putVarint(m_bytes, static_cast<std::uint64_t>(field) << 3 | Bytes);
    putSized(m_bytes, value);
    return *this;
}

MessageWriter& MessageWriter::entries(int field, const std::map<std::string, std::string>& map)
{
    for (const auto& [key, value] : map)
        message(field, MessageWriter().text(1, key).text(2, value));
    return *this;
}

Result<Message> Message::parse(std::string whole)
{
    Message message;
    message.m_bytes = std::move(whole);
    message.m_fields.reserve(8);
    std::string_view bytes = message.m_bytes;
    while (!bytes.empty()) {
        const auto tag = takeVarint(bytes);
        if (!tag || *tag >> 3 == 0 || *tag >> 3 > 0x1fffffff)
            return broken();
        Field field{.number = static_cast<int>(*tag >> 3)};
        const unsigned type = *tag & 7;
        if (type == Varint) {
            const auto value = takeVarint(bytes);
            if (!value)
                return broken();
            field.value = *value;
        } else if (type == Bytes) {
            const auto taken = takeSized(bytes);
            if (!taken)
                return broken();
            field.size = taken->size();
            field.at = message.m_bytes.size() - bytes.size() - field.size;
        } else {
            const std::size_t size = type == Fixed64 ? 8 : type == Fixed32 ? 4 : 0;
            if (size == 0 || size > bytes.size())
                return broken();
            bytes.remove_prefix(size);
            continue;
        }
        message.m_fields.push_back(std::move(field));
    }
    return message;
}

bool Message::has(int field) const { return std::ranges::find(m_fields, field, &Field::number) != m_fields.end(); }

std::uint64_t Message::number(int field) const
{
    std::uint64_t value = 0;
    for (const Field& each : m_fields)
        value = each.number == field ? each.value : value;
    return value;
}

std::string_view Message::view(int field) const
{
    std::string_view value;
    for (const Field& each : m_fields)
        value = each.number == field ? bytesOf(each) : value;
    return value;
}

std::string Message::text(int field) const { return std::string(view(field)); }

std::vector<std::string> Message::texts(int field) const
{
    std::vector<std::string> all;
    for (const Field& each : m_fields) {
        if (each.number == field)
            all.emplace_back(bytesOf(each));
    }
    return all;
}

Result<std::map<std::string, std::string>> Message::entries(int field) const
{
    std::map<std::string, std::string> map;
    for (const std::string& bytes : texts(field)) {
        TRY(const Message entry, parse(bytes));
        map[entry.text(1)] = entry.text(2);
    }
    return map;
}

} // namespace slipway::buildkit
