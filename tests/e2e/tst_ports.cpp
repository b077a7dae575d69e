// SPDX-License-Identifier: GPL-3.0-or-later
#include <QDir>
#include <QFile>
#include <QRandomGenerator>
#include <QTcpSocket>
#include <QTest>
#include <QUdpSocket>

#include "support/engine_process.h"

using namespace slipway::test;

// Published ports and the way out, from the host's side of the network.
class TestPorts : public QObject
{
    Q_OBJECT

    EngineProcess m_engine;
    QProcess m_hostServer;
    // The machine's own programs inside the container: busybox has no echo server.
    const QStringList m_tools{"-v", "/usr:/usr:ro", "-v", "/lib:/lib:ro", "-v", "/lib64:/lib64:ro"};

    QString serve(const QString& name, const QStringList& options, const QStringList& command)
    {
        const Output started = m_engine.docker(QStringList{"run", "-d", "--name", name} + options + m_tools +
                                               QStringList{"busybox"} + command);
        return started.code == 0 ? QString() : QString::fromUtf8(started.err);
    }
    quint16 hostPort(const QString& name, const QString& port)
    {
        return m_engine.docker({"port", name, port}).out.split('\n').at(0).split(':').last().toUShort();
    }
    static bool accepts(quint16 port, const QString& address = "127.0.0.1")
    {
        QTcpSocket socket;
        socket.connectToHost(address, port);
        return socket.waitForConnected(2000);
    }
    static QByteArray line(quint16 port, const QByteArray& text, const QString& address = "127.0.0.1")
    {
        QTcpSocket socket;
        socket.connectToHost(address, port);
        socket.write(text + "\n");
        QByteArray answer;
        while (!answer.endsWith('\n') && socket.waitForReadyRead(3000))
            answer += socket.readAll();
        return answer.trimmed();
    }

private slots:
    void initTestCase()
    {
        // An address that only the host has.
        const Output made = slipway::test::run("sh", {"-c", "ip link add hostside type veth peer name otherside && ip addr add 10.77.0.1/24 dev "
                                               "hostside && ip link set hostside up && ip link set otherside up"});
        QVERIFY2(made.code == 0, made.err.constData());
        QVERIFY2(m_engine.start(), m_engine.errors().constData());
        QDir().mkdir(m_engine.folder() + "/www");
        QFile page(m_engine.folder() + "/www/page");
        QVERIFY(page.open(QFile::WriteOnly));
        page.write("from the host\n");
        m_hostServer.start("busybox", {"httpd", "-f", "-p", "10.77.0.1:8090", "-h", m_engine.folder() + "/www"});
        const Output imported = m_engine.importBusybox();
        QVERIFY2(imported.code == 0, imported.err.constData());
    }

    void cleanup() { m_engine.removeContainers(); }

    void outward()
    {
        const Output fetched =
            m_engine.docker({"run", "--rm", "busybox", "wget", "-qO-", "-T", "5", "http://10.77.0.1:8090/page"});
        QVERIFY2(fetched.out == "from the host\n", fetched.err.constData());
    }

    void page()
    {
        const QString failed = serve("web", {"-p", "127.0.0.1::80"},
                                     {"sh", "-c", "mkdir /www; echo page > /www/index.html; exec httpd -f -p 80 -h /www"});
        QVERIFY2(failed.isEmpty(), qPrintable(failed));
        const quint16 port = hostPort("web", "80/tcp");
        QVERIFY(port >= 1024);
        const auto fetch = [&] {
            return slipway::test::run("curl", {"-s", "-m", "5", QString("http://127.0.0.1:%1/").arg(port)}).out;
        };
        EVENTUALLY_COMPARE(fetch(), QByteArray("page\n"));
        QVERIFY2(!accepts(port, "10.77.0.1"), "published on 127.0.0.1 only");
        m_engine.killHard();
        QCOMPARE(fetch(), QByteArray("page\n"));
        QVERIFY2(m_engine.start(), m_engine.errors().constData());
        QCOMPARE(fetch(), QByteArray("page\n"));
        QCOMPARE(hostPort("web", "80/tcp"), port);
        QCOMPARE(m_engine.docker({"restart", "-t", "0", "web"}).code, 0);
        const quint16 again = hostPort("web", "80/tcp");
        EVENTUALLY_COMPARE(slipway::test::run("curl", {"-s", "-m", "5", QString("http://127.0.0.1:%1/").arg(again)}).out, QByteArray("page\n"));
        QCOMPARE(m_engine.docker({"rm", "-f", "web"}).code, 0);
        EVENTUALLY_VERIFY(!accepts(again));
    }

