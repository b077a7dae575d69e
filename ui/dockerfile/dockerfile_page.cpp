// SPDX-License-Identifier: GPL-3.0-or-later
#include "dockerfile/dockerfile_page.h"

#include <QDir>
#include <QDropEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QMimeData>
#include <QSettings>
#include <QShortcut>
#include <QStackedWidget>
#include <QTabBar>
#include <QTabWidget>

#include "dockerfile/build_history_page.h"
#include "dockerfile/code_editor.h"
#include "dockerfile/dockerfile_view.h"
#include "dockerfile/step_shell.h"
#include "shell/object_names.h"
#include "shell/theme.h"
#include "widgets/empty_state.h"
#include "widgets/icons.h"
#include "widgets/message_bar.h"

namespace slipway::ui
{
namespace
{
constexpr qsizetype mostRecent = 6;
constexpr int recentWidth = 520;
const auto recentKey = QStringLiteral("dockerfile/recent");

QToolButton* cornerButton(const char* name, const char* picture, const QString& text, const QString& tip)
{
    auto* button = new QToolButton;
    button->setObjectName(QLatin1StringView(name));
    button->setIcon(icon(picture));
    button->setText(text);
    button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    button->setAutoRaise(true);
    button->setToolTip(tip);
    return button;
}

QString dockerfileIn(const QString& folder)
{
    for (const char* name : {"Dockerfile", "Containerfile", "dockerfile"})
        if (QFileInfo::exists(folder + QLatin1Char('/') + QLatin1StringView(name)))
            return folder + QLatin1Char('/') + QLatin1StringView(name);
    return folder + QStringLiteral("/Dockerfile");
}
} // namespace

DockerfilePage::DockerfilePage(EngineBridge& bridge, Jobs& jobs, QWidget* parent)
    : QWidget(parent), m_bridge(bridge), m_jobs(jobs), m_message(new MessageBar), m_stack(new QStackedWidget), m_tabs(new QTabWidget)
{
    setObjectName(QLatin1StringView(names::dockerfilePage));
    setAcceptDrops(true);
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_message);
    column->addWidget(m_stack, 1);
    m_tabs->setObjectName(QLatin1StringView(names::dockerfileTabs));
    m_tabs->setDocumentMode(true);
    m_tabs->setTabsClosable(true);
    m_tabs->setMovable(true);
    auto* corner = new QWidget;
    auto* row = new QHBoxLayout(corner);
    row->setContentsMargins(theme::space2, theme::space1, theme::space2, theme::space1);
    row->setSpacing(theme::space1);
    auto* fresh = cornerButton(names::newDockerfile, "add", tr("New"), tr("A new Dockerfile (Ctrl+N)"));
    auto* known = cornerButton(names::openDockerfile, "folder", tr("Open…"), tr("Open a Dockerfile (Ctrl+O)"));
    auto* history = cornerButton(names::openHistory, "clock", tr("History"), tr("Builds that were made (Ctrl+Shift+H)"));
    row->addWidget(history);
    row->addWidget(fresh);
    row->addWidget(known);
    connect(history, &QToolButton::clicked, this, &DockerfilePage::showHistory);
    m_tabs->setCornerWidget(corner);
    m_stack->addWidget(makeEmptyPage());
    m_stack->addWidget(m_tabs);
    connect(fresh, &QToolButton::clicked, this, [this] { createNew(); });
    connect(known, &QToolButton::clicked, this, &DockerfilePage::askOpen);
    connect(m_tabs, &QTabWidget::tabCloseRequested, this, &DockerfilePage::close);
    connect(m_tabs, &QTabWidget::currentChanged, this, [this] {
        setFocusProxy(current());
        remember();
    });
    const auto bind = [this](const QKeySequence& keys, auto call) {
        connect(new QShortcut(keys, this, nullptr, nullptr, Qt::WidgetWithChildrenShortcut), &QShortcut::activated, this, [this, call] {
            if (DockerfileView* view = current())
                call(view);
        });
    };
    bind(QKeySequence::Save, [](DockerfileView* view) { view->save(); });
    bind(Qt::CTRL | Qt::SHIFT | Qt::Key_S, [](DockerfileView* view) { view->saveAs(); });
    bind(Qt::CTRL | Qt::Key_B, [](DockerfileView* view) { view->build(); });
    bind(Qt::CTRL | Qt::SHIFT | Qt::Key_B, [](DockerfileView* view) { view->askOptions(); });
    bind(Qt::CTRL | Qt::Key_W, [this](DockerfileView*) { close(m_tabs->currentIndex()); });
    connect(new QShortcut(QKeySequence::New, this, nullptr, nullptr, Qt::WidgetWithChildrenShortcut), &QShortcut::activated, this, [this] { createNew(); });
    connect(new QShortcut(Qt::CTRL | Qt::SHIFT | Qt::Key_H, this, nullptr, nullptr, Qt::WidgetWithChildrenShortcut), &QShortcut::activated, this,
            &DockerfilePage::showHistory);
    const auto tidy = [this] {
        if (m_bridge.state() == EngineBridge::State::Connected && !std::exchange(m_tidied, true))
            StepShell::removeLeftovers(m_bridge);
    };
    connect(&bridge, &EngineBridge::stateChanged, this, tidy);
    tidy();
    restore();
    showTabs();
}

