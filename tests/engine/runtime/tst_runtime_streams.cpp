// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>

#include <csignal>

#include "runtime_fixture.h"

using namespace slipway;
using namespace slipway::test;

#define MUST(running) QVERIFY2((running).has_value(), (running) ? "" : (running).error().message.c_str())

// What goes in and out of a container: log, attached clients, terminals, exec sessions.
class TestRuntimeStreams : public QObject
{
    Q_OBJECT

    std::unique_ptr<RuntimeFixture> m;

    void end(const Running& running)
    {
        ::kill(running.started.pid, SIGKILL);
        RuntimeFixture::wait(running.exit);
        QVERIFY(m->destroy(running));
    }

private slots:
    void initTestCase() { m = std::make_unique<RuntimeFixture>(); }
    void cleanupTestCase() { m.reset(); }

    void outputIsLoggedByStream()
    {
        auto running = m->run({"sh", "-c", "echo one; echo two >&2; echo -n three"});
        MUST(running);
        QCOMPARE(RuntimeFixture::wait(running->exit).code, 0);
        QCOMPARE(RuntimeFixture::logOf(*running, true, false), std::string("one\nthree"));
        QCOMPARE(RuntimeFixture::logOf(*running, false, true), std::string("two\n"));
        QVERIFY(m->destroy(*running));
    }

    void framesAreDockers()
    {
        UniqueFd ours;
        auto running = m->run({"sh", "-c", "echo out; sleep 0.1; echo err >&2"},
                              [&](SpecInput&, RunRequest& request) { ours = attachFromTheStart(request, {false, true, true}); });
        MUST(running);
        QCOMPARE(readAll(ours.get()), std::string("\1\0\0\0\0\0\0\4out\n\2\0\0\0\0\0\0\4err\n", 24));
        QCOMPARE(RuntimeFixture::wait(running->exit).code, 0);
        QVERIFY(m->destroy(*running));
    }

    void attachedFromTheStartLosesNothing()
    {
        UniqueFd ours;
        auto running = m->run({"cat"}, [&](SpecInput&, RunRequest& request) {
            request.openStdin = request.stdinOnce = true;
            ours = attachFromTheStart(request, {true, true, true});
        });
        MUST(running);
        QCOMPARE(::write(ours.get(), "hello\n", 6), 6);
        ::shutdown(ours.get(), SHUT_WR);
        QCOMPARE(unframed(readAll(ours.get())).out, std::string("hello\n"));
        QCOMPARE(RuntimeFixture::wait(running->exit).code, 0);
        QVERIFY(m->destroy(*running));
    }

    void attachedLaterByTheSocket()
    {
        auto running = m->run({"cat"}, [](SpecInput&, RunRequest& request) { request.openStdin = request.stdinOnce = true; });
        MUST(running);
        const auto fd = m->runtime->attach(running->runDir, {.in = true});
        MUST(fd);
        QCOMPARE(::write(fd->get(), "hello\n", 6), 6);
        ::shutdown(fd->get(), SHUT_WR);
        QCOMPARE(unframed(readAll(fd->get())).out, std::string("hello\n"));
        QCOMPARE(RuntimeFixture::wait(running->exit).code, 0);
        QVERIFY(m->destroy(*running));
    }

    // Far more than any buffer between the two: the container waits, nothing is dropped.
    void aSlowReaderLosesNothing()
    {
        constexpr int lines = 600'000;
        UniqueFd ours;
        auto running = m->run({"seq", "1", std::to_string(lines)},
                              [&](SpecInput&, RunRequest& request) { ours = attachFromTheStart(request, {false, true, true}); });
        MUST(running);
        QTest::qSleep(300);
        const Streams streams = unframed(readAll(ours.get()));
        std::string expected;
        for (int i = 1; i <= lines; ++i)
            expected += std::to_string(i) + '\n';
        QVERIFY(streams.whole && streams.out == expected);
        QCOMPARE(RuntimeFixture::wait(running->exit).code, 0);
        QVERIFY(RuntimeFixture::logOf(*running) == expected);
        QVERIFY(m->destroy(*running));
    }

    void aReaderThatVanishesHoldsNobodyUp()
    {
        UniqueFd ours;
        auto running = m->run({"seq", "1", "600000"},
                              [&](SpecInput&, RunRequest& request) { ours = attachFromTheStart(request, {false, true, true}); });
        MUST(running);
        QTest::qSleep(100);
        ours.reset();
        QCOMPARE(RuntimeFixture::wait(running->exit).code, 0);
        QVERIFY(RuntimeFixture::logOf(*running).ends_with("\n600000\n"));
        QVERIFY(m->destroy(*running));
    }

    void aTerminalHasItsSizeAndResizes()
    {
        UniqueFd ours;
        auto running = m->run({"sh", "-c", "stty size; read x; stty size; exit 3"}, [&](SpecInput& input, RunRequest& request) {
            input.process.terminal = request.terminal = request.openStdin = true;
            request.rows = input.process.rows = 24;
            request.columns = input.process.columns = 80;
            ours = attachFromTheStart(request, {true, true, true});
        });
        MUST(running);
        const std::string first = readUntil(ours.get(), "24 80\r\n");
        QVERIFY2(first.find("24 80\r\n") != std::string::npos, first.c_str());
        QVERIFY(m->runtime->resize(running->runDir, 40, 123));
        QCOMPARE(::write(ours.get(), "\n", 1), 1);
        const std::string output = readAll(ours.get());
        QVERIFY2(output.find("40 123") != std::string::npos, output.c_str());
        QCOMPARE(RuntimeFixture::wait(running->exit).code, 3);
        QVERIFY(!m->runtime->resize(running->runDir, 1, 1));
        QVERIFY(m->destroy(*running));
    }

    void execRunsInsideAndReportsItsOwnExit_data()
    {
        QTest::addColumn<bool>("terminal");
        QTest::newRow("pipes") << false;
        QTest::newRow("terminal") << true;
    }
    void execRunsInsideAndReportsItsOwnExit()
    {
        QFETCH(bool, terminal);
        auto running = m->run({"sleep", "100"});
        MUST(running);
        SpecProcess process;
        process.args = {"sh", "-c", "read x; echo got $x; stty size; exit 7"};
        process.env = {"PATH=/bin"};
        process.terminal = terminal;
        ExecRequest request;
        request.containerId = running->id;
        request.containerRunDir = running->runDir;
        request.target.reset(static_cast<int>(::syscall(SYS_pidfd_open, running->started.pid, 0)));
        request.runDir = running->runDir.parent_path() / "exec";
        request.exitFile = request.runDir / "exit";
        request.terminal = terminal;
        request.openStdin = true;
        request.process = *makeExecProcess(process, false);
        const UniqueFd ours = attachFromTheStart(request, {true, true, true});
        const auto runDir = request.runDir, exitFile = request.exitFile;
        const auto started = m->runtime->exec(std::move(request));
        MUST(started);
        const auto exit = m->watch(runDir, exitFile, started->pid);
        QCOMPARE(m->runtime->resize(runDir, 33, 77).has_value(), terminal);
        QCOMPARE(::write(ours.get(), "input\n", 6), 6);
        const std::string output = readAll(ours.get());
        QVERIFY2(output.find("got input") != std::string::npos, output.c_str());
        QCOMPARE(output.find("33 77") != std::string::npos, terminal);
        QCOMPARE(RuntimeFixture::wait(exit).code, 7);
        end(*running);
    }
};

QTEST_APPLESS_MAIN(TestRuntimeStreams)
#include "tst_runtime_streams.moc"
