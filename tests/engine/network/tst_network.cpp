// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>

#include <arpa/inet.h>
#include <fcntl.h>
#include <filesystem>
#include <poll.h>
#include <set>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/ids.h"
#include "events/event_bus.h"
#include "network/network_service.h"
#include "os/netlink.h"
#include "os/netns.h"
#include "os/nft.h"
#include "state/database.h"

using namespace slipway;

namespace
{
sockaddr_in to(const std::string& ip, int port)
{
    sockaddr_in a{};
    a.sin_family = AF_INET;
    a.sin_port = htons(static_cast<std::uint16_t>(port));
    ::inet_pton(AF_INET, ip.c_str(), &a.sin_addr);
    return a;
}

UniqueFd listenIn(int netns, int port, const std::string& ip = "0.0.0.0")
{
    UniqueFd fd;
    (void)runInNetns(netns, [&]() -> Status {
        fd.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        const int on = 1;
        ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        const auto a = to(ip, port);
        if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&a), sizeof a) != 0 || ::listen(fd.get(), 16) != 0)
            fd.reset();
        return {};
    });
    return fd;
}

// Whether a TCP connection from NETNS to IP:PORT arrives at LISTENER.
bool reaches(int netns, const std::string& ip, int port, const UniqueFd& listener, int limitMs = 3000)
{
    UniqueFd fd;
    (void)runInNetns(netns, [&]() -> Status {
        fd.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        const timeval limit{limitMs / 1000, limitMs % 1000 * 1000};
        ::setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
        const auto a = to(ip, port);
        if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&a), sizeof a) != 0)
            fd.reset();
        return {};
    });
    if (!fd)
        return false;
    pollfd ready{listener.get(), POLLIN, 0};
    (void)::poll(&ready, 1, 400);
    const UniqueFd accepted(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
    return static_cast<bool>(accepted);
}

bool blocked(int netns, const std::string& ip, int port, const UniqueFd& listener)
{
    return !reaches(netns, ip, port, listener, 300);
}

std::vector<Netlink::Link> links(Netlink& netlink)
{
    auto all = netlink.links();
    return all ? std::move(*all) : std::vector<Netlink::Link>{};
}

std::string state()
{
    std::string text;
    auto link = Netlink::open();
    for (const auto& l : links(*link))
        text += l.name + "/" + std::to_string(l.master) + " ";
    return text + Nft::open()->run("list ruleset").value();
}
} // namespace

class TestNetwork : public QObject
{
    Q_OBJECT

    QTemporaryDir m_dir;
    std::unique_ptr<Database> m_db;
    EventBus m_events;
    std::unique_ptr<NetworkService> m_service;

    EndpointRequest request(const std::string& name)
    {
        EndpointRequest r;
        r.containerId = name + std::string(64 - name.size(), 'f');
        r.containerName = name;
        return r;
    }
    Result<NetworkSandbox> up(const std::string& name, const std::vector<PortBinding>& ports = {},
                              const std::string& network = "bridge")
    {
        return m_service->setUp({{network, request(name)}}, ports);
    }
    void down(const std::string& name) { QVERIFY(m_service->tearDown(request(name).containerId)); }

private slots:
    void initTestCase()
    {
        if (::geteuid() != 0)
            QSKIP("needs root in namespaces of its own");
    }
    void init()
    {
        m_db = Database::open((m_dir.path() + "/" + QString::fromStdString(randomId()) + ".db").toStdString()).value();
        m_service = std::make_unique<NetworkService>(*m_db, m_events, NetworkService::Settings{});
        QVERIFY(m_service->init());
    }
    void cleanup()
    {
        QVERIFY(m_service->restore({}));
        m_service.reset();
        auto link = Netlink::open();
        for (const auto& l : links(*link))
            if (l.name != "lo")
                (void)link->removeLink(l.index);
    }

