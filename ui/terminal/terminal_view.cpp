// SPDX-License-Identifier: GPL-3.0-or-later
#include "terminal/terminal_view.h"

#include <algorithm>

#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPointer>
#include <QPushButton>
#include <QSet>
#include <QSettings>
#include <QShortcut>
#include <QTabBar>
#include <QToolButton>
#include <QVBoxLayout>

#include "logs/find_bar.h"
#include "shell/object_names.h"
#include "terminal/new_session_dialog.h"
#include "terminal/terminal_canvas.h"
#include "terminal/terminal_find.h"
#include "terminal/terminal_session.h"
#include "widgets/literal_tip.h"
#include "widgets/message_bar.h"

namespace slipway::ui
{
namespace
{
constexpr std::size_t mostReturned = 32; // sessions that a new window opens again
constexpr int slowMs = 500;
constexpr const char* shellKey = "terminal/shell"; // the name of the one that was chosen last

const std::vector<std::string>& shellPaths() // the best first
{
    static const std::vector<std::string> paths = [] {
        std::vector<std::string> all;
        for (const char* name : {"bash", "zsh", "fish", "ash", "sh"})
            for (const char* folder : {"/bin/", "/usr/bin/", "/usr/local/bin/", "/busybox/"}) // distroless images for debugging have the last
                all.push_back(std::string(folder) + name);
        return all;
    }();
    return paths;
}

QString nameOf(const QString& path) { return path.section(QLatin1Char('/'), -1); }
} // namespace

TerminalView::TerminalView(EngineBridge& bridge, QWidget* parent) : QWidget(parent), m_bridge(bridge)
{
    m_canvas = new TerminalCanvas;
    m_message = new QWidget;
    m_message->setAutoFillBackground(true);
    m_message->setBackgroundRole(QPalette::Base);
    m_title = new QLabel;
    QFont big = font();
    big.setPointSizeF(big.pointSizeF() * 1.25);
    big.setWeight(QFont::DemiBold);
    m_title->setFont(big);
    m_detail = new QLabel;
    m_detail->setTextFormat(Qt::PlainText);
    m_detail->setWordWrap(true);
    m_detail->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_button = new QPushButton;
    m_button->setObjectName(QLatin1StringView(names::terminalAction));
    auto* words = new QVBoxLayout;
    words->addWidget(m_title);
    words->addWidget(m_detail);
    auto* row = new QHBoxLayout(m_message);
    row->setContentsMargins(16, 12, 16, 12);
    row->addLayout(words, 1);
    row->addWidget(m_button, 0, Qt::AlignVCenter);
    m_find = new TerminalFind(this);
    m_findBar = new FindBar(nullptr, FindBar::Of::Terminal);
    m_findBar->hide();
    m_question = new MessageBar;
    buildBar();
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    for (QWidget* part : {m_bar, m_message, static_cast<QWidget*>(m_question), static_cast<QWidget*>(m_findBar)})
        column->addWidget(part);
    column->addWidget(m_canvas, 1);
    setFocusProxy(m_canvas);
    setAccessibleName(tr("Terminal"));
    m_canvas->setFind(m_find);
    m_hop.renew(this);
    m_opening.setSingleShot(true);
    m_opening.setInterval(slowMs);
    connect(&m_opening, &QTimer::timeout, this, [this] {
        m_slow = true;
        showState();
    });
    connect(m_button, &QPushButton::clicked, this, &TerminalView::act);
    connect(m_canvas, &TerminalCanvas::gridResized, this, [this](int rows, int columns) {
        if (!current())
            return;
        current()->resize(rows, columns);
        m_canvas->screenChanged();
    });
    connect(m_findBar, &FindBar::queryChanged, this, [this] { m_find->start(m_findBar->query()); });
    connect(m_findBar, &FindBar::next, m_find, &TerminalFind::next);
    connect(m_findBar, &FindBar::previous, m_find, &TerminalFind::previous);
    connect(m_findBar, &FindBar::closed, this, [this] { find(false); });
    connect(m_find, &TerminalFind::changed, this, [this] {
        m_findBar->setStatus(m_find->status(), m_find->isError());
        m_canvas->viewport()->update();
    });
    connect(m_find, &TerminalFind::shown, m_canvas, &TerminalCanvas::reveal);
    const auto shortcut = [this](int key, auto function) {
        auto* s = new QShortcut(QKeySequence(Qt::CTRL | Qt::SHIFT | static_cast<Qt::Key>(key)), this);
        s->setContext(Qt::WidgetWithChildrenShortcut);
        connect(s, &QShortcut::activated, this, function);
    };
    shortcut(Qt::Key_F, [this] { find(true); });
    shortcut(Qt::Key_T, [this] { if (m_running) openShell({}); });
    shortcut(Qt::Key_W, [this] { if (current()) close(current()); });
    showState();
}

void TerminalView::buildBar()
{
    m_bar = new QWidget;
    auto* row = new QHBoxLayout(m_bar);
    row->setContentsMargins(8, 2, 8, 2);
    m_tabs = new QTabBar;
    m_tabs->setDocumentMode(true);
    m_tabs->setTabsClosable(true);
    m_tabs->setExpanding(false);
    m_tabs->setDrawBase(false);
    m_tabs->setElideMode(Qt::ElideRight);
    m_tabs->setAccessibleName(tr("Sessions"));
    m_new = new QToolButton;
    m_new->setText(tr("New session"));
    m_new->setAutoRaise(true);
    m_new->setPopupMode(QToolButton::InstantPopup);
    m_new->setToolTip(tr("Open another shell (Ctrl+Shift+T), also as another user or in another folder"));
    auto* menu = new QMenu(m_new);
    m_new->setMenu(menu);
    connect(menu, &QMenu::aboutToShow, this, &TerminalView::fillMenu);
    connect(m_tabs, &QTabBar::currentChanged, this, [this](int index) {
        const auto& sessions = m_shells[m_id].sessions;
        if (!m_filling && index >= 0 && static_cast<std::size_t>(index) < sessions.size())
            showSession(sessions[static_cast<std::size_t>(index)].get());
    });
    connect(m_tabs, &QTabBar::tabCloseRequested, this, [this](int index) {
        const auto& sessions = m_shells[m_id].sessions;
        if (index >= 0 && static_cast<std::size_t>(index) < sessions.size())
            close(sessions[static_cast<std::size_t>(index)].get());
    });
    row->addWidget(m_tabs, 1);
    row->addWidget(m_new);
}

TerminalSession* TerminalView::current() const
{
    const auto found = m_shells.find(m_id);
    return found == m_shells.end() ? nullptr : found->second.current;
}

QString TerminalView::debugShellWords()
{
    return tr("A shell with the usual commands (busybox) that is lent to the container while it is open. Its files are not touched.");
}

void TerminalView::fillMenu()
{
    QMenu* menu = m_new->menu();
    menu->clear();
    for (const QString& shell : std::as_const(m_shells[m_id].found))
        menu->addAction(nameOf(shell), this, [this, shell] { openShell(shell); });
    if (m_keeps)
        menu->addAction(tr("Debug Shell"), this, &TerminalView::openDebugShell)->setToolTip(debugShellWords());
    menu->setToolTipsVisible(true);
    menu->addSeparator();
    menu->addAction(tr("New Session…"), this, &TerminalView::askOptions);
}

void TerminalView::askOptions()
{
    auto* dialog = new NewSessionDialog(m_shells[m_id].found, m_keeps, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog, id = m_id] {
        if (id == m_id)
            open(dialog->options());
        m_canvas->setFocus();
    });
    dialog->open();
}

