// SPDX-License-Identifier: GPL-3.0-or-later
#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTest>
#include <QThread>

#include <limits>
#include <map>
#include <tuple>

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
    static double throttledSeconds(const QString& id)
    {
        for (const auto& [group, key, unit] : {std::tuple("/sys/fs/cgroup/cpu/slipway/", "throttled_time ", 1e-9), {"/sys/fs/cgroup/slipway/", "throttled_usec ", 1e-6}}) {
            QFile file(group + id + "/cpu.stat");
            if (!file.open(QFile::ReadOnly))
                continue;
            for (const QByteArray& line : file.readAll().split('\n'))
                if (line.startsWith(key))
                    return line.split(' ').last().toDouble() * unit;
        }
        return 0;
    }
    QJsonArray marks(const QString& id, const QString& what) const
    {
        QJsonArray found;
        for (const QJsonValue& mark : m_engine.get("/slipway/containers/" + id + "/marks").toArray())
            if (mark.toObject()["what"] == what)
                found << mark;
        return found;
    }
    // Ten seconds of a history against the kernel's counter at the same moments.
    void compareProcessorTime(const QString& id)
    {
        const qint64 began = QDateTime::currentSecsSinceEpoch();
        EVENTUALLY_VERIFY(!column(id, "cpu").empty() && column(id, "cpu").rbegin()->first > began);
        const qint64 first = nextSecond();
        const quint64 before = cpuNs(id);
        QThread::sleep(10);
        const qint64 last = nextSecond();
        const double kernel = double(cpuNs(id) - before) / 1e9;
        QThread::msleep(300);
        const auto points = column(id, "cpu");
        QString seconds;
        for (const auto& [second, cores] : points)
            seconds += QString(" %1:%2").arg(second).arg(cores);
        QVERIFY2(points.contains(first) && points.contains(last), qPrintable(QString("no readings at %1 and %2:").arg(first).arg(last) + seconds));
        const double sum = total(points, first, last);
        QVERIFY2(std::abs(sum - kernel) <= 0.02 * kernel, qPrintable(QString("%1 s, the kernel says %2:").arg(sum).arg(kernel) + seconds));
        const double mean = kernel / double(last - first);
        QVERIFY2(mean > 0 && mean < 0.6, qPrintable(QString::number(mean))); // less than its half on a machine that is busy with other things
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

    // A load of half a core, ten seconds against the kernel; then the engine is killed, and ten seconds again. No window is open.
    void processorTimeIsTheKernels()
    {
        const QString id = start({"--cpus", "0.5", "--network", "none"}, "while :; do :; done");
        compareProcessorTime(id);
        m_engine.killHard();
        QThread::sleep(2);
        QVERIFY2(m_engine.start(), m_engine.errors().constData());
        compareProcessorTime(id);
        // A machine that is busy with other things gives it no more than its half: then nothing holds it back.
        const double held = total(column(id, "throttled"), 0, std::numeric_limits<qint64>::max()), kernel = throttledSeconds(id);
        const auto throttled = column(id, "throttled");
        double most = 0; // what is read every fifth second stands for the next five: at an end that is as much too much or too little
        for (const auto& [second, share] : throttled)
            most = std::max(most, share);
        QVERIFY2(held <= 1.02 * kernel + 10 * most + 0.1 && held >= 0.3 * kernel - 10 * most, qPrintable(QString("%1 s, the kernel says %2").arg(held).arg(kernel)));
    }

    // Seconds in which nothing runs cost next to nothing to measure: they are there all the same, and what runs between them is counted.
    void whatMostlySleepsIsCountedToo()
    {
        const QString id = start({}, "for s in 4 1.7 3.6; do sleep $s; i=0; while [ $i -lt 60000 ]; do i=$((i+1)); done; done; exec sleep 1000");
        QThread::sleep(1);
        const qint64 first = nextSecond();
        const quint64 before = cpuNs(id);
        QThread::sleep(12);
        const qint64 last = nextSecond();
        const double kernel = double(cpuNs(id) - before) / 1e9;
        const auto cpu = column(id, "cpu"), memory = column(id, "memory");
        int quiet = 0;
        for (qint64 second = first + 1; second <= last; ++second) {
            QVERIFY2(cpu.contains(second) && memory.contains(second), qPrintable(QString("nothing at %1, %2 seconds after the first").arg(second).arg(second - first)));
            quiet += cpu.at(second) == 0;
        }
        QVERIFY2(quiet >= 3, qPrintable(QString::number(quiet)));
        const double sum = total(cpu, first, last);
        QVERIFY2(kernel > 0.03 && std::abs(sum - kernel) <= 0.02 * kernel, qPrintable(QString("%1 s, the kernel says %2").arg(sum).arg(kernel)));
    }

    void memoryIsTheWorkingSet()
    {
        const QString id = start({"--network", "none", "--shm-size", "300m"}, "dd if=/dev/zero of=/dev/shm/x bs=1M count=200 && sleep 1000");
        const auto memory = [&] {
            const auto points = column(id, "memory");
            return points.empty() ? 0.0 : points.rbegin()->second;
        };
        EVENTUALLY_VERIFY(memory() > 200 * 1048576.0);
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
        const QString server = start({"--name", "server"}, "while :; do dd if=/dev/zero bs=100k count=1 2>/dev/null; usleep 5000; done | nc -l -p 80");
        const QByteArray address = m_engine.docker({"inspect", "-f", "{{.NetworkSettings.IPAddress}}", server}).out.trimmed();
        const QString client = start({}, QString("sleep 4; sleep 12 | nc %1 80 >/dev/null; sleep 1000").arg(QString::fromLatin1(address)));
        const QString pid = QString::fromLatin1(m_engine.docker({"inspect", "-f", "{{.State.Pid}}", client}).out.trimmed());
        const auto kernel = [&] {
            QFile file("/proc/" + pid + "/net/dev");
            if (!file.open(QFile::ReadOnly))
                return 0.0;
            for (const QByteArray& line : file.readAll().split('\n'))
                if (line.trimmed().startsWith("eth0:"))
                    return line.mid(line.indexOf(':') + 1).simplified().split(' ').first().toDouble();
            return 0.0;
        };
        EVENTUALLY_VERIFY(column(client, "networkRx").size() >= 2); // quiet so far
        const qint64 first = nextSecond();
        const double before = kernel();
        QTRY_VERIFY_WITH_TIMEOUT(kernel() > before + 20e6, 60000);
        QThread::sleep(16); // quiet again
        const qint64 last = nextSecond();
        const double received = kernel() - before;
        QThread::msleep(300);
        const double sum = total(column(client, "networkRx"), first, last);
        QVERIFY2(std::abs(sum - received) <= 0.02 * received, qPrintable(QString("%1, the kernel says %2").arg(sum).arg(received)));
    }

    void theMachineIsMeasuredToo()
    {
        const QString id = start({"--network", "none"}, "while :; do :; done");
        const auto host = [&] { return m_engine.get("/slipway/metrics/host?step=1&from=" + QString::number(QDateTime::currentSecsSinceEpoch() - 10)).toObject(); };
        EVENTUALLY_VERIFY(!host()["cpu"].toArray().isEmpty() && host()["cpu"].toArray().last().toDouble() > 0.3);
        QVERIFY(host()["memory"].toArray().last().toDouble() > 10e6);
        QVERIFY(host()["pids"].toArray().last().toDouble() > 10);
        if (QFile::exists("/proc/pressure/cpu"))
            EVENTUALLY_VERIFY(host()["pressureCpu"].toArray().last().isDouble());
    }

    void everySecondWhileSomebodyListens()
    {
        const QString id = start({"--network", "none"}, "sleep 1000");
        const QString other = start({"--network", "none"}, "sleep 1000");
        EVENTUALLY_VERIFY(!column(other, "memory").empty());
        const Output output = run("curl", {"-sN", "--max-time", "4", "--unix-socket", m_engine.socketPath(), "http://localhost/slipway/metrics/live?containers=" + id.left(12)});
        const QList<QByteArray> lines = output.out.trimmed().split('\n');
        QVERIFY2(lines.size() >= 3, output.out.constData());
        const QJsonObject about = QJsonDocument::fromJson(lines[0]).object();
        QVERIFY(about["channels"].toArray().contains("memory"));
        QVERIFY(about["cpus"].toInt() >= 1);
        for (qsizetype i = 1; i < lines.size(); ++i) {
            const QJsonObject second = QJsonDocument::fromJson(lines[i]).object();
            QCOMPARE(second["containers"].toObject().keys(), QStringList{id});
            QCOMPARE(second["containers"].toObject()[id].toArray().size(), about["channels"].toArray().size());
            QCOMPARE(second["cores"].toArray().size(), about["cpus"].toInt());
            QCOMPARE(second["fromProc"].toArray().size(), 0);
        }
        QCOMPARE(refusal("/slipway/metrics/live?containers=nobody"), QByteArray("No such container: nobody"));
    }

    // Of a container in which nothing runs: what the kernel answers for it, packet for packet, and the history has it too.
    void aStreamOfStatisticsIsExactThoughNothingRuns()
    {
        const QString id = start({}, "exec sleep 1000");
        const QByteArray address = m_engine.docker({"inspect", "-f", "{{.NetworkSettings.IPAddress}}", id}).out.trimmed();
        QThread::sleep(3); // quiet by now
        QProcess stream;
        stream.start("curl", {"-sN", "--unix-socket", m_engine.socketPath(), "http://d/v1.45/containers/" + id + "/stats"});
        QVERIFY(stream.waitForStarted());
        QList<QJsonObject> samples;
        const auto next = [&] {
            while (!stream.canReadLine())
                if (!stream.waitForReadyRead(10000))
                    return QJsonObject();
            samples << QJsonDocument::fromJson(stream.readLine()).object();
            return samples.last();
        };
        const auto packets = [](const QJsonObject& sample) { return sample["networks"]["eth0"]["rx_packets"].toInt(); };
        const int first = packets(next());
        const quint64 cpu = cpuNs(id);
        const qint64 began = nextSecond();
        for (int i = 0; i < 7; ++i) {
            const int before = packets(samples.last());
            QCOMPARE(run("busybox", {"ping", "-c", "3", "-i", "0.1", "-W", "2", QString::fromLatin1(address)}).code, 0);
            QTRY_VERIFY_WITH_TIMEOUT(packets(next()) >= before + 3, 10000);
            QFile group("/sys/fs/cgroup/memory/slipway/" + id + "/memory.usage_in_bytes");
            if (group.open(QFile::ReadOnly))
                QCOMPARE(samples.last().value("memory_stats")["usage"].toDouble(), group.readAll().trimmed().toDouble());
        }
        const qint64 ended = nextSecond();
        QCOMPARE(cpuNs(id), cpu); // it slept
        QThread::sleep(6);
        stream.kill();
        stream.waitForFinished();
        QVERIFY2(packets(samples.last()) >= first + 21, qPrintable(QString::number(packets(samples.last()) - first)));
        const auto received = column(id, "networkRx");
        QVERIFY2(total(received, began - 1, ended) >= 7 * 3 * 98.0, qPrintable(QString::number(total(received, began - 1, ended))));
        for (qint64 second = began; second <= ended; ++second)
            QVERIFY2(received.contains(second), qPrintable(QString::number(second - began)));
    }

    void whatHappenedIsMarked()
    {
        const QString id = start({"--network", "none", "-m", "32m", "--memory-swap", "32m"}, "sleep 2; tail /dev/zero; exit 9");
        EVENTUALLY_VERIFY(!marks(id, "die").isEmpty());
        QCOMPARE(marks(id, "start").size(), 1);
        QVERIFY(!marks(id, "oom").isEmpty());
        const QJsonObject died = marks(id, "die").first().toObject();
        QCOMPARE(died["exitCode"].toInt(), m_engine.docker({"inspect", "-f", "{{.State.ExitCode}}", id}).out.trimmed().toInt());
        QVERIFY(died["oomKills"].toInt() >= 1);
        QVERIFY2(std::abs(died["memoryPeak"].toDouble() - 32 * 1048576.0) <= 0.02 * 32 * 1048576.0, qPrintable(QString::number(died["memoryPeak"].toDouble(), 'f', 0)));
        QCOMPARE(m_engine.docker({"restart", "-t", "0", id}).code, 0);
        QCOMPARE(m_engine.docker({"pause", id}).code, 0);
        QCOMPARE(m_engine.docker({"unpause", id}).code, 0);
        EVENTUALLY_VERIFY(marks(id, "start").size() == 2 && !marks(id, "restart").isEmpty() && !marks(id, "pause").isEmpty() && !marks(id, "unpause").isEmpty());
    }

    void whatHappenedWithoutAnEngineIsMarkedLater()
    {
        const QString id = start({"--network", "none"}, "sleep 3; exit 7");
        EVENTUALLY_COMPARE(marks(id, "start").size(), 1);
        m_engine.killHard();
        QThread::sleep(4);
        QVERIFY2(m_engine.start(), m_engine.errors().constData());
        EVENTUALLY_COMPARE(marks(id, "die").size(), 1);
        QCOMPARE(marks(id, "die").first().toObject()["exitCode"].toInt(), 7);
        QCOMPARE(marks(id, "start").size(), 1);
        const auto ns = [&](const char* what) { return marks(id, what).first().toObject()["time"].toDouble(); };
        QVERIFY(ns("die") - ns("start") > 2.5e9 && ns("die") - ns("start") < 5e9); // when it died, not when it was found
    }

    void errorsInTheLogAreCounted()
    {
        const QString id = start({"--network", "none"}, "echo all is well; echo ERROR one; echo 'level=error two'; sleep 2; echo 'FATAL three' >&2; sleep 1000");
        const auto density = [&](qint64 from, qint64 to) {
            const QJsonObject counted = m_engine.get(QString("/slipway/logs/density?containers=%1&from=%2&to=%3&bins=10").arg(id).arg(from * 1'000'000'000).arg(to * 1'000'000'000)).toObject();
            int sum = 0;
            for (const QJsonValue& bin : counted["bins"].toArray())
                sum += bin.toInt();
            return sum;
        };
        const qint64 now = QDateTime::currentSecsSinceEpoch();
        EVENTUALLY_COMPARE(density(now - 60, now + 60), 3);
        QCOMPARE(density(now - 60, now - 30), 0);
        QVERIFY(refusal("/slipway/logs/density?containers=" + id + "&from=5&to=5").contains("from before to"));
        QVERIFY(refusal("/slipway/logs/density?containers=" + id + "&from=1&to=5&bins=0").contains("bins"));
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
        EVENTUALLY_VERIFY(!QFile::exists(file) && !QFile::exists(file + ".marks"));
    }

    void withoutCgroupsItIsReadFromProcAndSaid()
    {
        EngineProcess mine(EngineProcess::As::User);
        QCOMPARE(mine.startWithBusybox(), QByteArray());
        const Output made = mine.docker({"run", "-d", "--network", "none", "busybox", "sh", "-c", "while :; do :; done"});
        QVERIFY2(made.code == 0, made.err.constData());
        const QString id = QString::fromLatin1(made.out.trimmed());
        const auto history = [&] { return mine.get("/slipway/containers/" + id + "/metrics?step=1").toObject(); };
        EVENTUALLY_VERIFY(!history()["cpu"].toArray().isEmpty() && history()["cpu"].toArray().last().toDouble() > 0.1);
        const bool cgroups = !history()["fromProc"].toBool();
        QCOMPARE(mine.docker({"info", "-f", "{{.CgroupDriver}}"}).out.trimmed() == "none", !cgroups);
        mine.removeContainers();
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
