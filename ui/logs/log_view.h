// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "bridge/engine_bridge.h"

#include "logs/line_store.h"
#include "logs/log_search.h"
#include "terminal/engine_hop.h"

class QHBoxLayout;
class QLabel;
class QPushButton;
class QTimer;
class QToolButton;

namespace slipway::ui
{

class FindBar;
class LogCanvas;

// The log of one container: the newest lines at once, then live; find, streams, times, wrap, copy, save. It asks for the last
// `firstLoad` lines and says so; the rest comes on request. GUI thread.
class LogView : public QWidget
{
    Q_OBJECT

public:
    static constexpr std::uint64_t firstLoad = 100'000;

    explicit LogView(EngineBridge& bridge, QWidget* parent = nullptr);
    ~LogView() override;

    // An empty id shows nothing. The same id again only notes whether it runs (and picks up the log of a new run).
    void setContainer(const QString& id, bool running);

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override; // a log that nobody sees is not read; it goes on where it was

private:
    enum class State : std::uint8_t { None, Loading, Live, Ended, Failed };

    void buildToolBar(QHBoxLayout* row);
    void open(bool everything);
    void resume();
    void receive(std::vector<dockerapi::LogLine> lines);
    void ended(const Status& status);
    void setState(State state, const QString& error = {});
    void updateStatus();
    void startSearch();
    void continueSearch();
    void showFindStatus();
    void step(bool forward);
    void openFind();
    void closeFind();
    void save();

    EngineBridge& m_bridge;
    LineStore m_store;
    LogSearch m_search;
    LogCanvas* m_canvas;
    FindBar* m_find;
    QToolButton *m_follow = nullptr, *m_out = nullptr, *m_err = nullptr;
    QWidget* m_problem;
    QLabel *m_problemText, *m_status;
    QPushButton* m_loadAll;
    QTimer* m_searchTimer;
    QString m_id;
    bool m_running = false, m_everything = false, m_suspended = false;
    State m_state = State::None;
    std::uint64_t m_received = 0;
    std::int64_t m_lastTimeNs = 0, m_skipUntilNs = 0;
    EngineHop m_hop;
    Request m_request;
};

} // namespace slipway::ui
