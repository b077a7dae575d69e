// SPDX-License-Identifier: GPL-3.0-or-later
#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>
#include <QThread>

#include <limits>
#include <map>

#include "support/engine_process.h"
#include "support/patience.h"

using namespace slipway::test;

// What a container used, second by second, against the kernel's own counters; kept without anybody looking, over the engine's death.
class TestMetrics : public QObject
{
    Q_OBJECT

    EngineProcess m_engine;

    QString start(const QStringList& options, const QString& script)
    {
        const Output output = m_engine.docker(QStringList{"run", "-d"} + options + QStringList{"busybox", "sh", "-c", script});
        [&] { QVERIFY2(output.code == 0, output.err.constData()); }();
        return QString::fromLatin1(output.out.trimmed());
    }
    QJsonObject history(const QString& id, const QString& query = {}) const
    {
        return m_engine.get("/slipway/containers/" + id + "/metrics" + query).toObject();
    }
    // Second → value; what was not measured is not there.
    std::map<qint64, double> column(const QString& id, const QString& name, const QString& query = "?step=1") const
    {
        std::map<qint64, double> values;
        const QJsonObject all = history(id, query);
        const QJsonArray times = all["time"].toArray(), column = all[name].toArray();
        for (qsizetype i = 0; i < times.size(); ++i)
            if (column[i].isDouble())
                values[qint64(times[i].toDouble())] = column[i].toDouble();
        return values;
    }
    // Of a rate, over (FROM, TO]: each point stands for the time since the one before.
    static double total(const std::map<qint64, double>& points, qint64 from, qint64 to)
    {
        double sum = 0;
        for (auto each = points.upper_bound(from); each != points.end() && each->first <= to; ++each)
            sum += each->second * double(each == points.begin() ? 1 : each->first - std::prev(each)->first);
        return sum;
    }
    static quint64 number(const QStringList& files)
    {
        for (const QString& name : files) {
            QFile file(name);
            if (file.open(QFile::ReadOnly))
                return file.readLine().trimmed().split(' ').last().toULongLong();
        }
        return 0;
    }
    static quint64 cpuNs(const QString& id)
    {
        const QString v1 = "/sys/fs/cgroup/cpuacct/slipway/" + id + "/cpuacct.usage";
        return QFile::exists(v1) ? number({v1}) : 1000 * number({"/sys/fs/cgroup/slipway/" + id + "/cpu.stat"}); // its first line: usage_usec
    }
    QByteArray refusal(const QString& path) const
    {
        return QJsonDocument::fromJson(m_engine.api("GET", path).out).object()["message"].toString().toUtf8();
    }
    static qint64 nextSecond() // waits for it, and a little longer: the engine measures at its beginning
    {
        const qint64 now = QDateTime::currentMSecsSinceEpoch();
        QThread::msleep(static_cast<unsigned long>(1020 - now % 1000));
        return QDateTime::currentSecsSinceEpoch();
    }

private slots:
    void initTestCase() { QCOMPARE(m_engine.startWithBusybox(), QByteArray()); }
    void cleanup() { m_engine.removeContainers(); }

    void processorTimeIsTheKernels()
    {
        const QString id = start({"--cpus", "0.5", "--network", "none"}, "while :; do :; done");
        EVENTUALLY_VERIFY(column(id, "cpu").size() >= 2);
        const qint64 first = nextSecond();
        const quint64 before = cpuNs(id);
        QThread::sleep(6);
        const qint64 last = nextSecond();
        const quint64 after = cpuNs(id);
        QVERIFY(after > before);
        const double kernel = double(after - before) / 1e9 / double(last - first);
        QThread::msleep(300);
        const auto points = column(id, "cpu");
        QString seconds;
        for (const auto& [second, cores] : points)
            seconds += QString(" %1:%2").arg(second).arg(cores);
        QVERIFY2(points.contains(first) && points.contains(last), qPrintable(QString("no readings at %1 and %2:").arg(first).arg(last) + seconds));
        const double mean = total(points, first, last) / double(last - first);
        QVERIFY2(std::abs(mean - kernel) <= 0.02 * kernel, qPrintable(QString("%1 cores, the kernel says %2").arg(mean).arg(kernel)));
        QVERIFY2(kernel > 0.3 && kernel < 0.6, qPrintable(QString::number(kernel)));
        const auto throttled = column(id, "throttled");
        QVERIFY(!throttled.empty());
        QVERIFY2(throttled.rbegin()->second > 0.1, qPrintable(QString::number(throttled.rbegin()->second)));
    }

