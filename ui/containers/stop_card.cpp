// SPDX-License-Identifier: GPL-3.0-or-later
#include "containers/stop_card.h"

#include <algorithm>

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "charts/axis.h"
#include "containers/container_facts.h"
#include "logs/ansi_text.h"
#include "shell/object_names.h"
#include "shell/theme.h"
#include "terminal/mono_text.h"
#include "widgets/icon_label.h"

namespace slipway::ui
{
namespace
{
constexpr qsizetype lastLines = 8, longestLine = 400, longestHealth = 1000;
constexpr std::uint64_t tail = 200; // lines that are looked through for those of stderr
constexpr std::int64_t same = 10'000'000'000; // the mark of an end and FinishedAt differ by less
} // namespace

StopCard::StopCard(EngineBridge& bridge, QWidget* parent) : QFrame(parent), m_bridge(bridge), m_icon(new IconLabel(18))
{
    setProperty("card", true);
    setObjectName(QLatin1StringView(names::stopCard));
    m_title = label(false);
    QFont bold = m_title->font();
    bold.setWeight(QFont::DemiBold);
    m_title->setFont(bold);
    m_meaning = label(false);
    m_memory = label(false);
    m_linesCaption = label(false);
    m_lastLines = label(true);
    m_lastLines->setAccessibleName(tr("Last lines that it wrote"));
    m_healthCaption = label(false);
    m_health = label(true);
    m_health->setAccessibleName(tr("What its last health check printed"));
    for (QLabel* caption : {m_linesCaption, m_healthCaption})
        caption->setProperty("muted", true);
    m_logs = new QPushButton(tr("Show its log"));
    m_logs->setToolTip(tr("The lines from before it stopped"));
    connect(m_logs, &QPushButton::clicked, this, [this] {
        const QDateTime stopped = engineTime(jsonMember(m_document, "State"), "FinishedAt");
        emit logsWanted((stopped.isValid() ? stopped.toMSecsSinceEpoch() - 2000 : 0) * 1'000'000);
    });
    auto* rows = new QVBoxLayout(this);
    rows->setContentsMargins(theme::space4, theme::space3, theme::space4, theme::space3);
    rows->setSpacing(theme::space2);
    auto* head = new QHBoxLayout;
    head->setSpacing(theme::space2);
    head->addWidget(m_icon);
    head->addWidget(m_title, 1);
    head->addWidget(m_logs);
    rows->addLayout(head);
    for (QLabel* each : {m_meaning, m_memory, m_linesCaption, m_lastLines, m_healthCaption, m_health})
        rows->addWidget(each);
    hide();
}

QLabel* StopCard::label(bool mono)
{
    auto* made = new QLabel;
    made->setTextFormat(Qt::PlainText);
    made->setTextInteractionFlags(Qt::TextSelectableByMouse);
    made->setWordWrap(true);
    if (mono) {
        made->setFont(MonoText::defaultFont());
        made->setProperty("well", true);
    }
    return made;
}

void StopCard::setDocument(const Json& inspect)
{
    m_document = inspect;
    m_id = jsonValue<std::string>(inspect, "Id");
    const auto reason = stopReason(inspect);
    setVisible(reason.has_value());
    if (!reason)
        return m_stoppedAt.clear();
    m_icon->setIcon(reason->bad ? "error" : "info", reason->bad ? Tint::Danger : Tint::Muted);
    m_title->setText(reason->title);
    m_meaning->setText(reason->meaning);
    const std::string stopped = m_id + jsonValue<std::string>(jsonMember(inspect, "State"), "FinishedAt");
    if (stopped == m_stoppedAt)
        return;
    m_stoppedAt = stopped;
    for (QWidget* each : std::initializer_list<QWidget*>{m_memory, m_linesCaption, m_lastLines, m_logs})
        each->hide();
    showHealth();
    askLastLines();
    askMarks();
}

void StopCard::askMarks()
{
    using Marks = Result<std::vector<dockerapi::MetricsMark>>;
    m_marks = m_bridge.client().stats().marks(m_id, 0, onGui<Marks>(this, [this, stopped = m_stoppedAt](const Marks& marks) {
                                                  if (marks && stopped == m_stoppedAt)
                                                      showMemory(*marks);
                                              }));
}

void StopCard::showMemory(const std::vector<dockerapi::MetricsMark>& marks)
{
    const QDateTime finished = engineTime(jsonMember(m_document, "State"), "FinishedAt");
    const std::int64_t finishedNs = finished.isValid() ? finished.toMSecsSinceEpoch() * 1'000'000 : 0;
    const auto died = std::ranges::find_if(marks.rbegin(), marks.rend(), [finishedNs](const dockerapi::MetricsMark& mark) {
        return mark.what == "die" && std::abs(mark.timeNs - finishedNs) < same;
    });
    if (died == marks.rend())
        return;
    const double limit = resourceLimits(m_document).memory;
    QStringList words;
    if (died->memoryPeak) {
        const QString peak = formatValue(static_cast<double>(*died->memoryPeak), Unit::Bytes);
        words << (limit > 0 ? tr("It used at most %1 of its %2 of memory, the cache of its files counted in.").arg(peak, formatValue(limit, Unit::Bytes))
                            : tr("It used at most %1 of memory, the cache of its files counted in; it had no limit.").arg(peak));
    }
    if (died->oomKills.value_or(0) > 0)
        words << tr("The kernel killed %n of its processes for want of memory.", nullptr, static_cast<int>(*died->oomKills));
    else if (died->oomKills)
        words << tr("The kernel killed none of its processes for want of memory.");
    m_memory->setText(words.join(QLatin1Char(' ')));
    m_memory->setVisible(!words.isEmpty());
}

void StopCard::showHealth()
{
    const auto last = lastHealthOutput(m_document);
    m_healthCaption->setVisible(last.has_value());
    m_health->setVisible(last && !last->text.isEmpty());
    if (!last)
        return;
    m_healthCaption->setText(last->exitCode == 0 ? tr("Its last health check was good")
                                                 : tr("Its last health check failed with exit code %1").arg(last->exitCode));
    m_health->setText(parseAnsi(last->text.left(longestHealth).toStdString()).text);
}

void StopCard::askLastLines()
{
    m_lines.clear();
    LogsClient::Options options;
    options.follow = false;
    options.tail = tail;
    m_logHop.renew(this);
    m_log = m_bridge.client().logs().logs(
        m_id, options,
        m_logHop.wrap<std::vector<dockerapi::LogLine>>([this](const std::vector<dockerapi::LogLine>& lines) { m_lines.insert(m_lines.end(), lines.begin(), lines.end()); }),
        m_logHop.wrap<Status>([this](const Status&) {
            const bool errors = std::ranges::any_of(m_lines, &dockerapi::LogLine::isStderr);
            QStringList shown;
            for (auto line = m_lines.rbegin(); line != m_lines.rend() && shown.size() < lastLines; ++line)
                if (line->isStderr == errors)
                    shown.prepend(parseAnsi(line->text).text.left(longestLine));
            m_linesCaption->setText(errors ? tr("Its last lines on standard error") : tr("Its last lines"));
            m_lastLines->setText(shown.join(QLatin1Char('\n')));
            m_linesCaption->setVisible(!shown.isEmpty());
            m_lastLines->setVisible(!shown.isEmpty());
            m_logs->setVisible(!m_lines.empty());
        }));
}

} // namespace slipway::ui
