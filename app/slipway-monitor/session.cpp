// SPDX-License-Identifier: GPL-3.0-or-later
#include "session.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace slipway::monitor
{

namespace
{
using logstore::Stream;
using namespace std::chrono_literals;

constexpr std::size_t inputLimit = 64 * 1024;
// A terminal gives up to 4 KB at a time. Of a program that prints much, several of these go out as one: each costs the engine and the
// window a wake-up. Less than that, as what a key brings, is never kept back.
constexpr std::size_t muchOutput = 1024, mostHeld = 64 * 1024;
constexpr auto longestHold = 1ms;

std::uint64_t oomKills(const std::string& file)
{
    const UniqueFd fd(file.empty() ? -1 : ::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    std::array<char, 1024> text{};
    if (!fd || ::read(fd.get(), text.data(), text.size() - 1) <= 0)
        return 0;
    const char* at = std::strstr(text.data(), "oom_kill ");
    return at ? std::strtoull(at + 9, nullptr, 10) : 0;
}

bool writeExit(const std::string& path, const std::string& text)
{
    const std::string temporary = path + ".new";
    const UniqueFd file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (file && ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()))
        return ::rename(temporary.c_str(), path.c_str()) == 0;
    ::unlink(temporary.c_str());
    return false;
}
} // namespace

Session::Session(const Options& options, Process process, UniqueFd listener, UniqueFd childSignals, TimePoint startedAt)
    : m_options(options), m_process(std::move(process)), m_listener(std::move(listener)),
      m_childSignals(std::move(childSignals)), m_startedAt(startedAt)
{
    if (!options.logDir.empty()) {
        if (auto log = logstore::LogWriter::open(options.logDir, options.logLimits))
            m_log.emplace(std::move(*log));
    }
    if (options.keep > 0)
        m_kept.emplace(options.keep);
    if (!options.forwards.empty())
        m_forwarder.emplace(UniqueFd(options.router), options.forwards);
    for (const int fd : {options.resolver.udp, options.resolver.tcp})
        if (fd >= 0)
            ::fcntl(fd, F_SETFD, FD_CLOEXEC);
    for (const Options::Attach& attach : options.attaches) {
        Client& client = m_clients.emplace_back();
        client.fd.reset(attach.fd);
        ::fcntl(attach.fd, F_SETFD, FD_CLOEXEC);
        client.kind = Client::Kind::Attached;
        client.in = attach.in;
        client.out = attach.out;
        client.err = attach.err;
        client.framed = attach.framed;
    }
}

void Session::run()
{
    onChild(); // it may have ended before the signals were looked at
    TimePoint leaveAt{};
    while (true) {
        int timeout = -1;
        if (m_exit && !m_finished) {
            const bool drained = !outputOpen() || (now() - m_exit->at > 100ms && !anybodyBehind());
            if (drained) {
                finish();
                leaveAt = now() + 10s;
            } else {
                timeout = 20;
            }
        }
        reapClients();
        if (m_finished) {
            if (m_clients.empty() || now() > leaveAt)
                break;
            timeout = 200;
        }
        std::vector<pollfd> fds = interests();
        if (::poll(fds.data(), fds.size(), m_held > 0 ? static_cast<int>(longestHold.count()) : timeout) > 0)
            dispatch(fds);
        if (m_held > 0 && std::chrono::steady_clock::now() - m_heldSince >= longestHold)
            release();
    }
    if (m_options.ephemeral)
        return;
    if (m_log)
        m_log->sync();
    if (const UniqueFd exitFile(::open(m_options.exitFile.c_str(), O_RDONLY | O_CLOEXEC)); exitFile)
        ::fsync(exitFile.get());
}

std::vector<pollfd> Session::interests() const
{
    const short outputEvents = anybodyBehind() ? 0 : POLLIN;
    const short inputEvents = m_input.empty() ? 0 : POLLOUT;
    std::vector<pollfd> fds = {
        {m_listener.get(), POLLIN, 0},
        {m_childSignals.get(), POLLIN, 0},
        {outputEvents ? m_process.out.get() : -1, outputEvents, 0},
        {outputEvents ? m_process.err.get() : -1, outputEvents, 0},
        {outputEvents || inputEvents ? m_process.terminal.get() : -1, static_cast<short>(outputEvents | inputEvents), 0},
        {inputEvents ? m_process.in.get() : -1, inputEvents, 0},
        {m_resolver || m_finished ? -1 : m_options.resolver.udp, POLLIN, 0},
        {m_resolver || m_finished ? -1 : m_options.resolver.tcp, POLLIN, 0},
    };
    for (const Client& client : m_clients) {
        const bool reads = !client.readEnded && (!client.in || m_input.size() < inputLimit);
        const auto events = static_cast<short>((reads ? POLLIN : 0) | (client.pending.empty() || m_held > 0 ? 0 : POLLOUT));
        fds.push_back({events || !client.readEnded ? client.fd.get() : -1, events, 0});
    }
    return fds;
}

void Session::dispatch(const std::vector<pollfd>& ready)
{
    std::size_t index = 8;
    for (Client& client : m_clients) { // before acceptClient() adds to them
        const short events = ready[index++].revents;
        if (events & POLLOUT)
            client.flush();
        if (events & (POLLIN | POLLHUP | POLLERR))
            readClient(client);
    }
    if (!m_resolver && !m_finished && (ready[6].revents || ready[7].revents))
        m_resolver.emplace(m_options.resolver); // the first question
    if (ready[5].revents || ready[4].revents & POLLOUT)
        feedInput();
    if (ready[2].revents)
        readOutput(m_process.out, Stream::Stdout);
    if (ready[3].revents)
        readOutput(m_process.err, Stream::Stderr);
    if (ready[4].revents & (POLLIN | POLLHUP | POLLERR))
        readOutput(m_process.terminal, Stream::Stdout);
    if (ready[1].revents)
        onChild();
    if (ready[0].revents)
        acceptClient();
}

void Session::onChild()
{
    signalfd_siginfo info{};
    while (::read(m_childSignals.get(), &info, sizeof info) > 0) {
    }
    int status = 0;
    pid_t pid = 0;
    while ((pid = ::waitpid(-1, &status, WNOHANG)) > 0) {
        if (pid != m_process.pid)
            continue; // an orphan of the container: only reaped
        Exit exit;
        exit.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
        exit.code = exit.signal ? 128 + exit.signal : WEXITSTATUS(status);
        exit.oom = exit.signal == SIGKILL && oomKills(m_process.memoryEvents) > 0;
        exit.at = now();
        m_exit = exit;
    }
}

void Session::readOutput(UniqueFd& from, Stream stream)
{
    const bool terminal = &from == &m_process.terminal;
    std::array<char, 65536> buffer;
    const ssize_t got = ::read(from.get(), buffer.data(), buffer.size());
    if (got > 0) {
        const auto size = static_cast<std::size_t>(got);
        if (m_log)
            m_log->append(stream, buffer.data(), size, now());
        if (m_kept)
            m_kept->append({buffer.data(), size});
        broadcast(stream, buffer.data(), size, terminal && size >= muchOutput && hold(size));
    } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
        // A terminal reports EIO whenever nobody has it open; while the process lives it may be opened again.
        if (terminal && !m_exit) {
            const timespec pause{0, 5'000'000};
            ::nanosleep(&pause, nullptr);
            return;
        }
        from.reset();
    }
}

