// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <mutex>

#include "client/engine_client.h"
#include "support/image_builder.h"

using namespace slipway;
using namespace slipway::test;
using State = dockerapi::BuildForecast::State;
using Reason = dockerapi::BuildForecast::Reason;

namespace
{
constexpr const char* service = "FROM busybox\n"
                                "WORKDIR /app\n"
                                "ARG VERSION=1\n"
                                "COPY package.json ./\n"
                                "RUN echo installed $VERSION >installed\n"
                                "ENV MODE=dev\n"
                                "COPY src/ src/\n"
                                "RUN ls -R src >list\n"
                                "LABEL a=b\n"
                                "EXPOSE 3000\n"
                                "CMD [\"cat\", \"list\"]\n";

constexpr const char* stages = "ARG BASE=busybox\n"
                               "FROM $BASE AS build\n"
                               "COPY main.c .\n"
                               "RUN head -n 1 main.c >/out\n"
                               "FROM busybox AS test\n"
                               "COPY --from=build /out /tested\n"
                               "RUN cat /tested\n"
                               "FROM busybox\n"
                               "COPY --from=build /out /app\n"
                               "COPY --from=busybox /bin/busybox /tool\n"
                               "RUN --mount=type=cache,target=/c echo x >>/c/x\n"
                               "RUN --mount=type=bind,source=conf,target=/ctx cat /ctx/a >/conf\n"
                               "RUN --mount=type=bind,from=build,source=/out,target=/o cat /o >/p\n"
                               "RUN <<EOT\necho one\necho two\nEOT\n"
                               "COPY <<EOT /f\ntext\nEOT\n"
                               "RUN cat /f\n";

constexpr const char* many = "FROM busybox AS one\n"
                             "RUN echo same >/same\n"
                             "FROM busybox AS two\n"
                             "RUN echo same >/same\n"
                             "COPY *.txt /texts/\n"
                             "FROM busybox\n"
                             "COPY --from=two /texts /texts\n"
                             "COPY --from=one /same /\n"
                             "ADD a.tar /tar\n"
                             "COPY . /all\n"
                             "USER 5\n"
                             "RUN [\"true\"]\n"
                             "HEALTHCHECK CMD true\n";
} // namespace

// What the forecast says of a build, and what that build then did.
class TestBuildForecast : public QObject
{
    Q_OBJECT

    EngineProcess m_engine;
    ImageBuilder m_builder{m_engine};
    std::unique_ptr<EngineClient> m_client;
    BuildsClient::Options m_options;
    QString m_folder;
    int m_edits = 0, m_rightEdits = 0, m_steps = 0, m_unknown = 0, m_unknownHits = 0;
    QStringList m_wrong;

    using Steps = std::vector<dockerapi::BuildForecast>;
    Result<Steps> forecast()
    {
        std::mutex mutex;
        std::optional<Result<Steps>> answer;
        const Request request = m_client->builds().forecast(m_options, [&](Result<Steps> steps) {
            const std::lock_guard lock(mutex);
            answer = std::move(steps);
        });
        const auto done = [&] {
            const std::lock_guard lock(mutex);
            return answer.has_value();
        };
        return QTest::qWaitFor(done, 30000) ? *answer : Result<Steps>(fail(ErrorKind::Unavailable, "no forecast"));
    }
    // By number: whether the step came from the cache.
    Result<std::map<int, bool>> build()
    {
        std::mutex mutex;
        std::map<int, bool> cached;
        std::optional<Result<std::string>> answer;
        const Request request = m_client->builds().build(
            m_options,
            [&](const dockerapi::BuildStep& step) {
                const std::lock_guard lock(mutex);
                if (step.state == dockerapi::BuildStep::State::Started)
                    cached[step.step] = false;
                else if (step.state == dockerapi::BuildStep::State::Cached)
                    cached[step.step] = true;
            },
            [&](Result<std::string> image) {
                const std::lock_guard lock(mutex);
                answer = std::move(image);
            });
        const auto done = [&] {
            const std::lock_guard lock(mutex);
            return answer.has_value();
        };
        if (!QTest::qWaitFor(done, 60000))
            return fail(ErrorKind::Unavailable, "no end of the build");
        if (!*answer)
            return std::unexpected(answer->error());
        return cached;
    }

