// SPDX-License-Identifier: GPL-3.0-or-later
// The window's half of ./dev bench terminal: a TerminalView in a real window with a shell in a container of a real engine. Prints JSON
// lines; times are milliseconds.
//   terminal_window cat SOCKET ID FILE BYTES ROUNDS    from Return until the prompt behind the last line of FILE is painted
//   terminal_window feed FILE ROUNDS    the same without engine, container and pty: half a megabyte waits at most, as from an engine
//   terminal_window pty FILE ROUNDS     `cat` on a bare pty whose other end is read and thrown away: no terminal can be faster here
//   terminal_window flood SOCKET ID SECONDS ROUNDS PROGRAM   `yes` for so long, then as often for a second, each ended by Ctrl+C
#include <QApplication>
#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QKeyEvent>
#include <QSettings>
#include <QTimer>

#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "../ui/fake_engine.h"
#include "thread_clock.h"
#include "client/session_client.h"
#include "terminal/terminal_canvas.h"
#include "terminal/terminal_session.h"
#include "terminal/terminal_view.h"

using namespace slipway;
using namespace slipway::ui;

namespace
{

double at(std::vector<double> values, double share)
{
    if (values.empty())
        return 0;
    std::ranges::sort(values);
    return values[std::min(values.size() - 1, std::size_t(double(values.size()) * share))];
}

// Times every turn of the event loop, and every painting of one widget.
class Application : public QApplication
{
public:
    using QApplication::QApplication;
    QWidget* watched = nullptr;
    std::function<void()> painted;
    std::vector<double> turns, turnsCpu, paints, intervals;

