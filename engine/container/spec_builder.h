// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "network/network_service.h"
#include "runtime/oci_spec.h"

// From a container's document to what the runtime and the network are asked for.
namespace slipway
{

// The process of the container itself; the user is resolved in ROOTFS.
[[nodiscard]] Result<SpecProcess> makeProcess(const Json& document, const std::filesystem::path& rootfs);
// The environment dockerd gives: PATH, HOSTNAME, TERM with a terminal, the configured entries, HOME.
[[nodiscard]] std::vector<std::string> makeEnv(const Json& document, bool terminal, const std::string& home);

struct SpecPlan
{
    std::filesystem::path rootfs, dir; // dir: ROOT/containers/ID
    std::string networkNamespace, pidNamespace, ipcNamespace;
    std::string cgroupPath;
    std::filesystem::path initProgram; // for HostConfig.Init
    std::vector<std::string> variables; // beside those of the document, which go before
    bool rootless = false;
};
// Makes missing bind sources (where -v asked for it) and the working directory.
[[nodiscard]] Result<SpecInput> makeSpecInput(const Json& document, const SpecPlan& plan);

// The limits of a HostConfig as Runtime::update takes them.
[[nodiscard]] Result<Json> makeResources(const Json& host);

// Makes the file or folder PATH below ROOTFS where it is missing; links are followed inside the root only.
[[nodiscard]] Status makeMountPoint(const std::filesystem::path& rootfs, const std::string& path, bool folder);

[[nodiscard]] std::vector<std::pair<std::string, EndpointRequest>> endpointRequests(const Json& document);
// What the hosts file says of the container's own name at ENDPOINT.
[[nodiscard]] std::string hostsLine(const Json& document, const Endpoint& endpoint);
[[nodiscard]] std::vector<PortBinding> portBindings(const Json& document);

// What a failed start says; where the program is a folder of ROOTFS it says so, as runc does.
[[nodiscard]] Error launchProblem(Error error, const std::filesystem::path& rootfs);

// Writes hostname, hosts and resolv.conf in DIR. RESOLV_CONF is its whole text.
struct ContainerFiles
{
    std::filesystem::path dir;
    std::vector<Endpoint> endpoints;
    std::string resolvConf;
    std::string linkHosts; // lines of the hosts file
    bool hostNetwork = false;
};
[[nodiscard]] Status writeContainerFiles(const Json& document, const ContainerFiles& files);
[[nodiscard]] Result<std::string> readFile(const std::filesystem::path& path);
[[nodiscard]] Status writeFile(const std::filesystem::path& path, std::string_view text); // 0644, replaced in one step

} // namespace slipway
