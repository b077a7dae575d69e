// SPDX-License-Identifier: GPL-3.0-or-later
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTabWidget>
#include <QTextBlock>
#include <QToolButton>
#include <QtTest>

#include "dockerfile/build_output.h"
#include "dockerfile/build_run.h"
#include "dockerfile/code_editor.h"
#include "dockerfile/completion_popup.h"
#include "dockerfile/dockerfile_page.h"
#include "dockerfile/dockerfile_view.h"
#include "dockerfile/outline.h"
#include "dockerfile/problem_list.h"
#include "dockerfile/replace_bar.h"
#include "fake_engine.h"
#include "isolated_settings.h"
#include "jobs/jobs.h"
#include "jobs/jobs_panel.h"
#include "samples.h"
#include "shell/object_names.h"
#include "shell/theme.h"
#include "widgets/message_bar.h"

using namespace slipway;
using namespace slipway::ui;

namespace
{
constexpr auto nodeApp = "FROM node:20-alpine AS build\n" // line 1
                         "WORKDIR /app\n"
                         "COPY package*.json ./\n"
                         "RUN npm ci --production\n"
                         "\n"
                         "FROM node:20-alpine\n" // line 6
                         "COPY --from=build /app /app\n"
                         "EXPOSE 3000\n"
                         "CMD [\"node\", \"server.js\"]\n";

struct Fixture
{
    QTemporaryDir dir;
    FakeClient client;
    EngineBridge bridge{client};
    Jobs jobs;
    std::unique_ptr<DockerfilePage> page;

    Fixture()
    {
        write("Dockerfile", nodeApp);
        client.imagesPart.summaries = {test::image("aa", {"node:20-alpine"}, 190'000'000)};
        client.systemPart.pingAnswer = Status();
        bridge.start();
        show();
        QVERIFY(QTest::qWaitFor([this] { return bridge.state() == EngineBridge::State::Connected; }));
    }
    void show()
    {
        page = std::make_unique<DockerfilePage>(bridge, jobs);
        page->resize(1100, 700);
        page->show();
        page->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(page.get()));
    }
    QString file(const char* name) const { return dir.filePath(QLatin1StringView(name)); }
    void write(const char* name, const QByteArray& text) const
    {
        QFile out(file(name));
        QVERIFY(out.open(QFile::WriteOnly | QFile::Truncate));
        out.write(text);
    }
    QByteArray read(const char* name) const
    {
        QFile in(file(name));
        return in.open(QFile::ReadOnly) ? in.readAll() : QByteArray("unreadable");
    }
    DockerfileView& open(const char* name = "Dockerfile")
    {
        page->open(file(name));
        [&] { QVERIFY(page->current()); }();
        page->current()->editor().setFocus();
        return *page->current();
    }
    template <class W>
    W* find(const char* name) const
    {
        return page->current()->findChild<W*>(QLatin1StringView(name));
    }
    void build()
    {
        key(Qt::Key_B, Qt::ControlModifier);
        QVERIFY(QTest::qWaitFor([this] { return client.buildsPart.built.has_value(); }));
    }
    void key(int key, Qt::KeyboardModifiers modifiers = Qt::NoModifier) { QTest::keyClick(&page->current()->editor(), Qt::Key(key), modifiers); }
    void type(const QString& text) { QTest::keyClicks(&page->current()->editor(), text); }
    static dockerapi::BuildStep step(dockerapi::BuildStep::State state, int number, int line, const std::string& text = {}, std::int64_t size = 0)
    {
        dockerapi::BuildStep made;
        made.state = state;
        made.step = number;
        made.total = 7;
        made.line = line;
        made.text = text;
        made.size = size;
        return made;
    }
    QString message() const
    {
        for (const MessageBar* bar : page->findChildren<MessageBar*>())
            if (bar->isVisible())
                return bar->text();
        return {};
    }
    bool press(const QString& text) const // a visible button
    {
        for (QAbstractButton* button : page->findChildren<QAbstractButton*>())
            if (button->isVisible() && button->text() == text)
                return button->click(), true;
        return false;
    }
};
using State = dockerapi::BuildStep::State;
using Mark = CodeEditor::Mark::State;
} // namespace

