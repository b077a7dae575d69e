// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

// Protocol buffers as they are on the wire (protobuf.dev/programming-guides/encoding), as far as BuildKit's messages need:
// varints, and bytes for all else. Which number a field has is said where it is used; unknown fields are skipped.
namespace slipway::buildkit
{

// A message being written. Zero and empty values are left out, as proto3 does.
class MessageWriter
{
public:
    MessageWriter& number(int field, std::int64_t value);
    MessageWriter& text(int field, std::string_view value);
    // A message, or bytes that count even when there are none.
    MessageWriter& bytes(int field, std::string_view value);
    MessageWriter& message(int field, const MessageWriter& value) { return bytes(field, value.m_bytes); }
    MessageWriter& entries(int field, const std::map<std::string, std::string>& map);

    [[nodiscard]] const std::string& str() const { return m_bytes; }

private:
    std::string m_bytes;
};

// A message that was received: nothing in it is to be trusted.
class Message
{
public:
    // InvalidArgument when BYTES are no message.
    [[nodiscard]] static Result<Message> parse(std::string bytes);

    [[nodiscard]] std::uint64_t number(int field) const; // 0 when it is not there
    [[nodiscard]] std::string text(int field) const;     // the last one
    [[nodiscard]] std::string_view view(int field) const; // the same, as long as the message lives
    [[nodiscard]] bool has(int field) const;
    [[nodiscard]] std::vector<std::string> texts(int field) const;
    [[nodiscard]] Result<std::map<std::string, std::string>> entries(int field) const;

private:
    struct Field
    {
        int number = 0;
        std::uint64_t value = 0;
        std::size_t at = 0, size = 0; // of its bytes
    };
    [[nodiscard]] std::string_view bytesOf(const Field& field) const
    {
        return std::string_view(m_bytes).substr(field.at, field.size);
    }

    std::string m_bytes;
    std::vector<Field> m_fields;
};

} // namespace slipway::buildkit
