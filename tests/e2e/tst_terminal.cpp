// SPDX-License-Identifier: GPL-3.0-or-later
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <mutex>

#include "client/session_client.h"
#include "support/engine_process.h"
#include "support/footprint.h"
#include "support/pty_process.h"

using namespace slipway::test;

namespace
{
// A shell as the window has it.
class Shell
{
public:
    Shell(const QString& socket, bool takes = true) : m_client(slipway::makeHttpEngineClient(socket.toStdString())), m_takes(takes) {}
    void open(const QString& container, const std::string& session)
    {
        slipway::SessionClient::Options options;
        options.command = {"sh"};
        options.env = {"MARK=here"};
        options.session = session;
        m_request = client().openSession(container.toStdString(), options, events(), opened());
    }
    bool waitFor(const std::string& text, int ms = patience)
    {
        return QTest::qWaitFor([&] { return output().find(text) != std::string::npos; }, ms);
    }
    std::string output()
    {
        const std::lock_guard lock(m_mutex);
        return m_output;
    }
    void type(const std::string& text)
    {
        std::shared_ptr<slipway::Terminal> terminal;
        QVERIFY(QTest::qWaitFor([&] { const std::lock_guard lock(m_mutex); terminal = m_terminal; return terminal != nullptr; }, patience));
        terminal->write(text);
    }
    void takeAll() // from now on, too
    {
        std::shared_ptr<slipway::Terminal> terminal;
        std::size_t untaken = 0;
        {
            const std::lock_guard lock(m_mutex);
            m_takes = true;
            untaken = m_output.size();
            terminal = m_terminal;
        }
        dynamic_cast<slipway::FlowControlled&>(*terminal).taken(untaken);
    }

private:
    slipway::SessionClient& client() { return dynamic_cast<slipway::SessionClient&>(m_client->exec()); }
    slipway::TerminalEvents events()
    {
        return {.onOutput = [this](const std::string& bytes) {
                    std::shared_ptr<slipway::Terminal> terminal;
                    {
                        const std::lock_guard lock(m_mutex);
                        m_output += bytes;
                        terminal = m_takes ? m_terminal : nullptr;
                    }
                    if (terminal)
                        dynamic_cast<slipway::FlowControlled&>(*terminal).taken(bytes.size());
                },
                .onClosed = {}};
    }
    slipway::Reply<std::shared_ptr<slipway::Terminal>> opened()
    {
        return [this](slipway::Result<std::shared_ptr<slipway::Terminal>> terminal) {
            const std::lock_guard lock(m_mutex);
            if (terminal)
                m_terminal = *terminal;
        };
    }
    std::mutex m_mutex;
    std::string m_output;
    std::shared_ptr<slipway::Terminal> m_terminal;
    std::unique_ptr<slipway::EngineClient> m_client;
    slipway::Request m_request;
    bool m_takes;
};
} // namespace

// The docker client on a real terminal: attach, detach, resize, and what becomes of the container then.
class TestTerminal : public QObject
{
    Q_OBJECT

    EngineProcess m_engine;

    QJsonObject state(const QString& name) const { return m_engine.get("/containers/" + name + "/json")["State"].toObject(); }
    std::unique_ptr<PtyProcess> docker(const QStringList& arguments, int rows = 24, int columns = 80) const
    {
        return std::make_unique<PtyProcess>("docker", arguments, m_engine.clientEnvironment(), rows, columns);
    }
    // The client watches its terminal only some time after the program's first words: the size changes until SHOWN is seen.
    // After each change ASK is typed.
    static bool resizeUntil(PtyProcess& shell, int rows, int columns, const QByteArray& ask, const QByteArray& shown)
    {
        for (int waited = 0; waited < patience; waited += 250) {
            shell.resize(rows, columns + 1);
            shell.resize(rows, columns);
            shell.type(ask);
            if (shell.waitFor(shown, 250))
                return true;
        }
        return false;
    }
    static constexpr const char* ctrlP = "\x10";
    static constexpr const char* ctrlQ = "\x11";

private slots:
    void initTestCase() { QCOMPARE(m_engine.startWithBusybox(), QByteArray()); }

