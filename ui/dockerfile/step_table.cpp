// SPDX-License-Identifier: GPL-3.0-or-later
#include "dockerfile/step_table.h"

#include <QAbstractTableModel>
#include <QHeaderView>

#include "dockerfile/build_run.h"
#include "shell/object_names.h"
#include "widgets/bytes.h"
#include "widgets/icons.h"

namespace slipway::ui
{

using dockerapi::PastBuild;
using dockerapi::PastStep;

class StepModel : public QAbstractTableModel
{
public:
    // Of one build: Number, Instruction, State, Time, Size. Of two: Number, Instruction, what the older and the newer made of it, and by
    // how much the newer took longer and is larger.
    static constexpr int Number = 0, Instruction = 1, FirstOf = 2, Before = 2, After = 3, Longer = 4, Larger = 5;
    enum Part { State, Time, Size };
    static constexpr int Parts = 3;

    void set(std::vector<PastStep> older, std::vector<PastStep> newer, bool both)
    {
        beginResetModel();
        m_both = both;
        m_sides[0] = sorted(std::move(older));
        m_sides[1] = sorted(std::move(newer));
        m_rows = both ? diffLines(texts(m_sides[0]), texts(m_sides[1])) : std::vector<DiffLine>();
        for (int i = 0; !both && i < int(m_sides[1].size()); ++i)
            m_rows.push_back({-1, i});
        endResetModel();
    }
    [[nodiscard]] bool both() const { return m_both; }
    [[nodiscard]] const PastStep* step(int row, int side) const // 0: the older; null: it has none
    {
        const int at = side == 0 ? m_rows[std::size_t(row)].left : m_rows[std::size_t(row)].right;
        return at < 0 ? nullptr : &m_sides[side][std::size_t(at)];
    }

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override { return parent.isValid() ? 0 : int(m_rows.size()); }
    [[nodiscard]] int columnCount(const QModelIndex&) const override { return m_both ? Larger + 1 : FirstOf + Parts; }
    [[nodiscard]] QVariant headerData(int column, Qt::Orientation orientation, int role) const override
    {
        if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
            return {};
        const QStringList one{StepTable::tr("Step"), StepTable::tr("Instruction"), StepTable::tr("State"), StepTable::tr("Time"), StepTable::tr("Layer")};
        const QStringList two{one[0], one[1], StepTable::tr("Before"), StepTable::tr("After"), StepTable::tr("Time ±"), StepTable::tr("Layer ±")};
        return (m_both ? two : one).value(column);
    }
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override
    {
        const PastStep* older = step(index.row(), 0);
        const PastStep* newer = step(index.row(), 1);
        const int column = index.column();
        if (role == Qt::TextAlignmentRole)
            return QVariant(Qt::AlignVCenter | (column == Number || isAmount(column) ? Qt::AlignRight : Qt::AlignLeft));
        if (column < FirstOf) {
            const PastStep& shown = newer ? *newer : *older;
            if (role == Qt::ToolTipRole)
                return QString::fromStdString(shown.text);
            if (role == Qt::ForegroundRole && m_both && !(older && newer))
                return tintColor(newer ? Tint::Success : Tint::Danger);
            if (role != Qt::DisplayRole)
                return {};
            const QString text = QString::fromStdString(shown.text).simplified();
            return column == Number ? QString::number(shown.number) : m_both && !(older && newer) ? (newer ? QStringLiteral("+ ") : QStringLiteral("− ")) + text : text;
        }
        if (m_both && column >= Longer)
            return older && newer ? difference(*older, *newer, column == Longer, role) : QVariant();
        if (m_both)
            return column == Before ? (older ? whole(*older, role) : QVariant()) : newer ? whole(*newer, role) : QVariant();
        return part(*newer, Part(column - FirstOf), role);
    }

private:
    [[nodiscard]] bool isAmount(int column) const { return m_both ? column >= Longer : column > FirstOf; }
    // "ran · 8 ms · 21 bytes", "cached"
    static QVariant whole(const PastStep& step, int role)
    {
        if (role != Qt::DisplayRole)
            return part(step, State, role);
        QStringList words{part(step, State, role).toString(), part(step, Time, role).toString(), part(step, Size, role).toString()};
        words.removeAll(QString());
        return words.join(QStringLiteral(" · "));
    }
    static std::vector<PastStep> sorted(std::vector<PastStep> steps)
    {
        std::ranges::stable_sort(steps, {}, &PastStep::number);
        return steps;
    }
    static QStringList texts(const std::vector<PastStep>& steps)
    {
        QStringList all;
        for (const PastStep& each : steps)
            all << QString::fromStdString(each.text).simplified();
        return all;
    }
    static QVariant part(const PastStep& step, Part what, int role)
    {
        struct Look
        {
            QString word;
            const char* picture;
            Tint tint;
        };
        using enum PastStep::State;
        const Look look = step.state == Cached      ? Look{StepTable::tr("cached"), "check", Tint::Muted}
                          : step.state == Done      ? Look{StepTable::tr("ran"), "check", Tint::Success}
                          : step.state == Failed    ? Look{StepTable::tr("failed"), "error", Tint::Danger}
                          : step.state == Cancelled ? Look{StepTable::tr("cancelled"), "stop", Tint::Muted}
                                                    : Look{StepTable::tr("running"), "play", Tint::Accent};
        if (what == State)
            return role == Qt::DisplayRole ? QVariant(look.word) : role == Qt::DecorationRole ? QVariant(icon(look.picture, look.tint)) : QVariant();
        if (role == Qt::ForegroundRole)
            return tintColor(Tint::Muted);
        if (role != Qt::DisplayRole)
            return {};
        if (what == Time)
            return step.state == Cached ? QString() : step.ms < 1 ? StepTable::tr("<1 ms") : durationText(step.ms);
        return step.size > 0 ? bytesText(step.size) : QString();
    }
    static QVariant difference(const PastStep& older, const PastStep& newer, bool time, int role)
    {
        const qint64 by = time ? (newer.state == PastStep::State::Cached ? 0 : newer.ms) - (older.state == PastStep::State::Cached ? 0 : older.ms) : newer.size - older.size;
        if (role == Qt::ForegroundRole)
            return tintColor(by > 0 ? Tint::Warning : Tint::Success);
        if (role != Qt::DisplayRole || by == 0)
            return {};
        const QString sign = by > 0 ? QStringLiteral("+") : QStringLiteral("−");
        return sign + (time ? durationText(std::abs(by)) : bytesText(std::abs(by)));
    }

