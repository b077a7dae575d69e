// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "bridge/engine_bridge.h"
#include "logs/log_canvas.h"
#include "logs/log_export.h"
#include "logs/log_pages.h"

class QHBoxLayout;
class QLabel;
class QMenu;
class QPushButton;
class QSplitter;
class QToolButton;

namespace slipway::ui
{

class FindBar;
class JumpBar;
class LogDetails;

// The log of one container, or of several as one: at its end at once, then live; find and filter, streams, levels, times, wrap,
// JSON fields, details of a line, go to a line or time, copy, save. Only what is seen is read. GUI thread.
class LogView : public QWidget
{
    Q_OBJECT

public:
    explicit LogView(EngineBridge& bridge, QWidget* parent = nullptr);
    ~LogView() override;

    // An empty id shows nothing. The same id again only notes whether it runs (and picks up the log of a new run).
    void setContainer(const QString& id, bool running);
    void setSources(std::vector<LogModel::Source> sources, bool running); // several; the names and colours are shown
    void showTime(std::int64_t timeNs); // the lines of that moment, also before the log is here
    [[nodiscard]] LogCanvas& canvas() const { return *m_canvas; }
    [[nodiscard]] LogPages& pages() { return m_pages; }

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override; // a log that nobody sees is not followed; it goes on where it was

private:
    void buildToolBar(QHBoxLayout* row);
    QMenu* lookMenu();
    QMenu* levelsMenu();
    QMenu* saveMenu();
    void buildShortcuts();
    void open(std::vector<LogModel::Source> sources, bool running, bool everything);
    void showState();
    void showMessage();
    void showStatus();
    void applyQuery();
    void showFound();
    void showFindStatus();
    void step(bool forward);
    void openFind();
    void closeFind();
    void openJump();
    void tellJump();
    void showDetails(std::uint64_t line);
    void copy();
    void copyMore(std::shared_ptr<QString> text, std::uint64_t row);
    void save(bool shownOnly, logstore::ExportFormat format);
    void say(const QString& text); // in the status, for a while

    EngineBridge& m_bridge;
    LogPages m_pages;
    LogExport m_export;
    LogCanvas* m_canvas;
    FindBar* m_find;
    JumpBar* m_jump;
    LogDetails* m_details;
    QSplitter* m_halves;
    QToolButton *m_follow = nullptr, *m_out = nullptr, *m_err = nullptr, *m_levels = nullptr, *m_save = nullptr;
    QWidget* m_problem;
    QLabel *m_problemText, *m_status;
    QPushButton* m_loadAll;
    QTimer* m_sayTimer;
    unsigned m_shownLevels = logstore::LogQuery::allLevels;
    bool m_running = false, m_utc = false;
    bool m_revealed = false; // a match of this query was gone to
    std::int64_t m_seekTimeNs = 0;
    EngineHop m_copyHop;
    Request m_copying;
};

} // namespace slipway::ui
