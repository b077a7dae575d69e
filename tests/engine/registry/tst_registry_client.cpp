// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>

#include <atomic>
#include <thread>

#include "registry/registry_client.h"
#include "support/scripted_server.h"
#include "support/tar_builder.h"

using namespace slipway;
using namespace slipway::test;
using namespace std::chrono_literals;

// The client against servers that behave, misbehave and lie. Loopback is spoken to by plain http when https does not answer.
class TestRegistryClient : public QObject
{
    Q_OBJECT

    std::string m_blob;
    std::string m_digest;

    struct Got
    {
        Status status;
        std::string bytes;
        int pauses = 0;
    };
    Got fetch(const ScriptedServer& server, RegistryCredentials credentials = {}, std::int64_t size = -1, std::stop_token stop = {})
    {
        RegistryClient client(server.host(), std::move(credentials), {});
        client.setFirstPause(1ms);
        Got got;
        got.status = client.blob(
            "team/app", m_digest, size < 0 ? static_cast<std::int64_t>(m_blob.size()) : size,
            [&](std::span<const std::byte> bytes) -> Status {
                got.bytes.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
                return {};
            },
            [&](std::chrono::milliseconds) { ++got.pauses; }, stop);
        return got;
    }
    static std::string message(const Status& status) { return status ? "" : status.error().message; }

