// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>

#include "client/classic_steps.h"

using namespace slipway;

class ClassicStepsTest : public QObject
{
    Q_OBJECT

    static QByteArrayList told(const std::vector<std::string>& printed, bool good, const std::string& error = {})
    {
        QByteArrayList list;
        ClassicSteps steps([&](const dockerapi::BuildStep& step) {
            static constexpr const char* words[] = {"started", "output", "pull", "cached", "done", "failed"};
            const std::string& text = step.state == dockerapi::BuildStep::State::Pull ? step.pull.status : step.text;
            list << QByteArray::number(step.step) + '/' + QByteArray::number(step.total) + ' ' + words[static_cast<int>(step.state)] +
                        (text.empty() ? QByteArray() : ": " + QByteArray::fromStdString(text).trimmed()) + (step.isStderr ? " (stderr)" : "");
        });
        for (const std::string& text : printed) {
            dockerapi::ProgressLine line;
            (text.starts_with("pull:") ? line.status : line.stream) = text;
            steps.take(line);
        }
        if (!error.empty()) {
            dockerapi::ProgressLine line;
            line.error = error;
            steps.take(line);
        }
        steps.end(good);
        return list;
    }

private slots:
    void dockerd()
    {
        QCOMPARE(told({"Step 1/3 : FROM busybox", "\n", "pull:Pulling", " ---> 0123\n", "Step 2/3 : ENV A=b", "\n", " ---> Using cache\n", " ---> 4567\n",
                       "Step 3/3 : RUN ls", "\n", " ---> Running in 89ab\n", "file\n", "\x1b[91mloud\n\x1b[0m", " ---> Removed intermediate container 89ab\n",
                       " ---> cdef\n", "Successfully built cdef\n"}, true),
                 (QByteArrayList{"1/3 started: FROM busybox", "1/3 pull: pull:Pulling", "1/3 done", "2/3 started: ENV A=b", "2/3 cached", "2/3 done",
                                 "3/3 started: RUN ls", "3/3 output: file", "3/3 output: loud (stderr)", "3/3 done"}));
    }
    void podman()
    {
        QCOMPARE(told({"STEP 1/2: FROM busybox\n", "STEP 2/2: RUN exit 3\n"}, false, "while running: exit status 3"),
                 (QByteArrayList{"1/2 started: FROM busybox", "1/2 done", "2/2 started: RUN exit 3", "2/2 failed: while running: exit status 3"}));
        QCOMPARE(told({"STEP 1/1: RUN a\n", "--> Using cache 0123\n", "--> 0123\n"}, true),
                 (QByteArrayList{"1/1 started: RUN a", "1/1 cached", "1/1 done"}));
    }
    void whatOnlyLooksLikeAStep()
    {
        QCOMPARE(told({"Step 1/1 : RUN echo", "Step forward\n", "Step 2 of 3\n", "Step 99999999999/1 : x\n"}, true),
                 (QByteArrayList{"1/1 started: RUN echo", "1/1 output: Step forward", "1/1 output: Step 2 of 3", "1/1 output: Step 99999999999/1 : x", "1/1 done"}));
    }
};

QTEST_GUILESS_MAIN(ClassicStepsTest)
#include "tst_classic_steps.moc"
