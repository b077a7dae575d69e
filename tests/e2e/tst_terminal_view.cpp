// SPDX-License-Identifier: GPL-3.0-or-later
#include <QDir>
#include <QJsonArray>
#include <QJsonObject>
#include <QMenu>
#include <QPushButton>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QToolButton>

#include "../ui/isolated_settings.h"
#include "shell/object_names.h"
#include "shell_window.h"

using namespace slipway::ui;
using namespace slipway::test;

// The window's terminal with a real engine and real shells.
class TestTerminalView : public QObject
{
    Q_OBJECT

    IsolatedSettings m_settings;
    EngineProcess m_engine;

    QString runBox() const
    {
        m_engine.docker({"run", "-d", "--name", "box", "busybox", "sleep", "1000"});
        return m_engine.get("/containers/box/json")["Id"].toString();
    }
    qsizetype sessions() const { return m_engine.get("/slipway/sessions").toArray().size(); }

private slots:
    void initTestCase()
    {
        QCOMPARE(m_engine.startWithBusybox(), QByteArray());
    }
    void cleanup() { m_engine.removeContainers(); }

    void aKilledWindowIsNoEnd()
    {
        const QString box = runBox();
        {
            ShellWindow window(m_engine, box);
            EVENTUALLY_VERIFY(window.isOpen());
            window.type("echo fi$((1+0))rst");
            EVENTUALLY_VERIFY2(window.text().contains("fi1rst"), qPrintable(window.text().right(500)));
            QTest::keyClick(window.canvas(), Qt::Key_T, Qt::ControlModifier | Qt::ShiftModifier);
            EVENTUALLY_COMPARE(window.tabs()->count(), 2);
            EVENTUALLY_VERIFY(window.isOpen());
            window.type("for i in 1 2 3 4; do sleep 0.3; echo tick$((i*111)); done; touch /done");
            EVENTUALLY_VERIFY(window.text().contains("tick111"));
        }
        QCOMPARE(sessions(), 2);
        EVENTUALLY_COMPARE(m_engine.docker({"exec", "box", "ls", "/done"}).code, 0); // it printed while nobody looked
        ShellWindow again(m_engine, box);
        EVENTUALLY_COMPARE(again.tabs()->count(), 2);
        EVENTUALLY_VERIFY2(again.text().contains("tick444"), qPrintable(again.text()));
        QCOMPARE(again.text().count("tick222"), 1);
        again.type("echo still$((1+1))");
        EVENTUALLY_VERIFY2(again.text().contains("still2"), qPrintable(again.text()));
        again.tabs()->setCurrentIndex(0);
        EVENTUALLY_VERIFY2(again.text().contains("fi1rst"), qPrintable(again.text()));
        QCOMPARE(sessions(), 2);
    }

    void aKilledEngineIsNoEnd()
    {
        const QString box = runBox();
        ShellWindow window(m_engine, box);
        EVENTUALLY_VERIFY(window.isOpen());
        window.type("seq 1 3000; for i in 1 2 3 4 5 6 7 8; do sleep 0.2; echo tick$((i*111)); done");
        EVENTUALLY_VERIFY(window.text().contains("tick111"));
        m_engine.killHard();
        EVENTUALLY_COMPARE(window.session()->state(), TerminalSession::State::Away);
        QVERIFY(m_engine.start());
        EVENTUALLY_VERIFY(window.isOpen());
        EVENTUALLY_VERIFY2(window.text().contains("tick888"), qPrintable(window.text().right(500)));
        for (const char* once : {"tick111\n", "tick222\n", "tick555\n", "\n1\n2\n3\n", "\n2999\n3000\n"}) // nothing lost, nothing twice
            QCOMPARE(window.text().count(once), 1);
        const auto size = [&window] { return QString("%1 %2\n").arg(window.canvas()->gridSize().height()).arg(window.canvas()->gridSize().width()); };
        const bool sized = QTest::qWaitFor([&] { // the new size may come after what is typed
            window.type("stty size");
            return QTest::qWaitFor([&] { return window.text().contains(size()); }, 200);
        }, patience);
        QVERIFY2(sized, qPrintable(window.text().right(500)));
        QCOMPARE(sessions(), 1);
    }

    // Questions of a program that were answered in an earlier window are not answered again: nobody would read the answers but the shell.
    void oldQuestionsAreNotAnswered()
    {
        const QString box = runBox();
        {
            ShellWindow window(m_engine, box);
            EVENTUALLY_VERIFY(window.isOpen());
            window.type("stty -icanon -echo; printf '\\033[c\\033[6n\\007'; read -r -d c a; read -r -d R b; stty icanon echo; echo as$((1+0))ked");
            EVENTUALLY_VERIFY2(window.text().contains("as1ked\n/ #\n"), qPrintable(window.text()));
            window.type("clear");
            EVENTUALLY_VERIFY2(window.text().startsWith("/ #\n"), qPrintable(window.text()));
        }
        ShellWindow again(m_engine, box);
        EVENTUALLY_VERIFY2(again.isOpen() && again.text().startsWith("/ #\n"), qPrintable(again.text()));
        QSignalSpy bells(again.session(), &TerminalSession::bell);
        again.type("echo li$((1+0))ve");
        EVENTUALLY_VERIFY2(again.text().contains("li1ve"), qPrintable(again.text()));
        QVERIFY2(again.text().contains("# echo li"), qPrintable(again.text())); // nothing was typed before it
        QCOMPARE(bells.count(), 0);
    }

