// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>

#include "build/image_state.h"

using namespace slipway;
using namespace slipway::build;

// What the instructions without files make of an image. Expectations are dockerd 26's own (its BuildKit's words for history).
class TestImageState : public QObject
{
    Q_OBJECT

    // The configuration after LINES on top of scratch, and their history, or the first error.
    static QString apply(ImageState& state, const QByteArray& lines)
    {
        const auto file = dockerfile::parse("FROM scratch\n" + lines.toStdString());
        if (file.firstError())
            return QString::fromStdString(file.firstError()->message);
        QString history;
        for (const auto& instruction : file.stages.at(0).instructions) {
            const auto applied = applyMetadata(state, instruction);
            if (!applied)
                return "makes files";
            if (!*applied)
                return QString::fromStdString(applied->error().message);
            history += QString::fromStdString(**applied) + '\n';
        }
        return history;
    }
    static QByteArray member(const ImageState& state, const char* name)
    {
        const auto found = state.config.find(name);
        return found == state.config.end() ? "absent" : QByteArray::fromStdString(dumpJson(*found));
    }

private slots:
    void instructions_data()
    {
        QTest::addColumn<QByteArray>("lines");
        QTest::addColumn<QByteArray>("key");
        QTest::addColumn<QByteArray>("value");
        QTest::addColumn<QByteArray>("history");
        const auto row = [](const char* lines, const char* key, const char* value, const char* history) {
            QTest::newRow(lines) << QByteArray(lines) << QByteArray(key) << QByteArray(value) << QByteArray(history);
        };
        row("CMD echo x", "Cmd", R"(["/bin/sh","-c","echo x"])", R"(CMD ["/bin/sh" "-c" "echo x"])");
        row("CMD [\"made\"]", "Cmd", R"(["made"])", R"(CMD ["made"])");
        row("ENTRYPOINT [\"cat\"]", "Entrypoint", R"(["cat"])", R"(ENTRYPOINT ["cat"])");
        row("ENTRYPOINT []", "Entrypoint", "null", "ENTRYPOINT []");
        row("EXPOSE 90/UDP 80 80/tcp", "ExposedPorts", R"({"80/tcp":{},"90/udp":{}})", "EXPOSE map[80/tcp:{} 90/udp:{}]");
        row("EXPOSE 8000-8002", "ExposedPorts", R"({"8000/tcp":{},"8001/tcp":{},"8002/tcp":{}})", "EXPOSE map[8000/tcp:{} 8001/tcp:{} 8002/tcp:{}]");
        row("LABEL a=b c=d", "Labels", R"({"a":"b","c":"d"})", "LABEL a=b c=d");
        row("VOLUME [\"/data\", \"/data2\"]", "Volumes", R"({"/data":{},"/data2":{}})", "VOLUME [/data /data2]");
        row("USER nobody", "User", R"("nobody")", "USER nobody");
        row("STOPSIGNAL SIGTERM", "StopSignal", R"("SIGTERM")", "STOPSIGNAL SIGTERM");
        row("STOPSIGNAL 9", "StopSignal", R"("9")", "STOPSIGNAL 9");
        row("SHELL [\"/bin/sh\", \"-ec\"]", "Shell", R"(["/bin/sh","-ec"])", "SHELL [/bin/sh -ec]");
        row("ONBUILD RUN echo hi", "OnBuild", R"(["RUN echo hi"])", "");
        row("HEALTHCHECK --interval=5s --retries=3 CMD true", "Healthcheck", R"({"Test":["CMD-SHELL","true"],"Interval":5000000000,"Retries":3})", "HEALTHCHECK &{[\"CMD-SHELL\" \"true\"] \"5s\" \"0s\" \"0s\" \"0s\" '\\x03'}");
        row("HEALTHCHECK --interval=1m30s --timeout=1500ms --retries=40 CMD true", "Healthcheck", R"({"Test":["CMD-SHELL","true"],"Interval":90000000000,"Timeout":1500000000,"Retries":40})",
            "HEALTHCHECK &{[\"CMD-SHELL\" \"true\"] \"1m30s\" \"1.5s\" \"0s\" \"0s\" '('}");
        row("HEALTHCHECK NONE", "Healthcheck", R"({"Test":["NONE"]})", "HEALTHCHECK &{[\"NONE\"] \"0s\" \"0s\" \"0s\" \"0s\" '\\x00'}");
        row("ENV A=1 B=2", "Env", R"(["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin","A=1","B=2"])", "ENV A=1 B=2");
    }
    void instructions()
    {
        QFETCH(QByteArray, lines);
        QFETCH(QByteArray, key);
        QFETCH(QByteArray, value);
        QFETCH(QByteArray, history);
        ImageState state = ImageState::scratch("linux/amd64");
        QCOMPARE(apply(state, lines), QString(history + '\n'));
        const auto expected = parseJson(value.toStdString());
        QVERIFY2(state.config[key.toStdString()] == *expected, member(state, key).constData());
    }

