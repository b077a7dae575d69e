// SPDX-License-Identifier: GPL-3.0-or-later
#include "options.h"

#include <cstdlib>
#include <cstring>

namespace slipway::monitor
{

namespace
{
struct Arguments
{
    const std::vector<std::string>& words;
    std::size_t at = 0;
    const char* take() { return at < words.size() ? words[at++].c_str() : nullptr; }
    bool string(std::string& into)
    {
        const char* text = take();
        into = text ? text : "";
        return text;
    }
    template <class N>
    bool number(N& into)
    {
        const char* text = take();
        into = text ? static_cast<N>(std::strtoull(text, nullptr, 10)) : N();
        return text;
    }
};
} // namespace

bool Options::parse(const std::vector<std::string>& words)
{
    Arguments rest{words};
    const auto is = [](const char* a, const char* b) { return std::strcmp(a, b) == 0; };
    bool good = true;
    while (const char* key = rest.take()) {
        if (is(key, "--id"))
            good &= rest.string(id);
        else if (is(key, "--run-dir"))
            good &= rest.string(runDir);
        else if (is(key, "--exit-file"))
            good &= rest.string(exitFile);
        else if (is(key, "--descriptors"))
            good &= rest.number(descriptors);
        else if (is(key, "--plan"))
            good &= rest.string(plan);
        else if (is(key, "--crun"))
            good &= rest.string(crun);
        else if (is(key, "--crun-root"))
            good &= rest.string(crunRoot);
        else if (is(key, "--bundle"))
            good &= rest.string(bundle);
        else if (is(key, "--exec"))
            good &= rest.string(execProcess);
        else if (is(key, "--log-dir"))
            good &= rest.string(logDir);
        else if (is(key, "--log-bytes"))
            good &= rest.number(logLimits.maxSegmentBytes);
        else if (is(key, "--log-segments"))
            good &= rest.number(logLimits.maxSegments);
        else if (is(key, "--crun-fd"))
            crunByFd = true;
        else if (is(key, "--tool"))
            tool = true;
        else if (is(key, "--no-cgroups"))
            cgroups = false;
        else if (is(key, "--tty"))
            tty = true;
        else if (is(key, "--stdin"))
            openStdin = true;
        else if (is(key, "--stdin-once"))
            stdinOnce = true;
        else if (is(key, "--ephemeral"))
            ephemeral = true;
        else if (is(key, "--size"))
            good &= rest.number(rows) && rest.number(columns);
        else if (is(key, "--keep"))
            good &= rest.number(keep);
        else if (is(key, "--attach")) {
            Attach attach{-1, false, false, false, false};
            good &= rest.number(attach.fd) && rest.number(attach.in) && rest.number(attach.out) && rest.number(attach.err)
                    && rest.number(attach.framed);
            attaches.push_back(attach);
        } else if (is(key, "--router")) {
            good &= rest.number(router);
        } else if (is(key, "--forward")) {
            Forward& forward = forwards.emplace_back();
            good &= rest.number(forward.fd) && rest.string(forward.ip) && rest.number(forward.port);
        } else if (is(key, "--resolver")) {
            good &= rest.number(resolver.udp) && rest.number(resolver.tcp) && rest.string(resolver.names);
        } else if (is(key, "--dns")) {
            good &= rest.string(resolver.servers.emplace_back());
        } else {
            return false;
        }
    }
    resolver.id = id;
    return good && !id.empty() && !runDir.empty() && !exitFile.empty() && !plan.empty() + !bundle.empty() + !execProcess.empty() == 1;
}

} // namespace slipway::monitor
