// SPDX-License-Identifier: GPL-3.0-or-later
#include <atomic>
#include <cstdio>

#include "base/base64.h"
#include "client/http_nouns.h"
#include "client/session_client.h"

namespace slipway
{
namespace
{

constexpr std::size_t longestLine = 128; // at the beginning of an attached session

class HttpTerminal final : public Terminal, public FlowControlled
{
public:
    HttpTerminal(HttpLoop& loop, std::string execId) : m_loop(loop), m_execId(std::move(execId)), m_wake(loop.waker()) {}
    ~HttpTerminal() override
    {
        m_guard->stop();
        m_wake();
    }
    void write(std::string bytes) override { m_loop.send(m_connection, std::move(bytes)); }
    void resize(int rows, int columns) override
    {
        const std::lock_guard lock(m_sizeMutex);
        m_size = {rows, columns};
        m_sizeTries = 0;
        if (!std::exchange(m_sizing, true))
            sendSize({});
    }

    void taken(std::size_t bytes) override
    {
        if (m_untaken.fetch_sub(bytes) - bytes <= most / 2 && m_heldBack.exchange(false))
            m_loop.hold(m_connection, false);
    }
    void delivered(std::size_t bytes) // the loop's thread
    {
        if (m_untaken.fetch_add(bytes) + bytes <= most)
            return;
        m_heldBack = true;
        m_loop.hold(m_connection, true);
        if (m_untaken <= most / 2 && m_heldBack.exchange(false)) // all was taken meanwhile
            m_loop.hold(m_connection, false);
    }

    // One call at a time, so that none overtakes another; the last size is the one that stays. An engine refuses it until the program
    // runs, which is some time after the stream began.
    void sendSize(std::chrono::milliseconds delay) // with m_sizeMutex
    {
        HttpCall call = HttpCaller::call("POST", "/exec/" + m_execId + "/resize?h=" + std::to_string(m_size.first) + "&w=" + std::to_string(m_size.second));
        call.delay = delay;
        call.guard = m_guard;
        const auto accepted = std::make_shared<bool>(false);
        call.onHead = [accepted](const HttpHead& head) { *accepted = head.status < 400; };
        call.onEnd = [this, accepted, sent = m_size](const Status&) {
            const std::lock_guard lock(m_sizeMutex);
            m_sizeTries += *accepted ? 0 : 1;
            m_sizing = sent != m_size || (!*accepted && m_sizeTries <= mostSizeTries);
            if (m_sizing)
                sendSize(*accepted ? std::chrono::milliseconds() : m_sizeTries * sizePause);
        };
        m_loop.start(std::move(call));
    }

    static constexpr int mostSizeTries = 10; // as the docker command, and with its pauses
    static constexpr std::chrono::milliseconds sizePause{10};
    static constexpr std::size_t most = 512 * 1024;
    std::atomic<std::size_t> m_untaken = 0;
    std::atomic<bool> m_heldBack = false;
    HttpLoop& m_loop;
    std::string m_execId;
    std::mutex m_sizeMutex;
    std::pair<int, int> m_size; // rows, columns
    bool m_sizing = false;
    int m_sizeTries = 0;
    std::function<void()> m_wake;
    std::shared_ptr<CallGuard> m_guard = std::make_shared<CallGuard>();
    HttpLoop::Handle m_connection;
};

class Exec final : public ExecClient, public SessionClient
{
public:
    explicit Exec(HttpLoop& loop) : m_http(loop) {}

