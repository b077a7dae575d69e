// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "bridge/engine_bridge.h"

class QLabel;
class QTabWidget;
class QTreeWidget;

namespace slipway::ui
{

class MessageBar;

// One image beside the list: its layers with the instruction that made each and its size, and how containers of it start. GUI thread.
class ImageDetail : public QWidget
{
    Q_OBJECT

public:
    explicit ImageDetail(EngineBridge& bridge, QWidget* parent = nullptr);
    void setImage(const QString& name, const std::string& id);

signals:
    void runRequested(const QString& name);
    void closeRequested();

private:
    void showHistory(const Json& history);
    void showConfig(const Json& image);
    void addConfig(const QString& field, const QStringList& values);

    EngineBridge& m_bridge;
    QLabel *m_title, *m_subtitle;
    MessageBar* m_problem;
    QTabWidget* m_tabs;
    QTreeWidget *m_layers, *m_config;
    QString m_name;
    std::string m_id;
    Request m_inspect, m_history;
};

// "/bin/sh -c #(nop)  CMD [\"nginx\"]" → "CMD [\"nginx\"]", "/bin/sh -c apt-get …" → "RUN apt-get …": what the Dockerfile said.
[[nodiscard]] QString instructionOf(const QString& createdBy);

} // namespace slipway::ui
