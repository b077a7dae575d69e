// SPDX-License-Identifier: GPL-3.0-or-later
#include "containers/error_fix.h"

#include <QRegularExpression>

namespace slipway::ui
{

std::optional<quint16> takenPort(const QString& message)
{
    static const QRegularExpression bind(QStringLiteral("(?:Bind for|bind port|listen (?:tcp|udp)[46]?|bind:?) \\S*?:(\\d{1,5})\\b"),
                                         QRegularExpression::CaseInsensitiveOption);
    static const QRegularExpression inUse(QStringLiteral("already (?:allocated|in use)"));
    const auto match = bind.match(message);
    if (!match.hasMatch() || !inUse.match(message).hasMatch())
        return std::nullopt;
    bool ok = false;
    const ushort port = match.captured(1).toUShort(&ok);
    return ok && port > 0 ? std::optional<quint16>(port) : std::nullopt;
}

QString takenName(const QString& message)
{
    static const QRegularExpression name(
        QStringLiteral("container name \"/?([^\"]+)\" is already in use"), QRegularExpression::CaseInsensitiveOption);
    return name.match(message).captured(1);
}

} // namespace slipway::ui