    // One edit of a person: forecast, then the build that it foretold.
    void compare(const QString& edit)
    {
        const auto told = forecast();
        QVERIFY2(told.has_value(), qPrintable(edit + ": " + QString::fromStdString(told ? "" : told.error().message)));
        const auto done = build();
        QVERIFY2(done.has_value(), qPrintable(edit + ": " + QString::fromStdString(done ? "" : done.error().message)));
        bool right = true;
        for (const auto& step : *told) {
            if (step.name == "FROM")
                continue;
            QVERIFY2(done->contains(step.step), qPrintable(edit + ": no step " + QString::number(step.step)));
            ++m_steps;
            const bool hit = done->at(step.step);
            if (step.state == State::Unknown) {
                const bool sane = step.reason == Reason::After || step.reason == Reason::Source || step.reason == Reason::Remote || step.reason == Reason::Pull;
                QVERIFY2(sane, qPrintable(edit));
                ++m_unknown;
                m_unknownHits += hit;
            } else if ((step.state == State::Hit) != hit) {
                right = false;
                m_wrong << QString("%1: %2 was %3").arg(edit, QString::fromStdString(step.text), hit ? "there" : "made");
            }
        }
        ++m_edits;
        m_rightEdits += right;
    }
    // The step in LINE, before it is built.
    dockerapi::BuildForecast at(int line)
    {
        const auto steps = forecast();
        for (const auto& step : steps.value_or(Steps())) {
            if (step.line == line)
                return step;
        }
        return {};
    }

    void begin(const char* dockerfile, const QList<QPair<QString, QByteArray>>& files)
    {
        m_folder = m_builder.context(files);
        m_options = {};
        m_options.folder = m_folder.toStdString();
        text(dockerfile);
        compare("the first time");
        compare("nothing");
    }
    void text(const QByteArray& dockerfile) { write("Dockerfile", dockerfile); }
    void swap(const char* what, const char* with)
    {
        QFile file(m_folder + "/Dockerfile");
        QVERIFY(file.open(QIODevice::ReadOnly));
        QByteArray content = file.readAll();
        QVERIFY2(content.contains(what), what);
        text(content.replace(what, with));
    }
    void write(const QString& name, const QByteArray& content) { ImageBuilder::write(m_folder + '/' + name, content); }
    void mode(const QString& name, mode_t mode) { QCOMPARE(::chmod((m_folder + '/' + name).toUtf8().constData(), mode), 0); }
    void remove(const QString& name) { QVERIFY(QFile::remove(m_folder + '/' + name)); }

private slots:
    void initTestCase()
    {
        QVERIFY2(m_engine.start(), m_engine.errors().constData());
        const Output imported = m_engine.importBusybox();
        QVERIFY2(imported.code == 0, imported.err.constData());
        m_client = makeHttpEngineClient(m_engine.socketPath().toStdString());
    }

    void editsOfAService()
    {
        begin(service, {{"package.json", "{}"}, {"src/a.js", "a"}, {"src/lib/b.js", "b"}, {"notes.txt", "n"}});
        write("src/a.js", "A");
        auto told = at(7);
        QVERIFY(told.state == State::Miss && told.reason == Reason::Files);
        QCOMPARE(told.changed, std::vector<std::string>{"src/a.js"});
        told = at(8);
        QVERIFY(told.state == State::Miss && told.reason == Reason::After);
        QCOMPARE(told.after, 7);
        QVERIFY(at(5).state == State::Hit);
        compare("a file");
        const timespec times[2] = {{1000, 0}, {1000, 0}};
        ::utimensat(AT_FDCWD, (m_folder + "/src/a.js").toUtf8().constData(), times, 0);
        compare("only its time");
        mode("src/lib/b.js", 0755);
        QCOMPARE(at(7).changed, std::vector<std::string>{"src/lib/b.js"});
        compare("a mode");
        mode("src/lib", 0700);
        compare("the mode of a folder");
        write("src/new.js", "n");
        compare("a new file");
        remove("src/new.js");
        compare("a file less");
        write("notes.txt", "m");
        compare("a file nobody copies");
        write("package.json", "{ }");
        QCOMPARE(at(4).changed, std::vector<std::string>{"package.json"});
        compare("an early file");
        write(".dockerignore", "notes.txt\n");
        compare("an ignore file that changes nothing");
        write(".dockerignore", "src/lib\n");
        compare("an ignore file that takes something");
        m_options.args = {{"VERSION", "2"}};
        told = at(5);
        QVERIFY(told.state == State::Miss && told.reason == Reason::Argument);
        QCOMPARE(told.changed, std::vector<std::string>{"VERSION"});
        compare("a build argument");
        m_options.args = {{"VERSION", "1"}};
        compare("its default, given");
        m_options.args = {{"OTHER", "1"}};
        compare("an argument nobody uses");
        m_options.args = {};
        swap("VERSION=1", "VERSION=3");
        compare("another default");
        swap("MODE=dev", "MODE=prod");
        QVERIFY(at(6).state == State::Miss && at(6).reason == Reason::Instruction);
        QVERIFY(at(7).state == State::Hit);
        told = at(8);
        QVERIFY(told.state == State::Miss && told.reason == Reason::Environment);
        QCOMPARE(told.changed, std::vector<std::string>{"MODE"});
        compare("a variable");
        swap("MODE=prod", "MODE=dev");
        compare("back again");
        swap("a=b", "a=c");
        compare("a label");
        swap("[\"cat\", \"list\"]", "cat list");
        compare("the command");
        swap("EXPOSE 3000\n", "");
        compare("a port less");
        swap("echo installed $VERSION", "echo installed: $VERSION");
        QVERIFY(at(5).state == State::Miss && at(5).reason == Reason::Instruction);
        compare("a RUN");
        swap("COPY src/ src/", "# the sources\n\nCOPY src/ src/");
        compare("a comment");
        swap("COPY src/ src/", "copy src/  src/");
        compare("another spelling");
        swap("RUN ls -R src", "RUN ls \\\n  -R src");
        compare("a RUN in two lines");
        swap("copy src/  src/", "COPY src/ source/");
        swap("-R src", "-R source");
        compare("another destination");
    }

