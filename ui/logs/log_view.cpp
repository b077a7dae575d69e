// SPDX-License-Identifier: GPL-3.0-or-later
#include "logs/log_view.h"

#include <QApplication>
#include <QClipboard>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QShortcut>
#include <QSplitter>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>

#include "logs/find_bar.h"
#include "logs/jump_bar.h"
#include "logs/log_details.h"
#include "widgets/elided_label.h"

namespace slipway::ui
{
namespace
{
constexpr qsizetype mostCopied = 64 << 20; // characters; more is for a file
constexpr std::uint64_t copyRows = 5'000;
constexpr std::size_t copyCap = 8u << 20;

QString number(std::uint64_t n) { return QLocale().toString(static_cast<qulonglong>(n)); }
} // namespace

LogView::LogView(EngineBridge& bridge, QWidget* parent) : QWidget(parent), m_bridge(bridge), m_pages(bridge.client()), m_export(bridge.client(), this)
{
    m_canvas = new LogCanvas(m_pages);
    m_find = new FindBar;
    m_find->hide();
    m_jump = new JumpBar;
    m_jump->hide();
    m_details = new LogDetails(bridge.client());
    m_details->hide();
    m_status = new ElidedLabel;
    m_status->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_status->setObjectName(QStringLiteral("logStatus"));
    m_status->setContentsMargins(0, 0, 6, 0);
    m_loadAll = new QPushButton(tr("Load all lines"));
    m_loadAll->setFlat(true);
    m_loadAll->hide();

    m_problem = new QWidget;
    m_problem->setAutoFillBackground(true);
    auto* problemRow = new QHBoxLayout(m_problem);
    problemRow->setContentsMargins(12, 6, 8, 6);
    m_problemText = new QLabel;
    m_problemText->setTextFormat(Qt::PlainText);
    m_problemText->setWordWrap(true);
    m_problemText->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* retry = new QPushButton(tr("Try again"));
    problemRow->addWidget(m_problemText, 1);
    problemRow->addWidget(retry);
    m_problem->hide();

    auto* toolBar = new QHBoxLayout;
    toolBar->setContentsMargins(8, 4, 8, 4);
    toolBar->setSpacing(2);
    buildToolBar(toolBar);
    m_halves = new QSplitter(Qt::Vertical);
    m_halves->addWidget(m_canvas);
    m_halves->addWidget(m_details);
    m_halves->setStretchFactor(0, 3);
    m_halves->setStretchFactor(1, 1);
    m_halves->setChildrenCollapsible(false);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addLayout(toolBar);
    column->addWidget(m_find);
    column->addWidget(m_jump);
    column->addWidget(m_problem);
    column->addWidget(m_halves, 1);

    m_sayTimer = new QTimer(this);
    m_sayTimer->setSingleShot(true);
    m_sayTimer->setInterval(4000);
    connect(m_sayTimer, &QTimer::timeout, this, &LogView::showStatus);
    connect(retry, &QPushButton::clicked, this, [this] { m_pages.resume(), showState(); });
    connect(m_loadAll, &QPushButton::clicked, this, [this] { open(m_pages.sources(), m_running, true); });
    connect(&m_pages, &LogPages::extentChanged, this, [this] {
        if (m_seekTimeNs != 0)
            m_pages.lineAtTime(std::exchange(m_seekTimeNs, 0));
        if (m_jump->isVisible())
            tellJump();
        showState();
    });
    connect(&m_pages, &LogPages::failed, this, &LogView::showState);
    connect(&m_pages, &LogPages::searched, this, &LogView::showFound);
    connect(&m_pages, &LogPages::matchFound, this, [this](std::uint64_t line) {
        m_canvas->reveal(line);
        showFindStatus();
    });
    connect(&m_pages, &LogPages::timeFound, m_canvas, &LogCanvas::showLine);
    connect(m_find, &FindBar::queryChanged, this, &LogView::applyQuery);
    connect(m_find, &FindBar::next, this, [this] { step(true); });
    connect(m_find, &FindBar::previous, this, [this] { step(false); });
    connect(m_find, &FindBar::closed, this, &LogView::closeFind);
    connect(m_jump, &JumpBar::closed, this, [this] { m_jump->hide(), m_canvas->setFocus(); });
    connect(m_jump, &JumpBar::lineChosen, this, [this](std::uint64_t line) {
        m_canvas->showLine(std::clamp(line, m_pages.firstLine(), std::max(m_pages.firstLine(), m_pages.endLine() - std::min<std::uint64_t>(1, m_pages.endLine()))));
    });
    connect(m_jump, &JumpBar::timeChosen, &m_pages, &LogPages::lineAtTime);
    connect(m_details, &LogDetails::closed, this, [this] { m_details->hide(), m_details->forget(), m_canvas->setFocus(); });
    connect(m_canvas, &LogCanvas::findRequested, this, &LogView::openFind);
    connect(m_canvas, &LogCanvas::jumpRequested, this, &LogView::openJump);
    connect(m_canvas, &LogCanvas::detailsRequested, this, &LogView::showDetails);
    connect(m_canvas, &LogCanvas::copyRequested, this, &LogView::copy);
    connect(m_canvas, &LogCanvas::selectionChanged, this, [this] {
        if (m_details->isVisible() && !m_canvas->hasSelection())
            m_details->showLine(m_pages.sources(), m_canvas->currentLine());
    });
    connect(m_canvas, &LogCanvas::followingChanged, this, [this](bool on) { m_follow->setChecked(on); });
    connect(&m_export, &LogExport::progressed, this, [this] { say(tr("Saving… %1 written").arg(QLocale().formattedDataSize(m_export.written()))); });
    connect(&m_export, &LogExport::ended, this, [this](const QString& file, const QString& problem) {
        say(problem.isEmpty() ? tr("Saved as %1").arg(QFileInfo(file).fileName()) : tr("%1 could not be written: %2").arg(file, problem));
    });
    buildShortcuts();
    setFocusProxy(m_canvas);
    setAccessibleName(tr("Logs"));
    showState();
}

LogView::~LogView()
{
    m_export.cancel();
    m_copyHop.cut();
    m_copying.reset();
    delete m_halves; // the canvas, before what it shows
}

void LogView::buildShortcuts()
{
    const auto shortcut = [this](const QKeySequence& keys, auto slot) {
        auto* s = new QShortcut(keys, this);
        s->setContext(Qt::WidgetWithChildrenShortcut);
        connect(s, &QShortcut::activated, this, slot);
    };
    shortcut(QKeySequence::Find, [this] { openFind(); });
    shortcut(QKeySequence(Qt::Key_F3), [this] { step(true); });
    shortcut(QKeySequence(Qt::SHIFT | Qt::Key_F3), [this] { step(false); });
    shortcut(QKeySequence(Qt::CTRL | Qt::Key_G), [this] { openJump(); });
    shortcut(QKeySequence::Save, [this] { save(false, logstore::ExportFormat::Plain); });
}

void LogView::setContainer(const QString& id, bool running)
{
    setSources(id.isEmpty() ? std::vector<LogModel::Source>() : std::vector<LogModel::Source>{{id, {}, {}}}, running);
}

void LogView::setSources(std::vector<LogModel::Source> sources, bool running)
{
    if (std::ranges::equal(sources, m_pages.sources(), {}, &LogModel::Source::id, &LogModel::Source::id)) {
        m_pages.relabel(std::move(sources));
        const bool restarted = running && !m_running;
        m_running = running;
        if (restarted && isVisible()) {
            m_pages.close();
            m_pages.resume();
        }
        showState();
        return;
    }
    m_canvas->setFollow(true);
    open(std::move(sources), running, false);
}

void LogView::open(std::vector<LogModel::Source> sources, bool running, bool everything)
{
    m_running = running;
    m_revealed = false;
    m_details->hide();
    m_pages.open(std::move(sources), everything);
    showState();
}

void LogView::showTime(std::int64_t timeNs)
{
    m_canvas->setFollow(false);
    if (m_pages.loaded())
        m_pages.lineAtTime(timeNs);
    else
        m_seekTimeNs = timeNs;
}

void LogView::hideEvent(QHideEvent* event)
{
    m_pages.close();
    QWidget::hideEvent(event);
}

void LogView::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    m_pages.resume();
}

