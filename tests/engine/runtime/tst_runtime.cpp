// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>

#include <csignal>
#include <fcntl.h>

#include "os/cgroup.h"
#include "runtime_fixture.h"

using namespace slipway;
using namespace slipway::test;
namespace fs = std::filesystem;

#define MUST(running) QVERIFY2((running).has_value(), (running) ? "" : (running).error().message.c_str())

// What becomes of a container: exits, failures to start, limits, posture, and its monitor's death.
class TestRuntime : public QObject
{
    Q_OBJECT

    std::unique_ptr<RuntimeFixture> m;
    const RuntimeFixture::Launcher m_launcher;

    static std::string textOf(const fs::path& file)
    {
        std::stringstream text;
        text << std::ifstream(file).rdbuf();
        return text.str();
    }
    static int parkedMonitors()
    {
        int count = 0;
        for (const auto& entry : fs::directory_iterator("/proc"))
            count += textOf(entry.path() / "cmdline").contains(std::string("slipway-monitor\0--park", 22)) && textOf(entry.path() / "comm") == "slipway-monitor\n";
        return count;
    }

public:
    explicit TestRuntime(RuntimeFixture::Launcher launcher) : m_launcher(launcher) {}

private slots:
    void initTestCase()
    {
        m = std::make_unique<RuntimeFixture>(m_launcher);
        QVERIFY(m->runtime->version().starts_with("crun "));
    }
    void cleanupTestCase() { m.reset(); }

    void exitCodesAreExact_data()
    {
        QTest::addColumn<QString>("script");
        QTest::addColumn<int>("code");
        for (const int code : {0, 1, 42, 126, 127, 128, 137, 255})
            QTest::addRow("%d", code) << QString("exit %1").arg(code) << code;
        QTest::newRow("pid 1 does not kill itself") << "kill -9 $$; sleep 0.1; exit 7" << 7;
    }
    void exitCodesAreExact()
    {
        QFETCH(QString, script);
        QFETCH(int, code);
        auto running = m->run({"sh", "-c", script.toStdString()});
        MUST(running);
        const ExitStatus status = RuntimeFixture::wait(running->exit);
        QCOMPARE(status.code, code);
        QCOMPARE(status.signal, 0);
        QVERIFY(!status.oomKilled);
        const auto onDisk = Runtime::readExitFile(running->exitFile);
        QVERIFY(onDisk.has_value());
        QCOMPARE(onDisk->code, code);
        QVERIFY(m->destroy(*running));
    }

    void aMonitorHoldsNothingOfTheEngines()
    {
        const int held = ::open("/dev/null", O_RDONLY); // as a library opens it: without close-on-exec
        QVERIFY(held >= 0);
        const UniqueFd far(::fcntl(held, F_DUPFD, 100));
        auto running = m->run({"sleep", "100"});
        ::close(held);
        MUST(running);
        QVERIFY(!fs::exists(fs::path("/proc") / std::to_string(running->started.monitorPid) / "fd" / std::to_string(far.get())));
        ::kill(running->started.pid, SIGKILL);
        RuntimeFixture::wait(running->exit);
        QVERIFY(m->destroy(*running));
    }

    void killedFromOutside()
    {
        auto running = m->run({"sleep", "100"});
        MUST(running);
        const auto found = m->runtime->recover(running->runDir);
        QVERIFY(found.has_value());
        QCOMPARE(found->pid, running->started.pid);
        QCOMPARE(found->monitorPid, running->started.monitorPid);
        QCOMPARE(found->startedAt, running->started.startedAt);
        QCOMPARE(::kill(running->started.pid, SIGKILL), 0);
        const ExitStatus status = RuntimeFixture::wait(running->exit);
        QCOMPARE(status.code, 137);
        QCOMPARE(status.signal, 9);
        QVERIFY(!status.oomKilled);
        QVERIFY(!m->runtime->recover(running->runDir));
        QVERIFY(m->destroy(*running));
        QVERIFY(m->destroy(*running)); // knows nothing of it any more: no error
        for (const char* group : {"/sys/fs/cgroup/memory/slipway-test/", "/sys/fs/cgroup/slipway-test/"})
            QVERIFY(!fs::exists(group + running->id));
    }

    void wordsOfRuncForWhatCannotRun_data()
    {
        QTest::addColumn<QString>("program");
        QTest::addColumn<QString>("words");
        QTest::newRow("not in PATH") << "foo" << "exec: \"foo\": executable file not found in $PATH: unknown";
        QTest::newRow("no such path") << "/bin/foo" << "exec: \"/bin/foo\": stat /bin/foo: no such file or directory: unknown";
        QTest::newRow("not executable") << "/bin/plain" << "exec: \"/bin/plain\": permission denied: unknown";
    }
    void wordsOfRuncForWhatCannotRun()
    {
        QFETCH(QString, program);
        QFETCH(QString, words);
        const auto running = m->run({program.toStdString()});
        QVERIFY(!running);
        QCOMPARE(running.error().kind, ErrorKind::InvalidArgument);
        QVERIFY2(QString::fromStdString(running.error().message).endsWith(words), running.error().message.c_str());
    }

