// SPDX-License-Identifier: GPL-3.0-or-later
#include "run/shell_words.h"

#include <QCoreApplication>
#include <QRegularExpression>

namespace slipway::ui
{
namespace
{

std::unexpected<Error> badText(const QString& message)
{
    return fail(ErrorKind::InvalidArgument, message.toStdString());
}

class Splitter
{
public:
    explicit Splitter(const QString& text) : m_text(text) {}

    Result<QStringList> split()
    {
        for (; m_at < m_text.size(); ++m_at)
            if (Status status = take(m_text[m_at]); !status)
                return std::unexpected(status.error());
        endWord();
        return m_words;
    }

private:
    Status take(QChar c)
    {
        if (c == QLatin1Char('\'') || c == QLatin1Char('"'))
            return quoted(c);
        if (c == QLatin1Char('\\'))
            escape();
        else if (c.isSpace())
            endWord();
        else if (c == QLatin1Char('#') && !m_inWord)
            skipComment();
        else if (QStringLiteral("|&;<>").contains(c))
            return badText(QCoreApplication::translate("ShellWords", "“%1” is for a shell: quote it, or run it by sh -c '…'").arg(c));
        else
            add(c);
        return {};
    }
    void add(QChar c)
    {
        m_word += c;
        m_inWord = true;
    }
    void skipComment()
    {
        while (m_at + 1 < m_text.size() && m_text[m_at + 1] != QLatin1Char('\n'))
            ++m_at;
    }
    void escape()
    {
        if (++m_at >= m_text.size())
            return add(QLatin1Char('\\'));
        if (m_text[m_at] != QLatin1Char('\n')) // a continued line
            add(m_text[m_at]);
    }
    Status quoted(QChar quote)
    {
        m_inWord = true;
        for (++m_at; m_at < m_text.size() && m_text[m_at] != quote; ++m_at) {
            const QChar next = m_at + 1 < m_text.size() ? m_text[m_at + 1] : QChar();
            if (quote == QLatin1Char('"') && m_text[m_at] == QLatin1Char('\\') && QStringLiteral("\"\\$`\n").contains(next)) {
                ++m_at;
                if (next == QLatin1Char('\n'))
                    continue;
            }
            m_word += m_text[m_at];
        }
        if (m_at >= m_text.size())
            return badText(QCoreApplication::translate("ShellWords", "the quote %1 is never closed").arg(quote));
        return {};
    }
    void endWord()
    {
        if (m_inWord)
            m_words << m_word;
        m_word.clear();
        m_inWord = false;
    }

    const QString& m_text;
    qsizetype m_at = 0;
    QString m_word;
    bool m_inWord = false;
    QStringList m_words;
};

} // namespace

Result<QStringList> splitWords(const QString& text) { return Splitter(text).split(); }

QString quotedWord(const QString& word)
{
    static const QRegularExpression plain(QStringLiteral("^[A-Za-z0-9_./:=@,+%~-]+$"));
    if (plain.match(word).hasMatch() && !word.startsWith(QLatin1Char('~')))
        return word;
    QString inner = word;
    return QStringLiteral("'%1'").arg(inner.replace(QLatin1Char('\''), QStringLiteral("'\\''")));
}

QString quotedWords(const QStringList& words)
{
    QStringList out;
    for (const QString& word : words)
        out << quotedWord(word);
    return out.join(QLatin1Char(' '));
}

} // namespace slipway::ui
