// SPDX-License-Identifier: GPL-3.0-or-later
#include <QDialog>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QToolButton>
#include <QtTest>

#include "containers/containers_page.h"
#include "containers/error_fix.h"
#include "fake_engine.h"
#include "isolated_settings.h"
#include "jobs/jobs.h"
#include "models/container_model.h"
#include "models/usage_monitor.h"
#include "samples.h"
#include "shell/object_names.h"
#include "shell/theme.h"
#include "widgets/list_filter.h"
#include "widgets/list_view.h"
#include "widgets/message_bar.h"
#include "widgets/segmented_filter.h"

using namespace slipway;
using namespace slipway::ui;
using test::container;

namespace
{
QString idOf(const char* name)
{
    return QString::fromStdString(container(name, "").id);
}

struct Fixture
{
    FakeClient client;
    EngineBridge bridge{client};
    ContainerModel model{bridge};
    Jobs jobs;
    ContainersPage page{bridge, model, jobs};

    explicit Fixture(const std::vector<dockerapi::ContainerSummary>& rows)
    {
        client.summaries = rows;
        client.systemPart.pingAnswer = Status();
        bridge.start();
        page.resize(1280, 700);
        page.show();
        QVERIFY(QTest::qWaitForWindowActive(&page));
        QVERIFY(QTest::qWaitFor([this] { return model.isLoaded(); }));
    }
    void click(const char* name) { page.findChild<QToolButton*>(QLatin1StringView(name))->click(); }
    QDialog* dialog(const char* name) { return page.findChild<QDialog*>(QLatin1StringView(name)); }
    QString status(const char* name)
    {
        for (int i = 0; i < model.rowCount(); ++i)
            if (model.index(i, 0).data(IdRole).toString() == idOf(name))
                return model.index(i, ContainerModel::Status).data().toString();
        return {};
    }
};
} // namespace

class TestContainersPage : public QObject
{
    Q_OBJECT

    test::IsolatedSettings m_settings;

private slots:
    void initTestCase() { theme::apply(theme::Mode::Light); }
    void init() { test::IsolatedSettings::forget(); }

    void segmentsCountAndFilter()
    {
        Fixture f({container("a", "running"), container("b", "exited"), container("c", "paused"), container("d", "running", "shop")});
        QCOMPARE(f.page.segments().count(0), 4);
        QCOMPARE(f.page.segments().count(1), 3);
        QCOMPARE(f.page.segments().count(2), 1);
        f.page.segments().setCurrent(2);
        QCOMPARE(f.page.rows().leaves(), 1);
        f.page.segments().setCurrent(1);
        QCOMPARE(f.page.rows().leaves(), 3);
        f.page.search().setText(QStringLiteral("shop"));
        QCOMPARE(f.page.rows().leaves(), 1);
    }

    void manyAtOnceOnlyWhereItMakesSense()
    {
        Fixture f({container("a", "running"), container("b", "exited"), container("c", "running")});
        f.page.view().selectAll();
        f.click(names::stopButton);
        QCOMPARE(f.client.acts, std::vector<std::string>({"stop", "stop"}));
        QVERIFY(std::ranges::find(f.client.actIds, container("b", "").id) == f.client.actIds.end());
        f.click(names::startButton);
        QCOMPARE(f.client.acts.back(), std::string("start"));
        QCOMPARE(f.client.actIds.back(), container("b", "").id);
    }

    void aProjectsRowStandsForItsContainers()
    {
        Fixture f({container("db", "running", "shop"), container("web", "running", "shop"), container("alone", "running")});
        for (int i = 0; i < f.page.rows().rowCount(); ++i)
            if (const auto row = f.page.rows().index(i, 0); row.data(GroupRole).toBool()) {
                QVERIFY(f.page.view().isExpanded(row));
                f.page.view().setCurrentIndex(row);
            }
        QCOMPARE(f.page.selectedIds().size(), 2);
        f.click(names::restartButton);
        QCOMPARE(f.client.acts.size(), 2U);
    }

    void aTakenPortIsExplainedOnTheRowAndHasAFix()
    {
        Fixture f({test::withPort(container("web", "running"), 8080, 80), container("new", "exited")});
        f.client.actAnswers[container("new", "").id] = fail(
            ErrorKind::Internal, "driver failed programming external connectivity on endpoint new: Bind for 0.0.0.0:8080 failed: port is already allocated");
        f.page.select(idOf("new"));
        f.click(names::startButton);
        QTRY_COMPARE(f.status("new"), QStringLiteral("Not started"));
        QVERIFY(f.page.message().isVisible());
        QVERIFY(f.page.message().text().contains(QLatin1StringView("port is already allocated")));
        QPushButton* fix = nullptr;
        for (auto* button : f.page.message().findChildren<QPushButton*>())
            if (button->text() == QLatin1StringView("Stop web, then start"))
                fix = button;
        QVERIFY(fix);
        f.client.actAnswers.clear();
        fix->click();
        QTRY_COMPARE(f.client.acts, std::vector<std::string>({"start", "stop", "start"}));
        QCOMPARE(f.client.actIds.back(), container("new", "").id);
    }