    void forget()
    {
        turns.clear(), turnsCpu.clear(), paints.clear(), intervals.clear();
        m_lastPaint.invalidate();
    }
    bool notify(QObject* receiver, QEvent* event) override
    {
        const bool paint = receiver == watched && event->type() == QEvent::Paint;
        const bool outer = m_depth++ == 0;
        QElapsedTimer clock;
        clock.start();
        const double cpu = cpuMs();
        const bool done = QApplication::notify(receiver, event);
        --m_depth;
        const double took = double(clock.nsecsElapsed()) / 1e6;
        if (outer) {
            turns.push_back(took);
            turnsCpu.push_back(cpuMs() - cpu);
        }
        if (paint) {
            paints.push_back(took);
            if (m_lastPaint.isValid())
                intervals.push_back(double(m_lastPaint.nsecsElapsed()) / 1e6);
            m_lastPaint.start();
            if (painted)
                painted();
        }
        return done;
    }

private:
    int m_depth = 0;
    QElapsedTimer m_lastPaint;
};

template <class Condition>
bool until(Condition condition, int timeoutMs = 60'000)
{
    QElapsedTimer clock;
    clock.start();
    while (!condition()) {
        if (clock.elapsed() > timeoutMs)
            return false;
        QApplication::processEvents(QEventLoop::WaitForMoreEvents | QEventLoop::AllEvents);
    }
    return true;
}

// PROGRAM's process; the benchmark has a pid namespace of its own.
pid_t running(const QByteArray& program)
{
    for (const QString& pid : QDir(QStringLiteral("/proc")).entryList({QStringLiteral("[0-9]*")}, QDir::Dirs)) {
        QFile file(QStringLiteral("/proc/%1/cmdline").arg(pid));
        if (file.open(QIODevice::ReadOnly) && file.readAll() == program + '\0')
            return pid.toInt();
    }
    return 0;
}

class Shell
{
public:
    Shell(Application& application, TerminalView& view) : m_application(application), m_view(view), m_canvas(view.findChild<TerminalCanvas*>())
    {
        application.watched = m_canvas->viewport();
        application.painted = [this] { m_promptPainted = prompt(); };
        m_ticks.setInterval(1); // for what is waited for outside of the window
        m_ticks.setTimerType(Qt::PreciseTimer);
        m_ticks.start();
        m_canvas->viewport()->update(); // it may have been painted before
        m_canvas->setFocus();
    }
    TerminalScreen& screen() const { return m_view.current()->screen(); }
    bool prompt() const
    {
        TerminalSession* session = m_view.current();
        if (!session)
            return false;
        const TerminalScreen& s = session->screen();
        const QString line = s.lineText(s.lineCount() - s.rows() + s.cursorRow());
        return s.cursorColumn() >= 4 && line.trimmed() == QLatin1StringView("~ #");
    }
    QString text() const
    {
        QString all;
        for (int i = 0; i < screen().lineCount(); ++i)
            all += screen().lineText(i) + QLatin1Char('\n');
        return all.trimmed();
    }
    bool promptPainted() const { return m_promptPainted; }
    void key(int key, Qt::KeyboardModifiers modifiers, const QString& text)
    {
        m_promptPainted = false;
        QKeyEvent down(QEvent::KeyPress, key, modifiers, text), up(QEvent::KeyRelease, key, modifiers, text);
        QApplication::sendEvent(m_canvas, &down);
        QApplication::sendEvent(m_canvas, &up);
    }
    void enter(const QString& text)
    {
        for (const QChar c : text)
            key(c.toUpper().unicode(), Qt::NoModifier, c);
        until([&] { return screen().lineText(screen().lineCount() - screen().rows() + screen().cursorRow()).endsWith(text); }, 2000);
        key(Qt::Key_Return, Qt::NoModifier, QStringLiteral("\r"));
    }

private:
    Application& m_application;
    TerminalView& m_view;
    TerminalCanvas* m_canvas;
    QTimer m_ticks;
    bool m_promptPainted = false;
};

int cat(Shell& shell, const QString& file, double bytes, int rounds)
{
    std::vector<double> took;
    for (int i = 0; i < rounds; ++i) {
        QElapsedTimer clock;
        shell.enter(QStringLiteral("cat ") + file);
        clock.start();
        if (!until([&] { return shell.promptPainted(); }))
            return 4;
        took.push_back(double(clock.nsecsElapsed()) / 1e6);
    }
    std::printf("{\"ms\":%.1f,\"mb_per_s\":%.1f}\n", at(took, 0.5), bytes / 1e3 / at(took, 0.5));
    return 0;
}

// A shell that prints TEXT from a thread of its own, no faster than it is dealt with.
class Feeder final : public FakeTerminal, public FlowControlled
{
public:
    void taken(std::size_t bytes) override
    {
        const std::lock_guard lock(m_mutex);
        m_untaken -= std::min(bytes, m_untaken);
        m_changed.notify_all();
    }
    void print(const std::string& text, const TerminalEvents& events)
    {
        constexpr std::size_t piece = 64 * 1024, most = 512 * 1024;
        for (std::size_t at = 0; at < text.size(); at += piece) {
            std::string next = text.substr(at, piece);
            std::unique_lock lock(m_mutex);
            m_changed.wait(lock, [&] { return m_untaken + next.size() <= most; });
            m_untaken += next.size();
            lock.unlock();
            events.onOutput(std::move(next));
        }
    }

private:
    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::size_t m_untaken = 0;
};

class FeederClient final : public FakeClient
{
public:
    Request shell(const std::string&, const ExecClient::Options&, TerminalEvents e, Reply<std::shared_ptr<Terminal>> reply) override
    {
        events = std::move(e);
        feeder = std::make_shared<Feeder>();
        reply(std::shared_ptr<Terminal>(feeder));
        return std::make_shared<int>(1);
    }
    std::shared_ptr<Feeder> feeder;
};

int feed(Application& application, const QString& path, int rounds)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return 4;
    const std::string text = file.readAll().replace('\n', "\r\n").toStdString(); // as a pty has it
    const auto bytes = static_cast<double>(file.size());
    FeederClient client;
    client.systemPart.pingAnswer = Status();
    EngineBridge bridge(client);
    bridge.start();
    TerminalView view(bridge);
    view.resize(1400, 900);
    view.show();
    view.setContainer(QStringLiteral("c"), true);
    if (!until([&] { return client.feeder && view.current() && view.current()->state() == TerminalSession::State::Open; }))
        return 3;
    Shell shell(application, view);
    std::vector<double> took;
    for (int i = 0; i < rounds; ++i) {
        QElapsedTimer clock;
        clock.start();
        std::thread thread([&] { client.feeder->print(text + "~ # ", client.events); });
        const bool done = until([&] { return shell.prompt(); });
        view.findChild<TerminalCanvas*>()->viewport()->repaint();
        took.push_back(double(clock.nsecsElapsed()) / 1e6);
        thread.join();
        if (!done)
            return 4;
        client.events.onOutput("\r\n");
        until([&] { return !shell.prompt(); });
    }
    std::printf("{\"rows\":%d,\"columns\":%d,\"mb_per_s\":%.1f,\"paint_p50\":%.2f}\n", shell.screen().rows(), shell.screen().columns(), bytes / 1e3 / at(took, 0.5), at(application.paints, 0.5));
    return 0;
}

int pty(const char* path, int rounds)
{
    std::vector<double> took;
    std::size_t bytes = 0;
    std::vector<char> buffer(64 * 1024);
    for (int i = 0; i < rounds; ++i) {
        QElapsedTimer clock;
        clock.start();
        int master = -1;
        const pid_t child = ::forkpty(&master, nullptr, nullptr, nullptr);
        if (child == 0) {
            ::execlp("cat", "cat", path, nullptr);
            ::_exit(127);
        }
        if (child < 0)
            return 4;
        bytes = 0;
        for (ssize_t got = 0; (got = ::read(master, buffer.data(), buffer.size())) > 0;)
            bytes += static_cast<std::size_t>(got);
        took.push_back(double(clock.nsecsElapsed()) / 1e6);
        ::close(master);
        int status = 0;
        if (::waitpid(child, &status, 0) != child || status != 0)
            return 5;
    }
    if (bytes < std::size_t(QFile(QString::fromLocal8Bit(path)).size()))
        return 6;
    std::printf("{\"mb_per_s\":%.1f}\n", double(QFile(QString::fromLocal8Bit(path)).size()) / 1e3 / at(took, 0.5));
    return 0;
}

int flood(Application& application, Shell& shell, double seconds, int rounds, const QString& program)
{
    std::vector<double> dead, prompted;
    for (int i = 0; i <= rounds; ++i) {
        shell.enter(program);
        pid_t pid = 0;
        if (!until([&] { return (pid = running(program.toUtf8().replace(' ', '\0'))) != 0; }, 5000))
            return 5;
        const auto linesBefore = shell.screen().discarded() + std::uint64_t(shell.screen().lineCount());
        const double cpu = cpuMs();
        application.forget();
        QElapsedTimer clock;
        clock.start();
        const double lasts = i == 0 ? seconds * 1e3 : 1000;
        until([&] { return double(clock.elapsed()) >= lasts; });
        if (i == 0) {
            const double ran = double(clock.nsecsElapsed()) / 1e6;
            const double lines = double(shell.screen().discarded() + std::uint64_t(shell.screen().lineCount()) - linesBefore);
            std::printf("{\"lines_per_s\":%.0f,\"gui_cpu\":%.2f,\"frames_per_s\":%.1f,\"interval_p50\":%.1f,\"interval_p99\":%.1f,\"interval_worst\":%.1f,"
                        "\"paint_p50\":%.2f,\"paint_worst\":%.2f,\"turn_p99\":%.2f,\"turn_worst\":%.2f,\"turn_cpu_p99\":%.2f,\"turn_cpu_worst\":%.2f}\n",
                        lines / ran * 1e3, (cpuMs() - cpu) / ran, double(application.paints.size()) / ran * 1e3, at(application.intervals, 0.5),
                        at(application.intervals, 0.99), at(application.intervals, 1), at(application.paints, 0.5), at(application.paints, 1),
                        at(application.turns, 0.99), at(application.turns, 1), at(application.turnsCpu, 0.99), at(application.turnsCpu, 1));
            std::fflush(stdout);
        }
        clock.restart();
        shell.key(Qt::Key_C, Qt::ControlModifier, QStringLiteral("\x03"));
        double died = 0;
        if (!until([&] {
                if (died == 0 && ::kill(pid, 0) != 0)
                    died = double(clock.nsecsElapsed()) / 1e6;
                return died > 0 && shell.promptPainted();
            }))
            return 6;
        dead.push_back(died);
        prompted.push_back(double(clock.nsecsElapsed()) / 1e6);
    }
    std::printf("{\"dead_p50\":%.1f,\"dead_worst\":%.1f,\"prompt_first\":%.1f,\"prompt_p50\":%.1f,\"prompt_worst\":%.1f}\n", at(dead, 0.5), at(dead, 1), prompted.front(),
                at(prompted, 0.5), at(prompted, 1));
    return 0;
}

} // namespace

