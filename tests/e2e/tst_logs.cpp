// SPDX-License-Identifier: GPL-3.0-or-later
#include <QProcess>
#include <QTest>

#include <condition_variable>
#include <mutex>

#include "client/engine_client.h"
#include "client/log_spool.h"
#include "support/engine_process.h"
#include "support/patience.h"

using namespace slipway;
using namespace slipway::test;

namespace
{

// Waits for what a callback of the client's thread brings.
template <class T>
class Awaited
{
public:
    void set(T value)
    {
        const std::lock_guard lock(m_mutex);
        m_value = std::move(value);
        m_changed.notify_all();
    }
    template <class Condition>
    std::optional<T> waitUntil(Condition condition)
    {
        std::unique_lock lock(m_mutex);
        if (!m_changed.wait_for(lock, std::chrono::milliseconds(patience), [&] { return m_value && condition(*m_value); }))
            return std::nullopt;
        return m_value;
    }
    std::optional<T> wait()
    {
        return waitUntil([](const T&) { return true; });
    }

private:
    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::optional<T> m_value;
};

// The same engine, seen as one that has only Docker's own calls.
class AsDocker : public SpooledLogs
{
public:
    explicit AsDocker(LogsClient& client) : m_client(client) {}
    ~AsDocker() override { stop(); }
    Request logs(const std::string& id, const Options& options, std::function<void(std::vector<dockerapi::LogLine>)> lines, std::function<void(Status)> end) override
    {
        return m_client.logs(id, options, std::move(lines), std::move(end));
    }

private:
    LogsClient& m_client;
};

} // namespace

// Pages, searches and exports of real containers' logs, against what docker logs says; from our engine and as from any other.
class TestLogs : public QObject
{
    Q_OBJECT

    EngineProcess m_engine;
    std::unique_ptr<EngineClient> m_client;

    QString run(const QString& script, const QStringList& options = {})
    {
        const Output output = m_engine.docker(QStringList{"run", "-d"} + options + QStringList{"busybox", "sh", "-c", script});
        [&] { QVERIFY2(output.code == 0, output.err.constData()); }();
        const QString id = QString::fromLatin1(output.out.trimmed());
        m_engine.docker({"wait", id});
        return id;
    }
    static Result<logstore::LogPage> page(LogsClient& logs, const LogsClient::Containers& ids, const logstore::PageRange& range, const logstore::LogQuery& query = {})
    {
        Awaited<Result<logstore::LogPage>> answer;
        const Request request = logs.page(ids, range, query, [&](Result<logstore::LogPage> page) { answer.set(std::move(page)); });
        return answer.wait().value_or(fail(ErrorKind::Unavailable, "no answer"));
    }
    static std::uint64_t matches(LogsClient& logs, const LogsClient::Containers& ids, const logstore::LogQuery& query)
    {
        std::mutex mutex;
        std::uint64_t sum = 0;
        Awaited<Status> end;
        const Request request = logs.search(
            ids, query, {},
            [&](const logstore::SearchProgress& progress) {
                const std::lock_guard lock(mutex);
                for (const auto& chunk : progress.chunks)
                    sum += chunk.matches;
            },
            [&](Status status) { end.set(std::move(status)); });
        const auto status = end.wait();
        if (!status || !*status)
            qWarning("search: %s", status ? status->error().message.c_str() : "no answer");
        const std::lock_guard lock(mutex);
        return sum;
    }
    static QByteArray exported(LogsClient& logs, const LogsClient::Containers& ids, const logstore::LogQuery& query, logstore::ExportFormat format)
    {
        QByteArray bytes;
        Awaited<Status> end;
        const Request request = logs.exportLogs(
            ids, query, format, {}, [&](const std::string& piece) { bytes += QByteArray::fromStdString(piece); }, [&](Status status) { end.set(std::move(status)); });
        end.wait();
        return bytes;
    }

private slots:
    void initTestCase()
    {
        const QByteArray problem = m_engine.startWithBusybox();
        QVERIFY2(problem.isEmpty(), problem.constData());
        m_client = makeHttpEngineClient(m_engine.socketPath().toStdString());
    }
    void cleanup() { m_engine.removeContainers(); }

