// SPDX-License-Identifier: GPL-3.0-or-later
#include "dockerfile/dockerfile_view.h"

#include <QComboBox>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QLineEdit>
#include <QSettings>
#include <QShortcut>
#include <QSplitter>
#include <QTabBar>
#include <QTabWidget>
#include <QTextBlock>
#include <QThreadPool>

#include "dockerfile/build_options.h"
#include "dockerfile/build_output.h"
#include "dockerfile/code_editor.h"
#include "dockerfile/outline.h"
#include "dockerfile/problem_list.h"
#include "dockerfile/replace_bar.h"
#include "dockerfile/text_file.h"
#include "shell/object_names.h"
#include "shell/theme.h"
#include "widgets/ask_text.h"
#include "widgets/bytes.h"
#include "widgets/icons.h"
#include "widgets/message_bar.h"

namespace slipway::ui
{
namespace
{
constexpr int analyseAfterMs = 120, clockMs = 200, outlineWidth = 220, panelHeight = 220, mostEntries = 500;

} // namespace

DockerfileView::DockerfileView(EngineBridge& bridge, Jobs& jobs, QWidget* parent)
    : QWidget(parent), m_bridge(bridge), m_jobs(jobs), m_file(new TextFile(this)), m_editor(new CodeEditor), m_analyser(new Analyser(this)),
      m_analysis(std::make_shared<Analysis>(ui::analyse({}))), m_buildBar(new QWidget), m_message(new MessageBar),
      m_replace(new ReplaceBar(*m_editor)), m_outline(new Outline), m_problems(new ProblemList), m_output(new BuildOutput), m_panels(new QTabWidget),
      m_columns(new QSplitter), m_rows(new QSplitter(Qt::Vertical)), m_tag(new QLineEdit), m_target(new QComboBox), m_build(new QPushButton),
      m_runButton(new QPushButton), m_options(new QToolButton), m_state(new QLabel)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    buildToolBar(column);
    column->addWidget(m_message);
    buildPanels();
    column->addWidget(m_rows, 1);
    setFocusProxy(m_editor);

    m_analyseSoon.setSingleShot(true);
    m_analyseSoon.setInterval(analyseAfterMs);
    m_clock.setInterval(clockMs);
    connect(&m_analyseSoon, &QTimer::timeout, this, &DockerfileView::analyse);
    connect(&m_clock, &QTimer::timeout, this, &DockerfileView::showBuild);
    connect(m_analyser, &Analyser::analysed, this, &DockerfileView::take);
    connect(m_editor, &CodeEditor::edited, this, &DockerfileView::textChanged);
    connect(m_editor, &QPlainTextEdit::cursorPositionChanged, this, [this] { m_outline->setCurrentLine(m_editor->textCursor().blockNumber()); });
    connect(m_editor->document(), &QTextDocument::modificationChanged, this, &DockerfileView::titleChanged);
    connect(m_editor, &CodeEditor::markClicked, this, &DockerfileView::showStep);
    connect(m_file, &TextFile::changedOnDisk, this, &DockerfileView::changedOnDisk);
    connect(m_file, &TextFile::removedOnDisk, this, [this] {
        m_editor->document()->setModified(true);
        m_message->say(MessageBar::Kind::Warning, tr("%1 was removed by another program. Save keeps what stands here.").arg(m_file->path()),
                       {{tr("Save"), [this] { save(); }}});
    });
    connect(&bridge, &EngineBridge::stateChanged, this, [this] {
        showBuild();
        forecastSoon();
    });
    m_forecastSoon.setSingleShot(true);
    connect(&m_forecastSoon, &QTimer::timeout, this, &DockerfileView::askForecast);
    connect(m_editor, &CodeEditor::lineMenuRequested, this, &DockerfileView::fillLineMenu);
    connect(m_outline, &Outline::lineMenuRequested, this, &DockerfileView::fillLineMenu);
    connect(m_output, &BuildOutput::stepMenuRequested, this, [this](QMenu* menu, int number) {
        for (const BuildRun::Step& step : m_run->steps())
            if (step.number == number && lineOf(step) >= 0)
                fillLineMenu(menu, lineOf(step));
    });
    connect(&bridge, &EngineBridge::event, this, [this](const dockerapi::EventMessage& event) {
        if (event.type == "image")
            m_imagesAsked = false;
    });
    m_editor->setCompleter([this](const QString& text, int position) { return completionFor(text, position); });
    const auto bind = [this](const QKeySequence& keys, auto call) {
        connect(new QShortcut(keys, this, nullptr, nullptr, Qt::WidgetWithChildrenShortcut), &QShortcut::activated, this, call);
    };
    bind(QKeySequence::Find, [this] { find(false); });
    bind(QKeySequence::Replace, [this] { find(true); });
    bind(QKeySequence::FindNext, [this] { m_replace->find(true); });
    bind(QKeySequence::FindPrevious, [this] { m_replace->find(false); });
    bind(Qt::CTRL | Qt::Key_G, [this] { goToLine(); });
    bind(Qt::CTRL | Qt::SHIFT | Qt::Key_T, [this] { openShell(m_editor->textCursor().blockNumber()); });
    connect(m_replace, &ReplaceBar::closed, this, [this] {
        m_replace->hide();
        m_editor->setFocus();
    });
    showBuild();
}

