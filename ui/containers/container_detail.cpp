// SPDX-License-Identifier: GPL-3.0-or-later
#include "containers/container_detail.h"

#include <QHeaderView>
#include <QLabel>
#include <QTabWidget>
#include <QTreeWidget>
#include <QVBoxLayout>

#include "charts/charts_view.h"
#include "logs/log_view.h"
#include "shell/object_names.h"
#include "terminal/terminal_view.h"

namespace slipway::ui
{
namespace
{
void fill(QTreeWidgetItem* parent, const Json& value)
{
    if (!value.is_structured())
        return;
    for (const auto& [key, member] : value.items()) {
        const QString text = member.is_structured() ? QString()
                             : member.is_string()   ? QString::fromStdString(member.get<std::string>())
                                                    : QString::fromStdString(dumpJson(member));
        fill(new QTreeWidgetItem(parent, {QString::fromStdString(key), text}), member);
    }
}
} // namespace

ContainerDetail::ContainerDetail(EngineBridge& bridge, QWidget* parent)
    : QWidget(parent), m_bridge(bridge), m_title(new QLabel), m_tabs(new QTabWidget), m_logs(new LogView(bridge)),
      m_terminal(new TerminalView(bridge)), m_charts(new ChartsView(bridge)), m_tree(new QTreeWidget)
{
    auto* column = new QVBoxLayout(this);
    column->addWidget(m_title);
    column->addWidget(m_tabs, 1);
    m_title->setObjectName(QStringLiteral("pageTitle"));
    m_tabs->setObjectName(QLatin1StringView(names::detailTabs));
    m_logs->setObjectName(QLatin1StringView(names::logView));
    m_terminal->setObjectName(QLatin1StringView(names::terminalView));
    m_charts->setObjectName(QLatin1StringView(names::chartsView));
    m_tree->setObjectName(QLatin1StringView(names::inspectTree));
    m_tree->setAccessibleName(tr("Everything the engine knows of this container"));
    m_tree->setHeaderLabels({tr("Field"), tr("Value")});
    m_tree->header()->resizeSection(0, 240);
    m_tabs->addTab(m_logs, tr("Logs"));
    m_tabs->addTab(m_terminal, tr("Terminal"));
    m_tabs->addTab(m_charts, tr("Charts"));
    m_tabs->addTab(m_tree, tr("Inspect"));
}

void ContainerDetail::setContainer(const QString& id, const QString& name, bool running)
{
    if (id == m_id && running == m_running)
        return;
    m_id = id;
    m_running = running;
    m_title->setText(name);
    m_logs->setContainer(id, running);
    m_terminal->setContainer(id, running);
    m_charts->setContainer(id, running);
    inspect();
}

void ContainerDetail::inspect()
{
    m_tree->clear();
    if (m_id.isEmpty())
        return;
    m_request = m_bridge.client().containers().inspect(
        m_id.toStdString(), onGui<Result<Json>>(this, [this](const Result<Json>& json) {
            m_tree->clear();
            if (json)
                fill(m_tree->invisibleRootItem(), *json);
            else
                new QTreeWidgetItem(m_tree, {tr("Not available"), QString::fromStdString(json.error().message)});
            m_tree->expandToDepth(0);
        }));
}

} // namespace slipway::ui