    void exportIsWhatDockerLogsGives()
    {
        const QString id = run("i=0; while [ $i -lt 300 ]; do echo out $i; echo err $i >&2; i=$((i+1)); done; printf '\\033[31mred\\033[0m\\r\\n\\377\\000nul\\n';"
                               "head -c 50000 /dev/zero | tr '\\0' x; echo; printf 'no newline'");
        LogsClient& logs = m_client->logs();
        const std::string name = id.toStdString();
        const Output docker = m_engine.docker({"logs", id}), timed = m_engine.docker({"logs", "-t", id});
        QVERIFY(docker.out.size() > 50'000 && docker.err.size() > 2'000);
        QVERIFY(exported(logs, {name}, {.showStderr = false}, logstore::ExportFormat::Plain) == docker.out);
        QVERIFY(exported(logs, {name}, {.showStdout = false}, logstore::ExportFormat::Plain) == docker.err);
        QProcess both;
        both.setProcessEnvironment(m_engine.clientEnvironment());
        for (const QString& times : {QString(), QString(" -t")}) {
            both.start("sh", {"-c", "docker logs" + times + " " + id + " 2>&1"});
            QVERIFY(both.waitForFinished(patience));
            const QByteArray all = both.readAllStandardOutput();
            QCOMPARE(all.size(), times.isEmpty() ? docker.out.size() + docker.err.size() : timed.out.size() + timed.err.size());
            // Which of its two outputs the docker command writes first is the shell's to see; in one pipe it is the log's order.
            QVERIFY(exported(logs, {name}, {}, times.isEmpty() ? logstore::ExportFormat::Plain : logstore::ExportFormat::Timestamps) == all);
        }
    }

    void pagesAndSearchesOfBothKinds()
    {
        const std::string id = run("i=0; while [ $i -lt 2000 ]; do echo \"line $i of the log\"; i=$((i+1)); done; echo oops >&2").toStdString();
        AsDocker spooled(m_client->logs());
        Awaited<LogExtent> extent;
        const Request growth = spooled.growth({id}, false, [&](LogExtent now) { extent.set(now); }, [](const Status&) {});
        QVERIFY(extent.waitUntil([](const LogExtent& now) { return now.end == 2001; }));
        for (LogsClient* logs : {&m_client->logs(), static_cast<LogsClient*>(&spooled)}) {
            const auto last = page(*logs, {id}, {.from = {}, .last = 10, .timeNs = {}});
            QVERIFY2(last.has_value(), last ? "" : last.error().message.c_str());
            QCOMPARE(last->end, 2001u);
            QCOMPARE(last->rows.size(), 10u);
            QCOMPARE(last->rows.back().text, std::string("oops"));
            QCOMPARE(last->rows.back().stream, logstore::Stream::Stderr);
            const auto middle = page(*logs, {id}, {.from = 1000, .last = {}, .timeNs = {}, .count = 3});
            QCOMPARE(middle->rows.at(1).text, std::string("line 1001 of the log"));
            const auto then = page(*logs, {id}, {.from = {}, .last = {}, .timeNs = middle->rows[2].timeNs});
            QVERIFY(then->rows.front().row <= 1002 && then->rows.front().timeNs == middle->rows[2].timeNs);
            QCOMPARE(matches(*logs, {id}, {.text = "LINE 1\\d\\d ", .regex = true}), 100u);
            const auto filtered = page(*logs, {id}, {.from = 0, .last = {}, .timeNs = {}, .skip = 50}, {.text = "line 1\\d\\d ", .regex = true});
            QCOMPARE(filtered->rows.front().text, std::string("line 150 of the log"));
        }
    }