class TestDockerfilePage : public QObject
{
    Q_OBJECT

    test::IsolatedSettings m_settings;

private slots:
    void initTestCase() { theme::apply(theme::Mode::Light); }
    void init() { test::IsolatedSettings::forget(); }

    void opensSavesAndRemembers()
    {
        Fixture f;
        QVERIFY(!f.page->current());
        DockerfileView& view = f.open();
        QCOMPARE(view.editor().toPlainText(), QString::fromUtf8(nodeApp));
        QVERIFY(!view.isModified());
        auto* tabs = f.page->findChild<QTabWidget*>(QLatin1StringView(names::dockerfileTabs));
        QCOMPARE(tabs->tabText(0), QStringLiteral("Dockerfile"));
        f.type(QStringLiteral("# mine"));
        QCOMPARE(tabs->tabText(0), QStringLiteral("Dockerfile •"));
        QCOMPARE(f.page->unsaved(), 1);
        f.key(Qt::Key_S, Qt::ControlModifier);
        QCOMPARE(f.read("Dockerfile"), QByteArray("# mine") + nodeApp);
        QCOMPARE(f.page->unsaved(), 0);
        f.open(); // again: the same tab
        QCOMPARE(tabs->count(), 1);
        f.page->open(f.file("none"));
        QVERIFY2(f.message().endsWith(QStringLiteral("none is not there")), qPrintable(f.message()));
        QCOMPARE(tabs->count(), 1);
        f.show(); // another window: it opens what was open
        QVERIFY(f.page->current());
        QCOMPARE(f.page->current()->path(), f.file("Dockerfile"));
    }

    void closingAsksForWhatIsNotSaved()
    {
        Fixture f;
        f.open();
        f.type(QStringLiteral("# a"));
        f.key(Qt::Key_W, Qt::ControlModifier);
        QVERIFY(f.page->current());
        QVERIFY(f.message().contains(QStringLiteral("not saved")));
        QVERIFY(f.press(QStringLiteral("Save and close")));
        QVERIFY(!f.page->current());
        QVERIFY(f.read("Dockerfile").startsWith("# aFROM"));
        f.open();
        f.type(QStringLiteral("# b"));
        f.key(Qt::Key_W, Qt::ControlModifier);
        QVERIFY(f.press(QStringLiteral("Discard them")));
        QVERIFY(!f.page->current());
        QVERIFY(f.read("Dockerfile").startsWith("# aFROM"));
    }

    void changesOnDisk()
    {
        Fixture f;
        DockerfileView& view = f.open();
        f.write("Dockerfile", "FROM other\n");
        QTRY_COMPARE_WITH_TIMEOUT(view.editor().toPlainText(), QStringLiteral("FROM other\n"), 5000);
        QVERIFY(!view.isModified());
        f.type(QStringLiteral("#"));
        f.write("Dockerfile", "FROM third\n");
        QTRY_VERIFY_WITH_TIMEOUT(f.message().contains(QStringLiteral("changed by another program")), 5000);
        QCOMPARE(view.editor().toPlainText(), QStringLiteral("#FROM other\n"));
        QVERIFY(f.press(QStringLiteral("Take the other")));
        QCOMPARE(view.editor().toPlainText(), QStringLiteral("FROM third\n"));
        f.key(Qt::Key_Z, Qt::ControlModifier); // what was there is not lost
        QCOMPARE(view.editor().toPlainText(), QStringLiteral("#FROM other\n"));
    }

    void problemsAreShownAndMended()
    {
        Fixture f;
        f.write("Dockerfile", "FROM busybox:1 as b\nRUN true\nCOPPY a /b\n");
        DockerfileView& view = f.open();
        auto* list = f.find<ProblemList>(names::problemList);
        QTRY_COMPARE_WITH_TIMEOUT(list->count(), 2, 5000);
        QCOMPARE(view.editor().problemCount(), 2);
        f.key(Qt::Key_F8); // from the first problem, under the cursor, to the next
        f.key(Qt::Key_F8);
        QVERIFY(view.editor().textCursor().blockNumber() == 0 || view.editor().textCursor().blockNumber() == 2);
        view.editor().goTo(2);
        f.key(Qt::Key_Return, Qt::AltModifier);
        QCOMPARE(view.editor().document()->findBlockByNumber(2).text(), QStringLiteral("COPY a /b"));
        QTRY_COMPARE_WITH_TIMEOUT(list->count(), 1, 5000);
    }

