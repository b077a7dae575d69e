// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "base/error.h"

namespace slipway
{

// The way in for an ordinary user. enter() takes the process, which must have one thread, from the user's login into
//   a user namespace        the user is root in it and has subordinate ids (/etc/subuid, /etc/subgid)
//   a mount namespace       the containers' roots are mounted here; the host's mounts are followed
//   (not) a network one     slipwayd stays in the host's; the containers' bridges are in a "router" network namespace,
//                           whose uplink is pasta
// and slipway-holder (app/slipway-holder) keeps all three alive: the next enter() with the same RUN finds it by
// RUN/holder.sock and joins the very same namespaces, with all mounts and running containers. It ends by itself when
// neither engine nor monitor has RUN/in-use locked any more. If it dies before, this object starts another one.
//
// RUN: holder.sock · in-use (flock) · starting (flock: one enter() at a time) · netns (bind mount of the router namespace,
// seen inside only) · pasta.log
class Rootless
{
public:
    struct Options
    {
        std::filesystem::path run;
        std::filesystem::path holderProgram;
    };
    // Errors name what the machine lacks and how to get it. After an error the process is of no more use.
    [[nodiscard]] static Result<std::unique_ptr<Rootless>> enter(Options options);
    ~Rootless();
    Rootless(const Rootless&) = delete;
    Rootless& operator=(const Rootless&) = delete;

    static constexpr const char* uplinkDns = "10.0.2.3"; // the host's resolver, seen from the router namespace
    [[nodiscard]] int routerNetns() const;               // for Engine::Options
    [[nodiscard]] int inUse() const;       // locked; every monitor must keep a copy open
    // What does not work although the engine does, for people; empty when all is well.
    [[nodiscard]] const std::string& warning() const;
    // From now on a holder that dies is replaced (by a thread of this object).
    void watchHolder();

private:
    struct Impl;
    explicit Rootless(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

} // namespace slipway