// Whether SIZE more bytes for the clients can wait for what may follow.
bool Session::hold(std::size_t size)
{
    m_held += size;
    if (m_held >= mostHeld)
        return m_held = 0, false;
    if (m_held == size)
        m_heldSince = std::chrono::steady_clock::now();
    return true;
}

void Session::release()
{
    m_held = 0;
    for (Client& client : m_clients)
        client.flush();
}

void Session::broadcast(Stream stream, const char* data, std::size_t size, bool held)
{
    m_held = held ? m_held : 0;
    const bool isErr = stream == Stream::Stderr;
    const std::array<char, 8> header = {isErr ? '\2' : '\1',
                                        0,
                                        0,
                                        0,
                                        static_cast<char>(size >> 24),
                                        static_cast<char>(size >> 16),
                                        static_cast<char>(size >> 8),
                                        static_cast<char>(size)};
    for (Client& client : m_clients) {
        if (client.kind != Client::Kind::Attached || !(isErr ? client.err : client.out))
            continue;
        if (client.framed)
            client.pending.add({header.data(), header.size()});
        client.pending.add({data, size});
        if (!held)
            client.flush();
    }
}

void Session::feedInput()
{
    UniqueFd& to = m_options.tty ? m_process.terminal : m_process.in;
    while (!m_input.empty() && to) {
        const ssize_t n = ::write(to.get(), m_input.data(), m_input.size());
        if (n > 0)
            m_input.erase(0, static_cast<std::size_t>(n));
        else if (n < 0 && errno == EINTR)
            continue;
        else if (n < 0 && errno == EAGAIN)
            return;
        else
            m_input.clear(), m_process.in.reset();
    }
    if (!to)
        m_input.clear();
    if (m_input.empty() && m_inputEnds)
        m_process.in.reset();
}

