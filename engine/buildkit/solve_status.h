// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include "build/build_service.h"
#include "buildkit/protobuf.h"

// What the client of a build is told while it runs, as BuildKit tells it (control.proto).
namespace slipway::buildkit
{

// The news of a build for Control.Status, kept until the client asks. Thread-safe.
class SolveStatus
{
public:
    void push(const MessageWriter& statusResponse);
    void end(); // nothing more comes
    // The next message; nullopt at the end or when STOP is asked for. Blocking.
    [[nodiscard]] std::optional<std::string> next(const std::stop_token& stop);

private:
    std::mutex m_mutex;
    std::condition_variable_any m_changed;
    std::deque<std::string> m_waiting;
    bool m_ended = false;
};

// One line of the client's progress display: a vertex of BuildKit's graph (Vertex, VertexStatus, VertexLog). It begins and ends
// with the object.
class Vertex
{
public:
    Vertex(SolveStatus& status, const std::string& name);
    Vertex(const Vertex&) = delete;
    Vertex& operator=(const Vertex&) = delete;
    ~Vertex() { finish(); }

    void cached() { m_cached = true; }
    void log(std::string_view text, bool isError);
    void part(const std::string& id, std::int64_t current, std::int64_t total, bool done); // what is open at the end is done then
    void finish(const std::string& error = {}); // nothing the second time

private:
    void say(const std::string& error);

    SolveStatus& m_status;
    std::string m_name, m_digest;
    MessageWriter m_started;
    std::map<std::string, std::pair<std::int64_t, std::int64_t>> m_open; // parts: current and total
    bool m_cached = false, m_finished = false;
};

// The steps of a build as vertices, one at a time.
class Steps
{
public:
    explicit Steps(SolveStatus& status) : m_status(status) {}
    void take(const build::BuildProgress& progress);
    void end(const std::string& error);

private:
    SolveStatus& m_status;
    std::optional<Vertex> m_vertex;
};

} // namespace slipway::buildkit
