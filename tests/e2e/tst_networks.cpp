// SPDX-License-Identifier: GPL-3.0-or-later
#include <QJsonObject>
#include <QTest>

#include "support/engine_process.h"

using namespace slipway::test;

// Networks made by the user: names, live changes, what goes where.
class TestNetworks : public QObject
{
    Q_OBJECT

    EngineProcess m_engine;

    QByteArray failed(const QStringList& arguments)
    {
        const Output output = m_engine.docker(arguments);
        return output.code == 0 ? QByteArray() : output.err;
    }
    QByteArray sleeper(const QString& name, const QStringList& options)
    {
        return failed(QStringList{"run", "-d", "--name", name} + options + QStringList{"busybox", "sleep", "1000"});
    }
    // The addresses that NAME has for CONTAINER.
    QByteArray lookUp(const QString& container, const QString& name)
    {
        const Output found = m_engine.docker({"exec", container, "nslookup", name});
        QByteArray addresses;
        bool answer = false; // the server comes first
        for (const QByteArray& line : found.out.split('\n')) {
            answer = answer || line.startsWith("Name:");
            if (answer && line.startsWith("Address"))
                addresses += line.mid(line.lastIndexOf(": ") + 2).trimmed() + ' ';
        }
        return addresses.trimmed();
    }
    QByteArray addressOf(const QString& container, const QString& network)
    {
        return m_engine.docker({"inspect", "-f", QString("{{(index .NetworkSettings.Networks \"%1\").IPAddress}}").arg(network), container}).out.trimmed();
    }

private slots:
    void initTestCase()
    {
        const QByteArray problem = m_engine.startWithBusybox();
        QVERIFY2(problem.isEmpty(), problem.constData());
    }
    void cleanup()
    {
        m_engine.removeContainers();
        m_engine.docker({"network", "prune", "-f"});
    }

    void names()
    {
        QVERIFY(failed({"network", "create", "shop"}).isEmpty());
        QCOMPARE(sleeper("db", {"--network", "shop", "--network-alias", "database", "--hostname", "dbhost"}), QByteArray());
        QCOMPARE(sleeper("web", {"--network", "shop"}), QByteArray());
        const QByteArray db = addressOf("db", "shop");
        QVERIFY(!db.isEmpty());
        for (const char* name : {"db", "database", "DB", "db.shop"})
            QCOMPARE(lookUp("web", name), db);
        QCOMPARE(m_engine.docker({"exec", "web", "ping", "-c1", "-W5", "database"}).code, 0);
        const QByteArray conf = m_engine.docker({"exec", "web", "cat", "/etc/resolv.conf"}).out;
        QVERIFY2(conf.startsWith("nameserver 127.0.0.11\n"), conf.constData());
        QVERIFY2(m_engine.docker({"exec", "web", "nslookup", QString(db)}).out.contains("db.shop"), "no reverse name");
    }

    // What is no question gets no answer or an error, and the next one is answered as before.
    void oddQuestions()
    {
        QVERIFY(failed({"network", "create", "odd"}).isEmpty());
        QCOMPARE(sleeper("db", {"--network", "odd"}), QByteArray());
        for (const char* text : {"x", "\\377\\377\\377\\377\\377\\377\\377\\377\\377\\377\\377\\377\\377\\377",
                                 "\\0\\1\\1\\0\\0\\1\\0\\0\\0\\0\\0\\0\\77abc", "\\0\\1\\1\\0\\0\\1\\0\\0\\0\\0\\0\\0\\300\\14\\0\\1\\0\\1"})
            m_engine.docker({"exec", "db", "sh", "-c", QString("printf '%1' | timeout 1 nc -u -w1 127.0.0.11 53").arg(text)});
        QCOMPARE(lookUp("db", "db"), addressOf("db", "odd"));
        const QByteArray byTcp = m_engine.docker({"exec", "db", "sh", "-c",
            "printf '\\0\\24\\22\\64\\1\\0\\0\\1\\0\\0\\0\\0\\0\\0\\2db\\0\\0\\1\\0\\1' | timeout 3 nc 127.0.0.11 53 | od -An -tu1"}).out.simplified();
        QVERIFY2(byTcp.endsWith("0 4 " + addressOf("db", "odd").replace('.', ' ')), byTcp.constData());
    }

