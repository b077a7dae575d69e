// SPDX-License-Identifier: GPL-3.0-or-later
#include "containers/overview_tab.h"

#include <algorithm>
#include <cmath>

#include <QDesktopServices>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QProgressBar>
#include <QPushButton>
#include <QScrollArea>
#include <QTimer>
#include <QUrl>
#include <QVBoxLayout>

#include "charts/axis.h"
#include "containers/container_facts.h"
#include "containers/fact_list.h"
#include "containers/stop_card.h"
#include "models/container_state.h"
#include "run/shell_words.h"
#include "shell/object_names.h"
#include "shell/theme.h"
#include "widgets/icon_label.h"

namespace slipway::ui
{
namespace
{

constexpr int widest = 860; // beyond it a value and its buttons are too far apart

QString text(const Json& object, const char* member) { return QString::fromStdString(jsonValue<std::string>(object, member)); }

QString words(const Json& list)
{
    QStringList out;
    if (list.is_array())
        for (const Json& word : list)
            if (word.is_string())
                out << QString::fromStdString(word.get<std::string>());
    return quotedWords(out);
}

QLabel* plainLabel()
{
    auto* label = new QLabel;
    label->setTextFormat(Qt::PlainText);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    label->setWordWrap(true);
    return label;
}

QFrame* card()
{
    auto* frame = new QFrame;
    frame->setProperty("card", true);
    return frame;
}

} // namespace

OverviewTab::OverviewTab(EngineBridge& bridge, QWidget* parent) : QWidget(parent), m_bridge(bridge)
{
    setObjectName(QLatin1StringView(names::overviewTab));
    auto* board = new QWidget;
    board->setMaximumWidth(widest);
    auto* column = new QVBoxLayout(board);
    column->setContentsMargins(theme::space4, theme::space4, theme::space4, theme::space4);
    column->setSpacing(theme::space4);
    buildCards(column);
    const std::pair<FactList**, QString> groups[] = {{&m_use, tr("Use and limits")}, {&m_container, tr("Container")},
                                                     {&m_network, tr("Network")},    {&m_storage, tr("Storage")},
                                                     {&m_environment, tr("Environment")}, {&m_labels, tr("Labels")}};
    for (const auto& [list, title] : groups)
        column->addWidget(*list = new FactList(title));
    column->addStretch();
    for (Meter* meter : {&m_memory, &m_cpu, &m_pids}) {
        meter->row = new QWidget;
        auto* rows = new QVBoxLayout(meter->row);
        rows->setContentsMargins(0, 0, 0, 0);
        rows->setSpacing(3);
        meter->text = new QLabel;
        meter->bar = new QProgressBar;
        meter->bar->setTextVisible(false);
        meter->bar->setRange(0, 1000);
        rows->addWidget(meter->text);
        rows->addWidget(meter->bar);
    }
    m_use->add(tr("Memory"), m_memory.row);
    m_use->add(tr("CPU"), m_cpu.row);
    m_use->add(tr("Processes"), m_pids.row);
    auto* scroll = new QScrollArea;
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(board);
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->addWidget(scroll);
    m_clock = new QTimer(this);
    m_clock->setInterval(1000);
    connect(m_clock, &QTimer::timeout, this, &OverviewTab::showState);
}

void OverviewTab::buildCards(QVBoxLayout* column)
{
    auto* state = card();
    auto* row = new QHBoxLayout(state);
    row->setContentsMargins(theme::space4, theme::space3, theme::space4, theme::space3);
    row->setSpacing(theme::space3);
    m_stateIcon = new IconLabel(22);
    m_stateWord = plainLabel();
    QFont big = m_stateWord->font();
    big.setPointSizeF(big.pointSizeF() * 1.25);
    big.setWeight(QFont::DemiBold);
    m_stateWord->setFont(big);
    m_stateTime = plainLabel();
    m_stateTime->setProperty("muted", true);
    auto* lines = new QVBoxLayout;
    lines->setSpacing(2);
    lines->addWidget(m_stateWord);
    lines->addWidget(m_stateTime);
    row->addWidget(m_stateIcon);
    row->addLayout(lines, 1);
    column->addWidget(state);

    column->addWidget(m_stop = new StopCard(m_bridge));
    connect(m_stop, &StopCard::logsWanted, this, &OverviewTab::logsWanted);
}

bool OverviewTab::running() const { return jsonValue<bool>(jsonMember(m_document, "State"), "Running"); }

void OverviewTab::setDocument(const Json& inspect)
{
    if (inspect == m_document)
        return;
    const bool other = jsonValue<std::string>(inspect, "Id") != m_id;
    m_id = jsonValue<std::string>(inspect, "Id");
    m_document = inspect;
    if (other) {
        m_history.clear();
        stopSampling();
    }
    showState();
    m_stop->setDocument(m_document);
    showSettings();
    showNetwork();
    showEnvironment();
    showMeters();
    if (isVisible())
        sample();
}

void OverviewTab::showState()
{
    const Json& state = jsonMember(m_document, "State");
    const StateView look = stateView(m_document);
    m_stateIcon->setIcon(look.icon, look.tint);
    m_stateWord->setText(look.word);
    const QDateTime now = QDateTime::currentDateTime();
    const QDateTime started = engineTime(state, "StartedAt"), finished = engineTime(state, "FinishedAt");
    QString when;
    if (running() && started.isValid())
        when = tr("for %1, since %2").arg(since(started, now), QLocale().toString(started.toLocalTime(), QLocale::ShortFormat));
    else if (finished.isValid())
        when = tr("since %1 (%2), ran for %3").arg(QLocale().toString(finished.toLocalTime(), QLocale::ShortFormat), ago(finished, now),
                                                   since(started, finished));
    else if (const QDateTime created = engineTime(m_document, "Created"); created.isValid())
        when = tr("created %1").arg(ago(created, now));
    if (const int restarts = jsonValue<int>(m_document, "RestartCount"); restarts > 0)
        when += tr(" · restarted %n times by the engine", nullptr, restarts);
    m_stateTime->setText(when);
}

void OverviewTab::showSettings()
{
    const Json& config = jsonMember(m_document, "Config");
    const Json& host = jsonMember(m_document, "HostConfig");
    m_container->clear();
    m_container->add(tr("Image"), text(config, "Image"), true);
    const QString id = QString::fromStdString(m_id);
    m_container->add(tr("Id"), id.left(12), true, id);
    const QString command = QStringList{words(jsonMember(config, "Entrypoint")), words(jsonMember(config, "Cmd"))}.join(QLatin1Char(' ')).trimmed();
    if (!command.isEmpty())
        m_container->add(tr("Command"), command, true);
    if (const QString folder = text(config, "WorkingDir"); !folder.isEmpty())
        m_container->add(tr("Working folder"), folder, true);
    if (const QString user = text(config, "User"); !user.isEmpty())
        m_container->add(tr("User"), user, true);
    const Json& restart = jsonMember(host, "RestartPolicy");
    const QString policy = text(restart, "Name");
    const int tries = jsonValue<int>(restart, "MaximumRetryCount");
    m_container->add(tr("Restart"), policy == QLatin1StringView("always")           ? tr("always")
                                    : policy == QLatin1StringView("unless-stopped") ? tr("unless stopped by hand")
                                    : policy == QLatin1StringView("on-failure")     ? (tries ? tr("when it fails, %n times", nullptr, tries) : tr("when it fails"))
                                                                                    : tr("never"));
    if (const QDateTime created = engineTime(m_document, "Created"); created.isValid())
        m_container->add(tr("Created"), QLocale().toString(created.toLocalTime(), QLocale::ShortFormat));
    m_storage->clear();
    for (const Json& mount : jsonMember(m_document, "Mounts")) {
        const bool volume = text(mount, "Type") == QLatin1StringView("volume");
        const QString source = volume ? text(mount, "Name") : text(mount, "Source");
        const QString mode = jsonValue<bool>(mount, "RW", true) ? QString() : tr(" (read-only)");
        m_storage->add(text(mount, "Destination"), (volume ? tr("volume %1%2") : QStringLiteral("%1%2")).arg(source, mode), !volume, source);
    }
    m_labels->clear();
    for (const auto& [name, value] : jsonMember(config, "Labels").items())
        m_labels->add(QString::fromStdString(name), value.is_string() ? QString::fromStdString(value.get<std::string>()) : QString(), true);
}

void OverviewTab::showNetwork()
{
    m_network->clear();
    for (const PublishedPort& port : publishedPorts(m_document)) {
        if (port.url.isEmpty()) {
            m_network->add(port.inside, port.outside, true);
            continue;
        }
        auto* link = new QPushButton(port.outside);
        link->setIcon(icon("open", Tint::Accent));
        link->setLayoutDirection(Qt::RightToLeft); // the icon after the words
        link->setFlat(true);
        link->setProperty("link", true);
        link->setCursor(Qt::PointingHandCursor);
        link->setToolTip(tr("Open %1 in the browser").arg(port.url));
        link->setAccessibleName(tr("Open %1 in the browser").arg(port.url));
        connect(link, &QPushButton::clicked, this, [url = port.url] { QDesktopServices::openUrl(QUrl(url)); });
        auto* holder = new QWidget;
        auto* row = new QHBoxLayout(holder);
        row->setContentsMargins(0, 0, 0, 0);
        row->addWidget(link);
        row->addStretch();
        m_network->add(port.inside, holder);
        holder->setContentsMargins(0, 0, 0, 0); // the link has that room itself
    }
    for (const auto& [name, settings] : jsonMember(jsonMember(m_document, "NetworkSettings"), "Networks").items()) {
        const QString address = text(settings, "IPAddress");
        m_network->add(QString::fromStdString(name),
                       address.isEmpty() ? tr("no address while it is not running")
                                         : tr("%1, gateway %2").arg(address, text(settings, "Gateway")),
                       !address.isEmpty(), address);
    }
}

void OverviewTab::showEnvironment()
{
    m_environment->clear();
    for (const Json& entry : jsonMember(jsonMember(m_document, "Config"), "Env")) {
        if (!entry.is_string())
            continue;
        const QString line = QString::fromStdString(entry.get<std::string>());
        const QString name = line.section(QLatin1Char('='), 0, 0);
        const QString value = line.section(QLatin1Char('='), 1);
        if (looksSecret(name) && !value.isEmpty())
            m_environment->addSecret(name, value);
        else
            m_environment->add(name, value, true);
    }
}

void OverviewTab::showMeters()
{
    const ResourceLimits limits = resourceLimits(m_document);
    m_use->setVisible(running());
    const auto set = [](Meter& meter, double used, double limit, Unit unit, const QString& none) {
        const bool known = !std::isnan(used);
        meter.bar->setVisible(limit > 0);
        meter.bar->setValue(known && limit > 0 ? static_cast<int>(std::clamp(used / limit, 0.0, 1.0) * 1000) : 0);
        meter.text->setText(!known ? tr("reading…")
                            : limit > 0 ? tr("%1 of %2, %3 free").arg(formatValue(used, unit), formatValue(limit, unit), formatValue(std::max(0.0, limit - used), unit))
                                        : tr("%1, %2").arg(formatValue(used, unit), none));
    };
    const auto value = [this](Metric metric) {
        return m_history.empty() ? StatsHistory::none : m_history.points().back().value(metric);
    };
    set(m_memory, value(Metric::Memory), limits.memory, Unit::Bytes, tr("no limit"));
    set(m_cpu, value(Metric::CpuCores), limits.cores, Unit::Cores, tr("no limit"));
    set(m_pids, value(Metric::Pids), limits.pids, Unit::Count, tr("no limit"));
}

void OverviewTab::sample()
{
    if (m_stats || !running() || m_id.empty())
        return;
    m_statsHop.renew(this);
    m_stats = m_bridge.client().stats().stats(m_id, m_statsHop.wrap<dockerapi::StatsSample>([this](const dockerapi::StatsSample& s) {
                                                  m_history.add(s);
                                                  showMeters();
                                              }),
                                              m_statsHop.wrap<Status>([this](const Status&) { m_stats.reset(); }));
}

void OverviewTab::stopSampling()
{
    m_statsHop.cut();
    m_stats.reset();
    m_history.markGap();
}

void OverviewTab::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    m_clock->start();
    sample();
}

void OverviewTab::hideEvent(QHideEvent* event)
{
    m_clock->stop();
    stopSampling();
    QWidget::hideEvent(event);
}

} // namespace slipway::ui
