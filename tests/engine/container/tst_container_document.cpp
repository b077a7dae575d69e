// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>

#include "base/ids.h"
#include "container/container_document.h"
#include "container/container_record.h"
#include "container/human.h"
#include "container/mount_points.h"
#include "container/spec_builder.h"

using namespace slipway;
using namespace std::chrono_literals;

namespace
{

Image busybox()
{
    Image image;
    image.config.env = {"PATH=/bin", "A=image"};
    image.config.cmd = {"sh"};
    image.config.exposedPorts = {"80/tcp"};
    image.config.volumes = {"/data"};
    image.config.labels = {{"from", "image"}};
    return image;
}

Result<Json> document(const Json& body)
{
    return makeDocument({.id = std::string(64, 'a'), .name = "x", .body = body, .image = busybox(), .dir = "/c/a"});
}

std::string failure(const Json& body)
{
    const auto made = document(body);
    return made ? "" : made.error().message;
}

Result<std::vector<Json>> mounts(const Json& host)
{
    return planMounts(Json::object(), host, busybox().config,
                      [](const std::string&) -> Result<std::vector<Json>> { return std::vector<Json>(); });
}

std::string mountFailure(const Json& host)
{
    const auto made = mounts(host);
    return made ? "" : made.error().message;
}

} // namespace

class ContainerDocumentTest : public QObject
{
    Q_OBJECT
private slots:
    void mergesWithTheImage()
    {
        const auto doc = document({{"Image", "busybox"}, {"Env", {"A=own", "B=1"}}, {"Labels", {{"l", "1"}}}});
        QVERIFY2(doc.has_value(), doc ? "" : doc.error().message.c_str());
        const Json& config = documentConfig(*doc);
        QCOMPARE(config["Env"].dump(), R"(["A=own","B=1","PATH=/bin"])");
        QCOMPARE((*doc)["Path"].get<std::string>(), std::string("sh"));
        QCOMPARE(config["Labels"].dump(), R"({"from":"image","l":"1"})");
        QCOMPARE(config["Hostname"].get<std::string>(), std::string(12, 'a'));
        QVERIFY(config["ExposedPorts"].contains("80/tcp"));
        QCOMPARE(documentHost(*doc)["NetworkMode"].get<std::string>(), std::string("bridge"));
    }

    void commandAndEntrypoint_data()
    {
        QTest::addColumn<QString>("body");
        QTest::addColumn<QString>("command");
        QTest::newRow("image") << "{}" << R"(["sh"])";
        QTest::newRow("cmd") << R"({"Cmd":["ls","/"]})" << R"(["ls","/"])";
        QTest::newRow("cmd as a string") << R"({"Cmd":"ls"})" << R"(["ls"])";
        QTest::newRow("entrypoint drops the image's cmd") << R"({"Entrypoint":["env"]})" << R"(["env"])";
        QTest::newRow("both") << R"({"Entrypoint":["env"],"Cmd":["x"]})" << R"(["env","x"])";
        QTest::newRow("entrypoint reset") << R"({"Entrypoint":[""],"Cmd":["x"]})" << R"(["x"])";
    }
    void commandAndEntrypoint()
    {
        QFETCH(QString, body);
        QFETCH(QString, command);
        const auto doc = document(*parseJson(body.toStdString()));
        QVERIFY(doc.has_value());
        Json all = Json::array({(*doc)["Path"]});
        for (const Json& argument : (*doc)["Args"])
            all.push_back(argument);
        QCOMPARE(QString::fromStdString(all.dump()), command);
    }

    void refuses()
    {
        QCOMPARE(failure({{"WorkingDir", "x"}}),
                 std::string("the working directory 'x' is invalid, it needs to be an absolute path"));
        QCOMPARE(failure({{"HostConfig", {{"Memory", 1}}}}), std::string("Minimum memory limit allowed is 6MB"));
        QCOMPARE(failure({{"StopSignal", "NOPE"}}), std::string("invalid signal: NOPE"));
        QCOMPARE(failure({{"HostConfig", {{"AutoRemove", true}, {"RestartPolicy", {{"Name", "always"}}}}}}),
                 std::string("can't create 'AutoRemove' container with restart policy"));
        QVERIFY(!failure({{"HostConfig", {{"PortBindings", {{"99999/tcp", Json::array()}}}}}}).empty());
        QVERIFY(!failure(Json::array()).empty());
        QVERIFY(!failure({{"HostConfig", {{"LogConfig", {{"Type", "splunk"}}}}}}).empty());
    }

