// SPDX-License-Identifier: GPL-3.0-or-later
#include "image/image_impl.h"
#include "image/image_service.h"
#include "registry/registry_client.h"

namespace slipway
{

namespace
{
constexpr std::size_t maxConfig = 8 << 20;

Json platformOf(const Json& described)
{
    Json platform = Json::object();
    for (const char* key : {"architecture", "os", "os.version", "os.features", "variant"})
        if (const Json& value = jsonMember(described, key); !value.is_null())
            platform[key] = value;
    return platform;
}
} // namespace

Result<Json> ImageService::distribution(const std::string& name, const RegistryAuth& auth) const
{
    TRY(const auto reference, Reference::parse(name));
    RegistryClient registry(reference.domain, {auth.username, auth.password, auth.identityToken, auth.registryToken}, m_impl->insecure);
    const auto manifest = registry.manifest(reference.path, reference.digest.empty() ? reference.tag : reference.digest.str(), reference.familiar(), {});
    if (!manifest) {
        const bool away = manifest.error().kind == ErrorKind::Unavailable;
        return fail(away ? ErrorKind::Internal : manifest.error().kind, manifest.error().message);
    }
    TRY(const Json json, parseJson(manifest->body));
    Json platforms = Json::array();
    if (const Json& entries = jsonMember(json, "manifests"); entries.is_array()) {
        for (const Json& entry : entries)
            platforms.push_back(platformOf(jsonMember(entry, "platform")));
    } else {
        const Json& descriptor = jsonMember(json, "config");
        std::string bytes;
        const auto sink = [&](std::span<const std::byte> piece) -> Status {
            if (bytes.size() + piece.size() > maxConfig)
                return fail(ErrorKind::InvalidArgument, "the image configuration is larger than 8 MiB: refused");
            bytes.append(reinterpret_cast<const char*>(piece.data()), piece.size());
            return {};
        };
        TRY_STATUS(registry.blob(reference.path, jsonValue<std::string>(descriptor, "digest"), jsonValue<std::int64_t>(descriptor, "size"), sink, {}, {}));
        TRY(const Json config, parseJson(bytes));
        platforms.push_back(platformOf(config));
    }
    return Json{{"Descriptor", {{"mediaType", manifest->mediaType}, {"digest", Digest::of(manifest->body).str()}, {"size", manifest->body.size()}}},
                {"Platforms", std::move(platforms)}};
}

} // namespace slipway
