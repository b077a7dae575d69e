// SPDX-License-Identifier: GPL-3.0-or-later
#include "terminal/terminal_view.h"

#include <algorithm>

#include <QHBoxLayout>
#include <QInputDialog>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

#include "terminal/terminal_canvas.h"
#include "terminal/terminal_screen.h"

namespace slipway::ui
{

struct TerminalView::Session
{
    TerminalScreen screen{24, 80, 100'000};
    QStringList shells; // that the container has, the best first
    QString shell, user;
    std::shared_ptr<Terminal> terminal;
    State state = State::Idle;
    QString problem;
    EngineHop hop;
    Request detection, request;
};

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
    m_detail->setWordWrap(true);
    m_detail->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_button = new QPushButton;
    auto* words = new QVBoxLayout;
    words->addWidget(m_title);
    words->addWidget(m_detail);
    auto* row = new QHBoxLayout(m_message);
    row->setContentsMargins(16, 12, 16, 12);
    row->addLayout(words, 1);
    row->addWidget(m_button, 0, Qt::AlignVCenter);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    buildBar();
    column->addWidget(m_bar);
    column->addWidget(m_message);
    column->addWidget(m_canvas, 1);
    setFocusProxy(m_canvas);
    setAccessibleName(tr("Terminal"));
    m_hop.renew(this);
    connect(m_button, &QPushButton::clicked, this, &TerminalView::act);
    connect(m_canvas, &TerminalCanvas::gridResized, this, [this](int rows, int columns) {
        if (!m_current)
            return;
        m_current->screen.resize(rows, columns);
        if (m_current->terminal)
            m_current->terminal->resize(rows, columns);
        m_canvas->screenChanged();
    });
    showState();
}

void TerminalView::buildBar()
{
    m_bar = new QWidget;
    auto* row = new QHBoxLayout(m_bar);
    row->setContentsMargins(12, 4, 8, 4);
    m_what = new QLabel;
    m_what->setTextFormat(Qt::PlainText);
    m_what->setProperty("muted", true);
    m_new = new QToolButton;
    m_new->setText(tr("New session"));
    m_new->setAutoRaise(true);
    m_new->setPopupMode(QToolButton::InstantPopup);
    m_new->setToolTip(tr("Close this shell and open another, as another user or with another shell"));
    auto* menu = new QMenu(m_new);
    m_new->setMenu(menu);
    connect(menu, &QMenu::aboutToShow, this, &TerminalView::fillMenu);
    row->addWidget(m_what, 1);
    row->addWidget(m_new);
}

void TerminalView::fillMenu()
{
    QMenu* menu = m_new->menu();
    menu->clear();
    for (const QString& shell : m_current ? m_current->shells : QStringList())
        menu->addAction(shell, this, [this, shell] {
            m_shell = shell;
            open();
        });
    menu->addSeparator();
    menu->addAction(tr("As another user…"), this, &TerminalView::askUser);
}

void TerminalView::askUser()
{
    auto* ask = new QInputDialog(this);
    ask->setAttribute(Qt::WA_DeleteOnClose);
    ask->setWindowTitle(tr("Shell as another user"));
    ask->setLabelText(tr("User name or number, as in root, 1000 or www-data:staff; empty for the image's own:"));
    ask->setTextValue(m_user.isEmpty() ? QStringLiteral("root") : m_user);
    connect(ask, &QInputDialog::textValueSelected, this, [this](const QString& user) {
        m_user = user.trimmed();
        open();
        m_canvas->setFocus();
    });
    ask->open();
}

TerminalView::~TerminalView()
{
    m_canvas->setScreen(nullptr);
    m_canvas->disconnect(this);
    for (auto& [id, session] : m_sessions) {
        session->hop.cut();
        session->screen.onOutput = nullptr;
    }
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
    }
    m_id = id;
    m_running = running;
    if (running)
        m_starting = false;
    const auto found = m_sessions.find(id);
    m_current = found == m_sessions.end() ? nullptr : found->second;
    if (!sameContainer) {
        m_canvas->setScreen(m_current ? &m_current->screen : nullptr);
        if (m_current)
            emit m_canvas->gridResized(m_canvas->gridSize().height(), m_canvas->gridSize().width());
    }
    showState();
    if (isVisible() && running && (!m_current || (sameContainer && m_current->state == State::Idle)))
        open();
}

bool TerminalView::hasSession() const
{
    return std::ranges::any_of(m_sessions, [](const auto& entry) {
        return entry.second->state == State::Open || entry.second->state == State::Opening;
    });
}

void TerminalView::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    if (!m_id.isEmpty() && m_running && !m_current)
        open();
}