DockerfileView::~DockerfileView()
{
    // What goes with the widget would still tell of it.
    m_editor->document()->disconnect(this);
    m_editor->disconnect(this);
}

void DockerfileView::buildToolBar(QVBoxLayout* column)
{
    auto* row = new QHBoxLayout(m_buildBar);
    row->setContentsMargins(theme::space4, theme::space2, theme::space4, theme::space2);
    row->setSpacing(theme::space2);
    m_build->setObjectName(QLatin1StringView(names::buildButton));
    m_build->setProperty("primary", true);
    m_tag->setObjectName(QLatin1StringView(names::buildTag));
    m_tag->setAccessibleName(tr("Name of the image"));
    m_tag->setPlaceholderText(QStringLiteral("name:tag"));
    m_tag->setToolTip(tr("What the image is called"));
    m_tag->setMinimumWidth(120);
    m_tag->setMaximumWidth(280);
    m_target->setAccessibleName(tr("Stage to build"));
    m_target->setToolTip(tr("Stage to build"));
    m_target->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    m_options->setObjectName(QLatin1StringView(names::buildOptionsButton));
    m_options->setIcon(icon("settings"));
    m_options->setToolTip(tr("Build options: arguments, context, platform, cache"));
    m_options->setAccessibleName(tr("Build options"));
    m_options->setAutoRaise(true);
    m_state->setProperty("muted", true);
    m_state->setTextFormat(Qt::PlainText);
    m_state->setObjectName(QLatin1StringView(names::buildState));
    m_state->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_runButton->setObjectName(QLatin1StringView(names::buildRunButton));
    m_runButton->setIcon(icon("play"));
    m_runButton->setText(tr("Run…"));
    m_runButton->hide();
    row->addWidget(m_build);
    row->addWidget(m_tag, 2);
    row->addWidget(m_target);
    row->addWidget(m_options);
    row->addWidget(m_state, 3);
    row->addWidget(m_runButton);
    column->addWidget(m_buildBar);
    connect(m_build, &QPushButton::clicked, this, [this] { m_run && m_run->state() == BuildRun::State::Running ? cancelBuild() : build(); });
    connect(m_options, &QToolButton::clicked, this, &DockerfileView::askOptions);
    connect(m_runButton, &QPushButton::clicked, this, [this] { emit runRequested(m_run->image()); });
    connect(m_tag, &QLineEdit::textEdited, this, [this](const QString& text) { m_settings.tag = text; });
    connect(m_tag, &QLineEdit::returnPressed, this, &DockerfileView::build);
    connect(m_target, &QComboBox::activated, this,
            [this](int index) {
                m_settings.target = index > 0 ? m_target->itemText(index) : QString();
                forecastSoon();
            });
}

void DockerfileView::buildPanels()
{
    auto* middle = new QWidget;
    auto* column = new QVBoxLayout(middle);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_replace);
    column->addWidget(m_editor, 1);
    m_columns->addWidget(m_outline);
    m_columns->addWidget(middle);
    m_columns->setStretchFactor(1, 1);
    m_columns->setSizes({outlineWidth, 4 * outlineWidth});
    m_columns->setHandleWidth(1);
    m_panels->setObjectName(QLatin1StringView(names::buildPanels));
    m_panels->setDocumentMode(true);
    m_panels->addTab(m_problems, tr("Problems"));
    m_panels->addTab(m_output, tr("Output"));
    m_panels->setTabsClosable(true);
    for (const int fixed : {int(Problems), int(Output)})
        for (const auto side : {QTabBar::LeftSide, QTabBar::RightSide})
            m_panels->tabBar()->setTabButton(fixed, side, nullptr);
    connect(m_panels, &QTabWidget::tabCloseRequested, this, [this](int index) {
        if (index > Output)
            delete m_panels->widget(index); // its container goes with it
        m_editor->setFocus();
    });
    m_rows->addWidget(m_columns);
    m_rows->addWidget(m_panels);
    m_rows->setStretchFactor(0, 1);
    m_rows->setSizes({3 * panelHeight, panelHeight});
    m_rows->setHandleWidth(1);
    const QSettings settings;
    m_columns->restoreState(settings.value(QStringLiteral("dockerfile/columns")).toByteArray());
    m_rows->restoreState(settings.value(QStringLiteral("dockerfile/rows")).toByteArray());
    connect(m_columns, &QSplitter::splitterMoved, this,
            [this] { QSettings().setValue(QStringLiteral("dockerfile/columns"), m_columns->saveState()); });
    connect(m_rows, &QSplitter::splitterMoved, this, [this] { QSettings().setValue(QStringLiteral("dockerfile/rows"), m_rows->saveState()); });
    const auto go = [this](int line, int at) {
        m_editor->goTo(line, at);
        m_editor->setFocus();
    };
    connect(m_outline, &Outline::lineChosen, this, [go](int line) { go(line, 0); });
    connect(m_problems, &ProblemList::chosen, this, go);
    connect(m_problems, &ProblemList::fixWanted, this, [this, go](int line, int at) {
        go(line, at);
        m_editor->mendAtCursor();
    });
}

