// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <QtTest>

#include <numeric>

#include "logstore/error_density.h"
#include "logstore/log_writer.h"

using namespace slipway;
using namespace slipway::logstore;
using namespace std::chrono_literals;

class TestErrorDensity : public QObject
{
    Q_OBJECT

    static constexpr std::int64_t second = 1'000'000'000, begin = 1'790'000'000 * second;

    QTemporaryDir m_dir;
    std::string m_log;
    std::vector<std::int64_t> m_errors; // when they were written
    std::int64_t m_time = begin;
    unsigned m_random = 7;

    // COUNT lines, some of them errors, in seconds that are dense and minutes without a line.
    void write(LogWriter& writer, int count)
    {
        for (int i = 0; i < count; ++i) {
            m_random = m_random * 1664525 + 1013904223;
            const bool error = m_random >> 24 < 9;
            m_time += m_random % 5000 == 0 ? 90 * second : second / 400;
            const std::string line = (error ? "2026-01-02 ERROR something is wrong " : "2026-01-02 INFO  all is well ") + std::string(m_random >> 20 & 127, 'x') + "\n";
            writer.append(error ? Stream::Stderr : Stream::Stdout, line.data(), line.size(), fromUnixNano(m_time));
            if (error)
                m_errors.push_back(m_time);
        }
    }
    std::uint64_t truth(std::int64_t from, std::int64_t to) const
    {
        return static_cast<std::uint64_t>(std::ranges::count_if(m_errors, [&](std::int64_t time) { return time >= from && time < to; }));
    }
    static std::uint64_t sum(const ErrorDensity::Counted& counted) { return std::accumulate(counted.bins.begin(), counted.bins.end(), std::uint64_t{0}); }

private slots:
    void init()
    {
        m_log = m_dir.filePath(QStringLiteral("log%1").arg(QRandomGenerator::global()->generate())).toStdString();
        m_errors.clear();
        m_time = begin;
    }

    void asOftenAsTheyWereWritten()
    {
        auto writer = LogWriter::open(m_log, {});
        QVERIFY(writer.has_value());
        write(*writer, 120'000);
        writer->finish();
        ErrorDensity density;
        const auto log = LogSnapshot::take(m_log);
        const std::int64_t from = begin / second * second, to = (m_time / second + 1) * second;
        const auto counted = density.count(*log, from, to, 50, 60s);
        QCOMPARE(counted.fromNs, from);
        QCOMPARE(sum(counted), truth(from, to));
        QVERIFY(m_errors.size() > 1000);
        // A part in the middle: at its ends a line may be counted with its neighbour of the same second or two.
        const std::int64_t a = from + (to - from) / 3, b = from + (to - from) / 2;
        const auto part = density.count(*log, a, b, 10, 60s);
        QVERIFY2(std::abs(double(sum(part)) - double(truth(a, b))) <= 0.02 * double(truth(a, b)) + 30, qPrintable(QStringLiteral("%1 of %2").arg(sum(part)).arg(truth(a, b))));
        // It grows: what was counted stays, what is new comes.
        write(*writer, 30'000);
        writer->finish();
        const std::int64_t later = (m_time / second + 1) * second;
        QCOMPARE(sum(density.count(*LogSnapshot::take(m_log, log), from, later, 50, 60s)), truth(from, later));
    }

    void withoutTimeItGoesOnWhenAskedAgain()
    {
        auto writer = LogWriter::open(m_log, {});
        QVERIFY(writer.has_value());
        write(*writer, 120'000);
        writer->finish();
        ErrorDensity density;
        const auto log = LogSnapshot::take(m_log);
        const std::int64_t to = m_time + 1;
        auto counted = density.count(*log, begin, to, 50, 0ms);
        QVERIFY(counted.fromNs > begin);
        QCOMPARE(sum(counted) > 0, true); // the newest first
        for (int i = 0; i < 10'000 && counted.fromNs > begin; ++i) // a sanitizer makes it slow
            counted = density.count(*log, begin, to, 50, 5ms);
        QCOMPARE(counted.fromNs, begin);
        QCOMPARE(sum(counted), truth(begin, to));
    }

    void anEmptyLogHasNone()
    {
        ErrorDensity density;
        const auto counted = density.count(*LogSnapshot::take(m_log), begin, begin + second, 5, 1s);
        QCOMPARE(sum(counted), 0u);
        QCOMPARE(counted.fromNs, begin);
    }
};

QTEST_GUILESS_MAIN(TestErrorDensity)
#include "tst_error_density.moc"
