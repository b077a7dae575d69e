// SPDX-License-Identifier: GPL-3.0-or-later
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTabWidget>
#include <QToolButton>
#include <QTreeWidget>
#include <QtTest>

#include "dockerfile/build_history_page.h"
#include "dockerfile/build_output.h"
#include "dockerfile/build_run.h"
#include "dockerfile/code_editor.h"
#include "dockerfile/dockerfile_page.h"
#include "dockerfile/dockerfile_view.h"
#include "dockerfile/line_diff.h"
#include "dockerfile/step_table.h"
#include "dockerfile/text_diff.h"
#include "fake_engine.h"
#include "isolated_settings.h"
#include "jobs/jobs.h"
#include "shell/object_names.h"
#include "shell/theme.h"
#include "widgets/confirm.h"
#include "widgets/empty_state.h"

using namespace slipway;
using namespace slipway::ui;
using dockerapi::BuildState;
using dockerapi::PastBuild;
using dockerapi::PastStep;

namespace
{
PastBuild build(const char* id, BuildState state, std::int64_t started, std::vector<PastStep> steps, const char* text = "FROM busybox\n")
{
    PastBuild made;
    made.id = id;
    made.dockerfile = "Dockerfile";
    made.tags = {std::string("shop:") + id};
    made.state = state;
    made.startedNs = started * 1'000'000'000;
    made.ms = 1500;
    made.stepCount = int(steps.size());
    made.cachedCount = int(std::ranges::count(steps, PastStep::State::Cached, &PastStep::state));
    made.steps = std::move(steps);
    made.text = text;
    return made;
}

struct Fixture
{
    FakeClient client;
    EngineBridge bridge{client};
    Jobs jobs;
    std::unique_ptr<DockerfilePage> page;

    Fixture()
    {
        client.systemPart.pingAnswer = Status();
        bridge.start();
        page = std::make_unique<DockerfilePage>(bridge, jobs);
        page->resize(1200, 700);
        page->show();
        page->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(page.get()));
        QVERIFY(QTest::qWaitFor([this] { return bridge.state() == EngineBridge::State::Connected; }));
    }
    void two()
    {
        using enum PastStep::State;
        client.buildsPart.pastBuilds = {
            build("b", BuildState::Failed, 2000,
                  {{1, 1, "FROM busybox", Done, 0, 10, 0}, {2, 2, "RUN make", Done, 10, 900, 3'000'000}, {3, 3, "RUN exit 1", Failed, 910, 50, 0}},
                  "FROM busybox\nRUN make\nRUN exit 1\n"),
            build("a", BuildState::Succeeded, 1000, {{1, 1, "FROM busybox", Done, 0, 10, 0}, {2, 2, "RUN make", Cached, 10, 1, 2'000'000}, {3, 3, "RUN test", Done, 11, 5, 0}},
                  "FROM busybox\nRUN make\nRUN test\n")};
        client.buildsPart.pastBuilds[0].error = "The command '/bin/sh -c exit 1' returned a non-zero code: 1";
        dockerapi::BuildStep step;
        step.state = dockerapi::BuildStep::State::Started;
        step.step = 1;
        step.total = 3;
        step.text = "FROM busybox";
        client.buildsPart.pastLogs["b"] = {step};
        step.state = dockerapi::BuildStep::State::Output;
        step.text = "what was said\n";
        client.buildsPart.pastLogs["b"].push_back(step);
    }
    BuildHistoryPage& history()
    {
        QTest::keyClick(page.get(), Qt::Key_H, Qt::ControlModifier | Qt::ShiftModifier);
        return *page->findChild<BuildHistoryPage*>();
    }
    QTreeWidget& list() const { return *page->findChild<QTreeWidget*>(QLatin1StringView(names::buildHistoryList)); }
    QString facts() const { return page->findChild<QLabel*>(QLatin1StringView(names::buildHistoryFacts))->text(); }
    QString cell(int row, int column) const
    {
        const auto* model = page->findChild<StepTable*>()->model();
        return model->index(row, column).data().toString();
    }
};
} // namespace

