// SPDX-License-Identifier: GPL-3.0-or-later
#include "buildkit/protobuf.h"

#include <algorithm>

namespace slipway::buildkit
{

namespace
{
enum WireType : std::uint8_t { Varint = 0, Fixed64 = 1, Bytes = 2, Fixed32 = 5 };

std::unexpected<Error> broken() { return fail(ErrorKind::InvalidArgument, "a broken protobuf message"); }

class Cursor
{
public:
    explicit Cursor(std::string_view bytes) : m_bytes(bytes) {}
    [[nodiscard]] bool atEnd() const { return m_bytes.empty(); }

    Result<std::uint64_t> varint()
    {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64 && !m_bytes.empty(); shift += 7) {
            const auto byte = static_cast<unsigned char>(m_bytes.front());
            m_bytes.remove_prefix(1);
            value |= std::uint64_t(byte & 0x7f) << shift;
            if (!(byte & 0x80))
                return value;
        }
        return broken();
    }
    Result<std::string_view> take(std::uint64_t count)
    {
        if (count > m_bytes.size())
            return broken();
        const auto taken = m_bytes.substr(0, count);
        m_bytes.remove_prefix(count);
        return taken;
    }

private:
    std::string_view m_bytes;
};
} // namespace

void MessageWriter::varint(std::uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        m_bytes += static_cast<char>(value | 0x80);
    m_bytes += static_cast<char>(value);
}

MessageWriter& MessageWriter::number(int field, std::int64_t value)
{
    if (value == 0)
        return *this;
    varint(static_cast<std::uint64_t>(field) << 3 | Varint);
    varint(static_cast<std::uint64_t>(value));
    return *this;
}

MessageWriter& MessageWriter::text(int field, std::string_view value) { return value.empty() ? *this : bytes(field, value); }

MessageWriter& MessageWriter::bytes(int field, std::string_view value)
{
    varint(static_cast<std::uint64_t>(field) << 3 | Bytes);
    varint(value.size());
    m_bytes += value;
    return *this;
}

MessageWriter& MessageWriter::entries(int field, const std::map<std::string, std::string>& map)
{
    for (const auto& [key, value] : map)
        message(field, MessageWriter().text(1, key).text(2, value));
    return *this;
}

Result<Message> Message::parse(std::string_view bytes)
{
    Message message;
    for (Cursor cursor(bytes); !cursor.atEnd();) {
        TRY(const std::uint64_t tag, cursor.varint());
        if (tag >> 3 == 0 || tag >> 3 > 0x1fffffff)
            return broken();
        Field field{.number = static_cast<int>(tag >> 3), .value = 0, .bytes = {}};
        switch (tag & 7) {
        case Varint: {
            TRY(field.value, cursor.varint());
            break;
        }
        case Bytes: {
            TRY(const std::uint64_t size, cursor.varint());
            TRY(field.bytes, cursor.take(size));
            break;
        }
        case Fixed64:
            TRY_STATUS(cursor.take(8).transform([](std::string_view) {}));
            continue;
        case Fixed32:
            TRY_STATUS(cursor.take(4).transform([](std::string_view) {}));
            continue;
        default:
            return broken();
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
        value = each.number == field ? std::string_view(each.bytes) : value;
    return value;
}

std::string Message::text(int field) const { return std::string(view(field)); }

std::vector<std::string> Message::texts(int field) const
{
    std::vector<std::string> all;
    for (const Field& each : m_fields) {
        if (each.number == field)
            all.push_back(each.bytes);
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
