// SPDX-License-Identifier: GPL-3.0-or-later
#include <QHeaderView>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QStandardItemModel>
#include <QToolButton>
#include <QtTest>

#include "isolated_settings.h"
#include "shell/theme.h"
#include "widgets/empty_state.h"
#include "widgets/list_filter.h"
#include "widgets/list_page.h"
#include "widgets/list_roles.h"
#include "widgets/list_view.h"
#include "widgets/segmented_filter.h"

using namespace slipway;
using namespace slipway::ui;

namespace
{
QStandardItem* item(const QString& id, const QString& text, const QString& search = {})
{
    auto* made = new QStandardItem(text);
    made->setData(id, IdRole);
    made->setData(search.isEmpty() ? text : search, SearchRole);
    made->setData(text, SortRole);
    return made;
}

void fill(QStandardItemModel& model, const QStringList& names)
{
    for (const QString& name : names)
        model.appendRow({item(name, name), item(name, name + QStringLiteral(" second")), item(name, name + QStringLiteral(" third"))});
    model.setHorizontalHeaderLabels({QStringLiteral("Name"), QStringLiteral("Second"), QStringLiteral("Third")});
}

class Page : public ListPage
{
public:
    explicit Page(QAbstractItemModel& model, QWidget* parent = nullptr) : ListPage(QStringLiteral("test"), QStringLiteral("Things"), parent)
    {
        segments().add(QStringLiteral("All"));
        segments().add(QStringLiteral("None"));
        connect(&segments(), &SegmentedFilter::currentChanged, this, [this](int chosen) {
            rows().setPredicate(chosen == 0 ? std::function<bool(const QModelIndex&)>() : [](const QModelIndex&) { return false; });
        });
        setModel(model, {{QStringLiteral("name"), 200, 0}, {QStringLiteral("second"), 150, 1}, {QStringLiteral("third"), 150, 2}});
        std::vector<ListAction> actions;
        actions.push_back({"doIt", "play", QStringLiteral("Do"), Qt::Key_D, true, false, false, {}, [this](const QStringList& ids) { did = ids; }});
        actions.push_back({"oneOnly", "stop", QStringLiteral("One"), Qt::Key_O, true, false, true,
                           [](const QStringList& ids) { return ids.first() != QLatin1StringView("web-1"); },
                           [this](const QStringList& ids) { did = ids; }});
        setActions(std::move(actions));
        setDetail([this]() -> QWidget* { return detail = new QWidget; });
        setState(State::Ready);
        rowsChanged();
    }
    using ListPage::rowsChanged;
    using ListPage::setState;
    QStringList did;
    QString shown;
    QWidget* detail = nullptr;

protected:
    void showDetail(const QString& id) override { shown = id; }
};

// A page of those rows in a window of that size.
struct Shown
{
    QStandardItemModel model{0, 3};
    Page page{model};

    explicit Shown(const QStringList& names, const QSize& size = {900, 500})
    {
        add(names);
        page.resize(size);
        page.show();
        QVERIFY(QTest::qWaitForWindowActive(&page));
    }
    void add(const QStringList& names)
    {
        fill(model, names);
        page.rowsChanged();
    }
};

QStringList rowsOf(const ListPage& page)
{
    QStringList names;
    for (int i = 0; i < page.rows().rowCount(); ++i)
        names << page.rows().index(i, 0).data().toString();
    return names;
}
} // namespace

class TestListPage : public QObject
{
    Q_OBJECT

    test::IsolatedSettings m_settings;

private slots:
    void initTestCase() { theme::apply(theme::Mode::Light); }
    void init() { test::IsolatedSettings::forget(); }

    void sortsAndSearchesAsPeopleDo()
    {
        Shown shown({QStringLiteral("web-10"), QStringLiteral("Web-9"), QStringLiteral("api"), QStringLiteral("web-1")});
        Page& page = shown.page;
        QCOMPARE(rowsOf(page), QStringList({QStringLiteral("api"), QStringLiteral("web-1"), QStringLiteral("Web-9"), QStringLiteral("web-10")}));
        page.search().setText(QStringLiteral("1 WEB"));
        QCOMPARE(rowsOf(page), QStringList({QStringLiteral("web-1"), QStringLiteral("web-10")}));
    }

    void fourPicturesEachWithItsWayOut()
    {
        Shown window({});
        Page& page = window.page;
        const auto shown = [&page] {
            for (const auto* state : page.findChildren<EmptyState*>())
                if (state->isVisible())
                    return state->title();
            return page.view().isVisible() ? QStringLiteral("list") : QStringLiteral("nothing");
        };
        page.setState(ListPage::State::Loading);
        QCOMPARE(shown(), QStringLiteral("Loading…"));
        page.setState(ListPage::State::Disconnected);
        QCOMPARE(shown(), QStringLiteral("The engine is not reachable"));
        page.setState(ListPage::State::Ready);
        QCOMPARE(shown(), QString()); // the page's own picture; this one has no words
        window.add({QStringLiteral("a")});
        QCOMPARE(shown(), QStringLiteral("list"));
        page.search().setText(QStringLiteral("zzz"));
        QCOMPARE(shown(), QStringLiteral("Nothing matches"));
        page.segments().setCurrent(1);
        for (auto* button : page.findChildren<QPushButton*>())
            if (button->isVisible() && button->text() == QLatin1StringView("Show all"))
                button->click();
        QTRY_COMPARE(shown(), QStringLiteral("list"));
        QCOMPARE(page.search().text(), QString());
        QCOMPARE(page.segments().current(), 0);
    }

