// SPDX-License-Identifier: GPL-3.0-or-later
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <format>
#include <fstream>
#include <sstream>

#include "base/unique_fd.h"
#include "container/container_document.h"
#include "container/human.h"
#include "container/spec_builder.h"

namespace slipway
{

namespace
{

std::string hostsText(const Json& document, const ContainerFiles& files)
{
    std::string text;
    if (files.hostNetwork)
        text = readFile("/etc/hosts").value_or("");
    else
        text = "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\nfe00::0\tip6-localnet\n"
               "ff00::0\tip6-mcastprefix\nff02::1\tip6-allnodes\nff02::2\tip6-allrouters\n";
    const std::string gateway = files.endpoints.empty() ? "127.0.0.1" : files.endpoints.front().gateway;
    for (const std::string& extra : jsonStrings(jsonMember(documentHost(document), "ExtraHosts"))) {
        const auto separator = extra.find_first_of(":=");
        if (separator == std::string::npos)
            continue;
        std::string address = extra.substr(separator + 1);
        if (address == "host-gateway")
            address = gateway;
        text += std::format("{}\t{}\n", address, extra.substr(0, separator));
    }
    text += files.linkHosts;
    for (const Endpoint& endpoint : files.endpoints)
        text += hostsLine(document, endpoint);
    return text;
}

} // namespace

std::string hostsLine(const Json& document, const Endpoint& endpoint)
{
    const Json& config = documentConfig(document);
    const auto hostname = jsonValue<std::string>(config, "Hostname");
    const auto domain = jsonValue<std::string>(config, "Domainname");
    if (endpoint.ipv4.empty())
        return {};
    const std::string names = domain.empty() ? hostname : std::format("{0}.{1} {0}", hostname, domain);
    std::string lines = std::format("{}\t{}\n", endpoint.ipv4, names);
    if (!endpoint.ipv6.empty())
        lines += std::format("{}\t{}\n", endpoint.ipv6, names);
    return lines;
}

Result<std::string> readFile(const std::filesystem::path& path)
{
    std::ifstream in(path, std::ios::binary);
    if (!in)
        return failErrno(errno, "reading " + path.string());
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

Status writeFile(const std::filesystem::path& path, std::string_view text)
{
    const std::string temporary = path.string() + ".new";
    const UniqueFd fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644));
    if (!fd)
        return failErrno(errno, "writing " + path.string());
    static_cast<void>(::fchmod(fd.get(), 0644));
    while (!text.empty()) {
        const ssize_t written = ::write(fd.get(), text.data(), text.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0) {
            const int error = errno;
            ::unlink(temporary.c_str());
            return failErrno(error, "writing " + path.string());
        }
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    if (::rename(temporary.c_str(), path.c_str()) != 0) {
        const int error = errno;
        ::unlink(temporary.c_str());
        return failErrno(error, "writing " + path.string());
    }
    return {};
}

Status writeContainerFiles(const Json& document, const ContainerFiles& files)
{
    TRY_STATUS(writeFile(files.dir / "hostname", jsonValue<std::string>(documentConfig(document), "Hostname") + "\n"));
    TRY_STATUS(writeFile(files.dir / "hosts", hostsText(document, files)));
    return writeFile(files.dir / "resolv.conf", files.resolvConf);
}

} // namespace slipway
