// SPDX-License-Identifier: GPL-3.0-or-later
// The window's half of ./dev bench typing: the Dockerfile editor with lint, outline, problems and gutter in a real window, and a
// bare QPlainTextEdit with the same highlighting, typed into by turns. Prints JSON lines; times are milliseconds.
//   typing_window FILE TEXT ROUNDS
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
#include <map>
#include <vector>

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

double at(std::vector<double> values, double share)
{
    std::ranges::sort(values);
    return values[std::min(values.size() - 1, std::size_t(double(values.size()) * share))];
}

// The same keys at the same places several times over. A processor that is shared with others makes any key slow now and then; one
// that is slow by itself is so in most rounds: "dearest" is the largest median of a key.
struct Times
{
    std::vector<double> used, clock, turn;
    std::map<int, std::vector<double>> keys, turns; // by their number
    void add(int key, double processor, double time, double longestTurn)
    {
        used.push_back(processor);
        clock.push_back(time);
        turn.push_back(longestTurn);
        keys[key].push_back(processor);
        turns[key].push_back(longestTurn);
    }
    static std::pair<int, double> dearest(const std::map<int, std::vector<double>>& all)
    {
        std::pair<int, double> found{-1, 0};
        for (const auto& [key, values] : all)
            if (const double median = at(values, 0.5); median > found.second)
                found = {key, median};
        return found;
    }
    void tell(const char* name, const QString& text) const
    {
        for (const auto& [what, all] : {std::pair{"key", &keys}, {"turn", &turns}}) {
            std::vector<std::pair<double, int>> medians;
            for (const auto& [key, values] : *all)
                medians.emplace_back(at(values, 0.5), key);
            std::ranges::sort(medians, std::greater());
            for (std::size_t i = 0; i < std::min<std::size_t>(medians.size(), 12); ++i)
                std::fprintf(stderr, "%s %s %d/%d '%c' %.1f ms\n", name, what, medians[i].second / int(text.size()), medians[i].second % int(text.size()),
                             text[medians[i].second % text.size()].toLatin1(), medians[i].first);
        }
    }
    void print(const char* name) const
    {
        const auto [key, dearestKey] = dearest(keys);
        std::printf("{\"name\":\"%s\",\"keys\":%zu,\"cpu_p50\":%.2f,\"cpu_p99\":%.2f,\"cpu_max\":%.2f,\"dearest\":%.2f,\"which\":%d,\"clock_p50\":%.2f,"
                    "\"clock_p99\":%.2f,\"worst_turn\":%.2f,\"dearest_turn\":%.2f}\n",
                    name, used.size(), at(used, 0.5), at(used, 0.99), at(used, 1), dearestKey, key, at(clock, 0.5), at(clock, 0.99), at(turn, 1), dearest(turns).second);
    }
};

// A key, from its arrival until what it changed is painted; then what follows of it (lint, outline) for as long as a quick typist
// leaves, and every tenth time (NTH) until the analysis is shown.
void press(Application& application, QPlainTextEdit& editor, QChar c, Times& times, int nth, int number)
{
    const int key = c == QLatin1Char('\n') ? int(Qt::Key_Return) : c == QLatin1Char('\b') ? int(Qt::Key_Backspace) : int(c.toUpper().unicode());
    QElapsedTimer clock;
    clock.start();
    const double cpu = cpuMs();
    QKeyEvent down(QEvent::KeyPress, key, Qt::NoModifier, c.isPrint() ? QString(c) : QString()), up(QEvent::KeyRelease, key, Qt::NoModifier);
    QApplication::sendEvent(&editor, &down);
    QApplication::sendEvent(&editor, &up);
    QApplication::processEvents();
    const double used = cpuMs() - cpu, time = double(clock.nsecsElapsed()) / 1e6;
    application.worst = 0;
    settle(nth % 10 == 9 ? 250 : 25);
    times.add(number, used, time, application.worst);
}

void back(QPlainTextEdit& editor, int from)
{
    QTextCursor typed = editor.textCursor();
    typed.setPosition(from, QTextCursor::KeepAnchor);
    typed.removeSelectedText();
    editor.setTextCursor(typed);
}
} // namespace

int main(int count, char** arguments)
{
    Application application(count, arguments);
    if (count < 4)
        return 2;
    const int rounds = QString::fromLocal8Bit(arguments[3]).toInt();
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
    const std::vector places{3, lines / 2, lines - 3};
    for (int round = 0; round < rounds; ++round) {
        for (int place = 0; place < int(places.size()); ++place) {
            view.editor().goTo(places[std::size_t(place)]);
            QTextCursor there(bare.document()->findBlockByNumber(places[std::size_t(place)]));
            bare.setTextCursor(there);
            bare.centerCursor();
            settle(250);
            const int from = there.position();
            for (int i = 0; i < text.size(); ++i) {
                const int number = place * int(text.size()) + i;
                press(application, view.editor(), text[i], ours, i, number);
                press(application, bare, text[i], theirs, i, number);
            }
            if (view.editor().toPlainText() != bare.toPlainText())
                return std::fprintf(stderr, "the two texts differ\n"), 4;
            back(view.editor(), from);
            back(bare, from);
        }
    }
    std::printf("{\"lines\":%d,\"problems\":%d}\n", lines, view.editor().problemCount());
    if (qEnvironmentVariableIsSet("SLIPWAY_TELL"))
        ours.tell("editor", text);
    ours.print("editor");
    theirs.print("bare");
    return 0;
}
