// SPDX-License-Identifier: GPL-3.0-or-later
#include "resolver.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <linux/sockios.h>
#include <list>
#include <optional>
#include <poll.h>
#include <random>
#include <sched.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "dns_message.h"
#include "dns_names.h"

namespace slipway::monitor
{

namespace
{
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;
constexpr auto serverPatience = 2s, streamPatience = 10s;
constexpr std::size_t mostQuestions = 1024, mostStreams = 64, mostServers = 3;

struct Server
{
    sockaddr_storage address{};
    socklen_t size = 0;
};

std::optional<Server> parseServer(const std::string& text)
{
    Server server;
    auto& v4 = reinterpret_cast<sockaddr_in&>(server.address);
    auto& v6 = reinterpret_cast<sockaddr_in6&>(server.address);
    if (::inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1) {
        v4.sin_family = AF_INET;
        v4.sin_port = htons(53);
        server.size = sizeof v4;
    } else if (::inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr) == 1) {
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(53);
        server.size = sizeof v6;
    } else {
        return std::nullopt;
    }
    return server;
}

UniqueFd connectTo(const Server& server, int type)
{
    UniqueFd fd(::socket(server.address.ss_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (fd && ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&server.address), server.size) != 0 && errno != EINPROGRESS)
        fd.reset();
    return fd;
}

// A question that was passed on.
struct Question
{
    std::string text;
    sockaddr_in from{};
    std::vector<Server> servers; // still to be asked
    UniqueFd server;
    Clock::time_point until{};
    bool done = false;
};

// A client that asks by TCP: one question after the other, each with its length before it.
struct Stream
{
    UniqueFd client, server;
    std::string in, out, up;     // from the client, to the client, to the server
    std::string answer;          // from the server
    std::vector<Server> servers; // still to be asked
    Clock::time_point until = Clock::now() + streamPatience;
    bool done = false;
};

// The first message in BYTES with its length, or "" while it is not complete.
std::string_view firstMessage(const std::string& bytes)
{
    if (bytes.size() < 2)
        return {};
    const std::size_t size = 2 + (static_cast<std::size_t>(static_cast<std::uint8_t>(bytes[0])) << 8 | static_cast<std::uint8_t>(bytes[1]));
    return bytes.size() < size ? std::string_view() : std::string_view(bytes).substr(0, size);
}

std::string framed(const std::string& message)
{
    return std::string{static_cast<char>(message.size() >> 8), static_cast<char>(message.size())} + message;
}

class Loop
{
public:
    explicit Loop(ResolverOptions o) : m_options(std::move(o)), m_udp(m_options.udp), m_tcp(m_options.tcp)
    {
        if (!m_options.servers.empty()) { // what the user names is meant as the container sees it
            const UniqueFd inside(::ioctl(m_udp.get(), SIOCGSKNS));
            if (!inside || ::setns(inside.get(), CLONE_NEWNET) != 0)
                m_options.servers = {"none"};
        }
    }

    void run(int wake)
    {
        while (true) {
            std::vector<pollfd> fds = {{wake, POLLIN, 0}, {m_udp.get(), POLLIN, 0}, {m_tcp.get(), POLLIN, 0}};
            for (const Question& q : m_questions)
                fds.push_back({q.server.get(), POLLIN, 0});
            for (const Stream& s : m_streams) {
                fds.push_back({s.client.get(), static_cast<short>(s.out.empty() ? POLLIN : POLLOUT), 0});
                fds.push_back({s.server.get(), static_cast<short>(s.up.empty() ? POLLIN : POLLOUT), 0});
            }
            ::poll(fds.data(), fds.size(), timeout());
            if (fds[0].revents)
                return;
            auto ready = fds.begin() + 3;
            for (Question& q : m_questions)
                onAnswer(q, (ready++)->revents);
            for (Stream& s : m_streams) {
                onClient(s, (ready++)->revents);
                onServer(s, (ready++)->revents);
            }
            if (fds[1].revents)
                onQuestions();
            if (fds[2].revents)
                onConnection();
            m_questions.remove_if([](const Question& q) { return q.done; });
            m_streams.remove_if([](const Stream& s) { return s.done || Clock::now() > s.until; });
        }
    }

private:
    int timeout() const
    {
        if (m_questions.empty() && m_streams.empty())
            return -1;
        auto first = Clock::now() + streamPatience;
        for (const Question& q : m_questions)
            first = std::min(first, q.until);
        for (const Stream& s : m_streams)
            first = std::min(first, s.until);
        return static_cast<int>(std::max<std::int64_t>(0, std::chrono::ceil<std::chrono::milliseconds>(first - Clock::now()).count()));
    }

