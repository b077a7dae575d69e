// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <vector>

#include <QString>
#include <QStringList>

#include "dockerfile/analysis.h"

namespace slipway::ui
{

struct Completion
{
    struct Item
    {
        enum class Kind : std::uint8_t { Instruction, Flag, Value, Stage, Image, Variable, File, Folder };
        Kind kind;
        QString text;   // what is inserted
        QString detail; // what it is, muted beside it
    };
    int start = 0;    // of the text that an item replaces, UTF-16 units from the beginning of the document; it ends at the cursor
    bool asked = false; // offered at once, without a letter typed: an image after FROM, a value after =
    std::vector<Item> items; // those that fit what is there, the likeliest first
};

struct CompletionSources
{
    QStringList images; // names of local images
    // The names in a folder of the context ("" is its root), folders with a / at the end; called only when paths are asked for.
    std::function<QStringList(const QString& folder)> files;
};

// What can stand at POSITION of TEXT: instructions, their flags and values, stages, images, variables, files. ANALYSIS may be
// of a slightly older text. Pure.
[[nodiscard]] Completion completionAt(const QString& text, int position, const Analysis& analysis, const CompletionSources& sources);

// One line on what an instruction does; empty when it is none.
[[nodiscard]] QString instructionHelp(const QString& name);

} // namespace slipway::ui
