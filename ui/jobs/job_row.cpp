// SPDX-License-Identifier: GPL-3.0-or-later
#include "jobs/job_row.h"

#include <QFontDatabase>
#include <QHBoxLayout>
#include <QLabel>
#include <QPaintEvent>
#include <QPainter>
#include <QProgressBar>
#include <QStyle>
#include <QToolButton>

#include "jobs/jobs.h"
#include "shell/object_names.h"
#include "shell/theme.h"
#include "widgets/bytes.h"
#include "widgets/icon_label.h"

namespace slipway::ui
{
namespace
{
constexpr int partHeight = 22, steps = 1000;

QToolButton* smallButton(const char* name, const QString& what)
{
    auto* button = new QToolButton;
    button->setAutoRaise(true);
    button->setIcon(icon(name, Tint::Muted));
    button->setToolTip(what);
    button->setAccessibleName(what);
    return button;
}
} // namespace

// The layers, painted: a pull can have a hundred.
class JobParts : public QWidget
{
public:
    explicit JobParts(const Job& job) : m_job(job) { setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed); }
    [[nodiscard]] QSize sizeHint() const override { return {300, int(m_job.parts().size()) * partHeight + theme::space1}; }

protected:
    void paintEvent(QPaintEvent* event) override
    {
        const theme::Colors& c = theme::colors();
        QPainter p(this);
        p.setRenderHint(QPainter::Antialiasing);
        const QFont mono = QFontDatabase::systemFont(QFontDatabase::FixedFont);
        for (std::size_t i = 0; i < m_job.parts().size(); ++i) {
            const QRect row(0, int(i) * partHeight, width(), partHeight);
            if (!row.intersects(event->rect()))
                continue;
            const Job::Part& part = m_job.parts()[i];
            const auto cell = [&](int x, int wide) {
                return QStyle::visualRect(layoutDirection(), row, QRect(x, row.top(), wide, partHeight));
            };
            const int leading = int(QStyle::visualAlignment(layoutDirection(), Qt::AlignLeft) | Qt::AlignVCenter);
            p.setFont(mono);
            p.setPen(c.muted);
            p.drawText(cell(0, 110), leading, part.label.left(12));
            p.setFont(font());
            p.setPen(part.done ? c.muted : c.text);
            p.drawText(cell(118, 150), leading, part.status);
            const QRect bar = cell(276, std::max(60, std::min(width() - 420, 320)));
            const QRectF track(bar.left(), bar.center().y() - 1.5, bar.width(), 3);
            p.setPen(Qt::NoPen);
            p.setBrush(theme::mix(c.surface, c.text, 0.1));
            p.drawRoundedRect(track, 1.5, 1.5);
            QRectF filled = track;
            filled.setWidth(track.width() * std::clamp(part.share, 0.0, 1.0));
            if (layoutDirection() == Qt::RightToLeft)
                filled.moveRight(track.right());
            p.setBrush(part.done ? c.success : c.accentFill);
            if (filled.width() > 0)
                p.drawRoundedRect(filled, 1.5, 1.5);
            p.setPen(c.muted);
            const QRect end = QStyle::visualRect(layoutDirection(), row, QRect(width() - 140, row.top(), 140, partHeight));
            if (part.total > 0)
                p.drawText(end, int(QStyle::visualAlignment(layoutDirection(), Qt::AlignRight) | Qt::AlignVCenter),
                           part.current < part.total ? Job::tr("%1 of %2").arg(bytesText(part.current), bytesText(part.total))
                                                     : bytesText(part.total));
        }
    }

private:
    const Job& m_job;
};

JobRow::JobRow(Jobs& jobs, Job& job, QWidget* parent)
    : QWidget(parent), m_job(job), m_icon(new IconLabel(16)), m_summary(new QLabel), m_progress(new QProgressBar),
      m_toggle(smallButton("chevron-right", tr("Show the layers"))), m_retry(smallButton("refresh", tr("Try again"))),
      m_end(smallButton("close", tr("Cancel"))), m_parts(new JobParts(job))
{
    setObjectName(QLatin1StringView(names::jobRow));
    auto* title = new QLabel(job.title());
    title->setTextFormat(Qt::PlainText);
    m_summary->setTextFormat(Qt::PlainText);
    m_summary->setWordWrap(true);
    m_summary->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_progress->setTextVisible(false);
    m_progress->setFixedHeight(6);
    m_progress->setAccessibleName(job.title());
    auto* line = new QHBoxLayout;
    line->setSpacing(theme::space2);
    line->addWidget(m_toggle);
    line->addWidget(m_icon);
    line->addWidget(title);
    line->addWidget(m_summary, 1);
    line->addWidget(m_retry);
    line->addWidget(m_end);
    auto* below = new QVBoxLayout;
    below->setContentsMargins(60, 0, theme::space4, 0);
    below->setSpacing(theme::space1);
    below->addWidget(m_progress);
    below->addWidget(m_parts);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(theme::space2, theme::space1, theme::space2, theme::space2);
    column->setSpacing(2);
    column->addLayout(line);
    column->addLayout(below);
    m_parts->hide();
    m_toggle->setCheckable(true);
    connect(m_toggle, &QToolButton::toggled, this, [this](bool open) {
        m_toggle->setIcon(icon(open ? "chevron-down" : "chevron-right", Tint::Muted));
        refresh();
        emit resized();
    });
    connect(m_retry, &QToolButton::clicked, this, [&jobs, &job] {
        job.retry();
        jobs.dismiss(job);
    });
    connect(m_end, &QToolButton::clicked, this, [&jobs, &job] {
        if (job.state() == Job::State::Running)
            job.cancel();
        else
            jobs.dismiss(job);
    });
    connect(&job, &Job::changed, this, &JobRow::refresh);
    refresh();
}

void JobRow::refresh()
{
    const bool running = m_job.state() == Job::State::Running, failed = m_job.state() == Job::State::Failed;
    m_icon->setIcon(running ? m_job.icon() : failed ? "error" : m_job.state() == Job::State::Done ? "success" : "close",
                    running ? Tint::Text : failed ? Tint::Danger : m_job.state() == Job::State::Done ? Tint::Success : Tint::Muted);
    m_summary->setText(m_job.summary());
    m_summary->setForegroundRole(failed ? QPalette::BrightText : QPalette::PlaceholderText);
    m_progress->setVisible(running);
    const double share = m_job.share();
    m_progress->setRange(0, share < 0 ? 0 : steps);
    m_progress->setValue(int(share * steps));
    m_toggle->setEnabled(!m_job.parts().empty());
    m_retry->setVisible(m_job.canRetry());
    const QString what = running ? tr("Cancel") : tr("Dismiss");
    m_end->setToolTip(what);
    m_end->setAccessibleName(what);
    m_parts->setVisible(m_toggle->isChecked() && !m_job.parts().empty());
    m_parts->updateGeometry();
    m_parts->update();
}

void JobRow::paintEvent(QPaintEvent*)
{
    QPainter(this).fillRect(QRect(0, 0, width(), 1), theme::colors().line);
}

} // namespace slipway::ui
