// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <utility>

#include <QObject>

// Carries callbacks of the client's thread to the GUI thread, in order, and drops those of a conversation that was cut:
// after cut() or renew() none of the earlier ones arrives, not even those already queued.
namespace slipway::ui
{

class EngineHop
{
public:
    EngineHop() = default;
    EngineHop(const EngineHop&) = delete;
    EngineHop& operator=(const EngineHop&) = delete;
    ~EngineHop() { cut(); }

    void renew(QObject* target)
    {
        cut();
        m_guard = std::make_shared<Guard>();
        m_guard->target = target;
    }
    void cut()
    {
        if (!m_guard)
            return;
        const std::lock_guard lock(m_guard->mutex);
        m_guard->target = nullptr;
    }
    template <class T, class F>
    [[nodiscard]] std::function<void(T)> wrap(F f) const
    {
        return [guard = m_guard, f](T value) {
            const std::lock_guard lock(guard->mutex);
            if (!guard->target)
                return;
            auto held = std::make_shared<T>(std::move(value));
            QMetaObject::invokeMethod(
                guard->target,
                [guard, f, held] {
                    if (guard->target)
                        f(std::move(*held));
                },
                Qt::QueuedConnection);
        };
    }

private:
    struct Guard
    {
        std::mutex mutex;
        QObject* target = nullptr; // written on the GUI thread only
    };
    std::shared_ptr<Guard> m_guard;
};

} // namespace slipway::ui