DockerfilePage::~DockerfilePage() { m_tabs->disconnect(this); }

QWidget* DockerfilePage::makeEmptyPage()
{
    auto* page = new QWidget;
    auto* column = new QVBoxLayout(page);
    auto* picture = new EmptyState;
    picture->show("build", tr("Build images from Dockerfiles"),
                  tr("Open one, or drop it here. Ctrl+B builds it; every line then says whether it came from the cache, how long it took and what it weighs."));
    picture->setAction(tr("Open a Dockerfile…"), [this] { askOpen(); });
    picture->setSecondAction(tr("New Dockerfile"), [this] { createNew(); });
    auto* list = new QWidget;
    list->setMaximumWidth(recentWidth);
    m_recent = new QVBoxLayout(list);
    m_recent->setSpacing(0);
    auto* history = cornerButton(names::openHistory, "clock", tr("Build history"), tr("Builds that were made (Ctrl+Shift+H)"));
    connect(history, &QToolButton::clicked, this, &DockerfilePage::showHistory);
    column->addStretch(1);
    column->addWidget(picture);
    column->addWidget(list, 0, Qt::AlignHCenter);
    column->addWidget(history, 0, Qt::AlignHCenter);
    column->addStretch(2);
    return page;
}

void DockerfilePage::showRecent()
{
    while (QLayoutItem* item = m_recent->takeAt(0)) {
        if (item->widget())
            item->widget()->deleteLater();
        delete item;
    }
    for (const QString& path : QSettings().value(recentKey).toStringList()) {
        if (!QFileInfo::exists(path))
            continue;
        QString shown = path;
        if (shown.startsWith(QDir::homePath() + QLatin1Char('/')))
            shown.replace(0, QDir::homePath().size(), QStringLiteral("~"));
        auto* button = cornerButton("recentFile", "file", shown, path);
        connect(button, &QToolButton::clicked, this, [this, path] { open(path); });
        m_recent->addWidget(button, 0, Qt::AlignHCenter);
    }
}

void DockerfilePage::noteRecent(const QString& path)
{
    QStringList recent = QSettings().value(recentKey).toStringList();
    recent.removeAll(path);
    recent.prepend(path);
    QSettings().setValue(recentKey, recent.mid(0, mostRecent));
}

DockerfileView* DockerfilePage::viewAt(int index) const { return qobject_cast<DockerfileView*>(m_tabs->widget(index)); }
DockerfileView* DockerfilePage::current() const { return qobject_cast<DockerfileView*>(m_tabs->currentWidget()); }

int DockerfilePage::unsaved() const
{
    int count = 0;
    for (int i = 0; i < m_tabs->count(); ++i)
        count += viewAt(i)->isModified();
    return count;
}

DockerfileView* DockerfilePage::addView()
{
    auto* view = new DockerfileView(m_bridge, m_jobs);
    connect(view, &DockerfileView::titleChanged, this, [this, view] { showTitle(view); });
    connect(view, &DockerfileView::runRequested, this, &DockerfilePage::runRequested);
    connect(view, &DockerfileView::saved, this, [this](const QString& path) {
        noteRecent(path);
        remember();
    });
    m_tabs->setCurrentIndex(m_tabs->addTab(view, {}));
    return view;
}

void DockerfilePage::open(const QString& path)
{
    m_message->clear();
    const QFileInfo wanted(QFileInfo(path).isDir() ? dockerfileIn(path) : path);
    for (int i = 0; i < m_tabs->count(); ++i) {
        if (viewAt(i)->path() != wanted.absoluteFilePath())
            continue;
        m_tabs->setCurrentIndex(i);
        showTabs();
        return;
    }
    DockerfileView* view = addView();
    if (const Status opened = view->open(wanted.absoluteFilePath()); !opened) {
        closeNow(view);
        m_message->say(MessageBar::Kind::Problem, QString::fromStdString(opened.error().message));
        return;
    }
    noteRecent(view->path());
    showTabs();
    view->setFocus();
    remember();
}

void DockerfilePage::askOpen()
{
    auto* dialog = new QFileDialog(window(), tr("Open Dockerfiles"), current() && !current()->path().isEmpty() ? QFileInfo(current()->path()).absolutePath() : QDir::homePath());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFiles);
    dialog->setNameFilters({tr("All files (*)"), tr("Dockerfiles (Dockerfile* Containerfile* *.Dockerfile *.dockerfile)")});
    connect(dialog, &QFileDialog::filesSelected, this, [this](const QStringList& files) {
        for (const QString& file : files)
            open(file);
    });
    dialog->open();
}