    Request shell(const std::string& containerId, const ExecClient::Options& options, TerminalEvents events,
                  Reply<std::shared_ptr<Terminal>> reply) override
    {
        return openSession(containerId, {options, {}, {}, false}, std::move(events), std::move(reply));
    }
    Request openSession(const std::string& containerId, const SessionClient::Options& options, TerminalEvents events,
                        Reply<std::shared_ptr<Terminal>> reply) override;
    Request programs(const std::string& containerId, const std::vector<std::string>& candidates,
                     Reply<std::vector<std::string>> reply) override;
    Request sessions(const std::string& containerId, Reply<std::vector<Session>> reply) override;
    Request attachSession(const std::string& sessionId, std::optional<std::uint64_t> from, std::function<void(Kept)> onKept,
                          TerminalEvents events, Reply<std::shared_ptr<Terminal>> reply) override;
    Request endSession(const std::string& sessionId, Reply<void> reply) override;

private:
    // CALL becomes a terminal of the exec.
    void open(const std::string& execId, HttpCall call, std::function<void(Kept)> onKept, TerminalEvents events,
              const std::shared_ptr<CallGuard>& guard, Reply<std::shared_ptr<Terminal>> reply);
    // The second and later steps belong to the caller's one token: they are kept by their guard.
    void next(const std::shared_ptr<CallGuard>& guard, HttpCall call, Reply<HttpReply> reply);
    HttpCaller m_http;
};

void Exec::next(const std::shared_ptr<CallGuard>& guard, HttpCall call, Reply<HttpReply> reply)
{
    auto state = std::make_shared<HttpReply>();
    call.guard = guard;
    call.onHead = [state](const HttpHead& head) { state->status = head.status; };
    call.onData = [state](std::string_view bytes) { state->body.append(bytes); };
    call.onEnd = [state, reply = std::move(reply)](Status status) {
        if (status)
            status = replyStatus(state->status, state->body);
        if (!status)
            return reply(std::unexpected(std::move(status).error()));
        reply(std::move(*state));
    };
    m_http.loop().start(std::move(call));
}

Request Exec::openSession(const std::string& containerId, const SessionClient::Options& options, TerminalEvents events,
                          Reply<std::shared_ptr<Terminal>> reply)
{
    std::vector<std::string> env{"TERM=xterm-256color", "COLORTERM=truecolor"};
    env.insert(env.end(), options.env.begin(), options.env.end());
    Json body{{"AttachStdin", true},      {"AttachStdout", true},       {"AttachStderr", true},
              {"Tty", true},              {"Cmd", options.command},     {"User", options.user},
              {"WorkingDir", options.workingDir}, {"Env", env},
              {"ConsoleSize", Json::array({options.rows, options.columns})}};
    if (!options.session.empty())
        body["SlipwaySession"] = options.session;
    if (options.tool)
        body["SlipwayTool"] = true;
    const auto guard = std::make_shared<CallGuard>();
    next(guard, HttpCaller::call("POST", "/containers/" + percentEncode(containerId) + "/exec", &body),
         [this, options, events = std::move(events), weak = std::weak_ptr(guard), reply](Result<HttpReply> answer) {
             const auto live = weak.lock();
             if (!answer || !live)
                 return reply(std::unexpected(answer ? Error{ErrorKind::Cancelled, "cancelled"} : answer.error()));
             const auto json = parseJson(answer->body);
             const std::string id = json ? jsonValue<std::string>(*json, "Id") : "";
             const Json start{{"Detach", false}, {"Tty", true}, {"ConsoleSize", Json::array({options.rows, options.columns})}};
             open(id, HttpCaller::call("POST", "/exec/" + percentEncode(id) + "/start", &start), {}, events, live, reply);
         });
    return m_http.token(guard);
}

SessionClient::Kept keptOf(const std::string& line)
{
    SessionClient::Kept kept;
    unsigned continued = 0;
    unsigned long long position = 0, length = 0;
    if (std::sscanf(line.c_str(), "%u %llu %llu %d %d", &continued, &position, &length, &kept.rows, &kept.columns) == 5)
        kept.continued = continued == 1, kept.position = position, kept.length = length;
    return kept;
}

Request Exec::sessions(const std::string& containerId, Reply<std::vector<Session>> reply)
{
    return m_http.request(HttpCaller::call("GET", "/slipway/sessions?container=" + percentEncode(containerId)),
                          [reply](Result<HttpReply> answer) {
                              if (!answer)
                                  return reply(std::unexpected(answer.error()));
                              std::vector<Session> all;
                              if (const auto json = parseJson(answer->body); json && json->is_array())
                                  for (const Json& one : *json) {
                                      Session& session = all.emplace_back(jsonValue<std::string>(one, "Id"), jsonValue<std::string>(one, "ContainerID"),
                                                                          jsonValue<std::string>(one, "Session"), std::vector<std::string>(),
                                                                          jsonValue<std::string>(one, "User"), jsonValue<bool>(one, "Tool"),
                                                                          jsonValue<std::string>(one, "Foreground"));
                                      for (const Json& word : jsonMember(one, "Cmd"))
                                          session.command.push_back(word.is_string() ? word.get<std::string>() : std::string());
                                  }
                              reply(std::move(all));
                          });
}

Request Exec::attachSession(const std::string& sessionId, std::optional<std::uint64_t> from, std::function<void(Kept)> onKept,
                            TerminalEvents events, Reply<std::shared_ptr<Terminal>> reply)
{
    const auto guard = std::make_shared<CallGuard>();
    std::string target = "/slipway/sessions/" + percentEncode(sessionId) + "/attach";
    if (from)
        target += "?from=" + std::to_string(*from);
    m_http.loop().run([this, sessionId, target, onKept = std::move(onKept), events = std::move(events), weak = std::weak_ptr(guard),
                       reply = std::move(reply)] {
        if (const auto live = weak.lock()) // on the loop's thread, as the steps of shell()
            open(sessionId, HttpCaller::call("POST", target), onKept, events, live, reply);
    });
    return m_http.token(guard);
}

Request Exec::endSession(const std::string& sessionId, Reply<void> reply)
{
    return m_http.request(HttpCaller::call("DELETE", "/slipway/sessions/" + percentEncode(sessionId)), [reply](Result<HttpReply> answer) {
        reply(answer ? Result<void>() : std::unexpected(answer.error()));
    });
}

void Exec::open(const std::string& execId, HttpCall call, std::function<void(Kept)> onKept, TerminalEvents events,
                const std::shared_ptr<CallGuard>& guard, Reply<std::shared_ptr<Terminal>> reply)
{
    struct Opening
    {
        std::shared_ptr<HttpTerminal> terminal; // until it is handed over
        HttpTerminal* raw = nullptr;            // alive while its guard lets calls through
        int status = 0;
        std::string error, line;
        std::function<void(Kept)> onKept; // until its line came
    };
    auto session = std::make_shared<Opening>();
    session->terminal = std::make_shared<HttpTerminal>(m_http.loop(), execId);
    session->raw = session->terminal.get();
    session->onKept = std::move(onKept);
    call.upgrade = true;
    call.guard = session->terminal->m_guard;
    call.onHead = [session, guard, reply](const HttpHead& head) {
        session->status = head.status;
        if (head.status < 400)
            guard->run([&] { reply(std::shared_ptr<Terminal>(std::move(session->terminal))); });
        session->terminal.reset();
    };
    call.onData = [session, events](std::string_view bytes) {
        if (session->status >= 400) {
            session->error.append(bytes);
            return;
        }
        if (session->onKept) {
            const auto end = bytes.find('\n');
            session->line.append(bytes.substr(0, end));
            bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
            if (end != std::string_view::npos || session->line.size() > longestLine)
                std::exchange(session->onKept, {})(keptOf(session->line));
        }
        if (events.onOutput && !bytes.empty()) {
            session->raw->delivered(bytes.size());
            events.onOutput(std::string(bytes));
        }
    };
    call.onEnd = [session, events, guard, reply](Status status) {
        if (session->status >= 400 || session->status == 0) {
            if (status)
                status = replyStatus(session->status, session->error);
            Error error = status ? Error{ErrorKind::Unavailable, "the engine did not answer"} : status.error();
            guard->run([&] { reply(std::unexpected(std::move(error))); });
            session->terminal.reset();
        } else if (events.onClosed) {
            events.onClosed(std::move(status));
        }
    };
    auto* const terminal = session->terminal.get();
    terminal->m_connection = m_http.loop().start(std::move(call));
}

// A file that can be executed, or a link to anything, as Go's file modes say it.
bool isProgram(const std::string& statHeader)
{
    constexpr std::uint32_t symlink = 1u << 27, notRegular = 0x8f28'0000, executable = 0111;
    const auto text = base64Decode(statHeader);
    const auto json = text ? parseJson(*text) : fail(ErrorKind::InvalidArgument, "not base64");
    const auto mode = json ? jsonValue<std::uint32_t>(*json, "mode") : 0;
    return (mode & symlink) || (!(mode & notRegular) && (mode & executable));
}

Request Exec::programs(const std::string& containerId, const std::vector<std::string>& candidates, Reply<std::vector<std::string>> reply)
{
    struct Search // the loop's thread
    {
        std::vector<std::string> paths;
        std::vector<bool> found;
        std::size_t open = 0;
        std::optional<Error> error;
        Reply<std::vector<std::string>> reply;
    };
    const auto guard = std::make_shared<CallGuard>();
    const auto search = std::make_shared<Search>(candidates, std::vector<bool>(candidates.size()), candidates.size(), std::nullopt, std::move(reply));
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        HttpCall call = HttpCaller::call("HEAD", "/containers/" + percentEncode(containerId) + "/archive?path=" + percentEncode(candidates[i]));
        call.guard = guard;
        call.onHead = [search, i](const HttpHead& head) {
            const auto stat = head.headers.find("x-docker-container-path-stat");
            search->found[i] = head.status < 400 && stat != head.headers.end() && isProgram(stat->second);
        };
        call.onEnd = [search](Status status) {
            if (!status)
                search->error = status.error();
            if (--search->open > 0)
                return;
            if (search->error)
                return search->reply(std::unexpected(*search->error));
            std::vector<std::string> present;
            for (std::size_t at = 0; at < search->paths.size(); ++at)
                if (search->found[at])
                    present.push_back(search->paths[at]);
            search->reply(std::move(present));
        };
        m_http.loop().start(std::move(call));
    }
    return m_http.token(guard);
}

} // namespace

std::unique_ptr<ExecClient> makeExecClient(HttpLoop& loop) { return std::make_unique<Exec>(loop); }

} // namespace slipway
