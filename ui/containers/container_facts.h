// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <QDateTime>
#include <QString>

#include "base/json.h"

// What an inspect document says, in the words of people. All from Docker Engine API 1.45 ContainerInspect.
namespace slipway::ui
{

// Why a container is not running; nothing while it runs or when it never ran.
struct StopReason
{
    bool bad = false; // not what anybody asked for
    QString title;    // "Killed by SIGKILL, exit code 137"
    QString meaning;  // what that means and what to do about it
};
[[nodiscard]] std::optional<StopReason> stopReason(const Json& inspect);

[[nodiscard]] QString signalName(int number); // "SIGKILL"; "signal 60" without a name

// Whether the value of a variable of that name should not be on a screen by itself: passwords, tokens, keys.
[[nodiscard]] bool looksSecret(const QString& variable);

struct PublishedPort
{
    QString inside, outside; // "80/tcp", "127.0.0.1:8080"
    QString url;             // what a browser opens; empty for udp
};
[[nodiscard]] std::vector<PublishedPort> publishedPorts(const Json& inspect);

// RFC 3339 time of an engine; invalid for its zero time.
[[nodiscard]] QDateTime engineTime(const Json& object, const char* member);
[[nodiscard]] QString ago(const QDateTime& time, const QDateTime& now);    // "3 minutes ago"
[[nodiscard]] QString since(const QDateTime& time, const QDateTime& now);  // "3 minutes"

} // namespace slipway::ui