    void severalAsOne()
    {
        LogsClient::Containers ids;
        for (int i = 0; i < 3; ++i)
            ids.push_back(run(QString("for i in 1 2 3 4 5; do echo c%1 $i; usleep 2000; done").arg(i)).toStdString());
        const auto all = page(m_client->logs(), ids, {.from = 0, .last = {}, .timeNs = {}});
        QVERIFY(all.has_value());
        QCOMPARE(all->rows.size(), 15u);
        for (std::size_t i = 1; i < all->rows.size(); ++i)
            QVERIFY(all->rows[i].timeNs >= all->rows[i - 1].timeNs);
    }

    void growthIsTold()
    {
        const Output output = m_engine.docker({"run", "-d", "--name", "grows", "busybox", "sh", "-c", "cat >/dev/null"});
        QCOMPARE(output.code, 0);
        m_engine.docker({"rm", "-f", "grows"});
        const Output made = m_engine.docker({"create", "--name", "grows", "busybox", "sh", "-c", "i=0; while [ $i -lt 500 ]; do echo $i; i=$((i+1)); done"});
        const std::string id = made.out.trimmed().toStdString();
        Awaited<LogExtent> extent;
        const Request growth = m_client->logs().growth({id}, false, [&](LogExtent now) { extent.set(now); }, [](const Status&) {});
        QVERIFY(extent.waitUntil([](const LogExtent& now) { return now.end == 0; }));
        m_engine.docker({"start", "grows"});
        QVERIFY(extent.waitUntil([](const LogExtent& now) { return now.end == 500; }));
    }

    void theLogOfARemovedContainerIsKept()
    {
        const QString id = run("echo last words", {"--name", "gone"});
        m_engine.docker({"rm", "gone"});
        QVERIFY(m_engine.docker({"logs", id}).code != 0); // for Docker it is gone
        const auto kept = [&] {
            Awaited<Result<std::vector<RemovedLog>>> answer;
            const Request request = m_client->logs().removedLogs([&](Result<std::vector<RemovedLog>> logs) { answer.set(std::move(logs)); });
            return answer.wait().value().value();
        };
        QVERIFY(!kept().empty());
        QCOMPARE(kept().front().id, id.toStdString());
        QCOMPARE(kept().front().name, std::string("gone"));
        const auto read = [&] { return page(m_client->logs(), {id.toStdString()}, {.from = {}, .last = 5, .timeNs = {}}); };
        QCOMPARE(read()->rows.at(0).text, std::string("last words"));
        m_engine.killHard();
        QVERIFY(m_engine.start());
        QCOMPARE(read()->rows.at(0).text, std::string("last words"));
        m_engine.docker({"container", "prune", "-f"});
        QVERIFY(kept().empty());
        QVERIFY(!read().has_value());
    }

    void badQuestionsAreRefused()
    {
        const std::string id = run("echo x").toStdString();
        const auto wrong = page(m_client->logs(), {id}, {.from = 0, .last = {}, .timeNs = {}}, {.text = "a(b", .regex = true});
        QVERIFY(!wrong.has_value());
        QVERIFY(wrong.error().message.contains("at character 3"));
        QCOMPARE(m_engine.api("GET", "/slipway/logs/page").code, 22);
        QCOMPARE(m_engine.api("GET", "/slipway/logs/page?containers=no-such").code, 22);
        QCOMPARE(m_engine.api("GET", QString("/slipway/logs/page?containers=%1&from=x").arg(QString::fromStdString(id))).code, 22);
        QCOMPARE(m_engine.api("GET", QString("/slipway/logs/search?containers=%1&text=%28&regex=1").arg(QString::fromStdString(id)).replace("%28", "(")).code, 22);
        QCOMPARE(m_engine.api("GET", QString("/slipway/logs/export?containers=%1&format=x").arg(QString::fromStdString(id))).code, 22);
    }
};

QTEST_GUILESS_MAIN(TestLogs)
#include "tst_logs.moc"
