// SPDX-License-Identifier: GPL-3.0-or-later
#include "logs/found_spans.h"

#include <QElapsedTimer>

namespace slipway::ui
{
namespace
{
constexpr std::size_t mostSpans = 500;
constexpr qint64 mostNs = 1'000'000;
} // namespace

QRegularExpression expressionOf(const logstore::LogQuery& query)
{
    if (query.text.empty())
        return {};
    QString pattern = QString::fromStdString(query.text);
    if (!query.regex)
        pattern = QRegularExpression::escape(pattern);
    if (query.wholeWord)
        pattern = QStringLiteral("\\b(?:%1)\\b").arg(pattern);
    // PCRE2's own word for how far one try may go.
    return QRegularExpression(QStringLiteral("(*LIMIT_MATCH=20000)") + pattern,
                              query.caseSensitive ? QRegularExpression::NoPatternOption : QRegularExpression::CaseInsensitiveOption);
}

std::vector<LogModel::Span> foundSpans(const QRegularExpression& expression, const QString& shown)
{
    std::vector<LogModel::Span> spans;
    if (expression.pattern().isEmpty() || !expression.isValid())
        return spans;
    QElapsedTimer watch;
    watch.start();
    for (auto it = expression.globalMatch(shown); it.hasNext() && spans.size() < mostSpans && watch.nsecsElapsed() < mostNs;) {
        const QRegularExpressionMatch match = it.next();
        if (match.capturedLength() > 0)
            spans.push_back({static_cast<int>(match.capturedStart()), static_cast<int>(match.capturedLength())});
    }
    return spans;
}

} // namespace slipway::ui