    // Five megabytes each way at once, and the half-close that says where they end.
    void manyBytesBothWays()
    {
        const QString failed = serve("echo", {"-p", "127.0.0.1:17007:7"}, {"/usr/bin/socat", "TCP-LISTEN:7,fork,reuseaddr", "EXEC:cat"});
        QVERIFY2(failed.isEmpty(), qPrintable(failed));
        EVENTUALLY_COMPARE(line(17007, "ready"), QByteArray("ready"));
        QByteArray data(5'000'000, Qt::Uninitialized);
        QRandomGenerator::global()->generate(data.begin(), data.end());
        const Output echoed = slipway::test::run("socat", {"-t", "20", "-", "TCP:127.0.0.1:17007"}, data, 40000);
        QVERIFY2(echoed.code == 0, echoed.err.constData());
        QCOMPARE(echoed.out.size(), data.size());
        QVERIFY(echoed.out == data);
    }

    void manyConnections()
    {
        const QString failed = serve("many", {"-p", "127.0.0.1:17008:7"}, {"/usr/bin/socat", "TCP-LISTEN:7,fork,reuseaddr,backlog=128", "EXEC:cat"});
        QVERIFY2(failed.isEmpty(), qPrintable(failed));
        EVENTUALLY_COMPARE(line(17008, "ready"), QByteArray("ready"));
        std::vector<std::unique_ptr<QTcpSocket>> sockets;
        for (int i = 0; i < 60; ++i) {
            sockets.push_back(std::make_unique<QTcpSocket>());
            sockets.back()->connectToHost("127.0.0.1", 17008);
            sockets.back()->write("hello " + QByteArray::number(i) + "\n");
        }
        for (int i = 0; i < 60; ++i) {
            QTcpSocket& socket = *sockets[static_cast<std::size_t>(i)];
            QByteArray answer;
            while (!answer.endsWith('\n') && socket.waitForReadyRead(10000))
                answer += socket.readAll();
            QCOMPARE(answer, "hello " + QByteArray::number(i) + "\n");
        }
    }

    void udp()
    {
        const QString failed = serve("dgram", {"-p", "127.0.0.1:17009:9/udp"}, {"/usr/bin/socat", "UDP-LISTEN:9,fork", "PIPE"});
        QVERIFY2(failed.isEmpty(), qPrintable(failed));
        QCOMPARE(hostPort("dgram", "9/udp"), quint16(17009));
        for (const QByteArray text : {"one", "two"}) { // two clients
            QUdpSocket socket;
            const auto answered = [&] {
                socket.writeDatagram(text, QHostAddress("127.0.0.1"), 17009);
                return socket.waitForReadyRead(200);
            };
            EVENTUALLY_VERIFY(answered());
            QHostAddress from;
            quint16 port = 0;
            QByteArray answer(64, '\0');
            answer.resize(socket.readDatagram(answer.data(), answer.size(), &from, &port));
            QCOMPARE(answer, text);
            QCOMPARE(from.toIPv4Address(), QHostAddress("127.0.0.1").toIPv4Address());
            QCOMPARE(port, quint16(17009));
        }
    }

