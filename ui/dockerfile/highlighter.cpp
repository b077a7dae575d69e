// SPDX-License-Identifier: GPL-3.0-or-later
#include "dockerfile/highlighter.h"

#include <QCoreApplication>
#include <QElapsedTimer>

namespace slipway::ui
{
namespace
{
constexpr qint64 sliceMs = 4; // more than the lines in view take
constexpr int restMs = 16;    // a frame: keys and painting come first
} // namespace

Highlighter::Highlighter(QTextDocument* document) : SyntaxHighlighter(document)
{
    m_rest.setSingleShot(true);
    m_rest.setInterval(restMs);
    connect(&m_rest, &QTimer::timeout, this, &Highlighter::follow);
}

void Highlighter::rehighlightBlock(const QTextBlock& block)
{
    if (!block.isValid())
        return;
    m_waiting.emplace_back(block);
    if (!m_following && !m_rest.isActive())
        follow();
}

void Highlighter::recolour()
{
    m_following = true;
    rehighlight();
    m_following = false;
}

void Highlighter::follow()
{
    QElapsedTimer clock;
    clock.start();
    m_following = true;
    while (!m_waiting.empty() && clock.elapsed() < sliceMs) {
        const QTextCursor next = std::move(m_waiting.back());
        m_waiting.pop_back();
        SyntaxHighlighter::rehighlightBlock(next.block());
        QCoreApplication::sendPostedEvents(this, QEvent::MetaCall); // the line below, if it is to follow
    }
    m_following = false;
    if (!m_waiting.empty())
        m_rest.start();
}

} // namespace slipway::ui
