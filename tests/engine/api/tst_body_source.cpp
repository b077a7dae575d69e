// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>

#include <sys/socket.h>

#include <future>
#include <string>

#include "api/body_source.h"
#include "base/unique_fd.h"

using namespace slipway;
using namespace slipway::api;
using namespace std::chrono_literals;

// Clients that stop in the middle of what they send.
class TestBodySource : public QObject
{
    Q_OBJECT

    struct Client
    {
        UniqueFd mine, theirs;
        BodySource::Parser parser;
        boost::beast::flat_buffer buffer;
        BodySource source;

        explicit Client(std::chrono::milliseconds patience) : source(open(), parser, buffer, patience)
        {
            parser.body_limit(boost::none);
            const std::string head = "POST /images/load HTTP/1.1\r\nHost: d\r\nContent-Length: 8\r\n\r\n";
            boost::system::error_code error;
            parser.put(boost::asio::buffer(head), error);
        }
        int open()
        {
            int pair[2];
            if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) != 0)
                return -1;
            mine.reset(pair[0]);
            theirs.reset(pair[1]);
            return theirs.get();
        }
        void send(const char* text) const { QCOMPARE(::send(mine.get(), text, strlen(text), MSG_NOSIGNAL), ssize_t(strlen(text))); }
        Result<std::string> readAll()
        {
            std::string all;
            std::byte piece[16];
            while (true) {
                TRY(const std::size_t got, source.read(piece));
                if (got == 0)
                    return all;
                all.append(reinterpret_cast<const char*>(piece), got);
            }
        }
    };

private slots:
    void waitingForAClientLeavesTheThreadsToOthers()
    {
        WorkerPool pool(2);
        Client clients[4] = {Client(10s), Client(10s), Client(10s), Client(10s)};
        std::promise<Result<std::string>> read[4];
        for (int i = 0; i < 4; ++i) {
            clients[i].send("half");
            pool.run([&, i] { read[i].set_value(clients[i].readAll()); });
        }
        std::promise<void> other[3];
        for (auto& each : other) {
            pool.run([&each] { each.set_value(); });
            QCOMPARE(each.get_future().wait_for(5s), std::future_status::ready);
        }
        for (int i = 0; i < 4; ++i) { // nobody was given up meanwhile
            clients[i].send("more");
            auto future = read[i].get_future();
            QCOMPARE(future.wait_for(5s), std::future_status::ready);
            QCOMPARE(future.get().value_or("nothing"), std::string("halfmore"));
        }
    }

    void theSilentAreGivenUpOnlyWhenThereAreTooMany()
    {
        WorkerPool pool(2);
        Client patient[2] = {Client(50ms), Client(50ms)};
        std::promise<Result<std::string>> read[3];
        for (int i = 0; i < 2; ++i)
            pool.run([&, i] { read[i].set_value(patient[i].readAll()); });
        auto first = read[0].get_future(), second = read[1].get_future();
        QCOMPARE(first.wait_for(500ms), std::future_status::timeout); // ten times its patience: there is room
        QCOMPARE(second.wait_for(0ms), std::future_status::timeout);
        Client third(10s);
        pool.run([&] { read[2].set_value(third.readAll()); });
        QTRY_VERIFY_WITH_TIMEOUT(first.wait_for(0ms) == std::future_status::ready || second.wait_for(0ms) == std::future_status::ready, 5000);
        auto& given = first.wait_for(0ms) == std::future_status::ready ? first : second;
        const auto result = given.get();
        QVERIFY(!result);
        QCOMPARE(result.error().kind, ErrorKind::Cancelled);
        QCOMPARE(result.error().message, std::string("the client has sent nothing for too long"));
        for (const Client* each : std::initializer_list<const Client*>{&patient[0], &patient[1], &third})
            ::shutdown(each->mine.get(), SHUT_RDWR);
        QVERIFY(pool.drain(5s));
    }

    void aClientThatIsGone()
    {
        Client client(10s);
        client.send("half");
        client.mine.reset();
        const auto result = client.readAll(); // on no pool's thread
        QVERIFY(!result);
        QCOMPARE(result.error().message, std::string(clientGone));
    }
};

QTEST_APPLESS_MAIN(TestBodySource)
#include "tst_body_source.moc"
