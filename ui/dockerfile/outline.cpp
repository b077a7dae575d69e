// SPDX-License-Identifier: GPL-3.0-or-later
#include "dockerfile/outline.h"

#include <QAbstractItemModel>
#include <QContextMenuEvent>
#include <QHeaderView>
#include <QMenu>

#include "shell/object_names.h"
#include "widgets/icons.h"

namespace slipway::ui
{

// Rows at the top: the global ARGs, then the stages, with their instructions below them.
class OutlineModel : public QAbstractItemModel
{
public:
    OutlineModel() : m_file(std::make_shared<dockerfile::File>()) {}

    void setFile(std::shared_ptr<const dockerfile::File> file)
    {
        const auto before = std::exchange(m_file, std::move(file));
        const int kept = std::min(topOf(*before), topOf(*m_file));
        m_shown.resize(std::size_t(topOf(*before)));
        for (int top = 0; top < kept; ++top)
            fit(index(top, 0), m_shown[std::size_t(top)], childrenOf(*m_file, top));
        fitTop(int(m_shown.size()), topOf(*m_file));
        for (int top = 0; top < topOf(*m_file); ++top)
            if (const int children = m_shown[std::size_t(top)]; children > 0)
                emit dataChanged(index(0, 0, index(top, 0)), index(children - 1, 0, index(top, 0)));
        if (!m_shown.empty())
            emit dataChanged(index(0, 0), index(int(m_shown.size()) - 1, 0));
    }

    void setNotes(std::map<int, Outline::Note> notes)
    {
        m_notes = std::move(notes);
        if (!m_shown.empty())
            emit dataChanged(index(0, 0), index(int(m_shown.size()) - 1, 0)); // a view paints all that it shows
        for (int top = 0; top < int(m_shown.size()); ++top)
            if (const int children = m_shown[std::size_t(top)]; children > 0)
                emit dataChanged(index(0, 0, index(top, 0)), index(children - 1, 0, index(top, 0)));
    }

    [[nodiscard]] const dockerfile::Instruction* at(const QModelIndex& place) const // null: it is going away
    {
        const int top = place.internalId() == 0 ? place.row() : int(place.internalId()) - 1;
        const int globals = int(m_file->globalArgs.size());
        if (top < globals)
            return &m_file->globalArgs[std::size_t(top)];
        if (top - globals >= int(m_file->stages.size()))
            return nullptr;
        const dockerfile::Stage& stage = m_file->stages[std::size_t(top - globals)];
        if (place.internalId() == 0)
            return &stage.from;
        return place.row() < int(stage.instructions.size()) ? &stage.instructions[std::size_t(place.row())] : nullptr;
    }

    [[nodiscard]] QModelIndex of(int line) const // the last that begins at or before LINE, from 0
    {
        const auto before = [line](const dockerfile::Instruction& each) { return each.node->firstLine - 1 <= line; };
        const auto& stages = m_file->stages;
        const auto stage = std::ranges::partition_point(stages, [&](const dockerfile::Stage& each) { return before(each.from); });
        const int globals = int(m_file->globalArgs.size());
        if (stage == stages.begin()) {
            const auto arg = std::ranges::partition_point(m_file->globalArgs, before);
            return index(int(arg - m_file->globalArgs.begin()) - 1, 0);
        }
        const auto& instructions = std::prev(stage)->instructions;
        const auto next = std::ranges::partition_point(instructions, before);
        const QModelIndex top = index(globals + int(std::prev(stage) - stages.begin()), 0);
        return next == instructions.begin() ? top : index(int(next - instructions.begin()) - 1, 0, top);
    }

