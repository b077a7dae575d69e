// SPDX-License-Identifier: GPL-3.0-or-later
#include "image/image_impl.h"
#include "image/image_service.h"
#include "image/registry_config.h"
#include "registry/registry_client.h"

namespace slipway
{

namespace
{
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
        TRY(const std::string bytes, fetchConfig(registry, reference.path, jsonMember(json, "config"), {}));
        TRY(const Json config, parseJson(bytes));
        platforms.push_back(platformOf(config));
    }
    return Json{{"Descriptor", {{"mediaType", manifest->mediaType}, {"digest", Digest::of(manifest->body).str()}, {"size", manifest->body.size()}}},
                {"Platforms", std::move(platforms)}};
}

} // namespace slipway
