// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <QtTest>

#include "bridge/engine_bridge.h"
#include "fake_engine.h"

using namespace slipway;
using namespace slipway::ui;

// The window's connection: an engine that is not there is started, and one that cannot start is heard.
class TestBridge : public QObject
{
    Q_OBJECT

    QTemporaryDir m_dir;

    [[nodiscard]] QString path(const char* name) const { return m_dir.filePath(QLatin1StringView(name)); }

private slots:
    void theEngineIsStartedWhenNobodyAnswers()
    {
        const auto client = makeHttpEngineClient(path("s").toStdString());
        EngineBridge bridge(*client);
        bridge.setEngineProgram(QStringLiteral("/bin/touch"), {path("started")}, path("log"));
        bridge.start();
        QTRY_VERIFY(QFile::exists(path("started")));
    }

    void itsLastWordsAreRepeated()
    {
        const auto client = makeHttpEngineClient(path("s").toStdString());
        EngineBridge bridge(*client);
        const QString notAFolder = QStringLiteral("/dev/null/engine");
        bridge.setEngineProgram(QStringLiteral(SLIPWAY_BINARY_DIR "/bin/slipwayd"),
                                {QStringLiteral("--socket"), path("s"), QStringLiteral("--root"), notAFolder, QStringLiteral("--run"), path("run")},
                                path("log"));
        bridge.start();
        QTRY_COMPARE_WITH_TIMEOUT(bridge.state(), EngineBridge::State::Lost, 10000);
        QTRY_VERIFY2(bridge.problem().contains(notAFolder), qPrintable(bridge.problem()));
        QVERIFY2(!bridge.problem().contains(QStringLiteral("cannot start")), qPrintable(bridge.problem())); // the words alone
    }

    void aProgramThatIsNotThereIsNamed()
    {
        const auto client = makeHttpEngineClient(path("s").toStdString());
        EngineBridge bridge(*client);
        bridge.setEngineProgram(path("nothing"), {}, path("log"));
        bridge.start();
        QTRY_COMPARE(bridge.state(), EngineBridge::State::Lost);
        QVERIFY2(bridge.problem().contains(path("nothing")), qPrintable(bridge.problem()));
    }

    void whatItSaidIsForgottenWhenOneAnswers()
    {
        FakeClient client;
        client.systemPart.pingAnswer = fail(ErrorKind::Unavailable, "nobody listens");
        EngineBridge bridge(client);
        bridge.setEngineProgram(QStringLiteral("/bin/sh"), {QStringLiteral("-c"), QStringLiteral("echo no room >&2")}, path("log"));
        bridge.start();
        QTRY_COMPARE(bridge.problem(), QStringLiteral("no room"));
        client.systemPart.pingAnswer = Status();
        QTRY_COMPARE(bridge.state(), EngineBridge::State::Connected);
        QCOMPARE(bridge.problem(), QString());
    }
};

QTEST_MAIN(TestBridge)
#include "tst_bridge.moc"