TerminalView::~TerminalView()
{
    m_hop.cut();
    m_find->setScreen(nullptr);
    m_canvas->setScreen(nullptr);
    m_canvas->disconnect(this);
    m_tabs->disconnect(this);
    for (auto& [id, shells] : m_shells)
        for (const auto& session : shells.sessions)
            session->disconnect(this);
}

void TerminalView::setContainer(const QString& id, bool running)
{
    if (id == m_id && running == m_running)
        return;
    const bool sameContainer = id == m_id;
    if (!sameContainer) {
        m_startProblem.clear();
        m_starting = false;
        m_startRequest.reset();
        m_question->clear();
    }
    m_id = id;
    m_running = running;
    if (running)
        m_starting = false;
    if (!sameContainer) {
        fillTabs();
        showSession(current());
    }
    showState();
    if (isVisible() && running && !current())
        begin();
}

void TerminalView::type(const QString& text)
{
    if (TerminalSession* session = current())
        session->type(text);
}

bool TerminalView::hasSession() const
{
    return std::ranges::any_of(m_shells, [](const auto& entry) {
        return std::ranges::any_of(entry.second.sessions, [](const auto& session) {
            return session->state() != TerminalSession::State::Ended && session->state() != TerminalSession::State::Failed;
        });
    });
}