    void memoryLimitKillsAndSaysSo_data()
    {
        QTest::addColumn<bool>("logged");
        QTest::newRow("with a log") << true;
        QTest::newRow("log driver none") << false;
    }
    void memoryLimitKillsAndSaysSo()
    {
        QFETCH(bool, logged);
        auto running = m->run({"sh", "-c", "exec tail /dev/zero"}, [logged](SpecInput& input, RunRequest& request) {
            input.resources.memory = input.resources.memorySwap = 16 << 20;
            if (!logged)
                request.logDir.clear();
        });
        MUST(running);
        const ExitStatus status = RuntimeFixture::wait(running->exit);
        QCOMPARE(status.code, 137);
        QVERIFY(status.oomKilled);
        QVERIFY(m->destroy(*running));
    }

    void postureInside()
    {
        auto running = m->run({"sh", "-c",
                               "cat /proc/self/status; cat /proc/kcore | wc -c; echo x > /proc/sys/kernel/hostname && echo wrote;"
                               "unshare -m true && echo unshared; mount -t tmpfs x /tmp && echo mounted;"
                               "mknod /tmp/sda b 8 0 && cat /tmp/sda && echo opened"});
        MUST(running);
        RuntimeFixture::wait(running->exit);
        const std::string text = RuntimeFixture::logOf(*running);
        for (const char* line : {"CapBnd:\t00000000a80425fb", "CapEff:\t00000000a80425fb", "CapPrm:\t00000000a80425fb", "CapInh:\t0000000000000000",
                                 "CapAmb:\t0000000000000000", "Seccomp:\t2"})
            QVERIFY2(text.find(line) != std::string::npos, (line + ("\n" + text)).c_str());
        for (const char* forbidden : {"wrote\n", "unshared\n", "mounted\n", "opened\n"})
            QVERIFY2(text.find(forbidden) == std::string::npos, text.c_str());
        QVERIFY(m->destroy(*running));
    }

    void aKilledMonitorDoesNotHideTheExitCode_data()
    {
        QTest::addColumn<QString>("script");
        QTest::addColumn<int>("code");
        QTest::newRow("ends by itself") << "sleep 0.3; exit 9" << 9;
        QTest::newRow("is killed") << "sleep 100" << 137;
    }
    void aKilledMonitorDoesNotHideTheExitCode()
    {
        QFETCH(QString, script);
        QFETCH(int, code);
        auto running = m->run({"sh", "-c", script.toStdString()});
        MUST(running);
        QCOMPARE(::kill(running->started.monitorPid, SIGKILL), 0);
        QTRY_COMPARE(m->runtime->recover(running->runDir).value_or(Recovered{0, -1, {}}).monitorPid, 0);
        if (code == 137)
            ::kill(running->started.pid, SIGKILL);
        QCOMPARE(RuntimeFixture::wait(running->exit).code, code);
        QVERIFY(m->destroy(*running));
    }

    // The next one is started by a monitor that waited for it, in cgroups that it sat in: nothing about it may be another.
    void aParkedMonitorMakesNoDifference()
    {
        QStringList said;
        for (int i = 0; i < 4; ++i) {
            if (i > 0)
                QTRY_VERIFY(m_launcher == RuntimeFixture::Launcher::Crun || parkedMonitors() == 2);
            auto running = m->run({"sh", "-c", "cat /proc/self/cgroup; cat /sys/fs/cgroup/pids.max /sys/fs/cgroup/pids/pids.max 2>/dev/null; ls /proc/self/fd; "
                                               "grep -E '^(Sig[BCI]|SigPnd|Cap|NoNew|Seccomp|Groups)' /proc/self/status; ls /sys/fs/cgroup"},
                                  [](SpecInput& input, RunRequest&) { input.resources.pidsLimit = 5; });
            MUST(running);
            const auto command = QString::fromStdString(textOf("/proc/" + std::to_string(running->started.monitorPid) + "/cmdline"));
            QVERIFY2(command.isEmpty() /* it has ended */ || command.contains(QString::fromStdString(running->runDir.string())), qPrintable(command));
            QCOMPARE(RuntimeFixture::wait(running->exit).code, 0);
            said << QString::fromStdString(RuntimeFixture::logOf(*running));
            QVERIFY(m->destroy(*running));
        }
        QVERIFY(said.first().contains("5\n"));
        for (const QString& text : said)
            QCOMPARE(text, said.first());
    }

    void pauseStopsTheClock()
    {
        auto running = m->run({"sh", "-c", "while true; do echo tick; sleep 0.01; done"});
        MUST(running);
        QTRY_VERIFY(!RuntimeFixture::logOf(*running).empty());
        QVERIFY(Cgroups().freeze(RuntimeFixture::cgroupOf(*running), true));
        QTest::qSleep(50);
        const auto size = RuntimeFixture::logOf(*running).size();
        QTest::qSleep(200);
        QCOMPARE(RuntimeFixture::logOf(*running).size(), size);
        QVERIFY(Cgroups().freeze(RuntimeFixture::cgroupOf(*running), false));
        QTRY_VERIFY(RuntimeFixture::logOf(*running).size() > size);
        ::kill(running->started.pid, SIGKILL);
        QCOMPARE(RuntimeFixture::wait(running->exit).code, 137);
        QVERIFY(m->destroy(*running));
    }
};

RUN_WITH_BOTH_LAUNCHERS(TestRuntime)
#include "tst_runtime.moc"
