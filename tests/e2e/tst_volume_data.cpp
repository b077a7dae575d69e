// SPDX-License-Identifier: GPL-3.0-or-later
#include <QJsonArray>
#include <QJsonObject>
#include <QTest>

#include "support/engine_process.h"

using namespace slipway::test;

// Slipway's own calls for what is in a volume: snapshots, clones, backups.
class TestVolumeData : public QObject
{
    Q_OBJECT

    EngineProcess m_engine;

    Output call(const QString& method, const QString& path, const QByteArray& body = {}) { return m_engine.api(method, "/slipway/volumes/" + path, body); }
    // What a container sees of VOLUME.
    QByteArray sees(const QString& volume, const QString& script) { return m_engine.docker({"run", "--rm", "-v", volume + ":/v", "-w", "/v", "busybox", "sh", "-c", script}).out; }
    QByteArray listing(const QString& volume)
    {
        return sees(volume, "stat -c '%F %a %u:%g' .; find . -mindepth 1 | sort | while read -r f; do if [ -L \"$f\" ]; then readlink \"$f\"; else stat -c '%n %F %a %u:%g %Y' \"$f\"; fi; done; cat d/f");
    }

private slots:
    void initTestCase()
    {
        const QByteArray problem = m_engine.startWithBusybox();
        QVERIFY2(problem.isEmpty(), problem.constData());
    }
    void init()
    {
        m_engine.docker({"volume", "create", "data"});
        sees("data", "mkdir d; echo one >d/f; ln -s f d/l; ln d/f d/h; chown 5:6 d/f; chmod 640 d/f; touch -d '2001-02-03 00:00:00' d/f d; chown 7:8 .; chmod 750 .");
    }
    void cleanup()
    {
        m_engine.removeContainers();
        m_engine.docker({"volume", "prune", "-af"});
    }

    void snapshotAndRollback()
    {
        const QByteArray before = listing("data");
        QVERIFY2(before.contains("directory 750 7:8\n") && before.contains("./d/f regular file 640 5:6 981158400"), before.constData());
        QCOMPARE(call("POST", "data/snapshots?name=first").code, 0);
        sees("data", "echo two >d/f; rm d/l; touch new");
        QVERIFY(listing("data") != before);
        const QJsonArray snapshots = m_engine.get("/slipway/volumes/data/snapshots").toArray();
        QCOMPARE(snapshots.size(), 1);
        QCOMPARE(snapshots[0]["Name"].toString(), QString("first"));
        QCOMPARE(call("POST", "data/rollback?snapshot=nosuch").code, 22);
        QCOMPARE(m_engine.docker({"run", "-d", "--name", "user", "-v", "data:/v", "busybox", "sleep", "1000"}).code, 0);
        QCOMPARE(call("POST", "data/rollback?snapshot=first").code, 22); // it is used
        m_engine.removeContainers();
        QCOMPARE(call("POST", "data/rollback?snapshot=first").code, 0);
        QCOMPARE(listing("data"), before);
        m_engine.killHard();
        QVERIFY2(m_engine.start(), m_engine.errors().constData());
        QCOMPARE(listing("data"), before);
        QCOMPARE(call("DELETE", "data/snapshots?name=first").code, 0);
        QCOMPARE(m_engine.get("/slipway/volumes/data/snapshots").toArray().size(), 0);
    }

    void clone()
    {
        const QByteArray before = listing("data");
        call("POST", "data/snapshots?name=first");
        sees("data", "echo two >d/f");
        const Output made = call("POST", "data/clone?to=copy", R"({"Labels":{"a":"b"}})");
        QCOMPARE(made.code, 0);
        QCOMPARE(listing("copy"), listing("data"));
        QCOMPARE(m_engine.get("/volumes/copy")["Labels"]["a"].toString(), QString("b"));
        QCOMPARE(call("POST", "data/clone?to=old&snapshot=first").code, 0);
        QCOMPARE(listing("old"), before);
        QCOMPARE(call("POST", "data/clone?to=copy").code, 22);
        QCOMPARE(call("POST", "nosuch/clone?to=other").code, 22);
        sees("copy", "rm -r d");
        QVERIFY(listing("data").contains("two"));
    }

    void backupAndRestore()
    {
        const QByteArray before = listing("data");
        const Output tar = call("GET", "data/backup");
        QCOMPARE(tar.code, 0);
        QCOMPARE(call("POST", "again/restore", tar.out).code, 0);
        QCOMPARE(listing("again"), before);
        QCOMPARE(call("POST", "again/restore", tar.out).code, 22); // there is one
        sees("again", "rm -r d; touch other");
        QCOMPARE(call("POST", "again/restore?replace=1", tar.out).code, 0);
        QCOMPARE(listing("again"), before);
        QVERIFY(call("POST", "broken/restore", tar.out.left(700)).code != 0);
        QVERIFY(m_engine.docker({"volume", "inspect", "broken"}).code != 0); // nothing half-made
        QVERIFY(call("POST", "again/restore?replace=1", "no tar at all, this").code != 0);
        QCOMPARE(listing("again"), before);
    }

    // The content is of one moment: whoever writes is paused.
    void stillWhileItIsCopied()
    {
        QCOMPARE(m_engine.docker({"run", "-d", "--name", "writer", "-v", "data:/v", "busybox", "sh", "-c",
                                  "i=0; while true; do i=$((i+1)); for f in a b; do echo $i >/v/new; mv /v/new /v/$f; done; done"}).code, 0);
        if (m_engine.rootless() && m_engine.docker({"pause", "writer"}).code != 0)
            QSKIP("an ordinary user without cgroups cannot pause");
        m_engine.docker({"unpause", "writer"});
        for (int i = 0; i < 3; ++i) {
            const QString copy = QString("copy%1").arg(i);
            QCOMPARE(call("POST", "data/clone?pause=1&to=" + copy).code, 0);
            const QList<QByteArray> both = sees(copy, "cat a b").split('\n');
            QVERIFY2(both[0].toInt() - both[1].toInt() <= 1 && both[0].toInt() >= both[1].toInt(), both[0] + ' ' + both[1]);
        }
        QCOMPARE(m_engine.docker({"inspect", "-f", "{{.State.Status}}", "writer"}).out.trimmed(), QByteArray("running"));
    }
};

QTEST_GUILESS_MAIN(TestVolumeData)
#include "tst_volume_data.moc"