void TerminalView::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    if (!m_id.isEmpty() && m_running && !current())
        begin();
}

void TerminalView::begin()
{
    Shells& shells = m_shells[m_id];
    if (shells.looking)
        return;
    shells.looking = true;
    showState();
    auto* sessions = dynamic_cast<SessionClient*>(&m_bridge.client().exec());
    if (!sessions)
        return look(m_id);
    shells.request = sessions->sessions(
        m_id.toStdString(), m_hop.wrap<Result<std::vector<SessionClient::Session>>>([this, id = m_id](Result<std::vector<SessionClient::Session>> all) {
            m_keeps = all || !isUnknownCall(all.error());
            if (all && !all->empty()) { // from an earlier window
                m_shells[id].looking = false;
                if (all->size() > mostReturned)
                    all->resize(mostReturned);
                for (const SessionClient::Session& session : *all)
                    add(id)->attach(session);
            }
            look(id);
        }));
}

void TerminalView::look(const QString& id)
{
    m_shells[id].request = m_bridge.client().exec().programs(
        id.toStdString(), shellPaths(), m_hop.wrap<Result<std::vector<std::string>>>([this, id](const Result<std::vector<std::string>>& found) {
            Shells& shells = m_shells[id];
            shells.looked = found.has_value();
            shells.found.clear();
            QSet<QString> names; // /bin is often the same as /usr/bin
            for (const std::string& path : found.value_or(std::vector<std::string>())) {
                const QString shell = QString::fromStdString(path);
                if (!names.contains(nameOf(shell)))
                    shells.found << shell;
                names << nameOf(shell);
            }
            if (std::exchange(shells.looking, false) && id == m_id)
                openPreferred();
        }));
}

bool TerminalView::hasNoShell() const
{
    const auto shells = m_shells.find(m_id);
    return shells != m_shells.end() && shells->second.looked && shells->second.found.isEmpty();
}

void TerminalView::openShell(const QString& shell)
{
    Shells& shells = m_shells[m_id];
    if (!shell.isEmpty()) {
        QSettings().setValue(shellKey, nameOf(shell));
        openPath(shell);
    } else if (shells.looked) {
        openPreferred();
    } else if (!std::exchange(shells.looking, true)) {
        showState();
        look(m_id);
    }
}

void TerminalView::openPreferred()
{
    if (hasNoShell())
        return showState();
    const QStringList& found = m_shells[m_id].found;
    const QString last = QSettings().value(shellKey).toString();
    const auto same = std::ranges::find_if(found, [&](const QString& one) { return nameOf(one) == last; });
    openPath(same != found.end() ? *same : found.value(0, QStringLiteral("sh")));
}

void TerminalView::openPath(const QString& path)
{
    SessionClient::Options options;
    options.command = {path.toStdString()};
    open(options);
}

void TerminalView::openDebugShell()
{
    SessionClient::Options options;
    options.command = {"sh"};
    options.tool = true;
    open(options);
}