void LogView::showState()
{
    const QString& problem = m_pages.problem();
    m_problem->setVisible(!problem.isEmpty());
    if (!problem.isEmpty()) {
        QPalette p = palette();
        const ViewColors colors = ViewColors::of(p);
        p.setColor(QPalette::Window, mix(colors.background, colors.error, 0.14));
        m_problem->setPalette(p);
        m_problemText->setText(tr("The log could not be read: %1").arg(problem));
    }
    showMessage();
    showStatus();
}

void LogView::showMessage()
{
    if (!m_out->isChecked() && !m_err->isChecked())
        return m_canvas->setMessage(tr("Both streams are hidden"), tr("Turn on stdout or stderr to see lines."));
    if (!m_pages.problem().isEmpty())
        return m_canvas->setMessage(tr("No log to show"), tr("The message above says why."));
    if (m_pages.sources().empty())
        return m_canvas->setMessage(tr("No container selected"), tr("Select a container to see its log."));
    if (m_pages.filtered() && m_pages.rowsRun().running())
        return m_canvas->setMessage(tr("Searching…"), {});
    if (m_pages.filtered())
        return m_canvas->setMessage(tr("No line matches"), m_find->filters() && m_find->isVisible() ? tr("The filter above hides every line.") : tr("The chosen streams and levels hide every line."));
    if (!m_pages.loaded())
        return m_canvas->setMessage(tr("Reading the log…"), {});
    m_canvas->setMessage(tr("No output"), m_running ? tr("The container has written nothing so far. Lines appear here as it writes them.")
                                                    : tr("The container wrote nothing to stdout or stderr."));
}