Status DockerfileView::open(const QString& path)
{
    const auto text = m_file->open(path);
    if (!text)
        return std::unexpected(text.error());
    m_editor->setPlainText(*text);
    m_editor->document()->setModified(false);
    setSettings(BuildSettings::of(m_file->path()));
    showName();
    analyse();
    return {};
}

void DockerfileView::setNew(const QString& text)
{
    m_editor->setPlainText(text);
    m_editor->document()->setModified(false);
    setSettings({.tag = QStringLiteral("image:latest"), .context = QDir::homePath(), .target = {}, .platform = {}, .network = {}, .args = {}});
    showName();
    analyse();
}

void DockerfileView::setPast(const dockerapi::PastBuild& build)
{
    BuildSettings settings = BuildSettings::of(build, path());
    settings.context = m_settings.context;
    setSettings(settings);
}

void DockerfileView::setSettings(const BuildSettings& settings)
{
    m_settings = settings;
    m_tag->setText(settings.tag);
    showTargets();
    forecastSoon();
}

void DockerfileView::showName()
{
    m_editor->setLanguageOf(isDockerfile() ? QStringLiteral("Dockerfile") : path());
    m_editor->setAccessibleName(title());
    const bool builds = isDockerfile();
    m_buildBar->setVisible(builds);
    m_outline->setVisible(builds);
    m_panels->setVisible(builds);
    emit titleChanged();
}

QString DockerfileView::path() const { return m_file->path(); }
bool DockerfileView::isModified() const { return m_editor->document()->isModified(); }
QString DockerfileView::title() const { return path().isEmpty() ? tr("New Dockerfile") : QFileInfo(path()).fileName(); }

bool DockerfileView::isDockerfile() const
{
    const QString name = QFileInfo(path()).fileName();
    const bool named = name.contains(QLatin1StringView("dockerfile"), Qt::CaseInsensitive) || name.contains(QLatin1StringView("containerfile"), Qt::CaseInsensitive);
    return path().isEmpty() || (named && !name.endsWith(QLatin1StringView("ignore")));
}

void DockerfileView::textChanged()
{
    ++m_revision;
    m_analyseSoon.start();
    m_forecastSoon.stop();
}

void DockerfileView::analyse()
{
    m_analyseSoon.stop();
    if (!isDockerfile())
        return;
    m_analyser->analyse(m_editor->toPlainText(), {path() + QStringLiteral(".dockerignore"), m_settings.context + QStringLiteral("/.dockerignore")}, m_revision);
}

void DockerfileView::take(const std::shared_ptr<const Analysis>& analysis)
{
    if (analysis->revision != m_revision)
        return; // the text went on: a newer one is on its way
    auto before = std::exchange(m_analysis, analysis);
    m_editor->setProblems(analysis->problems);
    m_problems->show(*analysis);
    m_outline->show(*analysis);
    m_outline->setCurrentLine(m_editor->textCursor().blockNumber());
    m_panels->setTabText(Problems, analysis->problems.empty() ? tr("Problems") : tr("Problems (%1)").arg(analysis->problems.size()));
    std::vector<CodeEditor::Fold> folds;
    for (const dockerfile::Stage& stage : analysis->file->stages) {
        const auto& last = stage.instructions.empty() ? stage.from : stage.instructions.back();
        folds.push_back({stage.from.node->firstLine - 1, last.node->lastLine - 1});
    }
    m_editor->setFolds(std::move(folds));
    showTargets();
    showBuild();
    forecastSoon();
    QThreadPool::globalInstance()->start([before = std::move(before)] {}); // to free thousands of lines takes longer than a frame
    if (std::exchange(m_buildWanted, false))
        buildAnalysed();
}

