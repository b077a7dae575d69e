// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/json_shapes.h"

#include <fnmatch.h>

#include <algorithm>
#include <set>

namespace slipway::api
{
namespace
{

Json keySet(const std::vector<std::string>& names)
{
    if (names.empty())
        return nullptr;
    Json result = Json::object();
    for (const std::string& name : names)
        result[name] = Json::object();
    return result;
}

Json mapOrNull(const std::map<std::string, std::string>& map) { return map.empty() ? Json() : Json(map); }

Json healthJson(const HealthConfig& health) // what is not set is not said
{
    Json result{{"Test", health.test}};
    for (const auto& [name, value] : {std::pair{"Interval", health.interval}, {"Timeout", health.timeout}, {"StartPeriod", health.startPeriod},
                                      {"StartInterval", health.startInterval}, {"Retries", std::int64_t(health.retries)}}) {
        if (value != 0)
            result[name] = value;
    }
    return result;
}

Json configJson(const ImageConfig& config)
{
    Json result{{"Hostname", ""},       {"Domainname", ""},      {"User", config.user},
                {"AttachStdin", false}, {"AttachStdout", false}, {"AttachStderr", false},
                {"Tty", false},         {"OpenStdin", false},    {"StdinOnce", false},
                {"Env", config.env},    {"Image", ""},           {"WorkingDir", config.workingDir},
                {"Volumes", keySet(config.volumes)},             {"Labels", config.labelsAreNull ? Json() : Json(config.labels)},
                {"OnBuild", config.onBuild.empty() ? Json() : Json(config.onBuild)}};
    result.update(config.ofContainer);
    result["Cmd"] = config.cmdIsNull ? Json() : Json(config.cmd);
    result["Entrypoint"] = config.entrypointIsNull ? Json() : Json(config.entrypoint);
    if (!config.exposedPorts.empty())
        result["ExposedPorts"] = keySet(config.exposedPorts);
    if (!config.stopSignal.empty())
        result["StopSignal"] = config.stopSignal;
    if (!config.shell.empty())
        result["Shell"] = config.shell;
    if (config.health)
        result["Healthcheck"] = healthJson(*config.health);
    return result;
}

// Where the layers lie (FOLDERS, the lowest first), in the form of dockerd's overlay2: an image itself is not mounted.
Json graphData(const std::vector<std::filesystem::path>& folders)
{
    if (folders.empty())
        return nullptr;
    const std::filesystem::path top = folders.back().parent_path();
    Json data{{"MergedDir", (top / "merged").string()}, {"UpperDir", folders.back().string()}, {"WorkDir", (top / "work").string()}};
    std::string lower;
    for (auto folder = folders.rbegin() + 1; folder != folders.rend(); ++folder)
        lower += (lower.empty() ? "" : ":") + folder->string();
    if (!lower.empty())
        data["LowerDir"] = lower;
    return data;
}

} // namespace

Json imageSummary(const Image& image, int containers)
{
    return {{"Id", image.id.str()},        {"ParentId", ""},
            {"RepoTags", image.repoTags},  {"RepoDigests", image.repoDigests},
            {"Created", toUnixSeconds(image.created)}, {"Size", image.size},
            {"SharedSize", -1},            {"Labels", mapOrNull(image.config.labels)},
            {"Containers", containers}};
}

Json imageInspect(const Image& image, const std::vector<std::filesystem::path>& folders)
{
    std::vector<std::string> layers;
    for (const Digest& layer : image.layers)
        layers.push_back(layer.str());
    const std::string comment = image.comment.empty() && !image.history.empty() ? image.history.back().comment : image.comment;
    Json result{{"Id", image.id.str()},          {"RepoTags", image.repoTags}, {"RepoDigests", image.repoDigests},
                {"Parent", image.parent},                  {"Comment", comment},         {"Created", formatRfc3339(image.created)},
                {"DockerVersion", ""},           {"Author", image.author},     {"Config", configJson(image.config)},
                {"Architecture", image.architecture}, {"Os", image.os},        {"Size", image.size}};
    if (!image.variant.empty())
        result["Variant"] = image.variant;
    result["GraphDriver"] = {{"Name", "overlay2"}, {"Data", graphData(folders)}};
    result["RootFS"] = {{"Type", "layers"}, {"Layers", layers}};
    result["Metadata"] = {{"LastTagTime", formatRfc3339(image.lastTagged)}};
    return result;
}

void addVirtualSize(const HttpRequest& request, Json& image)
{
    if (request.apiMinor < 44)
        image["VirtualSize"] = image["Size"];
}

Json imageHistory(const Image& image, const std::map<Digest, std::int64_t>& sizes)
{
    Json result = Json::array();
    auto layer = image.layers.rbegin();
    for (auto it = image.history.rbegin(); it != image.history.rend(); ++it) {
        std::int64_t size = 0;
        if (!it->emptyLayer && layer != image.layers.rend()) {
            const auto known = sizes.find(*layer++);
            size = known == sizes.end() ? 0 : known->second;
        }
        result.push_back({{"Id", result.empty() ? image.id.str() : "<missing>"},
                          {"Created", toUnixSeconds(it->created)},
                          {"CreatedBy", it->createdBy},
                          {"Tags", result.empty() && !image.repoTags.empty() ? Json(image.repoTags) : Json()},
                          {"Size", size},
                          {"Comment", it->comment}});
    }
    return result;
}

namespace
{

// VALUE with the members named in ORDER first, in that order. TEXTS: members that are JSON text already.
std::string orderedText(const Json& value, std::initializer_list<const char*> order, const std::map<std::string, std::string>& texts = {})
{
    std::string text;
    const auto put = [&](const std::string& key) {
        const auto ready = texts.find(key);
        text += (text.empty() ? "{" : ",") + dumpJson(key) + ":" + (ready == texts.end() ? dumpJson(value[key]) : ready->second);
    };
    for (const char* key : order)
        if (value.contains(key))
            put(key);
    for (const auto& [key, _] : value.items())
        if (std::ranges::none_of(order, [&](const char* k) { return key == k; }))
            put(key);
    return text.empty() ? "{}" : text + "}";
}

} // namespace

std::string networkText(const Network& network, const std::vector<Endpoint>& endpoints)
{
    const Json json = networkJson(network, endpoints);
    const Json& ipam = json["IPAM"];
    std::string pools;
    for (const Json& pool : ipam["Config"])
        pools += (pools.empty() ? "" : ",") + orderedText(pool, {"Subnet", "IPRange", "Gateway", "AuxiliaryAddresses"});
    const std::string config = ipam["Config"].is_null() ? "null" : "[" + pools + "]";
    return orderedText(json,
                       {"Name", "Id", "Created", "Scope", "Driver", "EnableIPv6", "IPAM", "Internal", "Attachable", "Ingress", "ConfigFrom",
                        "ConfigOnly", "Containers", "Options", "Labels"},
                       {{"IPAM", orderedText(ipam, {"Driver", "Options", "Config"}, {{"Config", config}})}});
}

Json networkJson(const Network& network, const std::vector<Endpoint>& endpoints)
{
    Json pools = Json::array(), containers = Json::object();
    for (const IpamPool& pool : network.pools) {
        Json entry{{"Subnet", pool.subnet}};
        if (!pool.auxiliary.empty())
            entry["AuxiliaryAddresses"] = pool.auxiliary;
        if (!pool.gateway.empty() && (pool.gatewayGiven || !pool.given))
            entry["Gateway"] = pool.gateway;
        if (!pool.ipRange.empty())
            entry["IPRange"] = pool.ipRange;
        pools.push_back(entry);
    }
    for (const Endpoint& endpoint : endpoints)
        containers[endpoint.containerId] = {
            {"Name", endpoint.dnsNames.empty() ? "" : endpoint.dnsNames.front()},
            {"EndpointID", endpoint.id},
            {"MacAddress", endpoint.mac},
            {"IPv4Address", endpoint.ipv4.empty() ? "" : endpoint.ipv4 + "/" + std::to_string(endpoint.prefixLength)},
            {"IPv6Address", endpoint.ipv6.empty() ? "" : endpoint.ipv6 + "/" + std::to_string(endpoint.prefixLength6)}};
    return {{"Name", network.name},
            {"Id", network.id},
            {"Created", formatRfc3339(network.created)},
            {"Scope", network.scope},
            {"Driver", network.driver},
            {"EnableIPv6", network.enableIpv6},
            {"IPAM", {{"Driver", network.ipamDriver}, {"Options", network.ipamOptions ? Json(*network.ipamOptions) : Json()}, {"Config", pools.empty() ? Json() : pools}}},
            {"Internal", network.internal},
            {"Attachable", network.attachable},
            {"Ingress", false},
            {"ConfigFrom", {{"Network", ""}}},
            {"ConfigOnly", false},
            {"Containers", containers},
            {"Options", network.options},
            {"Labels", network.labels}};
}

Json volumeJson(const Volume& volume)
{
    std::map<std::string, std::string> labels = volume.labels;
    if (volume.anonymous)
        labels.emplace("com.docker.volume.anonymous", "");
    return {{"Name", volume.name},
            {"Driver", volume.driver},
            {"Mountpoint", volume.mountpoint.string()},
            {"CreatedAt", formatRfc3339(volume.created)},
            {"Labels", mapOrNull(labels)},
            {"Options", mapOrNull(volume.options)},
            {"Scope", "local"}};
}

Json eventJson(const Event& event)
{
    Json result{{"Type", event.type},
                {"Action", event.action},
                {"Actor", {{"ID", event.actorId}, {"Attributes", event.attributes}}},
                {"scope", "local"},
                {"time", toUnixSeconds(event.time)},
                {"timeNano", toUnixNano(event.time)}};
    if (event.type == "container" || event.type == "image") {
        result["status"] = event.action;
        result["id"] = event.actorId;
        if (const auto image = event.attributes.find("image"); image != event.attributes.end())
            result["from"] = image->second;
    }
    return result;
}

RegistryAuth registryAuth(const Json& config)
{
    RegistryAuth auth;
    auth.username = jsonValue<std::string>(config, "username");
    auth.password = jsonValue<std::string>(config, "password");
    auth.identityToken = jsonValue<std::string>(config, "identitytoken");
    auth.registryToken = jsonValue<std::string>(config, "registrytoken");
    auth.serverAddress = jsonValue<std::string>(config, "serveraddress");
    return auth;
}

RegistryAuth registryAuth(const HttpRequest& request)
{
    const auto text = base64Decode(request.header("x-registry-auth"));
    return registryAuth(parseJson(text ? *text : "").value_or(Json()));
}

std::map<std::string, std::string> stringMap(const Json& object)
{
    std::map<std::string, std::string> result;
    if (object.is_object())
        for (const auto& [key, value] : object.items())
            if (value.is_string())
                result[key] = value.get<std::string>();
    return result;
}

bool anyValue(const Json& filters, const char* name, std::string_view value)
{
    const Json& values = jsonMember(filters, name);
    if (!values.is_array() || values.empty())
        return true;
    return std::ranges::any_of(values, [&](const Json& v) { return v.is_string() && v.get_ref<const std::string&>() == value; });
}

bool anyPart(const Json& filters, const char* name, std::string_view value)
{
    const Json& values = jsonMember(filters, name);
    if (!values.is_array() || values.empty())
        return true;
    return std::ranges::any_of(values, [&](const Json& v) { return v.is_string() && value.contains(v.get_ref<const std::string&>()); });
}

Status checkFilters(const Json& filters, std::initializer_list<std::string_view> known)
{
    for (const auto& [name, _] : filters.items())
        if (std::ranges::find(known, name) == known.end())
            return fail(ErrorKind::InvalidArgument, "invalid filter '" + name + "'");
    return {};
}

Result<std::optional<bool>> boolFilter(const Json& filters, const char* name)
{
    const Json& values = jsonMember(filters, name);
    if (!values.is_array() || values.empty())
        return std::nullopt;
    const auto has = [&](const char* a, const char* b) {
        return std::ranges::any_of(values, [&](const Json& v) { return v == a || v == b; });
    };
    const bool yes = has("1", "true"), no = has("0", "false");
    if (yes == no) {
        std::string list;
        for (const Json& v : values)
            list += (list.empty() ? "" : " ") + v.get<std::string>();
        return fail(ErrorKind::InvalidArgument, std::string("invalid filter '") + name + "=[" + list + "]'");
    }
    return yes;
}

std::map<Digest, std::int64_t> sharedSizes(const std::vector<Image>& images, const std::map<Digest, std::int64_t>& sizes)
{
    std::map<Digest, int> imagesWith;
    for (const Image& image : images)
        for (const Digest& layer : std::set<Digest>(image.layers.begin(), image.layers.end()))
            ++imagesWith[layer];
    std::map<Digest, std::int64_t> shared;
    for (const Image& image : images)
        for (const Digest& layer : image.layers)
            shared[image.id] += imagesWith.at(layer) > 1 && sizes.contains(layer) ? sizes.at(layer) : 0;
    return shared;
}

bool labelsMatch(const Json& filters, const std::map<std::string, std::string>& labels)
{
    const Json& wanted = jsonMember(filters, "label");
    const auto has = [&](const Json& entry) {
        const std::string text = entry.get<std::string>();
        const std::size_t equals = text.find('=');
        const auto it = labels.find(text.substr(0, equals));
        return it != labels.end() && (equals == std::string::npos || it->second == text.substr(equals + 1));
    };
    const Json& unwanted = jsonMember(filters, "label!");
    return (!wanted.is_array() || std::ranges::all_of(wanted, has)) && (!unwanted.is_array() || std::ranges::none_of(unwanted, has));
}

bool globMatch(const std::string& pattern, const std::string& text)
{
    return ::fnmatch(pattern.c_str(), text.c_str(), FNM_PATHNAME) == 0;
}

bool eventMatches(const Json& filters, const Event& event)
{
    const auto attribute = [&](const char* name) {
        const auto it = event.attributes.find(name);
        return it == event.attributes.end() ? std::string() : it->second;
    };
    const std::string action = event.action.substr(0, event.action.find(':'));
    if (!anyValue(filters, "type", event.type) || !(anyValue(filters, "event", event.action) || anyValue(filters, "event", action)))
        return false;
    for (const char* kind : {"container", "image", "volume", "network"}) {
        const Json& values = jsonMember(filters, kind);
        if (!values.is_array() || values.empty())
            continue;
        const bool related = event.type == kind || (std::string_view(kind) == "image" && event.type == "container");
        const std::string name = event.type == kind ? attribute("name") : attribute(kind);
        const bool matched = std::ranges::any_of(values, [&](const Json& v) {
            const std::string text = v.get<std::string>();
            return text == name || (event.type == kind && !text.empty() && event.actorId.starts_with(text));
        });
        if (!related || !matched)
            return false;
    }
    return labelsMatch(filters, event.attributes);
}

} // namespace slipway::api