    std::vector<Server> servers() const
    {
        std::vector<std::string> texts = m_options.servers;
        if (texts.empty()) {
            for (const auto& line : readWords("/etc/resolv.conf"))
                if (line[0] == "nameserver" && line.size() > 1)
                    texts.push_back(line[1]);
        }
        std::vector<Server> found;
        for (const std::string& text : texts)
            if (const auto server = parseServer(text); server && found.size() < mostServers)
                found.push_back(*server);
        return found;
    }

    // The answer, or nothing: then FORWARD says whom to ask.
    std::string answer(std::string_view query, std::vector<Server>& forward)
    {
        const auto question = parseDnsQuestion(query);
        const DnsNames names(m_options.names, m_options.id);
        if (question) {
            std::vector<std::string> data;
            if (question->type == DnsType::Ptr) {
                if (const auto address = addressOfPointerName(question->name))
                    if (const auto name = names.nameOf(*address))
                        return dnsAnswer(query, &*question, DnsCode::NoError, {encodeDnsName(*name)});
            } else if (const auto addresses = names.addressesOf(question->name); !addresses.empty()) {
                const bool v6 = question->type == DnsType::Aaaa;
                for (const std::string& address : addresses) {
                    std::string bytes(v6 ? 16 : 4, '\0');
                    if ((v6 || question->type == DnsType::A) && ::inet_pton(v6 ? AF_INET6 : AF_INET, address.c_str(), bytes.data()) == 1)
                        data.push_back(std::move(bytes));
                }
                std::ranges::shuffle(data, m_random); // many clients take the first
                data.resize(std::min<std::size_t>(data.size(), v6 ? 14 : 24)); // as many as an answer by UDP has room for
                return dnsAnswer(query, &*question, DnsCode::NoError, data);
            }
        }
        if (names.mayForward())
            forward = servers();
        return forward.empty() ? failure(query) : std::string();
    }

    static std::string failure(std::string_view query)
    {
        const auto question = parseDnsQuestion(query);
        return dnsAnswer(query, question ? &*question : nullptr, DnsCode::ServerFailure);
    }

    void onQuestions()
    {
        std::array<char, 4096> buffer;
        for (int i = 0; i < 64; ++i) {
            Question question;
            socklen_t size = sizeof question.from;
            const ssize_t got = ::recvfrom(m_udp.get(), buffer.data(), buffer.size(), MSG_DONTWAIT,
                                           reinterpret_cast<sockaddr*>(&question.from), &size);
            if (got < 0)
                return;
            if (got < 12)
                continue;
            question.text.assign(buffer.data(), static_cast<std::size_t>(got));
            if (const std::string own = answer(question.text, question.servers); !own.empty())
                reply(question, own);
            else if (m_questions.size() < mostQuestions)
                askNext(m_questions.emplace_back(std::move(question)));
        }
    }

    void reply(const Question& question, std::string_view text)
    {
        ::sendto(m_udp.get(), text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
                 reinterpret_cast<const sockaddr*>(&question.from), sizeof question.from);
    }

    void askNext(Question& question)
    {
        while (!question.servers.empty()) {
            question.server = connectTo(question.servers.front(), SOCK_DGRAM);
            question.servers.erase(question.servers.begin());
            question.until = Clock::now() + serverPatience;
            if (question.server && ::send(question.server.get(), question.text.data(), question.text.size(), MSG_NOSIGNAL) >= 0)
                return;
        }
        question.done = true;
        reply(question, failure(question.text));
    }

