// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "bridge/engine_bridge.h"

class QStackedWidget;
class QTabWidget;
class QVBoxLayout;

namespace slipway::ui
{

class BuildHistoryPage;
class DockerfileView;
class Jobs;
class MessageBar;

// The Builds room: Dockerfiles (and what stands beside them) in tabs, to edit and to build. Which files are open is remembered.
// Files open by name, by dropping them here, and from the list of those edited last. GUI thread.
//
// Keys: Ctrl+O open · Ctrl+S save · Ctrl+Shift+S save as · Ctrl+B build · Ctrl+W close · Ctrl+Tab next ·
// Ctrl+Shift+H build history.
class DockerfilePage : public QWidget
{
    Q_OBJECT

public:
    DockerfilePage(EngineBridge& bridge, Jobs& jobs, QWidget* parent = nullptr);
    ~DockerfilePage() override;

    void open(const QString& path); // a folder: its Dockerfile
    void askOpen();
    void createNew();
    // A file without a name yet.
    DockerfileView& createNew(const QString& text);
    void showHistory();
    [[nodiscard]] DockerfileView* current() const; // null: none is open
    [[nodiscard]] int unsaved() const;

signals:
    void runRequested(const QString& image);

protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    [[nodiscard]] QWidget* makeEmptyPage();
    void rebuild(const dockerapi::PastBuild& build);
    DockerfileView* addView();
    [[nodiscard]] DockerfileView* viewAt(int index) const;
    void showTitle(DockerfileView* view);
    void showTabs();
    void close(int index);
    void closeNow(DockerfileView* view);
    void remember() const;
    void noteRecent(const QString& path);
    void showRecent();
    void restore();

    EngineBridge& m_bridge;
    Jobs& m_jobs;
    MessageBar* m_message;
    QStackedWidget* m_stack;
    QTabWidget* m_tabs;
    BuildHistoryPage* m_history = nullptr;
    QVBoxLayout* m_recent = nullptr;
    bool m_restoring = false, m_tidied = false;
};

} // namespace slipway::ui