    bool m_both = false;
    std::vector<PastStep> m_sides[2];
    std::vector<DiffLine> m_rows;
};

StepTable::StepTable(QWidget* parent) : QTreeView(parent), m_model(new StepModel)
{
    m_model->setParent(this);
    setModel(m_model);
    setObjectName(QLatin1StringView(names::stepTable));
    setAccessibleName(tr("Steps of the build"));
    setRootIsDecorated(false);
    setUniformRowHeights(true);
    setFrameShape(NoFrame);
    setAllColumnsShowFocus(true);
    setTextElideMode(Qt::ElideRight);
    header()->setStretchLastSection(false);
    connect(this, &QTreeView::activated, this, [this](const QModelIndex& index) {
        if (const PastStep* step = m_model->step(index.row(), 1))
            emit stepChosen(step->number);
    });
}

void StepTable::fitColumns()
{
    header()->setSectionResizeMode(QHeaderView::ResizeToContents);
    header()->setSectionResizeMode(StepModel::Instruction, QHeaderView::Stretch);
    header()->setMinimumSectionSize(40);
}

void StepTable::show(const PastBuild& build)
{
    m_model->set({}, build.steps, false);
    fitColumns();
}

void StepTable::compare(const PastBuild& older, const PastBuild& newer)
{
    m_model->set(older.steps, newer.steps, true);
    fitColumns();
}

} // namespace slipway::ui
