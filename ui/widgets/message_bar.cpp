// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/message_bar.h"

#include <array>

#include <QAccessible>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QToolButton>

#include "shell/theme.h"
#include "widgets/icon_label.h"

namespace slipway::ui
{
namespace
{
struct Look
{
    const char* icon;
    Tint tint;
};
const Look& look(MessageBar::Kind kind)
{
    static constexpr std::array looks{Look{"info", Tint::Accent}, Look{"success", Tint::Success},
                                      Look{"warning", Tint::Warning}, Look{"error", Tint::Danger}};
    return looks[std::size_t(kind)];
}
} // namespace

MessageBar::MessageBar(QWidget* parent)
    : QFrame(parent), m_icon(new IconLabel(16)), m_text(new QLabel), m_actions(new QHBoxLayout)
{
    m_text->setTextFormat(Qt::PlainText);
    m_text->setWordWrap(true);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* close = new QToolButton;
    close->setAutoRaise(true);
    close->setIcon(icon("close", Tint::Muted));
    close->setAccessibleName(tr("Dismiss"));
    close->setToolTip(tr("Dismiss"));
    connect(close, &QToolButton::clicked, this, [this] {
        clear();
        emit dismissed();
    });
    m_actions->setSpacing(theme::space2);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(theme::space3, theme::space1, theme::space1, theme::space1);
    row->setSpacing(theme::space2);
    row->addWidget(m_icon);
    row->addWidget(m_text, 1);
    row->addLayout(m_actions);
    row->addWidget(close);
    setMinimumHeight(36);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);
    hide();
}

void MessageBar::say(Kind kind, const QString& text, const std::vector<Action>& actions)
{
    m_kind = kind;
    m_icon->setIcon(look(kind).icon, look(kind).tint);
    m_text->setText(text);
    setAccessibleName(text);
    while (QLayoutItem* item = m_actions->takeAt(0)) {
        item->widget()->hide(); // at once; it may be the one whose click this is
        item->widget()->deleteLater();
        delete item;
    }
    for (const Action& action : actions) {
        auto* button = new QPushButton(action.text);
        connect(button, &QPushButton::clicked, this, [this, run = action.run] {
            clear();
            run();
        });
        m_actions->addWidget(button);
    }
    show();
    update();
    QAccessibleEvent alert(this, QAccessible::Alert);
    QAccessible::updateAccessibility(&alert);
}

void MessageBar::clear()
{
    m_text->clear();
    hide();
}

QString MessageBar::text() const
{
    return m_text->text();
}

void MessageBar::paintEvent(QPaintEvent*)
{
    const QColor tone = tintColor(look(m_kind).tint);
    QPainter p(this);
    p.setRenderHint(QPainter::Antialiasing);
    p.setPen(theme::mix(theme::colors().surface, tone, 0.35));
    p.setBrush(theme::mix(theme::colors().surface, tone, 0.09));
    p.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), theme::radius, theme::radius);
}

} // namespace slipway::ui
