// SPDX-License-Identifier: GPL-3.0-or-later
#include <QApplication>
#include <QClipboard>
#include <QDesktopServices>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QPushButton>
#include <QScrollBar>
#include <QTabBar>
#include <QTest>
#include <QTimer>
#include <QToolButton>

#include "fake_engine.h"
#include "isolated_settings.h"
#include "logs/find_bar.h"
#include "terminal/terminal_canvas.h"
#include "terminal/terminal_session.h"
#include "terminal/terminal_view.h"
#include "widgets/message_bar.h"

using namespace slipway;
using namespace slipway::ui;

namespace
{
constexpr auto both = Qt::ControlModifier | Qt::ShiftModifier;
}

// The terminal as a person uses it, over a client that answers at once.
class TestTerminalView : public QObject
{
    Q_OBJECT

    test::IsolatedSettings m_settings;
    std::unique_ptr<FakeClient> m_client;
    std::unique_ptr<EngineBridge> m_bridge;
    std::unique_ptr<TerminalView> m_view;
    QList<QUrl> m_opened;

    TerminalCanvas& canvas() const { return *m_view->findChild<TerminalCanvas*>(); }
    QTabBar& tabs() const { return *m_view->findChild<QTabBar*>(); }
    FindBar& bar() const { return *m_view->findChild<FindBar*>(); }
    TerminalScreen& screen() const { return m_view->current()->screen(); }
    std::string& written() const { return m_client->terminal->written; }
    void print(const std::string& bytes) const
    {
        m_client->events.onOutput(bytes);
        QCoreApplication::processEvents();
        m_view->grab();
    }
    QPoint at(int row, int column) const // the middle of a cell of the window's
    {
        const QRect cell = static_cast<QWidget&>(canvas()).inputMethodQuery(Qt::ImCursorRectangle).toRect();
        const QPoint origin = cell.topLeft() - QPoint(screen().cursorColumn() * cell.width(), screen().cursorRow() * cell.height());
        return origin + QPoint(column * cell.width() + cell.width() / 2, row * cell.height() + cell.height() / 2);
    }
    void key(int key, Qt::KeyboardModifiers modifiers = {}) const { QTest::keyClick(&canvas(), static_cast<Qt::Key>(key), modifiers); }
    void drag(QPoint from, QPoint to, Qt::KeyboardModifiers modifiers = {}) const
    {
        QTest::mousePress(canvas().viewport(), Qt::LeftButton, modifiers, from);
        QMouseEvent move(QEvent::MouseMove, to, canvas().viewport()->mapToGlobal(to), Qt::NoButton, Qt::LeftButton, modifiers);
        QApplication::sendEvent(canvas().viewport(), &move);
        QTest::mouseRelease(canvas().viewport(), Qt::LeftButton, modifiers, to);
    }
    // Answers the question that the next paste asks; what it said, empty if there was none.
    QString pasteAnd(bool accept) const
    {
        QString asked;
        QTimer::singleShot(0, m_view.get(), [&] {
            auto* box = qobject_cast<QMessageBox*>(QApplication::activeModalWidget());
            if (!box)
                return;
            asked = box->windowTitle();
            for (QAbstractButton* button : box->buttons())
                if ((box->buttonRole(button) == QMessageBox::AcceptRole) == accept && box->buttonRole(button) != QMessageBox::ActionRole)
                    return button->click();
        });
        key(Qt::Key_V, both);
        QCoreApplication::processEvents();
        return asked;
    }
    void paste(const QString& text) const { QApplication::clipboard()->setText(text); }

private slots:
    void initTestCase() { QLocale::setDefault(QLocale(QLocale::English)); }
    void openLink(const QUrl& url) { m_opened << url; }
    void init()
    {
        test::IsolatedSettings::forget();
        m_client = std::make_unique<FakeClient>();
        m_bridge = std::make_unique<EngineBridge>(*m_client);
        m_view = std::make_unique<TerminalView>(*m_bridge);
        m_view->resize(900, 460);
        m_view->show();
        m_view->setContainer(QStringLiteral("c1"), true);
        QTRY_VERIFY(m_client->terminal && m_client->terminal->rows > 0);
        canvas().setFocus();
        QApplication::clipboard()->clear();
        m_opened.clear();
        for (const char* scheme : {"http", "https", "file", "ssh"})
            QDesktopServices::setUrlHandler(QLatin1StringView(scheme), this, "openLink");
    }
    void cleanup()
    {
        m_view.reset();
        m_bridge.reset();
        m_client.reset();
    }

