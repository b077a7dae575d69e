// SPDX-License-Identifier: GPL-3.0-or-later
#include "buildkit/server.h"

#include <chrono>
#include <condition_variable>
#include <list>
#include <map>
#include <mutex>

#include "base/clock.h"
#include "base/log.h"
#include "base/machine.h"
#include "buildkit/solve.h"

namespace slipway::buildkit
{

namespace
{
constexpr auto sessionPatience = std::chrono::seconds(10);
constexpr std::size_t rememberedSolves = 32;
constexpr const char* workerId = "slipway";

MessageWriter hostPlatform() // solver/pb/ops.proto: Platform
{
    return MessageWriter().text(1, machineArchitecture()).text(2, "linux");
}

MessageWriter worker() { return MessageWriter().text(1, workerId).message(3, hostPlatform()); } // api/types/worker.proto

MessageWriter timestamp(TimePoint at) { return MessageWriter().number(1, toUnixNano(at) / 1'000'000'000).number(2, toUnixNano(at) % 1'000'000'000); }

// One build of a client, by the reference that the client made up; its calls come in any order and on several connections.
struct Solve
{
    SolveStatus status;
    std::mutex mutex;
    std::condition_variable_any changed;
    std::map<std::string, std::string> options;
    bool wanted = false;   // the client asked for more than whether we are there
    bool returned = false; // its own part is over
    std::string error;     // of it
    bool ended = false;
};

void answer(GrpcCall& call, const Result<MessageWriter>& result)
{
    if (result) {
        (void)call.send(result->str());
        return call.finish();
    }
    const ErrorKind kind = result.error().kind;
    call.finish(kind == ErrorKind::Cancelled       ? GrpcCode::Cancelled
                : kind == ErrorKind::NotImplemented ? GrpcCode::Unimplemented
                                                    : GrpcCode::Unknown,
                result.error().message);
}

Result<Message> request(GrpcCall& call)
{
    TRY(const auto bytes, call.receive());
    if (!bytes)
        return fail(ErrorKind::InvalidArgument, "a call without a request");
    return Message::parse(*bytes);
}
} // namespace

struct Server::Impl
{
    build::BuildService& builds;
    std::mutex mutex;
    std::condition_variable_any changed;
    std::map<std::string, std::shared_ptr<ClientSession>> sessions;
    std::list<std::pair<std::string, std::shared_ptr<Solve>>> solves; // the newest first

    explicit Impl(build::BuildService& service) : builds(service) {}

    std::shared_ptr<Solve> solveOf(const std::string& reference);
    Result<std::shared_ptr<ClientSession>> session(const std::string& id, const std::stop_token& stop);
    void dispatch(GrpcCall& call);

