// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <variant>

#include <QWidget>

class QLabel;
class QLineEdit;

namespace slipway::ui
{

// Where "Go to" leads: a line (from 1) or a moment (unix nanoseconds).
struct LogTarget
{
    std::variant<std::uint64_t, std::int64_t> at;
};

// TEXT as a person writes it: "12,345" a line; "14:03", "14:03:22.5" a time of the day of REFERENCENS; "2026-11-27 14:03", ISO 8601 a
// moment, in local time or, with a Z or an offset, in its own; "-5m", "-2h" before REFERENCENS.
[[nodiscard]] std::optional<LogTarget> parseLogTarget(const QString& text, std::int64_t referenceNs, bool utc);

// The bar for it, over the log.
class JumpBar : public QWidget
{
    Q_OBJECT

public:
    explicit JumpBar(QWidget* parent = nullptr);
    // What the log holds, as it grows; times are shown and read in UTC or in local time.
    struct Extent
    {
        std::uint64_t first = 0, end = 0; // lines, END not included
        std::int64_t firstTimeNs = 0, lastTimeNs = 0;
    };
    void setExtent(const Extent& extent, bool utc);
    void open();

signals:
    void lineChosen(std::uint64_t line); // from 0
    void timeChosen(std::int64_t timeNs);
    void closed();

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    void go();
    QLineEdit* m_text;
    QLabel* m_hint;
    QString m_range;
    std::int64_t m_lastTimeNs = 0;
    bool m_utc = false, m_wrong = false; // WRONG: the hint says what is wrong with the text
};

} // namespace slipway::ui