    void anEntrypointTakesTheBaseImagesCommandAway()
    {
        ImageState state = ImageState::from(R"({"architecture":"amd64","os":"linux","config":{"Cmd":["base"]},"rootfs":{"type":"layers","diff_ids":[]}})").value();
        ImageState other = state;
        apply(state, "ENTRYPOINT [\"e\"]");
        QCOMPARE(member(state, "Cmd"), QByteArray("absent"));
        apply(other, "CMD [\"own\"]\nENTRYPOINT [\"e\"]");
        QCOMPARE(member(other, "Cmd"), QByteArray("[\"own\"]"));
    }

    void commandsUseTheShellOfTheStage()
    {
        ImageState state = ImageState::scratch("linux/amd64");
        apply(state, "SHELL [\"/bin/ash\", \"-x\"]\nCMD hello");
        QCOMPARE(member(state, "Cmd"), QByteArray(R"(["/bin/ash","-x","hello"])"));
    }

    void refusals()
    {
        ImageState state = ImageState::scratch("linux/amd64");
        QCOMPARE(apply(state, "STOPSIGNAL nope"), QString("invalid signal: nope"));
        QCOMPARE(apply(state, "EXPOSE foo"), QString("invalid containerPort: foo"));
        QVERIFY(apply(state, "EXPOSE 1/icmp").contains("invalid proto"));
    }

    void anImageStaysItselfUntilSomethingIsAdded()
    {
        const std::string document = R"({"architecture":"arm64","os":"linux","variant":"v8","author":"me","created":"2026-01-02T03:04:05Z","config":{"Hostname":"x","Env":["A=1"]},"history":[{"created":"2026-01-02T03:04:05Z"}],"rootfs":{"type":"layers","diff_ids":[]}})";
        ImageState state = ImageState::from(document).value();
        QCOMPARE(state.id(), Digest::of(document));
        QVERIFY(!state.config.contains("Hostname")); // of a container, not of the image
        state.record("ENV B=2", parseRfc3339("2026-02-03T04:05:06.7Z").value(), {});
        QVERIFY(state.id() != Digest::of(document));
        QCOMPARE(state.id(), Digest::of(state.document()));
        const Json made = parseJson(state.document()).value();
        QCOMPARE(jsonValue<std::string>(made, "created"), std::string("2026-02-03T04:05:06.7Z"));
        QCOMPARE(jsonValue<std::string>(made, "variant"), std::string("v8"));
        QCOMPARE(jsonMember(made, "history").size(), 2u);
        QVERIFY(jsonValue<bool>(made["history"][1], "empty_layer"));
        QVERIFY(!ImageState::from("no json").has_value());
        QVERIFY(!ImageState::from(R"({"rootfs":{"diff_ids":["sha256:../../etc"]}})").has_value());
    }

    void folders()
    {
        QCOMPARE(joinWorkdir("/", "a"), std::string("/a"));
        QCOMPARE(joinWorkdir("/a", "b/../c/"), std::string("/a/c"));
        QCOMPARE(joinWorkdir("/a", "/b"), std::string("/b"));
        QCOMPARE(joinWorkdir("/a", "../../.."), std::string("/"));
        QCOMPARE(joinWorkdir("", "."), std::string("/"));
    }

    void keysDoNotRunIntoEachOther()
    {
        QVERIFY(keyOf({"ab", "c"}) != keyOf({"a", "bc"}));
        QVERIFY(keyOf({"a", ""}) != keyOf({"a"}));
        QCOMPARE(keyOf({"a", "b"}), keyOf({"a", "b"}));
    }

    void platforms()
    {
        ImageState state = ImageState::scratch("linux/arm64");
        state.variant = "v8";
        QVERIFY(state.isFor("linux/arm64") && state.isFor("linux/arm64/v8"));
        QVERIFY(!state.isFor("linux/arm64/v7") && !state.isFor("linux/arm") && !state.isFor("linux/amd64") && !state.isFor("windows/arm64"));
        state.variant.clear(); // does not say: it may be
        QVERIFY(state.isFor("linux/arm64/v7"));
    }
};

QTEST_APPLESS_MAIN(TestImageState)
#include "tst_image_state.moc"
