// SPDX-License-Identifier: GPL-3.0-or-later
#include "dockerfile/code_editor.h"

#include <QPlainTextDocumentLayout>
#include <QTextBlock>

#include "dockerfile/editor_gutter.h"

namespace slipway::ui
{

void CodeEditor::setFolds(std::vector<Fold> folds)
{
    m_folds = std::move(folds);
    std::erase_if(m_folded, [this](const QTextCursor& at) { return !foldAt(at.blockNumber()); });
    applyVisibility();
}

const CodeEditor::Fold* CodeEditor::foldAt(int line) const
{
    const auto found = std::ranges::find(m_folds, line, &Fold::first);
    return found == m_folds.end() || found->last <= found->first ? nullptr : &*found;
}

bool CodeEditor::isFolded(int firstLine) const
{
    return std::ranges::any_of(m_folded, [&](const QTextCursor& at) { return at.blockNumber() == firstLine; });
}

void CodeEditor::setFolded(int firstLine, bool folded)
{
    if (!foldAt(firstLine) || isFolded(firstLine) == folded)
        return;
    if (folded)
        m_folded.emplace_back(blockAt(firstLine));
    else
        std::erase_if(m_folded, [&](const QTextCursor& at) { return at.blockNumber() == firstLine; });
    applyVisibility();
}

void CodeEditor::applyVisibility()
{
    std::vector<bool> hidden(std::size_t(document()->blockCount()), false);
    for (const QTextCursor& at : m_folded)
        if (const Fold* fold = foldAt(at.blockNumber()))
            for (int line = fold->first + 1; line <= fold->last && line < int(hidden.size()); ++line)
                hidden[std::size_t(line)] = true;
    bool changed = false;
    for (QTextBlock block = document()->begin(); block.isValid(); block = block.next()) {
        const bool visible = !hidden[std::size_t(block.blockNumber())];
        if (block.isVisible() == visible)
            continue;
        block.setVisible(visible);
        block.setLineCount(visible ? 1 : 0);
        changed = true;
    }
    if (!changed)
        return;
    if (!textCursor().block().isVisible()) {
        QTextBlock block = textCursor().block();
        while (block.isValid() && !block.isVisible())
            block = block.previous();
        setTextCursor(QTextCursor(block));
    }
    auto* layout = static_cast<QPlainTextDocumentLayout*>(document()->documentLayout());
    layout->requestUpdate();
    emit layout->documentSizeChanged(layout->documentSize());
    viewport()->update();
    m_gutter->update();
}

} // namespace slipway::ui
