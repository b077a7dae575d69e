// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/image_builder.h"

using namespace slipway::test;

// Images built by the docker client's classic builder: what it prints, what comes out, what the cache spares.
class TestBuilds : public QObject
{
    Q_OBJECT

    EngineProcess m_engine;
    ImageBuilder m_builder{m_engine};

    QString context(const QList<QPair<QString, QByteArray>>& files) { return m_builder.context(files); }
    Output build(const QString& folder, const QStringList& more = {}) const { return m_builder.build(folder, more); }
    Output shell(const QString& image, const QString& command) const { return m_builder.shell(image, command); }
    QByteArray imageId(const QString& name) const { return m_builder.imageId(name); }

private slots:
    void initTestCase()
    {
        QVERIFY2(m_engine.start(), m_engine.errors().constData());
        const Output imported = m_engine.importBusybox();
        QVERIFY2(imported.code == 0, imported.err.constData());
    }

    void aSmallImageIsBuiltAndRuns()
    {
        const QString folder = context({{"Dockerfile", "FROM busybox\nARG WHO=nobody\nENV GREETING=\"hello ${WHO}\"\nWORKDIR /app\n"
                                                       "COPY page.txt sub/ ./\nRUN echo \"$GREETING\" > made && cat page.txt\nEXPOSE 80\n"
                                                       "LABEL a=b\nCMD [\"cat\", \"made\"]\n"},
                                        {"page.txt", "from the context\n"},
                                        {"sub/inner.txt", "inner\n"}});
        const Output built = build(folder, {"-t", "small", "-t", "small:two", "--build-arg", "WHO=world", "--label", "c=d"});
        QVERIFY2(built.code == 0, (built.out + built.err).constData());
        for (const char* line : {"Step 1/10 : FROM busybox\n", "Step 6/10 : RUN echo \"$GREETING\" > made && cat page.txt\n", " ---> Running in ",
                                 "from the context\n", " ---> Removed intermediate container ", "Successfully built ",
                                 "Successfully tagged small:latest\n", "Successfully tagged small:two\n"})
            QVERIFY2(built.out.contains(line), (QByteArray(line) + " is not in:\n" + built.out).constData());
        QCOMPARE(m_engine.docker({"run", "--rm", "small"}).out, QByteArray("hello world\n"));
        QCOMPARE(shell("small:two", "cat inner.txt").out, QByteArray("inner\n"));
        const QByteArray config = m_engine.docker({"inspect", "-f", "{{json .Config}}", "small"}).out;
        for (const char* part : {"\"GREETING=hello world\"", "\"80/tcp\":{}", "\"WorkingDir\":\"/app\"", "\"a\":\"b\"", "\"c\":\"d\""})
            QVERIFY2(config.contains(part), config.constData());
        const QByteArray history = m_engine.docker({"history", "--no-trunc", "--format", "{{.CreatedBy}}", "small"}).out;
        QVERIFY2(history.contains("|1 WHO=world /bin/sh -c echo \"$GREETING\" > made && cat page.txt"), history.constData());
    }

    // What changes a step does it again, what does not is taken from the cache; all cached gives the very same image.
    void theCacheKnowsWhatMatters()
    {
        const QString folder = context({{"Dockerfile", "FROM busybox\nRUN echo once > /once\nCOPY data /data\nRUN cat /data/x > /copy\nENV A=1\n"},
                                        {"data/x", "one"}});
        QCOMPARE(build(folder, {"-t", "cached"}).code, 0);
        const QByteArray first = imageId("cached");
        const auto hits = [&](const QStringList& more = {}) {
            const Output built = build(folder, QStringList{"-t", "cached"} + more);
            return built.code == 0 ? static_cast<int>(built.out.count("Using cache")) : -1;
        };
        QCOMPARE(hits(), 4);
        QCOMPARE(imageId("cached"), first);
        const timespec times[2] = {{1000, 0}, {1000, 0}};
        ::utimensat(AT_FDCWD, (folder + "/data/x").toUtf8().constData(), times, 0);
        QCOMPARE(hits(), 4); // its time does not matter
        ::chmod((folder + "/data/x").toUtf8().constData(), 0755);
        QCOMPARE(hits(), 1); // its mode does
        ImageBuilder::write(folder + "/data/x", "two");
        QCOMPARE(hits(), 1); // its content too, though as long as before
        QCOMPARE(shell("cached", "cat /copy").out, QByteArray("two"));
        QCOMPARE(hits({"--no-cache"}), 0);
    }

