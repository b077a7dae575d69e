// SPDX-License-Identifier: GPL-3.0-or-later
#include "build/cache_source.h"

#include <algorithm>

namespace slipway::build
{

namespace
{
constexpr const char* keysMember = "slipway.cache.v1";
}

Result<std::shared_ptr<CacheSource>> CacheSource::of(const std::string& text, std::unique_ptr<RemoteImage> remote)
{
    TRY(const Json document, parseJson(text));
    auto source = std::make_shared<CacheSource>();
    source->m_remote = std::move(remote);
    for (const Json& each : jsonMember(jsonMember(document, "rootfs"), "diff_ids")) {
        TRY(auto layer, Digest::parse(each.is_string() ? each.get<std::string>() : ""));
        source->m_layers.push_back(std::move(layer));
    }
    if (const Json& history = jsonMember(document, "history"); history.is_array())
        source->m_history.assign(history.begin(), history.end());
    const Json& keys = jsonMember(document, keysMember);
    for (const Json& each : keys.is_array() ? keys : Json::array()) {
        const Json &layer = jsonMember(each, "layer"), &created = jsonMember(each, "created");
        if (!layer.is_string() || !created.is_number_integer())
            continue;
        Hit hit{.layer = {}, .created = fromUnixNano(created.get<std::int64_t>())};
        if (const auto name = layer.get<std::string>(); !name.empty()) {
            const auto known = Digest::parse(name);
            if (!known || !std::ranges::contains(source->m_layers, *known))
                continue;
            hit.layer = *known;
        }
        source->m_steps.insert_or_assign(jsonValue<std::string>(each, "key"), hit);
    }
    return source;
}

bool CacheSource::isNext(const ImageState& state, const Digest& layer) const
{
    const std::size_t below = state.layers.size();
    return below <= m_layers.size() && std::equal(state.layers.begin(), state.layers.end(), m_layers.begin())
           && (layer.empty() || (below < m_layers.size() && m_layers[below] == layer));
}

std::optional<CacheSource::Hit> CacheSource::byKey(const ImageState& state, const Digest& key) const
{
    const auto found = m_steps.find(key.hex());
    return found == m_steps.end() || !isNext(state, found->second.layer) ? std::nullopt : std::optional(found->second);
}

std::optional<CacheSource::Hit> CacheSource::byHistory(const ImageState& state, const std::string& text) const
{
    const std::size_t done = state.history.size();
    if (done >= m_history.size() || !std::equal(state.history.begin(), state.history.end(), m_history.begin()))
        return std::nullopt;
    const Json& entry = m_history[done];
    const auto created = parseRfc3339(jsonValue<std::string>(entry, "created"));
    if (jsonValue<std::string>(entry, "created_by") != text || !created)
        return std::nullopt;
    Hit hit{.layer = {}, .created = *created};
    if (!jsonValue<bool>(entry, "empty_layer")) {
        if (state.layers.size() >= m_layers.size())
            return std::nullopt;
        hit.layer = m_layers[state.layers.size()];
    }
    return isNext(state, hit.layer) ? std::optional(hit) : std::nullopt;
}

std::string CacheSource::written(const ImageState& state, const std::map<Digest, CacheRecord>& steps)
{
    Json keys = Json::array();
    for (const auto& [key, record] : steps) {
        if (record.layer.empty() || std::ranges::contains(state.layers, record.layer))
            keys.push_back({{"key", key.hex()}, {"layer", record.layer.str()}, {"created", toUnixNano(record.created)}});
    }
    auto document = parseJson(state.document());
    if (!document || keys.empty())
        return state.document();
    (*document)[keysMember] = std::move(keys);
    return dumpJson(*document);
}

} // namespace slipway::build