void TerminalView::open(const SessionClient::Options& options)
{
    TerminalSession* session = add(m_id);
    layout()->activate(); // its tab may be the first: the shell begins with the size that it will have
    session->open(options);
    fillTabs();
}

TerminalSession* TerminalView::add(const QString& id)
{
    Shells& shells = m_shells[id];
    auto* session = shells.sessions.emplace_back(std::make_unique<TerminalSession>(m_bridge, id)).get();
    shells.current = session;
    const QSize grid = m_canvas->gridSize();
    session->resize(grid.height(), grid.width());
    connect(session, &TerminalSession::changed, this, [this, session] {
        if (session == current())
            m_canvas->screenChanged();
    });
    connect(session, &TerminalSession::stateChanged, this, [this, session] {
        fillTabs();
        if (session == current())
            showState();
    });
    connect(session, &TerminalSession::titleChanged, this, &TerminalView::fillTabs);
    connect(session, &TerminalSession::bell, this, [this, session] {
        if (session == current())
            m_canvas->ring();
    });
    connect(session, &TerminalSession::clipboardWanted, this, [this, session](const QString& text) {
        if (session != current() || !isVisible())
            return; // nobody would know what asks
        m_question->say(MessageBar::Kind::Info, tr("The program in the container wants to put %n characters on the clipboard.", nullptr, static_cast<int>(text.size())),
                        {{tr("Copy Them"), [text] { QApplication::clipboard()->setText(text); }}});
    });
    if (id == m_id) {
        fillTabs();
        showSession(session);
    }
    return session;
}

void TerminalView::close(TerminalSession* session)
{
    session->askForeground([this, guard = QPointer(session)](const QString& program) {
        if (!guard || program.isEmpty())
            return end(guard);
        if (guard != current())
            showSession(guard);
        m_question->say(MessageBar::Kind::Warning, tr("%1 is running in this session. Closing the tab ends it.").arg(program),
                        {{tr("End It"), [this, guard] { end(guard); }}});
    });
}

void TerminalView::end(TerminalSession* session)
{
    Shells& shells = m_shells[m_id];
    const auto at = std::ranges::find(shells.sessions, session, &std::unique_ptr<TerminalSession>::get);
    if (at == shells.sessions.end())
        return;
    session->end();
    session->disconnect(this);
    if (shells.current == session) {
        m_find->setScreen(nullptr);
        m_canvas->setScreen(nullptr);
    }
    const auto index = at - shells.sessions.begin();
    at->release()->deleteLater();
    shells.sessions.erase(at);
    if (shells.current == session)
        shells.current = shells.sessions.empty() ? nullptr : shells.sessions[static_cast<std::size_t>(std::min<std::ptrdiff_t>(index, std::ssize(shells.sessions) - 1))].get();
    fillTabs();
    showSession(shells.current);
}

void TerminalView::fillTabs()
{
    m_filling = true;
    const Shells& shells = m_shells[m_id];
    while (m_tabs->count() > static_cast<int>(shells.sessions.size()))
        m_tabs->removeTab(m_tabs->count() - 1);
    for (int i = 0; i < static_cast<int>(shells.sessions.size()); ++i) {
        const TerminalSession& session = *shells.sessions[static_cast<std::size_t>(i)];
        QString text = session.title().isEmpty() ? session.name() : session.title();
        text = text.left(40).replace(QLatin1Char('&'), QLatin1String("&&"));
        if (i >= m_tabs->count())
            m_tabs->addTab(text);
        m_tabs->setTabText(i, text);
        m_tabs->setTabToolTip(i, literalTip((m_keeps ? tr("%1: closing it ends the shell")
                                                     : tr("%1: closing it ends its input; what does not care runs on, this engine cannot end it")).arg(session.name())));
        if (&session == shells.current)
            m_tabs->setCurrentIndex(i);
    }
    m_filling = false;
}

