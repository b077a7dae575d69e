// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/exchange.h"

namespace slipway::api
{

Task<void> Notifier::wait()
{
    if (!m_fired) {
        m_timer.expires_at(asio::steady_timer::time_point::max());
        co_await m_timer.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    m_fired = false;
}

Task<void> Notifier::waitFor(std::chrono::milliseconds atMost)
{
    if (!m_fired) {
        m_timer.expires_after(atMost);
        co_await m_timer.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    m_fired = false;
}

} // namespace slipway::api
