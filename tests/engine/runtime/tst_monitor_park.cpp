// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>

#include <algorithm>
#include <csignal>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "os/netns.h"
#include "runtime_fixture.h"

using namespace slipway;
using namespace slipway::test;
namespace fs = std::filesystem;

// Monitors that were started ahead: what they run is no different, and nothing of them is left.
class TestMonitorPark : public QObject
{
    Q_OBJECT

    std::unique_ptr<RuntimeFixture> m;

    // Processes that wait as monitors of this test's runtime, and the crun of each.
    std::vector<pid_t> waiting() const
    {
        std::vector<pid_t> pids;
        for (const auto& entry : fs::directory_iterator("/proc")) {
            std::ifstream file(entry.path() / "cmdline");
            const std::string words(std::istreambuf_iterator<char>(file), {});
            if (words.contains((m->base / "parked").string()))
                pids.push_back(static_cast<pid_t>(std::stol(entry.path().filename().string())));
        }
        return pids;
    }
    bool nothingIsParked() const { return fs::directory_iterator(m->base / "parked") == fs::directory_iterator(); }

private slots:
    void init() { m = std::make_unique<RuntimeFixture>(); }
    void cleanup() { m.reset(); }

    void runsTheNextContainer()
    {
        const auto netns = makeNetns();
        QVERIFY(netns.has_value());
        struct stat info{};
        QCOMPARE(::fstat(netns->get(), &info), 0);
        m->runtime->prepare();
        m->runtime->prepare();
        QTRY_COMPARE(waiting().size(), 2u); // one monitor, one crun
        const auto before = waiting();
        auto running = m->run({"sh", "-c", "ls -l /proc/self/ns/net; read x || echo no input; sleep 100"},
                              [&](SpecInput& input, RunRequest& request) {
                                  request.netns = UniqueFd(::fcntl(netns->get(), F_DUPFD_CLOEXEC, 0));
                                  input.networkNamespace = Runtime::netnsPath(request.runDir).string();
                              });
        QVERIFY2(running.has_value(), running ? "" : running.error().message.c_str());
        QVERIFY(std::ranges::contains(before, running->started.monitorPid));
        QTRY_VERIFY(m->logOf(*running).contains("no input"));
        QVERIFY2(m->logOf(*running).contains("net:[" + std::to_string(info.st_ino) + "]"), m->logOf(*running).c_str());
        QVERIFY(nothingIsParked());
        QVERIFY(fs::exists(m->base / "crun" / running->id / "status"));
        QVERIFY(m->runtime->pause(running->id)); // crun knows it by the container's name
        QVERIFY(m->runtime->resume(running->id));
        QCOMPARE(::kill(running->started.pid, SIGKILL), 0);
        QCOMPARE(m->wait(running->exit).code, 137);
        QVERIFY(m->runtime->destroy(running->id));
        QVERIFY(!fs::exists(m->base / "crun" / running->id));
    }

    void isNotTakenForATerminalOrInput()
    {
        m->runtime->prepare();
        QTRY_COMPARE(waiting().size(), 2u);
        UniqueFd ours;
        auto running = m->run({"cat"}, [&](SpecInput&, RunRequest& request) {
            request.openStdin = request.stdinOnce = true;
            ours = attachFromTheStart(request, {true, true, true});
        });
        QVERIFY2(running.has_value(), running ? "" : running.error().message.c_str());
        QCOMPARE(::write(ours.get(), "hello\n", 6), 6);
        ::shutdown(ours.get(), SHUT_WR);
        QCOMPARE(unframed(readAll(ours.get())).out, std::string("hello\n"));
        QCOMPARE(m->wait(running->exit).code, 0);
        QCOMPARE(waiting().size(), 2u);
        QVERIFY(m->runtime->destroy(running->id));
    }

    void servesWhoAttachedBeforeTheStart()
    {
        m->runtime->prepare();
        UniqueFd ours;
        auto running = m->run({"sh", "-c", "echo out; echo err >&2"}, [&](SpecInput&, RunRequest& request) {
            ours = attachFromTheStart(request, {false, true, true});
        });
        QVERIFY2(running.has_value(), running ? "" : running.error().message.c_str());
        const Streams streams = unframed(readAll(ours.get()));
        QCOMPARE(streams.out, std::string("out\n"));
        QCOMPARE(streams.err, std::string("err\n"));
        QCOMPARE(m->wait(running->exit).code, 0);
        QVERIFY(m->runtime->destroy(running->id));
    }

    void saysWhyItFailed()
    {
        m->runtime->prepare();
        auto running = m->run({"no-such-command"});
        QVERIFY(!running);
        QVERIFY2(running.error().message.contains("exec: \"no-such-command\": executable file not found in $PATH"),
                 running.error().message.c_str());
        QVERIFY(nothingIsParked());
    }

    void aDeadOneIsReplaced_data()
    {
        QTest::addColumn<bool>("monitor");
        QTest::newRow("monitor") << true;
        QTest::newRow("crun") << false;
    }
    void aDeadOneIsReplaced()
    {
        QFETCH(bool, monitor);
        m->runtime->prepare();
        QTRY_COMPARE(waiting().size(), 2u);
        const auto pids = waiting();
        ::kill(monitor ? std::ranges::min(pids) : std::ranges::max(pids), SIGKILL); // crun is the younger
        QTRY_COMPARE(waiting().size(), 0u); // each ends with the other
        auto running = m->run({"true"});
        QVERIFY2(running.has_value(), running ? "" : running.error().message.c_str());
        QCOMPARE(m->wait(running->exit).code, 0);
        QVERIFY(m->runtime->destroy(running->id));
    }

    void endsWithItsEngine()
    {
        const pid_t engine = ::fork();
        if (engine == 0) {
            Runtime::Settings settings;
            settings.monitorProgram = SLIPWAY_BINARY_DIR "/bin/slipway-monitor";
            settings.runtimeRoot = m->base / "crun";
            Runtime runtime(settings);
            runtime.prepare();
            while (waiting().size() != 2)
                ::usleep(10'000);
            ::_exit(0); // as by kill -9: nothing is torn down
        }
        int status = 0;
        QCOMPARE(::waitpid(engine, &status, 0), engine);
        QCOMPARE(status, 0);
        QTRY_COMPARE(waiting().size(), 0u);
        QTRY_VERIFY(nothingIsParked());
    }
};

QTEST_APPLESS_MAIN(TestMonitorPark)
#include "tst_monitor_park.moc"