    void tabsAreSessions()
    {
        const auto first = m_client->terminal;
        const auto firstEvents = m_client->events;
        key(Qt::Key_T, both);
        QTRY_COMPARE(tabs().count(), 2);
        QVERIFY(m_client->terminal != first);
        QTRY_COMPARE(m_view->current()->state(), TerminalSession::State::Open);
        const auto second = m_client->terminal;
        QTest::keyClicks(&canvas(), QStringLiteral("b"));
        tabs().setCurrentIndex(0);
        QTest::keyClicks(&canvas(), QStringLiteral("a"));
        QCOMPARE(first->written, std::string("a"));
        QCOMPARE(second->written, std::string("b"));
        // A program names its tab: as text, of bounded length.
        firstEvents.onOutput("\x1b]0;<b>R&D</b> " + std::string(5000, 'x') + "\x07");
        QTRY_VERIFY(tabs().tabText(0).startsWith(QStringLiteral("<b>R&&D</b> x")));
        QVERIFY(tabs().tabText(0).size() <= 60);
        firstEvents.onOutput("one");
        QTRY_VERIFY(screen().lineText(0).contains(QStringLiteral("one")));
        key(Qt::Key_W, both);
        QTRY_COMPARE(tabs().count(), 1);
        QTest::keyClicks(&canvas(), QStringLiteral("c"));
        QCOMPARE(second->written, std::string("bc"));
        key(Qt::Key_W, both);
        QTRY_COMPARE(tabs().count(), 0);
        QCOMPARE(m_view->current(), nullptr);
        QTest::keyClicks(&canvas(), QStringLiteral("d")); // nobody is there
        QCOMPARE(second->written.find('d'), std::string::npos);
        QCOMPARE(m_view->findChild<QPushButton*>()->text(), QStringLiteral("Open a shell"));
    }

    void finds()
    {
        for (int i = 0; i < 500; ++i)
            m_client->events.onOutput("line " + std::to_string(i) + (i % 100 == 7 ? " needle\r\n" : "\r\n"));
        QTRY_VERIFY(screen().lineCount() > 500);
        QTRY_COMPARE(canvas().verticalScrollBar()->value(), canvas().verticalScrollBar()->maximum());
        key(Qt::Key_F, both);
        QVERIFY(bar().isVisible());
        const auto status = [this] {
            for (const QLabel* label : bar().findChildren<QLabel*>())
                if (label->text().contains(QStringLiteral(" of ")) || label->text().startsWith(QStringLiteral("Not")))
                    return label->text();
            return QString();
        };
        auto* text = bar().findChild<QLineEdit*>();
        QTest::keyClicks(text, QStringLiteral("NEEDLE"));
        QTRY_COMPARE(status(), QStringLiteral("5 of 5 matches")); // the newest first
        const auto seen = [this](int line) {
            const int top = canvas().verticalScrollBar()->value();
            return line >= top && line < top + screen().rows();
        };
        QTRY_VERIFY(seen(407));
        emit bar().previous();
        QCOMPARE(status(), QStringLiteral("4 of 5 matches"));
        QVERIFY(seen(307));
        const QImage with = canvas().grab().toImage();
        emit bar().next();
        emit bar().next();
        QCOMPARE(status(), QStringLiteral("1 of 5 matches"));
        QVERIFY(seen(7));
        emit bar().previous();
        emit bar().previous();
        QCOMPARE(canvas().grab().toImage(), with);
        text->selectAll();
        QTest::keyClicks(text, QStringLiteral("line 30."));
        QTRY_VERIFY(status().startsWith(QStringLiteral("Not found")));
        for (QToolButton* button : bar().findChildren<QToolButton*>())
            if (button->text() == QStringLiteral(".*"))
                button->click();
        QTRY_COMPARE(status(), QStringLiteral("10 of 10 matches"));
        text->selectAll();
        QTest::keyClicks(text, QStringLiteral("(")); // not yet one
        QTRY_COMPARE(status(), QStringLiteral("Not a regular expression"));
        QTest::keyClick(text, Qt::Key_Escape);
        QVERIFY(!bar().isVisible());
        QVERIFY(canvas().hasFocus());
        QVERIFY(canvas().grab().toImage() != with); // no marks are left
    }

