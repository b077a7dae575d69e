// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "client/engine_client.h"
#include "logs/log_model.h"
#include "terminal/engine_hop.h"

class QLabel;
class QPlainTextEdit;
class QTreeWidget;

namespace slipway::ui
{

// One line with all that is known of it: when, by whom, how bad; its fields if it is JSON; its text whole, up to some megabytes.
class LogDetails : public QWidget
{
    Q_OBJECT

public:
    explicit LogDetails(EngineClient& client, QWidget* parent = nullptr);
    void showLine(const std::vector<LogModel::Source>& sources, std::uint64_t line);
    void forget();

signals:
    void closed();

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    void fill(const std::vector<LogModel::Source>& sources, const logstore::PageRow& row);

    EngineClient& m_client;
    QLabel* m_title;
    QTreeWidget* m_fields;
    QPlainTextEdit* m_text;
    EngineHop m_hop;
    Request m_request;
};

} // namespace slipway::ui