void DockerfilePage::createNew() { createNew(QStringLiteral("FROM alpine:3.20\nWORKDIR /app\nCOPY . .\nCMD [\"./start.sh\"]\n")); }

DockerfileView& DockerfilePage::createNew(const QString& text)
{
    m_message->clear();
    DockerfileView* view = addView();
    view->setNew(text);
    showTabs();
    view->setFocus();
    return *view;
}

void DockerfilePage::showHistory()
{
    if (!m_history) {
        m_history = new BuildHistoryPage(m_bridge);
        m_stack->addWidget(m_history);
        connect(m_history, &BuildHistoryPage::closed, this, [this] {
            showTabs();
            m_stack->currentWidget()->setFocus();
        });
        connect(m_history, &BuildHistoryPage::openRequested, this,
                [this](const dockerapi::PastBuild& build) { createNew(QString::fromStdString(build.text)).setPast(build); });
        connect(m_history, &BuildHistoryPage::rebuildRequested, this, &DockerfilePage::rebuild);
    }
    m_stack->setCurrentWidget(m_history);
    setFocusProxy(m_history);
    m_history->setFocus();
}

void DockerfilePage::rebuild(const dockerapi::PastBuild& build)
{
    const QString source = QString::fromStdString(build.source);
    if (!source.isEmpty() && QFileInfo(source).isFile()) {
        open(source);
        current()->setPast(build);
        current()->build();
        return;
    }
    createNew(QString::fromStdString(build.text)).setPast(build);
    m_message->say(MessageBar::Kind::Info, tr("Its Dockerfile is not on this machine any more, so this is a copy. Choose the folder that it builds in, then build."),
                   {{tr("Options…"), [this] { current()->askOptions(); }}});
}

void DockerfilePage::showTitle(DockerfileView* view)
{
    const int index = m_tabs->indexOf(view);
    if (index < 0)
        return;
    QString title = view->title();
    for (int i = 0; i < m_tabs->count(); ++i)
        if (i != index && viewAt(i)->title() == title && !view->path().isEmpty())
            title = QFileInfo(view->path()).absoluteDir().dirName() + QLatin1Char('/') + view->title();
    m_tabs->setTabText(index, view->isModified() ? title + QStringLiteral(" •") : title);
    m_tabs->setTabToolTip(index, view->path());
    m_tabs->setTabIcon(index, icon(view->isDockerfile() ? "build" : "file", Tint::Muted));
}

void DockerfilePage::showTabs()
{
    const bool any = m_tabs->count() > 0;
    if (!any)
        showRecent();
    m_stack->setCurrentIndex(any ? 1 : 0);
    setFocusProxy(current());
}

void DockerfilePage::close(int index)
{
    DockerfileView* view = viewAt(index);
    if (!view)
        return;
    if (!view->isModified()) {
        closeNow(view);
        return;
    }
    m_tabs->setCurrentIndex(index);
    m_message->say(MessageBar::Kind::Warning, tr("%1 has changes that are not saved.").arg(view->title()),
                   {{tr("Save and close"), [this, view] { view->save([this, view] { closeNow(view); }); }},
                    {tr("Discard them"), [this, view] { closeNow(view); }}});
}

void DockerfilePage::closeNow(DockerfileView* view)
{
    m_message->clear();
    m_tabs->removeTab(m_tabs->indexOf(view));
    view->deleteLater();
    showTabs();
    remember();
}

void DockerfilePage::remember() const
{
    if (m_restoring)
        return;
    QStringList paths;
    for (int i = 0; i < m_tabs->count(); ++i)
        if (!viewAt(i)->path().isEmpty())
            paths << viewAt(i)->path();
    QSettings settings;
    settings.setValue(QStringLiteral("dockerfile/open"), paths);
    settings.setValue(QStringLiteral("dockerfile/current"), m_tabs->currentIndex());
}

void DockerfilePage::restore()
{
    const QSettings settings;
    const int chosen = settings.value(QStringLiteral("dockerfile/current")).toInt();
    m_restoring = true;
    for (const QString& path : settings.value(QStringLiteral("dockerfile/open")).toStringList())
        if (QFileInfo(path).isFile())
            open(path);
    m_tabs->setCurrentIndex(std::clamp(chosen, 0, std::max(0, m_tabs->count() - 1)));
    m_restoring = false;
}

void DockerfilePage::dragEnterEvent(QDragEnterEvent* event)
{
    const auto urls = event->mimeData()->urls();
    if (!urls.isEmpty() && std::ranges::all_of(urls, &QUrl::isLocalFile))
        event->acceptProposedAction();
}

void DockerfilePage::dropEvent(QDropEvent* event)
{
    for (const QUrl& url : event->mimeData()->urls())
        open(url.toLocalFile());
    event->acceptProposedAction();
}

} // namespace slipway::ui
