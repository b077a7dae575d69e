// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/welcome_page.h"

#include <QApplication>
#include <QClipboard>
#include <QFontDatabase>
#include <QGridLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QScrollArea>
#include <QToolButton>
#include <QVBoxLayout>

#include "shell/object_names.h"
#include "shell/theme.h"
#include "widgets/icon_label.h"
#include "widgets/message_bar.h"
#include "widgets/spinner.h"

namespace slipway::ui
{
namespace
{
constexpr int columnWidth = 760;

QLabel* words(const QString& text, bool muted, double scale = 1, int weight = QFont::Normal)
{
    auto* label = new QLabel(text);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    label->setProperty("muted", muted);
    QFont font = label->font();
    font.setPointSizeF(font.pointSizeF() * scale);
    font.setWeight(QFont::Weight(weight));
    label->setFont(font);
    return label;
}
} // namespace

WelcomePage::WelcomePage(QWidget* parent)
    : QWidget(parent), m_start(new QPushButton(icon("play", Tint::OnAccent), tr("Run the starter container"))),
      m_run(new QPushButton(icon("add"), tr("Run another image…"))), m_pull(new QPushButton(icon("pull"), tr("Pull an image…"))),
      m_doing(words({}, true)), m_command(new QLabel), m_spinner(new Spinner), m_problem(new MessageBar)
{
    setObjectName(QLatin1StringView(names::welcomePage));
    auto* inner = new QWidget;
    inner->setMaximumWidth(columnWidth);
    auto* column = new QVBoxLayout(inner);
    column->setContentsMargins(theme::space6, theme::space6, theme::space6, theme::space6);
    column->setSpacing(theme::space6);
    column->addStretch(2);
    column->addWidget(buildHero());
    column->addWidget(m_problem);
    column->addWidget(buildSteps());
    column->addWidget(buildTerminalHint());
    column->addStretch(3);
    auto* holder = new QWidget;
    auto* middle = new QHBoxLayout(holder);
    middle->setContentsMargins(0, 0, 0, 0);
    middle->addStretch(1);
    middle->addWidget(inner, 100);
    middle->addStretch(1);
    auto* scroll = new QScrollArea;
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setWidget(holder);
    holder->setAutoFillBackground(false);
    scroll->viewport()->setAutoFillBackground(false);
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->addWidget(scroll);
    m_problem->setObjectName(QLatin1StringView(names::welcomeProblem));
    connect(m_start, &QPushButton::clicked, this, &WelcomePage::starterWanted);
    connect(m_run, &QPushButton::clicked, this, &WelcomePage::runWanted);
    connect(m_pull, &QPushButton::clicked, this, &WelcomePage::pullWanted);
    setFocusProxy(m_start);
    update();
}

QWidget* WelcomePage::buildHero()
{
    m_start->setObjectName(QLatin1StringView(names::startStarterButton));
    m_start->setProperty("primary", true);
    m_start->setMinimumHeight(40);
    m_start->setDefault(true);
    m_run->setMinimumHeight(40);
    m_pull->setMinimumHeight(40);
    m_spinner->setFixedSize(18, 18);
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(theme::space2);
    buttons->addWidget(m_start);
    buttons->addWidget(m_run);
    buttons->addWidget(m_pull);
    buttons->addStretch();
    auto* busy = new QHBoxLayout;
    busy->setSpacing(theme::space2);
    busy->addWidget(m_spinner);
    busy->addWidget(m_doing, 1);
    auto* hero = new QWidget;
    auto* column = new QVBoxLayout(hero);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(theme::space3);
    column->addWidget(new IconLabel("slipway", Tint::Accent, 56));
    column->addWidget(words(tr("Welcome aboard"), false, 2.0, QFont::DemiBold));
    column->addWidget(words(tr("Run your first container now: a small web page with a file system, a network address and limits of its "
                               "own. It ships with Slipway, so it needs no network and no account."),
                            true, 1.1));
    column->addSpacing(theme::space1);
    column->addLayout(buttons);
    column->addLayout(busy);
    return hero;
}

QWidget* WelcomePage::buildSteps()
{
    struct Step
    {
        const char* icon;
        QString title, text;
    };
    const Step steps[] = {{"globe", tr("See its page"), tr("Its port is published on this computer: one click opens it in the browser.")},
                          {"logs", tr("Read its logs"), tr("Each visit is a line, live. Search, filter and jump to a time.")},
                          {"terminal", tr("Look inside"), tr("A shell, its files and processes, without leaving the window.")}};
    auto* row = new QWidget;
    auto* grid = new QHBoxLayout(row);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setSpacing(theme::space3);
    for (const Step& step : steps) {
        auto* card = new QFrame;
        card->setProperty("card", true);
        auto* column = new QVBoxLayout(card);
        column->setContentsMargins(theme::space4, theme::space4, theme::space4, theme::space4);
        column->setSpacing(theme::space1);
        column->addWidget(new IconLabel(step.icon, Tint::Accent, 20));
        column->addSpacing(theme::space1);
        column->addWidget(words(step.title, false, 1, QFont::DemiBold));
        column->addWidget(words(step.text, true));
        column->addStretch();
        grid->addWidget(card, 1);
    }
    return row;
}

QWidget* WelcomePage::buildTerminalHint()
{
    auto* card = new QFrame;
    card->setProperty("card", true);
    auto* row = new QHBoxLayout(card);
    row->setContentsMargins(theme::space4, theme::space2, theme::space2, theme::space2);
    row->setSpacing(theme::space3);
    m_command->setTextFormat(Qt::PlainText);
    m_command->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_command->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_command->setWordWrap(true);
    auto* copy = new QToolButton;
    copy->setAutoRaise(true);
    copy->setIcon(icon("copy", Tint::Muted));
    copy->setToolTip(tr("Copy"));
    copy->setAccessibleName(tr("Copy the command"));
    connect(copy, &QToolButton::clicked, this, [this] { QApplication::clipboard()->setText(m_command->text()); });
    auto* steps = new QPushButton(icon("book"), tr("First steps"));
    steps->setObjectName(QLatin1StringView(names::firstStepsButton));
    steps->setFlat(true);
    connect(steps, &QPushButton::clicked, this, &WelcomePage::firstStepsWanted);
    row->addWidget(new IconLabel("terminal", Tint::Muted, 16));
    auto* lines = new QVBoxLayout;
    lines->setSpacing(2);
    lines->addWidget(words(tr("The docker command works, too:"), true));
    lines->addWidget(m_command);
    row->addLayout(lines, 1);
    row->addWidget(copy);
    row->addWidget(steps);
    return card;
}

void WelcomePage::showConnection(EngineBridge::State state, const QString& problem, const QString& address)
{
    m_state = state;
    m_command->setText(QStringLiteral("docker -H %1 ps").arg(address.isEmpty() ? QStringLiteral("unix:///…") : address));
    const QString lost = state == EngineBridge::State::Lost ? tr("The engine is not reachable: %1").arg(problem) : QString();
    if (!lost.isEmpty() && lost != m_lost) // each attempt tells it again
        m_problem->say(MessageBar::Kind::Problem, lost, {{tr("Try again"), [this] { emit retryWanted(); }}});
    else if (state == EngineBridge::State::Connected && !m_lost.isEmpty())
        m_problem->clear();
    m_lost = lost;
    update();
}

void WelcomePage::setBusy(const QString& doing)
{
    m_busy = doing;
    update();
}

void WelcomePage::update()
{
    const QString doing = !m_busy.isEmpty() ? m_busy : m_state == EngineBridge::State::Connecting ? tr("Starting the engine…") : QString();
    const bool ready = m_state == EngineBridge::State::Connected && m_busy.isEmpty();
    for (QPushButton* button : {m_start, m_run, m_pull})
        button->setEnabled(ready);
    if (ready && isVisible() && !window()->testAttribute(Qt::WA_KeyboardFocusChange))
        m_start->setFocus(); // nobody has gone elsewhere by key
    m_doing->setText(doing);
    m_doing->setVisible(!doing.isEmpty());
    m_spinner->setVisible(!doing.isEmpty());
}

void WelcomePage::paintEvent(QPaintEvent*)
{
    QPainter(this).fillRect(rect(), theme::colors().surface);
}

} // namespace slipway::ui
