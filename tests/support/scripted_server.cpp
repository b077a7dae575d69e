// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/scripted_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <mutex>
#include <thread>

namespace slipway::test
{

struct ScriptedServer::Impl
{
    Handler handler;
    std::string address;
    int listener = -1;
    int port = 0;
    std::atomic<bool> stopping = false;
    mutable std::mutex mutex;
    std::vector<ServedRequest> requests;
    std::vector<std::thread> threads;
    std::thread acceptor;

    static bool readRequest(int fd, ServedRequest& request);
    void serve(int fd);
    void accept();
    void hold(std::chrono::milliseconds length) const
    {
        const auto end = std::chrono::steady_clock::now() + length;
        while (!stopping && std::chrono::steady_clock::now() < end)
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
};

bool ScriptedServer::Impl::readRequest(int fd, ServedRequest& request)
{
    std::string text;
    char buffer[4096];
    std::size_t head = std::string::npos;
    while ((head = text.find("\r\n\r\n")) == std::string::npos) {
        const auto got = ::recv(fd, buffer, sizeof buffer, 0);
        if (got <= 0)
            return false;
        text.append(buffer, static_cast<std::size_t>(got));
        if (text[0] == 0x16) // the hello of a client that tries https first
            return false;
    }
    std::size_t at = text.find("\r\n");
    const std::string first = text.substr(0, at);
    const auto space = first.find(' ');
    request.method = first.substr(0, space);
    request.path = first.substr(space + 1, first.rfind(' ') - space - 1);
    while (at < head) {
        at += 2;
        const auto end = text.find("\r\n", at);
        const std::string line = text.substr(at, end - at);
        const auto colon = line.find(':');
        std::string name = line.substr(0, colon);
        std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        if (colon != std::string::npos)
            request.headers[name] = line.substr(line.find_first_not_of(' ', colon + 1));
        at = end;
    }
    request.body = text.substr(head + 4);
    const std::size_t length = std::strtoul(request.header("content-length").c_str(), nullptr, 10);
    while (request.body.size() < length) {
        const auto got = ::recv(fd, buffer, sizeof buffer, 0);
        if (got <= 0)
            return false;
        request.body.append(buffer, static_cast<std::size_t>(got));
    }
    return true;
}

void ScriptedServer::Impl::serve(int fd)
{
    ServedRequest request;
    if (readRequest(fd, request)) {
        {
            const std::scoped_lock lock(mutex);
            requests.push_back(request);
        }
        const ServedAnswer answer = handler(request);
        for (std::size_t sent = 0; sent < answer.raw.size();) {
            const auto n = ::send(fd, answer.raw.data() + sent, answer.raw.size() - sent, MSG_NOSIGNAL);
            if (n <= 0)
                break;
            sent += static_cast<std::size_t>(n);
        }
        hold(answer.heldOpen);
        if (answer.reset) {
            const linger now{1, 0};
            ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        }
    }
    ::close(fd);
}

void ScriptedServer::Impl::accept()
{
    while (!stopping) {
        pollfd ready{listener, POLLIN, 0};
        if (::poll(&ready, 1, 20) <= 0)
            continue;
        const int fd = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
        if (fd < 0)
            continue;
        const std::scoped_lock lock(mutex);
        threads.emplace_back([this, fd] { serve(fd); });
    }
}

ScriptedServer::ScriptedServer(Handler handler, const std::string& address) : m_impl(std::make_unique<Impl>())
{
    m_impl->handler = std::move(handler);
    m_impl->address = address;
    m_impl->listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in where{};
    where.sin_family = AF_INET;
    ::inet_pton(AF_INET, address.c_str(), &where.sin_addr);
    socklen_t size = sizeof where;
    if (::bind(m_impl->listener, reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0 || ::listen(m_impl->listener, 64) != 0
        || ::getsockname(m_impl->listener, reinterpret_cast<sockaddr*>(&where), &size) != 0)
        std::abort();
    m_impl->port = ntohs(where.sin_port);
    m_impl->acceptor = std::thread([impl = m_impl.get()] { impl->accept(); });
}

ScriptedServer::~ScriptedServer()
{
    m_impl->stopping = true;
    m_impl->acceptor.join();
    for (std::thread& thread : m_impl->threads)
        thread.join();
    ::close(m_impl->listener);
}

std::string ScriptedServer::host() const { return m_impl->address + ':' + std::to_string(m_impl->port); }

std::vector<ServedRequest> ScriptedServer::requests() const
{
    const std::scoped_lock lock(m_impl->mutex);
    return m_impl->requests;
}

int ScriptedServer::count(const std::string& pathPart) const
{
    const auto all = requests();
    return static_cast<int>(std::ranges::count_if(all, [&](const ServedRequest& r) { return r.path.find(pathPart) != std::string::npos; }));
}

ServedAnswer ScriptedServer::answer(int status, const std::string& body, const std::string& headers)
{
    ServedAnswer made;
    made.raw = "HTTP/1.1 " + std::to_string(status) + " Word\r\nContent-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n"
               + headers + "\r\n" + body;
    return made;
}

} // namespace slipway::test
