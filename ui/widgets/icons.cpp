// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/icons.h"

#include <QFile>
#include <QHash>
#include <QIconEngine>
#include <QPainter>
#include <QPixmapCache>
#include <QSvgRenderer>

#include "shell/theme.h"

namespace slipway::ui
{
namespace
{
QByteArray source(const char* name)
{
    static QHash<QByteArray, QByteArray> read;
    const auto it = read.constFind(name);
    if (it != read.cend())
        return *it;
    QFile file(QStringLiteral(":/icons/%1.svg").arg(QLatin1StringView(name)));
    if (!file.open(QIODevice::ReadOnly))
        qWarning("no icon is called %s", name);
    return *read.insert(name, file.readAll());
}

QPixmap drawn(const char* name, const QSize& size, const QColor& color)
{
    const QString key = QStringLiteral("icon/%1/%2/%3x%4")
                            .arg(QLatin1StringView(name))
                            .arg(color.rgba(), 0, 16)
                            .arg(size.width())
                            .arg(size.height());
    QPixmap pixmap;
    if (size.isEmpty() || QPixmapCache::find(key, &pixmap))
        return pixmap;
    pixmap = QPixmap(size);
    pixmap.fill(Qt::transparent);
    QByteArray svg = source(name);
    svg.replace("currentColor", color.name(QColor::HexRgb).toLatin1());
    QSvgRenderer renderer(svg);
    QPainter painter(&pixmap);
    painter.setOpacity(color.alphaF());
    if (renderer.isValid())
        renderer.render(&painter, QRectF(QPointF(), QSizeF(size)));
    painter.end();
    QPixmapCache::insert(key, pixmap);
    return pixmap;
}

class ThemedEngine final : public QIconEngine
{
public:
    ThemedEngine(const char* name, Tint tint) : m_name(name), m_tint(tint) {}

    QIconEngine* clone() const override { return new ThemedEngine(m_name, m_tint); }
    bool isNull() override { return source(m_name).isEmpty(); }
    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override
    {
        return drawn(m_name, size, color(mode, state));
    }
    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State state) override
    {
        paintIcon(*painter, rect, m_name, color(mode, state));
    }

private:
    [[nodiscard]] QColor color(QIcon::Mode mode, QIcon::State state) const
    {
        QColor c = tintColor(m_tint == Tint::Muted && state == QIcon::On ? Tint::Accent : m_tint);
        if (mode == QIcon::Disabled)
            c.setAlphaF(0.4f);
        return c;
    }

    const char* m_name;
    Tint m_tint;
};
} // namespace

QIcon icon(const char* name, Tint tint)
{
    return QIcon(new ThemedEngine(name, tint));
}

QColor tintColor(Tint tint)
{
    const theme::Colors& c = theme::colors();
    switch (tint) {
    case Tint::Text: return c.text;
    case Tint::Muted: return c.muted;
    case Tint::Accent: return c.accent;
    case Tint::Success: return c.success;
    case Tint::Warning: return c.warning;
    case Tint::Danger: return c.danger;
    case Tint::OnAccent: return c.accentText;
    }
    return c.text;
}

void paintIcon(QPainter& painter, const QRectF& rect, const char* name, const QColor& color)
{
    const double ratio = painter.device()->devicePixelRatio();
    QPixmap pixmap = drawn(name, (rect.size() * ratio).toSize(), color);
    pixmap.setDevicePixelRatio(ratio);
    painter.drawPixmap(rect.topLeft(), pixmap);
}

} // namespace slipway::ui
