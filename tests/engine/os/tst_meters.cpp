// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <QtTest>

#include <unistd.h>

#include <fstream>
#include <thread>

#include "os/cgroup_meter.h"
#include "os/host_meter.h"
#include "os/kernel_text.h"
#include "os/usage_meter.h"

using namespace slipway;

class TestMeters : public QObject
{
    Q_OBJECT

    QTemporaryDir m_dir;
    std::filesystem::path file(const char* name, const std::string& text) const
    {
        const std::filesystem::path path = m_dir.filePath(QLatin1StringView(name)).toStdString();
        std::ofstream(path) << text;
        return path;
    }

private slots:
    void wordsOfTheKernel()
    {
        QCOMPARE(numberAt("  42\n"), std::optional<std::uint64_t>(42));
        QCOMPARE(numberAt("max\n"), std::nullopt);
        QCOMPARE(valueOf("MemTotal:       100 kB\nMemFree:  7 kB\n", "MemFree"), std::optional<std::uint64_t>(7));
        QCOMPARE(valueOf("oom 3\noom_kill 2\noom_group_kill 0\n", "oom_kill"), std::optional<std::uint64_t>(2));
        QCOMPARE(valueOf("oom_kill_disable 0\nunder_oom 0\noom_kill 5\n", "oom_kill"), std::optional<std::uint64_t>(5));
        QCOMPARE(sumOf("8:0 rbytes=10 wbytes=1\n8:16 rbytes=5 wbytes=2\n", "rbytes="), 15u);
        QCOMPARE(pressureNs("some avg10=1.00 avg60=0.50 avg300=0.10 total=12345\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=99\n"),
                 std::optional<std::uint64_t>(12345000));
        QCOMPARE(pressureNs(""), std::nullopt);
    }

