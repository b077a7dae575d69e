// SPDX-License-Identifier: GPL-3.0-or-later
#include <unistd.h>

#include <QApplication>
#include <QCommandLineParser>
#include <QCoreApplication>
#include <QDir>
#include <QStandardPaths>
#include <QTimer>

#include "bridge/engine_bridge.h"
#include "first_paint.h"
#include "shell/main_window.h"
#include "shell/theme.h"

namespace
{
struct Texts
{
    Q_DECLARE_TR_FUNCTIONS(Options)
};

// slipwayd's own defaults: root's are the machine's.
QString folder(const QCommandLineParser& parser, const QCommandLineOption& option, QStandardPaths::StandardLocation usual,
               const char* name, const char* ofRoot)
{
    if (parser.isSet(option))
        return parser.value(option);
    return ::geteuid() == 0 ? QString::fromLatin1(ofRoot) : QStandardPaths::writableLocation(usual) + QLatin1StringView(name);
}
} // namespace

int main(int argc, char** argv)
{
    using namespace slipway;
    const double startMs = bootMs();
    QApplication app(argc, argv);
    QApplication::setApplicationName(QStringLiteral("slipway"));
    QApplication::setOrganizationName(QStringLiteral("slipway"));
    QApplication::setApplicationDisplayName(QStringLiteral("Slipway"));
    QApplication::setDesktopFileName(QStringLiteral("org.slipway.Slipway"));
    QCommandLineParser parser;
    parser.addHelpOption();
    const QCommandLineOption socket(QStringLiteral("socket"), Texts::tr("Use the engine at PATH."), QStringLiteral("PATH"));
    const QCommandLineOption root(QStringLiteral("root"), Texts::tr("Data of the engine."), QStringLiteral("DIR"));
    const QCommandLineOption run(QStringLiteral("run"), Texts::tr("Run folder of the engine."), QStringLiteral("DIR"));
    const QCommandLineOption themeOption(QStringLiteral("theme"), Texts::tr("light, dark or system; this time only."),
                                         QStringLiteral("THEME"));
    const QCommandLineOption bench(QStringLiteral("bench-first-paint"),
                                   Texts::tr("Print the milliseconds until the window is painted, and quit."));
    parser.addPositionalArgument(QStringLiteral("dockerfile"), Texts::tr("Dockerfiles (or folders with one) to open."), QStringLiteral("[DOCKERFILE…]"));
    parser.addOptions({socket, root, run, themeOption, bench});
    parser.process(app);
    const QString runDir = folder(parser, run, QStandardPaths::RuntimeLocation, "/slipway", "/run/slipway");
    const QString rootDir = folder(parser, root, QStandardPaths::GenericDataLocation, "/slipway/engine", "/var/lib/slipway");
    const QString path = parser.isSet(socket) ? parser.value(socket) : runDir + QStringLiteral("/slipway.sock");
    ui::theme::apply(parser.isSet(themeOption) ? ui::theme::modeOf(parser.value(themeOption)) : ui::theme::chosen());
    const auto client = makeHttpEngineClient(path.toStdString());
    ui::EngineBridge bridge(*client);
    bridge.setAddress(QStringLiteral("unix://") + path);
    const QDir bin(QApplication::applicationDirPath());
    if (!parser.isSet(socket)) {
        QDir().mkpath(runDir);
        const QString logs = QStandardPaths::writableLocation(QStandardPaths::GenericStateLocation) + QStringLiteral("/slipway");
        QDir().mkpath(logs);
        bridge.setEngineProgram(bin.filePath(QStringLiteral("slipwayd")),
                                {QStringLiteral("--socket"), path, QStringLiteral("--root"), rootDir,
                                 QStringLiteral("--run"), runDir},
                                logs + QStringLiteral("/slipwayd.log"));
    }
    ui::MainWindow window(bridge, bin.filePath(QStringLiteral("../share/slipway/starter.tar")));
    if (parser.isSet(bench))
        printFirstPaint(startMs);
    for (const QString& file : parser.positionalArguments())
        window.openDockerfile(file);
    QTimer::singleShot(0, &bridge, &ui::EngineBridge::start);
    window.show();
    return QApplication::exec();
}