    void onlyWhatTheTargetNeedsIsBuilt()
    {
        const QString folder = context({{"Dockerfile", "ARG TAG=latest\nFROM busybox:$TAG AS one\nRUN echo one > /one\n"
                                                       "FROM busybox AS broken\nRUN exit 9\n"
                                                       "FROM busybox AS two\nRUN echo two > /two && busybox chown 5:6 /two\n"
                                                       "FROM busybox\nCOPY --from=one /one /\nCOPY --from=2 --chmod=0600 /two /sub/\n"
                                                       "COPY --from=busybox --chown=7 /bin/busybox /tool\n"}});
        const Output built = build(folder, {"-t", "joined"});
        QVERIFY2(built.code == 0, (built.out + built.err).constData());
        QVERIFY(!built.out.contains("exit 9"));
        QCOMPARE(shell("joined", "cat /one /sub/two; busybox stat -c '%a %u:%g' /sub/two /tool").out, QByteArray("one\ntwo\n600 5:6\n755 7:7\n"));
        QCOMPARE(build(folder, {"--target", "broken"}).code != 0, true);
        QCOMPARE(build(folder, {"--target", "one"}).code, 0);
        const Output typo = build(folder, {"--target", "onee"});
        QVERIFY2(typo.err.contains("target stage \"onee\" could not be found (did you mean one?)"), typo.err.constData());
    }

    void errorsSayWhatAndWhere_data()
    {
        QTest::addColumn<QByteArray>("dockerfile");
        QTest::addColumn<QByteArray>("words");
        QTest::newRow("a command fails") << QByteArray("FROM busybox\nRUN exit 3\n") << QByteArray("The command '/bin/sh -c exit 3' returned a non-zero code: 3");
        QTest::newRow("no such file") << QByteArray("FROM busybox\nCOPY pgae.txt /\n")
                                      << QByteArray("COPY failed: file not found in build context or excluded by .dockerignore: stat pgae.txt: file does not exist (did you mean page.txt?)");
        QTest::newRow("no match") << QByteArray("FROM busybox\nCOPY *.go /\n") << QByteArray("COPY failed: no source files were specified: *.go matches nothing");
        QTest::newRow("outside") << QByteArray("FROM busybox\nCOPY ../secret /\n") << QByteArray("COPY failed: forbidden path outside the build context: ../secret ()");
        QTest::newRow("two to a file") << QByteArray("FROM busybox\nCOPY page.txt Dockerfile /x\n") << QByteArray("When using COPY with more than one source file, the destination must be a directory and end with a /");
        QTest::newRow("all errors") << QByteArray("FROM busybox\nCOPPY a b\nRUN --mount=type=cash x\n") << QByteArray("dockerfile parse error on line 2: unknown instruction: COPPY (did you mean COPY?)\ndockerfile parse error on line 3: unsupported mount type \"cash\" (did you mean cache?)");
        QTest::newRow("empty base") << QByteArray("ARG X\nFROM $X\n") << QByteArray("base name ($X) should not be blank");
        QTest::newRow("security") << QByteArray("FROM busybox\nRUN --security=insecure true\n") << QByteArray("RUN --security=insecure is not allowed");
        QTest::newRow("host network") << QByteArray("FROM busybox\nRUN --network=host true\n") << QByteArray("RUN --network=host is not allowed");
        QTest::newRow("secret") << QByteArray("FROM busybox\nRUN --mount=type=secret,id=k,required true\n") << QByteArray("secret k: not found");
        QTest::newRow("no program") << QByteArray("FROM busybox\nRUN [\"/nothing\"]\n") << QByteArray("/nothing");
        QTest::newRow("bad user") << QByteArray("FROM busybox\nUSER nobodyhere\nRUN true\n") << QByteArray("unable to find user nobodyhere");
    }
    void errorsSayWhatAndWhere()
    {
        QFETCH(QByteArray, dockerfile);
        QFETCH(QByteArray, words);
        const Output built = build(context({{"Dockerfile", dockerfile}, {"page.txt", "x"}}), {"-t", "never"});
        QVERIFY(built.code != 0);
        QVERIFY2(built.err.contains(words), built.err.constData());
        QVERIFY(m_engine.docker({"inspect", "never"}).code != 0);
    }

    // The three ways in which the client sends a context by standard input.
    void contextsFromStandardInput()
    {
        const QString folder = context({{"Dockerfile", "FROM busybox\nCOPY page.txt /from-tar\n"}, {"page.txt", "x\n"}, {".dockerignore", "ignored\n"}, {"ignored", ""}});
        const QByteArray tar = run("tar", {"-C", folder, "-cz", "."}, {}, 10000).out;
        const Output sent = m_engine.docker({"build", "-t", "piped", "-"}, tar);
        QVERIFY2(sent.code == 0, (sent.out + sent.err).constData());
        QCOMPARE(shell("piped", "cat /from-tar").out, QByteArray("x\n"));
        const Output alone = m_engine.docker({"build", "-t", "alone", "-"}, "FROM busybox\nRUN echo alone > /f\n");
        QVERIFY2(alone.code == 0, (alone.out + alone.err).constData());
        const Output dockerfile = m_engine.docker({"build", "-t", "beside", "-f", "-", folder}, "FROM busybox\nCOPY . /all\n");
        QVERIFY2(dockerfile.code == 0, (dockerfile.out + dockerfile.err).constData());
        QCOMPARE(shell("beside", "busybox find /all | busybox sort").out, QByteArray("/all\n/all/.dockerignore\n/all/Dockerfile\n/all/page.txt\n"));
    }

