// SPDX-License-Identifier: GPL-3.0-or-later
#include <QLabel>
#include <QSignalSpy>
#include <QToolButton>
#include <QtTest>

#include "fake_engine.h"
#include "images/image_jobs.h"
#include "jobs/job_row.h"
#include "jobs/jobs.h"
#include "jobs/jobs_panel.h"
#include "shell/object_names.h"
#include "shell/theme.h"

using namespace slipway;
using namespace slipway::ui;

namespace
{
dockerapi::ProgressLine line(const char* id, const char* status, std::int64_t current = 0, std::int64_t total = 0)
{
    return {.id = id, .status = status, .stream = {}, .error = {}, .current = current, .total = total};
}
} // namespace

class TestJobs : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase() { theme::apply(theme::Mode::Light); }

    void aPullLayerByLayer()
    {
        Job job("pull", QStringLiteral("Pull nginx"));
        QVERIFY(job.share() < 0);
        job.take(line("latest", "Pulling from library/nginx"));
        QVERIFY(job.parts().empty());
        job.take(line("aaa", "Pulling fs layer"));
        job.take(line("bbb", "Already exists"));
        QCOMPARE(job.parts().size(), 2U);
        QCOMPARE(job.share(), 0.5);
        job.take(line("aaa", "Downloading", 10'000'000, 40'000'000));
        QVERIFY(job.share() > 0.5 && job.share() < 0.75);
        QTest::qWait(300);
        job.take(line("aaa", "Downloading", 20'000'000, 40'000'000));
        QVERIFY(job.rate() > 5e6);
        QVERIFY(job.secondsLeft() >= 1);
        QVERIFY2(job.summary().startsWith(QStringLiteral("1 of 2 layer(s) · 20.0 MB of 40.0 MB")), qPrintable(job.summary()));
        job.take(line("aaa", "Download complete"));
        QCOMPARE(job.parts()[0].current, 40'000'000);
        job.take(line("aaa", "Pull complete"));
        QCOMPARE(job.share(), 1.0);
        const QSignalSpy ended(&job, &Job::ended);
        job.finish({});
        job.cancel();
        QCOMPARE(ended.count(), 1);
        QVERIFY(job.state() == Job::State::Done);
        QVERIFY(!job.canRetry());
    }

    void cancelDropsTheRequest()
    {
        FakeClient client;
        EngineBridge bridge(client);
        Jobs jobs;
        Job& job = pullImage(bridge, jobs, QStringLiteral("nginx"));
        QCOMPARE(client.imagesPart.pulled, std::string("nginx"));
        QVERIFY(!client.imagesPart.alive.expired());
        job.cancel();
        QVERIFY(client.imagesPart.alive.expired());
        QVERIFY(job.state() == Job::State::Cancelled);
        client.imagesPart.onEnd({});
        QCoreApplication::processEvents();
        QVERIFY(job.state() == Job::State::Cancelled);
    }

    void thePanelShowsWhatGoesOnUntilItIsDismissed()
    {
        FakeClient client;
        EngineBridge bridge(client);
        Jobs jobs;
        JobsPanel panel(jobs);
        QVERIFY(panel.isHidden());
        pullImage(bridge, jobs, QStringLiteral("nginx"));
        panel.resize(800, 200);
        panel.show();
        QCOMPARE(panel.findChildren<JobRow*>().size(), 1);
        QVERIFY(!panel.isOpen());
        client.imagesPart.onProgress(line("aaa", "Downloading", 1, 4));
        client.imagesPart.onEnd(fail(ErrorKind::NotFound, "manifest for nginx:latest not found"));
        QTRY_VERIFY(panel.isOpen()); // a failure opens it
        auto* row = panel.findChild<JobRow*>();
        bool said = false;
        for (const auto* label : row->findChildren<QLabel*>())
            said = said || label->text() == QLatin1StringView("manifest for nginx:latest not found");
        QVERIFY(said);
        for (auto* button : row->findChildren<QToolButton*>())
            if (button->accessibleName() == QLatin1StringView("Try again")) {
                QVERIFY(button->isVisibleTo(&panel));
                button->click();
                break;
            }
        QTRY_COMPARE(panel.findChildren<JobRow*>().size(), 1);
        QCOMPARE(jobs.running(), 1);
        client.imagesPart.onEnd({});
        QTRY_COMPARE(jobs.running(), 0);
        panel.findChild<QToolButton*>(QLatin1StringView(names::jobsClear))->click();
        QTRY_VERIFY(panel.isHidden());
        QTRY_COMPARE(panel.findChildren<JobRow*>().size(), 0);
    }
};

QTEST_MAIN(TestJobs)
#include "tst_jobs.moc"
