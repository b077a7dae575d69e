// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <vector>

#include <QObject>

#include "jobs/job.h"

namespace slipway::ui
{

// All long work of the window, newest last. An ended job stays until it is dismissed. GUI thread.
class Jobs : public QObject
{
    Q_OBJECT

public:
    explicit Jobs(QObject* parent = nullptr) : QObject(parent) {}
    ~Jobs() override;

    // The job is owned here; the reference is good until it is dismissed.
    Job& start(const char* icon, const QString& title);
    void dismiss(Job& job); // only an ended one
    void dismissEnded();
    [[nodiscard]] const std::vector<std::unique_ptr<Job>>& all() const { return m_jobs; }
    [[nodiscard]] int running() const;

signals:
    void added(slipway::ui::Job* job);
    void removing(slipway::ui::Job* job);
    void changed(); // one of them

private:
    std::vector<std::unique_ptr<Job>> m_jobs;
};

} // namespace slipway::ui