    void limitsAndPlatforms()
    {
        const Output limited = build(context({{"Dockerfile", "FROM busybox\nRUN ulimit -n\n"}}), {"--ulimit", "nofile=123:456"});
        QVERIFY2(limited.out.contains("\n123\n"), (limited.out + limited.err).constData());
        const QString plain = context({{"Dockerfile", "FROM busybox\n"}});
        QCOMPARE(build(plain, {"--platform", "linux/amd64"}).code, run("uname", {"-m"}).out == "x86_64\n" ? 0 : 1);
        const Output other = build(plain, {"--platform", "linux/s390x"});
        QVERIFY2(other.code != 0 && other.err.contains("registry-1.docker.io"), other.err.constData()); // the local one does not fit
        QVERIFY(build(plain, {"--security-opt", "seccomp=unconfined"}).err.contains("does not support setting security options"));
    }

    void mountsOfRun()
    {
        const QString folder = context({{"Dockerfile", "FROM busybox AS lib\nRUN echo library > /lib.txt\nFROM busybox\n"
                                                       "RUN --mount=type=cache,target=/cache,id=mine echo $(cat /cache/n 2>/dev/null)x > /cache/n; cat /cache/n > /n\n"
                                                       "RUN --mount=type=bind,from=lib,target=/deep/mnt cat /deep/mnt/lib.txt > /got\n"
                                                       "RUN --mount=source=page.txt,target=/page cat /page >> /got\n"
                                                       "RUN --mount=type=tmpfs,target=/scratch echo gone > /scratch/x\n"
                                                       "RUN --mount=type=secret,id=none echo no secret >> /got\nRUN --network=none echo alone >> /got\n"},
                                        {"page.txt", "page\n"}});
        const Output built = build(folder, {"-t", "mounted"});
        QVERIFY2(built.code == 0, (built.out + built.err).constData());
        QCOMPARE(shell("mounted", "cat /got /n; ls /").out.replace('\n', ' '), QByteArray("library page no secret alone x bin dev etc got n proc root sys tmp "));
        QCOMPARE(build(folder, {"-t", "mounted", "--no-cache"}).code, 0);
        QCOMPARE(shell("mounted", "cat /n").out, QByteArray("xx\n")); // what is in a cache mount outlives the build
    }

    void heredocsAndAdd()
    {
        const QString folder = context({{"Dockerfile", "FROM busybox\nENV NAME=ship\nCOPY <<one <<'two' /etc/\nhello $NAME\none\nhello $NAME\ntwo\n"
                                                       "RUN <<EOF\necho first > /script\necho second >> /script\nEOF\nADD files.tar.gz /unpacked\nADD plain.txt /plain\n"},
                                        {"plain.txt", "plain"},
                                        {"src/deep/file", "deep"}});
        QCOMPARE(run("tar", {"-C", folder + "/src", "--owner=3", "--group=4", "-czf", folder + "/files.tar.gz", "."}, {}, 10000).code, 0);
        const Output built = build(folder, {"-t", "added"});
        QVERIFY2(built.code == 0, (built.out + built.err).constData());
        QCOMPARE(shell("added", "cat /etc/one /etc/two /script /unpacked/deep/file /plain; busybox stat -c ' %u:%g' /unpacked/deep/file").out,
                 QByteArray("hello ship\nhello $NAME\nfirst\nsecond\ndeepplain 3:4\n"));
    }

    void addFromTheWebChecksTheDigest()
    {
        const QString served = context({{"file.txt", "from the web"}});
        QProcess web;
        web.start("busybox", {"httpd", "-f", "-p", "127.0.0.1:8765", "-h", served});
        QVERIFY(web.waitForStarted());
        const QByteArray digest = QCryptographicHash::hash("from the web", QCryptographicHash::Sha256).toHex();
        const auto file = [&](const QByteArray& sum) { return context({{"Dockerfile", "FROM busybox\nADD --checksum=sha256:" + sum + " http://127.0.0.1:8765/file.txt /got/\n"}}); };
        const Output good = build(file(digest), {"-t", "web"});
        QVERIFY2(good.code == 0, (good.out + good.err).constData());
        QCOMPARE(shell("web", "cat /got/file.txt; busybox stat -c ' %a' /got/file.txt").out, QByteArray("from the web 600\n"));
        const Output bad = build(file(QByteArray(64, '0')));
        QVERIFY2(bad.err.contains("digest mismatch sha256:" + digest), bad.err.constData());
        web.kill();
        web.waitForFinished();
    }

