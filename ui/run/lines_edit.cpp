// SPDX-License-Identifier: GPL-3.0-or-later
#include "run/lines_edit.h"

#include <algorithm>
#include <cmath>

#include <QMimeData>
#include <QTextBlock>
#include <QTextLayout>

#include "terminal/mono_text.h"

namespace slipway::ui
{

LinesEdit::LinesEdit(int minimumLines, int maximumLines, QWidget* parent)
    : QPlainTextEdit(parent), m_minimum(minimumLines), m_maximum(maximumLines)
{
    setTabChangesFocus(true);
    setFont(MonoText::defaultFont());
    setLineWrapMode(QPlainTextEdit::WidgetWidth);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    connect(this, &QPlainTextEdit::textChanged, this, &LinesEdit::fit);
    fit();
}

void LinesEdit::setLines(const QStringList& lines)
{
    QStringList shown = lines;
    shown.replaceInStrings(QStringLiteral("\n"), QString(QChar::LineSeparator));
    const QString text = shown.join(QLatin1Char('\n'));
    if (lines != this->lines())
        setPlainText(text);
}

QStringList LinesEdit::lines() const
{
    QStringList out;
    for (QTextBlock block = document()->firstBlock(); block.isValid(); block = block.next()) {
        QString text = block.text();
        text.replace(QChar::LineSeparator, QLatin1Char('\n'));
        if (!text.trimmed().isEmpty())
            out << text;
    }
    return out;
}

QSize LinesEdit::sizeHint() const
{
    int lines = 0;
    for (QTextBlock block = document()->firstBlock(); block.isValid() && lines < m_maximum; block = block.next())
        lines += std::max(1, block.layout() ? block.layout()->lineCount() : 1);
    const int count = std::clamp(lines, m_minimum, m_maximum);
    const int frame = height() > 0 ? height() - viewport()->height() : 14;
    const QTextBlock first = document()->firstBlock();
    const double line = blockBoundingRect(first).height() / std::max(1, first.layout() ? first.layout()->lineCount() : 1);
    return {240, static_cast<int>(std::ceil(count * line + 2 * document()->documentMargin())) + std::clamp(frame, 6, 24)};
}

void LinesEdit::fit()
{
    const int wanted = sizeHint().height();
    if (wanted != height()) {
        setFixedHeight(wanted);
        updateGeometry();
    }
}

void LinesEdit::resizeEvent(QResizeEvent* event)
{
    QPlainTextEdit::resizeEvent(event);
    if (event->oldSize().width() != event->size().width())
        QMetaObject::invokeMethod(this, &LinesEdit::fit, Qt::QueuedConnection); // wrapping is laid out after this event
}

void LinesEdit::insertFromMimeData(const QMimeData* source)
{
    QString text = source->text();
    if (!m_filter || m_filter(text))
        insertPlainText(text);
}

} // namespace slipway::ui
