// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>

#include "support/engine_process.h"

using namespace slipway::test;

// docker compose (Debian's) with a project as people have it: a web service by image, published, that depends on a database
// (PostgreSQL, the real one), found by its service name, with its data in a named volume.
class TestCompose : public QObject
{
    Q_OBJECT

    static constexpr int minute = 60000;
    EngineProcess m_engine;
    QTemporaryDir m_dir{QStringLiteral("/tmp/slipway-compose-XXXXXX")};

    Output compose(const QStringList& arguments) const
    {
        return m_engine.docker(QStringList{"compose", "-p", "shop", "-f", m_dir.filePath("compose.yaml")} + arguments, {}, 2 * minute);
    }
    static int visit() // which one it was, by the database; 0: nobody answered
    {
        return run("curl", {"-sf", "--max-time", "10", "http://127.0.0.1:8080/"}, {}, minute).out.trimmed().toInt();
    }
    // Waits until the shop answers: its visits are those of before and the ones made here.
    static bool goesOnFrom(int before)
    {
        QElapsedTimer timer;
        timer.start();
        int now = visit();
        while (now == 0 && timer.elapsed() < patience) {
            QTest::qSleep(100);
            now = visit();
        }
        return now == before + 1;
    }
    QByteArray running(const QString& service) const
    {
        return QByteArray::number(compose({"ps", "--status", "running", "-q", service}).out.count('\n'));
    }

private slots:
    void initTestCase()
    {
        if (QDir(QStringLiteral("/usr/lib/postgresql")).isEmpty())
            QSKIP("PostgreSQL is not installed here");
        QVERIFY2(m_engine.start(), m_engine.errors().constData());
        const Output made = run(QStringLiteral(SLIPWAY_SOURCE_DIR "/tests/support/postgres_image"), {m_dir.path()}, {}, minute);
        QVERIFY2(made.code == 0, made.err.constData());
        const Output database = m_engine.docker({"import", "-c", "USER postgres", "-c", "VOLUME /var/lib/postgresql/data", "-c", "EXPOSE 5432", "-c",
                                                 "CMD [\"/bin/serve-database\"]", m_dir.filePath("postgres.tar"), "postgres:17"}, {}, minute);
        QVERIFY2(database.code == 0, database.err.constData());
        const Output web = m_engine.docker({"import", "-c", "CMD [\"/bin/serve-web\"]", m_dir.filePath("web.tar"), "web:1"}, {}, minute);
        QVERIFY2(web.code == 0, web.err.constData());
        QFile file(m_dir.filePath("compose.yaml"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("services:\n"
                   "  web:\n"
                   "    image: web:1\n"
                   "    ports: [\"8080:3000\"]\n"
                   "    depends_on: [db]\n"
                   "    environment: {DATABASE_URL: \"postgres://postgres:secret@db:5432/postgres\"}\n"
                   "  worker:\n"
                   "    image: web:1\n"
                   "    depends_on: [db]\n"
                   "    environment: {DATABASE_URL: \"postgres://postgres:secret@db:5432/postgres\"}\n"
                   "  db:\n"
                   "    image: postgres:17\n"
                   "    environment: {POSTGRES_PASSWORD: secret}\n"
                   "    volumes: [\"data:/var/lib/postgresql/data\"]\n"
                   "volumes: {data: {}}\n");
    }

    void up()
    {
        const Output up = compose({"up", "-d"});
        QVERIFY2(up.code == 0, up.err.constData());
        QVERIFY(goesOnFrom(0));
        QCOMPARE(visit(), 2);
        const Output again = compose({"up", "-d"}); // nothing to do
        QVERIFY2(again.code == 0 && !again.err.contains("Recreate"), again.err.constData());
        QCOMPARE(visit(), 3);
    }

    void logs()
    {
        EVENTUALLY_COMPARE(compose({"logs", "--no-color", "web"}).out.contains("web is ready"), true);
        const QByteArray all = compose({"logs", "--no-color"}).out;
        QVERIFY2(all.contains("web-1") && all.contains("db-1"), all.constData());
        QVERIFY2(all.contains("database system is ready to accept connections"), all.constData());
    }

    void scale()
    {
        const Output scaled = compose({"up", "-d", "--scale", "worker=3", "--no-recreate"});
        QVERIFY2(scaled.code == 0, scaled.err.constData());
        QCOMPARE(running("worker"), QByteArray("3"));
        // All of them are found by the one name.
        const QByteArray found = compose({"exec", "-T", "web", "nslookup", "worker", "127.0.0.11"}).out;
        QVERIFY2(found.count("Address") >= 4, found.constData());
        const Output less = compose({"up", "-d", "--scale", "worker=1", "--no-recreate"});
        QVERIFY2(less.code == 0, less.err.constData());
        QCOMPARE(running("worker"), QByteArray("1"));
    }

    void execAndRestart()
    {
        const Output asked = compose({"exec", "-T", "-e", "PGPASSWORD=secret", "db", "sh", "-c", "exec /usr/lib/postgresql/*/bin/psql -h db -U postgres -tAc 'select 6*7'"});
        QCOMPARE(asked.out.trimmed(), QByteArray("42"));
        const Output restarted = compose({"restart", "db", "web"});
        QVERIFY2(restarted.code == 0, restarted.err.constData());
        QVERIFY(goesOnFrom(3));
    }

    void dataSurvivesDownAndUp()
    {
        const Output down = compose({"down"});
        QVERIFY2(down.code == 0, down.err.constData());
        QCOMPARE(m_engine.docker({"ps", "-aq"}).out, QByteArray());
        QCOMPARE(m_engine.docker({"network", "ls", "-q", "--filter", "type=custom"}).out, QByteArray());
        QVERIFY(m_engine.docker({"volume", "ls", "-q"}).out.contains("shop_data"));
        const Output up = compose({"up", "-d"});
        QVERIFY2(up.code == 0, up.err.constData());
        QVERIFY(goesOnFrom(4));
        const Output all = compose({"down", "-v", "--remove-orphans"});
        QVERIFY2(all.code == 0, all.err.constData());
        QVERIFY(!m_engine.docker({"volume", "ls", "-q"}).out.contains("shop_data"));
    }

    void cleanupTestCase() { m_engine.stop(); }
};

QTEST_GUILESS_MAIN(TestCompose)
#include "tst_compose.moc"
