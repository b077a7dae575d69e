// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractItemModelTester>
#include <QApplication>
#include <QDir>
#include <QTableView>
#include <QtTest>

#include "bridge/engine_bridge.h"
#include "models/container_model.h"
#include "run/run_spec.h"
#include "shell/main_window.h"
#include "shell/object_names.h"
#include "shell/theme.h"

using namespace slipway;
using namespace slipway::ui;

namespace
{
dockerapi::ContainerSummary sample(const std::string& id, const std::string& state)
{
    dockerapi::ContainerSummary row;
    row.id = id;
    row.name = "web-" + id;
    row.image = "slipway/starter:latest";
    row.state = state;
    row.status = state == "running" ? "Up 3 minutes" : "Exited (0) 5 minutes ago";
    row.created = 1'790'000'000;
    row.ports.push_back({"127.0.0.1", 80, 8080, "tcp"});
    return row;
}
} // namespace

class TestMainWindow : public QObject
{
    Q_OBJECT

private slots:
    void modelKeepsRowsById()
    {
        const auto client = makeHttpEngineClient("/nonexistent.sock");
        EngineBridge bridge(*client);
        ContainerModel model(bridge);
        const QAbstractItemModelTester tester(&model);
        model.setRows({sample("a", "running"), sample("b", "exited")});
        const QPersistentModelIndex b = model.index(1, 0);
        model.setRows({sample("b", "running"), sample("c", "exited")});
        QCOMPARE(model.rowCount(), 2);
        QCOMPARE(b.data(ContainerModel::IdRole).toString(), QStringLiteral("b"));
        QCOMPARE(b.data(ContainerModel::StateRole).toString(), QStringLiteral("running"));
    }

    void runSpecSaysWhatItCreates()
    {
        RunSpec spec;
        spec.image = QStringLiteral("nginx");
        spec.ports = {QStringLiteral("127.0.0.1:8080:80")};
        spec.environment = {QStringLiteral("A=two words")};
        QCOMPARE(spec.commandLine(), QStringLiteral("docker run -d -p 127.0.0.1:8080:80 -e 'A=two words' nginx"));
        const Json body = spec.body();
        QVERIFY(body["ExposedPorts"].contains("80/tcp"));
        QCOMPARE(body["HostConfig"]["PortBindings"]["80/tcp"][0]["HostIp"].get<std::string>(), std::string("127.0.0.1"));
        QCOMPARE(body["HostConfig"]["PortBindings"]["80/tcp"][0]["HostPort"].get<std::string>(), std::string("8080"));
    }

    void withoutAnEngineItSaysSo()
    {
        const auto client = makeHttpEngineClient("/nonexistent.sock");
        EngineBridge bridge(*client);
        MainWindow window(bridge, QStringLiteral("/nonexistent.tar"));
        bridge.start();
        QTRY_COMPARE_WITH_TIMEOUT(bridge.state(), EngineBridge::State::Lost, 5000);
        QVERIFY(!window.findChild<QWidget*>(QLatin1StringView(names::startStarterButton))->isEnabled());
    }

    void pictures()
    {
        const auto client = makeHttpEngineClient("/nonexistent.sock");
        EngineBridge bridge(*client);
        for (const auto mode : {theme::Mode::Light, theme::Mode::Dark}) {
            theme::apply(mode);
            MainWindow window(bridge, QString());
            window.show();
            const QString suffix = mode == theme::Mode::Dark ? QStringLiteral("dark") : QStringLiteral("light");
            const QDir dir(QStringLiteral(SLIPWAY_BINARY_DIR));
            QVERIFY(window.grab().save(dir.filePath(QStringLiteral("welcome-%1.png").arg(suffix))));
            window.findChild<ContainerModel*>()->setRows({sample("a", "running"), sample("b", "exited")});
            auto* view = window.findChild<QTableView*>(QLatin1StringView(names::containersView));
            QVERIFY(view->isVisible());
            view->selectRow(0);
            QCoreApplication::processEvents();
            QVERIFY(window.grab().save(dir.filePath(QStringLiteral("containers-%1.png").arg(suffix))));
        }
    }
};

QTEST_MAIN(TestMainWindow)
#include "tst_main_window.moc"
