// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <charconv>
#include <format>
#include <regex>

#include "container/container_document.h"
#include "container/container_impl.h"
#include "container/human.h"
#include "container/mount_points.h"
#include "container/port_view.h"

namespace slipway
{

namespace
{

using Filters = std::map<std::string, std::vector<std::string>>;

Result<Filters> parseFilters(const Json& json)
{
    static const std::vector<std::string> known = {"id",     "name",    "label",  "label!",  "status", "ancestor",
                                                   "exited", "before",  "since",  "network", "volume", "health",
                                                   "publish", "expose", "is-task", "isolation"};
    Filters filters;
    if (json.is_null())
        return filters;
    if (!json.is_object())
        return fail(ErrorKind::InvalidArgument, "invalid filter");
    for (const auto& [key, value] : json.items()) {
        if (!std::ranges::contains(known, key))
            return fail(ErrorKind::InvalidArgument, std::format("invalid filter '{}'", key));
        std::vector<std::string> values = jsonStrings(value);
        if (value.is_object()) {
            for (const auto& [text, _] : value.items())
                values.push_back(text);
        }
        if (!values.empty())
            filters[key] = std::move(values);
    }
    for (const std::string& status : filters["status"]) {
        static const std::vector<std::string> states = {"paused",  "restarting", "running", "dead",
                                                        "created", "exited",     "removing"};
        if (!std::ranges::contains(states, status))
            return fail(ErrorKind::InvalidArgument, std::format("invalid filter 'status={}'", status));
    }
    for (const std::string& code : filters["exited"]) {
        int number = 0;
        if (std::from_chars(code.data(), code.data() + code.size(), number).ptr != code.data() + code.size())
            return fail(ErrorKind::InvalidArgument, std::format("invalid filter 'exited={0}': strconv.Atoi: parsing \"{0}\": invalid syntax", code));
    }
    for (const std::string& health : filters["health"]) {
        if (health != "none" && health != "starting" && health != "healthy" && health != "unhealthy")
            return fail(ErrorKind::InvalidArgument, "unrecognized filter value for health: " + health);
    }
    return filters;
}

bool matchesText(const std::string& text, const std::string& pattern)
{
    if (text.contains(pattern))
        return true;
    try {
        return std::regex_search(text, std::regex(pattern));
    } catch (const std::regex_error&) {
        return false;
    }
}

bool hasLabel(const Json& labels, const std::string& filter)
{
    const auto equals = filter.find('=');
    const std::string key = filter.substr(0, equals);
    return labels.is_object() && labels.contains(key) &&
           (equals == std::string::npos || labels[key] == filter.substr(equals + 1));
}

// Everything that needs only the container itself.
struct Candidate
{
    const ContainerRecord& record;
    const Json& document;
    const ContainerState& state;
};

bool matchesOne(const Candidate& c, const std::string& key, const std::string& value, const std::string& imageId)
{
    const Json& config = documentConfig(c.document);
    if (key == "id")
        return c.record.id.starts_with(value) || matchesText(c.record.id, value);
    if (key == "name")
        return matchesText(jsonValue<std::string>(c.document, "Name"), value) || matchesText(c.record.name(), value);
    if (key == "label")
        return hasLabel(jsonMember(config, "Labels"), value);
    if (key == "label!")
        return !hasLabel(jsonMember(config, "Labels"), value);
    if (key == "status")
        return stateText(c.state) == value;
    if (key == "exited")
        return !c.state.running && c.state.startedAt != TimePoint{} && std::to_string(c.state.exitCode) == value;
    if (key == "ancestor")
        return jsonValue<std::string>(config, "Image") == value ||
               (!imageId.empty() && jsonValue<std::string>(c.document, "Image") == imageId);
    if (key == "network")
        return std::ranges::any_of(c.state.endpoints, [&](const Endpoint& e) {
                   return e.networkName == value || e.networkId.starts_with(value);
               }) || jsonMember(jsonMember(c.document, "NetworkSettings"), "Networks").contains(value);
    if (key == "volume")
        return std::ranges::any_of(jsonMember(c.document, "Mounts"), [&](const Json& m) {
            return jsonValue<std::string>(m, "Name") == value || jsonValue<std::string>(m, "Destination") == value ||
                   jsonValue<std::string>(m, "Source") == value;
        });
    if (key == "health")
        return value == jsonValue<std::string>(c.state.health, "Status", "none");
    if (key == "publish" || key == "expose") {
        const std::string number = value.substr(0, value.find('/'));
        if (key == "expose" && c.state.running && jsonMember(config, "ExposedPorts").contains(number + "/tcp"))
            return true;
        return std::ranges::any_of(c.state.ports, [&](const PortBinding& p) {
            return std::to_string(key == "publish" ? p.hostPort : p.containerPort) == number;
        });
    }
    return key != "is-task" || value == "false";
}

std::string commandText(const Json& document)
{
    std::string text = jsonValue<std::string>(document, "Path");
    for (const std::string& argument : jsonStrings(jsonMember(document, "Args")))
        text += argument.contains(' ') ? std::format(" '{}'", argument) : " " + argument;
    return text;
}

Json portsJson(const Json& document, const ContainerState& state)
{
    Json ports = Json::array();
    if (!state.running)
        return ports;
    for (const PortBinding& port : shownPorts(state.ports))
        ports.push_back({{"IP", port.hostIp},
                         {"PrivatePort", port.containerPort},
                         {"PublicPort", port.hostPort},
                         {"Type", port.protocol}});
    if (const Json& exposed = jsonMember(documentConfig(document), "ExposedPorts"); exposed.is_object()) {
        for (const auto& [spec, _] : exposed.items()) {
            unsigned number = 0;
            std::from_chars(spec.data(), spec.data() + spec.size(), number);
            const auto slash = spec.find('/');
            const std::string type = slash == std::string::npos ? "tcp" : spec.substr(slash + 1);
            if (std::ranges::none_of(state.ports, [&](const PortBinding& p) {
                    return p.containerPort == number && p.protocol == type;
                }))
                ports.push_back({{"PrivatePort", number}, {"Type", type}});
        }
    }
    return ports;
}

// IMAGE: what the container's is called; its id when the name means another one by now, or none.
Json summary(const ContainerRecord& record, const Json& document, const ContainerState& state, const std::string& image,
             const std::map<std::string, std::string>& networkIds)
{
    const Json& config = documentConfig(document);
    const auto created = parseRfc3339(jsonValue<std::string>(document, "Created"));
    return {{"Id", record.id},
            {"Names", {jsonValue<std::string>(document, "Name")}},
            {"Image", image},
            {"ImageID", jsonValue<std::string>(document, "Image")},
            {"Command", commandText(document)},
            {"Created", created ? toUnixSeconds(*created) : 0},
            {"Ports", portsJson(document, state)},
            {"Labels", jsonMember(config, "Labels")},
            {"State", stateText(state)},
            {"Status", statusText(state, now())},
            {"HostConfig", {{"NetworkMode", jsonValue<std::string>(documentHost(document), "NetworkMode")}}},
            {"NetworkSettings", {{"Networks", endpointsJson(document, state, networkIds)}}},
            {"Mounts", publicMounts(jsonMember(document, "Mounts"))}};
}

} // namespace

Result<std::vector<Json>> ContainerService::list(const ContainerList& options) const
{
    TRY(auto filters, parseFilters(options.filters));
    std::string before;
    std::string since;
    for (auto [key, limit] : {std::pair{"before", &before}, std::pair{"since", &since}}) {
        for (const std::string& name : filters[key]) {
            TRY(const auto other, m_impl->find(name));
            *limit = jsonValue<std::string>(*other->doc(), "Created");
        }
        filters.erase(key);
    }
    std::map<std::string, std::string> imageIds;
    for (const std::string& name : filters["ancestor"]) {
        if (const auto image = m_impl->s.images.get(name))
            imageIds[name] = image->id.str();
    }
    const bool all = options.all || options.limit > 0 || !filters["status"].empty() || !filters["exited"].empty();
    std::map<std::string, std::string> meant; // image ids by name
    const auto imageName = [&](const Json& document) {
        const auto name = jsonValue<std::string>(documentConfig(document), "Image"), id = jsonValue<std::string>(document, "Image");
        auto known = meant.find(name);
        if (known == meant.end()) {
            const auto image = m_impl->s.images.get(name);
            known = meant.emplace(name, image ? image->id.str() : std::string()).first;
        }
        return known->second == id ? name : id;
    };
    const auto networks = m_impl->networkIds();
    std::vector<Json> result;
    for (const RecordPtr& record : m_impl->all()) {
        const ContainerState state = record->snapshot();
        const auto document = record->doc();
        const auto created = jsonValue<std::string>(*document, "Created");
        if ((!all && !state.running && !state.restarting) || (!before.empty() && created >= before) ||
            (!since.empty() && created <= since))
            continue;
        const Candidate candidate{*record, *document, state};
        const bool chosen = std::ranges::all_of(filters, [&](const auto& filter) {
            const auto one = [&](const std::string& v) { return matchesOne(candidate, filter.first, v, imageIds[v]); };
            if (filter.first == "label" || filter.first == "label!")
                return std::ranges::all_of(filter.second, one);
            return filter.second.empty() || std::ranges::any_of(filter.second, one);
        });
        if (!chosen)
            continue;
        result.push_back(summary(*record, *document, state, imageName(*document), networks));
        if (options.size) {
            const auto size = m_impl->s.snapshots.writableSize(record->id).value_or(0);
            const auto image = m_impl->s.images.get(jsonValue<std::string>(*document, "Image"));
            if (size > 0)
                result.back()["SizeRw"] = size;
            result.back()["SizeRootFs"] = size + (image ? image->size : 0);
        }
        if (options.limit > 0 && result.size() >= static_cast<std::size_t>(options.limit))
            break;
    }
    return result;
}

} // namespace slipway
