// SPDX-License-Identifier: GPL-3.0-or-later
#include "images/image_detail.h"

#include <QFontDatabase>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QShortcut>
#include <QTabWidget>
#include <QToolButton>
#include <QTreeWidget>

#include "models/image_model.h"
#include "models/list_dates.h"
#include "shell/object_names.h"
#include "shell/theme.h"
#include "widgets/bytes.h"
#include "widgets/icons.h"
#include "widgets/literal_tip.h"
#include "widgets/message_bar.h"

namespace slipway::ui
{
namespace
{
enum LayerColumn { Number, Size, Instruction };

QString stringOf(const Json& json, const char* key)
{
    return QString::fromStdString(jsonValue<std::string>(json, key));
}

QStringList listOf(const Json& json, const char* key)
{
    QStringList list;
    const auto it = json.is_object() ? json.find(key) : json.end();
    if (it == json.end())
        return list;
    if (it->is_string() && !it->get<std::string>().empty())
        list << QString::fromStdString(it->get<std::string>());
    for (const auto& [name, value] : it->items()) {
        if (it->is_array() && value.is_string())
            list << QString::fromStdString(value.get<std::string>());
        else if (it->is_object())
            list << QString::fromStdString(value.is_string() ? name + "=" + value.get<std::string>() : name);
    }
    return list;
}

QTreeWidget* tree(const QString& name, const QStringList& headers)
{
    auto* widget = new QTreeWidget;
    widget->setAccessibleName(name);
    widget->setHeaderLabels(headers);
    widget->setRootIsDecorated(false);
    widget->setFrameShape(QFrame::NoFrame);
    widget->setUniformRowHeights(false);
    widget->setWordWrap(true);
    widget->setSelectionMode(QAbstractItemView::ExtendedSelection);
    widget->header()->setStretchLastSection(true);
    return widget;
}

// The cells' own margin more, and their words stand below the title.
QWidget* inset(QWidget* widget)
{
    auto* holder = new QWidget;
    auto* row = new QHBoxLayout(holder);
    row->setContentsMargins(theme::space2, 0, theme::space2, 0);
    row->addWidget(widget);
    return holder;
}
} // namespace

ImageDetail::ImageDetail(EngineBridge& bridge, QWidget* parent)
    : QWidget(parent), m_bridge(bridge), m_title(new QLabel), m_subtitle(new QLabel), m_problem(new MessageBar),
      m_tabs(new QTabWidget), m_layers(tree(tr("Layers"), {tr("#"), tr("Size"), tr("Instruction")})),
      m_config(tree(tr("Configuration"), {tr("Field"), tr("Value")}))
{
    setObjectName(QLatin1StringView(names::imageDetail));
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
    m_title->setProperty("heading", true);
    m_title->setTextFormat(Qt::PlainText);
    m_title->setMinimumWidth(60);
    m_subtitle->setProperty("muted", true);
    m_subtitle->setTextFormat(Qt::PlainText);
    m_subtitle->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* run = new QPushButton(icon("play"), tr("Run…"));
    connect(run, &QPushButton::clicked, this, [this] { emit runRequested(m_name); });
    auto* close = new QToolButton;
    close->setAutoRaise(true);
    close->setIcon(icon("close", Tint::Muted));
    close->setToolTip(tr("Close (Esc)"));
    close->setAccessibleName(tr("Close"));
    connect(close, &QToolButton::clicked, this, &ImageDetail::closeRequested);
    connect(new QShortcut(Qt::Key_Escape, this, nullptr, nullptr, Qt::WidgetWithChildrenShortcut), &QShortcut::activated, this,
            &ImageDetail::closeRequested);
    auto* head = new QHBoxLayout;
    head->setContentsMargins(theme::space4, theme::space3, theme::space3, 0);
    auto* words = new QVBoxLayout;
    words->setSpacing(2);
    words->addWidget(m_title);
    words->addWidget(m_subtitle);
    head->addLayout(words, 1);
    head->addWidget(run, 0, Qt::AlignTop);
    head->addWidget(close, 0, Qt::AlignTop);
    auto* messages = new QHBoxLayout;
    messages->setContentsMargins(theme::space4, 0, theme::space4, 0);
    messages->addWidget(m_problem);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(theme::space2);
    column->addLayout(head);
    column->addLayout(messages);
    column->addWidget(m_tabs, 1);
    m_tabs->setObjectName(QLatin1StringView(names::imageTabs));
    m_tabs->setDocumentMode(true);
    m_tabs->addTab(inset(m_layers), tr("Layers"));
    m_tabs->addTab(inset(m_config), tr("Configuration"));
    m_layers->headerItem()->setTextAlignment(Size, Qt::AlignRight | Qt::AlignVCenter);
    m_layers->setColumnWidth(Number, 48);
    m_layers->setColumnWidth(Size, 96);
    m_config->setColumnWidth(0, 150);
}

void ImageDetail::setImage(const QString& name, const std::string& id)
{
    if (name == m_name && id == m_id)
        return;
    m_name = name;
    m_id = id;
    m_title->setText(name.startsWith(QLatin1StringView("sha256:")) ? shortId(id) : name);
    m_subtitle->setText(shortId(id));
    m_problem->clear();
    m_layers->clear();
    m_config->clear();
    const auto answer = [this](void (ImageDetail::*shown)(const Json&)) {
        return onGui<Result<Json>>(this, [this, shown](const Result<Json>& json) {
            if (json)
                (this->*shown)(*json);
            else
                m_problem->say(MessageBar::Kind::Problem, QString::fromStdString(json.error().message));
        });
    };
    m_history = m_bridge.client().images().history(id, answer(&ImageDetail::showHistory));
    m_inspect = m_bridge.client().images().inspect(id, answer(&ImageDetail::showConfig));
}

void ImageDetail::showHistory(const Json& history)
{
    const QFont mono = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    int number = history.is_array() ? int(history.size()) : 0;
    for (const Json& entry : history) {
        const auto bytes = jsonValue<std::int64_t>(entry, "Size");
        const QString instruction = instructionOf(stringOf(entry, "CreatedBy")), comment = stringOf(entry, "Comment");
        const QString words = instruction.isEmpty() ? (comment.isEmpty() ? tr("(not recorded)") : comment) : instruction;
        auto* item = new QTreeWidgetItem(m_layers, {locale().toString(number--), bytes > 0 ? bytesText(bytes) : QStringLiteral("–"), words});
        item->setFont(Instruction, mono);
        item->setTextAlignment(Size, Qt::AlignRight | Qt::AlignVCenter);
        item->setToolTip(Instruction, QStringLiteral("<pre>%1</pre>").arg(words.toHtmlEscaped()));
        if (bytes == 0)
            for (int c = 0; c <= Instruction; ++c)
                item->setForeground(c, theme::colors().muted);
    }
}

void ImageDetail::addConfig(const QString& field, const QStringList& values)
{
    for (qsizetype i = 0; i < values.size(); ++i) {
        auto* item = new QTreeWidgetItem(m_config, {i == 0 ? field : QString(), values[i]});
        item->setForeground(0, theme::colors().muted);
        item->setToolTip(1, literalTip(values[i]));
    }
}

void ImageDetail::showConfig(const Json& image)
{
    const Json& config = jsonMember(image, "Config");
    addConfig(tr("Entrypoint"), listOf(config, "Entrypoint"));
    addConfig(tr("Command"), listOf(config, "Cmd"));
    addConfig(tr("Working directory"), listOf(config, "WorkingDir"));
    addConfig(tr("User"), listOf(config, "User"));
    addConfig(tr("Exposed ports"), listOf(config, "ExposedPorts"));
    addConfig(tr("Volumes"), listOf(config, "Volumes"));
    addConfig(tr("Environment"), listOf(config, "Env"));
    addConfig(tr("Labels"), listOf(config, "Labels"));
    addConfig(tr("Stop signal"), listOf(config, "StopSignal"));
    addConfig(tr("Names"), listOf(image, "RepoTags"));
    addConfig(tr("Digests"), listOf(image, "RepoDigests"));
    addConfig(tr("ID"), {stringOf(image, "Id")});
    const QString platform = QStringLiteral("%1/%2").arg(stringOf(image, "Os"), stringOf(image, "Architecture"));
    addConfig(tr("Platform"), {platform});
    m_subtitle->setText(QStringLiteral("%1 · %2 · %3").arg(shortId(m_id), bytesText(jsonValue<std::int64_t>(image, "Size")), platform));
}

QString instructionOf(const QString& createdBy)
{
    const QLatin1StringView shell("/bin/sh -c "), nop("#(nop)");
    QString text = createdBy.trimmed();
    if (text.startsWith(shell)) {
        text = text.sliced(shell.size()).trimmed();
        text = text.startsWith(nop) ? text.sliced(nop.size()).trimmed() : QStringLiteral("RUN ") + text;
    } else if (text.startsWith(QStringLiteral("RUN ") + shell)) {
        text = QStringLiteral("RUN ") + text.sliced(4 + shell.size());
    }
    const QLatin1StringView note("# buildkit");
    if (text.endsWith(note))
        text = text.chopped(note.size()).trimmed();
    return text;
}

} // namespace slipway::ui