    void editsOfAService2()
    {
        begin(service, {{"package.json", "{}"}, {"src/a.js", "a"}});
        swap("COPY package.json", "RUN true\nCOPY package.json");
        compare("a RUN between");
        swap("RUN true\n", "");
        compare("gone again");
        swap("WORKDIR /app", "WORKDIR /srv");
        compare("WORKDIR");
        swap("COPY src/ src/", "COPY --chown=5:6 src/ src/");
        QVERIFY(at(7).reason == Reason::Instruction);
        compare("--chown");
        swap("COPY --chown=5:6", "COPY --chmod=0755");
        compare("--chmod");
        swap("RUN ls", "USER 7\nRUN ls");
        QCOMPARE(at(9).changed, std::vector<std::string>{"USER"});
        swap(">list", ">/dev/null");
        compare("USER");
        m_options.labels = {{"x", "y"}};
        compare("a label of the request");
        m_options.labels = {{"x", "z"}};
        compare("another");
        m_options.noCache = true;
        QVERIFY(at(5).state == State::Miss && at(5).reason == Reason::NoCache);
        compare("no cache");
        m_options.noCache = false;
        compare("with it again");
        m_options.network = "none";
        compare("another network");
        QCOMPARE(::symlink("a.js", (m_folder + "/src/link").toUtf8().constData()), 0);
        compare("a link");
        remove("src/link");
        QCOMPARE(::symlink("b.js", (m_folder + "/src/link").toUtf8().constData()), 0);
        compare("it leads elsewhere");
        m_options.dockerfileText = "FROM busybox\nRUN echo of the editor\n";
        QVERIFY(at(2).state == State::Miss);
        compare("a text that is not saved");
        compare("once more");
    }

    void editsOfStages()
    {
        begin(stages, {{"main.c", "first\nsecond\n"}, {"conf/a", "1"}});
        write("main.c", "first\nother\n");
        QVERIFY(at(4).reason == Reason::After);
        QVERIFY(at(9).state == State::Unknown && at(9).reason == Reason::Source);
        QCOMPARE(at(9).after, 3);
        compare("a source that makes the same");
        write("main.c", "changed\n");
        compare("a source that makes another");
        m_options.target = "test";
        compare("a target");
        m_options.target = "build";
        compare("an earlier target");
        m_options.target = "";
        write("conf/a", "2");
        QVERIFY(at(12).state == State::Miss && at(12).reason == Reason::Files);
        QCOMPARE(at(12).changed, std::vector<std::string>{"conf/a"});
        compare("a file that is mounted");
        swap("type=cache,target=/c", "type=cache,id=mine,target=/c");
        compare("a cache mount");
        swap("echo two", "echo three");
        QVERIFY(at(14).reason == Reason::Instruction);
        compare("a heredoc of RUN");
        swap("text\n", "more text\n");
        QVERIFY(at(18).reason == Reason::Instruction);
        compare("a heredoc of COPY");
        swap("COPY --from=build /out /app", "COPY --from=build --chmod=0700 /out /app");
        compare("a flag of a copy from a stage");
        swap("AS build", "AS compile");
        swap("COPY --from=build /out /tested", "COPY --from=compile /out /tested");
        swap("COPY --from=build --chmod=0700 /out /app", "COPY --from=0 --chmod=0700 /out /app");
        swap("from=build,source", "from=compile,source");
        compare("another name of a stage");
        QVERIFY(m_engine.docker({"build", "-t", "other", "-"}, "FROM busybox\nRUN echo >/other\n").code == 0);
        m_options.args = {{"BASE", "other"}};
        QVERIFY(at(3).state == State::Miss && at(3).reason == Reason::Base);
        compare("another base");
        QVERIFY(m_engine.docker({"build", "-t", "other", "-"}, "FROM busybox\nRUN echo 2 >/other\n").code == 0);
        compare("the base was built anew");
        QVERIFY(m_engine.docker({"tag", "other", "same"}).code == 0);
        m_options.args = {{"BASE", "same"}};
        compare("another name of the base");
    }

