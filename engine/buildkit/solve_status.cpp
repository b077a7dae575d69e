// SPDX-License-Identifier: GPL-3.0-or-later
#include "buildkit/solve_status.h"

#include "base/clock.h"
#include "build/image_state.h"

namespace slipway::buildkit
{

using build::BuildProgress;

namespace
{
MessageWriter timestamp()
{
    const std::int64_t at = toUnixNano(now());
    return MessageWriter().number(1, at / 1'000'000'000).number(2, at % 1'000'000'000);
}
} // namespace

void SolveStatus::push(const MessageWriter& statusResponse)
{
    const std::scoped_lock lock(m_mutex);
    m_waiting.push_back(statusResponse.str());
    m_changed.notify_all();
}

void SolveStatus::end()
{
    const std::scoped_lock lock(m_mutex);
    m_ended = true;
    m_changed.notify_all();
}

std::optional<std::string> SolveStatus::next(const std::stop_token& stop)
{
    std::unique_lock lock(m_mutex);
    if (!m_changed.wait(lock, stop, [this] { return m_ended || !m_waiting.empty(); }) || m_waiting.empty())
        return std::nullopt;
    std::string message = std::move(m_waiting.front());
    m_waiting.pop_front();
    return message;
}

Vertex::Vertex(SolveStatus& status, const std::string& name) : m_status(status), m_name(name), m_digest(build::keyOf({name, std::to_string(toUnixNano(now()))}).str())
{
    m_started = timestamp();
    say({});
}

void Vertex::log(std::string_view text, bool isError)
{
    m_status.push(MessageWriter().message(3, MessageWriter().text(1, m_digest).message(2, timestamp()).number(3, isError ? 2 : 1).text(4, text)));
}

void Vertex::part(const std::string& id, std::int64_t current, std::int64_t total, bool done)
{
    MessageWriter part;
    part.text(1, id).text(2, m_digest).text(3, id).number(4, current).number(5, total).message(6, timestamp()).message(7, m_started);
    if (done) {
        part.message(8, timestamp());
        m_open.erase(id);
    } else
        m_open.insert_or_assign(id, std::pair(current, total));
    m_status.push(MessageWriter().message(2, part));
}

void Vertex::finish(const std::string& error)
{
    if (m_finished)
        return;
    for (const auto& [id, size] : std::exchange(m_open, {})) // the client waits for them before it says how the vertex ended
        part(id, size.first, size.second, true);
    m_finished = true;
    say(error);
}

void Vertex::say(const std::string& error)
{
    MessageWriter vertex;
    vertex.text(1, m_digest).text(3, m_name).number(4, m_cached).message(5, m_started);
    if (m_finished)
        vertex.message(6, timestamp()).text(7, error);
    m_status.push(MessageWriter().message(1, vertex));
}

void Steps::take(const BuildProgress& progress)
{
    using Kind = BuildProgress::Kind;
    if (progress.kind == Kind::Step) {
        m_vertex.reset();
        if (!progress.vertex.empty())
            m_vertex.emplace(m_status, progress.vertex);
        return;
    }
    if (!m_vertex)
        return;
    if (progress.kind == Kind::Cached)
        m_vertex->cached();
    else if (progress.kind == Kind::Output)
        m_vertex->log(progress.text, progress.isError);
    else if (progress.kind == Kind::Note)
        m_vertex->log(progress.text + '\n', false);
    else if (progress.kind == Kind::Pull && !progress.pull.id.empty())
        m_vertex->part("pulling " + progress.pull.id, progress.pull.current, progress.pull.total, progress.pull.status == "Pull complete" || progress.pull.status == "Already exists");
    else if (progress.kind == Kind::Done)
        m_vertex->finish();
}

void Steps::end(const std::string& error)
{
    if (m_vertex)
        m_vertex->finish(error);
    m_vertex.reset();
}

} // namespace slipway::buildkit
