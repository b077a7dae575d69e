// SPDX-License-Identifier: GPL-3.0-or-later
#include "jobs/jobs_panel.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QProgressBar>
#include <QPushButton>
#include <QScrollArea>
#include <QToolButton>

#include "jobs/job_row.h"
#include "jobs/jobs.h"
#include "shell/object_names.h"
#include "shell/theme.h"
#include "widgets/elided_label.h"
#include "widgets/icons.h"

namespace slipway::ui
{
namespace
{
constexpr int highest = 260, steps = 1000;
}

JobsPanel::JobsPanel(Jobs& jobs, QWidget* parent)
    : QWidget(parent), m_jobs(jobs), m_toggle(new QToolButton), m_clear(new QToolButton), m_summary(new ElidedLabel),
      m_progress(new QProgressBar), m_scroll(new QScrollArea), m_rows(new QVBoxLayout)
{
    setObjectName(QLatin1StringView(names::jobsPanel));
    setAccessibleName(tr("Jobs"));
    auto* rows = new QWidget;
    m_rows->setContentsMargins(0, 0, 0, 0);
    m_rows->setSpacing(0);
    m_rows->addStretch();
    rows->setLayout(m_rows);
    rows->setAutoFillBackground(true);
    rows->setBackgroundRole(QPalette::Base);
    m_scroll->setWidget(rows);
    m_scroll->setWidgetResizable(true);
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_scroll->hide();
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 1, 0, 0);
    column->setSpacing(0);
    buildHead();
    column->addWidget(m_scroll);
    connect(&jobs, &Jobs::added, this, [this](Job* job) { add(*job); });
    connect(&jobs, &Jobs::removing, this, [this](Job* job) { remove(*job); });
    connect(&jobs, &Jobs::changed, this, &JobsPanel::update);
    for (const auto& job : jobs.all())
        add(*job);
    update();
}

JobsPanel::~JobsPanel() = default;

void JobsPanel::buildHead()
{
    m_toggle->setAutoRaise(true);
    m_toggle->setCheckable(true);
    m_toggle->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_toggle->setText(tr("Jobs"));
    m_toggle->setIcon(icon("chevron-up", Tint::Muted));
    m_toggle->setObjectName(QLatin1StringView(names::jobsToggle));
    m_clear->setAutoRaise(true);
    m_clear->setText(tr("Clear finished"));
    m_clear->setObjectName(QLatin1StringView(names::jobsClear));
    m_summary->setProperty("muted", true);
    m_progress->setTextVisible(false);
    m_progress->setFixedSize(160, 6);
    auto* head = new QHBoxLayout;
    head->setContentsMargins(theme::space2, 2, theme::space2, 2);
    head->setSpacing(theme::space3);
    head->addWidget(m_toggle);
    head->addWidget(m_progress);
    head->addWidget(m_summary, 1);
    head->addWidget(m_clear);
    static_cast<QVBoxLayout*>(layout())->insertLayout(0, head);
    connect(m_toggle, &QToolButton::toggled, this, &JobsPanel::setOpen);
    connect(m_clear, &QToolButton::clicked, &m_jobs, &Jobs::dismissEnded);
}

void JobsPanel::setOpen(bool open)
{
    m_toggle->setChecked(open);
    m_toggle->setIcon(icon(open ? "chevron-down" : "chevron-up", Tint::Muted));
    m_scroll->setVisible(open);
    fitHeight();
}

bool JobsPanel::isOpen() const
{
    return m_toggle->isChecked();
}

void JobsPanel::add(Job& job)
{
    auto* row = new JobRow(m_jobs, job);
    m_rows->insertWidget(0, row);
    m_byJob[&job] = row;
    connect(row, &JobRow::resized, this, &JobsPanel::fitHeight, Qt::QueuedConnection);
    connect(&job, &Job::ended, this, [this, &job] {
        if (job.state() == Job::State::Failed && !job.isShown())
            setOpen(true);
        fitHeight();
    });
    fitHeight();
}

void JobsPanel::remove(Job& job)
{
    if (const auto it = m_byJob.find(&job); it != m_byJob.end()) {
        it->second->hide();
        m_rows->removeWidget(it->second);
        it->second->deleteLater(); // its button may be what led here
        m_byJob.erase(it);
    }
    QMetaObject::invokeMethod(this, &JobsPanel::fitHeight, Qt::QueuedConnection);
}

void JobsPanel::update()
{
    const auto& all = m_jobs.all();
    setVisible(!all.empty());
    if (all.empty()) {
        setOpen(false);
        return;
    }
    const int running = m_jobs.running();
    double share = 0;
    const Job* shown = all.back().get();
    for (const auto& job : all) {
        if (job->state() != Job::State::Running)
            continue;
        share += std::max(job->share(), 0.0) / running;
        shown = job.get();
    }
    m_progress->setVisible(running > 0);
    m_progress->setRange(0, steps);
    m_progress->setValue(int(share * steps));
    m_summary->setText(running > 1 ? tr("%n running", nullptr, running)
                                   : QStringLiteral("%1 · %2").arg(shown->title(), shown->summary().section(QLatin1Char('\n'), 0, 0)));
    m_clear->setVisible(running < int(all.size()));
}

void JobsPanel::fitHeight()
{
    m_scroll->setFixedHeight(std::min(highest, m_scroll->widget()->sizeHint().height() + 2));
}

void JobsPanel::paintEvent(QPaintEvent*)
{
    QPainter p(this);
    p.fillRect(rect(), theme::colors().base);
    p.fillRect(QRect(0, 0, width(), 1), theme::colors().line);
}

} // namespace slipway::ui
