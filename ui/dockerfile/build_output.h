// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include <QWidget>

#include "logs/line_store.h"
#include "logs/memory_log.h"

class QMenu;
class QVBoxLayout;

namespace slipway::ui
{

class BuildRun;
class FindBar;
class LogCanvas;

// What a build says, as it says it; follows the end. GUI thread.
class BuildOutput : public QWidget
{
    Q_OBJECT

public:
    explicit BuildOutput(QWidget* parent = nullptr);
    ~BuildOutput() override;
    [[nodiscard]] const std::shared_ptr<BuildRun>& run() const { return m_run; }
    void setRun(std::shared_ptr<BuildRun> run); // null: nothing was built yet
    void showLine(std::uint64_t line);          // of the run's output, at the top
    void find();

signals:
    void stepMenuRequested(QMenu* menu, int number); // of the step whose output is there; to be added to

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void makeCanvas(LineStore& store);
    void search();
    void showMatch();
    void stepMatch(bool forward);
    void fillMenu(QMenu* menu, std::uint64_t line);

    std::shared_ptr<BuildRun> m_run;
    LineStore m_nothing;
    std::unique_ptr<MemoryLog> m_lines;
    FindBar* m_find;
    LogCanvas* m_canvas = nullptr;
    QVBoxLayout* m_column;
};

} // namespace slipway::ui