    void aGroupOfVersion2()
    {
        CgroupMeter::Files files;
        files.v2 = true;
        files.cpu = file("cpu.stat", "usage_usec 1500\nuser_usec 1000\nsystem_usec 500\nnr_periods 9\nnr_throttled 4\nthrottled_usec 70\n");
        files.memory = file("memory.current", "4096000\n");
        files.memoryStat = file("memory.stat", "anon 1000\nfile 2000\ninactive_file 1500\nactive_file 500\n");
        files.memoryPeak = file("memory.peak", "5000000\n");
        files.oom = file("memory.events", "low 0\nhigh 0\nmax 12\noom 2\noom_kill 1\noom_group_kill 0\n");
        files.pids = file("pids.current", "3\n");
        files.blockIo = file("io.stat", "254:0 rbytes=100 wbytes=200 rios=1 wios=2 dbytes=0 dios=0\n8:0 rbytes=1 wbytes=2 rios=1 wios=2\n");
        files.pressureCpu = file("cpu.pressure", "some avg10=0.00 avg60=0.00 avg300=0.00 total=10\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=1\n");
        files.pressureMemory = file("memory.pressure", "some avg10=0.00 avg60=0.00 avg300=0.00 total=20\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=1\n");
        const CgroupMeter meter(files);
        const CgroupMeter::Reading all = meter.read(CgroupMeter::Extent::Everything);
        QCOMPARE(all.cpuNs, std::optional<std::uint64_t>(1'500'000));
        QCOMPARE(all.throttledNs, std::optional<std::uint64_t>(70'000));
        QCOMPARE(all.memoryBytes, std::optional<std::uint64_t>(4'096'000));
        QCOMPARE(all.cacheBytes, std::optional<std::uint64_t>(1500));
        QCOMPARE(all.pids, std::optional<std::uint64_t>(3));
        QCOMPARE(all.blockReadBytes, std::optional<std::uint64_t>(101));
        QCOMPARE(all.blockWriteBytes, std::optional<std::uint64_t>(202));
        QCOMPARE(all.oomKills, std::optional<std::uint64_t>(1));
        QCOMPARE(all.pressureCpuNs, std::optional<std::uint64_t>(10'000));
        QCOMPARE(all.pressureMemoryNs, std::optional<std::uint64_t>(20'000));
        QCOMPARE(all.pressureIoNs, std::nullopt); // this kernel has none
        QCOMPARE(meter.read(CgroupMeter::Extent::Waits).oomKills, std::optional<std::uint64_t>(1));
        QCOMPARE(meter.read(CgroupMeter::Extent::Common).oomKills, std::nullopt);
        QCOMPARE(meter.read(CgroupMeter::Extent::Cpu).memoryBytes, std::nullopt);
        const auto last = CgroupMeter::lastWords(files);
        QCOMPARE(last.memoryPeakBytes, std::optional<std::uint64_t>(5'000'000));
        QCOMPARE(last.oomKills, std::optional<std::uint64_t>(1));
    }

    void linesAndWords()
    {
        QStringList lines;
        eachLine("one\ntwo\n\nlast", [&](std::string_view line) {
            lines << QString::fromUtf8(line.data(), qsizetype(line.size()));
            return line != "last";
        });
        QCOMPARE(lines, (QStringList{"one", "two", "", "last"}));
        std::string_view text = "  8:0 Read  4096";
        QCOMPARE(takeWord(text), std::string_view("8:0"));
        QCOMPARE(takeWord(text), std::string_view("Read"));
        QCOMPARE(numberAt(text), Counter(4096));
        QCOMPARE(takeWord(text), std::string_view("4096"));
        QCOMPARE(takeWord(text), std::string_view());
    }

    void allOfAGroupOfVersion1()
    {
        const std::filesystem::path group = m_dir.path().toStdString();
        file("cpuacct.stat", "user 30\nsystem 12\n");
        file("cpuacct.usage_percpu", "400000000 20000001 \n");
        file("cpu.stat", "nr_periods 9\nnr_throttled 4\nthrottled_time 70\n");
        file("memory.usage_in_bytes", "4096000\n");
        file("memory.max_usage_in_bytes", "5000000\n");
        file("memory.limit_in_bytes", "9223372036854771712\n");
        file("memory.stat", "cache 2000\ninactive_file 1\ntotal_cache 2000\ntotal_inactive_file 1500\n");
        file("pids.current", "3\n");
        file("pids.max", "max\n");
        file("blkio.throttle.io_service_bytes", "8:16 Read 5\n8:16 Write 6\n8:16 Sync 11\n8:0 Read 100\n8:0 Write 200\n8:0 Total 300\nTotal 311\n");
        file("blkio.throttle.io_serviced", "8:16 Read 1\n8:16 Write 2\n8:0 Read 3\n8:0 Write 4\nTotal 10\n");
        UsageMeter meter({.cpu = group, .cpuacct = group, .memory = group, .pids = group, .blkio = group}, ::getpid());
        auto usage = meter.read();
        QVERIFY(usage.has_value());
        QCOMPARE(usage->cpuNs, Counter(420'000'001));
        QCOMPARE(usage->perCpuNs, (std::vector<std::uint64_t>{400'000'000, 20'000'001}));
        QCOMPARE(usage->cpuUserNs, Counter(30 * tickNs()));
        QCOMPARE(usage->throttledNs, Counter(70));
        QCOMPARE(usage->memoryLimit, std::nullopt);
        QCOMPARE(usage->pidsLimit, std::nullopt);
        QVERIFY(usage->blockIo.has_value());
        QCOMPARE(usage->blockIo->size(), 2u);
        QCOMPARE(usage->blockIo->at(0).readBytes, 100u);
        QCOMPARE(usage->blockIo->at(1).writeOps, 2u);
        const auto reading = CgroupMeter::Reading::of(*usage);
        QCOMPARE(reading.cacheBytes, Counter(1500));
        QCOMPARE(reading.blockWriteBytes, Counter(206));

        // What a sleeping container cannot change is not read again, but a second long after it ran it still is.
        file("cpu.stat", "nr_periods 10\nnr_throttled 5\nthrottled_time 80\n");
        QCOMPARE(meter.read()->throttledNs, Counter(80));
        std::this_thread::sleep_for(std::chrono::milliseconds(1100));
        file("cpu.stat", "nr_periods 11\nnr_throttled 6\nthrottled_time 90\n");
        QCOMPARE(meter.read()->throttledNs, Counter(90));
        file("memory.usage_in_bytes", "4096001\n");
        file("cpu.stat", "nr_periods 0\nnr_throttled 0\nthrottled_time 0\n");
        usage = meter.read();
        QCOMPARE(usage->throttledNs, Counter(90));
        QCOMPARE(usage->memoryBytes, Counter(4096001)); // may change nevertheless
        file("cpuacct.usage_percpu", "400000000 20000002 \n");
        QCOMPARE(meter.read()->throttledNs, Counter(0));
    }

    void allOfAGroupOfVersion2()
    {
        QTemporaryDir dir;
        const std::filesystem::path group = dir.path().toStdString();
        std::ofstream(group / "cpu.stat") << "usage_usec 1500\nuser_usec 1000\nsystem_usec 500\nnr_periods 9\nnr_throttled 4\nthrottled_usec 70\n";
        std::ofstream(group / "memory.current") << "4096000\n";
        std::ofstream(group / "memory.max") << "max\n";
        std::ofstream(group / "memory.stat") << "anon 1000\nfile 2000\ninactive_file 1500\n";
        std::ofstream(group / "io.stat") << "254:0 rbytes=100 wbytes=200 rios=1 wios=2 dbytes=0 dios=0\n7:0 \n8:0 rbytes=1 wbytes=2 rios=3 wios=4\n";
        const auto usage = UsageMeter({.cpu = group, .v2 = true}, ::getpid()).read();
        QVERIFY(usage.has_value());
        QCOMPARE(usage->cpuNs, Counter(1'500'000));
        QCOMPARE(usage->memoryStat, std::string("anon 1000\nfile 2000\ninactive_file 1500\n"));
        QCOMPARE(usage->blockIo->size(), 2u);
        QCOMPARE(usage->blockIo->at(1).writeOps, 4u);
        QCOMPARE(CgroupMeter::Reading::of(*usage).cacheBytes, Counter(1500));
        QVERIFY(!UsageMeter({.cpu = group / "nowhere", .v2 = true}, ::getpid()).read());
    }

    void thisMachine()
    {
        const HostTotals totals = HostTotals::now();
        QCOMPARE(totals.cpus, std::thread::hardware_concurrency());
        QVERIFY(totals.memoryBytes > 1 << 20);
        HostMeter meter;
        const HostMeter::Reading before = meter.read(true);
        QCOMPARE(before.coresNs.size(), static_cast<std::size_t>(std::thread::hardware_concurrency()));
        QCOMPARE(before.totals.cpus, totals.cpus);
        QCOMPARE(before.totals.memoryBytes, totals.memoryBytes);
        QVERIFY(before.totals.cpuNs >= totals.cpuNs && totals.cpuNs > 0);
        QVERIFY(before.memoryBytes.value_or(0) > 1 << 20);
        QVERIFY(before.tasks.value_or(0) > 1);
        QVERIFY(before.networkRx.has_value());
        const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(300);
        while (std::chrono::steady_clock::now() < until)
            ;
        const HostMeter::Reading after = meter.read(false);
        std::uint64_t busy = 0;
        for (std::size_t i = 0; i < after.coresNs.size(); ++i)
            busy += after.coresNs[i] - before.coresNs[i];
        QVERIFY(busy > 50'000'000);
        QVERIFY(!after.oomKills);
    }
};

QTEST_GUILESS_MAIN(TestMeters)
#include "tst_meters.moc"
