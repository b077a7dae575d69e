// SPDX-License-Identifier: GPL-3.0-or-later
#include "terminal/terminal_find.h"

#include <algorithm>

#include <QElapsedTimer>

namespace slipway::ui
{

TerminalFind::TerminalFind(QObject* parent) : QObject(parent)
{
    m_more.setSingleShot(true);
    connect(&m_more, &QTimer::timeout, this, &TerminalFind::work);
}

void TerminalFind::setScreen(TerminalScreen* screen)
{
    m_screen = screen;
    stop();
}

void TerminalFind::stop()
{
    m_active = m_wrong = false;
    m_more.stop();
    m_matches.clear();
    emit changed();
}

void TerminalFind::start(const logstore::LogQuery& query)
{
    stop();
    if (!m_screen || query.text.empty())
        return;
    QString pattern = QString::fromStdString(query.text);
    if (!query.regex)
        pattern = QRegularExpression::escape(pattern);
    if (query.wholeWord)
        pattern = QStringLiteral("\\b(?:%1)\\b").arg(pattern);
    m_pattern.setPattern(pattern);
    m_pattern.setPatternOptions(query.caseSensitive ? QRegularExpression::NoPatternOption : QRegularExpression::CaseInsensitiveOption);
    m_wrong = !m_pattern.isValid();
    m_active = !m_wrong;
    if (m_wrong)
        emit changed();
    m_current = 0;
    m_next = m_screen->discarded() + static_cast<std::uint64_t>(m_screen->lineCount());
    work();
    if (current())
        emit shown(current()->line);
}

void TerminalFind::work()
{
    if (!m_active || !m_screen)
        return;
    const bool hadNone = m_matches.empty();
    QElapsedTimer clock;
    clock.start();
    while (m_next > m_screen->discarded() && m_matches.size() < most && clock.elapsed() < 5) {
        --m_next;
        const std::uint64_t index = m_next - m_screen->discarded();
        if (index < static_cast<std::uint64_t>(m_screen->lineCount()))
            searchLine(static_cast<int>(index));
    }
    if (m_next > m_screen->discarded() && m_matches.size() < most)
        m_more.start(0);
    if (hadNone && current())
        emit shown(current()->line);
    emit changed();
}

void TerminalFind::searchLine(int index)
{
    m_screen->read(index, m_line);
    const QString text = m_screen->text(m_line);
    auto all = m_pattern.globalMatch(text);
    if (!all.hasNext())
        return;
    std::vector<int> columns; // of each unit of the text
    for (std::size_t c = 0; c < m_line.cells.size(); ++c)
        columns.insert(columns.end(), static_cast<std::size_t>(m_screen->text(m_line.cells[c]).size()), static_cast<int>(c));
    columns.push_back(static_cast<int>(m_line.cells.size()));
    const std::size_t before = m_matches.size();
    while (all.hasNext() && m_matches.size() < most) {
        const QRegularExpressionMatch match = all.next();
        if (match.capturedLength() > 0)
            m_matches.push_back({m_next, columns[static_cast<std::size_t>(match.capturedStart())], columns[static_cast<std::size_t>(match.capturedEnd())]});
    }
    std::reverse(m_matches.begin() + static_cast<std::ptrdiff_t>(before), m_matches.end());
}

void TerminalFind::previous()
{
    if (m_matches.empty())
        return;
    m_current = (m_current + 1) % m_matches.size();
    emit changed();
    emit shown(m_matches[m_current].line);
}

void TerminalFind::next()
{
    if (m_matches.empty())
        return;
    m_current = (m_current + m_matches.size() - 1) % m_matches.size();
    emit changed();
    emit shown(m_matches[m_current].line);
}

QString TerminalFind::status() const
{
    if (m_wrong)
        return tr("Not a regular expression");
    if (!m_active)
        return {};
    if (m_matches.empty())
        return m_more.isActive() ? tr("Searching…") : tr("Not found");
    const QString count = m_matches.size() >= most ? tr("the newest %L1").arg(most) : tr("%Ln matches", nullptr, static_cast<int>(m_matches.size()));
    return tr("%L1 of %2", "match number of how many").arg(m_matches.size() - m_current).arg(count);
}

} // namespace slipway::ui