    [[nodiscard]] QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override
    {
        if (row < 0 || column != 0 || row >= rowCount(parent))
            return {};
        return createIndex(row, column, quintptr(parent.isValid() ? parent.row() + 1 : 0));
    }
    [[nodiscard]] QModelIndex parent(const QModelIndex& child) const override
    {
        return child.internalId() == 0 ? QModelIndex() : createIndex(int(child.internalId()) - 1, 0, quintptr(0));
    }
    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override
    {
        if (!parent.isValid())
            return int(m_shown.size());
        return parent.internalId() == 0 && parent.row() < int(m_shown.size()) ? m_shown[std::size_t(parent.row())] : 0;
    }
    [[nodiscard]] int columnCount(const QModelIndex&) const override { return 1; }
    [[nodiscard]] QVariant data(const QModelIndex& place, int role) const override
    {
        const dockerfile::Instruction* each = at(place);
        if (!each)
            return {};
        const auto note = m_notes.find(each->node->firstLine - 1);
        if (role == Qt::ToolTipRole && note != m_notes.end())
            return QStringLiteral("%1\n%2").arg(textOf(*each), note->second.text);
        if (role == Qt::DisplayRole || role == Qt::ToolTipRole)
            return textOf(*each);
        if (role == Qt::DecorationRole)
            return icon(each->as<dockerfile::From>()   ? "layers"
                        : place.internalId() == 0      ? "tag"
                        : each->as<dockerfile::Run>()  ? "play"
                        : each->as<dockerfile::Copy>() ? "copy"
                                                       : "settings",
                        note == m_notes.end() ? Tint::Muted : note->second.tint);
        return {};
    }

private:
    static int topOf(const dockerfile::File& file) { return int(file.globalArgs.size() + file.stages.size()); }
    static int childrenOf(const dockerfile::File& file, int top)
    {
        const int globals = int(file.globalArgs.size());
        return top < globals ? 0 : int(file.stages[std::size_t(top - globals)].instructions.size());
    }
    static QString textOf(const dockerfile::Instruction& each)
    {
        const auto* from = each.as<dockerfile::From>();
        if (!from)
            return QString::fromStdString(each.node->line).simplified();
        const QString name = QString::fromStdString(from->name), base = QString::fromStdString(from->image);
        return name.isEmpty() ? base : Outline::tr("%1 from %2").arg(name, base);
    }
    void fit(const QModelIndex& parent, int& shown, int wanted)
    {
        if (wanted > shown) {
            beginInsertRows(parent, shown, wanted - 1);
            shown = wanted;
            endInsertRows();
        } else if (wanted < shown) {
            beginRemoveRows(parent, wanted, shown - 1);
            shown = wanted;
            endRemoveRows();
        }
    }
    void fitTop(int shown, int wanted)
    {
        if (wanted > shown) {
            beginInsertRows({}, shown, wanted - 1);
            for (int top = shown; top < wanted; ++top)
                m_shown.push_back(childrenOf(*m_file, top));
            endInsertRows();
        } else if (wanted < shown) {
            beginRemoveRows({}, wanted, shown - 1);
            m_shown.resize(std::size_t(wanted));
            endRemoveRows();
        }
    }

    std::shared_ptr<const dockerfile::File> m_file;
    std::vector<int> m_shown; // how many rows each at the top has by now
    std::map<int, Outline::Note> m_notes;
};

Outline::Outline(QWidget* parent) : QTreeView(parent), m_model(new OutlineModel)
{
    m_model->setParent(this);
    setModel(m_model);
    setObjectName(QLatin1StringView(names::outline));
    setAccessibleName(tr("Stages"));
    setHeaderHidden(true);
    setFrameShape(NoFrame);
    setUniformRowHeights(true);
    setTextElideMode(Qt::ElideRight);
    header()->setSectionResizeMode(QHeaderView::Stretch);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    const auto choose = [this](const QModelIndex& index) {
        if (const int line = lineAt(index); line >= 0)
            emit lineChosen(line);
    };
    connect(this, &QTreeView::clicked, this, choose);
    connect(this, &QTreeView::activated, this, choose);
    connect(m_model, &QAbstractItemModel::rowsInserted, this, [this](const QModelIndex& stage, int first, int last) {
        for (int row = first; row <= last && !stage.isValid(); ++row)
            expand(m_model->index(row, 0));
        if (stage.isValid() && first == 0)
            expand(stage);
    });
}

int Outline::lineAt(const QModelIndex& index) const
{
    const dockerfile::Instruction* each = index.isValid() ? m_model->at(index) : nullptr;
    return each ? each->node->firstLine - 1 : -1;
}

void Outline::show(const Analysis& analysis)
{
    const QSignalBlocker quiet(this);
    m_model->setFile(analysis.file);
}

void Outline::setNotes(std::map<int, Note> notes) { m_model->setNotes(std::move(notes)); }

void Outline::contextMenuEvent(QContextMenuEvent* event)
{
    const int line = lineAt(event->reason() == QContextMenuEvent::Mouse ? indexAt(event->pos()) : currentIndex());
    if (line < 0)
        return;
    QMenu menu(this);
    emit lineMenuRequested(&menu, line);
    if (!menu.isEmpty())
        menu.exec(event->reason() == QContextMenuEvent::Mouse ? event->globalPos() : viewport()->mapToGlobal(visualRect(currentIndex()).bottomLeft()));
}

void Outline::setCurrentLine(int line)
{
    QModelIndex found = m_model->of(line);
    if (found.parent().isValid() && !isExpanded(found.parent()))
        found = found.parent();
    const QSignalBlocker quiet(this);
    if (found != currentIndex())
        setCurrentIndex(found);
}

} // namespace slipway::ui
