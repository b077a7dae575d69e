// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QString>
#include <QUrl>
#include <QVariant>

#include "widgets/icons.h"

// What a model tells ListDelegate beyond the words of Qt::DisplayRole, which stand alone for a screen reader.
namespace slipway::ui
{

enum ListRole : int {
    IdRole = Qt::UserRole, // QString: the row's identity, the same in each column
    StateRole,             // QString: the object's state as the engine names it
    SortRole,              // what the column sorts by; absent: the words
    SearchRole,            // QString of column 0: everything that the search field looks through
    GroupRole,             // bool: a row that stands for its children
    TextRole,              // QString: the words to paint; absent: Qt::DisplayRole
    AsideRole,             // QString: muted, behind the words
    GlyphRole,             // Glyph, before the words
    ToneRole,              // Tint (as int) of the words; absent: Text
    LinksRole,             // QList<ListLink>: painted instead of the words, each opens its address
    SparkRole,             // Spark: a line of recent values before the words, which stand at the end
    ProblemRole,           // QString of column 0: what went wrong with this row
    BusyRole,              // bool: something is being done to this row
};

struct Glyph
{
    const char* icon = nullptr;
    Tint tint = Tint::Muted;
};

struct ListLink
{
    QString text;
    QUrl url; // invalid: only words
};

struct Spark
{
    QList<float> values; // oldest first, at most 30
    float top = 0;       // what the full height stands for
};

} // namespace slipway::ui

Q_DECLARE_METATYPE(slipway::ui::Glyph)
Q_DECLARE_METATYPE(slipway::ui::ListLink)
Q_DECLARE_METATYPE(slipway::ui::Spark)