    void wavesOfThousandsOfProblems()
    {
        Fixture f;
        f.write("Dockerfile", QByteArray("FROM busybox:1 as b\n") + QByteArray("ENV A 1\n").repeated(2000));
        DockerfileView& view = f.open();
        QTRY_COMPARE_WITH_TIMEOUT(f.find<ProblemList>(names::problemList)->count(), 2001, 20000);
        const auto hasWave = [&view](int line) { // as brown as a warning, below the line's letters
            const QTextBlock block = view.editor().document()->findBlockByNumber(line);
            const QRect letter = view.editor().cursorRect(QTextCursor(block));
            const QImage picture = view.editor().viewport()->grab().toImage();
            int waving = 0;
            for (int x = letter.left(); x < letter.left() + 40; ++x)
                for (int y = letter.bottom() - 4; y <= letter.bottom(); ++y) {
                    const QColor each = picture.pixelColor(x, y);
                    waving += each.red() - each.blue() > 40;
                }
            return waving > 15;
        };
        QVERIFY(hasWave(1) && hasWave(7));
        view.editor().goTo(1500);
        QVERIFY(hasWave(1500) && hasWave(1499));
        f.write("Dockerfile", QByteArray("FROM busybox:1 AS b\n") + QByteArray("ENV A=1\n").repeated(2000));
        QTRY_COMPARE_WITH_TIMEOUT(f.find<ProblemList>(names::problemList)->count(), 0, 20000);
        QVERIFY(!hasWave(1500));
        f.write("Dockerfile", QByteArray("FROM busybox:1 as b\n") + QByteArray("ENV A 1\n").repeated(2000));
        QTRY_COMPARE_WITH_TIMEOUT(f.find<ProblemList>(names::problemList)->count(), 2001, 20000);
        view.editor().goTo(1500);
        QVERIFY(hasWave(1500));
        f.key(Qt::Key_F8);
        QCOMPARE(view.editor().textCursor().blockNumber(), 1501);
    }

    void outlineFollowsAndFolds()
    {
        Fixture f;
        DockerfileView& view = f.open();
        auto* outline = f.find<Outline>(names::outline);
        const auto* model = outline->model();
        QTRY_COMPARE_WITH_TIMEOUT(model->rowCount(), 2, 5000);
        QCOMPARE(model->index(0, 0).data().toString(), QStringLiteral("build from node:20-alpine"));
        QCOMPARE(model->rowCount(model->index(1, 0)), 3);
        view.editor().goTo(7);
        QCOMPARE(outline->currentIndex().data().toString(), QStringLiteral("EXPOSE 3000"));
        QVERIFY(outline->isExpanded(model->index(1, 0)));
        outline->collapse(model->index(1, 0)); // and stays so while the text changes
        f.type(QStringLiteral("ENV A=b"));
        f.key(Qt::Key_Return);
        QTRY_COMPARE_WITH_TIMEOUT(model->rowCount(model->index(1, 0)), 4, 5000);
        QVERIFY(!outline->isExpanded(model->index(1, 0)));
        QCOMPARE(outline->currentIndex(), model->index(1, 0));
        view.editor().goTo(0);
        f.type(QStringLiteral("ARG B=c"));
        f.key(Qt::Key_Return);
        f.key(Qt::Key_Up);
        QTRY_COMPARE_WITH_TIMEOUT(model->rowCount(), 3, 5000);
        QCOMPARE(outline->currentIndex().data().toString(), QStringLiteral("ARG B=c"));
        QCOMPARE(model->rowCount(model->index(1, 0)), 3);
        QCOMPARE(model->index(2, 0, model->index(2, 0)).data().toString(), QStringLiteral("EXPOSE 3000"));
        QSignalSpy chosen(outline, &Outline::lineChosen);
        emit outline->clicked(model->index(1, 0, model->index(2, 0)));
        QCOMPARE(chosen.value(0).value(0).toInt(), 8);
        while (!view.editor().toPlainText().startsWith(QStringLiteral("FROM")))
            view.editor().undo();
        QTRY_COMPARE_WITH_TIMEOUT(model->rowCount(), 2, 5000);
        QCOMPARE(model->index(0, 0).data().toString(), QStringLiteral("build from node:20-alpine"));
        view.editor().setFolded(0, true);
        QVERIFY(view.editor().isFolded(0));
        QVERIFY(!view.editor().document()->findBlockByNumber(2).isVisible());
        QVERIFY(view.editor().document()->findBlockByNumber(5).isVisible());
        view.editor().goTo(2); // unfolds what hides it
        QVERIFY(view.editor().document()->findBlockByNumber(2).isVisible());
        QCOMPARE(view.editor().textCursor().blockNumber(), 2);
    }