void LogView::showStatus()
{
    if (m_sayTimer->isActive())
        return;
    const LogExtent& extent = m_pages.extent();
    const std::uint64_t held = extent.end - extent.first;
    QString text = held == 1 ? tr("1 line") : tr("%1 lines").arg(number(held));
    if (extent.limited)
        text = tr("the last %1 lines").arg(number(held));
    else if (extent.first > 0)
        text = tr("%1 of %2 lines (older ones were rotated away)").arg(number(held), number(extent.end));
    if (m_pages.filtered())
        text = tr("%1 of %2 lines").arg(number(m_pages.count()), number(held));
    if (m_pages.loaded() && !m_running && !m_pages.sources().empty())
        text += tr(" · container stopped");
    m_loadAll->setVisible(extent.limited);
    QPalette p = palette();
    p.setColor(QPalette::WindowText, ViewColors::of(p).dim);
    m_status->setPalette(p);
    m_status->setText(m_pages.loaded() ? text : QString());
}

void LogView::say(const QString& text)
{
    m_sayTimer->stop();
    m_status->setText(text);
    m_sayTimer->start();
}

void LogView::applyQuery()
{
    logstore::LogQuery shown;
    shown.showStdout = m_out->isChecked();
    shown.showStderr = m_err->isChecked();
    shown.levels = m_shownLevels;
    m_revealed = false;
    m_pages.setShown(shown, m_find->isVisible() ? m_find->query() : logstore::LogQuery(), m_find->filters(), m_find->context());
    m_canvas->rowsAreOthers();
    showFound();
    showState();
}

void LogView::showFound()
{
    const SearchRun& run = m_pages.findRun();
    // At the end of a log the newest match is wanted, elsewhere the next one from here.
    if (m_find->isVisible() && !m_find->filters() && m_pages.finding() && !m_revealed && run.table().matches() > 0
        && (m_canvas->following() || !run.running())) {
        m_revealed = true;
        m_pages.stepMatch(!m_canvas->following(), m_canvas->following() ? UINT64_MAX : m_canvas->topLine());
    }
    showFindStatus();
    showMessage();
    showStatus();
}

