// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <compare>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"

namespace slipway
{

// "sha256:" and 64 lower-case hex digits; nothing else is ever accepted, so a Digest is safe as a file name.
class Digest
{
public:
    Digest() = default; // empty: "none"
    [[nodiscard]] static Result<Digest> parse(std::string_view text);
    [[nodiscard]] static Digest of(std::string_view bytes);

    [[nodiscard]] const std::string& str() const { return m_text; } // "sha256:…"
    [[nodiscard]] std::string hex() const { return m_text.empty() ? std::string() : m_text.substr(7); }
    [[nodiscard]] bool empty() const { return m_text.empty(); }
    auto operator<=>(const Digest&) const = default;

private:
    std::string m_text;
};

// Incremental SHA-256 (OpenSSL, which uses SHA-NI).
class Hasher
{
public:
    Hasher();
    ~Hasher();
    Hasher(Hasher&&) noexcept;
    Hasher& operator=(Hasher&&) noexcept;
    void update(const void* data, std::size_t size);
    [[nodiscard]] Digest finish(); // once

private:
    void* m_context;
};

} // namespace slipway