    void predefined()
    {
        const auto bridge = m_service->get("bridge");
        QVERIFY(bridge);
        QCOMPARE(bridge->pools.at(0).subnet, std::string("172.17.0.0/16"));
        QCOMPARE(bridge->pools.at(0).gateway, std::string("172.17.0.1"));
        QVERIFY(m_service->get("host") && m_service->get("none"));
        QCOMPARE(m_service->get("nope").error().message, std::string("network nope not found"));
        QCOMPARE(m_service->remove("bridge").error().message,
                 std::string("bridge is a pre-defined network and cannot be removed"));
    }
    void twoContainersTalk()
    {
        const auto a = up("a");
        QVERIFY2(a, a ? "" : a.error().message.c_str());
        const auto b = up("b");
        QVERIFY(b);
        QCOMPARE(a->endpoints.at(0).ipv4, std::string("172.17.0.2"));
        QCOMPARE(a->endpoints.at(0).mac, std::string("02:42:ac:11:00:02"));
        QCOMPARE(b->endpoints.at(0).ipv4, std::string("172.17.0.3"));
        const auto server = listenIn(b->netns.get(), 80);
        QVERIFY(reaches(a->netns.get(), "172.17.0.3", 80, server));
        QVERIFY(reaches(-1, "172.17.0.3", 80, server));
        const auto host = listenIn(-1, 9000);
        QVERIFY(reaches(a->netns.get(), "172.17.0.1", 9000, host));
        const auto lo = listenIn(a->netns.get(), 81, "127.0.0.1");
        QVERIFY(reaches(a->netns.get(), "127.0.0.1", 81, lo));
        down("a");
        down("b");
    }
    void bridgeOfAnEarlierEngine()
    {
        auto link = Netlink::open();
        QVERIFY(link->addBridge("slipway0", MacAddress{2, 0x42, 0xac, 0x11, 0, 1}));
        QVERIFY(link->addAddress(*link->linkIndex("slipway0"), *IpPrefix::parse("172.17.0.1/16")));
        m_db = Database::open((m_dir.path() + "/fresh.db").toStdString()).value();
        m_service = std::make_unique<NetworkService>(*m_db, m_events, NetworkService::Settings{});
        QVERIFY(m_service->init());
        const auto a = up("a", {{"127.0.0.1", 8080, 80, "tcp"}});
        QVERIFY2(a, a ? "" : a.error().message.c_str());
        const auto server = listenIn(a->netns.get(), 80);
        QVERIFY(reaches(-1, a->endpoints.at(0).ipv4, 80, server));
        QVERIFY(reaches(-1, "127.0.0.1", 8080, server));
        down("a");
    }
    void publishedPort()
    {
        const auto a = up("a", {{"", 8080, 80, "tcp"}, {"127.0.0.1", 8081, 80, "tcp"}, {"", 0, 80, "tcp"}});
        QVERIFY2(a, a ? "" : a.error().message.c_str());
        QCOMPARE(a->portHolders.size(), std::size_t(5)); // what has no address of its own: on IPv4 and IPv6
        QCOMPARE(a->ports.at(1).hostIp, std::string("::"));
        QCOMPARE(a->forwards.size(), std::size_t(2)); // those on IPv6
        QVERIFY(a->ports.at(3).hostPort >= 32768);
        QCOMPARE(a->ports.at(4).hostPort, a->ports.at(3).hostPort);
        const auto server = listenIn(a->netns.get(), 80);
        QVERIFY(reaches(-1, "127.0.0.1", 8080, server));
        QVERIFY(reaches(-1, "127.0.0.1", 8081, server));
        QVERIFY(reaches(-1, "127.0.0.1", a->ports.at(3).hostPort, server));

        auto lan = makeNetns();
        QVERIFY(lan);
        auto link = Netlink::open();
        auto inside = Netlink::open(lan->get());
        QVERIFY(link->addVeth({"lan0", 0, "lan1", lan->get(), {}}));
        QVERIFY(link->addAddress(*link->linkIndex("lan0"), *IpPrefix::parse("10.9.0.1/24")));
        QVERIFY(inside->addAddress(*inside->linkIndex("lan1"), *IpPrefix::parse("10.9.0.2/24")));
        QVERIFY(inside->setLinkUp(*inside->linkIndex("lan1")));
        QVERIFY(inside->addDefaultRoute(*IpAddress::parse("10.9.0.1"), *inside->linkIndex("lan1")));
        QVERIFY(reaches(lan->get(), "10.9.0.1", 8080, server));
        QVERIFY2(blocked(lan->get(), "10.9.0.1", 8081, server), "bound to 127.0.0.1 only");
        QVERIFY2(blocked(lan->get(), "172.17.0.2", 80, server), "not published address");
        QVERIFY2(reaches(-1, "10.9.0.1", 8080, server), "own address, locally");

        const auto lanServer = listenIn(lan->get(), 7000);
        QVERIFY2(reaches(a->netns.get(), "10.9.0.2", 7000, lanServer), "a container's way out");
        const auto b = up("b");
        QVERIFY2(reaches(b->netns.get(), "10.9.0.1", 8080, server), "from another container by the host's address");
        QVERIFY2(reaches(a->netns.get(), "10.9.0.1", 8080, server), "hairpin to itself");
        const auto local = listenIn(-1, 7001, "127.0.0.1");
        QVERIFY2(blocked(b->netns.get(), "127.0.0.1", 7001, local), "the host's loopback");
        down("a");
        QVERIFY(blocked(-1, "127.0.0.1", 8081, server));
        down("b");
    }
    void isolationAndInternal()
    {
        Network n;
        n.name = "other";
        QVERIFY(m_service->create(n));
        n.name = "inner";
        n.internal = true;
        QVERIFY(m_service->create(n));
        const auto a = up("a");
        const auto b = up("b", {}, "other");
        const auto c = up("c", {}, "inner");
        const auto d = up("d", {}, "inner");
        QVERIFY(a && b && c && d);
        const auto atB = listenIn(b->netns.get(), 80);
        const auto atD = listenIn(d->netns.get(), 80);
        QVERIFY(blocked(a->netns.get(), b->endpoints[0].ipv4, 80, atB));
        QVERIFY(reaches(-1, b->endpoints[0].ipv4, 80, atB));
        QVERIFY(reaches(c->netns.get(), d->endpoints[0].ipv4, 80, atD));
        QVERIFY(blocked(c->netns.get(), b->endpoints[0].ipv4, 80, atB));
        QCOMPARE(m_service->create(n).error().message, std::string("network with name inner already exists"));
        const auto id = m_service->get("other")->id;
        QCOMPARE(m_service->remove("other").error().message,
                 "error while removing network: network other id " + id + " has active endpoints");
        for (const char* name : {"a", "b", "c", "d"})
            down(name);
        QVERIFY(m_service->remove("other"));
        QVERIFY(m_service->remove("inner"));
        QVERIFY(!Netlink::open()->linkIndex("br-" + shortId(id)));
    }
    void takenPorts()
    {
        const auto a = up("a", {{"", 8080, 80, "tcp"}});
        QVERIFY(a);
        const auto before = state();
        const auto b = up("b", {{"", 8080, 80, "tcp"}});
        QVERIFY(!b);
        const QString text = QString::fromStdString(b.error().message);
        QVERIFY2(QRegularExpression("^driver failed programming external connectivity on endpoint b \\([0-9a-f]{64}\\): "
                                    "Bind for 0\\.0\\.0\\.0:8080 failed: port is already allocated$")
                     .match(text)
                     .hasMatch(),
                 qPrintable(text));
        const auto program = listenIn(-1, 9090);
        const auto c = up("c", {{"", 9090, 80, "tcp"}});
        QVERIFY(!c);
        QVERIFY2(QString::fromStdString(c.error().message)
                     .endsWith("): failed to bind port 0.0.0.0:9090/tcp: listen tcp4 0.0.0.0:9090: bind: address already "
                               "in use"),
                 c.error().message.c_str());
        QTRY_COMPARE(state(), before);
        down("a");
    }
    void leavesNothingAndIsQuick()
    {
        QVERIFY(up("a"));
        down("a");
        QTRY_VERIFY(!state().contains("veth")); // links go a moment after their container
        const auto before = state();
        constexpr int rounds = 30;
        qint64 setUp = 0, tearDown = 0;
        for (int i = 0; i < rounds; ++i) {
            QElapsedTimer timer;
            timer.start();
            const auto a = up("a", {{"", 8080, 80, "tcp"}, {"", 5353, 53, "udp"}});
            setUp += timer.nsecsElapsed();
            QVERIFY2(a, a ? "" : a.error().message.c_str());
            timer.restart();
            down("a");
            tearDown += timer.nsecsElapsed();
        }
        qInfo("setUp %.2f ms, tearDown %.2f ms", double(setUp) / rounds / 1e6, double(tearDown) / rounds / 1e6);
        QTRY_COMPARE(state(), before);
    }
    void fiftyAddresses()
    {
        std::set<std::string> seen;
        std::vector<NetworkSandbox> sandboxes;
        for (int i = 0; i < 50; ++i) {
            auto s = up("c" + std::to_string(i));
            QVERIFY(s);
            QVERIFY(seen.insert(s->endpoints[0].ipv4).second);
            sandboxes.push_back(std::move(*s));
        }
        down("c0");
        QCOMPARE(up("d")->endpoints[0].ipv4, std::string("172.17.0.2"));
    }
    // libnftables waits by select(), which ends a program that has more of them.
    void anyNumberOfDescriptors()
    {
        rlimit limit{};
        QCOMPARE(::getrlimit(RLIMIT_NOFILE, &limit), 0);
        limit.rlim_cur = limit.rlim_max;
        QCOMPARE(::setrlimit(RLIMIT_NOFILE, &limit), 0);
        std::vector<UniqueFd> many;
        while (many.empty() || many.back().get() < FD_SETSIZE + 100) {
            many.emplace_back(::open("/dev/null", O_RDONLY | O_CLOEXEC));
            QVERIFY(many.back());
        }
        Network n;
        n.name = "wide";
        QVERIFY(m_service->create(n));
        const auto a = up("a", {{"", 8080, 80, "tcp"}}, "wide");
        QVERIFY2(a, a ? "" : a.error().message.c_str());
        const auto server = listenIn(a->netns.get(), 80);
        QVERIFY(reaches(-1, "127.0.0.1", 8080, server));
        many.clear();
        QVERIFY(up("b", {{"", 8081, 80, "tcp"}}, "wide"));
        QVERIFY(reaches(-1, "127.0.0.1", 8080, server));
        down("a");
        down("b");
        QVERIFY(m_service->remove("wide"));
    }
    void restoreAfterFlush()
    {
        const auto a = up("a", {{"", 8080, 80, "tcp"}});
        const auto b = up("b", {{"", 8082, 80, "tcp"}});
        QVERIFY(a && b);
        const auto server = listenIn(a->netns.get(), 80);
        QVERIFY(Nft::open()->run("flush ruleset"));
        QVERIFY2(up("c"), "a lost table is rebuilt by the next container");
        QVERIFY(reaches(-1, "127.0.0.1", 8080, server));
        QVERIFY(Nft::open()->run("flush ruleset"));

        NetworkService again(*m_db, m_events, {});
        QVERIFY(again.init());
        QVERIFY(again.restore({{request("a").containerId, a->ports}}));
        QVERIFY(reaches(-1, "127.0.0.1", 8080, server));
        QCOMPARE(again.endpoints("bridge")->size(), std::size_t(1));
        auto link = Netlink::open();
        const auto veths = [&] {
            const auto left = links(*link);
            return std::ranges::count_if(left, [](const auto& l) { return l.name.starts_with("veth"); });
        };
        QTRY_COMPARE(veths(), 1);
        QVERIFY(again.tearDown(request("a").containerId));
    }
    void flushedRulesComeBack()
    {
        const auto a = up("a", {{"", 8080, 80, "tcp"}, {"127.0.0.1", 8081, 80, "tcp"}});
        QVERIFY(a);
        const auto server = listenIn(a->netns.get(), 80);
        QVERIFY(Nft::open()->run("add table ip foreign; add chain ip foreign mine; add rule ip foreign mine counter"));
        const auto rules = [] { return Nft::open()->run("list table ip slipway").value_or(""); };
        const std::string before = rules(), foreign = Nft::open()->run("list table ip foreign").value();
        for (const char* command : {"flush ruleset; add table ip foreign; add chain ip foreign mine; add rule ip foreign mine counter", "delete table ip slipway",
                                    "flush table ip slipway", "flush chain ip slipway raw", "flush map ip slipway ports",
                                    "delete element ip slipway address_ports { 127.0.0.1 . tcp . 8081 }"}) {
            const std::string nft = std::string("nft '") + command + "'";
            QCOMPARE(std::system(nft.c_str()), 0);
            QTRY_COMPARE_WITH_TIMEOUT(rules(), before, 30000);
            QCOMPARE(Nft::open()->run("list table ip foreign").value(), foreign);
        }
        QVERIFY(reaches(-1, "127.0.0.1", 8080, server));
        down("a");
        const std::string after = rules();
        QVERIFY2(!after.contains("8080"), after.c_str());
        QVERIFY(Nft::open()->run("delete table ip foreign"));
    }
    // A UDP flow that goes on must not go to the address of a container that is gone.
    void trackedFlowsEndWithTheContainer()
    {
        const auto udp = [](int netns, int port) {
            UniqueFd fd;
            (void)runInNetns(netns, [&]() -> Status {
                fd.reset(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
                const auto a = to("0.0.0.0", port);
                return ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&a), sizeof a) == 0 ? Status{} : failErrno(errno, "bind");
            });
            return fd;
        };
        const auto client = udp(-1, 40404);
        const auto arrives = [&](const UniqueFd& at) {
            const auto there = to("127.0.0.1", 5353);
            ::sendto(client.get(), "x", 1, 0, reinterpret_cast<const sockaddr*>(&there), sizeof there);
            pollfd ready{at.get(), POLLIN, 0};
            char byte = 0;
            return ::poll(&ready, 1, 100) > 0 && ::recv(at.get(), &byte, 1, 0) == 1;
        };
        auto a = up("a", {{"", 5353, 53, "udp"}});
        QVERIFY(a);
        QVERIFY(arrives(udp(a->netns.get(), 53)));
        down("a");
        a->portHolders.clear();
        const auto other = up("other"); // takes the address
        QVERIFY(other);
        QCOMPARE(other->endpoints[0].ipv4, a->endpoints[0].ipv4);
        const auto b = up("b", {{"", 5353, 53, "udp"}});
        QVERIFY(b);
        const auto server = udp(b->netns.get(), 53), stale = udp(other->netns.get(), 53);
        QTRY_VERIFY_WITH_TIMEOUT(arrives(server), 1000);
        for (char byte = 0; ::recv(stale.get(), &byte, 1, 0) == 1;) { // what came before the flow was ended
        }
        QVERIFY(!arrives(stale));
        down("b");
        down("other");
    }
    void rootlessForwards()
    {
        auto router = makeNetns([](int) { return Netlink::open()->setLinkUp(1); });
        QVERIFY(router);
        NetworkService::Settings settings;
        settings.routerNetns = router->get();
        settings.rootless = true;
        m_service = std::make_unique<NetworkService>(*m_db, m_events, settings);
        QVERIFY(m_service->init());
        const auto a = up("a", {{"", 8080, 80, "tcp"}});
        QVERIFY2(a, a ? "" : a.error().message.c_str());
        QCOMPARE(a->forwards.size(), std::size_t(2)); // on 0.0.0.0 and on ::
        QCOMPARE(a->forwards[0].targetIp, a->endpoints[0].ipv4);
        const auto server = listenIn(a->netns.get(), 80);
        QVERIFY(reaches(router->get(), a->endpoints[0].ipv4, 80, server));
        QVERIFY2(!Netlink::open()->linkIndex("slipway0"), "nothing in the engine's own namespace");
        down("a");
    }
};

QTEST_APPLESS_MAIN(TestNetwork)
#include "tst_network.moc"
