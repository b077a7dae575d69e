// SPDX-License-Identifier: GPL-3.0-or-later
#include <QJsonArray>
#include <QtTest>

#include <mutex>

#include "client/engine_client.h"
#include "support/image_builder.h"

using namespace slipway;
using namespace slipway::test;

// A build that ends at a line: what the editor's "Shell at this step" stands on.
class TestBuildUntil : public QObject
{
    Q_OBJECT

    EngineProcess m_engine;
    ImageBuilder m_builder{m_engine};
    std::unique_ptr<EngineClient> m_client;
    QString m_folder;

    static constexpr auto text = "ARG BASE=busybox\n"           // 1
                                 "FROM $BASE AS one\n"          // 2
                                 "ARG WHO=me\n"                 // 3
                                 "ENV GREETING=hello\n"         // 4
                                 "RUN echo first > /a && \\\n"  // 5
                                 "    mkdir -p /etc && printf 'root:x:0:0::/:/bin/sh\\nworker:x:1000:1000::/:/bin/sh\\n' > /etc/passwd\n"
                                 "WORKDIR /work\n"              // 7
                                 "USER worker\n"                // 8
                                 "RUN echo second > b; exit 3\n" // 9
                                 "RUN echo third > c\n"         // 10
                                 "FROM busybox\n"               // 11
                                 "COPY --from=one /a /x\n"      // 12
                                 "LABEL left=out\n";            // 13

    Result<std::string> until(int line)
    {
        BuildsClient::Options options;
        options.folder = m_folder.toStdString();
        options.tags = {"never:1"}; // a state has no name
        options.labels = {{"no", "label"}};
        options.untilLine = line;
        std::mutex mutex;
        std::optional<Result<std::string>> answer;
        const Request request = m_client->builds().build(options, {}, [&](Result<std::string> image) {
            const std::scoped_lock lock(mutex);
            answer = std::move(image);
        });
        const auto done = [&] {
            const std::scoped_lock lock(mutex);
            return answer.has_value();
        };
        if (!QTest::qWaitFor(done, 30000))
            return fail(ErrorKind::Internal, "no answer");
        return *answer;
    }
    QByteArray in(const std::string& image, const QString& command) const
    {
        return m_engine.docker({"run", "--rm", "--entrypoint", "/bin/sh", QString::fromStdString(image), "-c", command}).out.trimmed();
    }

private slots:
    void initTestCase()
    {
        QCOMPARE(m_engine.startWithBusybox(), QByteArray());
        m_client = makeHttpEngineClient(m_engine.socketPath().toStdString());
        m_folder = m_builder.context({{"Dockerfile", text}});
    }
    void cleanupTestCase() { m_client.reset(); }

    void theStateOfEachStep()
    {
        const auto first = until(5);
        QVERIFY2(first, first ? "" : first.error().message.c_str());
        QCOMPARE(in(*first, "cat /a; pwd; id -un; echo $GREETING; ls /b /c 2>/dev/null"), QByteArray("first\n/\nroot\nhello"));
        const auto before = until(8); // before the one that fails
        QVERIFY2(before, before ? "" : before.error().message.c_str());
        QCOMPARE(in(*before, "cat /a; pwd; id -un"), QByteArray("first\n/work\nworker"));
        const auto later = until(12); // only what it needs of the stage above: that one fails
        QVERIFY(!later && later.error().message.find("returned a non-zero code: 3") != std::string::npos);
        const auto failed = until(9);
        QVERIFY(!failed && failed.error().message.find("returned a non-zero code: 3") != std::string::npos);
        QVERIFY(m_engine.docker({"inspect", "never:1"}).code != 0);
        QCOMPARE(m_engine.docker({"inspect", "-f", "{{json .Config.Labels}}", QString::fromStdString(*before)}).out.trimmed(), QByteArray("null"));
        QVERIFY(m_engine.get("/slipway/builds").toArray().isEmpty()); // a look is no build
        for (const auto& image : {*first, *before})
            QCOMPARE(m_engine.docker({"rmi", QString::fromStdString(image)}).code, 0);
    }

    void fromIsTheBaseItself()
    {
        const auto base = until(2);
        QVERIFY(base);
        QCOMPARE(QByteArray::fromStdString(*base), m_builder.imageId("busybox"));
    }

    void noSuchLine()
    {
        const auto nothing = until(6); // in the middle of an instruction
        QVERIFY(!nothing);
        QCOMPARE(QByteArray::fromStdString(nothing.error().message), QByteArray("no instruction begins at line 6 of the Dockerfile"));
        const auto global = until(1);
        QVERIFY(!global);
    }

    void nothingIsLeft()
    {
        (void)until(7); // what stays of any build: cached layers
        const QByteArray images = m_engine.docker({"images", "-aq", "--no-trunc"}).out;
        const auto state = until(7);
        QVERIFY(state);
        QCOMPARE(m_engine.docker({"rmi", QString::fromStdString(*state)}).code, 0);
        QVERIFY(!m_engine.docker({"images", "-aq", "--no-trunc"}).out.contains(QByteArray::fromStdString(*state)));
        QVERIFY(images.count('\n') >= m_engine.docker({"images", "-aq"}).out.count('\n'));
    }
};

QTEST_MAIN(TestBuildUntil)
#include "tst_build_until.moc"
