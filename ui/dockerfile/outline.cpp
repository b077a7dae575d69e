// SPDX-License-Identifier: GPL-3.0-or-later
#include "dockerfile/outline.h"

#include <set>

#include <QHeaderView>

#include "shell/object_names.h"
#include "widgets/icons.h"

namespace slipway::ui
{
namespace
{
constexpr int LineRole = Qt::UserRole;

QTreeWidgetItem* itemFor(const QString& text, const char* picture, int line)
{
    auto* item = new QTreeWidgetItem({text});
    item->setIcon(0, icon(picture, Tint::Muted));
    item->setData(0, LineRole, line);
    item->setToolTip(0, text);
    return item;
}

QString shown(const dockerfile::Instruction& instruction) { return QString::fromStdString(instruction.node->line).simplified(); }
} // namespace

Outline::Outline(QWidget* parent) : QTreeWidget(parent)
{
    setObjectName(QLatin1StringView(names::outline));
    setAccessibleName(tr("Stages"));
    setHeaderHidden(true);
    setFrameShape(NoFrame);
    setUniformRowHeights(true);
    setTextElideMode(Qt::ElideRight);
    header()->setSectionResizeMode(QHeaderView::Stretch);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    const auto choose = [this](const QTreeWidgetItem* item) { emit lineChosen(item->data(0, LineRole).toInt()); };
    connect(this, &QTreeWidget::itemClicked, this, choose);
    connect(this, &QTreeWidget::itemActivated, this, choose);
}

void Outline::show(const Analysis& analysis)
{
    std::set<int> closed;
    for (int i = 0; i < topLevelItemCount(); ++i)
        if (!topLevelItem(i)->isExpanded())
            closed.insert(i);
    const int current = currentItem() ? currentItem()->data(0, LineRole).toInt() : -1;
    clear();
    for (const dockerfile::Instruction& arg : analysis.file->globalArgs)
        addTopLevelItem(itemFor(shown(arg), "tag", arg.node->firstLine - 1));
    for (const dockerfile::Stage& stage : analysis.file->stages) {
        const QString name = QString::fromStdString(stage.base().name), base = QString::fromStdString(stage.base().image);
        auto* item = itemFor(name.isEmpty() ? base : tr("%1 from %2").arg(name, base), "layers", stage.from.node->firstLine - 1);
        for (const dockerfile::Instruction& each : stage.instructions)
            item->addChild(itemFor(shown(each), each.as<dockerfile::Run>() ? "play" : each.as<dockerfile::Copy>() ? "copy" : "settings",
                                   each.node->firstLine - 1));
        addTopLevelItem(item);
        item->setExpanded(!closed.contains(topLevelItemCount() - 1));
    }
    setCurrentLine(current);
}

void Outline::setCurrentLine(int line)
{
    QTreeWidgetItem* found = nullptr;
    for (QTreeWidgetItemIterator it(this); *it; ++it)
        if ((*it)->data(0, LineRole).toInt() <= line)
            found = *it;
    const QSignalBlocker quiet(this);
    setCurrentItem(found && found->parent() && !found->parent()->isExpanded() ? found->parent() : found);
}

} // namespace slipway::ui
