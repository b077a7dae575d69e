// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>

#include <mutex>

#include "client/engine_client.h"
#include "support/footprint.h"
#include "support/image_builder.h"

using namespace slipway;
using namespace slipway::test;

// Builds by the window's own client: EngineClient::builds().
class TestBuildClient : public QObject
{
    Q_OBJECT

    EngineProcess m_engine;
    ImageBuilder m_builder{m_engine};
    std::unique_ptr<EngineClient> m_client;

    struct Answer
    {
        std::mutex mutex;
        std::string printed;
        std::vector<dockerapi::BuildStep> steps;
        std::optional<Result<std::string>> image;

        [[nodiscard]] std::string text()
        {
            const std::lock_guard lock(mutex);
            return printed;
        }
        [[nodiscard]] bool done()
        {
            const std::lock_guard lock(mutex);
            return image.has_value();
        }
    };
    Request build(const BuildsClient::Options& options, const std::shared_ptr<Answer>& answer)
    {
        return m_client->builds().build(
            options,
            [answer](const dockerapi::BuildStep& step) {
                const std::lock_guard lock(answer->mutex);
                answer->steps.push_back(step);
                if (step.state == dockerapi::BuildStep::State::Output)
                    answer->printed += step.text;
            },
            [answer](Result<std::string> image) {
                const std::lock_guard lock(answer->mutex);
                answer->image = std::move(image);
            });
    }

private slots:
    void initTestCase()
    {
        QVERIFY2(m_engine.start(), m_engine.errors().constData());
        const Output imported = m_engine.importBusybox();
        QVERIFY2(imported.code == 0, imported.err.constData());
        m_client = makeHttpEngineClient(m_engine.socketPath().toStdString());
    }
    void cleanupTestCase() { m_client.reset(); }

    void buildsAFolder()
    {
        const QString folder = m_builder.context({{"Dockerfile", "FROM busybox\nARG WHO\nCOPY . /all\nRUN echo hello $WHO && ls /all\nLABEL a=b\n"},
                                                  {"page.txt", QByteArray(3'000'000, 'x')}, {"left.out", ""}, {".dockerignore", "*.out\n"}});
        const auto answer = std::make_shared<Answer>();
        BuildsClient::Options options;
        options.folder = folder.toStdString();
        options.tags = {"mine:1", "mine:2"};
        options.args = {{"WHO", "you & me"}};
        options.labels = {{"c", "d"}};
        const Request request = build(options, answer);
        QTRY_VERIFY_WITH_TIMEOUT(answer->done(), 30000);
        QVERIFY2(answer->image->has_value(), answer->image->has_value() ? "" : answer->image->error().message.c_str());
        QCOMPARE(m_builder.imageId("mine:2"), QByteArray::fromStdString(answer->image->value()));
        QVERIFY2(answer->text().contains("hello you & me\n"), answer->text().c_str());
        QVERIFY2(answer->text().contains("page.txt\n") && !answer->text().contains("left.out"), answer->text().c_str());
        QCOMPARE(m_engine.docker({"inspect", "-f", "{{json .Config.Labels}}", "mine:1"}).out, QByteArray("{\"a\":\"b\",\"c\":\"d\"}\n"));
    }

    void theEditorsTextIsBuilt()
    {
        const QString folder = m_builder.context({{"Dockerfile", "FROM nosuch\n"}});
        const auto answer = std::make_shared<Answer>();
        BuildsClient::Options options;
        options.folder = folder.toStdString();
        options.dockerfileText = "FROM busybox\nRUN echo not saved yet\n";
        const Request request = build(options, answer);
        QTRY_VERIFY_WITH_TIMEOUT(answer->done(), 30000);
        QVERIFY(answer->image->has_value());
        QVERIFY(answer->text().contains("not saved yet\n"));
    }

