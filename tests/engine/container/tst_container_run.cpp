// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <QtTest>

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <format>
#include <fstream>
#include <future>
#include <thread>

#include "container/container_service.h"
#include "events/event_bus.h"
#include "os/cgroup.h"
#include "os/usage_meter.h"
#include "state/database.h"
#include "image/image_service.h"
#include "network/network_service.h"
#include "store/blob_store.h"
#include "store/layer_store.h"
#include "store/snapshot_store.h"
#include "volume/volume_service.h"

using namespace slipway;
using namespace std::chrono_literals;

namespace
{

// The engine without its API over a folder of its own; reopened, it is the engine after a crash.
struct Engine
{
    explicit Engine(const std::filesystem::path& base)
        : db(Database::open(base / "slipway.db").value()), blobs(base), layers(*db, base, false), runtime({.monitorProgram = std::string(SLIPWAY_BINARY_DIR) + "/bin/slipway-monitor",
                                                                      .ociRuntime = "crun",
                                                                      .runtimeRoot = base / "crun",
                                                                      .cgroups = true}),
          images(*db, blobs, layers, events), snapshots(base, layers, false), networks(*db, events, {}),
          volumes(*db, events, base),
          containers({*db, events, images, snapshots, runtime, networks, volumes, cgroups,
                      {base / "containers", base / "run"}, false})
    {
    }
    std::unique_ptr<Database> db;
    EventBus events;
    BlobStore blobs;
    LayerStore layers;
    Cgroups cgroups;
    Runtime runtime;
    ImageService images;
    SnapshotStore snapshots;
    NetworkService networks;
    VolumeService volumes;
    ContainerService containers;
};

// busybox with its names, as an image of one layer.
void importBusybox(ImageService& images, const std::filesystem::path& base)
{
    const std::string root = (base / "busybox").string();
    const std::string script =
        "set -e; mkdir -p {0}/bin {0}/etc {0}/tmp; cp /bin/busybox {0}/bin/; for a in $(/bin/busybox --list); do "
        "[ -e {0}/bin/$a ] || ln -s busybox {0}/bin/$a; done; echo 'root:x:0:0:root:/root:/bin/sh' >{0}/etc/passwd; "
        "tar -C {0} -cf {0}.tar .; rm -r {0}";
    if (std::system(std::vformat(script, std::make_format_args(root)).c_str()) != 0)
        qFatal("no busybox");
    const UniqueFd tar(::open((root + ".tar").c_str(), O_RDONLY | O_CLOEXEC));
    const auto source = sourceFromFd(tar.get());
    const auto made = images.import(*source, Reference::parse("busybox").value(), "", {"CMD [\"sh\"]"}, {});
    if (!made)
        qFatal("import: %s", made.error().message.c_str());
}

int waitFor(ContainerService& containers, const std::string& id,
            ContainerService::WaitCondition condition = ContainerService::WaitCondition::NotRunning)
{
    std::promise<int> promise;
    auto future = promise.get_future();
    const auto handle =
        containers.wait(id, condition, [&](Result<int> code) { promise.set_value(code.value_or(-1)); });
    if (!handle)
        return -2;
    if (future.wait_for(15s) != std::future_status::ready)
        qFatal("nothing ended");
    return future.get();
}

std::string readAll(int fd)
{
    std::string text;
    char buffer[4096];
    pollfd wait{fd, POLLIN, 0};
    while (::poll(&wait, 1, 5000) > 0) {
        const ssize_t got = ::read(fd, buffer, sizeof buffer);
        if (got <= 0)
            break;
        text.append(buffer, static_cast<std::size_t>(got));
    }
    return text;
}

std::string payload(const std::string& framed) // of Docker's 8-byte framed stream
{
    std::string text;
    for (std::size_t at = 0; at + 8 <= framed.size();) {
        std::size_t length = 0;
        for (std::size_t i = 4; i < 8; ++i)
            length = length << 8 | static_cast<unsigned char>(framed[at + i]);
        text += framed.substr(at + 8, length);
        at += 8 + length;
    }
    return text;
}

std::string mountsBelow(const std::filesystem::path& folder) // lines of mountinfo
{
    std::ifstream file("/proc/self/mountinfo");
    std::string mounts;
    for (std::string line; std::getline(file, line);)
        if (line.contains(' ' + folder.string() + '/'))
            mounts += line + '\n';
    return mounts;
}

Json body(std::vector<std::string> command, Json host = Json::object())
{
    if (!host.contains("NetworkMode"))
        host["NetworkMode"] = "none";
    return {{"Image", "busybox"}, {"Cmd", std::move(command)}, {"HostConfig", std::move(host)}};
}

} // namespace

