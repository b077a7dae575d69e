// SPDX-License-Identifier: GPL-3.0-or-later
#include "dockerfile/build_output.h"

#include <QApplication>
#include <QClipboard>
#include <QKeyEvent>
#include <QLineEdit>
#include <QMenu>
#include <QVBoxLayout>

#include "dockerfile/build_run.h"
#include "logs/find_bar.h"
#include "logs/log_canvas.h"
#include "shell/object_names.h"

namespace slipway::ui
{

BuildOutput::BuildOutput(QWidget* parent) : QWidget(parent), m_find(new FindBar(nullptr, FindBar::Of::Terminal)), m_column(new QVBoxLayout(this))
{
    setObjectName(QLatin1StringView(names::buildOutput));
    m_column->setContentsMargins(0, 0, 0, 0);
    m_column->setSpacing(0);
    m_find->setObjectName(QLatin1StringView(names::outputFind));
    m_find->hide();
    m_column->addWidget(m_find);
    connect(m_find, &FindBar::queryChanged, this, &BuildOutput::search);
    connect(m_find, &FindBar::next, this, [this] { stepMatch(true); });
    connect(m_find, &FindBar::previous, this, [this] { stepMatch(false); });
    connect(m_find, &FindBar::closed, this, [this] {
        m_find->hide();
        m_lines->find({});
        m_canvas->setFocus();
    });
    m_find->findChild<QLineEdit*>()->installEventFilter(this);
    makeCanvas(m_nothing);
}

BuildOutput::~BuildOutput() { delete m_canvas; } // before the store that it shows

void BuildOutput::makeCanvas(LineStore& store)
{
    delete m_canvas;
    m_lines = std::make_unique<MemoryLog>(store);
    m_canvas = new LogCanvas(*m_lines);
    m_canvas->setAccessibleName(tr("Output of the build"));
    m_canvas->setMessage(tr("Nothing was built yet"), tr("Ctrl+B builds; what each step says stands here."));
    connect(m_canvas, &LogCanvas::copyRequested, m_canvas, [canvas = m_canvas] {
        if (const auto text = canvas->selectedText(); text && !text->isEmpty())
            QApplication::clipboard()->setText(*text);
    });
    connect(m_lines.get(), &LogModel::searched, this, &BuildOutput::showMatch);
    m_canvas->installEventFilter(this);
    connect(m_canvas, &LogCanvas::menuRequested, this, &BuildOutput::fillMenu);
    m_column->addWidget(m_canvas, 1);
    setFocusProxy(m_canvas);
    if (m_find->isVisible())
        search();
}

void BuildOutput::setRun(std::shared_ptr<BuildRun> run)
{
    if (run == m_run)
        return;
    if (m_run)
        m_run->disconnect(this);
    makeCanvas(run ? run->output() : m_nothing);
    m_run = std::move(run);
    m_lines->linesChanged();
    if (m_run)
        connect(m_run.get(), &BuildRun::outputChanged, this, [this] { m_lines->linesChanged(); });
}

void BuildOutput::find()
{
    const auto chosen = m_canvas->selectedText();
    m_find->open(chosen && !chosen->contains(QLatin1Char('\n')) ? *chosen : QString());
    search();
}

void BuildOutput::search()
{
    if (!m_lines->find(m_find->query()))
        m_find->setStatus(tr("Not a regular expression"), true);
    else if (m_lines->matches() > 0)
        stepMatch(true);
}

void BuildOutput::stepMatch(bool forward)
{
    m_lines->step(forward, m_canvas->topLine());
    if (const auto line = m_lines->currentMatch())
        m_canvas->reveal(*line);
}

void BuildOutput::showMatch()
{
    if (m_find->query().text.empty())
        m_find->setStatus({}, false);
    else if (const auto number = m_lines->matchNumber())
        m_find->setStatus(tr("%1 of %2").arg(*number).arg(m_lines->matches()), false);
    else
        m_find->setStatus(m_lines->matches() == 0 ? tr("Nothing found") : tr("%n line(s)", nullptr, int(m_lines->matches())), m_lines->matches() == 0);
}

// What looks in the output is not for the editor that may stand around it and has the same keys.
bool BuildOutput::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() != QEvent::ShortcutOverride && event->type() != QEvent::KeyPress)
        return QWidget::eventFilter(watched, event);
    const auto* key = static_cast<QKeyEvent*>(event);
    const bool next = key->matches(QKeySequence::FindNext), previous = key->matches(QKeySequence::FindPrevious);
    if (!next && !previous && !key->matches(QKeySequence::Find))
        return QWidget::eventFilter(watched, event);
    if (event->type() == QEvent::ShortcutOverride)
        event->accept();
    else if (next || previous)
        stepMatch(next);
    else
        find();
    return true;
}

void BuildOutput::fillMenu(QMenu* menu, std::uint64_t line)
{
    menu->addAction(tr("Find…"), QKeySequence::Find, this, &BuildOutput::find);
    if (!m_run)
        return;
    const BuildRun::Step* found = nullptr;
    for (const BuildRun::Step& step : m_run->steps())
        if (step.outputLine <= line && (!found || step.outputLine >= found->outputLine))
            found = &step;
    if (found)
        emit stepMenuRequested(menu, found->number);
}

void BuildOutput::showLine(std::uint64_t line) { m_canvas->showLine(line); }

} // namespace slipway::ui