class TestBuildHistoryPage : public QObject
{
    Q_OBJECT

    test::IsolatedSettings m_settings;

private slots:
    void initTestCase() { theme::apply(theme::Mode::Light); }
    void init() { test::IsolatedSettings::forget(); }

    void linesThatDiffer()
    {
        const auto diff = [](const char* left, const char* right) {
            QString all;
            for (const DiffLine& line : diffLines(QString::fromUtf8(left).split(' '), QString::fromUtf8(right).split(' ')))
                all += QStringLiteral("%1:%2 ").arg(line.left).arg(line.right);
            return all.trimmed();
        };
        QCOMPARE(diff("a b c", "a b c"), QStringLiteral("0:0 1:1 2:2"));
        QCOMPARE(diff("a b c", "a x c"), QStringLiteral("0:0 1:-1 -1:1 2:2"));
        QCOMPARE(diff("a b c d", "b c d e"), QStringLiteral("0:-1 1:0 2:1 3:2 -1:3"));
        QCOMPARE(diff("a", "b"), QStringLiteral("0:-1 -1:0"));
    }

    void nothingWasBuilt()
    {
        Fixture f;
        BuildHistoryPage& page = f.history();
        QTRY_COMPARE(page.findChild<EmptyState*>()->title(), QStringLiteral("Nothing was built yet"));
        f.client.buildsPart.keepsHistory = false;
        page.refresh();
        QTRY_COMPARE(page.findChild<EmptyState*>()->title(), QStringLiteral("There is no build history"));
        f.client.systemPart.onEventsEnd(fail(ErrorKind::Unavailable, "gone"));
        f.client.systemPart.pingAnswer.reset();
        QTRY_COMPARE(page.findChild<EmptyState*>()->title(), QStringLiteral("The engine is not reachable"));
        QTest::keyClick(&page, Qt::Key_Escape);
        QVERIFY(!page.isVisible());
    }

    void showsOne()
    {
        Fixture f;
        f.two();
        f.history();
        QTRY_COMPARE(f.list().topLevelItemCount(), 2);
        QCOMPARE(f.list().topLevelItem(0)->text(0), QStringLiteral("shop:b"));
        QCOMPARE(f.list().topLevelItem(1)->text(3), QStringLiteral("1 of 3"));
        QTRY_VERIFY2(f.facts().contains(QStringLiteral("returned a non-zero code: 1")), qPrintable(f.facts()));
        QCOMPARE(f.cell(1, 1), QStringLiteral("RUN make"));
        QCOMPARE(f.cell(1, 3), QStringLiteral("900 ms"));
        QCOMPARE(f.cell(2, 2), QStringLiteral("failed"));
        auto* tabs = f.page->findChild<QTabWidget*>(QLatin1StringView(names::buildHistoryTabs));
        tabs->setCurrentIndex(1);
        auto* output = f.page->findChild<BuildHistoryPage*>()->findChild<BuildOutput*>();
        QTRY_VERIFY(output->run() && output->run()->state() == BuildRun::State::Failed);
        const LineStore& lines = output->run()->output();
        QCOMPARE(lines.line(lines.firstLine() + 1).text, std::string_view("what was said"));
        tabs->setCurrentIndex(2);
        QCOMPARE(f.page->findChild<TextDiff*>()->toPlainText(), QStringLiteral("FROM busybox\nRUN make\nRUN exit 1\n"));
        QTest::keyClick(&f.list(), Qt::Key_Down);
        QTRY_COMPARE(f.page->findChild<TextDiff*>()->toPlainText(), QStringLiteral("FROM busybox\nRUN make\nRUN test\n"));
    }