void DockerfileView::showTargets()
{
    QStringList stages{tr("last stage")};
    for (const dockerfile::Stage& stage : m_analysis->file->stages)
        if (!stage.base().name.empty())
            stages << QString::fromStdString(stage.base().name);
    const int chosen = std::max(0, int(stages.indexOf(m_settings.target)));
    QStringList shown;
    for (int i = 0; i < m_target->count(); ++i)
        shown << m_target->itemText(i);
    if (shown != stages) {
        m_target->clear();
        m_target->addItems(stages);
    }
    m_target->setCurrentIndex(chosen);
    m_target->setVisible(stages.size() > 1);
}

void DockerfileView::find(bool replace) { m_replace->open(replace); }

void DockerfileView::goToLine()
{
    askText(this, {tr("Go to line"), tr("A number from 1 to %1").arg(m_editor->blockCount()), {}, QString::number(m_editor->textCursor().blockNumber() + 1), tr("Go")},
            [this](const QString& text, const TextDone& done) {
                bool good = false;
                const int line = text.toInt(&good);
                if (!good || line < 1 || line > m_editor->blockCount()) {
                    done(fail(ErrorKind::InvalidArgument, tr("There is no line %1").arg(text).toStdString()));
                    return;
                }
                m_editor->goTo(line - 1);
                done({});
            });
}

void DockerfileView::save(std::function<void()> then)
{
    if (path().isEmpty())
        saveAs(std::move(then));
    else
        saveTo(path(), then);
}

void DockerfileView::saveAs(std::function<void()> then)
{
    auto* dialog = new QFileDialog(window(), tr("Save Dockerfile"), path().isEmpty() ? QDir::homePath() : QFileInfo(path()).absolutePath());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->selectFile(path().isEmpty() ? QStringLiteral("Dockerfile") : QFileInfo(path()).fileName());
    connect(dialog, &QFileDialog::fileSelected, this, [this, then](const QString& file) { saveTo(file, then); });
    dialog->open();
}

void DockerfileView::saveTo(const QString& file, const std::function<void()>& then)
{
    const bool moved = file != path();
    if (const Status written = m_file->save(file, m_editor->toPlainText()); !written) {
        m_message->say(MessageBar::Kind::Problem, QString::fromStdString(written.error().message), {{tr("Save as…"), [this] { saveAs(); }}});
        return;
    }
    m_message->clear();
    m_editor->document()->setModified(false);
    if (moved)
        setSettings(BuildSettings::of(path()));
    showName();
    emit saved(path());
    if (then)
        then();
}

void DockerfileView::reload()
{
    const auto text = m_file->open(path());
    if (!text) {
        m_message->say(MessageBar::Kind::Problem, QString::fromStdString(text.error().message));
        return;
    }
    const int line = m_editor->textCursor().blockNumber(), at = m_editor->textCursor().positionInBlock();
    QTextCursor all(m_editor->document());
    all.select(QTextCursor::Document);
    all.insertText(*text); // not setPlainText: it can be undone
    m_editor->goTo(line, at);
    m_editor->document()->setModified(false);
    m_message->clear();
}

void DockerfileView::changedOnDisk()
{
    if (!isModified()) {
        reload();
        return;
    }
    m_message->say(MessageBar::Kind::Warning, tr("%1 was changed by another program, and here too.").arg(title()),
                   {{tr("Take the other"), [this] { reload(); }}, {tr("Keep mine"), [] {}}});
}

QStringList DockerfileView::entriesOf(const QString& folder) const
{
    QStringList names;
    const QDir dir(m_settings.context + QLatin1Char('/') + folder);
    for (const QFileInfo& entry : dir.entryInfoList(QDir::AllEntries | QDir::NoDotAndDotDot | QDir::Hidden, QDir::DirsFirst | QDir::Name)) {
        names << (entry.isDir() ? entry.fileName() + QLatin1Char('/') : entry.fileName());
        if (names.size() >= mostEntries)
            break;
    }
    return names;
}

void DockerfileView::askImages()
{
    if (std::exchange(m_imagesAsked, true))
        return;
    using Images = Result<std::vector<dockerapi::ImageSummary>>;
    m_imagesRequest = m_bridge.client().images().list(onGui<Images>(this, [this](const Images& images) {
        if (!images) {
            m_imagesAsked = false;
            return;
        }
        m_images.clear();
        for (const auto& image : *images)
            for (const std::string& tag : image.repoTags)
                m_images << QString::fromStdString(tag);
    }));
}

Completion DockerfileView::completionFor(const QString& text, int position)
{
    if (!isDockerfile())
        return {};
    askImages();
    return completionAt(text, position, *m_analysis, {m_images, [this](const QString& folder) { return entriesOf(folder); }});
}

} // namespace slipway::ui
