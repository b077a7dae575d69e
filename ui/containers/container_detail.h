// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <list>
#include <map>

#include <QWidget>

#include "bridge/engine_bridge.h"

class QLabel;
class QStackedWidget;
class QTabWidget;
class QToolButton;

namespace slipway::ui
{

class IconLabel;
class MessageBar;
struct RunSpec;

// One container beside the list: a title bar with its state and actions, and tabs. A tab is made when it is first shown. Each
// container has tabs of its own: of the last `kept` ones they live on while other containers or pages are shown, with their
// shell, place in the log and readings; one with an open shell is never dropped for want of room. GUI thread.
class ContainerDetail : public QWidget
{
    Q_OBJECT

public:
    enum Tab : std::uint8_t { Overview, Logs, Terminal, Charts, Processes, Inspect, TabCount };
    static constexpr std::size_t kept = 6;

    explicit ContainerDetail(EngineBridge& bridge, QWidget* parent = nullptr);
    void setContainer(const QString& id, const QString& name, bool running); // an empty id shows nothing
    void showTab(Tab tab);
    void showLogsAt(qint64 timeNs); // the log lines of that moment
    void setFull(bool full); // the whole page instead of beside the list
    [[nodiscard]] bool full() const { return m_full; }

signals:
    void fullChanged(bool full);
    void closeRequested();                                            // Esc or ✕: back to the list
    void runRequested(const slipway::ui::RunSpec& spec);              // another one like this
    void renameRequested(const QString& id);
    void removeRequested(const QString& id);

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    using Views = std::array<QWidget*, TabCount>;
    QWidget* buildTitle();
    QToolButton* titleButton(const char* name, const char* picture, const QString& text);
    void fillMenu();
    QWidget* view(Tab tab); // of the chosen container, made if need be
    QWidget* makeView(Tab tab);
    void showCurrent();
    void touch(const QString& id);
    void forget(const QString& id);
    void inspect();
    void showTitle();
    void act(std::string_view verb);
    void withSpec(std::function<void(const RunSpec&)> use);
    void report(const Status& status);

    EngineBridge& m_bridge;
    IconLabel* m_icon;
    QLabel *m_title, *m_state;
    QToolButton *m_start, *m_stop, *m_restart, *m_more, *m_fullButton;
    MessageBar* m_message;
    QTabWidget* m_tabs;
    std::array<QStackedWidget*, TabCount> m_stacks{};
    std::map<QString, Views> m_views;
    std::list<QString> m_recent; // ids, the chosen one first
    QString m_id, m_name;
    bool m_running = false, m_full = false;
    Json m_document;
    QTimer m_refresh;
    Request m_request, m_imageRequest;
};

} // namespace slipway::ui
