// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "client/engine_client.h"

// What a terminal can have beyond ExecClient. An ExecClient or a Terminal that can do it is one of these too (dynamic_cast).
namespace slipway
{

// A Terminal that wants to know how much of its output has been dealt with. Half a megabyte is delivered before that, and no
// more: a program that prints faster than one can show waits in its container.
class FlowControlled
{
public:
    virtual ~FlowControlled() = default;
    virtual void taken(std::size_t bytes) = 0; // any thread
};

// Shells with a name. Our own engine keeps those that have one when the window goes: they live until their program ends, the container
// does, or endSession(). Any other engine opens them as it opens all, and sessions() is NotFound.
class SessionClient
{
public:
    virtual ~SessionClient() = default;
    struct Options : ExecClient::Options
    {
        std::vector<std::string> env; // "NAME=value"
        std::string session;          // its name; empty: not kept
    };
    struct Session
    {
        std::string id, container, name;
        std::vector<std::string> command;
        std::string user;
    };
    virtual Request openSession(const std::string& containerId, const Options&, TerminalEvents, Reply<std::shared_ptr<Terminal>>) = 0;
    virtual Request sessions(const std::string& containerId, Reply<std::vector<Session>>) = 0; // those that run
    // Back to one of them: its latest output comes first, then OSC 7771, then what is new.
    virtual Request attachSession(const std::string& sessionId, TerminalEvents, Reply<std::shared_ptr<Terminal>>) = 0;
    virtual Request endSession(const std::string& sessionId, Reply<void>) = 0;
};

} // namespace slipway
