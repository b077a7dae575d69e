// SPDX-License-Identifier: GPL-3.0-or-later
#include "logs/log_details.h"

#include <QDateTime>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QLocale>
#include <QPlainTextEdit>
#include <QSplitter>
#include <QTimeZone>
#include <QToolButton>
#include <QTreeWidget>
#include <QVBoxLayout>

#include "logs/line_look.h"
#include "terminal/mono_text.h"
#include "widgets/icons.h"

namespace slipway::ui
{
namespace
{
constexpr std::size_t longestShown = 64u << 10; // a longer line would stop the window while it is laid out
}

LogDetails::LogDetails(EngineClient& client, QWidget* parent) : QWidget(parent), m_client(client)
{
    setAccessibleName(tr("Details of the line"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(8, 4, 8, 8);
    column->setSpacing(4);
    auto* head = new QHBoxLayout;
    m_title = new QLabel;
    m_title->setTextFormat(Qt::PlainText);
    QFont bold = m_title->font();
    bold.setWeight(QFont::DemiBold);
    m_title->setFont(bold);
    auto* close = new QToolButton;
    close->setIcon(icon("close"));
    close->setAutoRaise(true);
    close->setToolTip(tr("Close (Esc)"));
    close->setAccessibleName(tr("Close"));
    connect(close, &QToolButton::clicked, this, &LogDetails::closed);
    head->addWidget(m_title, 1);
    head->addWidget(close);
    m_fields = new QTreeWidget;
    m_fields->setColumnCount(2);
    m_fields->setHeaderLabels({tr("Field"), tr("Value")});
    m_fields->setRootIsDecorated(false);
    m_fields->setUniformRowHeights(true);
    m_fields->setAccessibleName(tr("Fields of the line"));
    m_fields->header()->setSectionResizeMode(0, QHeaderView::ResizeToContents);
    m_text = new QPlainTextEdit;
    m_text->setReadOnly(true);
    m_text->setFont(MonoText::defaultFont());
    m_text->setAccessibleName(tr("The whole line"));
    auto* halves = new QSplitter(Qt::Horizontal);
    halves->addWidget(m_fields);
    halves->addWidget(m_text);
    halves->setStretchFactor(0, 2);
    halves->setStretchFactor(1, 3);
    column->addLayout(head);
    column->addWidget(halves, 1);
}

void LogDetails::showLine(const std::vector<LogModel::Source>& sources, std::uint64_t line)
{
    LogsClient::Containers ids;
    for (const auto& source : sources)
        ids.push_back(source.id.toStdString());
    logstore::PageRange range;
    range.from = line;
    range.count = 1;
    range.cap = longestShown;
    m_hop.renew(this);
    m_request = m_client.logs().page(ids, range, {}, m_hop.wrap<Result<logstore::LogPage>>([this, sources](const Result<logstore::LogPage>& page) {
                                         if (page && !page->rows.empty())
                                             return fill(sources, page->rows.front());
                                         m_title->setText(page ? tr("This line is gone") : QString::fromStdString(page.error().message));
                                         m_fields->clear();
                                         m_text->clear();
                                     }));
}

void LogDetails::forget()
{
    m_hop.cut();
    m_request.reset();
}

void LogDetails::fill(const std::vector<LogModel::Source>& sources, const logstore::PageRow& row)
{
    const QLocale locale;
    m_title->setText(tr("Line %1").arg(locale.toString(static_cast<qulonglong>(row.row + 1))));
    m_fields->clear();
    const auto add = [this](const QString& name, const QString& value) {
        auto* item = new QTreeWidgetItem(m_fields, {name, parseAnsi(value.left(4000).toStdString()).text});
        item->setToolTip(1, QString()); // a tool tip of a log's text would be read as markup
    };
    const QDateTime time = QDateTime::fromMSecsSinceEpoch(row.timeNs / 1'000'000);
    const QString stamp = QStringLiteral("yyyy-MM-dd HH:mm:ss.zzz");
    if (row.source < sources.size() && sources.size() > 1)
        add(tr("Container"), sources[row.source].name);
    add(tr("Local time"), time.toString(stamp));
    add(tr("UTC"), time.toTimeZone(QTimeZone::UTC).toString(stamp));
    add(tr("Stream"), row.stream == logstore::Stream::Stderr ? tr("stderr") : row.stream == logstore::Stream::Stdout ? tr("stdout") : tr("written by Slipway"));
    if (const QString level = levelName(logstore::levelOf(row.text)); !level.isEmpty())
        add(tr("Level"), level);
    add(tr("Length"), row.cut() ? tr("%1, of which %2 are shown").arg(locale.formattedDataSize(static_cast<qint64>(row.length)), locale.formattedDataSize(static_cast<qint64>(row.text.size())))
                                : tr("%n byte(s)", nullptr, static_cast<int>(row.length)));
    if (const auto fields = jsonFields(row.text))
        for (const auto& [name, value] : *fields)
            add(parseAnsi(name.toStdString()).text, value);
    m_text->setPlainText(parseAnsi(row.text).text);
}

void LogDetails::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Escape)
        emit closed();
    else
        QWidget::keyPressEvent(event);
}

} // namespace slipway::ui
