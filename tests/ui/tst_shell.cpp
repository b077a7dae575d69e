// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractButton>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QMenu>
#include <QPushButton>
#include <QStackedWidget>
#include <QtTest>

#include "containers/containers_page.h"
#include "fake_engine.h"
#include "isolated_settings.h"
#include "jobs/jobs.h"
#include "samples.h"
#include "shell/command_palette.h"
#include "shell/fuzzy_match.h"
#include "shell/main_window.h"
#include "shell/object_names.h"
#include "shell/rail.h"
#include "shell/theme.h"
#include "widgets/message_bar.h"

using namespace slipway;
using namespace slipway::ui;
using test::container;

namespace
{
struct Fixture
{
    FakeClient client;
    EngineBridge bridge{client};
    MainWindow window{bridge, QStringLiteral("/starter.tar")};

    explicit Fixture(const std::vector<dockerapi::ContainerSummary>& rows = {})
    {
        client.summaries = rows;
        client.systemPart.pingAnswer = Status();
        window.show();
        QVERIFY(QTest::qWaitForWindowActive(&window));
    }
    template <class W = QWidget>
    W* find(const char* name) const
    {
        return window.findChild<W*>(QLatin1StringView(name));
    }
    void event(const char* action)
    {
        client.systemPart.onEvent({.type = "container", .action = action, .actorId = {}, .attributes = {}, .timeNano = 0});
    }
};
} // namespace

class TestShell : public QObject
{
    Q_OBJECT

    test::IsolatedSettings m_settings;

private slots:
    void initTestCase() { theme::apply(theme::Mode::Light); }
    void init() { test::IsolatedSettings::forget(); }

    void welcomeWhileThereIsNoContainer()
    {
        Fixture f;
        QVERIFY(f.find(names::welcomePage)->isVisible());
        QVERIFY(!f.find(names::startStarterButton)->isEnabled()); // the engine has not answered
        f.bridge.start();
        QTRY_VERIFY(f.find(names::startStarterButton)->isEnabled());
        f.client.summaries = {container("web", "running")};
        f.event("create");
        QTRY_VERIFY(f.find(names::containersPage) && f.find(names::containersPage)->isVisible());
        f.client.summaries.clear();
        f.event("destroy");
        QTRY_VERIFY(f.find(names::welcomePage)->isVisible());
    }

    void theStarterRunsAndItsPageIsOffered()
    {
        Fixture f;
        f.bridge.start();
        QTRY_VERIFY(f.find(names::startStarterButton)->isEnabled());
        f.find<QPushButton>(names::startStarterButton)->click();
        QVERIFY(!f.find(names::startStarterButton)->isEnabled());
        QCOMPARE(f.client.imagesPart.loaded, std::string("/starter.tar"));
        f.client.imagesPart.onEnd(fail(ErrorKind::NotFound, "opening /starter.tar: No such file or directory"));
        auto* problem = f.find<MessageBar>(names::welcomeProblem);
        QTRY_COMPARE(problem->text(), QStringLiteral("opening /starter.tar: No such file or directory"));
        f.find<QPushButton>(names::startStarterButton)->click();
        QVERIFY(problem->text().isEmpty());
        f.client.imagesPart.onEnd({});
        QTRY_VERIFY(f.find<QLabel>(names::starterLink)->text().contains(QLatin1StringView("http://127.0.0.1:")));
        QCOMPARE(f.client.createdBody["Image"].get<std::string>(), std::string("slipway/starter:latest"));
        QCOMPARE(f.client.acts, std::vector<std::string>{"start"});
    }

    void aLostEngineSaysWhatToDo()
    {
        Fixture f;
        f.client.systemPart.pingAnswer = fail(ErrorKind::Unavailable, "no socket");
        f.bridge.start();
        QTRY_COMPARE_WITH_TIMEOUT(f.bridge.state(), EngineBridge::State::Lost, 5000);
        auto* problem = f.find<MessageBar>(names::welcomeProblem);
        QVERIFY(problem->text().contains(QLatin1StringView("no socket")));
        f.client.systemPart.pingAnswer = Status();
        problem->findChild<QPushButton*>()->click();
        QTRY_COMPARE(f.bridge.state(), EngineBridge::State::Connected);
        QTRY_VERIFY(problem->text().isEmpty());
        QTRY_VERIFY(f.find<QLabel>(names::connectionLabel)->text().contains(QLatin1StringView("26.1.5")));
    }

