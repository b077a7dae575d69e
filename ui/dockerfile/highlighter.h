// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTextBlock>
#include <QTextCursor>
#include <QTimer>

#include <KSyntaxHighlighting/SyntaxHighlighter>

#include <vector>

namespace slipway::ui
{

// A line that changes what all below it means (a heredoc is opened) is followed by them one by one. KSyntaxHighlighting posts an
// event for each, after which the text is painted anew; here as many follow at once as a few milliseconds take, from the line on
// that changed, and the rest when what waits meanwhile (keys, painting) is done.
class Highlighter : public KSyntaxHighlighting::SyntaxHighlighter
{
    Q_OBJECT

public:
    explicit Highlighter(QTextDocument* document);

    // The colours of the whole text change, or follow: the document tells of it as of a change of the text.
    [[nodiscard]] bool isRecolouring() const { return m_following; }
    void recolour();

public slots:
    void rehighlightBlock(const QTextBlock& block); // called by its name: this hides QSyntaxHighlighter's

private:
    void follow();

    std::vector<QTextCursor> m_waiting; // in lines that are to follow; they move as the text is edited
    QTimer m_rest;
    bool m_following = false;
};

} // namespace slipway::ui
