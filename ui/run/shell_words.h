// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

#include "base/error.h"

// Command lines as people write them for a shell. Source: POSIX Shell Command Language 2.2 (quoting) and 2.3 (tokens).
namespace slipway::ui
{

// Words of TEXT: quotes, backslashes, continued lines and comments are the shell's; nothing is expanded ("$HOME" stays).
// InvalidArgument: a quote that is never closed, or an operator (| & ; < >) that only a shell could act on.
[[nodiscard]] Result<QStringList> splitWords(const QString& text);

// WORD so that a shell reads it back as this one word; words without special characters stay as they are.
[[nodiscard]] QString quotedWord(const QString& word);
[[nodiscard]] QString quotedWords(const QStringList& words);

} // namespace slipway::ui
