// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>

#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "buildkit/grpc.h"

using namespace slipway;
using namespace slipway::buildkit;

// Both sides of gRPC against each other; that others understand it is shown by buildx (e2e_buildx).
class TestGrpc : public QObject
{
    Q_OBJECT

    std::unique_ptr<GrpcConnection> m_answering, m_calling;

    static std::pair<UniqueFd, UniqueFd> sockets()
    {
        int pair[2] = {-1, -1};
        ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair);
        return {UniqueFd(pair[0]), UniqueFd(pair[1])};
    }
    void connect(GrpcConnection::Handler handler)
    {
        auto [one, other] = sockets();
        m_answering = std::make_unique<GrpcConnection>(std::move(one), std::move(handler));
        m_calling = std::make_unique<GrpcConnection>(std::move(other), nullptr);
    }

private slots:
    void cleanup()
    {
        m_calling.reset();
        m_answering.reset();
    }

    void aQuestionIsAnswered()
    {
        connect([](GrpcCall& call) {
            const auto asked = call.receive();
            (void)call.send(call.path() + ' ' + call.metadata("x-name") + ' ' + **asked);
            call.finish();
        });
        QCOMPARE(m_calling->ask("/a.B/C", "question", {{"x-name", "value"}}).value(), std::string("/a.B/C value question"));
        QCOMPARE(m_calling->ask("/a.B/C", "").value(), std::string("/a.B/C  "));
    }

    void errorsComeWithTheirText()
    {
        connect([](GrpcCall& call) { call.finish(call.path() == "/none" ? GrpcCode::NotFound : GrpcCode::Unknown, "100 % \xc3\xa4 \"no\"\nline"); });
        const auto none = m_calling->ask("/none", "x");
        QCOMPARE(none.error().kind, ErrorKind::NotFound);
        QCOMPARE(none.error().message, std::string("100 % \xc3\xa4 \"no\"\nline"));
        QCOMPARE(m_calling->ask("/other", "x").error().kind, ErrorKind::Internal);
    }

    // More than all windows hold, both ways at once, on several calls.
    void muchGoesBothWays()
    {
        connect([](GrpcCall& call) {
            while (true) {
                const auto message = call.receive();
                if (!message || !*message)
                    break;
                if (!call.send(**message))
                    break;
            }
            call.finish();
        });
        const auto stream = [this](char fill) {
            const auto call = m_calling->call("/echo", {});
            std::jthread sends([&] {
                for (int i = 0; i < 60; ++i)
                    (void)call->send(std::string(1'000'000, fill));
                call->finish();
            });
            std::size_t bytes = 0;
            while (true) {
                const auto message = call->receive();
                if (!message || !*message)
                    return message ? bytes : 0;
                bytes += static_cast<std::size_t>(std::ranges::count(**message, fill));
            }
        };
        std::size_t other = 0;
        {
            std::jthread second([&] { other = stream('b'); });
            QCOMPARE(stream('a'), 60'000'000u);
        }
        QCOMPARE(other, 60'000'000u);
    }

    void aPeerThatGoesEndsItsCalls()
    {
        std::atomic<bool> stopped = false;
        connect([&](GrpcCall& call) {
            const std::stop_callback onStop(call.stop(), [&] { stopped = true; });
            (void)call.send("begun");
            while (call.receive().value_or(std::nullopt)) {
            }
            while (!stopped)
                std::this_thread::yield();
        });
        const auto call = m_calling->call("/wait", {});
        QCOMPARE(call->receive().value().value(), std::string("begun"));
        m_calling.reset();
        m_answering.reset(); // waits for the handler
        QVERIFY(stopped);
    }

    void junkEndsTheConnection()
    {
        auto [one, other] = sockets();
        std::atomic<int> calls = 0;
        GrpcConnection answering(std::move(one), [&](GrpcCall&) { ++calls; });
        const std::string junk(100'000, 'x');
        (void)!::send(other.get(), junk.data(), junk.size(), MSG_NOSIGNAL);
        answering.wait();
        QCOMPARE(calls.load(), 0);
    }
};

QTEST_APPLESS_MAIN(TestGrpc)
#include "tst_grpc.moc"
