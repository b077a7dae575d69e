// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/digest.h"

#include <algorithm>
#include <array>
#include <openssl/evp.h>

namespace slipway
{

Result<Digest> Digest::parse(std::string_view text)
{
    const bool good = text.starts_with("sha256:") && text.size() == 71 && std::ranges::all_of(text.substr(7), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    });
    if (!good)
        return fail(ErrorKind::InvalidArgument, "invalid digest \"" + std::string(text.substr(0, 100)) + "\": only sha256 is supported");
    Digest digest;
    digest.m_text = text;
    return digest;
}

Digest Digest::of(std::string_view bytes)
{
    Hasher hasher;
    hasher.update(bytes.data(), bytes.size());
    return hasher.finish();
}

Hasher::Hasher() : m_context(::EVP_MD_CTX_new())
{
    ::EVP_DigestInit_ex(static_cast<EVP_MD_CTX*>(m_context), ::EVP_sha256(), nullptr);
}
Hasher::~Hasher() { ::EVP_MD_CTX_free(static_cast<EVP_MD_CTX*>(m_context)); }
Hasher::Hasher(Hasher&& other) noexcept : m_context(std::exchange(other.m_context, nullptr)) {}
Hasher& Hasher::operator=(Hasher&& other) noexcept
{
    std::swap(m_context, other.m_context);
    return *this;
}
void Hasher::update(const void* data, std::size_t size)
{
    ::EVP_DigestUpdate(static_cast<EVP_MD_CTX*>(m_context), data, size);
}
Digest Hasher::finish()
{
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned length = 0;
    ::EVP_DigestFinal_ex(static_cast<EVP_MD_CTX*>(m_context), bytes.data(), &length);
    static constexpr char digits[] = "0123456789abcdef";
    std::string text = "sha256:";
    for (unsigned i = 0; i < length; ++i) {
        text += digits[bytes[i] >> 4];
        text += digits[bytes[i] & 15];
    }
    return *Digest::parse(text);
}

} // namespace slipway