    void memoryIsTheWorkingSet()
    {
        const QString id = start({"--network", "none", "--shm-size", "200m"}, "dd if=/dev/zero of=/dev/shm/x bs=1M count=100 && sleep 1000");
        const auto memory = [&] {
            const auto points = column(id, "memory");
            return points.empty() ? 0.0 : points.rbegin()->second;
        };
        EVENTUALLY_VERIFY(memory() > 100e6);
        QThread::sleep(6); // the cache is read every fifth second
        const QString v1 = "/sys/fs/cgroup/memory/slipway/" + id, v2 = "/sys/fs/cgroup/slipway/" + id;
        const double used = double(number({v1 + "/memory.usage_in_bytes", v2 + "/memory.current"}));
        double cache = 0;
        for (const QString& group : {v1, v2}) {
            QFile file(group + "/memory.stat");
            if (!file.open(QFile::ReadOnly))
                continue;
            for (const QByteArray& line : file.readAll().split('\n'))
                if (line.startsWith(group == v1 ? "total_inactive_file " : "inactive_file "))
                    cache = line.split(' ').last().toDouble();
            break;
        }
        QVERIFY2(std::abs(memory() - (used - cache)) <= 0.02 * used, qPrintable(QString("%1, the kernel says %2 - %3").arg(memory()).arg(used).arg(cache)));
        QCOMPARE(column(id, "pids").rbegin()->second, 1.0);
    }

    void trafficIsCounted()
    {
        const QString server = start({"--name", "server"}, "mkdir /w && dd if=/dev/zero of=/w/x bs=1M count=20 && httpd -f -h /w");
        const QByteArray address = m_engine.docker({"inspect", "-f", "{{.NetworkSettings.IPAddress}}", server}).out.trimmed();
        const QString client = start({}, QString("sleep 3; wget -q -O /dev/null http://%1/x; sleep 1000").arg(QString::fromLatin1(address)));
        const auto received = [&] { return total(column(client, "networkRx"), 0, std::numeric_limits<qint64>::max()); };
        EVENTUALLY_VERIFY(received() > 20 * 1048576.0);
        const double sum = received();
        const QByteArray kernel = m_engine.docker({"exec", client, "cat", "/sys/class/net/eth0/statistics/rx_bytes"}).out.trimmed();
        QVERIFY2(std::abs(sum - kernel.toDouble()) <= 0.02 * kernel.toDouble(), qPrintable(QString("%1, the kernel says %2").arg(sum).arg(QString::fromLatin1(kernel))));
    }

    void itOutlivesAKilledEngineWithAGap()
    {
        const QString id = start({"--network", "none"}, "sleep 1000");
        EVENTUALLY_VERIFY(column(id, "memory").size() >= 3);
        const qint64 killed = QDateTime::currentSecsSinceEpoch();
        m_engine.killHard();
        QThread::sleep(3);
        const qint64 back = QDateTime::currentSecsSinceEpoch();
        QVERIFY2(m_engine.start(), m_engine.errors().constData());
        EVENTUALLY_VERIFY(!column(id, "memory").empty() && column(id, "memory").rbegin()->first > back + 1);
        const auto points = column(id, "memory");
        QVERIFY(points.begin()->first <= killed - 1);
        for (qint64 second = killed + 1; second < back; ++second)
            QVERIFY2(!points.contains(second), "nobody measured then");
    }

    void longerStepsFollow()
    {
        const QString id = start({"--network", "none"}, "sleep 1000");
        QTRY_VERIFY_WITH_TIMEOUT(column(id, "memory", "?step=10").size() >= 1, 25000);
        QCOMPARE(history(id, "?step=10")["step"].toInt(), 10);
        QCOMPARE(qint64(history(id, "?step=10")["time"].toArray().first().toDouble()) % 10, 0);
        QCOMPARE(history(id)["step"].toInt(), 10); // an hour back
        QCOMPARE(history(id, QString("?from=%1").arg(QDateTime::currentSecsSinceEpoch() - 60))["step"].toInt(), 1);
    }

    void itGoesWithItsContainer()
    {
        const QString id = start({"--network", "none"}, "sleep 1000");
        const QString file = m_engine.rootFolder() + "/metrics/" + id;
        EVENTUALLY_VERIFY(QFile::exists(file));
        QCOMPARE(m_engine.docker({"stop", "-t", "0", id}).code, 0);
        QVERIFY(!column(id, "memory").empty()); // it can still be looked at
        QCOMPARE(m_engine.docker({"rm", id}).code, 0);
        EVENTUALLY_VERIFY(!QFile::exists(file));
    }

    void badRequests()
    {
        const QString id = start({"--network", "none"}, "sleep 1000");
        QCOMPARE(refusal("/slipway/containers/nobody/metrics"), QByteArray("No such container: nobody"));
        QCOMPARE(refusal("/slipway/containers/" + id + "/metrics?step=7"), QByteArray("step must be 1, 10 or 60 seconds"));
        QCOMPARE(refusal("/slipway/containers/" + id + "/metrics?from=yesterday"), QByteArray("invalid value for from: yesterday"));
        QCOMPARE(refusal("/slipway/containers/" + id + "/metrics?from=99999999999999999999"), QByteArray("invalid value for from: 99999999999999999999"));
        QCOMPARE(history(id, "?from=5000000000&to=4000000000")["time"].toArray().size(), 0);
    }
};

QTEST_GUILESS_MAIN(TestMetrics)
#include "tst_metrics.moc"