    void completesByKeys()
    {
        Fixture f;
        DockerfileView& view = f.open();
        auto* popup = f.find<CompletionPopup>(names::completionPopup);
        view.editor().moveCursor(QTextCursor::End);
        f.type(QStringLiteral("work"));
        QVERIFY(popup->isVisible());
        f.key(Qt::Key_Tab);
        QVERIFY(!popup->isVisible());
        QVERIFY(view.editor().toPlainText().endsWith(QStringLiteral("\nWORKDIR ")));
        f.type(QStringLiteral("/x"));
        f.key(Qt::Key_Return);
        f.type(QStringLiteral("FRO"));
        f.key(Qt::Key_Escape);
        QVERIFY(!popup->isVisible());
        f.type(QStringLiteral("M "));
        QTRY_VERIFY_WITH_TIMEOUT(popup->isVisible(), 5000); // a stage is there, images come from the engine
        f.key(Qt::Key_Escape);
        f.key(Qt::Key_Space, Qt::ControlModifier);
        QVERIFY(popup->isVisible());
    }

    void editingKeys()
    {
        Fixture f;
        f.write("Dockerfile", "RUN a && \\\n    b\n");
        DockerfileView& view = f.open();
        const auto text = [&view] { return view.editor().toPlainText(); };
        f.key(Qt::Key_Slash, Qt::ControlModifier);
        QCOMPARE(text(), QStringLiteral("# RUN a && \\\n    b\n"));
        f.key(Qt::Key_Slash, Qt::ControlModifier);
        QCOMPARE(text(), QStringLiteral("RUN a && \\\n    b\n"));
        f.key(Qt::Key_End);
        f.key(Qt::Key_Return); // an instruction that goes on is indented
        f.type(QStringLiteral("c"));
        QCOMPARE(text(), QStringLiteral("RUN a && \\\n    c\n    b\n"));
        f.key(Qt::Key_A, Qt::ControlModifier);
        f.key(Qt::Key_Tab);
        QCOMPARE(text(), QStringLiteral("    RUN a && \\\n        c\n        b\n"));
        QTest::keyClick(&view.editor(), Qt::Key_Backtab, Qt::ShiftModifier);
        QCOMPARE(text(), QStringLiteral("RUN a && \\\n    c\n    b\n"));
    }

    void findsAndReplaces()
    {
        Fixture f;
        f.write("Dockerfile", "RUN one\nRUN two\nrun three\n");
        DockerfileView& view = f.open();
        f.key(Qt::Key_H, Qt::ControlModifier);
        auto* bar = view.findChild<ReplaceBar*>();
        auto* field = f.find<QLineEdit>(names::findField);
        QTRY_VERIFY(bar->isVisible());
        field->setText(QStringLiteral("run"));
        QVERIFY(bar->status().startsWith(QStringLiteral("3 match")));
        bar->find(true);
        QCOMPARE(bar->status(), QStringLiteral("1 of 3"));
        f.find<QLineEdit>(names::replaceField)->setText(QStringLiteral("LABEL a="));
        f.find<QToolButton>(names::replaceAllButton)->click();
        QCOMPARE(view.editor().toPlainText(), QStringLiteral("LABEL a= one\nLABEL a= two\nLABEL a= three\n"));
        view.editor().undo(); // all at once
        QCOMPARE(view.editor().toPlainText(), QStringLiteral("RUN one\nRUN two\nrun three\n"));
    }

