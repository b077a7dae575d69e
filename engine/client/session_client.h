// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
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
        bool tool = false; // the command is for the busybox of the engine's machine, for a container without a shell; our own engine only
    };
    struct Session
    {
        std::string id, container, name;
        std::vector<std::string> command;
        std::string user;
        bool tool = false;
        std::string foreground; // the program that runs in it, empty while its own command waits for input
    };
    // What an attached session begins with: LENGTH bytes of output that was printed before. Then comes what is printed now; POSITION is
    // the number of its first byte.
    struct Kept
    {
        bool continued = false; // they go on where the caller was; else they are for an empty terminal of this size
        std::uint64_t position = 0, length = 0;
        int rows = 0, columns = 0;
    };
    virtual Request openSession(const std::string& containerId, const Options&, TerminalEvents, Reply<std::shared_ptr<Terminal>>) = 0;
    virtual Request sessions(const std::string& containerId, Reply<std::vector<Session>>) = 0; // those that run
    // Back to one of them. FROM is how many bytes of its output the caller has (0 and no screen: all that is kept is asked for by
    // leaving it out). onKept is called once, before any output.
    virtual Request attachSession(const std::string& sessionId, std::optional<std::uint64_t> from, std::function<void(Kept)> onKept,
                                  TerminalEvents, Reply<std::shared_ptr<Terminal>>) = 0;
    virtual Request endSession(const std::string& sessionId, Reply<void>) = 0; // its program is hung up on, then killed
};

} // namespace slipway
