// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>

#include <thread>

#include "events/event_bus.h"

using namespace slipway;

class TestEventBus : public QObject
{
    Q_OBJECT

private slots:
    void replayAndLiveJoinWithoutGap()
    {
        EventBus bus;
        constexpr int count = 900;
        std::vector<std::string> seen;
        std::jthread publisher([&] {
            for (int i = 0; i < count; ++i)
                bus.publish({.type = "container", .action = "start", .actorId = std::to_string(i), .attributes = {}});
        });
        const auto subscription = bus.subscribe([&](const Event& e) { seen.push_back(e.actorId); }, fromUnixNano(1));
        publisher.join();
        QCOMPARE(seen.size(), std::size_t(count));
        for (int i = 0; i < count; ++i)
            QCOMPARE(seen[static_cast<std::size_t>(i)], std::to_string(i));
    }

    void timesAreUniqueSoThatSinceResumes()
    {
        EventBus bus;
        std::vector<TimePoint> times;
        const auto subscription = bus.subscribe([&](const Event& e) { times.push_back(e.time); });
        for (int i = 0; i < 100; ++i)
            bus.publish({.type = "x", .action = "y", .actorId = {}, .attributes = {}});
        QVERIFY(std::ranges::adjacent_find(times, std::greater_equal<>()) == times.end());
        int later = 0;
        const auto resumed =
            bus.subscribe([&](const Event&) { ++later; }, times[49] + std::chrono::nanoseconds(1));
        QCOMPARE(later, 50);
    }

    void droppedSubscriptionIsSilent()
    {
        EventBus bus;
        int calls = 0;
        auto subscription = bus.subscribe([&](const Event&) { ++calls; });
        subscription.reset();
        bus.publish({.type = "x", .action = "y", .actorId = {}, .attributes = {}});
        QCOMPARE(calls, 0);
    }
};

QTEST_APPLESS_MAIN(TestEventBus)
#include "tst_event_bus.moc"
