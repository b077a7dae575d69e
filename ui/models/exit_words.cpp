// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/exit_words.h"

#include <csignal>

#include <QCoreApplication>

namespace slipway::ui
{
namespace
{
struct Texts
{
    Q_DECLARE_TR_FUNCTIONS(ContainerFacts)
};
} // namespace

QString signalName(int number)
{
    static constexpr std::pair<int, const char*> known[] = {
        {SIGHUP, "SIGHUP"},   {SIGINT, "SIGINT"},   {SIGQUIT, "SIGQUIT"}, {SIGILL, "SIGILL"},   {SIGTRAP, "SIGTRAP"},
        {SIGABRT, "SIGABRT"}, {SIGBUS, "SIGBUS"},   {SIGFPE, "SIGFPE"},   {SIGKILL, "SIGKILL"}, {SIGUSR1, "SIGUSR1"},
        {SIGSEGV, "SIGSEGV"}, {SIGUSR2, "SIGUSR2"}, {SIGPIPE, "SIGPIPE"}, {SIGALRM, "SIGALRM"}, {SIGTERM, "SIGTERM"},
        {SIGXCPU, "SIGXCPU"}, {SIGXFSZ, "SIGXFSZ"}, {SIGSYS, "SIGSYS"}};
    for (const auto& [value, name] : known)
        if (value == number)
            return QLatin1StringView(name);
    return Texts::tr("signal %1").arg(number);
}

QString exitWords(int code)
{
    if (code > 128 && code <= 128 + 64)
        return Texts::tr("exit code %1 (%2)").arg(QString::number(code), signalName(code - 128));
    return Texts::tr("exit code %1").arg(code);
}

} // namespace slipway::ui
