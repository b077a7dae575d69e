// SPDX-License-Identifier: GPL-3.0-or-later
#include <QJsonArray>
#include <QJsonObject>
#include <QRandomGenerator>
#include <QTest>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "support/engine_process.h"
#include "support/footprint.h"

using namespace slipway::test;

// Requests that somebody wants the engine to stumble over: good ones with bytes, lines, lengths and JSON values changed at
// random (SLIPWAY_HOSTILE=N of them, SLIPWAY_HOSTILE_SEED for others; a failure tells the request).
class TestHostileRequests : public QObject
{
    Q_OBJECT

    EngineProcess m_engine;
    QRandomGenerator m_random{qEnvironmentVariableIsSet("SLIPWAY_HOSTILE_SEED") ? quint32(qEnvironmentVariableIntValue("SLIPWAY_HOSTILE_SEED")) : 1u};
    const int m_count = qEnvironmentVariableIsSet("SLIPWAY_HOSTILE") ? qEnvironmentVariableIntValue("SLIPWAY_HOSTILE") : 400;

    int below(qsizetype limit) { return limit <= 0 ? 0 : int(m_random.bounded(quint32(limit))); }
    template <class List>
    auto any(const List& list) { return list[below(std::size(list))]; }

    static QByteArray request(const QByteArray& line, const QByteArray& body = {}, const QByteArray& headers = {}, const QByteArray& type = "application/json")
    {
        QByteArray text = line + " HTTP/1.1\r\nHost: d\r\n" + headers;
        if (!body.isEmpty())
            text += "Content-Type: " + type + "\r\nContent-Length: " + QByteArray::number(body.size()) + "\r\n";
        return text + "\r\n" + body;
    }