    // Compose's network_mode "service:x".
    void joined()
    {
        QVERIFY(failed({"network", "create", "shared"}).isEmpty());
        QCOMPARE(sleeper("db", {"--network", "shared"}), QByteArray());
        QCOMPARE(sleeper("first", {"--network", "shared"}), QByteArray());
        QCOMPARE(sleeper("second", {"--network", "container:first"}), QByteArray());
        QCOMPARE(lookUp("second", "db"), addressOf("db", "shared"));
    }

    // Nobody's connection to its database may hang on the engine.
    void namesWithoutAnEngine()
    {
        QVERIFY(failed({"network", "create", "alone"}).isEmpty());
        QCOMPARE(sleeper("db", {"--network", "alone"}), QByteArray());
        QCOMPARE(failed({"run", "-d", "--name", "web", "--network", "alone", "busybox", "sh", "-c",
                         "while sleep 0.1; do nslookup db && echo found; done"}), QByteArray());
        EVENTUALLY_VERIFY(m_engine.docker({"logs", "web"}).out.contains("found"));
        m_engine.killHard();
        QTest::qWait(500);
        QVERIFY2(m_engine.start(), m_engine.errors().constData());
        const QByteArray log = m_engine.docker({"logs", "web"}).out + m_engine.docker({"logs", "web"}).err;
        QVERIFY2(!log.contains("SERVFAIL") && !log.contains("timed out") && !log.contains("NXDOMAIN"), log.constData());
        QCOMPARE(failed({"restart", "-t", "0", "db"}), QByteArray());
        QCOMPARE(lookUp("web", "db"), addressOf("db", "alone"));
        QCOMPARE(failed({"rename", "db", "store"}), QByteArray());
        QCOMPARE(lookUp("web", "store"), addressOf("store", "alone"));
        QCOMPARE(failed({"stop", "-t", "0", "store"}), QByteArray());
        QCOMPARE(lookUp("web", "store"), QByteArray());
    }

    void severalOfOneName()
    {
        QVERIFY(failed({"network", "create", "many"}).isEmpty());
        QCOMPARE(sleeper("a1", {"--network", "many", "--network-alias", "api"}), QByteArray());
        QCOMPARE(sleeper("a2", {"--network", "many", "--network-alias", "api"}), QByteArray());
        QCOMPARE(lookUp("a1", "api").split(' ').size(), 2);
    }

    void otherNetworksAreOthers()
    {
        QVERIFY(failed({"network", "create", "one"}).isEmpty());
        QVERIFY(failed({"network", "create", "two"}).isEmpty());
        QCOMPARE(sleeper("here", {"--network", "one"}), QByteArray());
        QCOMPARE(sleeper("there", {"--network", "two"}), QByteArray());
        QCOMPARE(lookUp("here", "there"), QByteArray());
        QCOMPARE(failed({"network", "connect", "--alias", "bridgehead", "one", "there"}), QByteArray());
        QCOMPARE(lookUp("here", "bridgehead"), addressOf("there", "one"));
        QCOMPARE(m_engine.docker({"exec", "here", "ping", "-c1", "-W5", "there"}).code, 0);
        QVERIFY(failed({"network", "connect", "one", "there"}).contains("already exists in network one"));
        QVERIFY(m_engine.docker({"exec", "there", "ip", "addr"}).out.contains("eth1"));
        m_engine.killHard();
        QVERIFY2(m_engine.start(), m_engine.errors().constData());
        QCOMPARE(lookUp("here", "there"), addressOf("there", "one"));
        QCOMPARE(failed({"network", "disconnect", "one", "there"}), QByteArray());
        QCOMPARE(lookUp("here", "there"), QByteArray());
        QVERIFY(!m_engine.docker({"exec", "there", "ip", "addr"}).out.contains("eth1"));
        QVERIFY(failed({"network", "disconnect", "one", "there"}).contains("is not connected to network one"));
    }

    // The classic order: run it, then think of the network.
    void fromTheDefaultBridge()
    {
        QVERIFY(failed({"network", "create", "late"}).isEmpty());
        QCOMPARE(sleeper("db", {"--network", "late"}), QByteArray());
        QCOMPARE(sleeper("web", {}), QByteArray());
        QCOMPARE(failed({"network", "connect", "late", "web"}), QByteArray());
        QCOMPARE(lookUp("web", "db"), addressOf("db", "late"));
        QCOMPARE(failed({"network", "disconnect", "bridge", "web"}), QByteArray());
        QVERIFY(m_engine.docker({"exec", "web", "ip", "route"}).out.contains("default via"));
        QCOMPARE(failed({"restart", "-t", "0", "web"}), QByteArray());
        QCOMPARE(addressOf("web", "bridge"), QByteArray());
        QCOMPARE(lookUp("web", "db"), addressOf("db", "late"));
    }