    void onAnswer(Question& question, short events)
    {
        if (events) {
            std::array<char, 65536> buffer;
            const ssize_t got = ::recv(question.server.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
            if (got >= 12 && std::memcmp(buffer.data(), question.text.data(), 2) == 0) {
                reply(question, {buffer.data(), static_cast<std::size_t>(got)});
                question.done = true;
            } else if (got < 0 && errno != EAGAIN) {
                askNext(question); // nobody listens there
            }
        } else if (Clock::now() > question.until) {
            askNext(question);
        }
    }

    void onConnection()
    {
        UniqueFd fd(::accept4(m_tcp.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
        if (fd && m_streams.size() < mostStreams)
            m_streams.emplace_back().client = std::move(fd);
    }

    // False when the other side is gone.
    static bool receive(const UniqueFd& fd, std::string& into)
    {
        std::array<char, 16384> buffer;
        const ssize_t got = ::recv(fd.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (got > 0)
            into.append(buffer.data(), static_cast<std::size_t>(got));
        return got > 0 || (got < 0 && errno == EAGAIN);
    }
    static bool send(const UniqueFd& fd, std::string& from)
    {
        const ssize_t sent = ::send(fd.get(), from.data(), from.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent > 0)
            from.erase(0, static_cast<std::size_t>(sent));
        return sent > 0 || errno == EAGAIN;
    }

    void onClient(Stream& stream, short events)
    {
        if (!events)
            return;
        const bool good = stream.out.empty() ? receive(stream.client, stream.in) : send(stream.client, stream.out);
        stream.done = !good || stream.in.size() > 2 * 65537;
        const std::string_view message = firstMessage(stream.in);
        if (stream.done || stream.server || !stream.out.empty() || message.empty())
            return;
        stream.until = Clock::now() + streamPatience;
        const std::string query(message.substr(2));
        if (query.size() < 12) {
            stream.done = true;
        } else if (const std::string own = answer(query, stream.servers); !own.empty()) {
            stream.out = framed(own);
            stream.in.erase(0, message.size());
        } else {
            askNext(stream);
        }
    }

    void askNext(Stream& stream)
    {
        stream.server.reset();
        stream.up = firstMessage(stream.in);
        stream.answer.clear();
        while (!stream.server && !stream.servers.empty()) {
            stream.server = connectTo(stream.servers.front(), SOCK_STREAM);
            stream.servers.erase(stream.servers.begin());
        }
        if (stream.server)
            return;
        stream.out = framed(failure(std::string_view(stream.up).substr(2)));
        stream.in.erase(0, stream.up.size());
        stream.up.clear();
    }

    void onServer(Stream& stream, short events)
    {
        if (!events || stream.done || !stream.server)
            return;
        if (!(stream.up.empty() ? receive(stream.server, stream.answer) : send(stream.server, stream.up))) {
            askNext(stream);
        } else if (const std::string_view whole = firstMessage(stream.answer); !whole.empty()) {
            stream.out = whole;
            stream.in.erase(0, firstMessage(stream.in).size());
            stream.server.reset();
        }
    }

    ResolverOptions m_options;
    UniqueFd m_udp, m_tcp;
    std::list<Question> m_questions;
    std::list<Stream> m_streams;
    std::minstd_rand m_random{static_cast<unsigned>(Clock::now().time_since_epoch().count())};
};
} // namespace

Resolver::Resolver(ResolverOptions options) : m_wake(::eventfd(0, EFD_CLOEXEC))
{
    m_thread = std::thread([this, o = std::move(options)] { Loop(o).run(m_wake.get()); });
}

Resolver::~Resolver()
{
    ::eventfd_write(m_wake.get(), 1);
    m_thread.join();
}

} // namespace slipway::monitor