void TerminalView::showSession(TerminalSession* session)
{
    if (session)
        m_shells[m_id].current = session;
    m_question->clear();
    m_find->setScreen(session ? &session->screen() : nullptr);
    m_canvas->setScreen(session ? &session->screen() : nullptr);
    if (session)
        session->resize(m_canvas->gridSize().height(), m_canvas->gridSize().width());
    showState();
}

void TerminalView::find(bool open)
{
    if (open) {
        m_findBar->open(m_canvas->selectedText().section(QLatin1Char('\n'), 0, 0));
        m_find->start(m_findBar->query());
        return;
    }
    m_findBar->hide();
    m_find->stop();
    m_canvas->setFocus();
}

void TerminalView::showState()
{
    using State = TerminalSession::State;
    const TerminalSession* session = current();
    const bool looking = m_shells.contains(m_id) && m_shells.at(m_id).looking;
    const bool live = session && session->state() == State::Open;
    const bool opening = m_running && (looking || (session && session->state() == State::Opening));
    if (!opening) {
        m_opening.stop();
        m_slow = false;
    } else if (!m_slow && !m_opening.isActive()) {
        m_opening.start();
    }
    m_canvas->setInputEnabled(live && m_running);
    QString title, detail, button;
    if (m_id.isEmpty()) {
        title = tr("No container selected");
        detail = tr("Select a running container to open a shell in it.");
    } else if (!m_running) {
        title = m_starting ? tr("Starting…") : tr("This container is not running");
        detail = !m_startProblem.isEmpty() ? m_startProblem : session ? tr("Its shells ended with it. What they printed stays below.") : tr("A shell needs a running container.");
        button = m_starting ? QString() : tr("Start it");
    } else if (opening) {
        title = tr("Opening a shell…");
    } else if (!session && hasNoShell()) {
        title = tr("This container has no shell");
        detail = m_keeps ? debugShellWords() : tr("A debug shell needs Slipway's own engine. New Session runs any program that the container has.");
        button = m_keeps ? tr("Open a debug shell") : tr("New Session…");
    } else if (!session) {
        title = tr("No session yet");
        button = tr("Open a shell");
    } else if (session->state() == State::Away) {
        title = tr("The engine does not answer");
        detail = tr("The session goes on in the container and comes back here with the engine.");
    } else if (session->state() == State::Ended) {
        title = tr("The session ended");
        detail = session->problem().isEmpty() ? tr("What it printed stays below until you reconnect.") : session->problem();
        button = tr("Reconnect");
    } else if (session->state() == State::Failed) {
        title = tr("No shell could be opened");
        detail = session->problem();
        button = tr("Try again");
    }
    m_title->setText(title);
    m_detail->setText(detail);
    m_detail->setVisible(!detail.isEmpty());
    m_button->setText(button);
    m_button->setVisible(!button.isEmpty());
    // Most shells are there at once: a message that comes and goes would change their size twice.
    m_message->setVisible(opening ? m_slow : !live || !m_running);
    m_bar->setVisible(m_running && (session || hasNoShell()));
    m_canvas->screenChanged();
}

void TerminalView::act()
{
    if (!m_running)
        return startContainer();
    const TerminalSession* over = current();
    const bool tool = over && over->isTool();
    if (over)
        end(current());
    if (tool || (!over && hasNoShell() && m_keeps))
        openDebugShell();
    else if (hasNoShell())
        return askOptions();
    else
        openShell({});
    m_canvas->setFocus();
}

void TerminalView::startContainer()
{
    m_starting = true;
    m_startProblem.clear();
    showState();
    m_startRequest = m_bridge.client().containers().act(
        m_id.toStdString(), "start", m_hop.wrap<Result<void>>([this, id = m_id](const Result<void>& result) {
            if (id != m_id)
                return;
            m_starting = false;
            if (!result && result.error().kind != ErrorKind::NotModified) {
                m_startProblem = QString::fromStdString(result.error().message);
                return showState();
            }
            m_running = true;
            openShell({});
        }));
}

} // namespace slipway::ui
