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

// Whether the value of a variable of that name should not be on a screen by itself: passwords, tokens, keys.
[[nodiscard]] bool looksSecret(const QString& variable);

// What it may use; 0 = no limit.
struct ResourceLimits
{
    double cores = 0, memory = 0, pids = 0; // memory: bytes
};
[[nodiscard]] ResourceLimits resourceLimits(const Json& inspect);

// What the last health check printed; nothing without one.
struct HealthOutput
{
    int exitCode = 0;
    QDateTime time;
    QString text;
};
[[nodiscard]] std::optional<HealthOutput> lastHealthOutput(const Json& inspect);

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
