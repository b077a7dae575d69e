// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <vector>

#include <QWidget>

class QHBoxLayout;
class QPushButton;
class QVBoxLayout;

namespace slipway::ui
{

class FieldProblem;

// One entry of a list field, edited in parts (host port, container port, …): a row with a button that takes it away and room
// for its own problem below. Subclasses fill parts().
class EntryRow : public QWidget
{
    Q_OBJECT

public:
    explicit EntryRow(const QString& removeName, QWidget* parent = nullptr);
    virtual void setText(const QString& text) = 0;
    [[nodiscard]] virtual QString text() const = 0; // "" while nothing is filled in
    [[nodiscard]] FieldProblem& problem() { return *m_problem; }

signals:
    void changed();
    void removed();

protected:
    [[nodiscard]] QHBoxLayout* parts() { return m_parts; }

private:
    QHBoxLayout* m_parts;
    FieldProblem* m_problem;
};

// A list field as rows, with a button below that adds one. Rows are the entries of a RunSpec list in order; rows that are still
// empty count for nothing. GUI thread.
class RowsEditor : public QWidget
{
    Q_OBJECT

public:
    using Factory = std::function<EntryRow*()>;
    RowsEditor(const QString& addText, Factory factory, QWidget* parent = nullptr);

    void setTexts(const QStringList& texts); // rows that hold the same text already stay as they are
    [[nodiscard]] QStringList texts() const;
    [[nodiscard]] EntryRow* entry(int index) const; // by its place in texts(); nullptr beyond
    EntryRow* addRow(const QString& text = {});
    void clearProblems();

signals:
    void changed();

private:
    void removeRow(EntryRow* row);

    Factory m_factory;
    QVBoxLayout* m_column;
    QPushButton* m_add;
    std::vector<EntryRow*> m_rows;
};

} // namespace slipway::ui
