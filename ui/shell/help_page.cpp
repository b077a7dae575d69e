// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/help_page.h"

#include <QFile>
#include <QHBoxLayout>
#include <QLabel>
#include <QShortcut>
#include <QTextBrowser>
#include <QTextDocument>
#include <QToolButton>

#include "shell/object_names.h"
#include "shell/theme.h"
#include "widgets/icons.h"

namespace slipway::ui
{

HelpPage::HelpPage(const QString& address, QWidget* parent) : QWidget(parent)
{
    setObjectName(QLatin1StringView(names::helpPage));
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
    auto* back = new QToolButton;
    back->setAutoRaise(true);
    back->setIcon(icon("back"));
    back->setToolTip(tr("Back (Esc)"));
    back->setAccessibleName(tr("Back"));
    connect(back, &QToolButton::clicked, this, &HelpPage::closed);
    auto* title = new QLabel(tr("First steps"));
    title->setProperty("heading", true);
    auto* head = new QHBoxLayout;
    head->setContentsMargins(theme::space3, theme::space3, theme::space4, 0);
    head->addWidget(back);
    head->addWidget(title, 1);
    QFile file(QStringLiteral(":/help/first_steps.md"));
    QString text = file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
    auto* browser = new QTextBrowser;
    browser->setFrameShape(QFrame::NoFrame);
    browser->setOpenExternalLinks(true);
    browser->document()->setDocumentMargin(theme::space6);
    browser->document()->setIndentWidth(24);
    browser->setMarkdown(text.replace(QLatin1StringView("{address}"), address));
    browser->setAccessibleName(title->text());
    auto* row = new QHBoxLayout;
    browser->setLineWrapMode(QTextEdit::FixedPixelWidth);
    browser->setLineWrapColumnOrWidth(820); // the eye finds the next line
    row->addWidget(browser);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addLayout(head);
    column->addLayout(row, 1);
    connect(new QShortcut(Qt::Key_Escape, this, nullptr, nullptr, Qt::WidgetWithChildrenShortcut), &QShortcut::activated, this,
            &HelpPage::closed);
}

} // namespace slipway::ui
