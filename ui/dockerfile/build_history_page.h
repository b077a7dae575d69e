// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTimer>
#include <QWidget>

#include "bridge/engine_bridge.h"

class QLabel;
class QPushButton;
class QStackedWidget;
class QTabWidget;
class QToolButton;
class QTreeWidget;

namespace slipway::ui
{

class BuildOutput;
class EmptyState;
class MessageBar;
class StepTable;
class TextDiff;

// The builds that this engine made, whoever asked for them, newest first: what each step took, what it said, from which Dockerfile;
// two that are chosen are compared. It looks again while it is seen. GUI thread.
//
// Keys: Enter opens the Dockerfile · Ctrl+click, Shift+arrows choose a second one · Del forgets · Esc goes back.
class BuildHistoryPage : public QWidget
{
    Q_OBJECT

public:
    explicit BuildHistoryPage(EngineBridge& bridge, QWidget* parent = nullptr);
    ~BuildHistoryPage() override;
    void refresh();

signals:
    void closed();
    void openRequested(const slipway::dockerapi::PastBuild& build);    // its Dockerfile, as it was
    void rebuildRequested(const slipway::dockerapi::PastBuild& build); // with the same settings

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    void buildHead(class QVBoxLayout* column);
    [[nodiscard]] QWidget* makeDetail();
    void take(const Result<std::vector<dockerapi::PastBuild>>& builds);
    void showState();
    void choose();
    void showDetail();
    void showOne(const dockerapi::PastBuild& build);
    void showTwo(const dockerapi::PastBuild& older, const dockerapi::PastBuild& newer);
    void loadLog(const dockerapi::PastBuild& build);
    void askForget();
    void askClear();
    void forget(const QStringList& ids); // empty: all that ended
    [[nodiscard]] QStringList chosenIds() const; // newest first, two at most

    EngineBridge& m_bridge;
    QTimer m_again;
    std::vector<dockerapi::PastBuild> m_builds;
    std::map<QString, dockerapi::PastBuild> m_known; // with their steps
    QString m_failure;
    bool m_loaded = false;
    QString m_loggedId; // whose log is shown
    MessageBar* m_message;
    QStackedWidget* m_stack;
    EmptyState* m_empty;
    QTreeWidget* m_list;
    QLabel *m_title, *m_facts;
    QTabWidget* m_tabs;
    StepTable* m_steps;
    BuildOutput* m_log;
    TextDiff* m_text;
    QPushButton *m_open, *m_again2;
    QToolButton *m_forget, *m_clear;
    Request m_listRequest, m_logRequest;
    std::vector<Request> m_requests;
};

} // namespace slipway::ui
