// SPDX-License-Identifier: GPL-3.0-or-later
#include "containers/container_verbs.h"

#include <QCoreApplication>

namespace slipway::ui::verbs
{
namespace
{
struct Text
{
    Q_DECLARE_TR_FUNCTIONS(ContainerVerbs)
};
} // namespace

bool applies(std::string_view verb, std::string_view state)
{
    const bool running = state == "running", paused = state == "paused", restarting = state == "restarting";
    if (verb == "start")
        return state == "created" || state == "exited" || state == "dead";
    if (verb == "stop" || verb == "kill")
        return running || paused || restarting;
    if (verb == "pause")
        return running;
    if (verb == "unpause")
        return paused;
    return verb == "restart" && state != "removing";
}

QString doing(std::string_view verb)
{
    return verb == "start"     ? Text::tr("Starting…")
           : verb == "stop"    ? Text::tr("Stopping…")
           : verb == "restart" ? Text::tr("Restarting…")
           : verb == "kill"    ? Text::tr("Killing…")
           : verb == "pause"   ? Text::tr("Pausing…")
                               : Text::tr("Resuming…");
}

QString failed(std::string_view verb)
{
    return verb == "start"     ? Text::tr("Not started")
           : verb == "stop"    ? Text::tr("Not stopped")
           : verb == "restart" ? Text::tr("Not restarted")
           : verb == "kill"    ? Text::tr("Not killed")
           : verb == "pause"   ? Text::tr("Not paused")
                               : Text::tr("Not resumed");
}

} // namespace slipway::ui::verbs
