// SPDX-License-Identifier: GPL-3.0-or-later
#include "image/registry_config.h"

#include "registry/registry_client.h"
#include "store/digest.h"

namespace slipway
{

namespace
{
constexpr std::size_t maxConfig = 8 << 20;
}

Result<std::string> fetchConfig(RegistryClient& registry, const std::string& repository, const Json& descriptor, const std::stop_token& stop)
{
    TRY(const auto digest, Digest::parse(jsonValue<std::string>(descriptor, "digest")));
    std::string bytes;
    const auto sink = [&](std::span<const std::byte> piece) -> Status {
        if (bytes.size() + piece.size() > maxConfig)
            return fail(ErrorKind::InvalidArgument, "the image configuration is larger than 8 MiB: refused");
        bytes.append(reinterpret_cast<const char*>(piece.data()), piece.size());
        return {};
    };
    TRY_STATUS(registry.blob(repository, digest.str(), jsonValue<std::int64_t>(descriptor, "size"), sink, {}, stop));
    if (Digest::of(bytes) != digest)
        return fail(ErrorKind::InvalidArgument, "image config verification failed for digest " + digest.str());
    return bytes;
}

} // namespace slipway
