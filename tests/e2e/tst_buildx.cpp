// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>

#include <signal.h>
#include <unistd.h>

#include "support/buildx.h"
#include "support/footprint.h"
#include "support/image_builder.h"

using namespace slipway::test;

// docker build as it is with buildx installed: by BuildKit's protocol.
class TestBuildx : public QObject
{
    Q_OBJECT

    EngineProcess m_engine;
    ImageBuilder m_builder{m_engine};
    QTemporaryDir m_config;
    QProcessEnvironment m_environment;

    QString context(const QList<QPair<QString, QByteArray>>& files) { return m_builder.context(files); }
    Output docker(const QStringList& arguments, const QByteArray& input = {}) const { return run("docker", arguments, input, 60000, m_environment); }
    Output build(const QString& folder, const QStringList& more = {}, const QByteArray& input = {}) const
    {
        return docker(QStringList{"build", "--progress", "plain"} + more + QStringList{folder}, input);
    }
    static bool sleeps() { return run("pgrep", {"-f", "sleep 5432"}, {}, 5000).code == 0; }

private slots:
    void initTestCase()
    {
        if (buildxPlugin().isEmpty())
            QSKIP("docker-buildx is not installed, and ./dev peers has not been run");
        QVERIFY2(m_engine.start(), m_engine.errors().constData());
        const Output imported = m_engine.importBusybox();
        QVERIFY2(imported.code == 0, imported.err.constData());
        QVERIFY(installBuildx(m_config.path()));
        m_environment = buildxEnvironment(m_engine, m_config.path());
    }

    void anImageIsBuilt()
    {
        const QString folder = context({{"Dockerfile", "FROM busybox\nARG WHO=nobody\nCOPY . /all\nRUN echo $WHO > /who; echo said; echo wrong >&2; find /all -type f | sort\nCMD [\"cat\", \"/who\"]\n"},
                                        {"page.txt", "x"}, {"sub/deep/file", QByteArray(3'000'000, 'y')}, {"left/out", "z"}, {".dockerignore", "# not these\n/left/\n**/*.log\n!keep.log\n"},
                                        {"a.log", ""}, {"keep.log", ""}});
        QVERIFY(::symlink("page.txt", (folder + "/link").toUtf8().constData()) == 0 && ::link((folder + "/page.txt").toUtf8().constData(), (folder + "/hard").toUtf8().constData()) == 0);
        const Output built = build(folder, {"-t", "made", "-t", "made:two", "--build-arg", "WHO=world", "--label", "a=b"});
        QVERIFY2(built.code == 0, built.err.constData());
        for (const char* line : {"said\n", "wrong\n", "/all/hard\n", "/all/keep.log\n", "/all/sub/deep/file\n", "naming to docker.io/library/made:two done\n"})
            QVERIFY2(built.err.contains(line), (QByteArray(line) + " is not in:\n" + built.err).constData());
        QVERIFY2(!built.err.contains("/all/left") && !built.err.contains("/all/a.log"), built.err.constData());
        QCOMPARE(docker({"run", "--rm", "made:two"}).out, QByteArray("world\n"));
        QCOMPARE(m_builder.shell("made", "busybox readlink /all/link; busybox wc -c < /all/sub/deep/file").out, QByteArray("page.txt\n3000000\n"));
        QCOMPARE(docker({"inspect", "-f", "{{.Config.Labels.a}}", "made"}).out, QByteArray("b\n"));
        const QByteArray id = m_builder.imageId("made");
        const Output again = docker({"build", "-q", "-t", "made", "--build-arg", "WHO=world", "--label", "a=b", folder});
        QCOMPARE(again.out, id + '\n'); // all of it from the cache
    }

    void secretsAreLent()
    {
        const QByteArray dockerfile = "FROM busybox\nRUN --mount=type=secret,id=key,required cat /run/secrets/key\nRUN "
                                      "--mount=type=secret,id=other,env=OTHER echo \"[$OTHER]\"\n";
        const QString folder = context({{"Dockerfile", dockerfile}, {"d/page.txt", "x"}, {"d/key", "sesame"}}),
                      key = folder + "/d/key"; // in the folder whose files are kept
        QVERIFY(::link(key.toUtf8().constData(), (folder + "/again").toUtf8().constData()) == 0);
        for (const char* copies : {"", "COPY d /d\n"}) { // the second time its files are no longer there
            ImageBuilder::write(folder + "/Dockerfile", dockerfile + copies);
            const Output built = build(folder, {"-t", "secretive", "--no-cache", "--secret", "id=key,src=" + key});
            QVERIFY2(built.code == 0 && built.err.contains("sesame") && built.err.contains("[]"), built.err.constData());
            const Output kept = run("grep", {"-rl", "sesame", m_engine.rootFolder()});
            if (*copies == '\0')
                QVERIFY2(kept.code == 1, kept.out.constData()); // in no layer, record, log or folder that is kept
            else
                QVERIFY2(kept.out.count('\n') == 1 && kept.out.contains("/layers/"),
                         kept.out.constData()); // who copies it has it
        }
        QCOMPARE(m_builder.shell("secretive", "cat /d/key /d/page.txt").out, QByteArray("sesamex"));
        const Output without = build(folder, {"--no-cache"});
        QVERIFY2(without.code != 0 && without.err.contains("secret key: not found"), without.err.constData());
    }