    void aClosedTabEndsItsShell()
    {
        const QString box = runBox();
        ShellWindow window(m_engine, box);
        EVENTUALLY_VERIFY(window.isOpen());
        window.type("echo on$((1+1))");
        EVENTUALLY_VERIFY(window.text().contains("on2"));
        QVERIFY(window.tabs()->tabToolTip(0).contains("ends the shell"));
        window.clickClose(0);
        EVENTUALLY_COMPARE(sessions(), 0);
        QCOMPARE(window.tabs()->count(), 0);
        QVERIFY(window.question()->text().isEmpty());
    }

    void aClosedTabAsksWhileAProgramRuns()
    {
        const QString box = runBox();
        ShellWindow window(m_engine, box);
        EVENTUALLY_VERIFY(window.isOpen());
        window.type("echo on$((1+1)); sleep 500");
        EVENTUALLY_VERIFY(window.text().contains("on2"));
        window.clickClose(0);
        EVENTUALLY_VERIFY(window.question()->text().startsWith("sleep is running"));
        QCOMPARE(window.tabs()->count(), 1);
        QCOMPARE(sessions(), 1);
        window.question()->findChild<QPushButton*>()->click();
        EVENTUALLY_COMPARE(sessions(), 0);
        QCOMPARE(window.tabs()->count(), 0);
        EVENTUALLY_VERIFY(!m_engine.docker({"top", "box"}).out.contains("sleep 500"));
    }

    // An image without a shell gets one from the engine.
    void aContainerWithoutAShell()
    {
        QDir folder(m_engine.folder());
        QVERIFY(folder.mkdir("bare"));
        QVERIFY(QFile::copy(QStandardPaths::findExecutable("busybox"), folder.filePath("bare/sleep")));
        const Output tar = slipway::test::run("tar", {"-C", folder.filePath("bare"), "-c", "sleep"});
        QCOMPARE(m_engine.docker({"import", "-", "bare"}, tar.out).code, 0);
        QCOMPARE(m_engine.docker({"run", "-d", "--name", "box", "bare", "/sleep", "1000"}).code, 0);
        ShellWindow window(m_engine, m_engine.get("/containers/box/json")["Id"].toString());
        auto* button = window.view.findChild<QPushButton*>(slipway::ui::names::terminalAction);
        EVENTUALLY_COMPARE(button->text(), QString("Open a debug shell"));
        QCOMPARE(sessions(), 0);
        button->click();
        EVENTUALLY_VERIFY(window.isOpen());
        window.type("ls -d /sleep /proc; id -u");
        EVENTUALLY_VERIFY2(window.text().contains("/proc   /sleep\n0\n"), qPrintable(window.text().right(500)));
        EVENTUALLY_COMPARE(window.tabs()->tabText(0), QString("debug shell"));
        QCOMPARE(m_engine.docker({"diff", "box"}).out, QByteArray());
    }

    // Which shells there are is found out without running anything, the one that was chosen last is opened first.
    void theShellThatWasChosenLastIsOpened()
    {
        const QString box = runBox();
        const Output made = m_engine.docker({"exec", "box", "sh", "-c", "printf '#!/bin/sh\\nexec sh\\n' > /bin/zsh; chmod +x /bin/zsh; mkdir -p /bin/fish /usr/bin; touch /usr/bin/bash"});
        QVERIFY2(made.code == 0, (made.out + made.err).constData());
        ShellWindow window(m_engine, box);
        EVENTUALLY_VERIFY(window.isOpen());
        QCOMPARE(window.session()->name(), QString("zsh")); // a file that cannot be executed is none, nor is a folder
        auto* menu = window.view.findChild<QToolButton*>()->menu();
        emit menu->aboutToShow();
        QStringList offered;
        for (const QAction* action : menu->actions())
            offered << action->text();
        QCOMPARE(offered, QStringList({"zsh", "ash", "sh", "Debug Shell", "", "New Session…"}));
        menu->actions()[1]->trigger();
        QCOMPARE(window.session()->name(), QString("ash"));
        EVENTUALLY_COMPARE(sessions(), 2);
        ShellWindow again(m_engine, box);
        EVENTUALLY_COMPARE(again.tabs()->count(), 2);
        QTest::keyClick(&again.view, Qt::Key_T, Qt::ControlModifier | Qt::ShiftModifier);
        EVENTUALLY_COMPARE(again.tabs()->count(), 3);
        QCOMPARE(again.session()->name(), QString("ash"));
    }

    // A shell that ends by itself is not looked for, and one whose container stopped says so.
    void anEndIsAnEnd()
    {
        const QString box = runBox();
        ShellWindow window(m_engine, box);
        EVENTUALLY_VERIFY(window.isOpen());
        window.type("exit");
        EVENTUALLY_COMPARE(window.session()->state(), TerminalSession::State::Ended);
        QTest::keyClick(&window.view, Qt::Key_T, Qt::ControlModifier | Qt::ShiftModifier);
        EVENTUALLY_VERIFY(window.isOpen());
        QCOMPARE(m_engine.docker({"kill", "box"}).code, 0);
        EVENTUALLY_COMPARE(window.session()->state(), TerminalSession::State::Ended);
    }
};

QTEST_MAIN(TestTerminalView)
#include "tst_terminal_view.moc"
