// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include <QWidget>

class QLabel;
class QPushButton;

namespace slipway::ui
{

class IconLabel;

// What is wrong with the field above it, in one line, with the fix as a button. It takes no room while nothing is wrong.
// Text is plain. GUI thread.
class FieldProblem : public QWidget
{
    Q_OBJECT

public:
    explicit FieldProblem(QWidget* parent = nullptr);
    // FIX is the button's text, RUN what it does (the problem is cleared first); an empty FIX = no button.
    void say(const QString& text, const QString& fix = {}, std::function<void()> run = {});
    void warn(const QString& text, const QString& fix = {}, std::function<void()> run = {}); // can be created all the same
    void clear();
    [[nodiscard]] QString text() const;
    [[nodiscard]] QPushButton* fixButton() const { return m_fix; }

private:
    void set(bool serious, const QString& text, const QString& fix, std::function<void()> run);

    IconLabel* m_icon;
    QLabel* m_text;
    QPushButton* m_fix;
    std::function<void()> m_run;
};

} // namespace slipway::ui