void LogView::showFindStatus()
{
    if (!m_find->isVisible())
        return;
    const SearchRun& run = m_pages.findRun();
    m_find->setProgress(m_pages.finding() && run.running() ? run.progress() : 1);
    if (!run.error().isEmpty())
        return m_find->setStatus(m_find->query().regex ? tr("Not a regular expression: %1").arg(run.error()) : run.error(), true);
    if (!m_pages.finding())
        return m_find->setStatus({}, false);
    const std::uint64_t count = run.table().matches();
    if (count == 0)
        return m_find->setStatus(run.running() ? tr("Searching…") : tr("No matches"), !run.running());
    const auto current = m_pages.matchNumber();
    QString text = current && !run.running() ? tr("%1 of %2 lines").arg(number(*current + 1), number(count))
                   : count == 1              ? tr("1 line matches")
                                             : tr("%1 lines match").arg(number(count));
    if (run.givenUp() > 0)
        text += tr(" · %1 skipped: the expression takes too long for them").arg(number(run.givenUp()));
    m_find->setStatus(text, false);
}

void LogView::openFind()
{
    m_jump->hide();
    const QString selected = m_canvas->selectedText().value_or(QString());
    const bool was = m_find->isVisible();
    m_find->open(selected.contains(QLatin1Char('\n')) ? QString() : selected);
    if (!was)
        applyQuery();
}

void LogView::closeFind()
{
    m_find->hide();
    applyQuery();
    m_canvas->setFocus();
}

void LogView::openJump()
{
    if (m_find->isVisible())
        closeFind();
    tellJump();
    m_jump->open();
}

void LogView::tellJump()
{
    m_jump->setExtent({m_pages.firstLine(), m_pages.endLine(), m_pages.firstTimeNs(), m_pages.lastTimeNs()}, m_utc);
}

void LogView::step(bool forward)
{
    if (!m_find->isVisible())
        return openFind();
    m_revealed = true;
    m_pages.stepMatch(forward, m_canvas->topLine());
}

void LogView::showDetails(std::uint64_t line)
{
    m_details->show();
    m_details->showLine(m_pages.sources(), line);
}

void LogView::copy()
{
    const auto selected = m_canvas->selection();
    if (!selected)
        return;
    if (const auto text = m_canvas->selectedText())
        return QApplication::clipboard()->setText(*text);
    m_copyHop.renew(this);
    say(tr("Copying…"));
    copyMore(std::make_shared<QString>(), selected->firstLine);
}

// Of a selection that is not all here, some thousand lines at a time.
void LogView::copyMore(std::shared_ptr<QString> text, std::uint64_t row)
{
    const auto selected = m_canvas->selection();
    if (!selected)
        return;
    logstore::PageRange range;
    range.from = row;
    range.to = selected->lastLine + 1;
    range.count = copyRows;
    range.cap = copyCap;
    m_copying = m_bridge.client().logs().page(
        m_pages.containers(), range, m_pages.rowsQuery(),
        m_copyHop.wrap<Result<logstore::LogPage>>([this, text, selected = *selected](const Result<logstore::LogPage>& page) {
            if (!page)
                return say(tr("It could not be copied: %1").arg(QString::fromStdString(page.error().message)));
            for (const logstore::PageRow& each : page->rows) {
                const QString line = m_canvas->shownText(each.text);
                const int from = each.row == selected.firstLine ? selected.firstIndex : 0;
                *text += each.row == selected.lastLine ? line.mid(from, std::max(0, selected.lastIndex - from)) : line.mid(from) + QLatin1Char('\n');
                if (each.cut())
                    *text += tr("[the rest of this line is too long to copy]") + QLatin1Char('\n');
            }
            if (text->size() > mostCopied)
                return say(tr("That is too much for the clipboard: save it to a file instead."));
            if (page->rows.size() == copyRows)
                return copyMore(text, page->rows.back().row + 1);
            QApplication::clipboard()->setText(*text);
            say(tr("%1 lines copied").arg(number(static_cast<std::uint64_t>(text->count(QLatin1Char('\n')) + 1))));
        }));
}

} // namespace slipway::ui
