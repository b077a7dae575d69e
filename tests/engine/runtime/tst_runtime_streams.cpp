// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>

#include <signal.h>
#include <sys/socket.h>

#include <condition_variable>
#include <fstream>
#include <mutex>

#include "logstore/log_reader.h"
#include "runtime/runtime.h"

using namespace slipway;
namespace fs = std::filesystem;

// Real crun on a rootfs of busybox-static.
class TestRuntime : public QObject
{
    Q_OBJECT

    QTemporaryDir m_dir{"/tmp/slipway-runtime-XXXXXX"};
    fs::path m_base;
    std::unique_ptr<Runtime> m_runtime;
    int m_count = 0;
    struct Ran
    {
        std::string id;
        fs::path runDir, logDir, exitFile;
        Result<Started> started = fail(ErrorKind::Internal, "not run");
    };

    SpecInput input(std::vector<std::string> args)
    {
        SpecInput in;
        in.id = "t" + std::to_string(::getpid()) + "-" + std::to_string(++m_count);
        in.rootfs = m_base / "rootfs";
        in.process.args = std::move(args);
        in.process.env = {"PATH=/bin"};
        in.cgroupPath = "/slipway-test/" + in.id;
        return in;
    }

    Ran start(const SpecInput& in, const std::function<void(RunRequest&)>& change = {})
    {
        Ran ran;
        ran.id = in.id;
        const fs::path home = m_base / in.id;
        fs::create_directories(home / "bundle");
        ran.runDir = home / "run";
        ran.logDir = home / "log";
        ran.exitFile = home / "exit";
        const auto spec = makeSpec(in);
        if (!spec) {
            ran.started = std::unexpected(spec.error());
            return ran;
        }
        std::ofstream(home / "bundle/config.json") << dumpJson(*spec);
        RunRequest request;
        request.containerId = in.id;
        request.runDir = ran.runDir;
        request.exitFile = ran.exitFile;
        request.bundle = home / "bundle";
        request.logDir = ran.logDir;
        request.terminal = in.process.terminal;
        if (change)
            change(request);
        ran.started = m_runtime->run(std::move(request));
        if (!ran.started)
            qDebug() << ran.started.error().message.c_str();
        return ran;
    }

    ExitStatus wait(const Ran& ran)
    {
        std::mutex mutex;
        std::condition_variable cv;
        std::optional<ExitStatus> status;
        m_runtime->watchExit(ran.runDir, ran.exitFile, ran.started ? ran.started->pid : 0, [&](ExitStatus s) {
            const std::lock_guard lock(mutex);
            status = s;
            cv.notify_all();
        });
        std::unique_lock lock(mutex);
        cv.wait(lock, [&] { return status.has_value(); });
        return *status;
    }

    std::string logged(const Ran& ran)
    {
        logstore::LogReader reader(ran.logDir, {});
        std::string text;
        while (true) {
            const auto batch = reader.next(256);
            if (!batch || batch->empty())
                return text;
            for (const auto& entry : *batch)
                text += entry.text + (entry.partial ? "" : "\n");
        }
    }

    static std::string readAll(int fd)
    {
        std::string text;
        char buffer[65536];
        ssize_t n = 0;
        while ((n = ::read(fd, buffer, sizeof buffer)) > 0)
            text.append(buffer, static_cast<std::size_t>(n));
        return text;
    }

private slots:
    void initTestCase()
    {
        m_base = m_dir.path().toStdString();
        for (const char* dir : {"rootfs/bin", "rootfs/proc", "rootfs/dev", "rootfs/sys", "rootfs/tmp", "rootfs/etc"})
            fs::create_directories(m_base / dir);
        fs::copy_file("/bin/busybox", m_base / "rootfs/bin/busybox");
        for (const char* name : {"sh", "true", "cat", "echo", "sleep", "stty", "seq", "grep", "kill", "hostname", "head", "tail", "unshare", "id"})
            fs::create_symlink("busybox", m_base / "rootfs/bin" / name);
        std::ofstream(m_base / "rootfs/bin/plain") << "x";
        m_runtime = std::make_unique<Runtime>(Runtime::Settings{
            .monitorProgram = SLIPWAY_BINARY_DIR "/bin/slipway-monitor", .runtimeRoot = m_base / "crun"});
    }