#define MUST(expression)                                                                                               \
    do {                                                                                                               \
        auto&& must_ = (expression);                                                                               \
        QVERIFY2(must_.has_value(), must_ ? "" : must_.error().message.c_str());                                       \
    } while (false)

class ContainerRunTest : public QObject
{
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_dir;
    std::unique_ptr<Engine> m_engine;

    ContainerService& c() { return m_engine->containers; }
    std::filesystem::path base() const { return m_dir->path().toStdString(); }
    std::string run(const Json& request, const std::string& name = {})
    {
        const auto made = c().create(name, request);
        if (!made)
            qFatal("create: %s", made.error().message.c_str());
        return made->id;
    }
    std::string outputOf(const Json& request)
    {
        const std::string id = run(request);
        UniqueFd stream;
        c().attach(id, {}, [&](Result<UniqueFd> fd) { stream = std::move(fd).value(); });
        if (const auto started = c().start(id); !started)
            return "start: " + started.error().message;
        const std::string text = payload(readAll(stream.get()));
        waitFor(c(), id);
        static_cast<void>(c().remove(id, true, true));
        return text;
    }

private slots:
    void initTestCase()
    {
        if (::geteuid() != 0)
            QSKIP("needs root");
        QCOMPARE(::unshare(CLONE_NEWNET), 0); // its bridge is nobody else's
    }
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        m_engine = std::make_unique<Engine>(base());
        MUST(m_engine->networks.init());
        MUST(c().restore());
        importBusybox(m_engine->images, base());
    }
    void cleanup()
    {
        if (!m_engine)
            return;
        const auto left = c().list({.all = true, .limit = 0, .size = false, .filters = {}});
        for (const Json& one : *left)
            MUST(c().remove(one["Id"], true, true));
        m_engine.reset();
        QCOMPARE(mountsBelow(base()), std::string());
    }

    void runsToItsExit()
    {
        std::vector<std::string> actions;
        const auto subscription = m_engine->events.subscribe([&](const Event& e) {
            if (e.type == "container")
                actions.push_back(e.action);
        });
        const std::string id = run(body({"sh", "-c", "exit 3"}), "one");
        QCOMPARE((*c().inspect(id, false))["State"]["Status"].get<std::string>(), std::string("created"));
        MUST(c().start("one"));
        QCOMPARE(waitFor(c(), "one"), 3);
        const Json state = (*c().inspect("one", false))["State"];
        QCOMPARE(state["Status"].get<std::string>(), std::string("exited"));
        QCOMPARE(state["ExitCode"].get<int>(), 3);
        MUST(c().start(id.substr(0, 12)));
        QCOMPARE(waitFor(c(), id), 3);
        MUST(c().remove("one", false, false));
        QCOMPARE(c().inspect("one", false).error().message, std::string("No such container: one"));
        QVERIFY(!std::filesystem::exists(base() / "containers" / id));
        QCOMPARE(actions, (std::vector<std::string>{"create", "start", "die", "start", "die", "destroy"}));
    }

    // Whoever learns of the end at once and acts on it must not be told of what he did before the end itself.
    void whatFollowsAnEndIsToldAfterIt()
    {
        std::vector<std::string> actions; // the bus tells one after the other
        const auto subscription = m_engine->events.subscribe([&](const Event& e) {
            if (e.type == "container")
                actions.push_back(e.action);
        });
        const std::string id = run(body({"true"}), "one");
        std::promise<void> promise;
        const std::shared_future<void> renamed = promise.get_future().share();
        std::jthread renamer;
        const auto handle = c().wait(id, ContainerService::WaitCondition::NextExit, [&](const Result<int>&) {
            renamer = std::jthread([&] {
                static_cast<void>(c().rename(id, "two"));
                promise.set_value();
            });
            renamed.wait_for(500ms);
        });
        MUST(c().start(id));
        QCOMPARE(renamed.wait_for(15s), std::future_status::ready);
        QCOMPARE(actions, (std::vector<std::string>{"create", "start", "die", "rename"}));
    }

    void firstBytesReachWhoAttachedBefore()
    {
        QCOMPARE(outputOf(body({"echo", "hello"})), std::string("hello\n"));
    }

    void documentReachesTheProcess()
    {
        Json request = body({"sh", "-c", "pwd; hostname; echo $A; test -s /etc/resolv.conf; echo $?; id -u; ls /in"},
                            {{"Binds", {(base() / "made").string() + ":/in:ro"}}});
        request["WorkingDir"] = "/deep/er";
        request["Hostname"] = "hull";
        request["Env"] = {"A=b"};
        request["User"] = "1000";
        QCOMPARE(outputOf(request), std::string("/deep/er\nhull\nb\n0\n1000\n"));
        QVERIFY(std::filesystem::is_directory(base() / "made"));
    }

    void stopsAndKills()
    {
        const std::string id = run(body({"sleep", "100"}));
        MUST(c().start(id));
        QCOMPARE(c().start(id).error().kind, ErrorKind::NotModified);
        QCOMPARE(c().remove(id, false, false).error().kind, ErrorKind::Conflict);
        MUST(c().pause(id));
        QVERIFY((*c().inspect(id, false))["State"]["Paused"].get<bool>());
        MUST(c().unpause(id));
        MUST(c().stop(id, 0));
        QCOMPARE(waitFor(c(), id), 137);
        QCOMPARE(c().stop(id, 0).error().kind, ErrorKind::NotModified);
        MUST(c().start(id));
        MUST(c().kill(id, "KILL"));
        QCOMPARE(waitFor(c(), id), 137);
        MUST(c().restart(id, 0));
        MUST(c().restart(id, 0));
        QCOMPARE(c().list({}).value().size(), 1u);
        MUST(c().remove(id, true, false));
        QCOMPARE(c().list({.all = true, .limit = 0, .size = false, .filters = {}}).value().size(), 0u);
    }

    void removesItself()
    {
        const std::string id = run(body({"true"}, {{"AutoRemove", true}}));
        std::promise<int> removed;
        auto future = removed.get_future();
        const auto handle = c().wait(id, ContainerService::WaitCondition::Removed,
                                     [&](Result<int> code) { removed.set_value(code.value_or(-1)); });
        MUST(c().start(id));
        QCOMPARE(future.wait_for(10s), std::future_status::ready);
        QCOMPARE(future.get(), 0);
        QVERIFY(!c().inspect(id, false));
    }

    void failsCleanly()
    {
        const std::string id = run(body({"nope"}), "broken");
        const auto started = c().start(id);
        QVERIFY(!started);
        QVERIFY2(started.error().message.contains("executable file not found in $PATH"), started.error().message.c_str());
        const Json state = (*c().inspect(id, false))["State"];
        QCOMPARE(state["ExitCode"].get<int>(), 127);
        QCOMPARE(state["Status"].get<std::string>(), std::string("created"));
        QVERIFY(!std::filesystem::exists(base() / "run" / "containers" / id));
        QVERIFY(c().create("broken", body({"true"})).error().message.starts_with(
            "Conflict. The container name \"/broken\" is already in use by container"));
        QCOMPARE(c().create("", {{"Image", "none"}}).error().kind, ErrorKind::NotFound);
        QCOMPARE(c().create("-x", body({"true"})).error().kind, ErrorKind::InvalidArgument);
    }

    // Each call must come back, whatever it says: one that waited for its own lock once stopped the whole engine.
    void forcedRemovalOfWhatEndsAndBeginsAnew()
    {
        for (int i = 0; i < 20; ++i) {
            const std::string id = run(body({"sleep", std::format("0.0{}", i % 10)}, {{"RestartPolicy", {{"Name", "always"}}}}));
            MUST(c().start(id));
            for (bool gone = false; !gone;) {
                auto removed = std::async(std::launch::async, [&] { return c().remove(id, true, false); });
                if (removed.wait_for(20s) != std::future_status::ready)
                    qFatal("rm -f does not come back");
                gone = !c().inspect(id, false);
            }
        }
    }

    void commitsWhatIsEnding()
    {
        for (int i = 0; i < 20; ++i) {
            const std::string id = run(body({"sh", "-c", std::format("echo {} >/made; usleep {}", i, i * 1000)}));
            MUST(c().start(id));
            MUST(c().commit(id, {}, {}));
            waitFor(c(), id);
        }
    }

    void framesOfAnExecFollowItsStart()
    {
        const std::string id = run(body({"sleep", "100"}));
        MUST(c().start(id));
        const auto says = [&](bool terminal, std::optional<bool> framed) {
            const auto exec = c().createExec(id, {{"Cmd", {"echo", "ahoy"}}, {"AttachStdout", true}, {"Tty", terminal}});
            auto started = c().startExec(*exec, {.framed = framed});
            return started ? readAll(started->stream.get()) : started.error().message;
        };
        const std::string frame("\1\0\0\0\0\0\0", 7);
        QCOMPARE(says(false, {}), frame + "\5ahoy\n");
        QCOMPARE(says(false, false), std::string("ahoy\n"));
        QCOMPARE(says(true, {}), std::string("ahoy\r\n"));
        QCOMPARE(payload(says(true, true)), std::string("ahoy\r\n"));
    }

    void aLinkFollowsItsTarget()
    {
        MUST(m_engine->networks.init());
        const auto on = [](Json host) { return body({"sleep", "100"}, (host["NetworkMode"] = "bridge", host)); };
        const std::string target = run(on(Json::object()), "target"), other = run(on(Json::object()), "other");
        const std::string linked = run(on({{"Links", {"target:alias"}}}), "linked");
        MUST(c().start(target));
        MUST(c().start(linked));
        const auto address = [&] { return (*c().inspect(target, false))["NetworkSettings"]["Networks"]["bridge"]["IPAddress"].get<std::string>(); };
        const std::string before = address();
        MUST(c().stop(target, 0));
        MUST(c().start(other)); // takes the address
        MUST(c().start(target));
        QVERIFY(address() != before);
        std::ifstream file(base() / "containers" / linked / "hosts");
        const std::string hosts{std::istreambuf_iterator<char>(file), {}};
        QVERIFY2(hosts.contains(address() + "\talias "), hosts.c_str());
        QVERIFY2(!hosts.contains(before + "\talias "), hosts.c_str());
    }

    void execs()
    {
        const std::string id = run(body({"sleep", "100"}));
        MUST(c().start(id));
        const auto exec = c().createExec(id, {{"Cmd", {"sh", "-c", "cat; exit 5"}}, {"AttachStdin", true},
                                              {"AttachStdout", true}, {"AttachStderr", true}});
        MUST(exec);
        auto started = c().startExec(*exec, {});
        MUST(started);
        QCOMPARE(::write(started->stream.get(), "ahoy\n", 5), 5);
        ::shutdown(started->stream.get(), SHUT_WR);
        QCOMPARE(payload(readAll(started->stream.get())), std::string("ahoy\n"));
        const auto inspected = c().inspectExec(*exec);
        MUST(inspected);
        QCOMPARE((*inspected)["ExitCode"].get<int>(), 5);
        const auto missing = c().createExec(id, {{"Cmd", {"nope"}}, {"AttachStdout", true}});
        QVERIFY(!c().startExec(*missing, {}));
        QVERIFY((*c().top(id, ""))["Processes"].size() >= 1);
        const auto source = c().stats(id);
        MUST(source);
        const auto running = c().running(id);
        QVERIFY(running.has_value());
        const auto usage = Cgroups().usageMeter(running->cgroup, running->pid).read();
        MUST(usage);
        const auto sample = (*source)->sample(StatsMoment(HostTotals::now()), &*usage);
        MUST(sample);
        const auto statistics = parseJson(statsDocument(**sample, nullptr));
        MUST(statistics);
        QVERIFY((*statistics)["memory_stats"]["usage"].get<std::uint64_t>() > 0);
    }

    void restartsByPolicy()
    {
        const std::string id = run(body({"false"}, {{"RestartPolicy", {{"Name", "on-failure"}, {"MaximumRetryCount", 2}}}}));
        MUST(c().start(id));
        QTRY_COMPARE_WITH_TIMEOUT((*c().inspect(id, false))["State"]["Status"].get<std::string>(), std::string("exited"),
                                  10000);
        QCOMPARE((*c().inspect(id, false))["RestartCount"].get<int>(), 2);
    }

    void survivesTheEngine()
    {
        const std::string id = run(body({"sh", "-c", "sleep 1; exit 7"}), "long");
        const std::string shorter = run(body({"sh", "-c", "exit 4"}), "short");
        MUST(c().start(id));
        const auto pid = (*c().inspect(id, false))["State"]["Pid"];
        m_engine = std::make_unique<Engine>(base());
        MUST(m_engine->networks.init());
        MUST(c().restore());
        const Json state = (*c().inspect("long", false))["State"];
        QVERIFY(state["Running"].get<bool>());
        QCOMPARE(state["Pid"], pid);
        QCOMPARE(waitFor(c(), id), 7);
        QCOMPARE((*c().inspect(shorter, false))["State"]["Status"].get<std::string>(), std::string("created"));
    }

    void startsFast()
    {
        QBENCHMARK {
            const std::string id = run(body({"true"}));
            MUST(c().start(id));
            waitFor(c(), id);
            MUST(c().remove(id, false, true));
        }
    }
};

QTEST_APPLESS_MAIN(ContainerRunTest)
#include "tst_container_run.moc"