    void eachStepIsTold()
    {
        using State = dockerapi::BuildStep::State;
        const QString folder = m_builder.context({{"Dockerfile", "ARG TAG=latest\n"                        // 1
                                                                 "FROM busybox:$TAG AS one\n"              // 2
                                                                 "RUN head -c 100000 /dev/zero >/big && \\\n" // 3
                                                                 "    echo loud >&2\n"
                                                                 "\n"
                                                                 "FROM busybox\n"                          // 6
                                                                 "ENV A=b\n"                               // 7
                                                                 "COPY --from=one /big /\n"                // 8
                                                                 "RUN exit 4\n"}});                        // 9
        BuildsClient::Options options;
        options.folder = folder.toStdString();
        const auto told = [&] {
            const auto answer = std::make_shared<Answer>();
            const Request request = build(options, answer);
            [&] { QTRY_VERIFY_WITH_TIMEOUT(answer->done(), 30000); }();
            std::map<int, QByteArrayList> byLine;
            for (const auto& step : answer->steps) {
                static constexpr const char* words[] = {"started", "output", "pull", "cached", "done", "failed"};
                QByteArray word = words[static_cast<int>(step.state)];
                if (step.state == State::Done && step.size > 0)
                    word += step.size >= 100000 ? " big" : " small";
                if (step.state == State::Output)
                    word += (step.isStderr ? " 2:" : " 1:") + QByteArray::fromStdString(step.text).trimmed();
                byLine[step.line] << word;
            }
            return byLine;
        };
        auto steps = told();
        QCOMPARE(steps[1], QByteArrayList{"started"});
        QCOMPARE(steps[2], (QByteArrayList{"started", "done"}));
        QCOMPARE(steps[3], (QByteArrayList{"started", "output 2:loud", "done big"}));
        QCOMPARE(steps[6], (QByteArrayList{"started", "done"}));
        QCOMPARE(steps[7], (QByteArrayList{"started", "done"}));
        QCOMPARE(steps[8], (QByteArrayList{"started", "done big"}));
        QCOMPARE(steps[9], (QByteArrayList{"started", "failed"}));
        steps = told();
        QCOMPARE(steps[3], (QByteArrayList{"started", "cached", "done big"}));
        QCOMPARE(steps[7], (QByteArrayList{"started", "cached", "done"}));
        QCOMPARE(steps[8], (QByteArrayList{"started", "cached", "done big"}));
        QCOMPARE(steps[9], (QByteArrayList{"started", "failed"}));
    }

    void saysWhyItFailed()
    {
        const QString folder = m_builder.context({{"Dockerfile", "FROM busybox\nRUN exit 3\n"}, {"Broken", "FROM busybox\nCOPPY a b\n"}});
        BuildsClient::Options options;
        options.folder = folder.toStdString();
        const auto why = [&]() -> std::string {
            const auto answer = std::make_shared<Answer>();
            const Request request = build(options, answer);
            [&] { QTRY_VERIFY_WITH_TIMEOUT(answer->done(), 30000); }();
            return !answer->done() ? "no answer" : answer->image->has_value() ? "it was built" : answer->image->error().message;
        };
        QCOMPARE(why(), std::string("The command '/bin/sh -c exit 3' returned a non-zero code: 3"));
        options.dockerfile = "Broken";
        QCOMPARE(why(), std::string("dockerfile parse error on line 2: unknown instruction: COPPY (did you mean COPY?)"));
        options.dockerfile = "None";
        QVERIFY(QString::fromStdString(why()).startsWith("there is no Dockerfile "));
    }

    void aDroppedRequestEndsTheBuild()
    {
        const QString folder = m_builder.context({{"Dockerfile", "FROM busybox\nRUN echo started && sleep 4322\n"}});
        const Footprint before(m_engine);
        const auto answer = std::make_shared<Answer>();
        BuildsClient::Options options;
        options.folder = folder.toStdString();
        Request request = build(options, answer);
        QTRY_VERIFY_WITH_TIMEOUT(answer->text().contains("started\n"), 20000);
        request.reset();
        QTRY_COMPARE_WITH_TIMEOUT(Footprint(m_engine).leftSince(before), QString(), 10000);
        QVERIFY(!answer->done());
    }

    void prunes()
    {
        const auto bytes = std::make_shared<std::atomic<std::int64_t>>(-1);
        const Request request = m_client->builds().prune(true, [bytes](Result<std::int64_t> freed) { *bytes = freed.value_or(-2); });
        QTRY_VERIFY_WITH_TIMEOUT(*bytes >= 0, 10000);
        const Output left = run("curl", {"-s", "--unix-socket", m_engine.socketPath(), "http://d/v1.45/system/df"}, {}, 5000);
        QVERIFY2(left.out.contains("\"BuildCache\":[]"), left.out.constData());
    }
};

QTEST_GUILESS_MAIN(TestBuildClient)
#include "tst_build_client.moc"