int main(int count, char** arguments)
{
    Application application(count, arguments);
    QCoreApplication::setOrganizationName(QStringLiteral("slipway-bench"));
    QSettings().setValue(QStringLiteral("terminal/shell"), QStringLiteral("sh")); // busybox, whose prompt is known
    const QStringList words = QCoreApplication::arguments();
    if (words.value(1) == QLatin1StringView("feed") && words.size() == 4)
        return feed(application, words[2], words[3].toInt());
    if (words.value(1) == QLatin1StringView("pty") && words.size() == 4)
        return pty(arguments[2], words[3].toInt());
    if (words.size() != 7)
        return 2;
    const auto client = makeHttpEngineClient(arguments[2]);
    EngineBridge bridge(*client);
    bridge.start();
    TerminalView view(bridge);
    view.resize(1400, 900);
    view.show();
    view.setContainer(words[3], true);
    if (!until([&] { return view.current() && view.current()->state() == TerminalSession::State::Open; }, 10'000))
        return std::fprintf(stderr, "no shell: %s\n", view.current() ? qPrintable(view.current()->problem()) : "not even tried"), 3;
    Shell shell(application, view);
    if (!until([&] { return shell.promptPainted(); }, 10'000))
        return std::fprintf(stderr, "no prompt of busybox, but: %s\n", qPrintable(shell.text())), 3;
    std::printf("{\"rows\":%d,\"columns\":%d}\n", shell.screen().rows(), shell.screen().columns());
    const int done = words[1] == QLatin1StringView("cat") ? cat(shell, words[4], words[5].toDouble(), words[6].toInt())
                                                          : flood(application, shell, words[4].toDouble(), words[5].toInt(), words[6]);
    if (done == 0)
        view.current()->end();
    return done;
}
