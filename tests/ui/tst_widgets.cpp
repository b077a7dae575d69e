// SPDX-License-Identifier: GPL-3.0-or-later
#include <QDirIterator>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QSignalSpy>
#include <QSvgRenderer>
#include <QToolButton>
#include <QtTest>

#include "shell/theme.h"
#include "widgets/empty_state.h"
#include "widgets/icons.h"
#include "widgets/message_bar.h"
#include "widgets/segmented_filter.h"

using namespace slipway::ui;

namespace
{
// How many pixels of IMAGE have exactly COLOR.
int pixelsOf(const QImage& image, const QColor& color)
{
    int found = 0;
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x)
            found += image.pixelColor(x, y) == color;
    return found;
}
} // namespace

class TestWidgets : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase() { theme::apply(theme::Mode::Light); }

    void everyIconCanBeDrawn()
    {
        int icons = 0;
        QDirIterator files(QStringLiteral(":/icons"), {QStringLiteral("*.svg")});
        while (files.hasNext()) {
            const QString path = files.next();
            QSvgRenderer renderer(path);
            QVERIFY2(renderer.isValid(), qPrintable(path));
            QImage image(64, 64, QImage::Format_ARGB32_Premultiplied);
            image.fill(Qt::transparent);
            QPainter painter(&image);
            renderer.render(&painter);
            painter.end();
            QVERIFY2(pixelsOf(image, Qt::transparent) < 64 * 64 - 40, qPrintable(path + " draws nothing"));
            ++icons;
        }
        QVERIFY(icons > 40);
    }

    void iconsFollowTheTheme()
    {
        const QIcon play = icon("stop", Tint::Danger);
        for (const auto mode : {theme::Mode::Light, theme::Mode::Dark, theme::Mode::Light}) {
            theme::apply(mode);
            QVERIFY(pixelsOf(play.pixmap(QSize(32, 32), 1.0).toImage(), theme::colors().danger) > 20);
        }
    }

    void messageBarSaysItAndOffersTheFix()
    {
        MessageBar bar;
        QVERIFY(bar.isHidden());
        int fixes = 0;
        bar.say(MessageBar::Kind::Problem, QStringLiteral("<b>port 8080</b> is taken"), {{QStringLiteral("Use 8081"), [&] { ++fixes; }}});
        QVERIFY(!bar.isHidden());
        QCOMPARE(bar.findChild<QLabel*>()->textFormat(), Qt::PlainText);
        QCOMPARE(bar.accessibleName(), bar.text());
        QTest::mouseClick(bar.findChild<QPushButton*>(), Qt::LeftButton);
        QCOMPARE(fixes, 1);
        QVERIFY(bar.isHidden());
        bar.say(MessageBar::Kind::Info, QStringLiteral("again"));
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
        QVERIFY(!bar.findChild<QPushButton*>());
        const QSignalSpy dismissed(&bar, &MessageBar::dismissed);
        QTest::mouseClick(bar.findChild<QToolButton*>(), Qt::LeftButton);
        QCOMPARE(dismissed.count(), 1);
        QVERIFY(bar.isHidden());
    }

    void segmentedFilterByMouseAndKeys()
    {
        SegmentedFilter filter;
        for (const char* word : {"All", "Running", "Stopped"})
            filter.add(QLatin1StringView(word));
        filter.setCount(1, 3);
        QCOMPARE(filter.current(), 0);
        filter.show();
        QVERIFY(QTest::qWaitForWindowActive(&filter));
        const QSignalSpy changed(&filter, &SegmentedFilter::currentChanged);
        const auto segments = filter.findChildren<QAbstractButton*>();
        QCOMPARE(segments[1]->accessibleName(), QStringLiteral("Running, 3"));
        QTest::mouseClick(segments[1], Qt::LeftButton);
        QCOMPARE(filter.current(), 1);
        segments[1]->setFocus(Qt::TabFocusReason);
        QTest::keyClick(segments[1], Qt::Key_Right);
        QCOMPARE(filter.current(), 2);
        QCOMPARE(changed.count(), 2);
        QVERIFY(filter.grab().toImage().size().isValid());
    }

    void emptyStateOffersTheWayOut()
    {
        EmptyState state;
        int runs = 0;
        state.show("box-empty", QStringLiteral("No containers"), QStringLiteral("Run one."));
        state.setAction(QStringLiteral("Run…"), [&] { ++runs; });
        const auto buttons = state.findChildren<QPushButton*>();
        QVERIFY(!buttons[0]->isHidden());
        QVERIFY(buttons[1]->isHidden());
        QTest::mouseClick(buttons[0], Qt::LeftButton);
        QCOMPARE(runs, 1);
        state.setAction({});
        QVERIFY(buttons[0]->isHidden());
        QCOMPARE(state.accessibleName(), QStringLiteral("No containers"));
    }
};

QTEST_MAIN(TestWidgets)
#include "tst_widgets.moc"
