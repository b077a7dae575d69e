// SPDX-License-Identifier: GPL-3.0-or-later
// The window's half of ./dev bench typing: the Dockerfile editor with lint, outline, problems and gutter in a real window, and a
// bare QPlainTextEdit with the same highlighting, typed into by turns. Prints JSON lines; times are milliseconds.
//   typing_window FILE TEXT
#include <KSyntaxHighlighting/Definition>
#include <KSyntaxHighlighting/Repository>
#include <KSyntaxHighlighting/SyntaxHighlighter>
#include <KSyntaxHighlighting/Theme>

#include <QApplication>
#include <QElapsedTimer>
#include <QFile>
#include <QKeyEvent>
#include <QPlainTextEdit>
#include <QTextBlock>

#include <algorithm>
#include <cstdio>

#include "../ui/fake_engine.h"
#include "thread_clock.h"
#include "dockerfile/code_editor.h"
#include "dockerfile/dockerfile_view.h"
#include "jobs/jobs.h"
#include "shell/theme.h"

using namespace slipway;
using namespace slipway::ui;

namespace
{

// The longest that one turn of the event loop kept the GUI thread.
class Application : public QApplication
{
public:
    using QApplication::QApplication;
    double worst = 0;
    bool notify(QObject* receiver, QEvent* event) override
    {
        if (m_depth++ > 0) {
            const bool done = QApplication::notify(receiver, event);
            --m_depth;
            return done;
        }
        const double began = cpuMs();
        const bool done = QApplication::notify(receiver, event);
        --m_depth;
        worst = std::max(worst, cpuMs() - began);
        return done;
    }

private:
    int m_depth = 0;
};

void settle(int ms)
{
    QElapsedTimer clock;
    for (clock.start(); clock.elapsed() < ms;)
        QApplication::processEvents(QEventLoop::AllEvents | QEventLoop::WaitForMoreEvents, 5);
}

struct Times
{
    std::vector<double> used, clock;
    double worst = 0;
    void print(const char* name)
    {
        std::ranges::sort(used);
        std::ranges::sort(clock);
        const auto at = [](const std::vector<double>& values, double share) { return values[std::min(values.size() - 1, std::size_t(double(values.size()) * share))]; };
        std::printf("{\"name\":\"%s\",\"keys\":%zu,\"cpu_p50\":%.2f,\"cpu_p99\":%.2f,\"cpu_max\":%.2f,\"clock_p50\":%.2f,\"clock_p99\":%.2f,\"worst_turn\":%.2f}\n", name,
                    used.size(), at(used, 0.5), at(used, 0.99), used.back(), at(clock, 0.5), at(clock, 0.99), worst);
    }
};

// A key, from its arrival until what it changed is painted; then what follows of it (lint, outline) for as long as a quick typist
// leaves, and every tenth time until the analysis is shown.
void press(Application& application, QPlainTextEdit& editor, QChar c, Times& times, int nth)
{
    const int key = c == QLatin1Char('\n') ? int(Qt::Key_Return) : c == QLatin1Char('\b') ? int(Qt::Key_Backspace) : int(c.toUpper().unicode());
    QElapsedTimer clock;
    clock.start();
    const double cpu = cpuMs();
    QKeyEvent down(QEvent::KeyPress, key, Qt::NoModifier, c.isPrint() ? QString(c) : QString()), up(QEvent::KeyRelease, key, Qt::NoModifier);
    QApplication::sendEvent(&editor, &down);
    QApplication::sendEvent(&editor, &up);
    QApplication::processEvents();
    times.used.push_back(cpuMs() - cpu);
    times.clock.push_back(double(clock.nsecsElapsed()) / 1e6);
    if (qEnvironmentVariableIsSet("SLIPWAY_TELL") && times.used.back() > 8)
        std::fprintf(stderr, "%s: key %d '%c' %.1f ms\n", editor.objectName().toUtf8().constData(), nth, c.toLatin1(), times.used.back());
    application.worst = 0;
    settle(nth % 10 == 9 ? 400 : 60);
    times.worst = std::max(times.worst, application.worst);
}
} // namespace

int main(int count, char** arguments)
{
    Application application(count, arguments);
    if (count < 3)
        return 2;
    QCoreApplication::setOrganizationName(QStringLiteral("slipway-bench"));
    theme::apply(theme::Mode::Light);
    FakeClient client;
    client.systemPart.pingAnswer = Status();
    EngineBridge bridge(client);
    bridge.start();
    Jobs jobs;
    DockerfileView view(bridge, jobs);
    view.resize(1400, 900);
    if (!view.open(QString::fromLocal8Bit(arguments[1])))
        return 3;
    QPlainTextEdit bare;
    bare.resize(1000, 700);
    bare.setFont(view.editor().font());
    bare.setLineWrapMode(QPlainTextEdit::NoWrap);
    KSyntaxHighlighting::Repository repository;
    KSyntaxHighlighting::SyntaxHighlighter highlighter(bare.document());
    highlighter.setTheme(repository.defaultTheme(KSyntaxHighlighting::Repository::LightTheme));
    highlighter.setDefinition(repository.definitionForName(QStringLiteral("Dockerfile")));
    bare.setPlainText(view.editor().toPlainText());
    bare.show();
    view.show();
    settle(2000);

    const QString text = QString::fromLocal8Bit(arguments[2]).replace(QLatin1StringView("\\n"), QLatin1StringView("\n")).replace(QLatin1StringView("\\b"), QLatin1StringView("\b"));
    const int lines = view.editor().blockCount();
    Times ours, theirs;
    for (const int line : {3, lines / 2, lines - 3}) {
        view.editor().goTo(line);
        QTextCursor there(bare.document()->findBlockByNumber(line));
        bare.setTextCursor(there);
        bare.centerCursor();
        settle(200);
        for (int i = 0; i < text.size(); ++i) {
            press(application, view.editor(), text[i], ours, i);
            press(application, bare, text[i], theirs, i);
        }
    }
    std::printf("{\"lines\":%d,\"problems\":%d}\n", lines, view.editor().problemCount());
    ours.print("editor");
    theirs.print("bare");
    return view.editor().toPlainText() == bare.toPlainText() ? 0 : (std::fprintf(stderr, "the two texts differ\n"), 4);
}
