// SPDX-License-Identifier: GPL-3.0-or-later
#include "dockerfile/problem_list.h"

#include <QAbstractTableModel>
#include <QHeaderView>

#include "shell/object_names.h"
#include "shell/theme.h"
#include "widgets/icons.h"

namespace slipway::ui
{
namespace
{
enum Columns { Message, Fix, Rule, Line };
}

class ProblemModel : public QAbstractTableModel
{
public:
    void setProblems(const std::vector<Problem>& problems)
    {
        beginResetModel();
        m_problems = problems;
        endResetModel();
    }
    [[nodiscard]] const Problem& at(const QModelIndex& index) const { return m_problems[std::size_t(index.row())]; }

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override { return parent.isValid() ? 0 : int(m_problems.size()); }
    [[nodiscard]] int columnCount(const QModelIndex&) const override { return Line + 1; }
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override
    {
        const Problem& problem = at(index);
        if (role == Qt::DisplayRole)
            return textOf(problem, index.column());
        if (role == Qt::ToolTipRole && index.column() == Message)
            return problem.message;
        if (role == Qt::ForegroundRole && index.column() != Message)
            return tintColor(index.column() == Fix ? Tint::Accent : Tint::Muted);
        if (role == Qt::DecorationRole && index.column() == Message) {
            using enum dockerfile::Severity;
            return problem.severity == Error     ? icon("error", Tint::Danger)
                   : problem.severity == Warning ? icon("warning", Tint::Warning)
                                                 : icon("info", Tint::Accent);
        }
        return {};
    }

private:
    static QString textOf(const Problem& problem, int column)
    {
        switch (column) {
        case Message: return problem.message;
        case Fix:
            return !problem.fix ? QString() : problem.fix->isEmpty() ? ProblemList::tr("Take it away") : ProblemList::tr("Use %1").arg(problem.fix->simplified());
        case Rule: return problem.rule;
        default: return ProblemList::tr("line %1").arg(problem.line + 1);
        }
    }

    std::vector<Problem> m_problems;
};

ProblemList::ProblemList(QWidget* parent) : QTreeView(parent), m_model(new ProblemModel)
{
    m_model->setParent(this);
    setModel(m_model);
    setObjectName(QLatin1StringView(names::problemList));
    setAccessibleName(tr("Problems"));
    setHeaderHidden(true);
    setRootIsDecorated(false);
    setFrameShape(NoFrame);
    setUniformRowHeights(true);
    header()->setStretchLastSection(false);
    header()->setResizeContentsPrecision(0); // by the rows that are seen
    header()->setSectionResizeMode(Message, QHeaderView::Stretch);
    for (const int column : {Fix, Rule, Line})
        header()->setSectionResizeMode(column, QHeaderView::ResizeToContents);
    const auto go = [this](const QModelIndex& index) { emit chosen(m_model->at(index).line, m_model->at(index).column); };
    connect(this, &QTreeView::activated, this, go);
    connect(this, &QTreeView::clicked, this, [this, go](const QModelIndex& index) {
        if (const Problem& problem = m_model->at(index); index.column() == Fix && problem.fix)
            emit fixWanted(problem.line, problem.column);
        else
            go(index);
    });
}

void ProblemList::paintEvent(QPaintEvent* event)
{
    QTreeView::paintEvent(event);
    if (count() > 0)
        return;
    QPainter painter(viewport());
    painter.setPen(theme::colors().muted);
    painter.drawText(viewport()->rect(), Qt::AlignCenter, tr("No problems found"));
}

void ProblemList::show(const Analysis& analysis) { m_model->setProblems(analysis.problems); }
int ProblemList::count() const { return m_model->rowCount(); }

} // namespace slipway::ui
