// SPDX-License-Identifier: GPL-3.0-or-later
#include "dockerfile/replace_bar.h"

#include <QKeyEvent>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QTextBlock>

#include "shell/object_names.h"
#include "shell/theme.h"

namespace slipway::ui
{
namespace
{
constexpr int fieldWidth = 320;

QToolButton* addButton(QHBoxLayout* row, const QString& text, const QString& tip, bool checkable = false)
{
    auto* button = new QToolButton;
    button->setText(text);
    button->setToolTip(tip);
    button->setAccessibleName(tip);
    button->setAutoRaise(true);
    button->setCheckable(checkable);
    row->addWidget(button);
    return button;
}

QLineEdit* addField(QHBoxLayout* row, const QString& name)
{
    auto* field = new QLineEdit;
    field->setPlaceholderText(name);
    field->setAccessibleName(name);
    field->setClearButtonEnabled(true);
    field->setFixedWidth(fieldWidth);
    row->addWidget(field);
    return field;
}
} // namespace

ReplaceBar::ReplaceBar(QPlainTextEdit& editor, QWidget* parent) : QWidget(parent), m_editor(editor), m_status(new QLabel), m_second(new QWidget)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(theme::space2, theme::space1, theme::space2, theme::space1);
    column->setSpacing(theme::space1);
    auto* first = new QHBoxLayout;
    first->setSpacing(theme::space1);
    m_text = addField(first, tr("Find"));
    m_text->setObjectName(QLatin1StringView(names::findField));
    m_case = addButton(first, QStringLiteral("Aa"), tr("Match case"), true);
    m_words = addButton(first, tr("Words"), tr("Whole words only"), true);
    m_regex = addButton(first, QStringLiteral(".*"), tr("Regular expression"), true);
    auto* previous = addButton(first, QStringLiteral("↑"), tr("Previous match (Shift+Enter)"));
    auto* following = addButton(first, QStringLiteral("↓"), tr("Next match (Enter)"));
    first->addSpacing(theme::space2);
    m_status->setProperty("muted", true);
    first->addWidget(m_status);
    first->addStretch(1);
    auto* close = addButton(first, QStringLiteral("✕"), tr("Close (Esc)"));
    column->addLayout(first);
    auto* second = new QHBoxLayout(m_second);
    second->setContentsMargins(0, 0, 0, 0);
    second->setSpacing(theme::space1);
    m_with = addField(second, tr("Replace with"));
    m_with->setObjectName(QLatin1StringView(names::replaceField));
    auto* one = addButton(second, tr("Replace"), tr("Replace this match and go to the next"));
    auto* all = addButton(second, tr("Replace all"), tr("Replace all matches"));
    all->setObjectName(QLatin1StringView(names::replaceAllButton));
    second->addStretch(1);
    column->addWidget(m_second);
    setFocusProxy(m_text);
    connect(m_text, &QLineEdit::textChanged, this, &ReplaceBar::count);
    for (QToolButton* option : {m_case, m_words, m_regex})
        connect(option, &QToolButton::toggled, this, &ReplaceBar::count);
    connect(previous, &QToolButton::clicked, this, [this] { find(false); });
    connect(following, &QToolButton::clicked, this, [this] { find(true); });
    connect(one, &QToolButton::clicked, this, &ReplaceBar::replaceOne);
    connect(all, &QToolButton::clicked, this, &ReplaceBar::replaceAll);
    connect(close, &QToolButton::clicked, this, &ReplaceBar::closed);
    hide();
}

void ReplaceBar::open(bool replace)
{
    const QString chosen = m_editor.textCursor().selectedText();
    if (!chosen.isEmpty() && !chosen.contains(QChar::ParagraphSeparator))
        m_text->setText(chosen);
    m_second->setVisible(replace);
    show();
    m_text->setFocus();
    m_text->selectAll();
    count();
}

QString ReplaceBar::status() const { return m_status->text(); }

QRegularExpression ReplaceBar::pattern() const
{
    QString text = m_regex->isChecked() ? m_text->text() : QRegularExpression::escape(m_text->text());
    if (m_words->isChecked() && !text.isEmpty())
        text = QStringLiteral("\\b(?:%1)\\b").arg(text);
    QRegularExpression::PatternOptions options = QRegularExpression::MultilineOption;
    if (!m_case->isChecked())
        options |= QRegularExpression::CaseInsensitiveOption;
    return QRegularExpression(text, options);
}

