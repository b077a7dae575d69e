// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <QtTest>

#include <csignal>
#include <fstream>
#include <future>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "logstore/log_reader.h"
#include "runtime/runtime.h"

using namespace slipway;
namespace fs = std::filesystem;

// Real crun, real monitors, a rootfs of Debian's static busybox.
class TestRuntime : public QObject
{
    Q_OBJECT

    QTemporaryDir m_dir{"/tmp/slipway-rt-XXXXXX"};
    std::unique_ptr<Runtime> m_runtime;
    fs::path m_base;
    int m_count = 0;

    struct Running
    {
        std::string id;
        RunRequest request;
        Started started;
        std::future<ExitStatus> exit;
        fs::path logDir;
    };

    SpecInput inputFor(const std::vector<std::string>& args) const
    {
        SpecInput input;
        input.rootfs = m_base / "rootfs";
        input.process.args = args;
        input.process.env = {"PATH=/bin"};
        input.hostname = "box";
        input.cgroupPath = "/slipway-test/" + std::to_string(::getpid()) + "-" + std::to_string(m_count);
        input.resources.pidsLimit = 64;
        return input;
    }

    Result<Running> run(const std::vector<std::string>& args, const std::function<void(SpecInput&, RunRequest&)>& change = {})
    {
        ++m_count;
        Running running;
        running.id = "c" + std::to_string(::getpid()) + "-" + std::to_string(m_count);
        SpecInput input = inputFor(args);
        RunRequest& request = running.request;
        request.containerId = running.id;
        request.runDir = m_base / running.id;
        request.exitFile = m_base / (running.id + ".exit");
        request.bundle = m_base / (running.id + ".bundle");
        request.logDir = m_base / (running.id + ".log");
        running.logDir = request.logDir;
        if (change)
            change(input, request);
        TRY(const auto spec, makeSpec(input));
        fs::create_directories(request.bundle);
        std::ofstream(request.bundle / "config.json") << dumpJson(spec);
        const fs::path runDir = request.runDir, exitFile = request.exitFile;
        TRY(running.started, m_runtime->run(std::move(request)));
        running.request.runDir = runDir;
        running.request.exitFile = exitFile;
        auto promise = std::make_shared<std::promise<ExitStatus>>();
        running.exit = promise->get_future();
        m_runtime->watchExit(runDir, exitFile, running.started.pid, [promise](ExitStatus status) { promise->set_value(status); });
        return running;
    }

    static ExitStatus wait(Running& running)
    {
        if (running.exit.wait_for(std::chrono::seconds(20)) != std::future_status::ready)
            return {-1, 0, false, {}};
        return running.exit.get();
    }

    static std::string logOf(const Running& running, bool out = true, bool err = true)
    {
        logstore::LogReader reader(running.logDir, {.showStdout = out, .showStderr = err});
        std::string text;
        while (true) {
            auto batch = reader.next(100);
            if (!batch || batch->empty())
                return text;
            for (const auto& entry : *batch)
                text += entry.text + (entry.partial ? "" : "\n");
        }
    }

    static std::string readAll(int fd)
    {
        std::string text;
        char buffer[4096];
        ssize_t got = 0;
        while ((got = ::read(fd, buffer, sizeof buffer)) > 0)
            text.append(buffer, static_cast<std::size_t>(got));
        return text;
    }

private slots:
    void initTestCase()
    {
        ::prctl(PR_SET_CHILD_SUBREAPER, 1);
        m_base = m_dir.path().toStdString();
        fs::create_directories(m_base / "rootfs/bin");
        for (const char* folder : {"proc", "sys", "dev", "etc", "tmp"})
            fs::create_directories(m_base / "rootfs" / folder);
        fs::copy_file("/usr/bin/busybox", m_base / "rootfs/bin/busybox");
        for (const char* applet : {"sh", "echo", "cat", "sleep", "true", "kill", "stty", "seq", "dd", "ls", "mount", "unshare"})
            fs::create_symlink("busybox", m_base / "rootfs/bin" / applet);
        Runtime::Settings settings;
        settings.monitorProgram = SLIPWAY_BINARY_DIR "/bin/slipway-monitor";
        settings.runtimeRoot = m_base / "crun";
        m_runtime = std::make_unique<Runtime>(settings);
        QVERIFY(m_runtime->version().starts_with("crun "));
    }