    void contextsFromStandardInput()
    {
        const QString folder = context({{"Dockerfile", "FROM busybox\nCOPY page.txt /f\nRUN cat /f\n"}, {"page.txt", "piped\n"}});
        const Output tar = build("-", {}, run("tar", {"-C", folder, "-c", "."}, {}, 10000).out);
        QVERIFY2(tar.code == 0 && tar.err.contains("piped\n"), tar.err.constData());
        const Output dockerfile = build(folder, {"-f", "-"}, "FROM busybox\nCOPY . /all\nRUN ls /all\n");
        QVERIFY2(dockerfile.code == 0 && dockerfile.err.contains("page.txt\n"), dockerfile.err.constData());
    }

    // --output type=local and type=tar: the files come, an image does not.
    void filesComeToTheClient()
    {
        const QString folder = context({{"Dockerfile", "FROM busybox AS made\nRUN mkdir -p /out/sub && head -c 100000 /dev/zero >/out/sub/big && echo hello >/out/f && chmod 750 /out/f && ln -s f /out/l && : >/out/empty\n"
                                                       "FROM scratch\nCOPY --from=made /out /\n"}});
        const QByteArray images = docker({"images", "-qa"}).out;
        const QString out = m_builder.path("out");
        const Output local = build(folder, {"--output", out});
        QVERIFY2(local.code == 0, (local.out + local.err).constData());
        QCOMPARE(run("sh", {"-c", "cd " + out + "; find . | sort; cat f; stat -c %a f; readlink l; wc -c <sub/big"}, {}, 5000).out,
                 QByteArray(".\n./empty\n./f\n./l\n./sub\n./sub/big\nhello\n750\nf\n100000\n"));
        const QString tar = m_builder.path("out.tar");
        const Output packed = build(folder, {"--output", "type=tar,dest=" + tar});
        QVERIFY2(packed.code == 0, (packed.out + packed.err).constData());
        QCOMPARE(run("sh", {"-c", "tar -tf " + tar + " | sed 's,/$,,; s,^[.]/,,' | sort; tar -xOf " + tar + " f | cat"}, {}, 5000).out,
                 QByteArray("empty\nf\nl\nsub\nsub/big\nhello\n"));
        QCOMPARE(docker({"images", "-qa"}).out, images);
        const Output nowhere = build(folder, {"--output", "/proc/nowhere"});
        QVERIFY(nowhere.code != 0);
    }

    void errorsSayWhatAndWhere()
    {
        const auto says = [this](const QByteArray& dockerfile, const QStringList& more, const char* words) {
            const Output built = build(context({{"Dockerfile", dockerfile}, {"page.txt", "x"}}), QStringList{"-t", "never"} + more);
            return built.code != 0 && built.err.contains(words) ? QByteArray() : built.out + built.err;
        };
        QCOMPARE(says("FROM busybox\nRUN echo why; exit 3\n", {}, "did not complete successfully: exit code: 3"), QByteArray());
        QCOMPARE(says("FROM busybox\nCOPPY a b\n", {}, "unknown instruction: COPPY (did you mean COPY?)"), QByteArray());
        QCOMPARE(says("FROM busybox\nCOPY pgae.txt /\n", {}, "(did you mean page.txt?)"), QByteArray());
        QCOMPARE(says("FROM busybox\n", {"--target", "x"}, "target stage \"x\" could not be found"), QByteArray());
        QCOMPARE(says("FROM busybox\n", {"--build-context", "x=/tmp"}, "named contexts"), QByteArray());
        QCOMPARE(docker({"images", "-q", "never"}).out, QByteArray());
    }

