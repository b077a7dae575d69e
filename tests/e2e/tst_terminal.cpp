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
    void attach(const std::string& id, std::optional<std::uint64_t> from = {})
    {
        m_request = client().attachSession(
            id, from,
            [this](const slipway::SessionClient::Kept& past) {
                const std::lock_guard lock(m_mutex);
                m_kept = past;
            },
            events(), opened());
    }
    std::optional<slipway::SessionClient::Kept> kept()
    {
        const std::lock_guard lock(m_mutex);
        return m_kept;
    }
    std::optional<std::vector<slipway::SessionClient::Session>> sessions(const std::string& container)
    {
        std::optional<slipway::Result<std::vector<slipway::SessionClient::Session>>> answer;
        std::mutex mutex;
        const auto request = client().sessions(container, [&](auto all) {
            const std::lock_guard lock(mutex);
            answer = std::move(all);
        });
        const bool came = QTest::qWaitFor([&] { const std::lock_guard lock(mutex); return answer.has_value(); }, patience);
        if (!came || !*answer)
            return {};
        return **answer;
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
    void resize(int rows, int columns)
    {
        std::shared_ptr<slipway::Terminal> terminal;
        QVERIFY(QTest::qWaitFor([&] { const std::lock_guard lock(m_mutex); terminal = m_terminal; return terminal != nullptr; }, patience));
        terminal->resize(rows, columns);
    }
    void resizeWhenOpened(int rows, int columns) { m_first = {rows, columns}; }
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
    void end(const std::string& id) { m_ending = client().endSession(id, [](const slipway::Result<void>&) {}); }

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
            if (terminal && m_first)
                m_terminal->resize(m_first->first, m_first->second);
        };
    }
    std::mutex m_mutex;
    std::string m_output;
    std::optional<slipway::SessionClient::Kept> m_kept;
    std::optional<std::pair<int, int>> m_first;
    std::shared_ptr<slipway::Terminal> m_terminal;
    std::unique_ptr<slipway::EngineClient> m_client;
    slipway::Request m_request, m_ending;
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

    void sessionsOutliveTheirWindowAndTheEngine()
    {
        QCOMPARE(m_engine.docker({"run", "-d", "--name", "box", "busybox", "sleep", "1000"}).code, 0);
        const std::string box = m_engine.get("/containers/box/json")["Id"].toString().toStdString();
        {
            Shell shell(m_engine.socketPath());
            shell.open("box", "first");
            shell.type("echo on$((1+1))\n");
            QVERIFY2(shell.waitFor("on2"), shell.output().c_str());
            QCOMPARE(shell.sessions("other")->size(), std::size_t{0});
        }
        Shell plain(m_engine.socketPath());
        plain.open("box", ""); // without a name it is not one
        plain.type("echo plain$((1+1))\n");
        QVERIFY(plain.waitFor("plain2"));
        m_engine.killHard();
        QVERIFY(m_engine.start());
        Shell again(m_engine.socketPath());
        const auto all = again.sessions(box);
        QVERIFY(all && all->size() == 1);
        QCOMPARE(all->front().name, std::string("first"));
        QCOMPARE(all->front().command, std::vector<std::string>{"sh"});
        QCOMPARE(all->front().foreground, std::string());
        again.attach(all->front().id);
        QVERIFY2(again.waitFor("on2"), again.output().c_str());
        QVERIFY(again.kept() && !again.kept()->continued);
        QCOMPARE(again.kept()->rows, 24);
        QCOMPARE(again.kept()->columns, 80);
        again.type("echo $MARK-back; sleep 1234\n");
        QVERIFY2(again.waitFor("here-back\r\n"), again.output().c_str());
        EVENTUALLY_COMPARE(again.sessions(box)->front().foreground, std::string("sleep"));
        // Who knows how much it has gets the rest, and nothing twice.
        const std::string whole = again.output();
        Shell third(m_engine.socketPath());
        third.attach(all->front().id, 10);
        QVERIFY2(third.waitFor("here-back\r\n"), third.output().c_str());
        QVERIFY(third.kept()->continued);
        QCOMPARE(third.output(), whole.substr(10));
        QCOMPARE(third.kept()->position, whole.size());
        again.end(all->front().id);
        EVENTUALLY_COMPARE(again.sessions(box)->size(), std::size_t{0});
        EVENTUALLY_VERIFY(!m_engine.docker({"top", "box"}).out.contains("sleep 1234"));
        QCOMPARE(m_engine.api("DELETE", "/slipway/sessions/none").code, 22);
        QCOMPARE(m_engine.api("POST", "/slipway/sessions/none/attach").code, 22);
    }

    // What is kept has a limit; it begins with a line, in the state that the rest left the terminal in.
    void whatASessionKeepsIsBounded()
    {
        QCOMPARE(m_engine.docker({"run", "-d", "--name", "box", "busybox", "sleep", "1000"}).code, 0);
        const std::string box = m_engine.get("/containers/box/json")["Id"].toString().toStdString();
        std::size_t all = 0;
        {
            Shell shell(m_engine.socketPath());
            shell.open("box", "first");
            shell.type("printf '\\033[?1049h\\033[?1000;2004h\\033[?2004l'; seq 1 400000; echo en$((1+1))ded\n");
            QVERIFY(shell.waitFor("en2ded"));
            all = shell.output().size();
        }
        QVERIFY(all > 2'500'000);
        Shell again(m_engine.socketPath());
        again.attach(again.sessions(box)->front().id, 5);
        QVERIFY(again.waitFor("en2ded"));
        QVERIFY(again.kept() && !again.kept()->continued); // the sixth byte is gone
        QVERIFY(again.kept()->position >= all);
        QVERIFY2(again.kept()->length >= 512 * 1024 - 64 && again.kept()->length <= 1024 * 1024 + 64, qPrintable(QString::number(again.kept()->length)));
        const std::string modes = "\x1b[?1000h\x1b[?1049h\x1b[?2004l";
        QCOMPARE(again.output().substr(0, modes.size()), modes);
        std::size_t end = again.output().find("\r\n"), previous = std::stoul(again.output().substr(modes.size(), 6));
        for (std::size_t at = end + 2; (end = again.output().find("\r\n", at)) != std::string::npos; at = end + 2) { // no line is missing
            const std::string line = again.output().substr(at, end - at);
            if (line == "en2ded")
                break;
            QCOMPARE(std::stoul(line), ++previous);
        }
        QCOMPARE(previous, std::size_t{400000});
    }

    // A terminal has the size that was asked for last, however fast the sizes came and whether or not its program ran by then.
    void theLastSizeCounts()
    {
        QCOMPARE(m_engine.docker({"run", "-d", "--name", "box", "busybox", "sleep", "1000"}).code, 0);
        Shell shell(m_engine.socketPath());
        shell.resizeWhenOpened(33, 77);
        shell.open("box", "first");
        const auto becomes = [&shell](const std::string& size) {
            return QTest::qWaitFor([&] {
                shell.type("stty size\n");
                return shell.waitFor("\n" + size, 100);
            }, patience / 10);
        };
        QVERIFY2(becomes("33 77\r\n"), shell.output().c_str());
        for (int burst = 0; burst < 10; ++burst) {
            for (int i = 0; i < 30; ++i)
                shell.resize(10 + i, 40 + burst);
            shell.resize(50, 100 + burst);
            const std::string last = "50 " + std::to_string(100 + burst) + "\r\n";
            QVERIFY2(becomes(last), shell.output().c_str());
        }
    }

    // The container's end is theirs.
    void sessionsEndWithTheirContainer()
    {
        QCOMPARE(m_engine.docker({"run", "-d", "--name", "box", "busybox", "sleep", "1000"}).code, 0);
        const Footprint before(m_engine);
        Shell shell(m_engine.socketPath());
        shell.open("box", "first");
        shell.type("echo on$((1+1))\n");
        QVERIFY2(shell.waitFor("on2"), shell.output().c_str());
        QCOMPARE(shell.sessions("")->size(), std::size_t{1});
        QCOMPARE(m_engine.docker({"restart", "-t", "0", "box"}).code, 0);
        EVENTUALLY_COMPARE(shell.sessions("")->size(), std::size_t{0});
        EVENTUALLY_VERIFY2(!Footprint(m_engine).since(before).contains("/exec/"), qPrintable(Footprint(m_engine).since(before))); // no monitor of one
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