    void exitCodes()
    {
        for (const auto& [script, code, signal] : {std::tuple{"exit 0", 0, 0}, {"exit 42", 42, 0}, {"kill -9 $$; sleep 1; exit 7", 7, 0}}) {
            const Ran ran = start(input({"sh", "-c", script}));
            QVERIFY(ran.started.has_value());
            const auto status = wait(ran);
            QCOMPARE(status.code, code);
            QCOMPARE(status.signal, signal);
            QVERIFY(Runtime::readExitFile(ran.exitFile).has_value());
            QVERIFY(m_runtime->destroy(ran.id).has_value());
        }
    }

    void killedFromOutside()
    {
        const Ran ran = start(input({"sleep", "100"}));
        QVERIFY(ran.started.has_value());
        const auto recovered = m_runtime->recover(ran.runDir);
        QVERIFY(recovered.has_value());
        QCOMPARE(recovered->pid, ran.started->pid);
        QCOMPARE(recovered->monitorPid, ran.started->monitorPid);
        ::kill(ran.started->pid, SIGKILL);
        const auto status = wait(ran);
        QCOMPARE(status.code, 137);
        QCOMPARE(status.signal, 9);
        QVERIFY(!m_runtime->recover(ran.runDir).has_value());
        QVERIFY(m_runtime->destroy(ran.id).has_value());
        QVERIFY(!fs::exists("/sys/fs/cgroup/memory/slipway-test/" + ran.id));
    }

    void wording()
    {
        const auto missing = start(input({"foo"}));
        QVERIFY(!missing.started.has_value());
        QCOMPARE(missing.started.error().kind, ErrorKind::InvalidArgument);
        QVERIFY(missing.started.error().message.ends_with("exec: \"foo\": executable file not found in $PATH: unknown"));
        const auto plain = start(input({"/bin/plain"}));
        QVERIFY(!plain.started.has_value());
        QVERIFY(plain.started.error().message.ends_with("exec: \"/bin/plain\": permission denied: unknown"));
    }

    void logAndFrames()
    {
        int ends[2];
        QCOMPARE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
        const UniqueFd ours(ends[0]);
        const Ran ran = start(input({"sh", "-c", "echo out; echo err >&2"}), [&](RunRequest& r) {
            r.attachers.push_back({UniqueFd(ends[1]), {.out = true, .err = true}});
        });
        QVERIFY(ran.started.has_value());
        const std::string frames = readAll(ours.get());
        QVERIFY(frames.find(std::string("\x01\0\0\0\0\0\0\x04out\n", 12)) != std::string::npos);
        QVERIFY(frames.find(std::string("\x02\0\0\0\0\0\0\x04" "err\n", 12)) != std::string::npos);
        wait(ran);
        const std::string log = logged(ran);
        QVERIFY(log == "out\nerr\n" || log == "err\nout\n");
        (void)m_runtime->destroy(ran.id);
    }

    void stdinHalfClose()
    {
        const Ran ran = start(input({"cat"}), [](RunRequest& r) { r.openStdin = r.stdinOnce = true; });
        QVERIFY(ran.started.has_value());
        const auto fd = m_runtime->attach(ran.runDir, {.in = true});
        QVERIFY(fd.has_value());
        QCOMPARE(::write(fd->get(), "hello\n", 6), 6);
        ::shutdown(fd->get(), SHUT_WR);
        QCOMPARE(readAll(fd->get()), std::string("\x01\0\0\0\0\0\0\x06hello\n", 14));
        QCOMPARE(wait(ran).code, 0);
        (void)m_runtime->destroy(ran.id);
    }

