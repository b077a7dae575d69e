// SPDX-License-Identifier: GPL-3.0-or-later
// The half of DockerfileView that builds.
#include <QComboBox>
#include <QDir>
#include <QElapsedTimer>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QTabBar>
#include <QTabWidget>
#include <QTextBlock>

#include "dockerfile/build_options.h"
#include "dockerfile/build_output.h"
#include "dockerfile/code_editor.h"
#include "dockerfile/dockerfile_view.h"
#include "dockerfile/outline.h"
#include "dockerfile/step_shell.h"
#include "widgets/bytes.h"
#include "widgets/icons.h"
#include "widgets/message_bar.h"

namespace slipway::ui
{
namespace
{
QString noteOf(const BuildRun::Step& step, const QString& error)
{
    using enum BuildRun::Step::State;
    QStringList words;
    switch (step.state) {
    case Running: return step.ms == 0 ? BuildRun::tr("running") : BuildRun::tr("running for %1").arg(durationText(step.ms));
    case Cached: words << BuildRun::tr("cached"); break;
    case Done: words << (step.ms > 0 || step.size > 0 ? durationText(step.ms) : QString()); break;
    case Failed: return error.section(QLatin1Char('\n'), 0, 0);
    case Cancelled: return BuildRun::tr("cancelled");
    }
    if (step.size > 0)
        words << bytesText(step.size);
    words.removeAll(QString());
    return words.join(QStringLiteral(" · "));
}

CodeEditor::Mark::State markOf(BuildRun::Step::State state)
{
    using From = BuildRun::Step::State;
    using To = CodeEditor::Mark::State;
    switch (state) {
    case From::Running: return To::Running;
    case From::Cached: return To::Cached;
    case From::Done: return To::Done;
    case From::Failed: return To::Failed;
    case From::Cancelled: return To::Cancelled;
    }
    return To::Running;
}

constexpr int forecastAfterMs = 700, namesShown = 3, titleLength = 40;

// Why the cache will not have it, as one says it.
QString reasonOf(const dockerapi::BuildForecast& step)
{
    using enum dockerapi::BuildForecast::Reason;
    QStringList names;
    for (std::size_t i = 0; i < step.changed.size() && i < namesShown; ++i)
        names << QString::fromStdString(step.changed[i]);
    if (step.changed.size() > namesShown)
        names << DockerfileView::tr("%n more", nullptr, int(step.changed.size()) - namesShown);
    const QString what = names.join(QStringLiteral(", "));
    switch (step.reason) {
    case None: return {};
    case Instruction: return DockerfileView::tr("the instruction changed");
    case Files: return what.isEmpty() ? DockerfileView::tr("files changed") : DockerfileView::tr("changed: %1").arg(what);
    case Base: return DockerfileView::tr("the base image is another");
    case Argument: return DockerfileView::tr("build argument: %1").arg(what);
    case Environment: return DockerfileView::tr("changed: %1").arg(what);
    case After: return DockerfileView::tr("after line %1").arg(step.after);
    case Source: return step.after > 0 ? DockerfileView::tr("copies what line %1 makes").arg(step.after) : DockerfileView::tr("copies from an image that is not here");
    case Remote: return DockerfileView::tr("depends on what is downloaded");
    case Pull: return DockerfileView::tr("the image is not here yet");
    case NoCache: return DockerfileView::tr("every step is run again");
    case Absent: return DockerfileView::tr("was never built");
    case Error: return what;
    }
    return {};
}

QString noteOf(const dockerapi::BuildForecast& step)
{
    using enum dockerapi::BuildForecast::State;
    switch (step.state) {
    case Hit: return step.size > 0 ? DockerfileView::tr("in the cache · %1").arg(bytesText(step.size)) : DockerfileView::tr("in the cache");
    case Miss: return step.reason == dockerapi::BuildForecast::Reason::Error ? DockerfileView::tr("would fail: %1").arg(reasonOf(step)) : DockerfileView::tr("will run: %1").arg(reasonOf(step));
    case Unknown: return step.reason == dockerapi::BuildForecast::Reason::Pull ? DockerfileView::tr("will be pulled") : DockerfileView::tr("may be in the cache: %1").arg(reasonOf(step));
    }
    return {};
}
} // namespace

void DockerfileView::build()
{
    if (!isDockerfile() || (m_run && m_run->state() == BuildRun::State::Running))
        return;
    m_buildWanted = m_analysis->revision != m_revision;
    if (m_buildWanted)
        analyse();
    else
        buildAnalysed();
}

void DockerfileView::buildAnalysed()
{
    m_settings.tag = m_tag->text().trimmed();
    const Analysis& now = *m_analysis;
    const auto error = std::ranges::find(now.problems, dockerfile::Severity::Error, &Problem::severity);
    if (error != now.problems.end()) {
        m_panels->setCurrentIndex(Problems);
        m_editor->goTo(error->line, error->column);
        m_message->say(MessageBar::Kind::Problem, tr("Line %1: %2. Nothing was built.").arg(error->line + 1).arg(error->message));
        return;
    }
    if (const QString problem = m_settings.problem(); !problem.isEmpty()) {
        m_message->say(MessageBar::Kind::Problem, problem + QStringLiteral(". ") + tr("Nothing was built."), {{tr("Options…"), [this] { askOptions(); }}});
        return;
    }
    m_message->clear();
    if (!path().isEmpty())
        m_settings.remember(path());
    placeLines(*now.file);
    m_builtRevision = m_revision;
    m_forecastSoon.stop();
    m_forecastRequest.reset();
    m_run = BuildRun::start(m_bridge, m_jobs, m_settings, path(), m_editor->toPlainText());
    m_run->setShown([view = QPointer(this)] { return view && view->isVisible(); });
    connect(m_run.get(), &BuildRun::changed, this, &DockerfileView::showBuild);
    connect(m_run.get(), &BuildRun::finished, this, [this] {
        forecastSoon();
        if (m_run->state() == BuildRun::State::Failed)
            for (const BuildRun::Step& step : m_run->steps())
                if (step.state == BuildRun::Step::State::Failed && lineOf(step) >= 0)
                    m_editor->goTo(lineOf(step));
    });
    m_output->setRun(m_run);
    m_panels->setCurrentIndex(Output);
    m_clock.start();
    showBuild();
}

void DockerfileView::cancelBuild()
{
    if (m_run)
        m_run->cancel();
}

void DockerfileView::askOptions()
{
    QStringList stages, args;
    for (const dockerfile::Stage& stage : m_analysis->file->stages) {
        if (!stage.base().name.empty())
            stages << QString::fromStdString(stage.base().name);
        for (const dockerfile::Instruction& each : stage.instructions)
            if (const auto* arg = each.as<dockerfile::Arg>())
                for (const auto& definition : arg->args)
                    args << QString::fromStdString(definition.name);
    }
    args.removeDuplicates();
    m_settings.tag = m_tag->text().trimmed();
    auto* dialog = new BuildOptions(m_settings, stages, args, window());
    connect(dialog, &BuildOptions::chosen, this, [this](const BuildSettings& settings, bool now) {
        setSettings(settings);
        m_builtRevision = -1; // the last build was of other settings
        if (!path().isEmpty())
            m_settings.remember(path());
        if (now)
            build();
    });
    dialog->open();
}

void DockerfileView::showBuild()
{
    using State = BuildRun::State;
    const bool running = m_run && m_run->state() == State::Running;
    const bool connected = m_bridge.state() == EngineBridge::State::Connected;
    m_build->setText(running ? tr("Cancel") : tr("Build"));
    m_build->setIcon(icon(running ? "stop" : "play", Tint::OnAccent));
    m_build->setToolTip(running ? tr("Cancel the build") : connected ? tr("Build it (Ctrl+B)") : tr("The engine is not reachable"));
    m_build->setEnabled(running || connected);
    m_runButton->setVisible(m_run && m_run->state() == State::Succeeded);
    m_runButton->setEnabled(connected);
    m_runButton->setToolTip(connected ? tr("Run a container of it") : tr("The engine is not reachable"));
    if (!running)
        m_clock.stop();
    if (!m_run || (!running && m_builtRevision != m_revision && m_forecastRevision == m_revision)) {
        m_state->clear();
        showForecast();
        return;
    }
    const QString time = durationText(m_run->elapsedMs());
    const int steps = int(m_run->steps().size());
    switch (m_run->state()) {
    case State::Running:
        m_state->setText(steps == 0 ? tr("Sending the context…") : tr("Step %1 of %2 · %3").arg(m_run->steps().back().number).arg(m_run->total()).arg(time));
        break;
    case State::Succeeded:
        m_state->setText(tr("Built in %1 · %2 of %n step(s) from the cache", nullptr, steps).arg(time).arg(m_run->cachedSteps()));
        break;
    case State::Failed:
        m_state->setText(tr("Failed after %1").arg(time));
        break;
    case State::Cancelled:
        m_state->setText(tr("Cancelled after %1").arg(time));
        break;
    }
    showMarks();
}

void DockerfileView::placeLines(const dockerfile::File& file)
{
    m_builtLines.clear();
    m_stepLines.clear();
    const auto place = [this](const dockerfile::Instruction& instruction) {
        const int line = instruction.node->firstLine;
        QTextCursor at(m_editor->document()->findBlockByNumber(line - 1));
        at.movePosition(QTextCursor::EndOfBlock);
        m_builtLines[line] = at;
        m_stepLines.push_back(line);
    };
    for (const auto& arg : file.globalArgs)
        place(arg);
    for (const dockerfile::Stage& stage : file.stages) {
        place(stage.from);
        for (const auto& each : stage.instructions)
            place(each);
    }
}

int DockerfileView::lineOf(const BuildRun::Step& step) const
{
    const bool counted = step.number >= 1 && step.number <= int(m_stepLines.size());
    const auto found = m_builtLines.find(step.line > 0 ? step.line : counted ? m_stepLines[std::size_t(step.number - 1)] : 0);
    return found == m_builtLines.end() ? -1 : found->second.blockNumber();
}

void DockerfileView::showMarks()
{
    std::vector<CodeEditor::Mark> marks;
    for (const BuildRun::Step& step : m_run->steps()) {
        const int line = lineOf(step);
        if (line < 0)
            continue;
        CodeEditor::Mark mark{line, markOf(step.state), noteOf(step, m_run->error()), {}};
        mark.detail = step.state == BuildRun::Step::State::Failed ? m_run->error() : tr("Step %1 of %2. Click for its output.").arg(step.number).arg(m_run->total());
        marks.push_back(std::move(mark));
    }
    m_editor->setMarks(marks);
}

void DockerfileView::forecastSoon()
{
    const bool running = m_run && m_run->state() == BuildRun::State::Running;
    if (isDockerfile() && m_forecasts && !running && m_bridge.state() == EngineBridge::State::Connected)
        m_forecastSoon.start(int(std::max<qint64>(forecastAfterMs, 4 * m_forecastMs))); // a large context is not sent after each word
}

void DockerfileView::askForecast()
{
    const bool broken = m_analysis->count(dockerfile::Severity::Error) > 0;
    const bool whole = m_settings.context == QDir::homePath() || m_settings.context == QDir::rootPath(); // sent for a build, not for a guess
    if (m_analysis->revision != m_revision || broken || path().isEmpty() || whole || !isVisible() || !m_settings.problem().isEmpty())
        return;
    using Forecast = Result<std::vector<dockerapi::BuildForecast>>;
    BuildSettings settings = m_settings;
    settings.tag.clear();
    QElapsedTimer clock;
    clock.start();
    m_forecastRequest = m_bridge.client().builds().forecast(settings.options(path(), m_editor->toPlainText()),
                                                            onGui<Forecast>(this, [this, clock, revision = m_revision](const Forecast& steps) {
                                                                m_forecastMs = clock.elapsed();
                                                                m_forecasts = steps || steps.error().kind != ErrorKind::NotFound;
                                                                if (!steps || revision != m_revision)
                                                                    return;
                                                                m_forecastRevision = revision;
                                                                takeForecast(*steps);
                                                            }));
}

void DockerfileView::takeForecast(const std::vector<dockerapi::BuildForecast>& steps)
{
    m_forecast = steps;
    std::map<int, Outline::Note> notes;
    for (const dockerapi::BuildForecast& step : steps) {
        using enum dockerapi::BuildForecast::State;
        if (step.line > 0)
            notes[step.line - 1] = {noteOf(step), step.state == Hit ? Tint::Success : step.state == Miss ? Tint::Accent : Tint::Muted};
    }
    m_outline->setNotes(std::move(notes));
    showBuild();
}

void DockerfileView::showForecast()
{
    if (m_forecastRevision != m_revision) {
        m_editor->setMarks({});
        return;
    }
    std::vector<CodeEditor::Mark> marks;
    int hits = 0;
    for (const dockerapi::BuildForecast& step : m_forecast) {
        using State = dockerapi::BuildForecast::State;
        using Mark = CodeEditor::Mark::State;
        hits += step.state == State::Hit;
        if (step.line == 0)
            continue;
        const Mark mark = step.state == State::Hit ? Mark::WillHit : step.state == State::Miss ? Mark::WillRun : Mark::Unknown;
        const bool says = step.state != State::Hit && step.reason != dockerapi::BuildForecast::Reason::After; // the rest speaks for itself
        marks.push_back({step.line - 1, mark, says ? noteOf(step) : QString(), noteOf(step)});
    }
    m_editor->setMarks(marks);
    if (!m_forecast.empty())
        m_state->setText(tr("%1 of %n step(s) in the cache", nullptr, int(m_forecast.size())).arg(hits));
}

const BuildRun::Step* DockerfileView::stepAt(int line) const
{
    if (!m_run)
        return nullptr;
    for (const BuildRun::Step& step : m_run->steps())
        if (lineOf(step) == line)
            return &step;
    return nullptr;
}

namespace
{
// The instruction that LINE (from 0) is part of, and the one before it in its stage.
struct Place
{
    const dockerfile::Stage* stage = nullptr;
    const dockerfile::Instruction *at = nullptr, *before = nullptr;
};

Place placeOf(const dockerfile::File& file, int line)
{
    const auto holds = [line](const dockerfile::Instruction& each) { return each.node->firstLine - 1 <= line && line <= each.node->lastLine - 1; };
    for (const dockerfile::Stage& stage : file.stages) {
        if (holds(stage.from))
            return {&stage, &stage.from, nullptr};
        const dockerfile::Instruction* before = &stage.from;
        for (const dockerfile::Instruction& each : stage.instructions) {
            if (holds(each))
                return {&stage, &each, before};
            before = &each;
        }
    }
    return {};
}
} // namespace

void DockerfileView::fillLineMenu(QMenu* menu, int line)
{
    const Place place = placeOf(*m_analysis->file, line);
    if (!isDockerfile() || !place.at)
        return;
    const int first = place.at->node->firstLine - 1;
    const BuildRun::Step* step = stepAt(first);
    const bool failed = step && step->state == BuildRun::Step::State::Failed;
    if (!menu->isEmpty())
        menu->addSeparator();
    QAction* shell = menu->addAction(icon("terminal"), failed ? tr("Shell before this step, which failed") : tr("Shell at this step"),
                                     QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_T), this, [this, first] { openShell(first); });
    shell->setEnabled(m_bridge.state() == EngineBridge::State::Connected && m_forecasts && m_analysis->count(dockerfile::Severity::Error) == 0);
    QAction* output = menu->addAction(icon("logs"), tr("Output of this step"), this, [this, first] { showStep(first); });
    output->setEnabled(step != nullptr);
}