    void cleanup() { m_engine.removeContainers(); }

    void shellHasATerminalOfThatSize()
    {
        const auto shell = docker({"run", "--rm", "-it", "--network", "none", "busybox", "sh"}, 33, 101);
        shell->type("tty; stty size; echo $TERM-\n");
        QVERIFY2(shell->waitFor("/dev/pts/0"), shell->output().constData());
        QVERIFY2(shell->waitFor("33 101"), shell->output().constData());
        QVERIFY2(shell->waitFor("xterm-"), shell->output().constData());
        QVERIFY2(resizeUntil(*shell, 50, 160, "stty size\n", "50 160"), shell->output().constData());
        shell->type("exit 7\n");
        QCOMPARE(shell->waitForEnd(), 7);
        EVENTUALLY_COMPARE(m_engine.docker({"ps", "-aq"}).out, QByteArray());
    }

    void aResizeReachesTheProgramAsASignal()
    {
        const auto shell = docker({"run", "--rm", "-it", "--network", "none", "busybox", "sh", "-c",
                                   "trap 'stty size' WINCH; echo ready; while true; do sleep 0.05; done"});
        QVERIFY2(shell->waitFor("ready"), shell->output().constData());
        QVERIFY2(resizeUntil(*shell, 44, 99, {}, "44 99"), shell->output().constData());
    }

    void detachLeavesItRunning_data()
    {
        QTest::addColumn<QStringList>("options");
        QTest::addColumn<QList<QByteArray>>("keys");
        QTest::newRow("usual keys") << QStringList{} << QList<QByteArray>{ctrlP, ctrlQ};
        QTest::newRow("keys of one's own") << QStringList{"--detach-keys", "ctrl-x,y,ctrl-@"} << QList<QByteArray>{"\x18", "y", QByteArray(1, '\0')};
        QTest::newRow("a letter") << QStringList{"--detach-keys", "Z"} << QList<QByteArray>{"Z"};
    }
    void detachLeavesItRunning()
    {
        QFETCH(QStringList, options);
        QFETCH(QList<QByteArray>, keys);
        const auto shell = docker(QStringList{"run", "-it", "--name", "box"} + options + QStringList{"--network", "none", "busybox", "sh"});
        shell->type("echo on$((1+1))\n");
        QVERIFY2(shell->waitFor("on2"), shell->output().constData());
        for (const QByteArray& key : keys)
            shell->type(key);
        QCOMPARE(shell->waitForEnd(), 0);
        QVERIFY(state("box")["Running"].toBool());
        const auto again = docker(QStringList{"attach"} + options + QStringList{"box"});
        again->type("\necho back$((1+1))\n");
        QVERIFY2(again->waitFor("back2"), again->output().constData());
        for (const QByteArray& key : keys)
            again->type(key);
        QVERIFY2(again->waitForEnd() >= 0, again->output().constData());
        QVERIFY(state("box")["Running"].toBool());
    }

    // Part of a sequence is typed like anything else.
    void aHalfDetachSequenceIsPassedOn()
    {
        const auto shell = docker({"run", "-it", "--name", "box", "--network", "none", "busybox", "sh", "-c", "echo ready; exec cat -v"});
        QVERIFY2(shell->waitFor("ready"), shell->output().constData()); // before that the client's own terminal would echo it
        shell->type(QByteArray(ctrlP) + "x\n");
        for (const char* from : {"the container's terminal", "its program"})
            QVERIFY2(shell->waitFor("^Px"), from);
        QVERIFY(state("box")["Running"].toBool());
    }