    // What comes to BYTES until the end of the connection, at most a second of it.
    QByteArray answerTo(const QByteArray& bytes) const
    {
        const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        qstrncpy(address.sun_path, m_engine.socketPath().toLocal8Bit().constData(), sizeof address.sun_path);
        if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
            ::close(fd);
            return "no connection";
        }
        QByteArray answer;
        qsizetype sent = 0;
        char piece[65536];
        for (const QDeadlineTimer deadline(1000); !deadline.hasExpired();) {
            pollfd ready{fd, short(sent < bytes.size() ? POLLIN | POLLOUT : POLLIN), 0};
            if (::poll(&ready, 1, int(deadline.remainingTime())) <= 0)
                break;
            if (ready.revents & POLLOUT) {
                const ssize_t went = ::send(fd, bytes.constData() + sent, std::size_t(bytes.size() - sent), MSG_NOSIGNAL | MSG_DONTWAIT);
                sent = went < 0 ? bytes.size() : sent + went;
                if (sent == bytes.size())
                    ::shutdown(fd, SHUT_WR);
            }
            if (ready.revents & (POLLIN | POLLHUP | POLLERR)) {
                const ssize_t got = ::recv(fd, piece, sizeof piece, MSG_DONTWAIT);
                if (got <= 0 && !(got < 0 && errno == EAGAIN))
                    break;
                answer.append(piece, std::max<ssize_t>(got, 0));
            }
        }
        ::close(fd);
        return answer;
    }

    QList<QByteArray> goodOnes() const
    {
        const QByteArray container = R"({"Image":"busybox","Cmd":["sleep","1"],"Env":["A=b"],"Labels":{"a":"b"},"ExposedPorts":{"80/tcp":{}},"Tty":false,)"
                                     R"("Healthcheck":{"Test":["CMD","true"],"Interval":1000000000},"StopTimeout":1,"HostConfig":{"Memory":33554432,)"
                                     R"("Binds":["vol:/v"],"PortBindings":{"80/tcp":[{"HostIp":"127.0.0.1","HostPort":"0"}]},"Ulimits":[{"Name":"nofile","Soft":10,"Hard":20}],)"
                                     R"("Mounts":[{"Type":"tmpfs","Target":"/t","TmpfsOptions":{"SizeBytes":1048576,"Mode":448}}],"RestartPolicy":{"Name":"no"},)"
                                     R"("ExtraHosts":["x:1.2.3.4"],"Dns":["1.1.1.1"],"CapAdd":["NET_ADMIN"],"Sysctls":{"net.ipv4.ip_forward":"1"},"LogConfig":{"Type":"json-file","Config":{"max-size":"1m"}}},)"
                                     R"("NetworkingConfig":{"EndpointsConfig":{"bridge":{"Aliases":["y"],"IPAMConfig":{"IPv4Address":"172.17.0.99"}}}}})";
        const QByteArray preface("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0\0\0\5\1\5\0\0\0\1\x82\x86\x84\x41\x01", 47);
        const QByteArray frames("\x81\x85\x01\x02\x03\x04\x69\x67\x6f\x68\x6e\x88\x80\x01\x02\x03\x04", 17);
        const QByteArray upgrade = "Connection: Upgrade\r\nUpgrade: tcp\r\n";
        return {
            request("GET /v1.45/containers/json?all=1&limit=2&filters=%7B%22status%22%3A%5B%22created%22%5D%7D"),
            request("POST /v1.45/containers/create?name=n1", container), request("POST /v1.45/containers/create", container),
            request("POST /v1.45/containers/web/update", R"({"Memory":67108864,"RestartPolicy":{"Name":"on-failure","MaximumRetryCount":2}})"),
            request("POST /v1.45/containers/web/exec", R"({"Cmd":["true"],"AttachStdout":true,"Env":["A=b"],"ConsoleSize":[10,20],"DetachKeys":"ctrl-a"})"),
            request("POST /v1.45/containers/web/rename?name=web2"), request("POST /v1.45/containers/web2/rename?name=web"),
            request("POST /v1.45/containers/web/kill?signal=SIGUSR1"), request("POST /v1.45/containers/web/resize?h=20&w=30"),
            request("GET /v1.45/containers/web/logs?stdout=1&tail=5&since=1.5&timestamps=1"), request("GET /v1.45/containers/web/stats?stream=0&one-shot=1"),
            request("GET /v1.45/containers/web/top?ps_args=-ef"), request("GET /v1.45/containers/web/archive?path=/etc/passwd"),
            request("PUT /v1.45/containers/web/archive?path=/tmp", tree(), {}, "application/x-tar"), request("HEAD /v1.45/containers/web/archive?path=/etc"),
            request("POST /v1.45/containers/web/attach?stream=1&stdin=1&stdout=1&detachKeys=ctrl-p", {}, upgrade) + "hello\n",
            request("GET /v1.45/containers/web/attach/ws?stream=1&stdout=1", {}, "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n") + frames,
            request("POST /v1.45/networks/create", R"({"Name":"net1","Driver":"bridge","IPAM":{"Config":[{"Subnet":"10.9.0.0/24","Gateway":"10.9.0.1","IPRange":"10.9.0.128/25"}]},"Options":{"com.docker.network.driver.mtu":"1400"},"EnableIPv6":false})"),
            request("POST /v1.45/networks/bridge/connect", R"({"Container":"web","EndpointConfig":{"Aliases":["z"],"IPAMConfig":{"IPv4Address":"10.9.0.5"}}})"),
            request("POST /v1.45/volumes/create", R"({"Name":"v1","Driver":"local","DriverOpts":{"type":"tmpfs","device":"tmpfs","o":"size=1m"},"Labels":{"a":"b"}})"),
            request("GET /v1.45/volumes?filters={%22dangling%22:[%22true%22]}"), request("GET /v1.45/images/json?all=1&digests=1"),
            request("GET /v1.45/images/busybox/history"), request("POST /v1.45/images/busybox/tag?repo=a/b&tag=c"), request("POST /v1.45/images/load?quiet=1", tree(), {}, "application/x-tar"),
            request("POST /v1.45/images/create?fromSrc=-&repo=imported&changes=CMD%20x", tree(), {}, "application/x-tar"),
            request("POST /v1.45/images/create?fromImage=127.0.0.1:1/a&tag=b", {}, "X-Registry-Auth: eyJ1c2VybmFtZSI6ImEiLCJwYXNzd29yZCI6ImIifQ==\r\n"),
            request("POST /v1.45/build?t=built&buildargs=%7B%22A%22%3A%22b%22%7D&labels=%7B%7D&nocache=1", tree(), {}, "application/x-tar"),
            request("POST /v1.45/commit?container=web&repo=committed&changes=ENV%20A=b", R"({"Cmd":["x"]})"), request("GET /v1.45/events?since=1&until=2&filters={}"),
            request("GET /v1.45/system/df?type=volume"), request("POST /v1.45/auth", R"({"username":"a","password":"b","serveraddress":"127.0.0.1:1"})"),
            request("GET /v1.45/distribution/127.0.0.1:1/x/json"), request("POST /grpc", {}, "Connection: Upgrade\r\nUpgrade: h2c\r\n") + preface,
            request("POST /session", {}, "Connection: Upgrade\r\nUpgrade: h2c\r\nX-Docker-Expose-Session-Uuid: abc\r\nX-Docker-Expose-Session-Name: n\r\n") + preface,
            request("GET /slipway/containers/web/metrics?seconds=60"), request("POST /slipway/volumes/v1/clone?to=v2", "{}"),
            "POST /v1.45/volumes/create HTTP/1.1\r\nHost: d\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n{\"Name\":\r\n5\r\n\"v3\"}\r\n0\r\n\r\n",
        };
    }

    QByteArray tree() const
    {
        static const QByteArray bytes = run("sh", {"-c", "mkdir -p /tmp/tree/d && cd /tmp/tree && printf 'FROM busybox\\nCOPY d /d\\nRUN true\\n' >Dockerfile && echo x >d/f && ln -sf f d/l && tar -c ."}).out;
        return bytes;
    }

    QByteArray oddValue()
    {
        static const QByteArray deep = QByteArray(100'000, '['), deepNames = QByteArray("{\"a\":").repeated(30'000), longText = '"' + QByteArray(200'000, 'x') + '"';
        const QByteArray values[] = {"null", "true", "0", "-1", "1e999", "99999999999999999999", "9223372036854775807", "-9223372036854775809", "0.5", "\"\"", "\"\\u0000\"",
                                     "\"\\ud800\"", "\"\xff\xfe\"", "\"../../..\"", "\"/\"", "\"\\n\"", "\"%s%n\"", "\"-1\"", "\"999999999999\"", "[]", "{}", "[[]]", "[null]",
                                     "{\"\":null}", "[1,\"a\",{}]", deep, deepNames, longText, "\"0.0.0.0/0\"", "\"::/0\"", "\"a:b:c:d:e\"", "nul", "\"", "}", "]"};
        return any(values);
    }

    // One of the JSON values of the body is another one.
    QByteArray withOddValue(QByteArray text)
    {
        const qsizetype body = text.indexOf("\r\n\r\n") + 4;
        QList<qsizetype> colons;
        for (qsizetype at = text.indexOf(':', body); at >= 0; at = text.indexOf(':', at + 1))
            colons << at;
        if (colons.isEmpty())
            return text;
        const qsizetype begin = any(colons) + 1;
        qsizetype end = begin, depth = 0;
        while (end < text.size() && !(depth == 0 && (text[end] == ',' || text[end] == '}' || text[end] == ']'))) {
            depth += text[end] == '{' || text[end] == '[' ? 1 : text[end] == '}' || text[end] == ']' ? -1 : 0;
            ++end;
        }
        QByteArray changed = text.mid(body, begin - body) + oddValue() + text.mid(end);
        QByteArray head = text.left(body);
        const qsizetype length = head.indexOf("Content-Length: ");
        if (length >= 0)
            head.replace(length, head.indexOf("\r\n", length) - length, "Content-Length: " + QByteArray::number(changed.size()));
        return head + changed;
    }

    QByteArray mutated(QByteArray text)
    {
        static const QByteArray longText(70'000, 'a'), veryLong(1'200'000, 'b');
        const QByteArray pieces[] = {"\r\n", "\n", "\0", " ", "%00", "%", "%zz", "/../", "//", "?", "&", "=", ":", "\r\nContent-Length: -1\r\n", "\r\nContent-Length: 18446744073709551615\r\n",
                                     "\r\nTransfer-Encoding: chunked\r\n", "\r\nExpect: 100-continue\r\n", "\r\nHost: e\r\n", "\r\nX: " + longText + "\r\n", longText, veryLong, "\r\nUpgrade: x\r\n",
                                     "\xff", "HTTP/9.9", "{\"", "\"}", "1e999", "-1", "ffffffffffffffff\r\n", "\r\n\r\n", "\x80"};
        for (int times = 1 + below(3); times > 0; --times) {
            const int at = below(text.size() + 1), length = below(1 + below(40));
            switch (below(7)) {
            case 0: text = withOddValue(text); break;
            case 1: text.insert(at, any(pieces)); break;
            case 2: text.remove(at, length); break;
            case 3: text.insert(at, text.mid(below(text.size()), length)); break;
            case 4: text.truncate(at); break;
            case 5:
                if (at < text.size())
                    text[at] = char(below(256));
                break;
            default: text = withOddValue(withOddValue(text));
            }
        }
        return text;
    }

    void clean() const
    {
        m_engine.removeContainers();
        for (const QJsonValue& network : m_engine.get("/networks").toArray())
            if (const QString name = network["Name"].toString(); !QStringList{"bridge", "host", "none"}.contains(name))
                (void)m_engine.api("DELETE", "/networks/" + network["Id"].toString());
        for (const QJsonValue& volume : m_engine.get("/volumes")["Volumes"].toArray())
            (void)m_engine.api("DELETE", "/volumes/" + volume["Name"].toString());
        for (const QString& image : QString::fromUtf8(m_engine.docker({"images", "-q", "--no-trunc"}).out).split('\n', Qt::SkipEmptyParts))
            if (!m_engine.docker({"inspect", "-f", "{{.RepoTags}}", image}).out.contains("busybox:latest"))
                (void)m_engine.docker({"rmi", "-f", image});
        (void)m_engine.docker({"rmi", "a/b:c"});
        (void)m_engine.api("POST", "/build/prune?all=1");
    }

private slots:
    void initTestCase()
    {
        QCOMPARE(m_engine.startWithBusybox(), QByteArray());
        QCOMPARE(m_engine.docker({"run", "--rm", "busybox", "true"}).code, 0);
    }

    // Else the rest proves nothing.
    void theGoodOnesAreGood()
    {
        QCOMPARE(m_engine.docker({"run", "-d", "--name", "web", "busybox", "sleep", "1000"}).code, 0);
        int good = 0, all = 0;
        for (const QByteArray& text : goodOnes()) {
            const QByteArray answer = answerTo(text);
            QVERIFY2(answer.startsWith("HTTP/1.1 "), text.left(300).constData());
            good += answer.mid(9, 1) < "4";
            ++all;
        }
        QVERIFY2(good * 4 > all * 3, qPrintable(QString("%1 of %2").arg(good).arg(all)));
    }

    void badOnesHarmNobody()
    {
        clean();
        const Footprint before(m_engine);
        const QList<QByteArray> good = goodOnes();
        int refused = 0, unanswered = 0;
        for (int i = 0; i < m_count; ++i) {
            if (i % 50 == 0) { // what goes on beside; whatever became of it
                (void)m_engine.docker({"rm", "-f", "web"});
                QCOMPARE(m_engine.docker({"run", "-d", "--name", "web", "busybox", "sleep", "1000"}).code, 0);
            }
            const QByteArray text = mutated(any(good));
            const QByteArray answer = answerTo(text);
            const QByteArray told = QByteArray::number(i) + ": " + text.left(3000) + "\n-> " + answer.left(1000);
            QVERIFY2(m_engine.pid() > 0, told.constData());
            unanswered += answer.isEmpty();
            if (!answer.isEmpty()) {
                QVERIFY2(answer.startsWith("HTTP/1.") && answer[8] == ' ' && answer[9] >= '1' && answer[9] <= '5', told.constData());
                QVERIFY2(!answer.contains("unexpected: "), told.constData()); // an exception that nobody had thought of
                refused += answer[9] == '4';
            }
            QVERIFY2(answerTo(request("GET /_ping", {}, "Connection: close\r\n")).endsWith("OK"), told.constData());
        }
        qInfo("%d requests, %d refused, %d without an answer", m_count, refused, unanswered);
        QVERIFY(refused * 4 > m_count);
        clean();
        EVENTUALLY_COMPARE(Footprint(m_engine).since(before), QString());
    }
};

QTEST_GUILESS_MAIN(TestHostileRequests)
#include "tst_hostile_requests.moc"
