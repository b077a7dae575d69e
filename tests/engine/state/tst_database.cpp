// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <QtTest>

#include "state/database.h"

using namespace slipway;

class TestDatabase : public QObject
{
    Q_OBJECT

    QTemporaryDir m_dir;
    std::filesystem::path file(const char* name) { return m_dir.filePath(QString::fromLatin1(name)).toStdString(); }

private slots:
    void keepsWhatWasCommitted()
    {
        {
            auto db = Database::open(file("a.db"));
            QVERIFY(db.has_value());
            QVERIFY((*db)->exec("INSERT INTO volumes VALUES(?, ?)", {"data", "{}"}));
        }
        auto db = Database::open(file("a.db"));
        QVERIFY(db.has_value());
        std::vector<std::string> names;
        QVERIFY((*db)->query("SELECT name FROM volumes", {}, [&](const Database::Row& r) { names.push_back(r.text(0)); }));
        QCOMPARE(names, std::vector<std::string>{"data"});
        std::int64_t synchronous = 0;
        QVERIFY((*db)->query("PRAGMA synchronous", {}, [&](const Database::Row& r) { synchronous = r.integer(0); }));
        QCOMPARE(synchronous, 2); // FULL
    }

    void failedTransactionLeavesNothing()
    {
        auto db = Database::open(file("b.db"));
        QVERIFY(db.has_value());
        const auto done = (*db)->transaction([&]() -> Status {
            TRY_STATUS((*db)->exec("INSERT INTO volumes VALUES('one', '{}')"));
            return (*db)->exec("INSERT INTO volumes VALUES('one', '{}')");
        });
        QVERIFY(!done);
        QCOMPARE(done.error().kind, ErrorKind::Conflict);
        int rows = 0;
        QVERIFY((*db)->query("SELECT 1 FROM volumes", {}, [&](const Database::Row&) { ++rows; }));
        QCOMPARE(rows, 0);
    }

    void laterIsNotForgottenAndChangesNothingElse()
    {
        auto db = Database::open(file("later.db"));
        QVERIFY(db.has_value());
        const auto synchronous = [&] {
            std::int64_t value = 0;
            static_cast<void>((*db)->query("PRAGMA synchronous", {}, [&](const Database::Row& r) { value = r.integer(0); }));
            return value;
        };
        QVERIFY((*db)->exec("INSERT INTO volumes VALUES('one', '{}')", {}, Database::Sync::Later));
        QCOMPARE(synchronous(), 2); // FULL again
        const auto done = (*db)->transaction(
            [&]() -> Status {
                if (synchronous() != 1) // NORMAL
                    return fail(ErrorKind::Internal, "the transaction would wait for the disk");
                return (*db)->exec("INSERT INTO volumes VALUES('two', '{}')");
            },
            Database::Sync::Later);
        QVERIFY2(done, done ? "" : done.error().message.c_str());
        QVERIFY((*db)->transaction([&]() -> Status {
            TRY_STATUS((*db)->exec("INSERT INTO volumes VALUES('three', '{}')", {}, Database::Sync::Later));
            return synchronous() == 2 ? Status() : fail(ErrorKind::Internal, "a part made the whole less safe");
        }));
        auto other = Database::open(file("later.db")); // as an engine after a crash sees it
        QVERIFY(other.has_value());
        int rows = 0;
        QVERIFY((*other)->query("SELECT 1 FROM volumes", {}, [&](const Database::Row&) { ++rows; }));
        QCOMPARE(rows, 3);
    }

    void nestedQueriesOfOneStatement()
    {
        auto db = Database::open(file("d.db"));
        QVERIFY((*db)->exec("INSERT INTO volumes VALUES('one', '{}'), ('two', '{}')"));
        int pairs = 0;
        const char* all = "SELECT name FROM volumes";
        QVERIFY((*db)->query(all, {}, [&](const Database::Row&) {
            QVERIFY((*db)->query(all, {}, [&](const Database::Row&) { ++pairs; }));
        }));
        QCOMPARE(pairs, 4);
    }

    void newerSchemaIsRefused()
    {
        {
            auto db = Database::open(file("c.db"));
            QVERIFY((*db)->exec("PRAGMA user_version=9999"));
        }
        auto db = Database::open(file("c.db"));
        QVERIFY(!db);
        QVERIFY(QString::fromStdString(db.error().message).contains("newer than this Slipway"));
    }

    void damagedFileIsNamedAndLeft()
    {
        const auto path = file("bad.db");
        QFile damaged(QString::fromStdString(path.string()));
        QVERIFY(damaged.open(QIODevice::WriteOnly));
        const QByteArray content(8192, 'x');
        damaged.write(content);
        damaged.close();
        auto db = Database::open(path);
        QVERIFY(!db);
        QVERIFY(db.error().message.find("bad.db") != std::string::npos);
        QVERIFY(damaged.open(QIODevice::ReadOnly));
        QCOMPARE(damaged.readAll(), content);
    }
};

QTEST_APPLESS_MAIN(TestDatabase)
#include "tst_database.moc"