    void roomsByKeyAreRemembered()
    {
        {
            Fixture f({container("web", "running")});
            f.bridge.start();
            QTRY_VERIFY(f.find(names::containersPage) && f.find(names::containersPage)->isVisible());
            QTest::keyClick(&f.window, Qt::Key_2, Qt::ControlModifier);
            QTRY_VERIFY(f.find(names::imagesPage) && f.find(names::imagesPage)->isVisible());
            QTest::keyClick(&f.window, Qt::Key_Left, Qt::AltModifier);
            QTRY_VERIFY(f.find(names::containersPage)->isVisible());
            QTest::keyClick(&f.window, Qt::Key_Right, Qt::AltModifier);
            QTRY_VERIFY(f.find(names::imagesPage)->isVisible());
            f.find<QAbstractButton>(names::collapseButton)->click();
        }
        Fixture again;
        QVERIFY(again.find(names::imagesPage) && again.find(names::imagesPage)->isVisible());
        QVERIFY(again.window.findChild<Rail*>()->isCollapsed());
    }

    void paletteFindsAndRuns()
    {
        Fixture f({container("web", "running"), container("database", "exited")});
        f.bridge.start();
        QTRY_VERIFY(f.find(names::containersPage));
        QTest::keyClick(&f.window, Qt::Key_K, Qt::ControlModifier);
        QTRY_VERIFY(f.window.findChild<CommandPalette*>());
        auto* palette = f.window.findChild<CommandPalette*>();
        auto* field = palette->findChild<QLineEdit*>();
        auto* list = palette->findChild<QListView*>();
        QTest::keyClicks(field, QStringLiteral("stdb"));
        QCOMPARE(list->currentIndex().data().toString(), QStringLiteral("Start database"));
        QTest::keyClick(field, Qt::Key_Return);
        QTRY_COMPARE(f.client.acts, std::vector<std::string>{"start"});
        QCOMPARE(f.client.actIds.front(), container("database", "").id);
        QTRY_VERIFY(!f.window.findChild<CommandPalette*>()); // the first one is gone
        f.window.openPalette();
        QTRY_VERIFY(f.window.findChild<CommandPalette*>());
        field = f.window.findChild<CommandPalette*>()->findChild<QLineEdit*>();
        QTest::keyClicks(field, QStringLiteral("web"));
        QTest::keyClick(field, Qt::Key_Return);
        QTRY_COMPARE(f.window.findChild<ContainersPage*>()->selectedIds(), QStringList{QString::fromStdString(container("web", "").id)});
    }

    void fuzzy()
    {
        QCOMPARE(fuzzyScore(QStringLiteral("xyz"), QStringLiteral("web")), 0);
        QVERIFY(fuzzyScore({}, QStringLiteral("web")) > 0);
        const auto better = [](const char* query, const char* good, const char* bad) {
            return fuzzyScore(QLatin1StringView(query), QLatin1StringView(good)) > fuzzyScore(QLatin1StringView(query), QLatin1StringView(bad));
        };
        QVERIFY(better("web", "web", "web-frontend"));
        QVERIFY(better("web", "web-1", "wide-ember"));
        QVERIFY(better("rw", "Run web", "crown"));
        QVERIFY(better("NG", "nginx:latest", "building"));
    }

    void helpIsInsideTheWindow()
    {
        Fixture f({container("web", "running")});
        f.bridge.setAddress(QStringLiteral("unix:///run/test.sock"));
        f.bridge.start();
        QTRY_VERIFY(f.find(names::containersPage));
        QTest::keyClick(&f.window, Qt::Key_F1);
        QTRY_VERIFY(f.find(names::helpPage) && f.find(names::helpPage)->isVisible());
        f.event("start"); // a listing does not take it away
        QTest::qWait(100);
        QVERIFY(f.find(names::helpPage)->isVisible());
        QTest::keyClick(f.find(names::helpPage), Qt::Key_Escape);
        QTRY_VERIFY(f.find(names::containersPage)->isVisible());
    }

    void closingAsksWhileAJobRuns()
    {
        Fixture f;
        Job& job = f.window.jobs().start("pull", QStringLiteral("Pull x"));
        QVERIFY(!f.window.close());
        QVERIFY(f.find(names::confirmDialog));
        job.finish({});
        QVERIFY(f.window.close());
    }

    void themeIsRemembered()
    {
        theme::choose(theme::Mode::Dark);
        QVERIFY(theme::isDark());
        QCOMPARE(theme::chosen(), theme::Mode::Dark);
        theme::choose(theme::Mode::System);
        QCOMPARE(theme::chosen(), theme::Mode::System);
        theme::apply(theme::Mode::Light);
    }
};

QTEST_MAIN(TestShell)
#include "tst_shell.moc"
