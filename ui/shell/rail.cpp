// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/rail.h"

#include <QAbstractButton>
#include <QLabel>
#include <QMenu>
#include <QPainter>
#include <QSettings>
#include <QVBoxLayout>

#include "shell/object_names.h"
#include "shell/style_paint.h"
#include "shell/theme.h"
#include "widgets/icons.h"

namespace slipway::ui
{
namespace
{
constexpr int wide = 172, narrow = 52, buttonHeight = 34, pictureSize = 18;
}

class RailButton : public QAbstractButton
{
public:
    RailButton(const char* icon, const QString& text) : m_icon(icon)
    {
        setText(text);
        setToolTip(text);
        setAccessibleName(text);
        setFocusPolicy(Qt::TabFocus);
        setAttribute(Qt::WA_Hover);
        setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    }
    void setLook(const char* icon, Tint tint)
    {
        m_icon = icon;
        m_tint = tint;
        update();
    }
    void setSmall(bool small) { m_small = small; }
    [[nodiscard]] QSize sizeHint() const override { return {narrow, std::max(buttonHeight, fontMetrics().height() + 14)}; }

protected:
    void paintEvent(QPaintEvent*) override
    {
        const theme::Colors& c = theme::colors();
        QPainter p(this);
        p.setRenderHint(QPainter::Antialiasing);
        const QRectF box = QRectF(rect()).adjusted(8, 1, -8, -1);
        if (isChecked() || isDown() || underMouse()) {
            p.setPen(Qt::NoPen);
            p.setBrush(theme::mix(c.base, c.text, isChecked() ? 0.09 : isDown() ? 0.12 : 0.05));
            p.drawRoundedRect(box, theme::radius, theme::radius);
        }
        if (hasFocus() && window()->testAttribute(Qt::WA_KeyboardFocusChange))
            stylePaint::focusRing(p, box, theme::radius);
        const int side = m_small ? 14 : pictureSize;
        const QRect place = QStyle::visualRect(layoutDirection(), rect(),
                                               QRect(17 + (pictureSize - side) / 2, (height() - side) / 2, side, side));
        paintIcon(p, place, m_icon, m_tint != Tint::Muted ? tintColor(m_tint) : isChecked() ? c.accent : c.muted);
        if (width() < 100)
            return;
        QFont font = this->font();
        font.setWeight(isChecked() ? QFont::DemiBold : QFont::Normal);
        p.setFont(font);
        p.setPen(isChecked() || underMouse() ? c.text : m_small ? c.muted : theme::mix(c.muted, c.text, 0.5));
        const QRect words = QStyle::visualRect(layoutDirection(), rect(), rect().adjusted(45, 0, -12, 0));
        p.drawText(words, int(QStyle::visualAlignment(layoutDirection(), Qt::AlignLeft) | Qt::AlignVCenter),
                   QFontMetrics(font).elidedText(text(), Qt::ElideRight, words.width()));
    }

private:
    const char* m_icon;
    Tint m_tint = Tint::Muted;
    bool m_small = false;
};

Rail::Rail(QWidget* parent)
    : QWidget(parent), m_column(new QVBoxLayout(this)), m_collapse(new RailButton("sidebar", tr("Collapse"))),
      m_settings(new RailButton("settings", tr("Settings"))), m_connection(new RailButton("state-created", tr("Connecting…"))),
      m_words(new QLabel)
{
    setObjectName(QStringLiteral("rail"));
    setAccessibleName(tr("Rooms"));
    m_settings->setObjectName(QLatin1StringView(names::settingsButton));
    m_connection->setObjectName(QLatin1StringView(names::connectionButton));
    m_collapse->setObjectName(QLatin1StringView(names::collapseButton));
    m_connection->setSmall(true);
    m_words->setObjectName(QLatin1StringView(names::connectionLabel));
    m_words->setTextFormat(Qt::PlainText);
    m_words->setWordWrap(true);
    m_words->setContentsMargins(45, 0, theme::space2, theme::space1);
    m_words->setForegroundRole(QPalette::PlaceholderText);
    QFont small = m_words->font();
    small.setPointSizeF(small.pointSizeF() * 0.88);
    m_words->setFont(small);
    m_column->setContentsMargins(0, theme::space2, 0, theme::space2);
    m_column->setSpacing(2);
    m_column->addStretch();
    m_column->addWidget(m_connection);
    m_column->addWidget(m_words);
    m_column->addWidget(m_settings);
    m_column->addWidget(m_collapse);
    connect(m_collapse, &QAbstractButton::clicked, this, [this] { setCollapsed(!m_collapsed); });
    connect(m_connection, &QAbstractButton::clicked, this, &Rail::retryWanted);
    setCollapsed(QSettings().value(QStringLiteral("window/railCollapsed")).toBool());
}

void Rail::addRoom(const char* objectName, const char* icon, const QString& text)
{
    auto* button = new RailButton(icon, text);
    const int room = int(m_rooms.size());
    button->setObjectName(QLatin1StringView(objectName));
    button->setCheckable(true);
    button->setAutoExclusive(true);
    button->setChecked(room == 0);
    const QKeySequence key(int(Qt::CTRL) | (Qt::Key_1 + room));
    button->setShortcut(key);
    button->setToolTip(QStringLiteral("%1 (%2)").arg(text, key.toString(QKeySequence::NativeText)));
    connect(button, &QAbstractButton::clicked, this, [this, room] { emit roomChosen(room); });
    m_column->insertWidget(room, button);
    m_rooms.push_back(button);
}

void Rail::setCurrent(int room)
{
    m_rooms.at(std::size_t(room))->setChecked(true);
}

int Rail::current() const
{
    for (std::size_t i = 0; i < m_rooms.size(); ++i)
        if (m_rooms[i]->isChecked())
            return int(i);
    return -1;
}

void Rail::setMenu(QMenu* menu)
{
    menu->setParent(m_settings, Qt::Popup);
    connect(m_settings, &QAbstractButton::clicked, menu, [this, menu] {
        menu->popup(m_settings->mapToGlobal(QPoint(theme::space2, -menu->sizeHint().height())));
    });
}

void Rail::setCollapsed(bool collapsed)
{
    if (collapsed != m_collapsed)
        QSettings().setValue(QStringLiteral("window/railCollapsed"), collapsed);
    m_collapsed = collapsed;
    setFixedWidth(collapsed ? narrow : wide);
    m_words->setVisible(!collapsed);
    m_collapse->setText(collapsed ? tr("Expand") : tr("Collapse"));
    m_collapse->setToolTip(collapsed ? tr("Show the names of the rooms") : tr("Show icons only"));
}

void Rail::showConnection(EngineBridge::State state, const QString& version, const QString& problem)
{
    using State = EngineBridge::State;
    m_connection->setText(state == State::Connected ? tr("Connected") : state == State::Connecting ? tr("Connecting…") : tr("No engine"));
    m_connection->setLook(state == State::Connected    ? "state-running"
                          : state == State::Connecting ? "state-restarting"
                                                       : "state-dead",
                          state == State::Connected ? Tint::Success : state == State::Connecting ? Tint::Warning : Tint::Danger);
    m_connection->setToolTip(state == State::Lost ? tr("%1\nClick to try again").arg(problem) : version);
    m_connection->setAccessibleName(m_connection->text());
    m_words->setText(state == State::Connected ? version : state == State::Connecting ? QString() : tr("Click to try again"));
}

void Rail::paintEvent(QPaintEvent*)
{
    const theme::Colors& c = theme::colors();
    QPainter p(this);
    p.fillRect(rect(), c.base);
    p.fillRect(QRect(layoutDirection() == Qt::RightToLeft ? 0 : width() - 1, 0, 1, height()), c.line);
}

} // namespace slipway::ui
