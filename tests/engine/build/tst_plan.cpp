// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>

#include "build/plan.h"

using namespace slipway;
using namespace slipway::build;

// Which stages a target needs, and what they wait for.
class TestPlan : public QObject
{
    Q_OBJECT

    static QString plan(const char* text, const std::string& target = {}, const std::map<std::string, std::string>& args = {}, int labels = 0)
    {
        const auto file = dockerfile::parse(text);
        if (file.firstError())
            return QString::fromStdString(file.firstError()->message);
        const auto globals = globalValues(file, args, "linux/amd64", target);
        const auto made = globals ? makePlan(file, target, *globals, labels) : std::unexpected(globals.error());
        if (!made)
            return QString::fromStdString(made.error().message);
        QString said;
        for (const PlannedStage& stage : made->stages) {
            said += QString::fromStdString(stage.stage->name()) + '@' + QString::number(stage.firstStep);
            for (const std::size_t need : stage.needs)
                said += '<' + QString::fromStdString(made->stages[need].stage->name());
            said += ' ';
        }
        return said + '/' + QString::number(made->totalSteps);
    }

private slots:
    void stages_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("target");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char* name, const char* text, const char* expected, const char* target = "") { QTest::newRow(name) << QByteArray(text) << target << expected; };
        row("one", "FROM x\nRUN a\nRUN b\n", "stage-0@1 /3");
        row("unused ones are left out", "FROM x AS a\nRUN 1\nFROM x AS b\nRUN 2\nFROM a\n", "a@1 stage-2@3<a /3");
        row("copies", "FROM x AS a\nFROM x AS b\nFROM x\nCOPY --from=a / /\nCOPY --from=1 / /\nCOPY --from=image / /\n", "a@1 b@2 stage-2@3<a<b /6");
        row("mounts", "FROM x AS a\nFROM x AS b\nFROM x\nRUN --mount=from=a,target=/a --mount=type=cache,from=b,target=/b true\n", "a@1 b@2 stage-2@3<a<b /4");
        row("a name only of earlier stages", "FROM x\nCOPY --from=later / /\nFROM y AS later\n", "later@1 /1");
        row("the last of a name", "FROM x AS a\nFROM y AS a\nFROM a\n", "a@1 stage-2@2<a /2");
        row("an own name is an image", "FROM x AS x\nFROM x AS x\n", "x@1 x@2<x /2");
        row("variables", "ARG BASE=a\nFROM x AS a\nFROM y AS b\nFROM ${BASE}\n", "a@2 stage-2@3<a /3");
        row("a number is no stage for FROM", "FROM x\nFROM 0\n", "stage-1@1 /1");
        row("target", "FROM x AS a\nRUN 1\nFROM a AS b\nFROM b\n", "a@1 b@3<a /3", "b");
        row("target by number and case", "FROM x AS One\nFROM y\n", "one@1 /1", "ONE");
        row("no such target", "FROM x AS one\n", "target stage \"onee\" could not be found (did you mean one?)", "onee");
    }
    void stages()
    {
        QFETCH(QByteArray, text);
        QFETCH(QString, target);
        QFETCH(QString, expected);
        QCOMPARE(plan(text, target.toStdString()), expected);
    }

    void argumentsOfTheBuildCount()
    {
        const char* text = "ARG BASE=a\nARG MORE=${BASE}b\nFROM x AS a\nFROM x AS b\nFROM x AS ab\nFROM $MORE\n";
        QCOMPARE(plan(text), QString("ab@3 stage-3@4<ab /4"));
        QCOMPARE(plan(text, {}, {{"BASE", ""}}), QString("b@3 stage-3@4<b /4"));
        QCOMPARE(plan(text, {}, {{"MORE", "a"}}, 2), QString("a@3 stage-3@4<a /6"));
        const auto file = dockerfile::parse("ARG P=$TARGETPLATFORM\nFROM x\n");
        QCOMPARE(globalValues(file, {}, "linux/arm64/v8", "")->at("P"), std::string("linux/arm64/v8"));
        QVERIFY(!globalValues(dockerfile::parse("ARG X=${Y:?missing}\nFROM x\n"), {}, "linux/amd64", "").has_value());
    }
};

QTEST_APPLESS_MAIN(TestPlan)
#include "tst_plan.moc"