    // Without an address, a port is published on IPv6 as well, and stays so when the engine dies.
    void onIpv6()
    {
        const QString failed = serve("six", {"-p", "17020:7", "-p", "17021:9/udp", "-p", "[::1]:17022:7"},
                                     {"sh", "-c", "/usr/bin/socat TCP-LISTEN:7,fork,reuseaddr EXEC:cat & exec /usr/bin/socat UDP-LISTEN:9,fork PIPE"});
        QVERIFY2(failed.isEmpty(), qPrintable(failed));
        QCOMPARE(m_engine.docker({"port", "six", "7"}).out.trimmed().split('\n').size(), 3);
        EVENTUALLY_COMPARE(line(17020, "four", "127.0.0.1"), QByteArray("four"));
        EVENTUALLY_COMPARE(line(17020, "six", "::1"), QByteArray("six"));
        m_engine.killHard();
        QCOMPARE(line(17020, "alone", "::1"), QByteArray("alone"));
        QCOMPARE(line(17022, "one address", "::1"), QByteArray("one address"));
        QUdpSocket socket;
        const auto answered = [&] {
            socket.writeDatagram("dgram", QHostAddress("::1"), 17021);
            return socket.waitForReadyRead(200);
        };
        EVENTUALLY_VERIFY(answered());
        QHostAddress from;
        QByteArray answer(64, '\0');
        answer.resize(socket.readDatagram(answer.data(), answer.size(), &from));
        QCOMPARE(answer, QByteArray("dgram"));
        QCOMPARE(from, QHostAddress("::1"));
        QVERIFY2(m_engine.start(), m_engine.errors().constData());
        QCOMPARE(line(17020, "again", "::1"), QByteArray("again"));
        QVERIFY(serve("second", {"-p", "[::]:17020:80"}, {"sleep", "100"}).contains("port is already allocated"));
        QCOMPARE(m_engine.docker({"rm", "-f", "six"}).code, 0);
        EVENTUALLY_VERIFY(!accepts(17020, "::1"));
    }

    void firstFreeOfARange()
    {
        QVERIFY(serve("first", {"-p", "17030:80"}, {"sleep", "100"}).isEmpty());
        QVERIFY(serve("second", {"-p", "17030-17031:80"}, {"sleep", "100"}).isEmpty());
        QCOMPARE(hostPort("second", "80"), quint16(17031));
        QVERIFY(serve("third", {"-p", "17030-17031:80"}, {"sleep", "100"}).contains("port is already allocated"));
    }

    void otherContainersReachAPublishedPortByTheGateway()
    {
        const QString failed = serve("shown", {"-p", "17010:7"}, {"/usr/bin/socat", "TCP-LISTEN:7,fork,reuseaddr", "EXEC:cat"});
        QVERIFY2(failed.isEmpty(), qPrintable(failed));
        EVENTUALLY_COMPARE(line(17010, "ready"), QByteArray("ready"));
        const QByteArray gateway = m_engine.docker({"inspect", "-f", "{{.NetworkSettings.Gateway}}", "shown"}).out.trimmed();
        const Output asked = m_engine.docker({"run", "--rm", "busybox", "sh", "-c", "echo hi | busybox nc -w 2 " + gateway + " 17010"});
        QCOMPARE(asked.out, QByteArray("hi\n"));
    }

    void nobodyListensInside()
    {
        const QString failed = serve("deaf", {"-p", "127.0.0.1:17011:80"}, {"sleep", "100"});
        QVERIFY2(failed.isEmpty(), qPrintable(failed));
        const Output fetched = slipway::test::run("curl", {"-s", "-m", "5", "http://127.0.0.1:17011/"});
        QVERIFY2(fetched.code != 0 && fetched.code != 28, "refused or reset, not left waiting");
    }

    void takenPorts()
    {
        QVERIFY(serve("first", {"-p", "17012:80"}, {"sleep", "100"}).isEmpty());
        const QString second = serve("second", {"-p", "17012:80"}, {"sleep", "100"});
        QVERIFY2(second.contains("Bind for 0.0.0.0:17012 failed: port is already allocated"), qPrintable(second));
        QCOMPARE(m_engine.docker({"rm", "-f", "first"}).code, 0);
        QCOMPARE(m_engine.docker({"start", "second"}).code, 0);
        const QString other = serve("third", {"-p", "10.77.0.1:8090:80"}, {"sleep", "100"});
        QVERIFY2(other.contains("10.77.0.1:8090") && other.contains("address already in use"), qPrintable(other));
    }

    void privilegedPorts()
    {
        if (!m_engine.rootless())
            QSKIP("root may have any port");
        const QString failed = serve("low", {"-p", "80:80"}, {"sleep", "100"});
        QVERIFY2(failed.contains("cannot expose privileged port 80") && failed.contains("ip_unprivileged_port_start"), qPrintable(failed));
        QVERIFY(serve("low2", {"-p", "17013:80"}, {"sleep", "100"}).isEmpty());
    }

    void cleanupTestCase()
    {
        m_engine.stop();
        m_hostServer.kill();
        m_hostServer.waitForFinished();
        slipway::test::run("ip", {"link", "del", "hostside"});
    }
};

QTEST_GUILESS_MAIN(TestPorts)
#include "tst_ports.moc"
