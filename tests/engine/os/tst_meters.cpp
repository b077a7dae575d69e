// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <QtTest>

#include <fstream>
#include <thread>

#include "os/cgroup_meter.h"
#include "os/host_meter.h"
#include "os/kernel_text.h"

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

    void thisMachine()
    {
        HostMeter meter;
        const HostMeter::Reading before = meter.read(true);
        QCOMPARE(before.coresNs.size(), static_cast<std::size_t>(std::thread::hardware_concurrency()));
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
