// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "os/user_namespace.h"

using namespace slipway;

// What /etc/subuid says. Entering a user namespace is tested end to end (tests/e2e/tst_rootless.cpp).
class TestUserNamespace : public QObject
{
    Q_OBJECT

    QTemporaryDir m_dir;

    std::string file(const QByteArray& content)
    {
        QFile out(m_dir.filePath("subuid"));
        if (!out.open(QFile::WriteOnly | QFile::Truncate) || out.write(content) != content.size())
            return {};
        return out.fileName().toStdString();
    }

private slots:
    void rangesInTheOrderOfTheFile()
    {
        const auto maps = subordinateMappings(file("other:5:6\nann:100000:65536\n1234:400000:10\n"), "ann", 1234, 77);
        QVERIFY(maps);
        QCOMPARE(maps->size(), std::size_t(3));
        const std::vector<std::array<std::uint32_t, 3>> wanted{{0, 77, 1}, {1, 100000, 65536}, {65537, 400000, 10}};
        for (std::size_t i = 0; i < wanted.size(); ++i)
            QCOMPARE((std::array{(*maps)[i].inside, (*maps)[i].outside, (*maps)[i].count}), wanted[i]);
    }

    void linesThatSayNothing_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("another user's") << QByteArray("annabel:100000:65536\n12345:1:2\n");
        QTest::newRow("no numbers") << QByteArray("ann:x:65536\nann:100000:\nann:100000\nann\n");
        QTest::newRow("too large") << QByteArray("ann:100000:99999999999\n");
        QTest::newRow("nothing of it") << QByteArray("ann:100000:0\n");
    }
    void linesThatSayNothing()
    {
        QFETCH(QByteArray, content);
        const auto maps = subordinateMappings(file(content), "ann", 1234, 1234);
        QVERIFY(!maps);
        QCOMPARE(maps.error().kind, ErrorKind::NotFound);
        QVERIFY(maps.error().message.contains("subuid") && maps.error().message.contains("usermod --add-subuids"));
    }

    void aMissingFile()
    {
        QCOMPARE(subordinateMappings("/no/such/subgid", "ann", 1, 1).error().message.find("/no/such/subgid"), std::size_t(0));
    }
};

QTEST_APPLESS_MAIN(TestUserNamespace)
#include "tst_user_namespace.moc"