    // What one container calls another, whether that one runs yet or not; nobody else does.
    void links()
    {
        QCOMPARE(failed({"network", "create", "linked"}), QByteArray());
        QCOMPARE(failed({"create", "--name", "db", "--network", "linked", "busybox", "sleep", "1000"}), QByteArray());
        QCOMPARE(sleeper("web", {"--network", "linked", "--link", "db:store"}), QByteArray());
        QCOMPARE(lookUp("web", "store"), QByteArray());
        QCOMPARE(failed({"start", "db"}), QByteArray());
        QCOMPARE(lookUp("web", "store"), addressOf("db", "linked"));
        QCOMPARE(lookUp("db", "store"), QByteArray());
    }

    // Addresses, names, the way out and the walls between networks, all of them by IPv6.
    void ipv6()
    {
        QCOMPARE(failed({"network", "create", "--ipv6", "--subnet", "fd00:9::/64", "six"}), QByteArray());
        QCOMPARE(failed({"network", "create", "--ipv6", "--subnet", "fd00:a::/64", "other6"}), QByteArray());
        QCOMPARE(failed({"network", "create", "--internal", "--ipv6", "--subnet", "fd00:b::/64", "inside6"}), QByteArray());
        QCOMPARE(sleeper("a1", {"--network", "six", "--network-alias", "first", "--ip6", "fd00:9::77"}), QByteArray());
        QCOMPARE(sleeper("b1", {"--network", "six"}), QByteArray());
        QCOMPARE(sleeper("c1", {"--network", "other6"}), QByteArray());
        QCOMPARE(sleeper("d1", {"--network", "inside6"}), QByteArray());
        QVERIFY2(lookUp("b1", "first").contains("fd00:9::77"), lookUp("b1", "first").constData());
        QVERIFY2(m_engine.docker({"exec", "b1", "nslookup", "fd00:9::77"}).out.contains("a1.six"), "no reverse name");
        const auto reaches = [&](const QString& from, const QString& to) {
            return m_engine.docker({"exec", from, "ping", "-6", "-c1", "-W2", to}).code == 0;
        };
        QVERIFY(reaches("b1", "a1"));
        QVERIFY(reaches("a1", "fd00:9::1")); // the host
        const QByteArray c6 = m_engine.docker({"inspect", "-f", "{{.NetworkSettings.Networks.other6.GlobalIPv6Address}}", "c1"}).out.trimmed();
        QCOMPARE(c6, QByteArray("fd00:a::2"));
        QVERIFY2(!reaches("a1", c6), "networks are not apart");
        QVERIFY2(!reaches("d1", c6) && !reaches("c1", "fd00:b::2"), "an internal network is reached");
        QVERIFY(m_engine.docker({"exec", "d1", "ip", "-6", "route"}).out.indexOf("default") < 0);
        QVERIFY(failed({"run", "--rm", "--network", "six", "--ip6", "fd00:99::1", "busybox", "true"}).contains("no configured subnet"));
        m_engine.killHard();
        QVERIFY2(m_engine.start(), m_engine.errors().constData());
        QVERIFY(reaches("b1", "a1"));
        QVERIFY2(!reaches("a1", c6), "networks are not apart after the engine's restart");
        QCOMPARE(failed({"network", "connect", "other6", "a1"}), QByteArray());
        QVERIFY(reaches("a1", "c1"));
        QCOMPARE(failed({"network", "disconnect", "six", "a1"}), QByteArray());
        QVERIFY(m_engine.docker({"exec", "a1", "ip", "-6", "route"}).out.contains("default via fd00:a::1"));
    }

    // Whoever gets out by IPv6 does so with the host's address: nobody has a route back to fd00:9::.
    void ipv6WayOut()
    {
        if (m_engine.rootless())
            QSKIP("the way out is pasta's");
        using slipway::test::run;
        QCOMPARE(run("sh", {"-ec", "unshare -n sleep 60 & peer=$!; sleep 0.3; ip link add out6 type veth peer name in6 netns $peer; "
                                   "ip -6 addr add fd77::1/64 dev out6 nodad; ip link set out6 up; "
                                   "nsenter -t $peer -n sh -c 'ip -6 addr add fd77::2/64 dev in6 nodad; ip link set in6 up'"}).code, 0);
        QCOMPARE(failed({"network", "create", "--ipv6", "--subnet", "fd00:9::/64", "six"}), QByteArray());
        QCOMPARE(sleeper("a1", {"--network", "six"}), QByteArray());
        EVENTUALLY_VERIFY(m_engine.docker({"exec", "a1", "ping", "-6", "-c1", "-W2", "fd77::2"}).code == 0);
        run("ip", {"link", "del", "out6"});
    }