    void removeNamesTheThingAndCancelHasTheFocus()
    {
        Fixture f({container("web", "running"), container("old", "exited")});
        f.page.select(idOf("web"));
        f.page.view().setFocus();
        QTest::keyClick(&f.page.view(), Qt::Key_Delete);
        auto* dialog = f.dialog(names::confirmDialog);
        QVERIFY(dialog);
        QVERIFY(dialog->windowTitle().contains(QLatin1StringView("web")));
        auto* verb = dialog->findChild<QPushButton*>(QLatin1StringView(names::confirmButton));
        QCOMPARE(verb->text(), QStringLiteral("Kill and remove web"));
        QTRY_VERIFY(dialog->focusWidget() && dialog->focusWidget() != verb);
        QTest::keyClick(dialog->focusWidget(), Qt::Key_Return);
        QVERIFY(f.client.removed.empty());
        QTRY_VERIFY(!f.dialog(names::confirmDialog));
        QTest::keyClick(&f.page.view(), Qt::Key_Delete);
        f.dialog(names::confirmDialog)->findChild<QPushButton*>(QLatin1StringView(names::confirmButton))->click();
        QCOMPARE(f.client.removed, std::vector<std::string>{container("web", "").id});
        QVERIFY(f.client.removedForce && !f.client.removedVolumes);
    }

    void theDetailsMenuAsksAsTheListDoes()
    {
        Fixture f({container("web", "running")});
        f.page.select(idOf("web"));
        QTRY_VERIFY(f.page.findChild<QToolButton*>(QLatin1StringView(names::detailMore)));
        QMenu* menu = f.page.findChild<QToolButton*>(QLatin1StringView(names::detailMore))->menu();
        const auto choose = [menu](const QString& text) {
            menu->popup({});
            for (QAction* action : menu->actions())
                if (action->text() == text)
                    action->trigger();
            menu->close();
        };
        choose(QStringLiteral("Remove…"));
        QVERIFY(f.dialog(names::confirmDialog));
        f.dialog(names::confirmDialog)->reject();
        choose(QStringLiteral("Rename…"));
        QVERIFY(f.dialog(names::askDialog));
    }

    void renameSaysWhyNotAndCanBeMended()
    {
        Fixture f({container("web", "running")});
        f.client.renameAnswer = fail(ErrorKind::Conflict, "name is taken");
        f.page.select(idOf("web"));
        f.page.view().setFocus();
        QTest::keyClick(&f.page.view(), Qt::Key_F2);
        auto* dialog = f.dialog(names::askDialog);
        QVERIFY(dialog);
        dialog->findChild<QLineEdit*>(QLatin1StringView(names::askField))->setText(QStringLiteral("front"));
        auto* confirm = dialog->findChild<QPushButton*>(QLatin1StringView(names::askConfirm));
        confirm->click();
        QTRY_COMPARE(dialog->findChild<MessageBar*>()->text(), QStringLiteral("name is taken"));
        f.client.renameAnswer = {};
        confirm->click();
        QCOMPARE(f.client.renamed.second, std::string("front"));
        QTRY_VERIFY(!f.dialog(names::askDialog));
    }

    void readingsOnlyOfRowsThatCanBeSeen()
    {
        std::vector<dockerapi::ContainerSummary> rows;
        for (int i = 0; i < 200; ++i)
            rows.push_back(container("c" + std::to_string(i), i % 10 == 9 ? "exited" : "running"));
        Fixture f(rows);
        auto* usage = f.page.findChild<UsageMonitor*>();
        QTRY_VERIFY(!usage->watched().isEmpty());
        const auto seen = f.page.view().visibleRows();
        QVERIFY(usage->watched().size() <= seen.size());
        QVERIFY(usage->watched().size() <= UsageMonitor::limit);
        QVERIFY(!usage->watched().contains(idOf("c9")));
        const QString first = seen.first().data(IdRole).toString();
        QVERIFY(usage->watched().contains(first));
        QTRY_VERIFY(f.client.sampleOf.contains(first.toStdString())); // an engine that is not ours: a stream each
        auto sample = [&](std::int64_t second) {
            dockerapi::StatsSample s;
            s.timeNs = second * 1'000'000'000;
            s.cpuTotalNs = std::uint64_t(second) * 250'000'000;
            s.memoryUsage = 64 << 20;
            f.client.sampleOf[first.toStdString()](s);
        };
        sample(1);
        sample(2);
        const QModelIndex cpu = f.page.rows().index(0, ContainerModel::Cpu);
        QTRY_COMPARE(cpu.data().toString(), QStringLiteral("25 %"));
        QCOMPARE(cpu.siblingAtColumn(ContainerModel::Memory).data().toString(), QStringLiteral("64 MiB"));
        f.page.view().scrollToBottom();
        QTRY_VERIFY(!usage->watched().contains(first));
        QTRY_VERIFY(f.client.statsOf[first.toStdString()].expired());
        f.page.hide();
        QVERIFY(usage->watched().isEmpty());
    }

    void theEnginesWordsAreUnderstood()
    {
        QCOMPARE(takenPort(QStringLiteral("Bind for 0.0.0.0:8080 failed: port is already allocated")), std::optional<quint16>(8080));
        QCOMPARE(takenPort(QStringLiteral("failed to bind port 127.0.0.1:53/udp: listen udp4 127.0.0.1:53: bind: address already in use")),
                 std::optional<quint16>(53));
        QCOMPARE(takenPort(QStringLiteral("no such image: nginx:80")), std::nullopt);
        QCOMPARE(takenName(QStringLiteral("Conflict. The container name \"/web\" is already in use by container \"abc\". You have to…")),
                 QStringLiteral("web"));
    }
};

QTEST_MAIN(TestContainersPage)
#include "tst_containers_page.moc"
