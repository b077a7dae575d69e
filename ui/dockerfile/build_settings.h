// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

#include "client/engine_client.h"

namespace slipway::ui
{

// How a Dockerfile is built; remembered per file.
struct BuildSettings
{
    QString tag;      // "name:tag"; several separated by blanks
    QString context;  // folder
    QString target;   // stage; empty = the last
    QString platform; // empty = this machine's
    QString network;  // empty = default
    QStringList args; // "NAME=value"
    bool noCache = false, pull = false;

    // As they were left, or: the folder of the file as the context, its name as the tag.
    [[nodiscard]] static BuildSettings of(const QString& dockerfile);
    // As BUILD was made of DOCKERFILE (empty: a file without a name).
    [[nodiscard]] static BuildSettings of(const dockerapi::PastBuild& build, const QString& dockerfile);
    void remember(const QString& dockerfile) const;

    // TEXT is what is built, saved or not.
    [[nodiscard]] BuildsClient::Options options(const QString& dockerfile, const QString& text) const;
    [[nodiscard]] QStringList tags() const;
    // Why it cannot be built like this; empty when it can.
    [[nodiscard]] QString problem() const;
    bool operator==(const BuildSettings&) const = default;
};

// "My App" → "my-app": letters that an image's name may have.
[[nodiscard]] QString imageNameOf(const QString& folder);

} // namespace slipway::ui