void DockerfileView::openShell(int line)
{
    const Place place = placeOf(*m_analysis->file, line);
    if (!place.at || m_bridge.state() != EngineBridge::State::Connected) {
        m_message->say(MessageBar::Kind::Info, place.at ? tr("The engine is not reachable") : tr("No instruction of a stage stands here: choose one for its shell."));
        return;
    }
    const BuildRun::Step* step = stepAt(place.at->node->firstLine - 1);
    const bool before = step && step->state == BuildRun::Step::State::Failed && place.before;
    const dockerfile::Instruction& last = before ? *place.before : *place.at;
    StepShell::Wish wish;
    wish.settings = m_settings;
    wish.file = path();
    wish.text = m_editor->toPlainText();
    wish.line = last.node->firstLine;
    const QString shown = QString::fromStdString(place.at->node->line).simplified();
    const QString brief = shown.size() > titleLength ? shown.left(titleLength) + QStringLiteral("…") : shown;
    wish.title = before ? tr("before %1").arg(brief) : tr("after %1").arg(brief);
    if (const auto* run = place.at->as<dockerfile::Run>(); run && before)
        wish.command = run->command.heredocs.empty() && run->command.shell && !run->command.args.empty() ? QString::fromStdString(run->command.args.front())
                       : run->command.heredocs.empty()                                                   ? shown.mid(4)
                                                                                                         : QString::fromStdString(run->command.heredocs.front().content);
    const BuildsClient::Options options = m_settings.options(path(), {});
    for (const dockerfile::Instruction& each : place.stage->instructions) {
        const auto* arg = each.as<dockerfile::Arg>();
        for (const dockerfile::ArgDefinition& definition : arg ? arg->args : std::vector<dockerfile::ArgDefinition>()) {
            const auto given = options.args.find(definition.name);
            const std::string value = given != options.args.end() ? given->second : definition.value.value_or("");
            if (!value.empty() && value.find('$') == std::string::npos)
                wish.environment << QString::fromStdString(definition.name + '=' + value);
        }
        if (&each == &last)
            break;
    }
    auto* shell = new StepShell(m_bridge, wish);
    const int index = m_panels->addTab(shell, icon("terminal", Tint::Muted), tr("Shell, line %1").arg(wish.line));
    m_panels->setTabToolTip(index, shell->accessibleName());
    m_panels->setCurrentIndex(index);
    shell->setFocus();
}

void DockerfileView::showStep(int line)
{
    for (const BuildRun::Step& step : m_run ? m_run->steps() : std::vector<BuildRun::Step>()) {
        if (lineOf(step) != line)
            continue;
        m_panels->setCurrentIndex(Output);
        m_output->showLine(step.outputLine);
    }
}

} // namespace slipway::ui
