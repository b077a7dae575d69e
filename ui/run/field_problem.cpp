// SPDX-License-Identifier: GPL-3.0-or-later
#include "run/field_problem.h"

#include <QAccessible>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>

#include "shell/theme.h"
#include "widgets/icon_label.h"

namespace slipway::ui
{

FieldProblem::FieldProblem(QWidget* parent)
    : QWidget(parent), m_icon(new IconLabel(14)), m_text(new QLabel), m_fix(new QPushButton)
{
    m_text->setTextFormat(Qt::PlainText);
    m_text->setWordWrap(true);
    m_fix->setFlat(true);
    m_fix->setProperty("link", true);
    m_fix->setCursor(Qt::PointingHandCursor);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(2, 2, 0, 2);
    row->setSpacing(6);
    row->addWidget(m_icon, 0, Qt::AlignTop);
    row->addWidget(m_text, 1);
    row->addWidget(m_fix, 0, Qt::AlignTop);
    connect(m_fix, &QPushButton::clicked, this, [this] {
        const auto run = m_run;
        clear();
        if (run)
            run();
    });
    hide();
}

void FieldProblem::set(bool serious, const QString& text, const QString& fix, std::function<void()> run)
{
    if (text.isEmpty())
        return clear();
    const bool fresh = text != m_text->text();
    m_icon->setIcon(serious ? "error" : "warning", serious ? Tint::Danger : Tint::Warning);
    m_text->setProperty("problem", serious);
    m_text->setProperty("warning", !serious);
    m_text->setText(text);
    setAccessibleName(text);
    m_fix->setText(fix);
    m_fix->setVisible(!fix.isEmpty());
    m_run = std::move(run);
    show();
    if (fresh) {
        QAccessibleEvent alert(this, QAccessible::Alert);
        QAccessible::updateAccessibility(&alert);
    }
}

void FieldProblem::say(const QString& text, const QString& fix, std::function<void()> run)
{
    set(true, text, fix, std::move(run));
}

void FieldProblem::warn(const QString& text, const QString& fix, std::function<void()> run)
{
    set(false, text, fix, std::move(run));
}

void FieldProblem::clear()
{
    m_text->clear();
    m_run = {};
    hide();
}

QString FieldProblem::text() const { return m_text->text(); }

} // namespace slipway::ui
