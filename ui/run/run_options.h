// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include <QString>
#include <QStringList>

#include "base/error.h"
#include "base/json.h"

// The flags of `docker run` as a table: how each is written and which member of the body of POST /containers/create it is.
// Source: docker 26 `docker run --help` and Docker Engine API 1.45 ContainerConfig, HostConfig.
namespace slipway::ui
{

enum class OptionKind : std::uint8_t {
    Flag, // no value: true
    Text,
    List,       // may come again, each appends
    Map,        // key=value
    Bytes,      // 512m
    Count,

    Duration,   // 1m30s → nanoseconds
    Seconds,
    Entrypoint, // one word
    HealthCommand,
    NoHealthCheck,
    Tmpfs,  // /path[:options]
    Device, // /dev/a[:/dev/b[:rwm]]
    Ulimit, // name=soft[:hard]
    Mount,  // type=bind,source=…,target=…[,readonly]
    Set,    // {"value": {}}
    Field,  // a field of RunSpec of its own, see run_command.cpp
    Ignored,       // of the client, without a value: nothing to create
    IgnoredValue,  // of the client, with a value
};

struct RunOption
{
    const char* name; // without dashes
    char letter;      // 0 = none
    OptionKind kind;
    const char* path; // JSON pointer into the body

    [[nodiscard]] bool takesValue() const
    {
        return kind != OptionKind::Flag && kind != OptionKind::Ignored && kind != OptionKind::NoHealthCheck && !boolField;
    }
    bool boolField = false; // a Field without a value: -i, -t, --rm
};

[[nodiscard]] const RunOption* findOption(QStringView name); // "cap-add"
[[nodiscard]] const RunOption* findOption(QChar letter);

// Writes VALUE into BODY. InvalidArgument says what is wrong with the value and names the flag.
[[nodiscard]] Status applyOption(const RunOption& option, const QString& value, Json& body);

// The flags, as "--name=value" words, that make what BODY says beyond RunSpec's own fields; BODY may be a whole inspect
// document's Config with its HostConfig. Values that are an engine's defaults are left out.
[[nodiscard]] QStringList optionsOf(const Json& body);

[[nodiscard]] std::optional<std::int64_t> parseBytes(const QString& text);  // "512m", "1.5g", "1048576"
[[nodiscard]] QString writeBytes(std::int64_t bytes);                      // "512m"; the shortest that is exact

} // namespace slipway::ui
