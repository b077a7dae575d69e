// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <vector>

#include <QFrame>

class QHBoxLayout;
class QLabel;

namespace slipway::ui
{

class IconLabel;

// An inline message: what happened, why, and the fix as a button. It stands next to its cause, takes no room while it has
// nothing to say, and stays until it is dismissed or replaced. Text is plain. GUI thread.
class MessageBar : public QFrame
{
    Q_OBJECT

public:
    enum class Kind : std::uint8_t { Info, Success, Warning, Problem };
    struct Action
    {
        QString text;
        std::function<void()> run; // the bar is cleared before it runs
    };

    explicit MessageBar(QWidget* parent = nullptr);
    void say(Kind kind, const QString& text, const std::vector<Action>& actions = {});
    void clear(); // hides it
    [[nodiscard]] QString text() const;
    [[nodiscard]] Kind kind() const { return m_kind; }

signals:
    void dismissed(); // by the person, not by clear()

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    Kind m_kind = Kind::Info;
    IconLabel* m_icon;
    QLabel* m_text;
    QHBoxLayout* m_actions;
};

} // namespace slipway::ui
