// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <vector>

#include <QDialog>

class QLineEdit;
class QListView;
class QStandardItemModel;

namespace slipway::ui
{

// Ctrl+K: any container, image or command by some letters of its name. Made when it is opened, with what there is to choose from
// then; it closes when something was chosen, on Escape and when the focus leaves. GUI thread.
class CommandPalette : public QDialog
{
    Q_OBJECT

public:
    struct Entry
    {
        const char* icon = nullptr;
        QString text, kind; // "web", "Container"
        QString keys;       // its shortcut, shown only
        std::function<void()> run;
    };

    CommandPalette(std::vector<Entry> entries, QWidget* window);

protected:
    bool eventFilter(QObject* object, QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    void narrow(const QString& query);
    void choose();

    std::vector<Entry> m_entries;
    std::vector<std::size_t> m_shown;
    QLineEdit* m_field;
    QListView* m_list;
    QStandardItemModel* m_model;
};

} // namespace slipway::ui