    void terminalAndExec()
    {
        SpecInput in = input({"sleep", "100"});
        const Ran ran = start(in);
        QVERIFY(ran.started.has_value());
        SpecProcess process = in.process;
        process.args = {"sh", "-c", "read x; stty size; exit 3"};
        process.terminal = true;
        ExecRequest request;
        request.containerId = in.id;
        request.runDir = m_base / in.id / "exec";
        request.exitFile = m_base / in.id / "exec-exit";
        request.terminal = request.openStdin = true;
        request.process = *makeExecProcess(process, false);
        const auto started = m_runtime->exec(std::move(request));
        QVERIFY2(started.has_value(), started ? "" : started.error().message.c_str());
        const auto fd = m_runtime->attach(m_base / in.id / "exec", {.in = true});
        QVERIFY(fd.has_value());
        const auto rs = m_runtime->resize(m_base / in.id / "exec", 33, 77);
        QVERIFY2(rs.has_value(), rs ? "" : rs.error().message.c_str());
        QCOMPARE(::write(fd->get(), "\n", 1), 1);
        QVERIFY(readAll(fd->get()).find("33 77") != std::string::npos);
        ::kill(ran.started->pid, SIGKILL);
        wait(ran);
        (void)m_runtime->destroy(ran.id);
    }

    void slowReaderLosesNothing()
    {
        const Ran ran = start(input({"sh", "-c", "sleep 0.2; seq 1 200000"}));
        QVERIFY(ran.started.has_value());
        const auto fd = m_runtime->attach(ran.runDir, {});
        QVERIFY(fd.has_value());
        QTest::qWait(600);
        const std::string frames = readAll(fd->get());
        std::string text;
        for (std::size_t at = 0; at + 8 <= frames.size();) {
            const auto byte = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(frames[at + i])); };
            const std::size_t length = byte(4) << 24 | byte(5) << 16 | byte(6) << 8 | byte(7);
            text += frames.substr(at + 8, length);
            at += 8 + length;
        }
        QCOMPARE(std::count(text.begin(), text.end(), '\n'), 200000);
        wait(ran);
        const std::string log = logged(ran);
        QCOMPARE(std::count(log.begin(), log.end(), '\n'), 200000);
        (void)m_runtime->destroy(ran.id);
    }

    void posture()
    {
        const Ran ran = start(input({"sh", "-c", "grep -E 'Cap(Eff|Inh|Amb)|Seccomp:' /proc/self/status; unshare -m true; echo $?"}));
        QVERIFY(ran.started.has_value());
        wait(ran);
        const std::string log = logged(ran);
        QVERIFY2(log.find("CapEff:\t00000000a80425fb") != std::string::npos, log.c_str());
        QVERIFY(log.find("CapInh:\t0000000000000000") != std::string::npos);
        QVERIFY(log.find("Seccomp:\t2") != std::string::npos);
        QVERIFY2(log.find("Operation not permitted") != std::string::npos, log.c_str());
        (void)m_runtime->destroy(ran.id);
    }

    void outOfMemory()
    {
        SpecInput in = input({"sh", "-c", "exec tail /dev/zero"});
        in.resources.memory = in.resources.memorySwap = 16 << 20;
        in.resources.pidsLimit = 20;
        const Ran ran = start(in);
        QVERIFY(ran.started.has_value());
        const auto status = wait(ran);
        QCOMPARE(status.code, 137);
        QVERIFY(status.oomKilled);
        (void)m_runtime->destroy(ran.id);
    }

    void monitorKilled()
    {
        const Ran ran = start(input({"sleep", "100"}));
        QVERIFY(ran.started.has_value());
        ::kill(ran.started->monitorPid, SIGKILL);
        QTest::qWait(50); // the kernel's record of the exit may still be read through a pidfd: 137; else nobody knows: 255
        const auto recovered = m_runtime->recover(ran.runDir);
        QVERIFY(recovered.has_value());
        QCOMPARE(recovered->monitorPid, 0);
        ::kill(ran.started->pid, SIGKILL);
        const int code = wait(ran).code;
        QVERIFY(code == 255 || code == 137);
        (void)m_runtime->destroy(ran.id);
    }

    void speed()
    {
        QElapsedTimer timer;
        timer.start();
        for (int i = 0; i < 10; ++i) {
            const Ran ran = start(input({"true"}));
            QVERIFY(ran.started.has_value());
            wait(ran);
            (void)m_runtime->destroy(ran.id);
        }
        qInfo() << "run, wait, destroy:" << static_cast<double>(timer.elapsed()) / 10 << "ms";
    }
};

QTEST_APPLESS_MAIN(TestRuntime)
#include "tst_runtime_streams.moc"