    void oneClickBuilds()
    {
        Fixture f;
        DockerfileView& view = f.open();
        f.find<QLineEdit>(names::buildTag)->setText(QStringLiteral("shop:1"));
        f.type(QStringLiteral("# not saved"));
        f.key(Qt::Key_Return);
        f.key(Qt::Key_B, Qt::ControlModifier);
        const auto& built = f.client.buildsPart.built;
        QTRY_VERIFY_WITH_TIMEOUT(built.has_value(), 5000); // what was typed is analysed first
        QCOMPARE(built->tags, std::vector<std::string>{"shop:1"});
        QCOMPARE(built->folder, f.dir.path().toStdString());
        QCOMPARE(*built->dockerfileText, "# not saved\n" + std::string(nodeApp));
        QCOMPARE(f.jobs.running(), 1);
        const auto tell = [&f](const dockerapi::BuildStep& step) { f.client.buildsPart.onStep(step); };
        tell(Fixture::step(State::Started, 1, 2, "FROM node:20-alpine AS build"));
        tell(Fixture::step(State::Done, 1, 2));
        tell(Fixture::step(State::Started, 2, 3, "WORKDIR /app"));
        tell(Fixture::step(State::Cached, 2, 3, {}, 10));
        tell(Fixture::step(State::Done, 2, 3, {}, 10));
        tell(Fixture::step(State::Started, 3, 4, "COPY package*.json ./"));
        tell(Fixture::step(State::Output, 3, 4, "copied\n"));
        QTRY_VERIFY(view.editor().markAt(3));
        QCOMPARE(view.editor().markAt(1)->state, Mark::Done);
        QCOMPARE(view.editor().markAt(2)->state, Mark::Cached);
        QVERIFY(view.editor().markAt(2)->note.startsWith(QStringLiteral("cached")));
        QCOMPARE(view.editor().markAt(3)->state, Mark::Running);
        view.editor().goTo(0);
        f.type(QStringLiteral("# the marks go with their lines"));
        f.key(Qt::Key_Return);
        tell(Fixture::step(State::Done, 3, 4, {}, 1'500'000));
        QTRY_VERIFY(view.editor().markAt(4) && view.editor().markAt(4)->state == Mark::Done);
        QVERIFY2(view.editor().markAt(4)->note.contains(QStringLiteral("1.5 MB")), qPrintable(view.editor().markAt(4)->note));
        QSignalSpy run(f.page.get(), &DockerfilePage::runRequested);
        f.client.buildsPart.onEnd(std::string("sha256:0123"));
        auto* button = f.find<QPushButton>(names::buildRunButton);
        QTRY_VERIFY(button->isVisible());
        QVERIFY(f.find<QLabel>(names::buildState)->text().contains(QStringLiteral("1 of 3 step")));
        button->click();
        QCOMPARE(run.value(0).value(0).toString(), QStringLiteral("shop:1"));
        f.client.systemPart.onEventsEnd(fail(ErrorKind::Unavailable, "gone"));
        QTRY_VERIFY(f.bridge.state() != EngineBridge::State::Connected);
        QVERIFY(!button->isEnabled()); // nobody is there to run it
        QCOMPARE(f.jobs.running(), 0);
        QCOMPARE(BuildSettings::of(f.file("Dockerfile")).tag, QStringLiteral("shop:1"));
    }

    void aFailureStandsAtItsLine()
    {
        Fixture f;
        JobsPanel panel(f.jobs);
        DockerfileView& view = f.open();
        f.build();
        f.client.buildsPart.onStep(Fixture::step(State::Started, 4, 4, "RUN npm ci --production"));
        f.client.buildsPart.onStep(Fixture::step(State::Output, 4, 4, "npm ERR!\n"));
        f.client.buildsPart.onStep(Fixture::step(State::Failed, 4, 4, "The command '/bin/sh -c npm ci --production' returned a non-zero code: 1"));
        f.client.buildsPart.onEnd(fail(ErrorKind::InvalidArgument, "The command '/bin/sh -c npm ci --production' returned a non-zero code: 1"));
        QTRY_VERIFY(view.run()->state() == BuildRun::State::Failed);
        QCOMPARE(view.editor().markAt(3)->state, Mark::Failed);
        QVERIFY(view.editor().markAt(3)->note.contains(QStringLiteral("non-zero code: 1")));
        QCOMPARE(view.editor().textCursor().blockNumber(), 3);
        QCOMPARE(f.jobs.all().front()->state(), Job::State::Failed);
        QVERIFY(!panel.isOpen()); // it stands here already
        f.client.buildsPart.built.reset();
        view.build(); // (the panel is a window of its own here, and has the keys)
        QTRY_VERIFY(f.client.buildsPart.built.has_value());
        f.page->hide();
        f.client.buildsPart.onEnd(fail(ErrorKind::InvalidArgument, "no"));
        QTRY_VERIFY(panel.isOpen()); // nobody saw it
        QTRY_VERIFY(view.run()->state() == BuildRun::State::Failed);
    }