void ReplaceBar::count()
{
    const QRegularExpression wanted = pattern();
    if (m_text->text().isEmpty()) {
        m_status->clear();
        return;
    }
    if (!wanted.isValid()) {
        m_status->setText(tr("Not a regular expression: %1").arg(wanted.errorString()));
        return;
    }
    int found = 0, current = 0;
    const QTextCursor cursor = m_editor.textCursor();
    for (auto match = wanted.globalMatch(m_editor.toPlainText()); match.hasNext();) {
        const auto each = match.next();
        found += each.capturedLength() > 0;
        if (each.capturedStart() == cursor.selectionStart() && each.capturedEnd() == cursor.selectionEnd())
            current = found;
    }
    m_status->setText(found == 0 ? tr("Nothing found") : current > 0 ? tr("%1 of %2").arg(current).arg(found) : tr("%n match(es)", nullptr, found));
}

QTextCursor ReplaceBar::next(const QRegularExpression& pattern, int from, bool forward) const
{
    std::optional<std::pair<int, int>> found, edge;
    for (auto match = pattern.globalMatch(m_editor.toPlainText()); match.hasNext();) {
        const auto each = match.next();
        const std::pair<int, int> place(int(each.capturedStart()), int(each.capturedEnd()));
        if (place.first == place.second)
            continue;
        if (forward && place.first >= from && !found)
            found = place;
        if (!forward && place.second <= from)
            found = place;
        if (!edge || !forward)
            edge = place; // beyond the end it goes on from the other one
    }
    const auto place = found ? found : edge;
    QTextCursor cursor = m_editor.textCursor();
    if (!place)
        return {};
    cursor.setPosition(place->first);
    cursor.setPosition(place->second, QTextCursor::KeepAnchor);
    return cursor;
}

void ReplaceBar::find(bool forward)
{
    const QRegularExpression wanted = pattern();
    if (m_text->text().isEmpty() || !wanted.isValid())
        return;
    const QTextCursor here = m_editor.textCursor();
    const QTextCursor found = next(wanted, forward ? here.selectionEnd() : here.selectionStart(), forward);
    if (!found.isNull()) {
        m_editor.setTextCursor(found);
        m_editor.ensureCursorVisible();
    }
    count();
}

QString ReplaceBar::replacement(const QRegularExpression& pattern, const QString& matched) const
{
    if (!m_regex->isChecked())
        return m_with->text();
    QString text = matched;
    return text.replace(pattern, m_with->text()); // \1 is what the first parentheses matched
}

void ReplaceBar::replaceOne()
{
    const QRegularExpression wanted = pattern();
    if (m_text->text().isEmpty() || !wanted.isValid())
        return;
    QTextCursor cursor = m_editor.textCursor();
    const QString chosen = cursor.selectedText();
    const auto match = wanted.match(chosen);
    if (match.hasMatch() && match.capturedLength() == chosen.size())
        cursor.insertText(replacement(wanted, chosen));
    find(true);
}

void ReplaceBar::replaceAll()
{
    const QRegularExpression wanted = pattern();
    if (m_text->text().isEmpty() || !wanted.isValid())
        return;
    std::vector<QRegularExpressionMatch> matches;
    for (auto match = wanted.globalMatch(m_editor.toPlainText()); match.hasNext();)
        matches.push_back(match.next());
    QTextCursor cursor = m_editor.textCursor();
    int replaced = 0;
    cursor.beginEditBlock();
    for (auto each = matches.rbegin(); each != matches.rend(); ++each) { // from the end: places before stay right
        if (each->capturedLength() == 0)
            continue;
        cursor.setPosition(int(each->capturedStart()));
        cursor.setPosition(int(each->capturedEnd()), QTextCursor::KeepAnchor);
        cursor.insertText(replacement(wanted, each->captured()));
        ++replaced;
    }
    cursor.endEditBlock();
    m_status->setText(tr("%n replaced", nullptr, replaced));
}

void ReplaceBar::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Escape)
        emit closed();
    else if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter)
        m_with->hasFocus() ? replaceOne() : find(!(event->modifiers() & Qt::ShiftModifier));
    else
        QWidget::keyPressEvent(event);
}

} // namespace slipway::ui