    void linksOpenOnRequestAlone()
    {
        print("see https://example.com/a?b=1&c=2. or\r\n"
              "file:///etc/passwd ssh://host javascript:alert(1)\r\n"
              "\x1b]8;;file:///etc/passwd\x1b\\hidden target\x1b]8;;\x1b\\\r\n");
        QTest::mouseClick(canvas().viewport(), Qt::LeftButton, {}, at(0, 10));
        QVERIFY(m_opened.isEmpty());
        QTest::mouseClick(canvas().viewport(), Qt::LeftButton, Qt::ControlModifier, at(0, 10));
        QCOMPARE(m_opened, QList<QUrl>{QUrl(QStringLiteral("https://example.com/a?b=1&c=2"))});
        for (const QPoint point : {at(0, 1), at(1, 5), at(1, 22), at(1, 40), at(2, 5)})
            QTest::mouseClick(canvas().viewport(), Qt::LeftButton, Qt::ControlModifier, point);
        QCOMPARE(m_opened.size(), 1);
        QMouseEvent over(QEvent::MouseMove, at(0, 10), canvas().viewport()->mapToGlobal(at(0, 10)), Qt::NoButton, Qt::NoButton, Qt::ControlModifier);
        QApplication::sendEvent(canvas().viewport(), &over);
        QCOMPARE(canvas().viewport()->cursor().shape(), Qt::PointingHandCursor);
        QVERIFY(canvas().viewport()->toolTip().contains(QStringLiteral("b=1&amp;c=2")) && Qt::mightBeRichText(canvas().viewport()->toolTip()));
        // One that the edge of the terminal breaks is whole.
        const std::string longer = "https://example.com/" + std::string(static_cast<std::size_t>(screen().columns()), 'p') + "/end";
        print("\x1b[2J\x1b[H(" + longer + ")");
        m_opened.clear();
        QTest::mouseClick(canvas().viewport(), Qt::LeftButton, Qt::ControlModifier, at(0, 5));
        QTest::mouseClick(canvas().viewport(), Qt::LeftButton, Qt::ControlModifier, at(1, 5));
        const QUrl whole(QString::fromStdString(longer));
        QCOMPARE(m_opened, (QList<QUrl>{whole, whole}));
    }

    void manyLinesAreAskedAbout()
    {
        paste(QStringLiteral("one"));
        QCOMPARE(pasteAnd(false), QString());
        QCOMPARE(written(), std::string("one"));
        paste(QStringLiteral("whole line\n")); // is to be seen before it runs
        QCOMPARE(pasteAnd(false), QString());
        QCOMPARE(written(), std::string("onewhole line"));
        written().clear();
        paste(QStringLiteral("a\nrm b\r\nc\n"));
        QCOMPARE(pasteAnd(false), QStringLiteral("Paste 3 lines?"));
        QCOMPARE(written(), std::string());
        QCOMPARE(pasteAnd(true), QStringLiteral("Paste 3 lines?"));
        QCOMPARE(written(), std::string("a\rrm b\rc\r"));
        written().clear();
        paste(QStringLiteral("a\rrm b")); // Return by another name
        QCOMPARE(pasteAnd(false), QStringLiteral("Paste 2 lines?"));
        QCOMPARE(written(), std::string());
        print("\x1b[?2004h"); // what is pasted is said to be; it cannot say that it ends
        paste(QStringLiteral("a\x1b[201~; rm b\x03\x7f\u009b201~\tc"));
        QCOMPARE(pasteAnd(true), QString());
        QCOMPARE(written(), std::string("\x1b[200~a[201~; rm b201~\tc\x1b[201~"));
        written().clear();
        QApplication::clipboard()->setText(QStringLiteral("middle"), QClipboard::Selection);
        if (QApplication::clipboard()->supportsSelection()) {
            QTest::mouseClick(canvas().viewport(), Qt::MiddleButton, {}, at(0, 0));
            QCOMPARE(written(), std::string("\x1b[200~middle\x1b[201~"));
        }
    }

