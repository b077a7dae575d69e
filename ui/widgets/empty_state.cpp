// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/empty_state.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>

#include "shell/theme.h"
#include "widgets/icon_label.h"
#include "widgets/spinner.h"

namespace slipway::ui
{

EmptyState::EmptyState(QWidget* parent)
    : QWidget(parent), m_picture(new IconLabel(40)), m_title(new QLabel), m_text(new QLabel), m_spinner(new Spinner),
      m_action(new QPushButton), m_second(new QPushButton)
{
    QFont font = m_title->font();
    font.setWeight(QFont::DemiBold);
    font.setPointSizeF(font.pointSizeF() * 1.2);
    m_title->setFont(font);
    for (QLabel* label : {m_title, m_text}) {
        label->setTextFormat(Qt::PlainText);
        label->setAlignment(Qt::AlignHCenter);
        label->setWordWrap(true);
    }
    m_text->setProperty("muted", true);
    m_text->setMaximumWidth(460);
    m_spinner->setFixedSize(28, 28);
    m_action->setProperty("primary", true);
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(theme::space2);
    buttons->addStretch();
    buttons->addWidget(m_action);
    buttons->addWidget(m_second);
    buttons->addStretch();
    auto* column = new QVBoxLayout(this);
    column->setSpacing(theme::space2);
    column->addStretch(2);
    column->addWidget(m_picture, 0, Qt::AlignHCenter);
    column->addWidget(m_spinner, 0, Qt::AlignHCenter);
    column->addSpacing(theme::space1);
    column->addWidget(m_title);
    auto* middle = new QHBoxLayout;
    middle->addStretch();
    middle->addWidget(m_text, 1);
    middle->addStretch();
    column->addLayout(middle);
    column->addSpacing(theme::space2);
    column->addLayout(buttons);
    column->addStretch(3);
    m_action->hide();
    m_second->hide();
    connect(m_action, &QPushButton::clicked, this, [this] { m_run(); });
    connect(m_second, &QPushButton::clicked, this, [this] { m_runSecond(); });
}

void EmptyState::show(const char* name, const QString& title, const QString& text)
{
    m_picture->setVisible(name != nullptr);
    m_spinner->setVisible(name == nullptr);
    if (name)
        m_picture->setIcon(name, Tint::Muted);
    m_title->setText(title);
    m_text->setText(text);
    m_text->setVisible(!text.isEmpty());
    setAccessibleName(title);
    setAccessibleDescription(text);
    show();
}

void EmptyState::setAction(const QString& text, std::function<void()> run)
{
    set(m_action, m_run, text, std::move(run));
}

void EmptyState::setSecondAction(const QString& text, std::function<void()> run)
{
    set(m_second, m_runSecond, text, std::move(run));
}

void EmptyState::set(QPushButton* button, std::function<void()>& slot, const QString& text, std::function<void()> run)
{
    slot = std::move(run);
    button->setText(text);
    button->setVisible(!text.isEmpty());
}

QString EmptyState::title() const
{
    return m_title->text();
}

} // namespace slipway::ui