    void whatAStepSaysIsItsOutput()
    {
        Fixture f;
        DockerfileView& view = f.open();
        f.build();
        f.client.buildsPart.onStep(Fixture::step(State::Started, 4, 4, "RUN npm ci --production"));
        for (const char* piece : {"npm", " ERR!", "\nnext\r\n", "rest"}) // as they come
            f.client.buildsPart.onStep(Fixture::step(State::Output, 4, 4, piece));
        f.client.buildsPart.onEnd(fail(ErrorKind::InvalidArgument, "no"));
        QTRY_VERIFY(view.run()->state() == BuildRun::State::Failed);
        const LineStore& output = view.run()->output();
        QCOMPARE(output.line(output.firstLine() + 1).text, std::string_view("npm ERR!"));
        QCOMPARE(output.line(output.firstLine() + 2).text, std::string_view("next"));
        QCOMPARE(output.line(output.firstLine() + 3).text, std::string_view("rest"));
        QCOMPARE(output.line(output.firstLine() + 4).text, std::string_view("no"));
        theme::apply(theme::Mode::Dark); // other colours are no other text: what the build said of it stays
        QTest::qWait(300);
        QCOMPARE(view.editor().markAt(3)->state, Mark::Failed);
        theme::apply(theme::Mode::Light);
    }

    void foretellsWhatTheCacheHas()
    {
        using Forecast = dockerapi::BuildForecast;
        Fixture f;
        DockerfileView& view = f.open();
        auto& builds = f.client.buildsPart;
        QTRY_VERIFY_WITH_TIMEOUT(builds.onForecast, 5000);
        QCOMPARE(*builds.forecastOf->dockerfileText, std::string(nodeApp));
        const auto step = [](int line, Forecast::State state, Forecast::Reason reason, std::vector<std::string> changed = {}, int after = 0) {
            Forecast made;
            made.line = line;
            made.state = state;
            made.reason = reason;
            made.changed = std::move(changed);
            made.after = after;
            return made;
        };
        const auto tell = [&] {
            builds.onForecast(std::vector<Forecast>{step(1, Forecast::State::Hit, Forecast::Reason::None), step(3, Forecast::State::Miss, Forecast::Reason::Files, {"package.json"}),
                                                    step(4, Forecast::State::Miss, Forecast::Reason::After, {}, 3), step(7, Forecast::State::Unknown, Forecast::Reason::Source, {}, 4)});
        };
        tell();
        QTRY_VERIFY(view.editor().markAt(0));
        QCOMPARE(view.editor().markAt(0)->state, Mark::WillHit);
        QCOMPARE(view.editor().markAt(2)->state, Mark::WillRun);
        QCOMPARE(view.editor().markAt(2)->note, QStringLiteral("will run: changed: package.json"));
        QVERIFY(view.editor().markAt(3)->note.isEmpty() && view.editor().markAt(3)->detail.contains(QStringLiteral("after line 3")));
        QCOMPARE(view.editor().markAt(6)->state, Mark::Unknown);
        QVERIFY(f.find<QLabel>(names::buildState)->text().startsWith(QStringLiteral("1 of 4 step")));
        auto* outline = f.find<Outline>(names::outline);
        QVERIFY(outline->model()->index(1, 0, outline->model()->index(0, 0)).data(Qt::ToolTipRole).toString().contains(QStringLiteral("package.json")));
        builds.onForecast = {};
        theme::apply(theme::Mode::Dark); // other colours are no other text
        QTest::qWait(1200);
        QVERIFY(view.editor().markAt(2) && view.editor().markAt(2)->state == Mark::WillRun);
        QVERIFY(!builds.onForecast);
        theme::apply(theme::Mode::Light);
        view.editor().goTo(4);
        f.type(QStringLiteral("#")); // another text: the old forecast says nothing of it
        QTRY_VERIFY(!view.editor().markAt(2) || view.editor().markAt(2)->state != Mark::WillRun);
        builds.onForecast = {};
        QTRY_VERIFY_WITH_TIMEOUT(builds.onForecast, 5000);
        builds.onForecast(fail(ErrorKind::NotFound, "page not found")); // an engine that cannot: it is not asked again
        QTest::qWait(100);
        builds.onForecast = {};
        f.type(QStringLiteral("#"));
        QTest::qWait(1200);
        QVERIFY(!builds.onForecast);
    }

