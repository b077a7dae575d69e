// SPDX-License-Identifier: GPL-3.0-or-later
// The window's half of ./dev bench logview: a LogView in a real window, over a real engine. Prints JSON lines.
//   log_window view SOCKET ID        open, jump, scroll, search, and what memory that took
//   log_window follow SOCKET ID ROWS until it has that many rows; the worst pause of the window meanwhile
#include <QApplication>
#include <QElapsedTimer>
#include <QFile>
#include <QLineEdit>
#include <QScrollBar>
#include <QTimer>
#include <QToolButton>
#include <QWheelEvent>

#include <algorithm>
#include <cstdio>
#include <random>
#include <unistd.h>

#include "thread_clock.h"
#include "logs/find_bar.h"
#include "logs/log_view.h"

using namespace slipway;
using namespace slipway::ui;

namespace
{

double megabytes()
{
    QFile file(QStringLiteral("/proc/self/statm"));
    return file.open(QIODevice::ReadOnly) ? file.readAll().split(' ').value(1).toDouble() * double(::sysconf(_SC_PAGESIZE)) / 1e6 : 0;
}

// The longest time in which the window could not have answered, and the most of the processor's time that it took in one turn: a
// long turn with little of it waited for a processor.
class Stalls
{
public:
    Stalls()
    {
        m_timer.setInterval(1);
        m_timer.setTimerType(Qt::PreciseTimer);
        QObject::connect(&m_timer, &QTimer::timeout, [this] { take(); });
        m_clock.start();
        m_timer.start();
    }
    void forget()
    {
        m_clock.restart();
        m_cpu = cpuMs();
        m_worst = m_worstCpu = 0;
    }
    void take()
    {
        const double cpu = cpuMs();
        m_worst = std::max(m_worst, double(m_clock.nsecsElapsed()) / 1e6);
        m_worstCpu = std::max(m_worstCpu, cpu - m_cpu);
        m_clock.restart();
        m_cpu = cpu;
    }
    double worst() const { return m_worst; }
    double worstCpu() const { return m_worstCpu; }

private:
    QTimer m_timer;
    QElapsedTimer m_clock;
    double m_cpu = cpuMs(), m_worst = 0, m_worstCpu = 0;
};

template <class Condition>
double until(Condition condition, int timeoutMs = 600'000)
{
    QElapsedTimer clock;
    clock.start();
    while (!condition() && clock.elapsed() < timeoutMs)
        QApplication::processEvents(QEventLoop::WaitForMoreEvents | QEventLoop::AllEvents, 5);
    return double(clock.nsecsElapsed()) / 1e6;
}

// What changed is painted and handed to the window system now.
void paint(LogView& view)
{
    QEvent request(QEvent::UpdateRequest);
    QApplication::sendEvent(view.window(), &request);
}

bool shows(LogView& view, std::uint64_t line) // and what is below it in the window
{
    const std::uint64_t last = std::min(line + 40, view.pages().endLine() - 1);
    return view.pages().line(line).has_value() && view.pages().line(last).has_value();
}

void press(LogView& view, const QString& text)
{
    for (QToolButton* each : view.findChild<FindBar*>()->findChildren<QToolButton*>())
        if (each->text() == text)
            each->click();
}

// A search of all of the log, and ten steps from match to match.
void search(LogView& view, Stalls& stalls, const char* name, const QString& text)
{
    const SearchRun& run = view.pages().findRun();
    QElapsedTimer clock;
    stalls.forget();
    clock.start();
    view.findChild<FindBar*>()->open(text);
    const double first = until([&] { return run.table().matches() > 0; });
    until([&] { return !run.running(); });
    const double all = double(clock.nsecsElapsed()) / 1e6;
    for (int i = 0; i < 10; ++i) {
        const auto before = view.pages().matchNumber();
        emit view.findChild<FindBar*>()->previous();
        until([&] { return view.pages().matchNumber() != before; }, 5'000);
        paint(view);
    }
    std::printf("{\"%s\":%.0f,\"%s_first\":%.1f,\"%s_matches\":%llu,\"%s_stall\":%.1f,\"%s_cpu\":%.1f}\n", name, all, name,
                first, name, static_cast<unsigned long long>(run.table().matches()), name, stalls.worst(), name,
                stalls.worstCpu());
}

int view(LogView& view, const QString& id)
{
    Stalls stalls;
    LogCanvas& canvas = view.canvas();
    LogPages& pages = view.pages();
    const double before = megabytes();
    QElapsedTimer clock;
    clock.start();
    view.setContainer(id, true);
    until([&] { return pages.loaded() && pages.endLine() > 0 && pages.line(pages.endLine() - 1).has_value(); });
    paint(view);
    std::printf("{\"open\":%.1f,\"rows\":%llu}\n", double(clock.nsecsElapsed()) / 1e6, static_cast<unsigned long long>(pages.endLine()));
    std::mt19937_64 random(3);
    double worstLine = 0, worstTime = 0;
    for (int i = 0; i < 60; ++i) {
        const std::uint64_t line = random() % (pages.endLine() - 50);
        clock.restart();
        canvas.showLine(line);
        until([&] { return shows(view, line); });
        paint(view);
        worstLine = std::max(worstLine, double(clock.nsecsElapsed()) / 1e6);
        const std::int64_t span = pages.lastTimeNs() - pages.firstTimeNs();
        std::optional<std::uint64_t> found;
        const auto connection = QObject::connect(&pages, &LogPages::timeFound, [&](std::uint64_t at) { found = at; });
        clock.restart();
        pages.lineAtTime(pages.firstTimeNs() + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(span)));
        until([&] { return found && shows(view, *found); });
        paint(view);
        worstTime = std::max(worstTime, double(clock.nsecsElapsed()) / 1e6);
        QObject::disconnect(connection);
    }
    std::printf("{\"line\":%.1f,\"time\":%.1f}\n", worstLine, worstTime);

    std::vector<double> frames, used;
    canvas.forgetPaints();
    stalls.forget();
    for (int i = 0; i < 1500; ++i) {
        clock.restart();
        const double cpu = cpuMs();
        if (i % 100 == 99) {
            canvas.verticalScrollBar()->setValue(static_cast<int>(random() % static_cast<std::uint64_t>(canvas.verticalScrollBar()->maximum())));
        } else {
            const QPointF middle(300, 300);
            QWheelEvent wheel(middle, canvas.viewport()->mapToGlobal(middle), {}, {0, i % 300 < 200 ? -360 : 240}, Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase, false);
            QApplication::sendEvent(canvas.viewport(), &wheel);
        }
        paint(view);
        QApplication::processEvents();
        frames.push_back(double(clock.nsecsElapsed()) / 1e6);
        used.push_back(cpuMs() - cpu);
        QApplication::processEvents(QEventLoop::WaitForMoreEvents, 2);
    }
    std::ranges::sort(frames);
    std::ranges::sort(used);
    std::printf("{\"cpu_median\":%.2f,\"cpu_p99\":%.2f,\"cpu_worst\":%.2f}\n", used[used.size() / 2], used[used.size() * 99 / 100], used.back());
    std::printf("{\"frame_median\":%.2f,\"frame_p99\":%.2f,\"frame_worst\":%.2f,\"paint_worst\":%.2f}\n", frames[frames.size() / 2],
                frames[frames.size() * 99 / 100], frames.back(), canvas.slowestPaintMs());

    emit canvas.findRequested();
    press(view, QStringLiteral(".*"));
    search(view, stalls, "search", QStringLiteral("refused by [0-9.]+:5432"));
    search(view, stalls, "all", QStringLiteral("status=[2]00 "));
    press(view, QStringLiteral("Filter"));
    search(view, stalls, "filter", QStringLiteral("status=[2]0[0] "));
    std::printf("{\"growth_mb\":%.1f}\n", megabytes() - before);
    return 0;
}

int follow(LogView& view, const QString& id, std::uint64_t rows)
{
    Stalls stalls;
    view.setContainer(id, true);
    until([&] { return view.pages().loaded(); });
    std::printf("{\"ready\":true}\n");
    std::fflush(stdout);
    stalls.forget();
    const double before = megabytes(), cpu = cpuMs();
    QElapsedTimer clock;
    clock.start();
    until([&] { return view.pages().endLine() >= rows && view.pages().line(view.pages().endLine() - 1).has_value(); });
    std::printf("{\"rows\":%llu,\"stall\":%.1f,\"stall_cpu\":%.1f,\"cpu\":%.1f,\"paint_worst\":%.2f,\"growth_mb\":%.1f,"
                "\"following\":%s}\n",
                static_cast<unsigned long long>(view.pages().endLine()), stalls.worst(), stalls.worstCpu(),
                (cpuMs() - cpu) / double(clock.elapsed()) * 100, view.canvas().slowestPaintMs(), megabytes() - before,
                view.canvas().following() ? "true" : "false");
    return 0;
}

} // namespace

int main(int count, char** arguments)
{
    QApplication application(count, arguments);
    if (count < 4)
        return 2;
    const auto client = makeHttpEngineClient(arguments[2]);
    EngineBridge bridge(*client);
    LogView window(bridge);
    window.resize(1400, 900);
    window.show();
    until([&] { return window.isVisible(); }, 1000);
    QApplication::processEvents();
    return QString::fromLocal8Bit(arguments[1]) == QStringLiteral("follow") ? follow(window, QString::fromLocal8Bit(arguments[3]), std::stoull(arguments[4]))
                                                                            : view(window, QString::fromLocal8Bit(arguments[3]));
}
