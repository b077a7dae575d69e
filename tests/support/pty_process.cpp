// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/pty_process.h"

#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <QDeadlineTimer>
#include <QThread>

#include <csignal>
#include <vector>

namespace slipway::test
{

PtyProcess::PtyProcess(const QString& program, const QStringList& arguments, const QProcessEnvironment& environment,
                       int rows, int columns)
{
    std::vector<QByteArray> words = {program.toLocal8Bit()}, variables;
    for (const QString& argument : arguments)
        words.push_back(argument.toLocal8Bit());
    for (const QString& variable : environment.toStringList())
        variables.push_back(variable.toLocal8Bit());
    const auto pointers = [](std::vector<QByteArray>& texts) {
        std::vector<char*> made;
        for (QByteArray& text : texts)
            made.push_back(text.data());
        made.push_back(nullptr);
        return made;
    };
    const auto argv = pointers(words), envp = pointers(variables);
    winsize size{static_cast<unsigned short>(rows), static_cast<unsigned short>(columns), 0, 0};
    m_pid = ::forkpty(&m_fd, nullptr, nullptr, &size);
    if (m_pid == 0) {
        ::execvpe(argv[0], argv.data(), envp.data());
        ::_exit(127);
    }
}

PtyProcess::~PtyProcess()
{
    if (m_fd >= 0)
        ::close(m_fd);
    if (m_pid > 0) {
        ::kill(m_pid, SIGKILL);
        ::waitpid(m_pid, nullptr, 0);
    }
}

void PtyProcess::type(const QByteArray& bytes) { [[maybe_unused]] const auto ignored = ::write(m_fd, bytes.data(), bytes.size()); }

void PtyProcess::resize(int rows, int columns)
{
    const winsize size{static_cast<unsigned short>(rows), static_cast<unsigned short>(columns), 0, 0};
    ::ioctl(m_fd, TIOCSWINSZ, &size);
}

bool PtyProcess::read(int timeoutMs)
{
    pollfd ready{m_fd, POLLIN, 0};
    if (::poll(&ready, 1, timeoutMs) <= 0)
        return false;
    char buffer[4096];
    const auto got = ::read(m_fd, buffer, sizeof buffer);
    if (got > 0)
        m_output.append(buffer, got);
    return got > 0;
}

bool PtyProcess::waitFor(const QByteArray& text, int timeoutMs)
{
    const QDeadlineTimer deadline(timeoutMs);
    while (true) {
        if (const auto at = m_output.indexOf(text, m_matched); at >= 0) {
            m_matched = at + text.size();
            return true;
        }
        if (deadline.hasExpired())
            return false;
        if (!read(static_cast<int>(deadline.remainingTime())))
            QThread::msleep(5); // its end is told at once, again and again
    }
}

int PtyProcess::waitForEnd(int timeoutMs)
{
    const QDeadlineTimer deadline(timeoutMs);
    while (m_pid > 0) {
        int status = 0;
        while (read(0))
            ;
        if (::waitpid(m_pid, &status, WNOHANG) == m_pid) {
            while (read(0))
                ;
            m_pid = -1;
            return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        }
        if (deadline.hasExpired())
            return -1;
        QThread::msleep(5);
    }
    return -1;
}

} // namespace slipway::test