    Result<MessageWriter> solve(GrpcCall& call);
    void statusOf(GrpcCall& call);
    Result<MessageWriter> frontend(GrpcCall& call);
    Result<MessageWriter> giveBack(GrpcCall& call);
    Result<MessageWriter> ping() const;
    Result<MessageWriter> cache() const;
    void prune(GrpcCall& call);
};

std::shared_ptr<Solve> Server::Impl::solveOf(const std::string& reference)
{
    const std::scoped_lock lock(mutex);
    for (const auto& [known, there] : solves) {
        if (known == reference)
            return there;
    }
    while (solves.size() >= rememberedSolves && solves.back().second->ended)
        solves.pop_back();
    solves.emplace_front(reference, std::make_shared<Solve>());
    return solves.front().second;
}

Result<std::shared_ptr<ClientSession>> Server::Impl::session(const std::string& id, const std::stop_token& stop)
{
    std::unique_lock lock(mutex);
    if (!changed.wait_for(lock, stop, sessionPatience, [&] { return sessions.contains(id); }))
        return fail(ErrorKind::Unavailable, "the client's session " + id + " did not come");
    return sessions.at(id);
}

// SolveRequest: 1 Ref, 3 Exporter, 4 ExporterAttrs, 5 Session, 6 Frontend, 7 FrontendAttrs, 8 Cache (4 Exports).
Result<MessageWriter> Server::Impl::solve(GrpcCall& call)
{
    TRY(const Message message, request(call));
    const auto solve = solveOf(message.text(1));
    struct End
    {
        Solve& of;
        ~End()
        {
            of.status.end();
            const std::scoped_lock lock(of.mutex);
            of.ended = true;
            of.changed.notify_all();
        }
    } end{*solve};
    SolveWish wish;
    wish.exporter = message.text(3);
    TRY(wish.exporterOptions, message.entries(4));
    TRY(wish.options, message.entries(7));
    TRY(const Message cacheOptions, Message::parse(message.text(8)));
    for (const std::string& bytes : cacheOptions.texts(4)) { // CacheOptionsEntry: 1 Type
        TRY(const Message target, Message::parse(bytes));
        if (target.text(1) != "inline")
            return fail(ErrorKind::NotImplemented,
                        "--cache-to type=" + target.text(1) + " is not implemented: type=inline is");
        wish.inlineCache = true;
    }
    if (message.text(6).empty()) {
        std::unique_lock lock(solve->mutex);
        if (!solve->changed.wait(lock, call.stop(), [&] { return solve->returned; }))
            return fail(ErrorKind::Cancelled, "build cancelled");
        if (!solve->error.empty())
            return fail(ErrorKind::InvalidArgument, solve->error);
        if (!solve->wanted) // buildx only wanted to know what is answered to Ping
            return MessageWriter();
        wish.options.insert(solve->options.begin(), solve->options.end());
    } else if (message.text(6) != "dockerfile.v0")
        return fail(ErrorKind::NotImplemented, "the frontend " + message.text(6) + " is not implemented: this engine builds Dockerfiles");
    TRY(const auto lent, session(message.text(5), call.stop()));
    TRY(const auto response, buildkit::solve(builds, *lent, wish, solve->status, call.stop()));
    return MessageWriter().entries(1, response);
}

void Server::Impl::statusOf(GrpcCall& call)
{
    const auto message = request(call);
    if (!message)
        return answer(call, std::unexpected(message.error()));
    const auto solve = solveOf(message->text(1));
    while (const auto news = solve->status.next(call.stop())) {
        if (!call.send(*news))
            break;
    }
    call.finish();
}

// LLBBridge.SolveRequest: 1 Definition, 2 Frontend, 3 FrontendOpt. The reference in the answer is a promise.
Result<MessageWriter> Server::Impl::frontend(GrpcCall& call)
{
    TRY(const Message message, request(call));
    if (message.text(2) != "dockerfile.v0")
        return fail(ErrorKind::NotImplemented, message.text(2).empty() ? "this engine builds Dockerfiles, not LLB" : "the frontend " + message.text(2) + " is not implemented: this engine builds Dockerfiles");
    SolveWish wish;
    TRY(wish.options, message.entries(3));
    TRY_STATUS(refuseWhatIsNotThere(wish));
    const auto solve = solveOf(call.metadata("buildkit-controlapi-buildid"));
    const std::scoped_lock lock(solve->mutex);
    solve->options = std::move(wish.options);
    solve->wanted = true;
    return MessageWriter().message(3, MessageWriter().message(3, MessageWriter().text(1, "target"))); // Result.Ref.id
}

// ReturnRequest: 2 Error (google.rpc.Status: 2 message).
Result<MessageWriter> Server::Impl::giveBack(GrpcCall& call)
{
    TRY(const Message message, request(call));
    TRY(const Message error, Message::parse(message.text(2)));
    const auto solve = solveOf(call.metadata("buildkit-controlapi-buildid"));
    const std::scoped_lock lock(solve->mutex);
    solve->returned = true;
    solve->error = message.has(2) ? error.text(2) + (error.text(2).empty() ? "the client gave up" : "") : "";
    solve->changed.notify_all();
    return MessageWriter();
}

// PongResponse: 1 FrontendAPICaps, 2 LLBCaps, 3 Workers; APICap: 1 ID, 2 Enabled.
Result<MessageWriter> Server::Impl::ping() const
{
    MessageWriter pong;
    for (const char* capability : {"solve.base", "return", "returnmap", "importcaches"})
        pong.message(1, MessageWriter().text(1, capability).number(2, 1));
    return pong.message(3, worker());
}

// UsageRecord: 1 ID, 3 InUse, 4 Size, 6 CreatedAt, 7 LastUsedAt, 8 UsageCount, 9 Description, 10 RecordType, 11 Shared.
MessageWriter usage(const build::CacheRecord& record)
{
    return MessageWriter().text(1, record.id).number(3, record.inUse).number(4, record.size).message(6, timestamp(record.created))
        .message(7, timestamp(record.lastUsed)).number(8, record.uses).text(9, record.description).text(10, record.kind).number(11, record.shared);
}

Result<MessageWriter> Server::Impl::cache() const
{
    TRY(const auto records, builds.cache());
    MessageWriter all;
    for (const build::CacheRecord& record : records)
        all.message(1, usage(record));
    return all;
}

// PruneRequest: 1 filter, 2 all, 3 keepDuration (ns), 4 keepBytes.
void Server::Impl::prune(GrpcCall& call)
{
    const auto message = request(call);
    const auto before = builds.cache();
    if (!message || !before)
        return answer(call, std::unexpected(message ? before.error() : message.error()));
    build::CachePrune what;
    what.all = message->number(2) != 0;
    what.keepStorage = static_cast<std::int64_t>(message->number(4));
    if (const auto kept = static_cast<std::int64_t>(message->number(3)); kept > 0)
        what.unusedSince = fromUnixNano(toUnixNano(now()) - kept);
    const auto pruned = builds.prune(what);
    if (!pruned)
        return answer(call, std::unexpected(pruned.error()));
    for (const build::CacheRecord& record : *before) {
        if (std::ranges::find(pruned->ids, record.id) != pruned->ids.end())
            (void)call.send(usage(record).str());
    }
    call.finish();
}

void Server::Impl::dispatch(GrpcCall& call)
{
    const std::string& path = call.path();
    log::debug("grpc {}", path);
    const std::string control = "/moby.buildkit.v1.Control/", bridge = "/moby.buildkit.v1.frontend.LLBBridge/";
    if (path == control + "Solve")
        return answer(call, solve(call));
    if (path == control + "Status")
        return statusOf(call);
    if (path == control + "Prune")
        return prune(call);
    if (path == control + "DiskUsage")
        return answer(call, cache());
    if (path == control + "ListWorkers")
        return answer(call, MessageWriter().message(1, worker()));
    if (path == control + "Info") // BuildkitVersion: 1 package, 2 version
        return answer(call, MessageWriter().message(1, MessageWriter().text(1, "slipway").text(2, "v0.1.0")));
    if (path == bridge + "Solve")
        return answer(call, frontend(call));
    if (path == bridge + "Return")
        return answer(call, giveBack(call));
    if (path == bridge + "Ping")
        return answer(call, ping());
    if (path == "/grpc.health.v1.Health/Check")
        return answer(call, MessageWriter().number(1, 1));
    call.finish(GrpcCode::Unimplemented, "this engine does not answer " + path);
}

Server::Server(build::BuildService& builds) : m_impl(std::make_shared<Impl>(builds)) {}

Server::~Server() = default;

void Server::serveControl(UniqueFd socket)
{
    GrpcConnection connection(std::move(socket), [impl = m_impl](GrpcCall& call) {
        try {
            impl->dispatch(call);
        } catch (const std::exception& e) {
            call.finish(GrpcCode::Internal, std::string("unexpected: ") + e.what());
        }
    });
    connection.wait();
}

void Server::serveSession(UniqueFd socket, const std::string& id, const std::string& sharedKey)
{
    const auto session = std::make_shared<ClientSession>(std::move(socket), id, sharedKey);
    {
        const std::scoped_lock lock(m_impl->mutex);
        m_impl->sessions[id] = session;
        m_impl->changed.notify_all();
    }
    session->wait();
    const std::scoped_lock lock(m_impl->mutex);
    if (const auto known = m_impl->sessions.find(id); known != m_impl->sessions.end() && known->second == session)
        m_impl->sessions.erase(known);
}

} // namespace slipway::buildkit
