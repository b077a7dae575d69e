// SPDX-License-Identifier: GPL-3.0-or-later
#include "containers/processes_tab.h"

#include <QHeaderView>
#include <QLabel>
#include <QTimer>
#include <QTreeWidget>
#include <QVBoxLayout>

#include "shell/object_names.h"
#include "shell/theme.h"
#include "terminal/mono_text.h"

namespace slipway::ui
{
namespace
{

constexpr const char* rare[] = {"PPID", "C", "TTY"};

QStringList titlesForPeople(QStringList titles)
{
    const std::pair<const char*, QString> known[] = {{"UID", ProcessesTab::tr("User")},
                                                     {"STIME", ProcessesTab::tr("Started")},
                                                     {"TIME", ProcessesTab::tr("CPU time")},
                                                     {"CMD", ProcessesTab::tr("Command")}};
    for (const auto& [title, words] : known)
        if (const qsizetype i = titles.indexOf(QLatin1StringView(title)); i >= 0)
            titles[i] = words;
    return titles;
}

class ProcessItem : public QTreeWidgetItem
{
public:
    using QTreeWidgetItem::QTreeWidgetItem;
    bool operator<(const QTreeWidgetItem& other) const override
    {
        const int column = treeWidget() ? treeWidget()->sortColumn() : 0;
        bool one = false, two = false;
        const double a = text(column).toDouble(&one), b = other.text(column).toDouble(&two);
        return one && two ? a < b : text(column) < other.text(column);
    }
};

} // namespace

ProcessesTab::ProcessesTab(EngineBridge& bridge, QWidget* parent)
    : QWidget(parent), m_bridge(bridge), m_state(new QLabel), m_list(new QTreeWidget), m_timer(new QTimer(this))
{
    setObjectName(QLatin1StringView(names::processesTab));
    m_state->setTextFormat(Qt::PlainText);
    m_state->setProperty("muted", true);
    m_state->setContentsMargins(theme::space2, theme::space2, theme::space2, theme::space2);
    m_list->setAccessibleName(tr("Processes of this container"));
    m_list->setRootIsDecorated(false);
    m_list->setUniformRowHeights(true);
    m_list->setSortingEnabled(true);
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setFont(MonoText::defaultFont());
    m_list->header()->setFont(font());
    m_list->header()->setMinimumSectionSize(40);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(theme::space2, 0, theme::space2, 0);
    column->setSpacing(0);
    column->addWidget(m_state);
    column->addWidget(m_list, 1);
    setFocusProxy(m_list);
    m_timer->setInterval(2000);
    connect(m_timer, &QTimer::timeout, this, &ProcessesTab::ask);
}

void ProcessesTab::setContainer(const QString& id, bool running)
{
    if (id == m_id && running == m_running)
        return;
    m_id = id;
    m_running = running;
    m_request.reset();
    m_list->clear();
    m_list->setVisible(running);
    m_state->setText(running ? tr("Reading the processes…") : tr("Not running: there are no processes."));
    if (isVisible())
        ask();
}

void ProcessesTab::ask()
{
    if (m_id.isEmpty() || !m_running || m_request)
        return;
    m_request = m_bridge.client().containers().top(m_id.toStdString(), onGui<Result<Json>>(this, [this](const Result<Json>& answer) {
                                                       m_request.reset();
                                                       show(answer);
                                                   }));
}

void ProcessesTab::show(const Result<Json>& answer)
{
    if (!answer)
        return m_state->setText(QString::fromStdString(answer.error().message));
    QStringList titles;
    for (const Json& title : jsonMember(*answer, "Titles"))
        titles << QString::fromStdString(title.is_string() ? title.get<std::string>() : std::string());
    const QString chosen = m_list->currentItem() ? m_list->currentItem()->text(1) : QString();
    const bool first = m_list->columnCount() != titles.size();
    m_list->setSortingEnabled(false);
    m_list->clear();
    m_list->setColumnCount(static_cast<int>(titles.size()));
    m_list->setHeaderLabels(titlesForPeople(titles));
    for (const Json& process : jsonMember(*answer, "Processes")) {
        QStringList cells;
        for (const Json& cell : process)
            cells << QString::fromStdString(cell.is_string() ? cell.get<std::string>() : dumpJson(cell));
        auto* item = new ProcessItem(m_list, cells);
        QStringList all;
        for (qsizetype i = 0; i < titles.size(); ++i)
            all << QStringLiteral("%1  %2").arg(titles[i], cells.value(i)).toHtmlEscaped();
        for (int i = 0; i < titles.size(); ++i)
            item->setToolTip(i, all.join(QStringLiteral("<br>")));
        if (!chosen.isEmpty() && cells.value(1) == chosen)
            m_list->setCurrentItem(item);
    }
    m_list->setSortingEnabled(true);
    if (first) {
        m_list->sortByColumn(std::max<int>(0, static_cast<int>(titles.indexOf(QStringLiteral("PID")))), Qt::AscendingOrder);
        // What `docker top` has as well, but few look for: its room is the command's, the tip of the row says it.
        for (const char* title : rare)
            if (const auto i = static_cast<int>(titles.indexOf(QLatin1StringView(title))); i >= 0)
                m_list->setColumnHidden(i, true);
        for (int i = 0; i + 1 < titles.size(); ++i)
            m_list->resizeColumnToContents(i);
    }
    m_state->setText(tr("%n processes, as the host numbers them", nullptr, m_list->topLevelItemCount()));
}

void ProcessesTab::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    m_timer->start();
    ask();
}

void ProcessesTab::hideEvent(QHideEvent* event)
{
    m_timer->stop();
    QWidget::hideEvent(event);
}

} // namespace slipway::ui
