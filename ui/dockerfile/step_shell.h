// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "bridge/engine_bridge.h"
#include "dockerfile/build_settings.h"

class QLabel;
class QPushButton;

namespace slipway::ui
{

class EmptyState;
class TerminalView;

// A shell in what a build has made by a line of its Dockerfile: builds until there (from the cache), runs a container of that state
// with the variables, folder and user of the step, and removes both when the widget goes. Whatever a window that was killed left
// behind is removed by removeLeftovers(). GUI thread.
class StepShell : public QWidget
{
    Q_OBJECT

public:
    struct Wish
    {
        BuildSettings settings;
        QString file, text;  // the Dockerfile
        int line = 0;        // from 1: where the last instruction begins that is done
        QString title;       // "after RUN make", "before RUN make"
        QString command;     // that failed; offered to be pasted
        QStringList environment; // "NAME=value", what the step sees beside the image's: build arguments
    };
    StepShell(EngineBridge& bridge, Wish wish, QWidget* parent = nullptr);
    ~StepShell() override;
    [[nodiscard]] QString container() const; // its id; empty: not there yet

    // Of windows that are gone.
    static void removeLeftovers(EngineBridge& bridge);

private:
    struct Made // what is to be removed
    {
        std::string image, container;
        bool imageIsNew = false, wanted = true;
    };
    void begin();
    void build(const std::vector<dockerapi::ImageSummary>& before);
    void create();
    void open();
    void fail(const QString& what, const Error& error);
    static void remove(EngineBridge& bridge, const Made& made);

    EngineBridge& m_bridge;
    Wish m_wish;
    std::shared_ptr<Made> m_made = std::make_shared<Made>();
    EmptyState* m_waiting;
    QWidget* m_bar;
    QLabel* m_command;
    QPushButton* m_paste;
    TerminalView* m_terminal;
    Request m_request;
};

} // namespace slipway::ui