    void copies()
    {
        const std::string wrapped(static_cast<std::size_t>(screen().columns()) + 5, 'w');
        print("alpha beta-1/x gamma\r\nsecond line\r\nthird row\r\n" + wrapped + "\r\nend");
        const auto copied = [this] {
            QApplication::clipboard()->clear();
            key(Qt::Key_C, both);
            return QApplication::clipboard()->text();
        };
        QCOMPARE(copied(), QString());
        const int half = (at(0, 1) - at(0, 0)).x() / 2;
        drag(at(0, 6) - QPoint(half - 1, 0), at(1, 6) - QPoint(half - 1, 0));
        QCOMPARE(copied(), QStringLiteral("beta-1/x gamma\nsecond"));
        drag(at(1, 0) - QPoint(half - 1, 0), at(2, 3) - QPoint(half - 1, 0), Qt::AltModifier);
        QCOMPARE(copied(), QStringLiteral("sec\nthi"));
        QTest::mouseDClick(canvas().viewport(), Qt::LeftButton, {}, at(0, 8));
        QCOMPARE(copied(), QStringLiteral("beta-1/x"));
        QTest::mouseClick(canvas().viewport(), Qt::LeftButton, {}, at(0, 8)); // the third
        QCOMPARE(copied(), QStringLiteral("alpha beta-1/x gamma"));
        QTest::qWait(QApplication::doubleClickInterval() + 50);
        QTest::mouseDClick(canvas().viewport(), Qt::LeftButton, {}, at(4, 2));
        QTest::mouseClick(canvas().viewport(), Qt::LeftButton, {}, at(4, 2));
        QCOMPARE(copied(), QString::fromStdString(wrapped)); // one line, two rows
        QTest::keyClicks(&canvas(), QStringLiteral("x")); // typing ends a selection
        QCOMPARE(copied(), QString());
        QCOMPARE(written(), std::string("x")); // and copying typed nothing
    }

    void zooms()
    {
        const QSize grid = canvas().gridSize();
        QCOMPARE(m_client->terminal->columns, grid.width());
        key(Qt::Key_Plus, Qt::ControlModifier);
        key(Qt::Key_Plus, Qt::ControlModifier);
        QVERIFY(canvas().gridSize().width() < grid.width() && canvas().gridSize().height() < grid.height());
        QCOMPARE(m_client->terminal->columns, canvas().gridSize().width());
        QCOMPARE(m_client->terminal->rows, canvas().gridSize().height());
        key(Qt::Key_0, Qt::ControlModifier);
        QCOMPARE(canvas().gridSize(), grid);
        key(Qt::Key_Minus, Qt::ControlModifier);
        QVERIFY(canvas().gridSize().width() >= grid.width());
        for (int i = 0; i < 60; ++i)
            key(Qt::Key_Plus, Qt::ControlModifier);
        QVERIFY(canvas().gridSize().width() >= 2);
        key(Qt::Key_0, Qt::ControlModifier);
        QCOMPARE(m_client->terminal->columns, grid.width());
        QCOMPARE(written(), std::string());
    }