    void onbuildAndShellAndScratch()
    {
        QCOMPARE(build(context({{"Dockerfile", "FROM busybox\nONBUILD COPY page.txt /page\nONBUILD RUN echo trigger >> /page\n"}}), {"-t", "base"}).code, 0);
        const Output built = build(context({{"Dockerfile", "FROM base AS made\nFROM scratch\nCOPY --from=made / /\nSHELL [\"/bin/sh\", \"-ec\"]\nRUN cat /page\nCMD cat /page\n"}, {"page.txt", "page\n"}}), {"-t", "derived"});
        QVERIFY2(built.code == 0, (built.out + built.err).constData());
        QVERIFY(built.out.contains("# Executing 2 build triggers\n"));
        QCOMPARE(m_engine.docker({"run", "--rm", "derived"}).out, QByteArray("page\ntrigger\n"));
        QCOMPARE(m_engine.docker({"inspect", "-f", "{{json .Config.Cmd}}{{json .Config.OnBuild}}", "derived"}).out, QByteArray("[\"/bin/sh\",\"-ec\",\"cat /page\"]null\n"));
    }

    void anIgnoreFileOfItsOwn()
    {
        const QString folder = context({{"Dockerfile", "FROM busybox\nCOPY . /all\nRUN busybox find /all -type f | busybox sort\n"},
                                        {"Dockerfile.dockerignore", "**/*.log\nbuild\n!build/keep\n*.dockerignore\n"},
                                        {"a.log", ""}, {"x/b.log", ""}, {"x/c.txt", ""}, {"build/gone", ""}, {"build/keep", ""}});
        const Output built = build(folder, {"--no-cache"});
        QVERIFY2(built.out.contains("/all/Dockerfile\n/all/build/keep\n/all/x/c.txt\n"), (built.out + built.err).constData());
        QVERIFY(!built.out.contains("/all/build/gone") && !built.out.contains(".log\n"));
    }

    void quietPruneAndRefusals()
    {
        const QString folder = context({{"Dockerfile", "FROM busybox\nRUN echo for the cache > /f\n"}});
        const Output quiet = build(folder, {"-q", "-t", "quiet"});
        QCOMPARE(quiet.out, imageId("quiet") + '\n');
        const auto curl = [&](const QStringList& more) { return run("curl", QStringList{"-s", "--unix-socket", m_engine.socketPath()} + more, {}, 20000).out; };
        QVERIFY(curl({"http://d/v1.45/system/df"}).contains("\"Type\":\"regular\""));
        QVERIFY(m_engine.docker({"builder", "prune", "-af"}).code == 0);
        QVERIFY(!curl({"http://d/v1.45/system/df"}).contains("\"Type\":\"regular\""));
        QCOMPARE(shell("quiet", "cat /f").out, QByteArray("for the cache\n")); // an image keeps its layers
        QVERIFY(curl({"-X", "POST", "http://d/v1.45/session"}).contains("no upgrade proto"));
        QVERIFY(curl({"-X", "POST", "http://d/v1.45/build?remote=https://example.org/x.git"}).contains("the git repository https://example.org/x.git is not implemented: clone it"));
        QVERIFY(curl({"-X", "POST", "http://d/v1.45/build?version=2"}).contains("DOCKER_BUILDKIT=0"));
        QCOMPARE(m_engine.docker({"rmi", "quiet"}).code, 0);
    }

    void sourceDateEpochMakesTheSameImageTwice()
    {
        const QString folder = context({{"Dockerfile", "FROM busybox\nCOPY page.txt /\nENV A=1\n"}, {"page.txt", "x"}});
        const timespec times[2] = {{1000, 0}, {1000, 0}};
        ::utimensat(AT_FDCWD, (folder + "/page.txt").toUtf8().constData(), times, 0);
        QByteArray first;
        for (int round = 0; round < 2; ++round) {
            QCOMPARE(build(folder, {"--no-cache", "-t", "epoch", "--build-arg", "SOURCE_DATE_EPOCH=1700000000"}).code, 0);
            if (round == 0)
                first = imageId("epoch");
        }
        QCOMPARE(imageId("epoch"), first);
        QVERIFY(m_engine.docker({"inspect", "-f", "{{.Created}}", "epoch"}).out.startsWith("2023-11-14T22:13:20"));
    }
};

QTEST_GUILESS_MAIN(TestBuilds)
#include "tst_builds.moc"
