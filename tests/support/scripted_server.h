// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace slipway::test
{

struct ServedRequest
{
    std::string method, path, body;             // the path with its query
    std::map<std::string, std::string> headers; // names in lower case
    [[nodiscard]] std::string header(const std::string& name) const
    {
        const auto it = headers.find(name);
        return it == headers.end() ? std::string() : it->second;
    }
};

struct ServedAnswer
{
    std::string raw;                         // all that is sent, head and body
    std::chrono::milliseconds heldOpen{0};   // before the connection is closed
    bool reset = false;                      // closed by RST
};

// A web server on loopback that says just what a test wants, broken or not. One thread a connection, one request each.
class ScriptedServer
{
public:
    using Handler = std::function<ServedAnswer(const ServedRequest&)>; // called from several threads
    explicit ScriptedServer(Handler handler, const std::string& address = "127.0.0.1");
    ~ScriptedServer();
    ScriptedServer(const ScriptedServer&) = delete;
    ScriptedServer& operator=(const ScriptedServer&) = delete;

    [[nodiscard]] std::string host() const; // "127.0.0.1:40123"
    [[nodiscard]] std::vector<ServedRequest> requests() const;
    [[nodiscard]] int count(const std::string& pathPart) const; // requests whose path contains it

    // "HTTP/1.1 STATUS …" with a Content-Length; HEADERS end with \r\n each.
    static ServedAnswer answer(int status, const std::string& body, const std::string& headers = {});

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace slipway::test
