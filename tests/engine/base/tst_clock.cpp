// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>

#include "base/clock.h"
#include "base/ids.h"
#include "base/json.h"

using namespace slipway;

class TestClock : public QObject
{
    Q_OBJECT

private slots:
    void roundTrip_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("printed");
        QTest::newRow("utc") << "2026-01-02T03:04:05Z" << "2026-01-02T03:04:05Z";
        QTest::newRow("fraction") << "2026-01-02T03:04:05.120Z" << "2026-01-02T03:04:05.12Z";
        QTest::newRow("offset") << "2026-01-02T03:04:05.5+02:00" << "2026-01-02T01:04:05.5Z";
        QTest::newRow("zero") << "0001-01-01T00:00:00Z" << "0001-01-01T00:00:00Z";
    }
    void roundTrip()
    {
        QFETCH(QString, text);
        QFETCH(QString, printed);
        const auto time = parseRfc3339(text.toStdString());
        QVERIFY(time.has_value());
        QCOMPARE(QString::fromStdString(formatRfc3339(*time)), printed);
    }
    void timestamps()
    {
        const TimePoint reference = fromUnixNano(1'700'000'000'000'000'000);
        QCOMPARE(toUnixNano(*parseTimestamp("1700000000.25", reference)), 1'700'000'000'250'000'000);
        QCOMPARE(toUnixNano(*parseTimestamp("1m30s", reference)), 1'699'999'910'000'000'000);
        QVERIFY(!parseTimestamp("yesterday", reference));
        QVERIFY(!parseTimestamp("2026-13-01T00:00:00Z", reference));
    }
    void ids()
    {
        QCOMPARE(randomId().size(), std::size_t(64));
        QVERIFY(randomId() != randomId());
        QVERIFY(isValidName("web-1.a_b"));
        QVERIFY(!isValidName("-web"));
        QVERIFY(!isValidName("w"));
        QVERIFY(!isValidName("we/b"));
        QVERIFY(isValidName(randomName()));
    }
    void deepJsonIsRefused()
    {
        QVERIFY(parseJson(std::string(60, '[') + std::string(60, ']')));
        QVERIFY(!parseJson(std::string(100'000, '[')));
        QVERIFY(!parseJson("{\"a\":1} x"));
    }
};

QTEST_APPLESS_MAIN(TestClock)
#include "tst_clock.moc"
