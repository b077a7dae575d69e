// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include <QActionGroup>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QSettings>
#include <QToolButton>

#include "logs/log_view.h"
#include "widgets/icons.h"

// The tool bar of a log and its menus.
namespace slipway::ui
{
namespace
{

QToolButton* toolButton(QHBoxLayout* row, const char* picture, const QString& text, const QString& tip, bool checkable = false, bool checked = false)
{
    auto* b = new QToolButton;
    if (picture) {
        b->setIcon(icon(picture));
        b->setToolTip(text + QLatin1Char('\n') + tip);
    } else {
        b->setText(text);
        b->setToolTip(tip);
    }
    b->setAccessibleName(text);
    b->setAccessibleDescription(tip);
    b->setAutoRaise(true);
    b->setCheckable(checkable);
    b->setChecked(checked);
    row->addWidget(b);
    return b;
}

using logstore::Level;
constexpr unsigned from(Level level) { return logstore::LogQuery::allLevels & ~((1u << static_cast<unsigned>(level)) - 1); }

} // namespace

void LogView::buildToolBar(QHBoxLayout* row)
{
    m_follow = toolButton(row, nullptr, tr("Follow"), tr("Stay at the newest line (End)"), true, true);
    connect(m_follow, &QToolButton::clicked, m_canvas, &LogCanvas::setFollow);
    auto* look = toolButton(row, nullptr, tr("View"), tr("Times, line numbers, wrapping, JSON fields"));
    look->setPopupMode(QToolButton::InstantPopup);
    look->setMenu(lookMenu());
    row->addSpacing(8);
    m_out = toolButton(row, nullptr, tr("stdout"), tr("Show standard output"), true, true);
    m_err = toolButton(row, nullptr, tr("stderr"), tr("Show standard error (marked red at the left)"), true, true);
    for (QToolButton* b : {m_out, m_err})
        connect(b, &QToolButton::toggled, this, &LogView::applyQuery);
    m_levels = toolButton(row, nullptr, tr("Levels"), tr("Show only lines that say how bad they are"));
    m_levels->setPopupMode(QToolButton::InstantPopup);
    m_levels->setMenu(levelsMenu());
    row->addWidget(m_status, 1);
    row->addWidget(m_loadAll);
    row->addSpacing(8);
    connect(toolButton(row, "search", tr("Find"), tr("Find in the log (Ctrl+F)")), &QToolButton::clicked, this, &LogView::openFind);
    connect(toolButton(row, "clock", tr("Go to"), tr("Go to a line or a time (Ctrl+G)")), &QToolButton::clicked, this, &LogView::openJump);
    auto* copy = toolButton(row, "copy", tr("Copy"), tr("Copy the selected lines (Ctrl+C)"));
    copy->setEnabled(false);
    connect(copy, &QToolButton::clicked, this, &LogView::copy);
    connect(m_canvas, &LogCanvas::selectionChanged, copy, [this, copy] { copy->setEnabled(m_canvas->hasSelection()); });
    m_save = toolButton(row, "save", tr("Save"), tr("Save the log to a file (Ctrl+S)"));
    m_save->setPopupMode(QToolButton::InstantPopup);
    m_save->setMenu(saveMenu());
}

// How logs look is remembered, for all of them.
QMenu* LogView::lookMenu()
{
    const QSettings settings;
    const auto times = static_cast<LogCanvas::Times>(std::clamp(settings.value(QStringLiteral("logs/times")).toInt(), 0, 3));
    m_utc = times == LogCanvas::Times::Utc;
    m_canvas->setTimes(times);
    auto* menu = new QMenu(this);
    auto* group = new QActionGroup(menu);
    const std::pair<QString, LogCanvas::Times> choices[] = {{tr("No time"), LogCanvas::Times::None},
                                                            {tr("Local time"), LogCanvas::Times::Local},
                                                            {tr("UTC"), LogCanvas::Times::Utc},
                                                            {tr("Since the first line"), LogCanvas::Times::SinceFirst}};
    for (const auto& [text, choice] : choices) {
        QAction* action = menu->addAction(text);
        action->setCheckable(true);
        action->setChecked(choice == times);
        group->addAction(action);
        connect(action, &QAction::triggered, this, [this, c = choice] {
            QSettings().setValue(QStringLiteral("logs/times"), static_cast<int>(c));
            m_utc = c == LogCanvas::Times::Utc;
            m_canvas->setTimes(c);
        });
    }
    menu->addSeparator();
    const auto add = [&](const char* key, const QString& text, bool usually, auto slot) {
        QAction* action = menu->addAction(text);
        const QString name = QStringLiteral("logs/") + QLatin1StringView(key);
        action->setCheckable(true);
        connect(action, &QAction::toggled, m_canvas, slot);
        action->setChecked(usually);
        action->setChecked(settings.value(name, usually).toBool());
        connect(action, &QAction::toggled, this, [name](bool on) { QSettings().setValue(name, on); });
    };
    add("numbers", tr("Line numbers"), false, &LogCanvas::setNumbers);
    add("wrap", tr("Break long lines at the edge of the view"), false, &LogCanvas::setWrap);
    add("fields", tr("Show JSON lines as their message and fields"), true, &LogCanvas::setFolding);
    return menu;
}

QMenu* LogView::levelsMenu()
{
    auto* menu = new QMenu(this);
    auto* group = new QActionGroup(menu);
    const std::pair<QString, unsigned> choices[] = {{tr("All levels"), logstore::LogQuery::allLevels},
                                                    {tr("Info and above"), from(Level::Info)},
                                                    {tr("Warnings and errors"), from(Level::Warn)},
                                                    {tr("Errors"), from(Level::Error)}};
    for (const auto& [text, levels] : choices) {
        QAction* action = menu->addAction(text);
        action->setCheckable(true);
        action->setChecked(levels == logstore::LogQuery::allLevels);
        group->addAction(action);
        connect(action, &QAction::triggered, this, [this, t = text, l = levels] {
            m_shownLevels = l;
            m_levels->setText(l == logstore::LogQuery::allLevels ? tr("Levels") : t);
            m_levels->setAccessibleName(t);
            applyQuery();
        });
    }
    return menu;
}

QMenu* LogView::saveMenu()
{
    auto* menu = new QMenu(this);
    using logstore::ExportFormat;
    const std::pair<QString, ExportFormat> formats[] = {{tr("As text…"), ExportFormat::Plain}, {tr("With times…"), ExportFormat::Timestamps}, {tr("As JSON lines…"), ExportFormat::JsonLines}};
    menu->addSection(tr("The whole log"));
    for (const auto& [text, format] : formats)
        connect(menu->addAction(text), &QAction::triggered, this, [this, f = format] { save(false, f); });
    menu->addSection(tr("Only what is shown"));
    for (const auto& [text, format] : formats) {
        QAction* action = menu->addAction(text);
        connect(action, &QAction::triggered, this, [this, f = format] { save(true, f); });
        connect(menu, &QMenu::aboutToShow, action, [this, action] { action->setEnabled(m_pages.filtered()); });
    }
    menu->addSeparator();
    QAction* cancel = menu->addAction(tr("Stop saving"));
    connect(menu, &QMenu::aboutToShow, cancel, [this, cancel] { cancel->setVisible(m_export.running()); });
    connect(cancel, &QAction::triggered, this, [this] {
        m_export.cancel();
        say(tr("Saving was stopped; nothing was written."));
    });
    return menu;
}

void LogView::save(bool shownOnly, logstore::ExportFormat format)
{
    const auto& sources = m_pages.sources();
    if (sources.empty())
        return;
    QString stem = sources.size() > 1 ? tr("logs") : sources[0].name.isEmpty() ? sources[0].id.left(12) : sources[0].name;
    stem.replace(QLatin1Char('/'), QLatin1Char('_'));
    const bool json = format == logstore::ExportFormat::JsonLines;
    const QString file = QFileDialog::getSaveFileName(this, tr("Save log"), stem + (json ? QStringLiteral(".jsonl") : QStringLiteral(".log")),
                                                      json ? tr("JSON lines (*.jsonl *.json);;All files (*)") : tr("Logs (*.log *.txt);;All files (*)"));
    if (file.isEmpty())
        return;
    std::vector<std::string> names;
    for (const auto& source : sources)
        names.push_back(source.name.isEmpty() ? source.id.left(12).toStdString() : source.name.toStdString());
    m_export.start(file, m_pages.containers(), names, shownOnly ? m_pages.rowsQuery() : logstore::LogQuery(), format);
}

} // namespace slipway::ui