void TerminalView::open()
{
    auto session = std::make_shared<Session>();
    if (m_current) {
        m_current->hop.cut();
        m_canvas->setScreen(nullptr);
    }
    m_sessions[m_id] = session;
    m_current = session;
    const QSize grid = m_canvas->gridSize();
    session->screen.resize(grid.height(), grid.width());
    Session* raw = session.get();
    session->screen.onOutput = [raw](std::string_view bytes) {
        if (raw->terminal)
            raw->terminal->write(std::string(bytes));
    };
    m_canvas->setScreen(&session->screen);
    session->hop.renew(this);
    setState(*session, State::Opening);
    const std::weak_ptr<Session> weak = session;
    session->detection = m_bridge.client().exec().run(
        m_id.toStdString(), {"sh", "-c", "for s in bash zsh fish ash sh; do command -v $s; done"},
        session->hop.wrap<Result<std::pair<std::string, int>>>([this, weak](Result<std::pair<std::string, int>> found) {
            const auto s = weak.lock();
            if (!s)
                return;
            if (found)
                for (const QString& path : QString::fromStdString(found->first).split(QLatin1Char('\n'), Qt::SkipEmptyParts))
                    s->shells << path.trimmed().section(QLatin1Char('/'), -1);
            s->shells.removeDuplicates();
            const bool chosen = s->shells.contains(m_shell);
            openShell(s, chosen ? m_shell : s->shells.value(0, QStringLiteral("sh"))); // without sh this says so itself
        }));
}

void TerminalView::openShell(const std::shared_ptr<Session>& session, const QString& shell)
{
    QString id;
    for (const auto& [key, value] : m_sessions)
        if (value == session)
            id = key;
    if (id.isEmpty())
        return;
    ExecClient::Options options;
    session->shell = shell;
    session->user = m_user;
    options.command = {shell.toStdString()};
    options.user = m_user.toStdString();
    options.rows = session->screen.rows();
    options.columns = session->screen.columns();
    const std::weak_ptr<Session> weak = session;
    TerminalEvents events;
    events.onOutput = session->hop.wrap<std::string>([this, weak](const std::string& bytes) {
        const auto s = weak.lock();
        if (!s)
            return;
        s->screen.write(bytes);
        if (s == m_current)
            m_canvas->screenChanged();
    });
    events.onClosed = session->hop.wrap<Status>([this, weak](const Status& status) {
        const auto s = weak.lock();
        if (!s || s->state == State::Failed)
            return;
        s->terminal.reset();
        setState(*s, State::Ended, status ? QString() : QString::fromStdString(status.error().message));
    });
    session->request = m_bridge.client().exec().shell(
        id.toStdString(), options, events,
        session->hop.wrap<Result<std::shared_ptr<Terminal>>>([this, weak](Result<std::shared_ptr<Terminal>> opened) {
            const auto s = weak.lock();
            if (!s)
                return;
            if (!opened)
                return setState(*s, State::Failed, QString::fromStdString(opened.error().message));
            s->terminal = *opened;
            s->terminal->resize(s->screen.rows(), s->screen.columns());
            setState(*s, State::Open);
        }));
}

void TerminalView::setState(Session& session, State state, const QString& problem)
{
    session.state = state;
    session.problem = problem;
    if (&session == m_current.get())
        showState();
}

void TerminalView::showState()
{
    const State state = m_current ? m_current->state : State::Idle;
    const bool live = state == State::Open;
    m_canvas->setInputEnabled(live);
    QString title, detail, button;
    if (m_id.isEmpty()) {
        title = tr("No container selected");
        detail = tr("Select a running container to open a shell in it.");
    } else if (!m_running) {
        title = m_starting ? tr("Starting…") : tr("This container is not running");
        detail = m_startProblem.isEmpty() ? tr("A shell needs a running container.") : m_startProblem;
        button = m_starting ? QString() : tr("Start it");
    } else if (state == State::Opening) {
        title = tr("Opening a shell…");
    } else if (state == State::Ended) {
        title = tr("The session ended");
        detail = m_current->problem.isEmpty() ? tr("What it printed stays below until you reconnect.") : m_current->problem;
        button = tr("Reconnect");
    } else if (state == State::Failed) {
        title = tr("No shell could be opened");
        detail = tr("%1. An image without sh has no shell to open.").arg(m_current->problem);
        button = tr("Try again");
    } else if (state == State::Idle) {
        title = tr("No session yet");
        button = tr("Open a shell");
    }
    m_title->setText(title);
    m_detail->setText(detail);
    m_detail->setVisible(!detail.isEmpty());
    m_button->setText(button);
    m_button->setVisible(!button.isEmpty());
    m_message->setVisible(!live || !m_running);
    m_bar->setVisible(live && m_running);
    if (live)
        m_what->setText(m_current->user.isEmpty() ? m_current->shell : tr("%1 as %2").arg(m_current->shell, m_current->user));
    m_canvas->screenChanged();
}

void TerminalView::act()
{
    if (!m_running)
        return startContainer();
    open();
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
            open();
        }));
}

} // namespace slipway::ui
