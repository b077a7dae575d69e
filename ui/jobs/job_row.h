// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLabel;
class QProgressBar;
class QToolButton;

namespace slipway::ui
{

class IconLabel;
class Job;
class Jobs;
class JobParts;

// One job: what it is, how far, its layers when opened, and how to end or dismiss it. GUI thread.
class JobRow : public QWidget
{
    Q_OBJECT

public:
    JobRow(Jobs& jobs, Job& job, QWidget* parent = nullptr);

signals:
    void resized(); // it wants another height

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void refresh();

    Job& m_job;
    IconLabel* m_icon;
    QLabel* m_summary;
    QProgressBar* m_progress;
    QToolButton *m_toggle, *m_retry, *m_end;
    JobParts* m_parts;
};

} // namespace slipway::ui
