// SPDX-License-Identifier: GPL-3.0-or-later
#include <QApplication>
#include <QCommandLineParser>
#include <QDir>
#include <QStandardPaths>
#include <QTimer>

#include "bridge/engine_bridge.h"
#include "shell/main_window.h"
#include "shell/theme.h"

int main(int argc, char** argv)
{
    using namespace slipway;
    QApplication app(argc, argv);
    QApplication::setApplicationName(QStringLiteral("slipway"));
    QCommandLineParser parser;
    parser.addHelpOption();
    const QCommandLineOption socket(QStringLiteral("socket"), QStringLiteral("Use the engine at PATH."), QStringLiteral("PATH"));
    const QCommandLineOption root(QStringLiteral("root"), QStringLiteral("Data of the engine."), QStringLiteral("DIR"));
    const QCommandLineOption run(QStringLiteral("run"), QStringLiteral("Run folder of the engine."), QStringLiteral("DIR"));
    const QCommandLineOption themeOption(QStringLiteral("theme"), QStringLiteral("light, dark or system."),
                                         QStringLiteral("THEME"), QStringLiteral("system"));
    parser.addOptions({socket, root, run, themeOption});
    parser.process(app);
    const QString runDir = parser.isSet(run) ? parser.value(run)
                                             : QStandardPaths::writableLocation(QStandardPaths::RuntimeLocation) +
                                                   QStringLiteral("/slipway");
    const QString rootDir = parser.isSet(root) ? parser.value(root)
                                               : QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation) +
                                                     QStringLiteral("/slipway/engine"); // slipwayd's own default
    const QString path = parser.isSet(socket) ? parser.value(socket) : runDir + QStringLiteral("/slipway.sock");
    const QString mode = parser.value(themeOption);
    ui::theme::apply(mode == QLatin1StringView("dark")    ? ui::theme::Mode::Dark
                     : mode == QLatin1StringView("light") ? ui::theme::Mode::Light
                                                          : ui::theme::Mode::System);
    const auto client = makeHttpEngineClient(path.toStdString());
    ui::EngineBridge bridge(*client);
    const QDir bin(QApplication::applicationDirPath());
    if (!parser.isSet(socket)) {
        QDir().mkpath(runDir);
        bridge.setEngineProgram(bin.filePath(QStringLiteral("slipwayd")),
                                {QStringLiteral("--socket"), path, QStringLiteral("--root"), rootDir,
                                 QStringLiteral("--run"), runDir});
    }
    ui::MainWindow window(bridge, bin.filePath(QStringLiteral("../share/slipway/starter.tar")));
    window.show();
    QTimer::singleShot(0, &bridge, &ui::EngineBridge::start);
    return QApplication::exec();
}
