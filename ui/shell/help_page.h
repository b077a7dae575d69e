// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

namespace slipway::ui
{

// The first steps and the keys, inside the window: resources/help/first_steps.md. GUI thread.
class HelpPage : public QWidget
{
    Q_OBJECT

public:
    // ADDRESS of the engine takes the place of {address} in the text.
    explicit HelpPage(const QString& address, QWidget* parent = nullptr);

signals:
    void closed();
};

} // namespace slipway::ui