    void aShellAtAStep()
    {
        Fixture f;
        DockerfileView& view = f.open();
        f.build();
        f.client.buildsPart.onStep(Fixture::step(State::Started, 4, 4, "RUN npm ci --production"));
        f.client.buildsPart.onStep(Fixture::step(State::Failed, 4, 4, "exit 1"));
        f.client.buildsPart.onEnd(fail(ErrorKind::InvalidArgument, "exit 1"));
        QTRY_VERIFY(view.run()->state() == BuildRun::State::Failed);
        f.client.buildsPart.built.reset();
        view.editor().goTo(3); // the one that failed: the state before it
        f.key(Qt::Key_T, Qt::ControlModifier | Qt::ShiftModifier);
        QTRY_VERIFY(f.client.buildsPart.built.has_value());
        QCOMPARE(f.client.buildsPart.built->untilLine, 3);
        QVERIFY(f.client.buildsPart.built->tags.empty());
        f.client.buildsPart.onEnd(std::string("sha256:77"));
        QTRY_VERIFY(f.client.terminal);
        QCOMPARE(jsonValue<std::string>(f.client.createdBody, "Image"), std::string("sha256:77"));
        QCOMPARE(jsonValue<bool>(jsonMember(f.client.createdBody, "HostConfig"), "AutoRemove"), true);
        auto* paste = f.find<QPushButton>(names::stepShellPaste);
        QTRY_VERIFY(paste->isVisible());
        paste->click();
        QVERIFY2(QByteArray::fromStdString(f.client.terminal->written).endsWith("npm ci --production"), f.client.terminal->written.c_str());
        auto* panels = f.find<QTabWidget>(names::buildPanels);
        QCOMPARE(panels->count(), 3);
        emit panels->tabCloseRequested(0); // those two stay
        QCOMPARE(panels->count(), 3);
        emit panels->tabCloseRequested(2);
        QCOMPARE(panels->count(), 2);
        QCOMPARE(f.client.removed, std::vector<std::string>{"new"});
        QTRY_COMPARE(f.client.imagesPart.removed.size(), 1u);
        QCOMPARE(f.client.imagesPart.removed[0].first, std::string("sha256:77"));
        // A state that is an image already is not removed with its shell
        f.client.imagesPart.summaries[0].id = "sha256:77";
        f.client.terminal.reset();
        view.openShell(0);
        QTRY_COMPARE(f.client.buildsPart.built->untilLine, 1);
        f.client.buildsPart.onEnd(std::string("sha256:77"));
        QTRY_VERIFY(f.client.terminal);
        f.page.reset();
        QCOMPARE(f.client.removed.size(), 2u);
        QTest::qWait(50);
        QCOMPARE(f.client.imagesPart.removed.size(), 1u);
    }

