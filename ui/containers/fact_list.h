// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QGridLayout;

namespace slipway::ui
{

// A titled group of names and values, each value selectable and with a button that copies it. Text is plain. GUI thread.
class FactList : public QWidget
{
    Q_OBJECT

public:
    explicit FactList(const QString& title, QWidget* parent = nullptr);
    void clear(); // and hides it: a group without facts takes no room
    // COPIED is what the button copies, the value itself when it is empty. MONO for what machines read: ids, paths, commands.
    void add(const QString& name, const QString& value, bool mono = false, const QString& copied = {});
    void add(const QString& name, QWidget* value); // takes it over
    // A value that is covered until its button is pressed.
    void addSecret(const QString& name, const QString& value);

private:
    void addCell(const QString& name, QWidget* value, QWidget* button);

    QGridLayout* m_grid;
    int m_rows = 0;
};

} // namespace slipway::ui