    void editsOfMany()
    {
        begin(many, {{"a.txt", "a"}, {"b.txt", "b"}, {"a.tar", run("tar", {"-C", "/etc", "-c", "hostname"}, {}, 10000).out}});
        write("b.txt", "c");
        compare("one of what a pattern matches");
        write("c.txt", "c");
        compare("one more");
        write("d.md", "c");
        compare("one that it does not match");
        write("a.tar", run("tar", {"-C", "/etc", "-c", "hosts"}, {}, 10000).out);
        compare("an archive");
        swap("AS two\nRUN echo same", "AS two\nRUN echo Same");
        compare("a step that was the same");
        swap("RUN echo same >/same\n", "RUN echo Same >/same\n");
        compare("the same again");
        swap("HEALTHCHECK CMD true", "HEALTHCHECK NONE");
        compare("the health check");
        swap("USER 5", "USER 6");
        compare("the user");
        swap("RUN [\"true\"]", "SHELL [\"/bin/sh\", \"-e\", \"-c\"]\nRUN true");
        compare("the shell");
        m_options.noCache = true;
        compare("no cache, and two steps that are the same");
        m_options.noCache = false;
        swap("COPY . /all", "COPY --exclude=*.md . /all");
        compare("--exclude");
        write("d.md", "d");
        compare("what is excluded");
        QVERIFY(m_engine.docker({"build", "-t", "triggers", "-"}, "FROM busybox\nONBUILD COPY a.txt /x\nONBUILD RUN cat /x\n").code == 0);
        swap("FROM busybox\nCOPY --from=two", "FROM triggers\nCOPY --from=two");
        compare("triggers");
        write("a.txt", "z");
        compare("what a trigger copies");
        compare("nothing again");
        QVERIFY(m_engine.docker({"builder", "prune", "-af"}).code == 0);
        QVERIFY(at(2).state == State::Miss && at(2).reason == Reason::Absent);
        compare("after a prune");
        compare("and nothing");
    }

    void whatItDoesNotKnow()
    {
        m_folder = m_builder.context({{"Dockerfile", "FROM nosuch.example/image\nRUN true\nFROM busybox\nCOPY nothere /\nADD http://127.0.0.1:1/x /x\nRUN true\n"}});
        m_options = {};
        m_options.folder = m_folder.toStdString();
        QVERIFY(at(4).state == State::Unknown && at(4).reason == Reason::Error);
        QVERIFY(QByteArray::fromStdString(at(4).changed.at(0)).contains("stat nothere: file does not exist"));
        QVERIFY(at(6).state == State::Unknown && at(6).reason == Reason::After);
        swap("COPY nothere /\n", "");
        QVERIFY(at(4).state == State::Unknown && at(4).reason == Reason::Remote);
        m_options.target = "0";
        QVERIFY(at(1).state == State::Unknown && at(1).reason == Reason::Pull);
        QVERIFY(at(2).state == State::Unknown && at(2).reason == Reason::After);
        text("FROM busybox\nCOPPY a b\n");
        m_options.target = "";
        const auto broken = forecast();
        QVERIFY(!broken.has_value());
        QCOMPARE(broken.error().message, std::string("dockerfile parse error on line 2: unknown instruction: COPPY (did you mean COPY?)"));
    }

    // Nothing was made by any of it.
    void aForecastLeavesNothing()
    {
        m_folder = m_builder.context({{"Dockerfile", "FROM busybox\nRUN echo forecast >/f\n"}});
        m_options = {};
        m_options.folder = m_folder.toStdString();
        const auto everything = [&] { // but for what is kept of folders that were read
            return run("sh", {"-c", "curl -s --unix-socket " + m_engine.socketPath() + R"( http://d/v1.45/system/df | jq 'del(.BuildCache[] | select(.Type == "source.local")) | del(.BuilderSize)')"}, {}, 5000).out;
        };
        const QByteArray before = everything();
        QVERIFY(at(2).state == State::Miss);
        QCOMPARE(everything(), before);
        QVERIFY(at(2).state == State::Miss);
    }

    void cleanupTestCase()
    {
        m_client.reset();
        qInfo("%d of %d edits foretold rightly; of %d steps %d were unknown, %d of those found in the cache", m_rightEdits, m_edits, m_steps, m_unknown,
              m_unknownHits);
        for (const QString& each : m_wrong)
            qInfo("  wrong: %s", qPrintable(each));
        QVERIFY(m_edits >= 60);
        QVERIFY(m_rightEdits * 100 >= m_edits * 95);
        QVERIFY(m_unknown * 5 <= m_steps);
    }
};

QTEST_GUILESS_MAIN(TestBuildForecast)
#include "tst_build_forecast.moc"
