// SPDX-License-Identifier: GPL-3.0-or-later
#include "logs/jump_bar.h"

#include <QDateTime>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPushButton>
#include <QRegularExpression>
#include <QTimeZone>
#include <QToolButton>

#include "terminal/cell_style.h"
#include "widgets/icons.h"

namespace slipway::ui
{
namespace
{
constexpr std::int64_t perMs = 1'000'000;

QDateTime momentOf(std::int64_t ns, bool utc)
{
    return utc ? QDateTime::fromMSecsSinceEpoch(ns / perMs, QTimeZone::UTC) : QDateTime::fromMSecsSinceEpoch(ns / perMs);
}
} // namespace

std::optional<LogTarget> parseLogTarget(const QString& text, std::int64_t referenceNs, bool utc)
{
    const QString t = text.trimmed();
    static const QRegularExpression number(QStringLiteral("^[0-9][0-9.,\\x{a0}\\x{202f}' ]*$")), ago(QStringLiteral("^-\\s*(\\d+)\\s*([smhd])$")),
        clock(QStringLiteral("^(\\d{1,2}):(\\d{2})(?::(\\d{2})(\\.\\d{1,9})?)?$"));
    if (number.match(t).hasMatch()) {
        QString digits = t;
        digits.remove(QRegularExpression(QStringLiteral("\\D")));
        bool ok = false;
        const qulonglong line = digits.toULongLong(&ok);
        return ok && line > 0 ? std::optional(LogTarget{static_cast<std::uint64_t>(line)}) : std::nullopt;
    }
    if (const auto match = ago.match(t); match.hasMatch()) {
        const std::int64_t unit = match.captured(2) == QLatin1String("s") ? 1 : match.captured(2) == QLatin1String("m") ? 60 : match.captured(2) == QLatin1String("h") ? 3600 : 86400;
        return LogTarget{referenceNs - match.captured(1).toLongLong() * unit * 1000 * perMs};
    }
    if (const auto match = clock.match(t); match.hasMatch()) {
        const QTime time(match.captured(1).toInt(), match.captured(2).toInt(), match.captured(3).toInt());
        if (!time.isValid())
            return std::nullopt;
        QDateTime moment = momentOf(referenceNs, utc);
        moment.setTime(time);
        const double fraction = match.captured(4).isEmpty() ? 0 : match.captured(4).toDouble();
        return LogTarget{moment.toMSecsSinceEpoch() * perMs + static_cast<std::int64_t>(fraction * 1e9)};
    }
    QString iso = t;
    iso.replace(QLatin1Char(' '), QLatin1Char('T'));
    QDateTime moment = QDateTime::fromString(iso, Qt::ISODateWithMs);
    if (!moment.isValid())
        return std::nullopt;
    if (utc && moment.timeSpec() == Qt::LocalTime)
        moment.setTimeZone(QTimeZone::UTC);
    return LogTarget{moment.toMSecsSinceEpoch() * perMs};
}

JumpBar::JumpBar(QWidget* parent) : QWidget(parent)
{
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(8, 4, 8, 4);
    row->setSpacing(6);
    m_text = new QLineEdit;
    m_text->setPlaceholderText(tr("Line, time or date: 1200, 14:03:22, 2026-11-27 14:03, -5m"));
    m_text->setAccessibleName(tr("Go to line or time"));
    m_text->setMaximumWidth(420);
    auto* button = new QPushButton(tr("Go"));
    m_hint = new QLabel;
    auto* close = new QToolButton;
    close->setIcon(icon("close"));
    close->setAutoRaise(true);
    close->setToolTip(tr("Close (Esc)"));
    close->setAccessibleName(tr("Close"));
    row->addWidget(m_text, 1);
    row->addWidget(button);
    row->addWidget(m_hint);
    row->addStretch();
    row->addWidget(close);
    connect(m_text, &QLineEdit::textEdited, this, [this] {
        m_wrong = false;
        m_hint->setText(m_range);
        m_hint->setPalette(palette());
    });
    connect(button, &QPushButton::clicked, this, &JumpBar::go);
    connect(close, &QToolButton::clicked, this, &JumpBar::closed);
    setFocusProxy(m_text);
}

void JumpBar::setExtent(const Extent& extent, bool utc)
{
    m_lastTimeNs = extent.lastTimeNs;
    m_utc = utc;
    const QLocale locale;
    const auto moment = [&](std::int64_t ns) { return locale.toString(momentOf(ns, utc), QLocale::ShortFormat); };
    m_range = extent.end == extent.first
                  ? tr("no lines")
                  : tr("lines %1 to %2")
                        .arg(locale.toString(qulonglong(extent.first + 1)), locale.toString(qulonglong(extent.end)));
    if (extent.firstTimeNs > 0)
        m_range = tr("%1, %2 to %3").arg(m_range, moment(extent.firstTimeNs), moment(extent.lastTimeNs));
    if (!m_wrong)
        m_hint->setText(m_range);
}

void JumpBar::open()
{
    m_wrong = false;
    m_hint->setPalette(palette());
    m_hint->setText(m_range);
    show();
    m_text->selectAll();
    m_text->setFocus();
}

void JumpBar::go()
{
    const auto target = parseLogTarget(m_text->text(), m_lastTimeNs, m_utc);
    m_wrong = !target;
    if (!target) {
        QPalette p = palette();
        p.setColor(QPalette::WindowText, ViewColors::of(p).error);
        m_hint->setPalette(p);
        m_hint->setText(tr("This is neither a line nor a time."));
        return;
    }
    if (const auto* line = std::get_if<std::uint64_t>(&target->at))
        emit lineChosen(*line - 1);
    else
        emit timeChosen(std::get<std::int64_t>(target->at));
}

void JumpBar::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Escape)
        emit closed();
    else if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter)
        go();
    else
        QWidget::keyPressEvent(event);
}

} // namespace slipway::ui
