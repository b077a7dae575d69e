// SPDX-License-Identifier: GPL-3.0-or-later
#include "dockerfile/build_output.h"

#include <QApplication>
#include <QClipboard>

#include "dockerfile/build_run.h"
#include "logs/log_canvas.h"
#include "shell/object_names.h"

namespace slipway::ui
{

BuildOutput::BuildOutput(QWidget* parent) : QWidget(parent), m_column(new QVBoxLayout(this))
{
    setObjectName(QLatin1StringView(names::buildOutput));
    m_column->setContentsMargins(0, 0, 0, 0);
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
    m_column->addWidget(m_canvas);
    setFocusProxy(m_canvas);
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

void BuildOutput::showLine(std::uint64_t line) { m_canvas->showLine(line); }

} // namespace slipway::ui
