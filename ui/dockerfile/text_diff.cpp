// SPDX-License-Identifier: GPL-3.0-or-later
#include "dockerfile/text_diff.h"

#include <QTextBlock>

#include "dockerfile/line_diff.h"
#include "shell/object_names.h"
#include "shell/theme.h"
#include "terminal/mono_text.h"

namespace slipway::ui
{

TextDiff::TextDiff(QWidget* parent) : QPlainTextEdit(parent)
{
    setObjectName(QLatin1StringView(names::textDiff));
    setAccessibleName(tr("Dockerfile of the build"));
    setReadOnly(true);
    setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    setFrameShape(NoFrame);
    setLineWrapMode(NoWrap);
    setFont(MonoText::defaultFont());
}

void TextDiff::show(const QString& text)
{
    m_signs.clear();
    setPlainText(text);
    paintLines();
}

void TextDiff::compare(const QString& older, const QString& newer)
{
    const QStringList left = older.split(QLatin1Char('\n')), right = newer.split(QLatin1Char('\n'));
    QStringList shown;
    m_signs.clear();
    for (const DiffLine& line : diffLines(left, right)) {
        m_signs.push_back(line.left < 0 ? 1 : line.right < 0 ? -1 : 0);
        const QString& text = line.left < 0 ? right[line.right] : left[line.left];
        shown << (line.left < 0 ? QStringLiteral("+ ") : line.right < 0 ? QStringLiteral("− ") : QStringLiteral("  ")) + text;
    }
    setPlainText(shown.join(QLatin1Char('\n')));
    paintLines();
    const auto first = std::ranges::find_if(m_signs, [](int sign) { return sign != 0; });
    if (first != m_signs.end())
        setTextCursor(QTextCursor(document()->findBlockByNumber(int(first - m_signs.begin()))));
    centerCursor();
}

void TextDiff::paintLines()
{
    const auto& colors = theme::colors();
    QList<QTextEdit::ExtraSelection> selections;
    for (int line = 0; line < int(m_signs.size()); ++line) {
        if (m_signs[std::size_t(line)] == 0)
            continue;
        QTextEdit::ExtraSelection whole;
        whole.cursor = QTextCursor(document()->findBlockByNumber(line));
        whole.format.setBackground(theme::mix(colors.surface, m_signs[std::size_t(line)] > 0 ? colors.success : colors.danger, 0.16));
        whole.format.setProperty(QTextFormat::FullWidthSelection, true);
        selections.push_back(whole);
    }
    setExtraSelections(selections);
}

void TextDiff::changeEvent(QEvent* event)
{
    QPlainTextEdit::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        paintLines();
}

} // namespace slipway::ui