    void exitCodesAreExact_data()
    {
        QTest::addColumn<QString>("script");
        QTest::addColumn<int>("code");
        QTest::addColumn<int>("signal");
        QTest::newRow("0") << "true" << 0 << 0;
        QTest::newRow("42") << "exit 42" << 42 << 0;
        QTest::newRow("255") << "exit 255" << 255 << 0;
    }
    void exitCodesAreExact()
    {
        QFETCH(QString, script);
        QFETCH(int, code);
        QFETCH(int, signal);
        auto running = run({"sh", "-c", script.toStdString()});
        QVERIFY2(running.has_value(), running ? "" : running.error().message.c_str());
        const ExitStatus status = wait(*running);
        QCOMPARE(status.code, code);
        QCOMPARE(status.signal, signal);
        const auto onDisk = Runtime::readExitFile(running->request.exitFile);
        QVERIFY(onDisk.has_value());
        QCOMPARE(onDisk->code, code);
        QVERIFY(m_runtime->destroy(running->id));
    }

    void killedIs137()
    {
        auto running = run({"sleep", "100"});
        QVERIFY(running.has_value());
        QCOMPARE(::kill(running->started.pid, SIGKILL), 0);
        const ExitStatus status = wait(*running);
        QCOMPARE(status.code, 137);
        QCOMPARE(status.signal, 9);
        QVERIFY(!status.oomKilled);
        QVERIFY(m_runtime->destroy(running->id));
    }

    void outputIsLoggedByStream()
    {
        auto running = run({"sh", "-c", "echo one; echo two >&2; echo -n three"});
        QVERIFY(running.has_value());
        QCOMPARE(wait(*running).code, 0);
        QCOMPARE(logOf(*running, true, false), std::string("one\nthree"));
        QCOMPARE(logOf(*running, false, true), std::string("two\n"));
        QVERIFY(m_runtime->destroy(running->id));
    }

    void missingCommandSaysSoAsRuncDoes()
    {
        auto running = run({"no-such-command"});
        QVERIFY(!running);
        QCOMPARE(running.error().kind, ErrorKind::InvalidArgument);
        QVERIFY2(running.error().message.find("exec: \"no-such-command\": executable file not found in $PATH")
                     != std::string::npos,
                 running.error().message.c_str());
    }

    void attachedFromTheStartLosesNothing()
    {
        int ends[2];
        QCOMPARE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
        UniqueFd ours(ends[0]);
        auto running = run({"cat"}, [&](SpecInput&, RunRequest& request) {
            request.openStdin = true;
            request.stdinOnce = true;
            request.attachers.push_back({UniqueFd(ends[1]), {true, true, true}});
        });
        QVERIFY2(running.has_value(), running ? "" : running.error().message.c_str());
        QCOMPARE(::write(ours.get(), "hello\n", 6), 6);
        ::shutdown(ours.get(), SHUT_WR);
        const std::string expected = std::string("\1\0\0\0\0\0\0\6", 8) + "hello\n";
        QCOMPARE(readAll(ours.get()), expected);
        QCOMPARE(wait(*running).code, 0);
        QVERIFY(m_runtime->destroy(running->id));
    }

    void slowReaderLosesNothing()
    {
        int ends[2];
        QCOMPARE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
        UniqueFd ours(ends[0]);
        auto running = run({"seq", "1", "600000"}, [&](SpecInput&, RunRequest& request) {
            request.attachers.push_back({UniqueFd(ends[1]), {false, true, true}});
        });
        QVERIFY(running.has_value());
        QTest::qSleep(300);
        const std::string framed = readAll(ours.get());
        std::string plain;
        for (std::size_t at = 0; at + 8 <= framed.size();) {
            const auto* h = reinterpret_cast<const unsigned char*>(framed.data() + at);
            const std::size_t length = (std::size_t(h[4]) << 24) | (h[5] << 16) | (h[6] << 8) | h[7];
            plain.append(framed, at + 8, length);
            at += 8 + length;
        }
        std::string expected;
        for (int i = 1; i <= 600000; ++i)
            expected += std::to_string(i) + '\n';
        QVERIFY(plain == expected);
        QVERIFY(logOf(*running) == expected);
        QCOMPARE(wait(*running).code, 0);
        QVERIFY(m_runtime->destroy(running->id));
    }

    void terminalHasItsSizeAndResizes()
    {
        int ends[2];
        QCOMPARE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
        UniqueFd ours(ends[0]);
        auto running = run({"sh", "-c", "read x; stty size; exit 3"}, [&](SpecInput& input, RunRequest& request) {
            input.process.terminal = true;
            request.terminal = true;
            request.openStdin = true;
            request.rows = 24;
            request.columns = 80;
            request.attachers.push_back({UniqueFd(ends[1]), {true, true, true}});
        });
        QVERIFY2(running.has_value(), running ? "" : running.error().message.c_str());
        QVERIFY(m_runtime->resize(running->request.runDir, 40, 123));
        QCOMPARE(::write(ours.get(), "\n", 1), 1);
        const std::string output = readAll(ours.get());
        QVERIFY2(output.find("40 123") != std::string::npos, output.c_str());
        QCOMPARE(wait(*running).code, 3);
        QVERIFY(m_runtime->destroy(running->id));
    }

