// SPDX-License-Identifier: GPL-3.0-or-later
#include "options.h"

#include <cstdlib>

namespace slipway::monitor
{

namespace
{
struct Arguments
{
    std::vector<std::string>::const_iterator next, end;
    const std::string* take() { return next != end ? &*next++ : nullptr; }
    bool string(std::string& into)
    {
        const std::string* text = take();
        into = text ? *text : "";
        return text;
    }
    template <class N>
    bool number(N& into)
    {
        const std::string* text = take();
        into = text ? static_cast<N>(std::strtoull(text->c_str(), nullptr, 10)) : N();
        return text;
    }
};
} // namespace

bool Options::parse(const std::vector<std::string>& words)
{
    Arguments rest{words.begin(), words.end()};
    const auto is = [](const std::string* a, const char* b) { return *a == b; };
    bool good = true;
    while (const std::string* key = rest.take()) {
        if (is(key, "--id"))
            good &= rest.string(id);
        else if (is(key, "--run-dir"))
            good &= rest.string(runDir);
        else if (is(key, "--exit-file"))
            good &= rest.string(exitFile);
        else if (is(key, "--crun"))
            good &= rest.string(crun);
        else if (is(key, "--crun-root"))
            good &= rest.string(crunRoot);
        else if (is(key, "--park"))
            good &= rest.string(park);
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
        else if (is(key, "--attach")) {
            Attach attach{-1, false, false, false};
            good &= rest.number(attach.fd) && rest.number(attach.in) && rest.number(attach.out) && rest.number(attach.err);
            attaches.push_back(attach);
        } else if (is(key, "--router")) {
            good &= rest.number(router);
        } else if (is(key, "--forward")) {
            Forward& forward = forwards.emplace_back();
            good &= rest.number(forward.fd) && rest.string(forward.ip) && rest.number(forward.port);
        } else {
            return false;
        }
    }
    if (!park.empty())
        return good && !crunRoot.empty();
    return good && !id.empty() && !runDir.empty() && !exitFile.empty() && (bundle.empty() != execProcess.empty());
}

} // namespace slipway::monitor
