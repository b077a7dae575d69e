// SPDX-License-Identifier: GPL-3.0-or-later
#include <QJsonArray>
#include <QLocalSocket>
#include <QRegularExpression>
#include <QTcpServer>
#include <QTest>

#include <memory>
#include <vector>

#include "support/engine_process.h"
#include "support/footprint.h"

using namespace slipway::test;

// What goes wrong because of its user ends in one sentence, in dockerd's words, and leaves nothing behind.
class TestBadInput : public QObject
{
    Q_OBJECT

    EngineProcess m_engine;

    // The daemon's sentence, without what the client puts around it; empty when there was none or more than one.
    static QString sentence(const Output& output)
    {
        static const QRegularExpression daemon("^(?:docker: )?(?:Error response from daemon: )?(.+)$");
        QStringList said;
        for (const QString& whole : QString::fromUtf8(output.err).split('\n', Qt::SkipEmptyParts)) {
            const QString line = whole.trimmed();
            const bool client = line.startsWith("Run 'docker") || line.startsWith("See 'docker") || line.startsWith("Unable to find image")
                                || line.startsWith("Error: failed to start containers") || line.startsWith("Using default tag");
            if (!client) // docker run puts a full stop after what the daemon says
                said << daemon.match(line.startsWith("docker: ") && line.endsWith('.') ? line.chopped(1) : line).captured(1);
        }
        return said.size() == 1 ? said.first() : QString();
    }

    static void row(const char* name, const QStringList& arguments, const char* words, int code = 125)
    {
        QTest::newRow(name) << arguments << QString(words) << code;
    }

private slots:
    void initTestCase()
    {
        QCOMPARE(m_engine.startWithBusybox(), QByteArray());
        // The bridge and its table are made at the first use and stay.
        QCOMPARE(m_engine.docker({"run", "--rm", "busybox", "true"}).code, 0);
        QCOMPARE(m_engine.docker({"run", "-d", "--name", "web", "-p", "8080:80", "busybox", "sleep", "1000"}).code, 0);
    }

