// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>

#include <QWidget>

class QLabel;
class QProgressBar;
class QScrollArea;
class QToolButton;
class QVBoxLayout;

namespace slipway::ui
{

class Job;
class JobRow;
class Jobs;

// The Jobs area at the bottom of the window: a line that says what is going on, and opened a row per job. Not there while there are
// no jobs; a failure that is told nowhere else opens it. GUI thread.
class JobsPanel : public QWidget
{
    Q_OBJECT

public:
    explicit JobsPanel(Jobs& jobs, QWidget* parent = nullptr);
    ~JobsPanel() override;
    void setOpen(bool open);
    [[nodiscard]] bool isOpen() const;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void buildHead();
    void add(Job& job);
    void remove(Job& job);
    void update();
    void fitHeight();

    Jobs& m_jobs;
    QToolButton *m_toggle, *m_clear;
    QLabel* m_summary;
    QProgressBar* m_progress;
    QScrollArea* m_scroll;
    QVBoxLayout* m_rows;
    std::map<const Job*, JobRow*> m_byJob;
};

} // namespace slipway::ui