    // What another program takes away comes back, for IPv6 too, and until then nothing is let through that should not be.
    void ipv6RulesComeBack()
    {
        if (m_engine.rootless())
            QSKIP("the rules are in the router's namespace");
        QCOMPARE(failed({"network", "create", "--ipv6", "--subnet", "fd00:9::/64", "six"}), QByteArray());
        QCOMPARE(sleeper("a1", {"--network", "six"}), QByteArray());
        const auto rules = [] { return slipway::test::run("nft", {"list", "tables"}).out; };
        QVERIFY2(rules().contains("table ip6 slipway"), rules().constData());
        QCOMPARE(slipway::test::run("nft", {"flush", "ruleset"}).code, 0);
        EVENTUALLY_VERIFY(rules().contains("table ip6 slipway") && rules().contains("table ip slipway"));
    }

    // dockerd counts on: an interface never gets the name of one that was there before.
    void interfacesHaveNewNames()
    {
        QCOMPARE(failed({"network", "create", "again"}), QByteArray());
        QCOMPARE(sleeper("web", {}), QByteArray());
        QCOMPARE(failed({"network", "connect", "again", "web"}), QByteArray());
        QCOMPARE(failed({"network", "disconnect", "again", "web"}), QByteArray());
        QCOMPARE(failed({"network", "connect", "again", "web"}), QByteArray());
        QVERIFY(m_engine.docker({"exec", "web", "ip", "addr"}).out.contains("eth2"));
    }

    void stoppedContainers()
    {
        QVERIFY(failed({"network", "create", "other"}).isEmpty());
        QCOMPARE(failed({"create", "--name", "later", "busybox", "sleep", "1000"}), QByteArray());
        QCOMPARE(failed({"network", "connect", "other", "later"}), QByteArray());
        QCOMPARE(failed({"start", "later"}), QByteArray());
        QVERIFY(!addressOf("later", "other").isEmpty());
        QVERIFY(failed({"network", "rm", "other"}).contains("has active endpoints"));
        QVERIFY(failed({"network", "connect", "other", "nobody"}).contains("No such container: nobody"));
    }

    // A name server of the user's own: it is asked from inside the container, as with dockerd, and may have port 53.
    void otherNamesAreForwarded()
    {
        QVERIFY(failed({"network", "create", "dns"}).isEmpty());
        QCOMPARE(sleeper("db", {"--network", "dns"}), QByteArray());
        // Every name has the address 10.1.2.3 and no other.
        const QString program = "import socket\n"
                                "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
                                "s.bind(('', 53))\n"
                                "while True:\n"
                                "    q, who = s.recvfrom(512)\n"
                                "    four = q[-3] == 1\n"
                                "    a = bytes([192, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, 10, 1, 2, 3]) if four else b''\n"
                                "    s.sendto(q[:2] + bytes([129, 128, 0, 1, 0, 1 if four else 0, 0, 0, 0, 0]) + q[12:] + a, who)\n";
        QCOMPARE(failed({"run", "-d", "--name", "server", "--network", "dns", "-v", "/usr:/usr:ro", "-v", "/lib:/lib:ro", "-v",
                         "/lib64:/lib64:ro", "busybox", "/usr/bin/python3", "-c", program}), QByteArray());
        QCOMPARE(sleeper("web", {"--network", "dns", "--dns", addressOf("server", "dns")}), QByteArray());
        EVENTUALLY_COMPARE(lookUp("web", "far.example"), QByteArray("10.1.2.3"));
        QCOMPARE(lookUp("web", "db"), addressOf("db", "dns"));
        QVERIFY(failed({"network", "create", "--internal", "shut"}).isEmpty());
        QCOMPARE(sleeper("inmate", {"--network", "shut", "--dns", addressOf("server", "dns")}), QByteArray());
        const Output refused = m_engine.docker({"exec", "inmate", "nslookup", "far.example"});
        QVERIFY2((refused.out + refused.err).contains("SERVFAIL"), refused.out + refused.err);
    }
};

QTEST_GUILESS_MAIN(TestNetworks)
#include "tst_networks.moc"