    // 206 from the asked byte on; CUT: so many bytes, then the connection breaks.
    ServedAnswer ranged(const ServedRequest& request, std::size_t cut) const
    {
        const std::string range = request.header("range");
        const std::size_t from = range.empty() ? 0 : std::stoul(range.substr(6));
        ServedAnswer made = ScriptedServer::answer(
            range.empty() ? 200 : 206, m_blob.substr(from),
            range.empty() ? "" : "Content-Range: bytes " + std::to_string(from) + "-" + std::to_string(m_blob.size() - 1) + "/" + std::to_string(m_blob.size()) + "\r\n");
        const std::size_t head = made.raw.find("\r\n\r\n") + 4;
        made.raw.resize(std::min(made.raw.size(), head + cut));
        return made;
    }

private slots:
    void initTestCase()
    {
        for (int i = 0; i < 300'000; ++i)
            m_blob += static_cast<char>(i * 7 + i / 251);
        m_digest = sha256(m_blob);
    }

    void aCutBodyGoesOnWhereItBrokeOff()
    {
        std::atomic<std::size_t> sent = 0;
        ScriptedServer server([&](const ServedRequest& request) {
            auto answer = ranged(request, 70'000);
            sent += answer.raw.size() - answer.raw.find("\r\n\r\n") - 4;
            answer.reset = sent > 200'000;
            return answer;
        });
        const Got got = fetch(server);
        QVERIFY2(got.status.has_value(), message(got.status).c_str());
        QVERIFY(got.bytes == m_blob);
        QVERIFY2(sent < m_blob.size() + 70'000, "no byte is fetched twice, but for what a reset took away");
        QVERIFY(got.pauses >= 4);
    }

    void aServerWithoutRangesIsReadAgain()
    {
        std::atomic<int> asked = 0;
        ScriptedServer server([&](const ServedRequest&) {
            auto answer = ScriptedServer::answer(200, m_blob);
            if (++asked < 3)
                answer.raw.resize(static_cast<std::size_t>(asked) * 50'000);
            return answer;
        });
        const Got got = fetch(server);
        QVERIFY2(got.status.has_value(), message(got.status).c_str());
        QVERIFY(got.bytes == m_blob);
    }

    void anotherRangeIsRefused()
    {
        ScriptedServer server([&](const ServedRequest& request) {
            if (request.header("range").empty())
                return ranged(request, 1000);
            return ScriptedServer::answer(206, m_blob.substr(5000), "Content-Range: bytes 5000-299999/300000\r\n");
        });
        const Got got = fetch(server);
        QVERIFY2(message(got.status).find("another range") != std::string::npos, message(got.status).c_str());
    }

    void wrongLengthsAreNoticed()
    {
        ScriptedServer server([&](const ServedRequest&) { return ScriptedServer::answer(200, m_blob); });
        QVERIFY(message(fetch(server, {}, 1000).status).find("longer than the 1000 bytes") != std::string::npos);
        QVERIFY(message(fetch(server, {}, 400'000).status).find("unexpected EOF") != std::string::npos);
        QVERIFY(fetch(server, {}, 0).status.has_value());
        ScriptedServer liar([&](const ServedRequest&) {
            return ServedAnswer{"HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775808\r\nConnection: close\r\n\r\n" + m_blob, 0ms, false};
        });
        QVERIFY(fetch(liar).bytes == m_blob); // a length that is no number counts for nothing: the connection's end does
    }

    void failuresAreTriedAgainFiveTimes()
    {
        std::atomic<int> asked = 0;
        ScriptedServer server([&](const ServedRequest&) -> ServedAnswer {
            switch (++asked) {
            case 1:
                return ScriptedServer::answer(500, "");
            case 2:
                return ScriptedServer::answer(502, "");
            case 3:
                return ScriptedServer::answer(503, "", "Retry-After: 1\r\n");
            case 4:
                return {{}, 0ms, true};
            default:
                return ScriptedServer::answer(200, m_blob);
            }
        });
        QElapsedTimer timer;
        timer.start();
        const Got got = fetch(server);
        QVERIFY2(got.status.has_value(), message(got.status).c_str());
        QCOMPARE(got.pauses, 4);
        QVERIFY2(timer.elapsed() >= 1000, "Retry-After was honoured");
        QVERIFY(got.bytes == m_blob);

        ScriptedServer broken([](const ServedRequest&) { return ScriptedServer::answer(503, ""); });
        const Got never = fetch(broken);
        QVERIFY2(message(never.status).find("received unexpected HTTP status: 503 Service Unavailable") != std::string::npos,
                 message(never.status).c_str());
        QCOMPARE(broken.count("/blobs/"), 5);
    }

    void aStopIsHeardAtOnce_data()
    {
        QTest::addColumn<bool>("silent");
        QTest::newRow("a server that says nothing") << true;
        QTest::newRow("a long pause") << false;
    }
    void aStopIsHeardAtOnce()
    {
        QFETCH(bool, silent);
        ScriptedServer server([&](const ServedRequest&) {
            if (silent)
                return ServedAnswer{"HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\nbegin", 10s, false};
            return ScriptedServer::answer(429, "", "Retry-After: 30\r\n");
        });
        std::stop_source stop;
        std::jthread later([&] {
            std::this_thread::sleep_for(200ms);
            stop.request_stop();
        });
        QElapsedTimer timer;
        timer.start();
        const Got got = fetch(server, {}, -1, stop.get_token());
        QCOMPARE(got.status.error().kind, ErrorKind::Cancelled);
        QVERIFY(timer.elapsed() < 1500);
    }

    void tokensAreAskedForWithTheCredentials()
    {
        ScriptedServer tokens([](const ServedRequest& request) {
            const bool known = request.header("authorization") == "Basic " + QByteArray("sailor:secret").toBase64().toStdString();
            return known ? ScriptedServer::answer(200, R"({"token":"given"})") : ScriptedServer::answer(401, "{}");
        });
        ScriptedServer registry([&](const ServedRequest& request) {
            if (request.header("authorization") == "Bearer given")
                return ScriptedServer::answer(200, m_blob);
            return ScriptedServer::answer(401, "{}", "WWW-Authenticate: Bearer realm=\"http://" + tokens.host()
                                                         + "/token\",service=\"here\",scope=\"repository:team/app:pull\"\r\n");
        });
        const Got got = fetch(registry, {"sailor", "secret", {}, {}});
        QVERIFY2(got.status.has_value(), message(got.status).c_str());
        QVERIFY(tokens.count("/token?service=here&scope=repository%3Ateam%2Fapp%3Apull") == 1);
        for (const ServedRequest& request : registry.requests())
            QVERIFY2(!request.header("authorization").starts_with("Basic"), "the password is for the token service only");
        const Got wrong = fetch(registry, {"sailor", "wrong", {}, {}});
        QCOMPARE(message(wrong.status), std::string("unauthorized: incorrect username or password"));
    }

    void identityTokensAreExchanged()
    {
        ScriptedServer tokens([](const ServedRequest& request) {
            const bool good = request.method == "POST" && request.body.find("grant_type=refresh_token") != std::string::npos
                              && request.body.find("refresh_token=long-lived") != std::string::npos;
            return good ? ScriptedServer::answer(200, R"({"access_token":"given"})") : ScriptedServer::answer(401, "{}");
        });
        ScriptedServer registry([&](const ServedRequest& request) {
            return request.header("authorization") == "Bearer given"
                       ? ScriptedServer::answer(200, m_blob)
                       : ScriptedServer::answer(401, "{}", "WWW-Authenticate: Bearer realm=\"http://" + tokens.host() + "/token\",service=\"here\"\r\n");
        });
        const Got got = fetch(registry, {{}, {}, "long-lived", {}});
        QVERIFY2(got.status.has_value(), message(got.status).c_str());
    }

    void anEndless401Ends()
    {
        ScriptedServer registry([](const ServedRequest&) { return ScriptedServer::answer(401, "{}", "WWW-Authenticate: Basic realm=\"x\"\r\n"); });
        QVERIFY(!fetch(registry, {"sailor", "secret", {}, {}}).status);
        QCOMPARE(registry.count("/blobs/"), 2);
        QVERIFY(message(fetch(registry).status).ends_with("no basic auth credentials"));
    }

    void anExpiredTokenIsRenewed()
    {
        std::atomic<int> given = 0;
        ScriptedServer tokens([&](const ServedRequest&) { return ScriptedServer::answer(200, "{\"token\":\"" + std::to_string(++given) + "\"}"); });
        ScriptedServer registry([&](const ServedRequest& request) {
            const bool first = request.header("range").empty();
            if (request.header("authorization") != (first ? "Bearer 1" : "Bearer 2"))
                return ScriptedServer::answer(401, "{}", "WWW-Authenticate: Bearer realm=\"http://" + tokens.host() + "/token\",service=\"here\"\r\n");
            return ranged(request, first ? 100'000 : m_blob.size());
        });
        const Got got = fetch(registry);
        QVERIFY2(got.status.has_value(), message(got.status).c_str());
        QVERIFY(got.bytes == m_blob);
    }

    void redirectsDoNotCarryTheCredentials_data()
    {
        QTest::addColumn<bool>("bearer");
        QTest::newRow("basic") << false;
        QTest::newRow("bearer") << true;
    }
    void redirectsDoNotCarryTheCredentials()
    {
        QFETCH(bool, bearer);
        ScriptedServer samePort([&](const ServedRequest&) { return ScriptedServer::answer(200, m_blob); });
        ScriptedServer otherHost([&](const ServedRequest&) { return ScriptedServer::answer(200, m_blob); }, "127.0.0.2");
        for (const ScriptedServer* storage : {&samePort, &otherHost}) {
            ScriptedServer registry([&](const ServedRequest& request) {
                if (!request.header("authorization").empty())
                    return ScriptedServer::answer(307, "", "Location: http://" + storage->host() + "/storage\r\n");
                return ScriptedServer::answer(401, "{}", "WWW-Authenticate: Basic realm=\"x\"\r\n");
            });
            ScriptedServer tokens([](const ServedRequest&) { return ScriptedServer::answer(200, R"({"token":"given"})"); });
            ScriptedServer bearing([&](const ServedRequest& request) {
                if (!request.header("authorization").empty())
                    return ScriptedServer::answer(307, "", "Location: http://" + storage->host() + "/storage\r\n");
                return ScriptedServer::answer(401, "{}", "WWW-Authenticate: Bearer realm=\"http://" + tokens.host() + "/\"\r\n");
            });
            const Got got = fetch(bearer ? bearing : registry, {"sailor", "secret", {}, {}});
            QVERIFY2(got.status.has_value(), message(got.status).c_str());
            QCOMPARE(storage->count("/storage"), 1);
            QCOMPARE(storage->requests().front().header("authorization"), std::string());
        }
    }

    void oddRedirectsAreRefused_data()
    {
        QTest::addColumn<QString>("location");
        QTest::newRow("loop") << "/v2/team/app/blobs/again";
        QTest::newRow("file") << "file:///etc/passwd";
        QTest::newRow("unix socket") << "unix:///run/docker.sock";
        QTest::newRow("gopher") << "gopher://127.0.0.1/";
    }
    void oddRedirectsAreRefused()
    {
        QFETCH(QString, location);
        ScriptedServer server([&](const ServedRequest&) { return ScriptedServer::answer(307, "", "Location: " + location.toStdString() + "\r\n"); });
        const Got got = fetch(server);
        QVERIFY(!got.status);
        QVERIFY(got.bytes.empty());
        QVERIFY(server.requests().size() <= 15);
    }

    void words_data()
    {
        QTest::addColumn<int>("status");
        QTest::addColumn<QString>("body");
        QTest::addColumn<QString>("words");
        const auto document = [](const char* code, const char* text) { return QString(R"({"errors":[{"code":"%1","message":"%2"}]})").arg(code, text); };
        QTest::newRow("manifest") << 404 << document("MANIFEST_UNKNOWN", "manifest unknown") << "manifest for app:v1 not found: manifest unknown: manifest unknown";
        QTest::newRow("name") << 404 << document("NAME_UNKNOWN", "repository name not known to registry")
                              << "repository app not found: name unknown: repository name not known to registry";
        QTest::newRow("denied") << 403 << document("DENIED", "requested access to the resource is denied")
                                << "pull access denied for app, repository does not exist or may require 'docker login': denied: requested "
                                   "access to the resource is denied";
        QTest::newRow("too many") << 429 << document("TOOMANYREQUESTS", "You have reached your pull rate limit")
                                  << "toomanyrequests: You have reached your pull rate limit";
        QTest::newRow("html") << 404 << "<html>" << "manifest for app:v1 not found: manifest unknown: manifest unknown";
        QTest::newRow("teapot") << 418 << "" << "pulling app:v1: received unexpected HTTP status: 418";
    }
    void words()
    {
        QFETCH(int, status);
        QFETCH(QString, body);
        QFETCH(QString, words);
        ScriptedServer server([&](const ServedRequest&) { return ScriptedServer::answer(status, body.toStdString()); });
        RegistryClient client(server.host(), {}, {});
        client.setFirstPause(1ms);
        const auto manifest = client.manifest("app", "v1", "app:v1", {});
        QVERIFY(!manifest);
        QCOMPARE(QString::fromStdString(manifest.error().message), words);
    }

    void aHugeManifestIsRefused()
    {
        ScriptedServer server([](const ServedRequest&) { return ScriptedServer::answer(200, std::string(9 << 20, ' ')); });
        const auto manifest = RegistryClient(server.host(), {}, {}).manifest("app", "v1", "app:v1", {});
        QVERIFY(!manifest);
        QCOMPARE(manifest.error().kind, ErrorKind::InvalidArgument);
        QVERIFY2(manifest.error().message.find("larger than 8 MiB") != std::string::npos, manifest.error().message.c_str());
    }

    void unreachableIsSaidAsDockerdSaysIt()
    {
        std::string host;
        {
            ScriptedServer gone([](const ServedRequest&) { return ServedAnswer(); });
            host = gone.host();
        }
        const auto manifest = RegistryClient(host, {}, {}).manifest("app", "v1", "app:v1", {});
        QVERIFY(!manifest);
        QCOMPARE(manifest.error().message, "Get \"http://" + host + "/v2/\": dial tcp " + host + ": connect: connection refused");
    }
};

QTEST_APPLESS_MAIN(TestRegistryClient)
#include "tst_registry_client.moc"
