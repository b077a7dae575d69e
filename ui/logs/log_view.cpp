// SPDX-License-Identifier: GPL-3.0-or-later
#include "logs/log_view.h"

#include <QActionGroup>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QMenu>
#include <QMessageBox>
#include <QPushButton>
#include <QSaveFile>
#include <QShortcut>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>

#include "logs/ansi_text.h"
#include "logs/find_bar.h"
#include "logs/log_canvas.h"

namespace slipway::ui
{
namespace
{

QToolButton* toolButton(QHBoxLayout* row, const QString& text, const QString& tip, bool checkable = false, bool checked = false)
{
    auto* b = new QToolButton;
    b->setText(text);
    b->setToolTip(tip);
    b->setAccessibleName(text);
    b->setAccessibleDescription(tip);
    b->setAutoRaise(true);
    b->setCheckable(checkable);
    b->setChecked(checked);
    row->addWidget(b);
    return b;
}

} // namespace

LogView::LogView(EngineBridge& bridge, QWidget* parent) : QWidget(parent), m_bridge(bridge)
{
    m_canvas = new LogCanvas(m_store, m_search);
    m_find = new FindBar;
    m_find->hide();
    m_status = new QLabel;
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
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addLayout(toolBar);
    column->addWidget(m_find);
    column->addWidget(m_problem);
    column->addWidget(m_canvas, 1);

    m_searchTimer = new QTimer(this);
    m_searchTimer->setInterval(0);
    connect(m_searchTimer, &QTimer::timeout, this, &LogView::continueSearch);
    connect(retry, &QPushButton::clicked, this, [this] { open(m_everything); });
    connect(m_loadAll, &QPushButton::clicked, this, [this] { open(true); });
    connect(m_find, &FindBar::queryChanged, this, &LogView::startSearch);
    connect(m_find, &FindBar::next, this, [this] { step(true); });
    connect(m_find, &FindBar::previous, this, [this] { step(false); });
    connect(m_find, &FindBar::filterToggled, this, [this](bool on) {
        m_canvas->setFilter(on);
        setState(m_state);
    });
    connect(m_find, &FindBar::closed, this, &LogView::closeFind);
    connect(m_canvas, &LogCanvas::findRequested, this, &LogView::openFind);
    connect(m_canvas, &LogCanvas::followingChanged, this, [this](bool on) {
        m_follow->setChecked(on);
        updateStatus();
    });
    const auto shortcut = [this](const QKeySequence& keys, auto slot) {
        auto* s = new QShortcut(keys, this);
        s->setContext(Qt::WidgetWithChildrenShortcut);
        connect(s, &QShortcut::activated, this, slot);
    };
    shortcut(QKeySequence::Find, [this] { openFind(); });
    shortcut(QKeySequence::FindNext, [this] { step(true); });
    shortcut(QKeySequence::FindPrevious, [this] { step(false); });
    shortcut(QKeySequence::Save, [this] { save(); });
    setFocusProxy(m_canvas);
    setAccessibleName(tr("Logs"));
    setState(State::None);
}

LogView::~LogView() { m_request.reset(); }

void LogView::buildToolBar(QHBoxLayout* row)
{
    m_follow = toolButton(row, tr("Follow"), tr("Stay at the newest line (End)"), true, true);
    connect(m_follow, &QToolButton::clicked, m_canvas, &LogCanvas::setFollow);
    auto* wrap = toolButton(row, tr("Wrap"), tr("Break long lines at the edge of the view"), true);
    connect(wrap, &QToolButton::toggled, m_canvas, &LogCanvas::setWrap);
    auto* times = toolButton(row, tr("Time"), tr("Show when each line was written"));
    times->setPopupMode(QToolButton::InstantPopup);
    auto* menu = new QMenu(times);
    auto* group = new QActionGroup(menu);
    const std::pair<QString, LogCanvas::Times> choices[] = {{tr("No time"), LogCanvas::Times::None},
                                                            {tr("Local time"), LogCanvas::Times::Local},
                                                            {tr("UTC"), LogCanvas::Times::Utc},
                                                            {tr("Since the first line"), LogCanvas::Times::SinceFirst}};
    for (const auto& [text, choice] : choices) {
        QAction* action = menu->addAction(text);
        action->setCheckable(true);
        action->setChecked(choice == LogCanvas::Times::None);
        group->addAction(action);
        connect(action, &QAction::triggered, this, [this, c = choice] { m_canvas->setTimes(c); });
    }
    times->setMenu(menu);
    row->addSpacing(8);
    m_out = toolButton(row, tr("stdout"), tr("Show standard output"), true, true);
    m_err = toolButton(row, tr("stderr"), tr("Show standard error (marked red at the left)"), true, true);
    for (QToolButton* b : {m_out, m_err})
        connect(b, &QToolButton::toggled, this, [this] {
            m_canvas->setStreams(m_out->isChecked(), m_err->isChecked());
            setState(m_state);
        });
    row->addStretch(1);
    row->addWidget(m_status);
    row->addWidget(m_loadAll);
    row->addSpacing(8);
    connect(toolButton(row, tr("Find"), tr("Find in the log (Ctrl+F)")), &QToolButton::clicked, this, &LogView::openFind);
    auto* copy = toolButton(row, tr("Copy"), tr("Copy the selected lines (Ctrl+C)"));
    copy->setEnabled(false);
    connect(copy, &QToolButton::clicked, m_canvas, &LogCanvas::copy);
    connect(m_canvas, &LogCanvas::selectionChanged, copy, [this, copy] { copy->setEnabled(m_canvas->hasSelection()); });
    connect(toolButton(row, tr("Save…"), tr("Save the log to a file (Ctrl+S)")), &QToolButton::clicked, this, &LogView::save);
}

void LogView::setContainer(const QString& id, bool running)
{
    if (id == m_id) {
        const bool restarted = running && !m_running;
        m_running = running;
        if (restarted && (m_state == State::Ended || m_state == State::Failed))
            resume();
        else
            setState(m_state);
        return;
    }
    m_id = id;
    m_running = running;
    m_everything = false;
    m_canvas->setFollow(true);
    if (m_id.isEmpty()) {
        m_request.reset();
        m_hop.cut();
        m_store.clear();
        m_canvas->linesChanged();
        setState(State::None);
        return;
    }
    open(false);
}

void LogView::open(bool everything)
{
    m_everything = everything;
    m_suspended = false;
    m_request.reset();
    m_store.clear();
    m_search.start(m_store, m_search.query());
    m_received = 0;
    m_lastTimeNs = m_skipUntilNs = 0;
    m_canvas->linesChanged();
    setState(State::Loading);
    LogsClient::Options options;
    options.follow = true;
    if (!everything)
        options.tail = firstLoad;
    m_hop.renew(this);
    m_request = m_bridge.client().logs().logs(
        m_id.toStdString(), options,
        m_hop.wrap<std::vector<dockerapi::LogLine>>([this](std::vector<dockerapi::LogLine> lines) { receive(std::move(lines)); }),
        m_hop.wrap<Status>([this](const Status& status) { ended(status); }));
}

// A container that runs again goes on writing to the same log: ask for what came since the last line we have.
void LogView::resume()
{
    m_suspended = false;
    m_request.reset();
    LogsClient::Options options;
    options.follow = true;
    m_skipUntilNs = m_lastTimeNs;
    if (m_lastTimeNs > 0)
        options.since = std::to_string(m_lastTimeNs / 1'000'000'000) + '.' +
                        std::to_string(1'000'000'000 + m_lastTimeNs % 1'000'000'000).substr(1);
    else if (!m_everything)
        options.tail = firstLoad;
    setState(m_store.empty() ? State::Loading : State::Live);
    m_hop.renew(this);
    m_request = m_bridge.client().logs().logs(
        m_id.toStdString(), options,
        m_hop.wrap<std::vector<dockerapi::LogLine>>([this](std::vector<dockerapi::LogLine> lines) { receive(std::move(lines)); }),
        m_hop.wrap<Status>([this](const Status& status) { ended(status); }));
}

void LogView::hideEvent(QHideEvent* event)
{
    m_suspended = m_request && (m_state == State::Loading || m_state == State::Live);
    if (m_suspended) {
        m_hop.cut();
        m_request.reset();
    }
    QWidget::hideEvent(event);
}

void LogView::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    if (m_suspended)
        resume();
}

void LogView::receive(std::vector<dockerapi::LogLine> lines)
{
    for (const dockerapi::LogLine& line : lines) {
        if (m_skipUntilNs > 0 && line.timeNs > 0 && line.timeNs <= m_skipUntilNs)
            continue;
        m_received += m_store.append(line) ? 1 : 0;
        m_lastTimeNs = std::max(m_lastTimeNs, line.timeNs);
    }
    if (m_state != State::Live)
        setState(State::Live);
    m_canvas->linesChanged();
    if (m_search.active() && !m_searchTimer->isActive())
        m_searchTimer->start();
    updateStatus();
}

void LogView::ended(const Status& status)
{
    if (status)
        setState(State::Ended);
    else
        setState(State::Failed, QString::fromStdString(status.error().message));
}

void LogView::setState(State state, const QString& error)
{
    m_state = state;
    m_problem->setVisible(state == State::Failed);
    if (state == State::Failed && !error.isEmpty()) {
        QPalette p = palette();
        const ViewColors colors = ViewColors::of(p);
        p.setColor(QPalette::Window, mix(colors.background, colors.error, 0.14));
        m_problem->setPalette(p);
        m_problemText->setText(tr("The log could not be read: %1").arg(error));
    }
    if (!m_out->isChecked() && !m_err->isChecked())
        m_canvas->setMessage(tr("Both streams are hidden"), tr("Turn on stdout or stderr to see lines."));
    else if (m_canvas->filtered())
        m_canvas->setMessage(tr("No line matches"), tr("The filter above hides every line."));
    else if (m_store.endLine() > 0)
        m_canvas->setMessage(tr("No lines in this stream"), tr("The container has written only to the other stream."));
    else
        switch (state) {
        case State::None: m_canvas->setMessage(tr("No container selected"), tr("Select a container to see its log.")); break;
        case State::Loading:
            if (m_running)
                m_canvas->setMessage(tr("Waiting for output"), tr("Lines appear here as the container writes them."));
            else
                m_canvas->setMessage(tr("Reading the log…"), {});
            break;
        case State::Live:
        case State::Ended:
            m_canvas->setMessage(tr("No output"), m_running ? tr("The container has written nothing so far.")
                                                            : tr("The container wrote nothing to stdout or stderr."));
            break;
        case State::Failed: m_canvas->setMessage(tr("No log to show"), tr("The message above says why.")); break;
        }
    updateStatus();
}

void LogView::updateStatus()
{
    const QLocale locale;
    const std::uint64_t lines = m_store.endLine();
    QString text = lines == 1 ? tr("1 line") : tr("%1 lines").arg(locale.toString(lines));
    if (m_store.firstLine() > 0)
        text = tr("last %1 of %2 lines (older ones are no longer held)")
                   .arg(locale.toString(lines - m_store.firstLine()), locale.toString(lines));
    else if (!m_everything && m_received >= firstLoad)
        text = tr("the last %1 lines").arg(locale.toString(lines));
    if (m_canvas->filtered())
        text = tr("%1 of %2 lines match").arg(locale.toString(static_cast<qulonglong>(m_canvas->rowCount())), locale.toString(static_cast<qulonglong>(lines - m_store.firstLine())));
    if (m_state == State::Ended && !m_id.isEmpty())
        text += m_running ? tr(" · stream ended") : tr(" · container stopped");
    m_loadAll->setVisible(!m_everything && m_received >= firstLoad);
    QPalette p = palette();
    p.setColor(QPalette::WindowText, ViewColors::of(p).dim);
    m_status->setPalette(p);
    m_status->setText(m_id.isEmpty() || (lines == 0 && m_state == State::Loading) ? QString() : text);
}

void LogView::openFind()
{
    const QString selected = m_canvas->selectedText();
    m_find->open(selected.contains(QLatin1Char('\n')) ? QString() : selected);
    startSearch();
    m_canvas->setFilter(m_find->filters());
}

void LogView::closeFind()
{
    m_find->hide();
    m_searchTimer->stop();
    m_search.start(m_store, {});
    m_canvas->setFilter(false);
    m_canvas->searchChanged();
    m_canvas->setFocus();
    setState(m_state);
}

void LogView::startSearch()
{
    if (m_find->query() == m_search.query() && m_search.active())
        return;
    m_search.start(m_store, m_find->query());
    m_canvas->searchChanged();
    m_searchTimer->start();
}

void LogView::continueSearch()
{
    const bool more = m_search.advance(m_store, 6);
    if (!more)
        m_searchTimer->stop();
    if (!m_canvas->currentMatch() && !m_search.matches().empty() && m_find->isVisible() && !m_canvas->following()) {
        const std::size_t at = m_search.firstAtOrAfter(m_canvas->topLine());
        if (at < m_search.matches().size())
            m_canvas->showMatch(at);
    } else if (!more && !m_canvas->currentMatch() && !m_search.matches().empty() && m_find->isVisible()) {
        m_canvas->showMatch(m_search.matches().size() - 1); // at the end of a log the newest match is wanted
    }
    m_canvas->searchAdvanced();
    showFindStatus();
    if (m_canvas->filtered())
        updateStatus();
}

void LogView::showFindStatus()
{
    if (!m_search.errorText().isEmpty())
        return m_find->setStatus(tr("Not a regular expression: %1").arg(m_search.errorText()), true);
    if (!m_search.active())
        return m_find->setStatus({}, false);
    const QLocale locale;
    const std::size_t count = m_search.matches().size();
    QString total = locale.toString(static_cast<qulonglong>(count));
    if (m_search.full())
        total += QLatin1Char('+');
    const bool searching = m_searchTimer->isActive();
    if (count == 0)
        return m_find->setStatus(searching ? tr("Searching…") : tr("No matches"), !searching);
    const auto current = m_canvas->currentMatch();
    QString text = current ? tr("%1 of %2").arg(locale.toString(static_cast<qulonglong>(*current + 1)), total)
                           : tr("%1 matches").arg(total);
    m_find->setStatus(searching ? text + QStringLiteral(" …") : text, false);
}

void LogView::step(bool forward)
{
    const std::size_t count = m_search.matches().size();
    if (count == 0)
        return;
    const auto current = m_canvas->currentMatch();
    const std::size_t at = !current ? std::min(m_search.firstAtOrAfter(m_canvas->topLine()), count - 1)
                                    : (*current + (forward ? 1 : count - 1)) % count;
    m_canvas->showMatch(at);
    showFindStatus();
}

void LogView::save()
{
    const QString name = QFileDialog::getSaveFileName(this, tr("Save log"), m_id.left(12) + QStringLiteral(".log"),
                                                      tr("Logs (*.log *.txt);;All files (*)"));
    if (name.isEmpty())
        return;
    QSaveFile file(name);
    bool ok = file.open(QIODevice::WriteOnly);
    for (std::uint64_t n = m_store.firstLine(); ok && n < m_store.endLine(); ++n) {
        const LineStore::Line line = m_store.line(n);
        if (line.isStderr ? !m_err->isChecked() : !m_out->isChecked())
            continue;
        ok = file.write(line.text.data(), static_cast<qint64>(line.text.size())) >= 0 && file.write("\n", 1) == 1;
    }
    if (!ok || !file.commit())
        QMessageBox::warning(this, tr("Save log"), tr("%1 could not be written: %2").arg(name, file.errorString()));
}

} // namespace slipway::ui
