// SPDX-License-Identifier: GPL-3.0-or-later
#include "dockerfile/problem_list.h"

#include <QHeaderView>

#include "shell/object_names.h"
#include "shell/theme.h"
#include "widgets/icons.h"

namespace slipway::ui
{
namespace
{
enum Columns { Message, Fix, Rule, Line };
constexpr int LineRole = Qt::UserRole, ColumnRole = Qt::UserRole + 1;
} // namespace

ProblemList::ProblemList(QWidget* parent) : QTreeWidget(parent)
{
    setObjectName(QLatin1StringView(names::problemList));
    setAccessibleName(tr("Problems"));
    setColumnCount(4);
    setHeaderHidden(true);
    setRootIsDecorated(false);
    setFrameShape(NoFrame);
    setUniformRowHeights(true);
    header()->setStretchLastSection(false);
    header()->setSectionResizeMode(Message, QHeaderView::Stretch);
    for (const int column : {Fix, Rule, Line})
        header()->setSectionResizeMode(column, QHeaderView::ResizeToContents);
    const auto go = [this](const QTreeWidgetItem* item) { emit chosen(item->data(0, LineRole).toInt(), item->data(0, ColumnRole).toInt()); };
    connect(this, &QTreeWidget::itemActivated, this, go);
    connect(this, &QTreeWidget::itemClicked, this, [this, go](const QTreeWidgetItem* item, int column) {
        if (column == Fix && !item->text(Fix).isEmpty())
            emit fixWanted(item->data(0, LineRole).toInt(), item->data(0, ColumnRole).toInt());
        else
            go(item);
    });
}

void ProblemList::paintEvent(QPaintEvent* event)
{
    QTreeWidget::paintEvent(event);
    if (topLevelItemCount() > 0)
        return;
    QPainter painter(viewport());
    painter.setPen(theme::colors().muted);
    painter.drawText(viewport()->rect(), Qt::AlignCenter, tr("No problems found"));
}

void ProblemList::show(const Analysis& analysis)
{
    clear();
    for (const Problem& problem : analysis.problems) {
        const bool error = problem.severity == dockerfile::Severity::Error;
        const QString fix = !problem.fix ? QString() : problem.fix->isEmpty() ? tr("Take it away") : tr("Use %1").arg(problem.fix->simplified());
        auto* item = new QTreeWidgetItem({problem.message, fix, problem.rule, tr("line %1").arg(problem.line + 1)});
        item->setIcon(Message, icon(error ? "error" : "warning", error ? Tint::Danger : Tint::Warning));
        item->setToolTip(Message, problem.message);
        item->setForeground(Fix, tintColor(Tint::Accent));
        item->setForeground(Rule, tintColor(Tint::Muted));
        item->setForeground(Line, tintColor(Tint::Muted));
        item->setData(0, LineRole, problem.line);
        item->setData(0, ColumnRole, problem.column);
        addTopLevelItem(item);
    }
}

} // namespace slipway::ui