    void actionsByBarKeyMenuAndRow()
    {
        Shown shown({QStringLiteral("web-1"), QStringLiteral("web-2")});
        Page& page = shown.page;
        auto* bar = page.findChild<QToolButton*>(QStringLiteral("doIt"));
        QVERIFY(!bar->isVisible());
        page.select(QStringLiteral("web-1"));
        QVERIFY(bar->isVisible());
        QVERIFY(!page.findChild<QToolButton*>(QStringLiteral("oneOnly"))->isVisible()); // what cannot be done is not offered
        bar->click();
        QCOMPARE(page.did, QStringList{QStringLiteral("web-1")});
        QCOMPARE(page.shown, QStringLiteral("web-1"));
        page.view().setFocus();
        QTest::keyClick(&page.view(), Qt::Key_A, Qt::ControlModifier);
        QCOMPARE(page.selectedIds().size(), 2);
        QVERIFY(!page.findChild<QToolButton*>(QStringLiteral("oneOnly"))->isVisible());
        QCOMPARE(page.shown, QString());
        page.did.clear();
        QTest::keyClick(&page.view(), Qt::Key_D);
        QCOMPARE(page.did.size(), 2);
        page.did.clear();
        QTest::keyClick(&page.view(), Qt::Key_O);
        QVERIFY(page.did.isEmpty());
        page.clearSelection();
        const QRect row = page.view().visualRect(page.rows().index(1, 0));
        QTest::mouseMove(page.view().viewport(), row.center());
        QTRY_VERIFY(page.view().hoveredRow().isValid());
        for (auto* button : page.view().viewport()->findChildren<QToolButton*>())
            if (button->isVisible() && button->accessibleName() == QLatin1StringView("One"))
                button->click();
        QCOMPARE(page.did, QStringList{QStringLiteral("web-2")});
    }

    void theChosenRowIsSeen()
    {
        Shown shown({QStringLiteral("web-1"), QStringLiteral("web-2")});
        Page& page = shown.page;
        page.select(QStringLiteral("web-2"));
        const auto background = [&page](int row) {
            const QRect cell = page.view().visualRect(page.rows().index(row, 0));
            return page.view().viewport()->grab().toImage().pixelColor(cell.right() - 3, cell.center().y());
        };
        QVERIFY(background(0) != background(1));
    }

    void detailBesideAndOverThePage()
    {
        Shown shown({QStringLiteral("a"), QStringLiteral("b")}, {1000, 500});
        Page& page = shown.page;
        QVERIFY(!page.detail);
        page.select(QStringLiteral("b"));
        QVERIFY(page.detail && page.detail->isVisible());
        page.view().setFocus();
        QTest::keyClick(&page.view(), Qt::Key_Return);
        QVERIFY(page.detailIsFull());
        QVERIFY(!page.view().isVisible());
        page.closeDetail();
        QVERIFY(!page.detailIsFull());
        QVERIFY(page.detail->isVisible());
        page.closeDetail();
        QVERIFY(!page.detail->isVisible());
        QCOMPARE(page.selectedIds(), QStringList());
    }

    void aNarrowPageGivesTheDetailAllOfIt()
    {
        Shown shown({QStringLiteral("a"), QStringLiteral("b")}, {1000, 500});
        Page& page = shown.page;
        page.select(QStringLiteral("b"));
        QVERIFY(page.view().isVisible());
        page.resize(480, 500);
        QTRY_VERIFY(!page.view().isVisible());
        QVERIFY(page.detail->isVisible());
        page.closeDetail();
        QVERIFY(page.view().isVisible());
        QCOMPARE(page.selectedIds(), QStringList());
    }

    void columnsGiveWayAndAreRemembered()
    {
        QStandardItemModel model;
        fill(model, {QStringLiteral("a")});
        {
            Page page(model);
            page.resize(900, 400);
            page.show();
            auto* header = page.view().header();
            QVERIFY(!header->isSectionHidden(2));
            QTRY_COMPARE(header->length(), page.view().viewport()->width());
            page.resize(400, 400);
            QTRY_VERIFY(header->isSectionHidden(2));
            QVERIFY(!header->isSectionHidden(1));
            page.resize(900, 400);
            QTRY_VERIFY(!header->isSectionHidden(2));
            header->resizeSection(1, 210);
            header->moveSection(2, 1);
            page.view().sortByColumn(1, Qt::DescendingOrder);
        }
        Page again(model);
        again.resize(900, 400);
        again.show();
        auto* header = again.view().header();
        QTRY_COMPARE(header->sectionSize(1), 210);
        QCOMPARE(header->visualIndex(2), 1);
        QCOMPARE(header->sortIndicatorSection(), 1);
        QCOMPARE(header->sortIndicatorOrder(), Qt::DescendingOrder);
    }

    void aRowThatIsNotThereYetIsChosenWhenItComes()
    {
        Shown shown({QStringLiteral("a")});
        Page& page = shown.page;
        page.select(QStringLiteral("later"));
        QCOMPARE(page.selectedIds(), QStringList());
        shown.add({QStringLiteral("later")});
        QCOMPARE(page.selectedIds(), QStringList{QStringLiteral("later")});
    }
};

QTEST_MAIN(TestListPage)
#include "tst_list_page.moc"