    void comparesTwo()
    {
        Fixture f;
        f.two();
        f.history();
        QTRY_COMPARE(f.list().topLevelItemCount(), 2);
        f.list().setFocus();
        QTest::keyClick(&f.list(), Qt::Key_Down, Qt::ShiftModifier);
        QTRY_VERIFY2(f.facts().contains(QStringLiteral("as long")), qPrintable(f.facts()));
        const auto* model = f.page->findChild<StepTable*>()->model();
        QCOMPARE(model->columnCount(), 6);
        QCOMPARE(model->rowCount(), 4); // what went and what came stand on rows of their own
        QCOMPARE(f.cell(1, 2), QStringLiteral("cached · 2.0 MB"));
        QCOMPARE(f.cell(1, 3), QStringLiteral("ran · 900 ms · 3.0 MB"));
        QCOMPARE(f.cell(1, 4), QStringLiteral("+900 ms"));
        QCOMPARE(f.cell(1, 5), QStringLiteral("+1.0 MB"));
        QCOMPARE(f.cell(2, 1), QStringLiteral("− RUN test"));
        QCOMPARE(f.cell(3, 1), QStringLiteral("+ RUN exit 1"));
        QCOMPARE(f.cell(3, 2), QString());
        QCOMPARE(f.page->findChild<TextDiff*>()->toPlainText(), QStringLiteral("  FROM busybox\n  RUN make\n− RUN test\n+ RUN exit 1\n  "));
        QVERIFY(!f.page->findChild<QPushButton*>(QLatin1StringView(names::buildHistoryOpen))->isEnabled());
    }

    void opensAndBuildsAgain()
    {
        Fixture f;
        QTemporaryDir dir;
        const QString file = dir.filePath(QStringLiteral("Dockerfile"));
        QFile out(file);
        QVERIFY(out.open(QFile::WriteOnly));
        out.write("FROM busybox\n");
        out.close();
        f.two();
        f.client.buildsPart.pastBuilds[0].source = file.toStdString();
        f.client.buildsPart.pastBuilds[0].args = {{"WHO", "you"}, {"API_TOKEN", ""}};
        f.client.buildsPart.pastBuilds[0].target = "base";
        f.history();
        QTRY_VERIFY(!f.facts().isEmpty());
        QTest::keyClick(&f.list(), Qt::Key_Return);
        QTRY_VERIFY(f.page->current() && !f.page->findChild<BuildHistoryPage*>()->isVisible());
        QCOMPARE(f.page->current()->editor().toPlainText(), QStringLiteral("FROM busybox\nRUN make\nRUN exit 1\n"));
        QCOMPARE(f.page->current()->findChild<QLineEdit*>(QLatin1StringView(names::buildTag))->text(), QStringLiteral("shop:b"));
        f.history();
        f.page->findChild<QPushButton*>(QLatin1StringView(names::buildHistoryAgain))->click();
        QTRY_VERIFY_WITH_TIMEOUT(f.client.buildsPart.built.has_value(), 5000);
        const auto& built = *f.client.buildsPart.built;
        QCOMPARE(built.source, file.toStdString());
        QCOMPARE(built.tags, std::vector<std::string>{"shop:b"});
        QCOMPARE(built.target, std::string("base"));
        QCOMPARE(built.args.at("WHO"), std::string("you"));
        QVERIFY(!built.args.contains("API_TOKEN")); // nobody knows its value any more
        QCOMPARE(*built.dockerfileText, std::string("FROM busybox\n")); // the file as it is now
    }

    void forgets()
    {
        Fixture f;
        f.two();
        BuildHistoryPage& page = f.history();
        QTRY_COMPARE(f.list().topLevelItemCount(), 2);
        f.list().setFocus();
        QTest::keyClick(&f.list(), Qt::Key_Delete);
        QPushButton* button = nullptr;
        QTRY_VERIFY((button = page.window()->findChild<QPushButton*>(QLatin1StringView(names::confirmButton))));
        button->click();
        QTRY_COMPARE(f.client.buildsPart.removedPast, std::vector<std::string>{"b"});
        QTRY_COMPARE(f.list().topLevelItemCount(), 1);
    }
};

QTEST_MAIN(TestBuildHistoryPage)
#include "tst_build_history_page.moc"