    void plansMounts()
    {
        const auto made = mounts({{"Binds", {"/tmp:/t:ro,z", "vol:/v"}}});
        QVERIFY(made.has_value());
        QCOMPARE(made->size(), 3u); // and the image's /data
        QCOMPARE((*made)[0]["RW"].get<bool>(), false);
        QCOMPARE((*made)[0]["Type"].get<std::string>(), std::string("bind"));
        QCOMPARE((*made)[1]["Name"].get<std::string>(), std::string("vol"));
        QCOMPARE((*made)[2]["_anonymous"].get<bool>(), true);
        QVERIFY(!publicMounts(Json(*made))[2].contains("_anonymous"));
    }

    void refusesMounts()
    {
        QCOMPARE(mountFailure({{"Mounts", {{{"Type", "bind"}, {"Source", "/x/y/z"}, {"Target", "/t"}}}}}),
                 std::string("invalid mount config for type \"bind\": bind source path does not exist: /x/y/z"));
        QCOMPARE(mountFailure({{"Binds", {"/tmp:/t", "/var:/t"}}}), std::string("Duplicate mount point: /t"));
        QCOMPARE(mountFailure({{"Binds", {"/tmp:/t:bogus"}}}), std::string("invalid mode: bogus"));
        QVERIFY(!mountFailure({{"Binds", {"/tmp:t"}}}).empty());
        QVERIFY(!mountFailure({{"Binds", {"a:b:c:d"}}}).empty());
    }

    void environmentOfTheProcess()
    {
        const auto doc = document({{"Env", {"B=1", "HOME=/h", "A"}}});
        const auto env = makeEnv(*doc, true, "/root");
        QCOMPARE(Json(env).dump(), std::string(R"(["PATH=/bin","HOSTNAME=aaaaaaaaaaaa","TERM=xterm","B=1","HOME=/h"])"));
    }

    void bindsPorts()
    {
        const auto doc = document({{"HostConfig",
                                    {{"PortBindings", {{"8080/udp", {{{"HostIp", "127.0.0.1"}, {"HostPort", "53"}}}}}},
                                     {"PublishAllPorts", true}}}});
        const auto ports = portBindings(*doc);
        QCOMPARE(ports.size(), 2u);
        QCOMPARE(ports[0].protocol, std::string("udp"));
        QCOMPARE(ports[0].hostPort, 53);
        QCOMPARE(ports[1].containerPort, 80);
    }

    void statusTexts()
    {
        QCOMPARE(humanDuration(300ms), std::string("Less than a second"));
        QCOMPARE(humanDuration(1s), std::string("1 second"));
        QCOMPARE(humanDuration(59s), std::string("59 seconds"));
        QCOMPARE(humanDuration(90s), std::string("About a minute"));
        QCOMPARE(humanDuration(45min), std::string("45 minutes"));
        QCOMPARE(humanDuration(61min), std::string("About an hour"));
        QCOMPARE(humanDuration(47h), std::string("47 hours"));
        QCOMPARE(humanDuration(72h), std::string("3 days"));
        ContainerState state;
        QCOMPARE(statusText(state, now()), std::string("Created"));
        state.startedAt = now() - 10s;
        state.finishedAt = now() - 5s;
        state.exitCode = 3;
        QCOMPARE(statusText(state, now()), std::string("Exited (3) 5 seconds ago"));
        state.running = state.paused = true;
        QCOMPARE(statusText(state, now()), std::string("Up 10 seconds (Paused)"));
        const ContainerState again = stateFromJson(stateToJson(state));
        QCOMPARE(again.exitCode, 3);
        QCOMPARE(again.startedAt, state.startedAt);
    }

    void signals_()
    {
        QCOMPARE(parseSignal("KILL").value(), 9);
        QCOMPARE(parseSignal("sigterm").value(), 15);
        QCOMPARE(parseSignal("RTMIN+3").value(), 37);
        QCOMPARE(parseSignal("9").value(), 9);
        QVERIFY(!parseSignal("65"));
        QVERIFY(!parseSignal(""));
    }
};

QTEST_APPLESS_MAIN(ContainerDocumentTest)
#include "tst_container_document.moc"