void Session::readClient(Client& client)
{
    std::array<char, 16384> buffer;
    const ssize_t got = ::recv(client.fd.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0) {
        client.readEnded = true;
        if (client.kind == Client::Kind::Attached && client.in && m_options.stdinOnce) {
            m_inputEnds = true;
            feedInput();
        }
        // A half-closed attached client still wants its output; for the others there is nothing left to do.
        if (got < 0 || client.kind != Client::Kind::Attached)
            client.kind = Client::Kind::Closing, client.pending.clear();
        return;
    }
    if (client.kind == Client::Kind::Asking) {
        client.request.append(buffer.data(), static_cast<std::size_t>(got));
        if (client.request.find('\n') != std::string::npos)
            serve(client);
        else if (client.request.size() > 256)
            client.kind = Client::Kind::Closing;
    } else if (client.kind == Client::Kind::Attached && client.in) {
        m_input.append(buffer.data(), static_cast<std::size_t>(got));
        feedInput();
    }
}

std::string Session::pastOf(std::uint64_t position) const
{
    const KeptOutput::Since past = m_kept->since(position);
    winsize size{};
    if (m_process.terminal)
        ::ioctl(m_process.terminal.get(), TIOCGWINSZ, &size);
    return std::to_string(past.continued) + ' ' + std::to_string(past.position) + ' ' + std::to_string(past.bytes.size()) + ' '
           + std::to_string(size.ws_row) + ' ' + std::to_string(size.ws_col) + '\n' + past.bytes;
}

void Session::serve(Client& client)
{
    const auto newline = client.request.find('\n');
    const std::string line = client.request.substr(0, newline);
    std::string rest = client.request.substr(newline + 1);
    int in = 0, out = 0, err = 0, framed = m_options.tty ? 0 : 1;
    unsigned rows = 0, columns = 0;
    client.kind = Client::Kind::Closing;
    if (std::sscanf(line.c_str(), "attach in=%d out=%d err=%d framed=%d", &in, &out, &err, &framed) >= 3) {
        client.kind = Client::Kind::Attached;
        client.in = in && m_options.openStdin;
        client.out = out;
        client.err = err;
        client.framed = framed;
        client.pending.add("ok\n");
        if (const char* kept = std::strstr(line.c_str(), " kept="); kept && m_kept)
            client.pending.add(pastOf(std::strtoull(kept + 6, nullptr, 10)));
        if (client.in) {
            m_input += rest;
            feedInput();
        }
    } else if (std::sscanf(line.c_str(), "resize %u %u", &rows, &columns) == 2) {
        const winsize size{static_cast<unsigned short>(rows), static_cast<unsigned short>(columns), 0, 0};
        const bool done = m_process.terminal && ::ioctl(m_process.terminal.get(), TIOCSWINSZ, &size) == 0;
        client.pending.add(done ? "ok\n" : "error no terminal\n");
    } else if (line == "wait") {
        client.kind = Client::Kind::Waiting;
    } else if (line == "info") {
        client.pending.add(std::to_string(m_process.pid) + ' ' + std::to_string(m_process.startTicks) + ' '
                         + std::to_string(::getpid()) + ' ' + std::to_string(toUnixNano(m_startedAt)) + '\n');
    }
    client.flush();
}

void Session::acceptClient()
{
    UniqueFd fd(::accept4(m_listener.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (fd)
        m_clients.emplace_back().fd = std::move(fd);
}

bool Session::anybodyBehind() const
{
    for (const Client& client : m_clients) {
        if (client.behind())
            return true;
    }
    return false;
}

void Session::reapClients()
{
    m_clients.remove_if([](const Client& c) { return c.kind == Client::Kind::Closing && c.pending.empty(); });
}

void Session::finish()
{
    m_finished = true;
    m_process.out.reset();
    m_process.err.reset();
    m_process.terminal.reset();
    if (m_log)
        m_log->finish();
    const std::string text = std::to_string(m_exit->code) + ' ' + std::to_string(m_exit->signal) + ' '
                             + (m_exit->oom ? '1' : '0') + ' ' + std::to_string(toUnixNano(m_exit->at)) + '\n';
    if (!writeExit(m_options.exitFile, text))
        writeExit("exit", text); // the disk is full: RUNDIR is usually on another
    ::unlink("monitor.sock");
    m_listener.reset();
    for (Client& client : m_clients) {
        if (client.kind == Client::Kind::Waiting)
            client.pending.add("exit " + text);
        client.kind = Client::Kind::Closing;
        client.flush();
    }
    m_forwarder.reset();
    m_resolver.reset();
}

} // namespace slipway::monitor