    void findsInTheOutput()
    {
        Fixture f;
        DockerfileView& view = f.open();
        f.build();
        f.client.buildsPart.onStep(Fixture::step(State::Started, 4, 4, "RUN make"));
        f.client.buildsPart.onStep(Fixture::step(State::Output, 4, 4, "one\n\x1b[31mtwo\x1b[0m\nthree two\n"));
        QTRY_VERIFY(view.run()->output().endLine() >= 4);
        auto* output = f.find<BuildOutput>(names::buildOutput);
        output->setFocus();
        QTest::keyClick(output->focusProxy(), Qt::Key_F, Qt::ControlModifier);
        auto* bar = f.find<QWidget>(names::outputFind);
        QTRY_VERIFY(bar->isVisible());
        QVERIFY(!view.findChild<ReplaceBar*>()->isVisible()); // it is the output that was meant
        auto* field = bar->findChild<QLineEdit*>();
        field->setText(QStringLiteral("two"));
        const auto status = [bar] {
            for (const QLabel* label : bar->findChildren<QLabel*>())
                if (!label->text().isEmpty())
                    return label->text();
            return QString();
        };
        QCOMPARE(status(), QStringLiteral("1 of 2"));
        QTest::keyClick(field, Qt::Key_Return);
        QCOMPARE(status(), QStringLiteral("2 of 2"));
        f.client.buildsPart.onStep(Fixture::step(State::Output, 4, 4, "two again\n"));
        QTRY_COMPARE(status(), QStringLiteral("2 of 3"));
        field->setText(QStringLiteral("nothing"));
        QCOMPARE(status(), QStringLiteral("Nothing found"));
        QTest::keyClick(field, Qt::Key_Escape);
        QVERIFY(!bar->isVisible());
    }

    void anEngineThatNamesNoLines()
    {
        Fixture f;
        DockerfileView& view = f.open();
        f.build();
        f.client.buildsPart.onStep(Fixture::step(State::Started, 5, 0, "FROM node:20-alpine")); // the fifth: line 6
        QTRY_VERIFY(view.editor().markAt(5));
    }

    void cancels()
    {
        Fixture f;
        DockerfileView& view = f.open();
        f.build();
        f.client.buildsPart.onStep(Fixture::step(State::Started, 4, 4, "RUN npm ci --production"));
        QTRY_VERIFY(view.editor().markAt(3));
        auto* button = f.find<QPushButton>(names::buildButton);
        QCOMPARE(button->text(), QStringLiteral("Cancel"));
        button->click();
        QVERIFY(f.client.buildsPart.alive.expired());
        QCOMPARE(view.run()->state(), BuildRun::State::Cancelled);
        QCOMPARE(view.editor().markAt(3)->state, Mark::Cancelled);
        QCOMPARE(button->text(), QStringLiteral("Build"));
    }

    void aBuildOutlivesItsPage()
    {
        Fixture f;
        f.open();
        f.build();
        f.page.reset();
        QVERIFY(!f.client.buildsPart.alive.expired());
        f.client.buildsPart.onStep(Fixture::step(State::Started, 1, 1, "FROM a"));
        f.client.buildsPart.onEnd(std::string("sha256:0123"));
        QTRY_COMPARE(f.jobs.running(), 0);
        QCOMPARE(f.jobs.all().front()->state(), Job::State::Done);
    }

    void whatIsBrokenIsNotBuilt()
    {
        Fixture f;
        f.write("Dockerfile", "FROM busybox\nCOPPY a b\n");
        f.open();
        f.key(Qt::Key_B, Qt::ControlModifier);
        QVERIFY(!f.client.buildsPart.built.has_value());
        QTRY_VERIFY_WITH_TIMEOUT(!f.message().isEmpty(), 5000);
        QVERIFY2(f.message().startsWith(QStringLiteral("Line 2: unknown instruction: COPPY")), qPrintable(f.message()));
        f.page->current()->editor().setPlainText(QStringLiteral("ARG A=b\n"));
        f.key(Qt::Key_B, Qt::ControlModifier);
        QTRY_VERIFY2_WITH_TIMEOUT(f.message().contains(QStringLiteral("needs a FROM")), qPrintable(f.message()), 5000);
        f.page->current()->editor().setPlainText(QStringLiteral("FROM busybox\n"));
        f.find<QLineEdit>(names::buildTag)->setText(QStringLiteral("Not Good"));
        f.key(Qt::Key_B, Qt::ControlModifier);
        QTRY_VERIFY2_WITH_TIMEOUT(f.message().startsWith(QStringLiteral("Not is no name for an image")), qPrintable(f.message()), 5000);
        QVERIFY(!f.client.buildsPart.built.has_value());
    }
};

QTEST_MAIN(TestDockerfilePage)
#include "tst_dockerfile_page.moc"