    void postureInside()
    {
        auto running = run({"sh", "-c", "cat /proc/self/status; ls /proc/self/fd; cat /proc/kcore | busybox wc -c;"
                                        "echo x > /proc/sys/kernel/hostname && echo wrote; unshare -m true && echo unshared;"
                                        "mount -t tmpfs x /tmp && echo mounted; busybox mknod /tmp/sda b 8 0 && cat /tmp/sda && echo opened"});
        QVERIFY(running.has_value());
        wait(*running);
        const std::string text = logOf(*running);
        const auto has = [&](const char* line) { return text.find(line) != std::string::npos; };
        QVERIFY2(has("CapBnd:\t00000000a80425fb"), text.c_str());
        QVERIFY2(has("CapInh:\t0000000000000000"), text.c_str());
        QVERIFY2(has("CapAmb:\t0000000000000000"), text.c_str());
        QVERIFY2(has("Seccomp:\t2"), text.c_str());
        for (const char* forbidden : {"wrote", "unshared", "mounted", "opened"})
            QVERIFY2(!has((std::string(forbidden) + "\n").c_str()), forbidden);
        QVERIFY(m_runtime->destroy(running->id));
    }

    void memoryLimitKillsAndSaysSo()
    {
        auto running = run({"dd", "if=/dev/zero", "of=/dev/null", "bs=200M", "count=1"}, [](SpecInput& input, RunRequest&) {
            input.resources.memory = 32 << 20;
        });
        QVERIFY2(running.has_value(), running ? "" : running.error().message.c_str());
        const ExitStatus status = wait(*running);
        QCOMPARE(status.code, 137);
        QVERIFY(status.oomKilled);
        QVERIFY(m_runtime->destroy(running->id));
    }

    void execRunsInsideAndReportsItsOwnExit()
    {
        auto running = run({"sleep", "100"});
        QVERIFY(running.has_value());
        SpecProcess process;
        process.args = {"sh", "-c", "echo from-exec; exit 7"};
        process.env = {"PATH=/bin"};
        int ends[2];
        QCOMPARE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
        UniqueFd ours(ends[0]);
        ExecRequest request;
        request.containerId = running->id;
        request.runDir = m_base / (running->id + ".exec");
        request.exitFile = m_base / (running->id + ".exec.exit");
        request.process = *makeExecProcess(process, false);
        request.attachers.push_back({UniqueFd(ends[1]), {false, true, true}});
        const fs::path runDir = request.runDir, exitFile = request.exitFile;
        auto started = m_runtime->exec(std::move(request));
        QVERIFY2(started.has_value(), started ? "" : started.error().message.c_str());
        std::promise<ExitStatus> promise;
        m_runtime->watchExit(runDir, exitFile, started->pid, [&](ExitStatus status) { promise.set_value(status); });
        QVERIFY(readAll(ours.get()).find("from-exec") != std::string::npos);
        QCOMPARE(promise.get_future().get().code, 7);
        ::kill(running->started.pid, SIGKILL);
        QCOMPARE(wait(*running).code, 137);
        QVERIFY(m_runtime->destroy(running->id));
    }

    void aKilledMonitorDoesNotHideTheExitCode()
    {
        auto running = run({"sh", "-c", "sleep 0.5; exit 9"});
        QVERIFY(running.has_value());
        QCOMPARE(::kill(running->started.monitorPid, SIGKILL), 0);
        QCOMPARE(wait(*running).code, 9);
        QVERIFY(m_runtime->destroy(running->id));
    }

    void anotherEngineFindsWhatRuns()
    {
        auto running = run({"sleep", "100"});
        QVERIFY(running.has_value());
        const auto found = m_runtime->recover(running->request.runDir);
        QVERIFY(found.has_value());
        QCOMPARE(found->pid, running->started.pid);
        QCOMPARE(found->startedAt, running->started.startedAt);
        ::kill(running->started.pid, SIGTERM);
        ::kill(running->started.pid, SIGKILL);
        QCOMPARE(wait(*running).code, 137);
        QVERIFY(!m_runtime->recover(running->request.runDir));
        QVERIFY(m_runtime->destroy(running->id));
    }
};

QTEST_APPLESS_MAIN(TestRuntime)
#include "tst_runtime.moc"