    // The engine keeps the client's files: only what changed comes again, and the image is always what the folder is.
    void onlyWhatChangedIsSent()
    {
        const QString folder = context({{"Dockerfile", "FROM busybox\nCOPY . /all\n"}, {"big", QByteArray(3'000'000, 'b')}, {"d/small", "one"}, {"d/other", "x"}, {"left.log", "l"}});
        const auto sent = [&] { // kilobytes of the context; -1: the image is not what the folder is
            const Output built = build(folder, {"-t", "kept"});
            const QRegularExpression said("transferring context: ([0-9.]+)(k|M|)B.* done");
            QRegularExpressionMatch found; // the last one: .dockerignore comes by itself before
            for (auto all = said.globalMatch(QString::fromUtf8(built.err)); all.hasNext();)
                found = all.next();
            const QString list = "find . -mindepth 1 -exec busybox stat -c '%n %f %s' {} + | sort; find . -type f -exec md5sum {} + | sort; find . -type l -exec readlink {} +";
            const QByteArray there = m_builder.shell("kept", "cd /all; " + list).out;
            const QByteArray here = run("sh", {"-c", "cd " + folder + "; rm -rf /tmp/copy; cp -a . /tmp/copy; cd /tmp/copy; if [ -f .dockerignore ]; then rm -f *.log; fi; stat() { command stat \"$@\"; }; "
                                              + QString(list).replace("busybox stat", "stat")}, {}, 10000).out;
            if (built.code != 0 || !found.hasMatch() || there != here) {
                qWarning().noquote() << built.err << "in the image:\n" << there << "in the folder:\n" << here;
                return -1.0;
            }
            return found.captured(1).toDouble() * (found.captured(2) == "M" ? 1000 : found.captured(2) == "k" ? 1 : 0.001);
        };
        QVERIFY(sent() > 2900);
        const auto little = [](double kilobytes) { return kilobytes > 0 && kilobytes < 10; };
        QVERIFY(little(sent()));
        ImageBuilder::write(folder + "/d/small", "two, longer");
        QVERIFY(little(sent()));
        QVERIFY(QFile::rename(folder + "/d/other", folder + "/renamed") && QFile::remove(folder + "/left.log"));
        QVERIFY(little(sent()));
        QVERIFY(QFile::link("big", folder + "/link"));
        QVERIFY(little(sent()));
        QVERIFY(QFile::remove(folder + "/link") && QFile::link("renamed", folder + "/link"));
        QVERIFY(little(sent()));
        QVERIFY(QFile::remove(folder + "/link") && QDir().mkpath(folder + "/link"));
        QVERIFY(little(sent()));
        ImageBuilder::write(folder + "/a.log", "log");
        QVERIFY(little(sent()));
        ImageBuilder::write(folder + "/.dockerignore", "*.log\n");
        QVERIFY(little(sent()));
        QVERIFY(QFile::setPermissions(folder + "/d/small", QFile::permissions(folder + "/d/small") | QFile::ExeOwner | QFile::ExeUser));
        QVERIFY(little(sent()));
        QVERIFY(run("touch", {folder + "/big"}, {}, 5000).code == 0);
        QVERIFY(sent() > 2900);
        m_engine.killHard();
        QVERIFY(m_engine.start());
        QVERIFY(little(sent()));

        // The same size and time: as BuildKit, it is believed to be the same.
        const QString copy = context({{"Dockerfile", "FROM busybox\nCOPY f /\n"}, {"f", "before"}});
        QVERIFY(run("touch", {"-d", "@1000000000", copy + "/f"}, {}, 5000).code == 0);
        QCOMPARE(build(copy, {"-t", "blind"}).code, 0);
        ImageBuilder::write(copy + "/f", "behind");
        QVERIFY(run("touch", {"-d", "@1000000000", copy + "/f"}, {}, 5000).code == 0);
        QCOMPARE(build(copy, {"-t", "blind"}).code, 0);
        QCOMPARE(m_builder.shell("blind", "cat /f").out, QByteArray("before"));
    }

    void theCacheIsListedAndPruned()
    {
        QCOMPARE(build(context({{"Dockerfile", "FROM busybox\nRUN echo for the cache > /f\n"}})).code, 0);
        const Output used = docker({"buildx", "du"});
        QVERIFY2(used.out.contains("Reclaimable:") && !used.out.contains("Total:\t0B"), (used.out + used.err).constData());
        const QByteArray records = docker({"buildx", "du", "--verbose"}).out;
        QVERIFY2(records.contains("source.local"), records.constData());
        QCOMPARE(docker({"builder", "prune", "-af"}).code, 0);
        QVERIFY2(docker({"buildx", "du"}).out.contains("Total:\t\t0B"), docker({"buildx", "du"}).out.constData());
    }

    // Ctrl-C, and a client that is killed.
    void aClientThatGoesAwayEndsItsBuild()
    {
        const QString folder = context({{"Dockerfile", "FROM busybox\nRUN --mount=type=cache,target=/c true\nRUN --mount=type=cache,target=/c echo started && sleep 5432\n"}});
        QString left;
        for (const int signal : {SIGINT, SIGKILL, SIGINT}) {
            const Footprint before(m_engine);
            QProcess client;
            client.setProcessEnvironment(m_environment);
            client.start("docker", {"build", "--progress", "plain", "-t", "never", folder});
            QTRY_VERIFY_WITH_TIMEOUT(sleeps(), 20000);
            run("pkill", {QString("-%1").arg(signal), "-P", QString::number(client.processId())}, {}, 5000); // buildx
            ::kill(static_cast<pid_t>(client.processId()), signal);
            client.waitForFinished();
            QTRY_VERIFY_WITH_TIMEOUT(!sleeps(), 10000);
            if (!left.isNull()) // what stays of any build is there by now
                QTRY_COMPARE_WITH_TIMEOUT(Footprint(m_engine).leftSince(before), QString(), 10000);
            left = "";
        }
        QVERIFY(docker({"inspect", "never"}).code != 0);
    }
};

QTEST_GUILESS_MAIN(TestBuildx)
#include "tst_buildx.moc"