    // The docker command tells it once more by a resize; others only here.
    void sizeOfAnExecsStart()
    {
        QCOMPARE(m_engine.docker({"run", "-d", "--name", "box", "--network", "none", "busybox", "sleep", "1000"}).code, 0);
        const Output made = m_engine.api("POST", "/containers/box/exec", R"({"Tty":true,"AttachStdout":true,"Cmd":["stty","size"]})");
        const QString id = QJsonDocument::fromJson(made.out)["Id"].toString();
        const Output said = m_engine.api("POST", "/exec/" + id + "/start", R"({"Detach":false,"Tty":true,"ConsoleSize":[31,77]})");
        QVERIFY2(said.out.contains("31 77"), said.out.constData());
    }

    void execDetachesAndItsShellLives()
    {
        QCOMPARE(m_engine.docker({"run", "-d", "--name", "box", "busybox", "sleep", "1000"}).code, 0);
        const auto shell = docker({"exec", "-it", "box", "sh"}, 31, 77);
        shell->type("stty size; echo on$((1+1))\n");
        QVERIFY2(shell->waitFor("31 77"), shell->output().constData());
        QVERIFY2(shell->waitFor("on2"), shell->output().constData());
        QVERIFY2(resizeUntil(*shell, 32, 78, "stty size\n", "32 78"), shell->output().constData());
        const QString id = m_engine.get("/containers/box/json")["ExecIDs"][0].toString();
        shell->type(ctrlP);
        shell->type(ctrlQ);
        QVERIFY2(shell->waitForEnd() >= 0, shell->output().constData());
        QVERIFY(m_engine.get("/exec/" + id + "/json")["Running"].toBool());
    }

    // Who does not deal with what comes gets little of it, and the program waits.
    void aProgramThatPrintsForEverWaits()
    {
        QCOMPARE(m_engine.docker({"run", "-d", "--name", "box", "busybox", "sleep", "1000"}).code, 0);
        Shell shell(m_engine.socketPath(), false);
        shell.open("box", "");
        shell.type("yes\n");
        QVERIFY(shell.waitFor("y\r\ny\r\ny"));
        QVERIFY(QTest::qWaitFor([&] { return shell.output().size() >= 512 * 1024; }, patience));
        QTest::qWait(300);
        const std::size_t held = shell.output().size();
        QVERIFY2(held < 800 * 1024, qPrintable(QString::number(held)));
        QTest::qWait(300);
        QCOMPARE(shell.output().size(), held);
        shell.takeAll();
        QVERIFY(QTest::qWaitFor([&] { return shell.output().size() > held + (4 << 20); }, patience));
        shell.type("\x03");
        shell.type("echo en$((1+1))ded\n");
        QVERIFY(shell.waitFor("en2ded"));
    }

    void aWrongKeyIsRefused()
    {
        QCOMPARE(m_engine.docker({"run", "-d", "--name", "box", "busybox", "sleep", "1000"}).code, 0);
        const Output answer = m_engine.api("POST", "/containers/box/attach?stream=1&stdin=1&detachKeys=foo");
        QVERIFY2(answer.out.contains("foo"), answer.out.constData());
        QVERIFY(answer.code != 0);
    }

    // Clients that vanish, and one that never reads, leave nothing and hold nobody up.
    void vanishedClientsLeaveNothing()
    {
        QCOMPARE(m_engine.docker({"run", "-d", "-it", "--name", "box", "busybox", "sh"}).code, 0);
        const Footprint before(m_engine);
        for (int i = 0; i < 5; ++i) {
            const auto client = docker({"attach", "box"});
            client->type("\necho on$((1+1))\n");
            QVERIFY2(client->waitFor("on2"), client->output().constData());
            const auto exec = docker({"exec", "-i", "box", "cat"});
            exec->type("hello\n");
            QVERIFY2(exec->waitFor("hello\r\nhello"), exec->output().constData());
        } // killed here
        EVENTUALLY_COMPARE(Footprint(m_engine).since(before), QString());
        QVERIFY(state("box")["Running"].toBool());
    }
};

QTEST_GUILESS_MAIN(TestTerminal)
#include "tst_terminal.moc"