    void run_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("words"); // a pattern for the whole sentence
        QTest::addColumn<int>("code");
        row("image name", {"Bad/Name"}, "invalid reference format: repository name \\((?:library/)?(?:Bad/)?Name\\) must be lowercase");
        row("image nowhere", {"127.0.0.1:5999/no/such"},
            "Get \"https?://127\\.0\\.0\\.1:5999/v2/\": dial tcp 127\\.0\\.0\\.1:5999: connect: connection refused");
        row("registry unknown", {"registry.invalid/no/such"},
            "Get \"https://registry\\.invalid/v2/\": dial tcp: lookup registry\\.invalid.*: .+");
        row("name taken", {"--name", "web", "busybox", "true"},
            "Conflict\\. The container name \"/web\" is already in use by container \"[0-9a-f]{64}\"\\. You have to remove \\(or "
            "rename\\) that container to be able to reuse that name\\.?");
        row("name odd", {"--name", "a/b", "busybox"}, "Invalid container name \\(a/b\\), only \\[a-zA-Z0-9\\]\\[a-zA-Z0-9_.-\\] are allowed");
        row("port taken by a container", {"-p", "8080:80", "busybox", "true"},
            "driver failed programming external connectivity on endpoint \\w+ \\([0-9a-f]{64}\\): Bind for 0\\.0\\.0\\.0:8080 failed: port "
            "is already allocated");
        row("second port taken", {"-p", "8099:80", "-p", "8080:81", "busybox", "true"}, ".*Bind for 0\\.0\\.0\\.0:8080 failed.*");
        row("bind path missing", {"--mount", "type=bind,src=/no/such,dst=/x", "busybox", "true"},
            "invalid mount config for type \"bind\": bind source path does not exist: /no/such");
        row("bind path cannot be made", {"-v", "/proc/nope/x:/x", "busybox", "true"},
            "error while creating mount source path '/proc/nope/x': mkdir /proc/nope(?:/x)?: no such file or directory", 127);
        row("mount path relative", {"-v", "vol:rel", "busybox", "true"},
            "invalid volume specification: 'vol:rel': invalid mount config for type \"volume\": invalid mount path: 'rel' mount path "
            "must be absolute");
        row("network unknown", {"--network", "nonet", "busybox", "true"}, "network nonet not found");
        row("memory too small", {"-m", "1m", "busybox", "true"}, "Minimum memory limit allowed is 6MB");
        row("memory and swap", {"-m", "64m", "--memory-swap", "32m", "busybox", "true"},
            "Minimum memoryswap limit should be larger than memory limit, see usage");
        row("more cpus than there are", {"--cpus", "1000", "busybox", "true"},
            "Range of CPUs is from 0\\.01 to \\d+\\.00, as there are only \\d+ CPUs available");
        row("user unknown", {"-u", "nobody2", "busybox", "true"}, "unable to find user nobody2: no matching entries in passwd file");
        row("work folder is a file", {"-w", "/bin/busybox", "busybox", "true"}, "Cannot mkdir: /bin/busybox is not a directory");
        row("capability unknown", {"--cap-add", "NOPE", "busybox", "true"}, "invalid CapAdd: unknown capability: \"CAP_NOPE\"");
        row("device missing", {"--device", "/dev/nope", "busybox", "true"},
            "error gathering device information while adding custom device \"/dev/nope\": no such file or directory", 127);
        row("program missing", {"busybox", "nope"}, ".*exec: \"nope\": executable file not found in \\$PATH: unknown", 127);
        row("program not executable", {"busybox", "/etc/passwd"}, ".*exec: \"/etc/passwd\": permission denied: unknown", 126);
        row("program is a folder", {"busybox", "/etc"}, ".*exec: \"/etc\": (?:is a directory|permission denied): unknown.*", 126);
        row("folder on a file", {"-v", "/usr:/bin/busybox", "busybox", "true"},
            ".*error mounting \"/usr\" to rootfs at \"/bin/busybox\".*not a directory.*Are you trying to mount a directory onto a file "
            "\\(or vice-versa\\)\\? Check if the specified host path exists and is the expected type");
    }

    void run()
    {
        QFETCH(QStringList, arguments);
        QFETCH(QString, words);
        QFETCH(int, code);
        const Footprint before(m_engine);
        const Output output = m_engine.docker(QStringList{"run", "--rm"} + arguments);
        const QRegularExpression whole(QRegularExpression::anchoredPattern(words));
        QVERIFY2(whole.match(sentence(output)).hasMatch(), output.err.constData());
        QCOMPARE(output.code, code);
        EVENTUALLY_COMPARE(Footprint(m_engine).since(before), QString());
        QCOMPARE(m_engine.get("/containers/json?all=1").toArray().size(), 1);
        QCOMPARE(m_engine.get("/volumes")["Volumes"].toArray().size(), 0);
    }

    void aPortOfAnotherProgramIsNamed()
    {
        QTcpServer other;
        QVERIFY(other.listen(QHostAddress::LocalHost, 8081));
        const Footprint before(m_engine);
        const Output output = m_engine.docker({"run", "--rm", "-p", "127.0.0.1:8081:80", "busybox", "true"});
        QCOMPARE(output.code, 125);
        QVERIFY2(sentence(output).endsWith("bind: address already in use") && sentence(output).contains("127.0.0.1:8081"), output.err.constData());
        EVENTUALLY_COMPARE(Footprint(m_engine).since(before), QString());
        other.close();
        QCOMPARE(m_engine.docker({"run", "--rm", "-p", "127.0.0.1:8081:80", "busybox", "true"}).code, 0);
    }

    // As dockerd does: what could not be started stays, as created, and starts once the obstacle is away.
    void aFailedStartCanBeRepeated()
    {
        const Footprint before(m_engine);
        QCOMPARE(m_engine.docker({"run", "-d", "--name", "later", "-p", "8080:80", "busybox", "sleep", "1000"}).code, 125);
        QCOMPARE(m_engine.docker({"inspect", "-f", "{{.State.Status}} {{.State.Pid}}", "later"}).out, QByteArray("created 0\n"));
        const Footprint created(m_engine);
        QCOMPARE(m_engine.docker({"start", "later"}).code, 1);
        EVENTUALLY_COMPARE(Footprint(m_engine).since(created), QString());
        QCOMPARE(m_engine.docker({"stop", "-t", "0", "web"}).code, 0);
        QCOMPARE(m_engine.docker({"start", "later"}).code, 0);
        QCOMPARE(m_engine.docker({"rm", "-f", "later"}).code, 0);
        QCOMPARE(m_engine.docker({"start", "web"}).code, 0);
        EVENTUALLY_VERIFY2(!Footprint(m_engine).leftSince(before).contains("+ file"), qPrintable(Footprint(m_engine).leftSince(before)));
    }

    void calls_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("words");
        QTest::addColumn<int>("code");
        row("start unknown", {"start", "nocont"}, "No such container: nocont", 1);
        row("logs unknown", {"logs", "nocont"}, "No such container: nocont", 1);
        row("exec unknown", {"exec", "nocont", "true"}, "No such container: nocont", 1);
        row("remove running", {"rm", "web"},
            "cannot remove container \"/web\": container is running: stop the container before removing or force remove", 1);
        row("signal unknown", {"kill", "-s", "NOPE", "web"}, "cannot kill container: web: invalid signal: NOPE", 1);
        row("kill unknown", {"kill", "nocont"}, "cannot kill container: nocont: No such container: nocont", 1);
        row("exec missing program", {"exec", "web", "nope"}, ".*exec: \"nope\": executable file not found in \\$PATH: unknown", 126);
        row("rename taken", {"rename", "web", "web"}, "Renaming a container with the same name as its current name", 1);
        row("image in use", {"rmi", "busybox"},
            "conflict: unable to remove repository reference \"busybox\" \\(must force\\) - container [0-9a-f]{12} is using its "
            "referenced image [0-9a-f]{12}", 1);
        row("image unknown", {"rmi", "nothing"}, "No such image: nothing:latest", 1);
        row("volume unknown", {"volume", "rm", "nope"}, "get nope: no such volume", 1);
        row("volume odd", {"volume", "create", "bad/name"},
            "create bad/name: \"bad/name\" includes invalid characters for a local volume name, only \"\\[a-zA-Z0-9\\]"
            "\\[a-zA-Z0-9_.-\\]\" are allowed\\. If you intended to pass a host directory, use absolute path", 1);
        row("network predefined", {"network", "rm", "bridge"}, "bridge is a pre-defined network and cannot be removed", 1);
    }

    void calls()
    {
        QFETCH(QStringList, arguments);
        QFETCH(QString, words);
        QFETCH(int, code);
        const Footprint before(m_engine);
        const Output output = m_engine.docker(arguments);
        QString said = sentence(output.err.isEmpty() ? Output{0, {}, output.out} : output);
        if (said.isEmpty()) // network rm adds a line of its own
            said = QString::fromUtf8(output.err).section('\n', 0, 0).remove("Error response from daemon: ").remove("Error: ");
        QVERIFY2(QRegularExpression(QRegularExpression::anchoredPattern(words)).match(said).hasMatch(), (output.out + output.err).constData());
        QCOMPARE(output.code, code);
        EVENTUALLY_COMPARE(Footprint(m_engine).since(before), QString());
    }

    // More of them than the engine has threads for work that waits; whoever comes next is answered all the same, and so are they.
    void clientsThatStopInTheMiddleHoldNobodyUp()
    {
        constexpr int stalled = 600;
        std::vector<std::unique_ptr<QLocalSocket>> clients;
        for (int i = 0; i < stalled; ++i) {
            auto client = std::make_unique<QLocalSocket>();
            client->connectToServer(m_engine.socketPath());
            QVERIFY(client->waitForConnected(10000));
            client->write("POST /v1.45/images/load HTTP/1.1\r\nHost: d\r\nContent-Length: 100000\r\nContent-Type: application/x-tar\r\n\r\nhalf of it");
            QVERIFY(client->waitForBytesWritten(10000));
            clients.push_back(std::move(client));
        }
        for (int i = 0; i < 3; ++i) {
            const Output listed = slipway::test::run("curl", {"-s", "--max-time", "10", "--unix-socket", m_engine.socketPath(), "http://d/v1.45/containers/json"});
            QVERIFY2(listed.out.startsWith("[{"), listed.out.constData());
        }
        QCOMPARE(m_engine.docker({"run", "--rm", "busybox", "echo", "served"}).out, QByteArray("served\n"));
        clients.front()->write(QByteArray(100000 - 10, 'x'));
        QVERIFY(clients.front()->waitForReadyRead(10000));
        QVERIFY2(clients.front()->readAll().startsWith("HTTP/1.1 "), "the rest came late, and is answered");
    }

    void archives_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QByteArray>("archive");
        QTest::addColumn<QString>("words");
        const auto make = [](const char* script) { return slipway::test::run("sh", {"-c", script}).out; };
        const QByteArray tree = make("cd /usr/bin && tar -c busybox"), zipped = make("cd /usr/bin && tar -cz busybox");
        const QByteArray junk(4096, 'x');
        for (const QStringList& command : {QStringList{"load"}, QStringList{"import", "-", "junk"}}) {
            const auto add = [&](const char* name, const QByteArray& archive, const char* words) {
                QTest::newRow(qPrintable(command.first() + ' ' + name)) << command << archive << QString(words);
            };
            add("junk", junk, "archive/tar: invalid tar header");
            add("much junk", QByteArray(64'000'000, 'x'), "archive/tar: invalid tar header"); // refused while the client still sends
            add("truncated", tree.left(100'000), "unexpected EOF");
            add("truncated gzip", zipped.left(100'000), "unexpected EOF");
            add("damaged gzip", zipped.left(50'000) + QByteArray(50'000, 'x'), "(?:unexpected EOF|invalid gzip data)");
        }
        QTest::newRow("load of a tree") << QStringList{"load"} << tree << "invalid archive: .*";
        QTest::newRow("load of nothing") << QStringList{"load"} << QByteArray() << "invalid archive: .*";
    }

    void archives()
    {
        QFETCH(QStringList, arguments);
        QFETCH(QByteArray, archive);
        QFETCH(QString, words);
        const Footprint before(m_engine);
        const QByteArray images = m_engine.docker({"images", "-aq"}).out;
        const Output output = m_engine.docker(arguments, archive);
        QVERIFY2(QRegularExpression(QRegularExpression::anchoredPattern(words)).match(sentence(output)).hasMatch(), output.err.constData());
        QCOMPARE(output.code, 1);
        EVENTUALLY_COMPARE(Footprint(m_engine).since(before), QString());
        QCOMPARE(m_engine.docker({"images", "-aq"}).out, images);
    }
};

QTEST_GUILESS_MAIN(TestBadInput)
#include "tst_bad_input.moc"
