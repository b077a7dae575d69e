// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QRegularExpression>

#include "logs/log_model.h"
#include "logstore/log_query.h"

// Where in a line that is shown a query finds something. The engine says which lines match; this is for the eye alone and takes
// at most about a millisecond a line, whatever the expression: then the rest of the line is not marked.
namespace slipway::ui
{

[[nodiscard]] QRegularExpression expressionOf(const logstore::LogQuery& query); // of an empty text: an empty one
[[nodiscard]] std::vector<LogModel::Span> foundSpans(const QRegularExpression& expression, const QString& shown);

} // namespace slipway::ui
