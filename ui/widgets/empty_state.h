// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include <QWidget>

class QLabel;
class QPushButton;

namespace slipway::ui
{

class IconLabel;
class Spinner;

// What stands where nothing can be listed: a picture, what is the matter, and the action that ends it. Empty, loading,
// disconnected and "nothing matches" are four different ones. Text is plain. GUI thread.
class EmptyState : public QWidget
{
    Q_OBJECT

public:
    explicit EmptyState(QWidget* parent = nullptr);

    // ICON names one of resources/icons; nullptr = a turning wheel (loading).
    void show(const char* icon, const QString& title, const QString& text = {});
    using QWidget::show;
    // The primary button; an empty TEXT takes it away. show() keeps both buttons.
    void setAction(const QString& text, std::function<void()> run = {});
    void setSecondAction(const QString& text, std::function<void()> run = {});
    [[nodiscard]] QString title() const;

private:
    void set(QPushButton* button, std::function<void()>& slot, const QString& text, std::function<void()> run);

    IconLabel* m_picture;
    QLabel *m_title, *m_text;
    Spinner* m_spinner;
    QPushButton *m_action, *m_second;
    std::function<void()> m_run, m_runSecond;
};

} // namespace slipway::ui
