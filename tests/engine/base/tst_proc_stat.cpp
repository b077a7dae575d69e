// SPDX-License-Identifier: GPL-3.0-or-later
#include <sys/prctl.h>
#include <unistd.h>

#include <QtTest>

#include "base/proc_stat.h"

using namespace slipway;

class TestProcStat : public QObject
{
    Q_OBJECT

private slots:
    void anyName_data()
    {
        QTest::addColumn<QByteArray>("name");
        QTest::newRow("plain") << QByteArray("sleep");
        QTest::newRow("blanks") << QByteArray("a b c");
        QTest::newRow("like the fields behind it") << QByteArray(") R 1 2 (");
        QTest::newRow("lines") << QByteArray("x\ny) S 1\n");
    }
    void anyName()
    {
        QFETCH(QByteArray, name);
        const auto before = procStat(::getpid());
        QCOMPARE(::prctl(PR_SET_NAME, name.constData()), 0);
        const auto stat = procStat(::getpid());
        QVERIFY(before && stat);
        QCOMPARE(stat->parent, ::getppid());
        QCOMPARE(stat->startTicks, before->startTicks);
        QVERIFY(stat->startTicks > 0);
    }

    void aLaterProcessStartedLater()
    {
        const auto own = procStat(::getpid()), first = procStat(1);
        QVERIFY(own && first);
        QVERIFY(own->startTicks >= first->startTicks);
    }

    void noProcess()
    {
        QVERIFY(!procStat(0));
        QVERIFY(!procStat(-1));
        QVERIFY(!procStat(1 << 30));
    }
};

QTEST_MAIN(TestProcStat)
#include "tst_proc_stat.moc"
