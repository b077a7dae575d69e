// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/message.hpp>

#include <memory>
#include <string>

#include "api/exchange.h"

namespace slipway::api
{

// One client that attaches by websocket. Reactor thread only.
class WebSocket : public std::enable_shared_from_this<WebSocket>
{
public:
    using Request = boost::beast::http::request<boost::beast::http::buffer_body>;

    WebSocket(Api& api, std::shared_ptr<Socket> client, bool binary); // text messages otherwise
    ~WebSocket();

    [[nodiscard]] static bool isAsked(const Request& request);
    [[nodiscard]] Task<Status> accept(const Request& request);
    // FIRST, then what PEER (may be none) says, until it ends; then says goodbye. Ends too when the client is gone or typed DETACHKEYS.
    [[nodiscard]] Task<void> splice(UniqueFd peer, std::string first, std::string detachKeys);

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace slipway::api