    // Nothing of this reaches the clipboard, a file or the network; what is typed back has a fixed form and little of it.
    void hostileOutput()
    {
        QApplication::clipboard()->setText(QStringLiteral("mine"));
        print("\x1b]52;c;?\x07\x1b]52;p;?\x1b\\" // reading the clipboard
              "\x1b]0;rm -rf ~\x07\x1b[21t\x1b[20t" // reporting the title
              "\x05" // answerback
              "\x1bP+q544e\x1b\\\x1bP$q\"p\x1b\\" // settings
              "\x1b]4;1;?\x07\x1b]10;?\x07\x1b]11;?\x1b\\" // colours
              "\x1b]50;?\x07\x1b]7;file:///etc/passwd\x07\x1b]1337;File=name=eA==:eA==\x07\x1b]777;notify;a;b\x07");
        QVERIFY2(written().find("rm -rf") == std::string::npos && written().find("mine") == std::string::npos && written().find("bWluZQ") == std::string::npos, written().c_str());
        QCOMPARE(written().find_first_of("\r\n"), std::string::npos);
        QVERIFY2(written().size() < 200, written().c_str());
        written().clear();
        print("\x1b]52;c;c3RvbGVu\x07"); // writing it is asked about
        QCOMPARE(QApplication::clipboard()->text(), QStringLiteral("mine"));
        auto* question = m_view->findChild<MessageBar*>();
        QTRY_VERIFY(question->text().contains(QStringLiteral("clipboard")));
        question->findChild<QPushButton*>()->click();
        QCOMPARE(QApplication::clipboard()->text(), QStringLiteral("stolen"));
        std::string flood;
        for (int i = 0; i < 20'000; ++i)
            flood += "\x1b[c\x1b[6n\x1b[5n";
        m_client->events.onOutput(flood + "\x1b[2J\x1b[Hafter");
        QTRY_VERIFY(screen().lineText(0).contains(QStringLiteral("after")) || screen().lineText(screen().lineCount() - screen().rows()).contains(QStringLiteral("after")));
        QVERIFY2(written().size() <= 64 * 1024, qPrintable(QString::number(written().size())));
        // Pictures and strings that never end take no memory and are ended by CAN.
        m_client->events.onOutput("\x1bPq#0;2;0;0;0" + std::string(8'000'000, '~'));
        m_client->events.onOutput("\x1b_Gs=65535,v=65535;" + std::string(4'000'000, 'A') + "\x18\x1b[2J\x1b[Hwell");
        QTRY_VERIFY_WITH_TIMEOUT(screen().lineText(screen().lineCount() - screen().rows()).startsWith(QStringLiteral("well")), 20000);
        // Huge counts, places and repetitions.
        print("\x1b[999999999;999999999H\x1b[999999999A\x1b[999999999b\x1b[999999999@\x1b[999999999L\x1b[999999999S\x1b[8;99999;99999t\x1b[2J\x1b[Hstill");
        QTRY_VERIFY_WITH_TIMEOUT(screen().lineText(screen().lineCount() - screen().rows()).startsWith(QStringLiteral("still")), 20000);
        QCOMPARE(screen().rows(), canvas().gridSize().height());
        // A line without an end, marks without end on a letter, invalid UTF-8, NULs, and text from right to left: it goes on.
        std::string marks = "z";
        for (int i = 0; i < 100'000; ++i)
            marks += "\u0301";
        m_client->events.onOutput(std::string(3'000'000, 'l') + marks + std::string(1000, '\xff') + std::string(1000, '\0') + "\u202e\u05d0\u2066\r\n");
        print("\x1b[2J\x1b[Halive");
        QTRY_VERIFY_WITH_TIMEOUT(screen().lineText(screen().lineCount() - screen().rows()).startsWith(QStringLiteral("alive")), 20000);
        m_view->grab();
        QTest::keyClicks(&canvas(), QStringLiteral("k"));
        QVERIFY(written().ends_with('k'));
    }

    // Names come from the container: they are shown as they are, and load nothing.
    void namesAreText()
    {
        m_client->shells = {"/bin/<img src=x>"};
        m_view->setContainer(QStringLiteral("c2"), true);
        QTRY_COMPARE(tabs().tabText(0), QStringLiteral("<img src=x>"));
        QVERIFY2(tabs().tabToolTip(0).contains(QStringLiteral("&lt;img src=x&gt;: ")), qPrintable(tabs().tabToolTip(0)));
        print("\x1b]0;<img src='file:///etc/passwd'>\x07");
        QTRY_COMPARE(tabs().tabText(0), QStringLiteral("<img src='file:///etc/passwd'>"));
    }

    void followsTheEndUnlessScrolledUp()
    {
        for (int i = 0; i < 300; ++i)
            m_client->events.onOutput("row " + std::to_string(i) + "\r\n");
        auto* scroll = canvas().verticalScrollBar();
        QTRY_VERIFY(scroll->maximum() > 200);
        QTRY_COMPARE(scroll->value(), scroll->maximum());
        scroll->setValue(50);
        m_client->events.onOutput("more\r\nmore\r\n");
        QTest::qWait(60);
        QCOMPARE(scroll->value(), 50);
        QTest::keyClicks(&canvas(), QStringLiteral("x")); // who types wants to see it
        QCOMPARE(scroll->value(), scroll->maximum());
    }
};

QTEST_MAIN(TestTerminalView)
#include "tst_terminal_view.moc"
