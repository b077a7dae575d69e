// SPDX-License-Identifier: GPL-3.0-or-later
#include "logs/find_bar.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QSpinBox>
#include <QToolButton>

#include "terminal/cell_style.h"
#include "widgets/elided_label.h"

namespace slipway::ui
{

FindBar::FindBar(QWidget* parent, Of what) : QWidget(parent)
{
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(8, 4, 8, 4);
    row->setSpacing(4);
    m_text = new QLineEdit;
    m_text->setPlaceholderText(what == Of::Log ? tr("Find in log") : tr("Find in terminal"));
    m_text->setAccessibleName(m_text->placeholderText());
    m_text->setClearButtonEnabled(true);
    m_text->setMaximumWidth(420);
    row->addWidget(m_text, 1);
    const auto button = [&](const QString& text, const QString& name, bool checkable) {
        auto* b = new QToolButton;
        b->setText(text);
        b->setToolTip(name);
        b->setAccessibleName(name);
        b->setAutoRaise(true);
        b->setCheckable(checkable);
        row->addWidget(b);
        return b;
    };
    m_case = button(QStringLiteral("Aa"), tr("Match case"), true);
    m_word = button(tr("W", "whole word"), tr("Whole words only"), true);
    m_regex = button(QStringLiteral(".*"), tr("Regular expression"), true);
    m_filter = button(tr("Filter"), tr("Show only the lines that match"), true);
    m_filter->setVisible(what == Of::Log);
    m_context = new QSpinBox;
    m_context->setRange(0, 99);
    m_context->setPrefix(tr("± "));
    m_context->setToolTip(tr("How many lines around each match are shown too"));
    m_context->setAccessibleName(tr("Lines around each match"));
    m_context->hide();
    row->addWidget(m_context);
    auto* previousButton = button(QStringLiteral("↑"), tr("Previous match (Shift+F3)"), false);
    auto* nextButton = button(QStringLiteral("↓"), tr("Next match (F3)"), false);
    m_status = new ElidedLabel; // an expression's error is long
    m_progress = new QProgressBar;
    m_progress->setRange(0, 1000);
    m_progress->setTextVisible(false);
    m_progress->setFixedSize(80, 6);
    m_progress->setAccessibleName(tr("How much of the log is searched"));
    m_progress->hide();
    row->addSpacing(8);
    row->addWidget(m_progress);
    row->addWidget(m_status, 1);
    auto* close = button(QStringLiteral("✕"), tr("Close (Esc)"), false);

    connect(m_text, &QLineEdit::textChanged, this, &FindBar::queryChanged);
    connect(m_case, &QToolButton::toggled, this, &FindBar::queryChanged);
    connect(m_regex, &QToolButton::toggled, this, &FindBar::queryChanged);
    connect(m_word, &QToolButton::toggled, this, &FindBar::queryChanged);
    connect(m_filter, &QToolButton::toggled, this, [this](bool on) {
        m_context->setVisible(on);
        emit queryChanged();
    });
    connect(m_context, &QSpinBox::valueChanged, this, &FindBar::queryChanged);
    connect(previousButton, &QToolButton::clicked, this, &FindBar::previous);
    connect(nextButton, &QToolButton::clicked, this, &FindBar::next);
    connect(close, &QToolButton::clicked, this, &FindBar::closed);
    setFocusProxy(m_text);
}

void FindBar::open(const QString& text)
{
    show();
    if (!text.isEmpty())
        m_text->setText(text);
    m_text->selectAll();
    m_text->setFocus();
}

void FindBar::setStatus(const QString& status, bool isError)
{
    m_status->setText(status);
    QPalette p = palette();
    const ViewColors colors = ViewColors::of(p);
    p.setColor(QPalette::WindowText, isError ? colors.error : colors.dim);
    m_status->setPalette(p);
}

void FindBar::setProgress(double share)
{
    m_progress->setVisible(share < 1);
    m_progress->setValue(static_cast<int>(share * 1000));
}

logstore::LogQuery FindBar::query() const
{
    logstore::LogQuery query;
    query.text = m_text->text().toStdString();
    query.regex = m_regex->isChecked();
    query.caseSensitive = m_case->isChecked();
    query.wholeWord = m_word->isChecked();
    return query;
}

unsigned FindBar::context() const { return static_cast<unsigned>(m_context->value()); }

bool FindBar::filters() const { return m_filter->isChecked(); }

void FindBar::keyPressEvent(QKeyEvent* event)
{
    const bool shift = event->modifiers() & Qt::ShiftModifier;
    if (event->key() == Qt::Key_Escape)
        emit closed();
    else if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter || event->key() == Qt::Key_F3)
        shift ? emit previous() : emit next();
    else
        QWidget::keyPressEvent(event);
}

} // namespace slipway::ui
