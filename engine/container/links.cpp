// SPDX-License-Identifier: GPL-3.0-or-later
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <format>

#include "base/ids.h"
#include "base/unique_fd.h"
#include "container/container_document.h"
#include "container/container_impl.h"
#include "container/human.h"
#include "container/spec_builder.h"

// --link: the other container's name in the hosts file, and on the default bridge what Docker tells of it in variables. Both
// are written when the container starts; the hosts file again when the other one has started anew.
namespace slipway
{

namespace
{

// "db:storage" or "db", also in the form that inspect shows: "/db:/me/storage".
std::pair<std::string, std::string> targetAndAlias(const std::string& link)
{
    const auto colon = link.find(':');
    std::string target = link.substr(0, colon);
    std::string alias = colon == std::string::npos ? target : link.substr(colon + 1);
    alias.erase(0, alias.rfind('/') + 1);
    target.erase(0, target.rfind('/') + 1);
    return {target, alias};
}

std::vector<std::string> variablesOf(const std::string& me, const std::string& alias, const Json& other, const std::string& ip)
{
    std::string prefix = alias;
    std::ranges::transform(prefix, prefix.begin(), [](unsigned char c) { return c == '-' ? '_' : static_cast<char>(std::toupper(c)); });
    std::vector<std::string> variables;
    std::vector<std::pair<int, std::string>> ports;
    if (const Json& exposed = jsonMember(documentConfig(other), "ExposedPorts"); exposed.is_object()) {
        for (const auto& [port, _] : exposed.items())
            ports.emplace_back(std::atoi(port.c_str()), port.substr(port.find('/') + 1));
    }
    std::ranges::sort(ports);
    if (!ports.empty())
        variables.push_back(std::format("{}_PORT={}://{}:{}", prefix, ports.front().second, ip, ports.front().first));
    for (const auto& [port, protocol] : ports) {
        std::string upper = protocol;
        std::ranges::transform(upper, upper.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
        const std::string name = std::format("{}_PORT_{}_{}", prefix, port, upper);
        variables.push_back(std::format("{}={}://{}:{}", name, protocol, ip, port));
        variables.push_back(std::format("{}_ADDR={}", name, ip));
        variables.push_back(std::format("{}_PORT={}", name, port));
        variables.push_back(std::format("{}_PROTO={}", name, protocol));
    }
    variables.push_back(std::format("{}_NAME=/{}/{}", prefix, me, alias));
    for (const std::string& entry : jsonStrings(jsonMember(documentConfig(other), "Env"))) {
        if (!entry.starts_with("PATH=") && !entry.starts_with("HOME="))
            variables.push_back(prefix + "_ENV_" + entry);
    }
    return variables;
}

std::string hostsLine(const std::string& ip, const std::string& alias, const ContainerRecord& other)
{
    return std::format("{}\t{} {} {}\n", ip, alias, shortId(other.id), other.name());
}

const Endpoint* endpointIn(const std::vector<Endpoint>& endpoints, const std::string& network)
{
    const auto it = std::ranges::find_if(endpoints, [&](const Endpoint& e) { return e.networkName == network || e.networkId == network; });
    return it == endpoints.end() ? nullptr : &*it;
}

// In place, as it is bound into the container. The new line takes the place of the one that ends as it does.
void replaceLine(const std::filesystem::path& file, const std::string& line)
{
    const auto text = readFile(file);
    if (!text)
        return;
    const std::string end = line.substr(line.find('\t'));
    std::string made = *text;
    const auto at = made.find(end);
    const auto begin = at == std::string::npos ? std::string::npos : made.rfind('\n', at) + 1;
    made.replace(at == std::string::npos ? made.size() : begin, at == std::string::npos ? 0 : at + end.size() - begin, line);
    const UniqueFd fd(::open(file.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
    if (made == *text || !fd || ::pwrite(fd.get(), made.data(), made.size(), 0) != static_cast<ssize_t>(made.size()))
        return;
    static_cast<void>(::ftruncate(fd.get(), static_cast<off_t>(made.size())));
}

} // namespace

std::vector<std::string> ContainerService::Impl::shownLinks(const Json& document) const
{
    std::vector<std::string> shown;
    for (const std::string& link : jsonStrings(jsonMember(documentHost(document), "Links"))) {
        const auto [target, alias] = targetAndAlias(link);
        const auto other = find(target);
        shown.push_back(std::format("/{}:{}/{}", other ? (*other)->name() : target, jsonValue<std::string>(document, "Name"), alias));
    }
    return shown;
}

Result<ContainerService::Impl::Links> ContainerService::Impl::linksOf(const Json& document) const
{
    Links links;
    const std::string me = jsonValue<std::string>(document, "Name").substr(1);
    const Json& networks = jsonMember(jsonMember(document, "NetworkSettings"), "Networks");
    if (!networks.is_object())
        return links;
    for (const auto& [network, settings] : networks.items()) {
        const bool isDefault = network == "bridge";
        for (const std::string& link : jsonStrings(jsonMember(isDefault ? documentHost(document) : settings, "Links"))) {
            mayHaveLinks = true;
            const auto [target, alias] = targetAndAlias(link);
            const auto other = find(target);
            if (!other && !isDefault)
                continue; // its name may come up later
            if (!other)
                return fail(ErrorKind::InvalidArgument, std::format("could not get container for {}: {}", target, other.error().message));
            const ContainerState state = (*other)->snapshot();
            const Endpoint* const there = endpointIn(state.endpoints, network);
            if (!there && isDefault)
                return fail(ErrorKind::Conflict, std::format("Cannot link to a non running container: /{} AS /{}/{}", (*other)->name(), me, alias));
            if (!there)
                continue;
            links.hosts += hostsLine(there->ipv4, alias, **other);
            if (isDefault)
                std::ranges::move(variablesOf(me, alias, *(*other)->doc(), there->ipv4), std::back_inserter(links.variables));
        }
    }
    return links;
}

void ContainerService::Impl::renewLinks(const ContainerRecord& target) const
{
    if (!mayHaveLinks.exchange(false)) // almost nobody has any: a start should not look at all containers
        return;
    const ContainerState state = target.snapshot();
    for (const RecordPtr& record : all()) {
        if (!record->snapshot().running)
            continue;
        const auto document = record->doc();
        const Json& networks = jsonMember(jsonMember(*document, "NetworkSettings"), "Networks");
        if (!networks.is_object())
            continue;
        for (const auto& [network, settings] : networks.items()) {
            const Endpoint* const there = endpointIn(state.endpoints, network);
            for (const std::string& link : jsonStrings(jsonMember(network == "bridge" ? documentHost(*document) : settings, "Links"))) {
                mayHaveLinks = true;
                const auto [name, alias] = targetAndAlias(link);
                const auto other = find(name);
                if (there && other && (*other)->id == target.id && record->id != target.id)
                    replaceLine(dirOf(record->id) / "hosts", hostsLine(there->ipv4, alias, target));
            }
        }
    }
}

} // namespace slipway
