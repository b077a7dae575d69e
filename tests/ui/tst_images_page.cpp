// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractItemModelTester>
#include <QDialog>
#include <QLineEdit>
#include <QMimeData>
#include <QDropEvent>
#include <QPushButton>
#include <QSignalSpy>
#include <QToolButton>
#include <QTreeWidget>
#include <QtTest>

#include "fake_engine.h"
#include "images/image_detail.h"
#include "images/images_page.h"
#include "isolated_settings.h"
#include "jobs/jobs.h"
#include "models/container_model.h"
#include "models/image_model.h"
#include "samples.h"
#include "shell/object_names.h"
#include "shell/theme.h"
#include "widgets/list_filter.h"
#include "widgets/list_view.h"
#include "widgets/message_bar.h"
#include "widgets/segmented_filter.h"

using namespace slipway;
using namespace slipway::ui;

namespace
{
struct Fixture
{
    FakeClient client;
    EngineBridge bridge{client};
    Jobs jobs;
    ContainerModel containers{bridge};
    ImageModel model{bridge, containers};
    ImagesPage page{bridge, model, jobs};

    Fixture()
    {
        client.imagesPart.summaries = {test::image("aa", {"nginx:1.27", "nginx:latest"}, 190'000'000),
                                       test::image("bb", {"slipway/starter:latest"}, 2'000'000), test::image("cc", {"<none>:<none>"}, 5'000)};
        auto user = test::container("web", "running");
        user.imageId = test::image("aa", {}, 0).id;
        client.summaries = {user};
        client.systemPart.pingAnswer = Status();
        bridge.start();
        page.resize(1280, 700);
        page.show();
        QVERIFY(QTest::qWaitForWindowActive(&page));
        QVERIFY(QTest::qWaitFor([this] { return model.isLoaded() && containers.isLoaded(); }));
    }
    void click(const char* name) { page.findChild<QToolButton*>(QLatin1StringView(name))->click(); }
};
} // namespace

class TestImagesPage : public QObject
{
    Q_OBJECT

    test::IsolatedSettings m_settings;

private slots:
    void initTestCase() { theme::apply(theme::Mode::Light); }
    void init() { test::IsolatedSettings::forget(); }

    void aRowPerNameAndWhoUsesIt()
    {
        Fixture f;
        const QAbstractItemModelTester tester(&f.model);
        QCOMPARE(f.model.rowCount(), 4);
        QCOMPARE(f.model.totalBytes(), 192'005'000);
        const auto counts = [&f] {
            QList<int> all;
            for (int i = 0; i < 4; ++i)
                all << f.page.segments().count(i);
            return all;
        };
        QCOMPARE(counts(), QList<int>({4, 2, 1, 1}));
        f.page.segments().setCurrent(3);
        QCOMPARE(f.page.rows().rowCount(), 1);
        const QPersistentModelIndex starter = f.model.index(2, 0);
        f.client.imagesPart.summaries.erase(f.client.imagesPart.summaries.begin());
        f.client.systemPart.onEvent({.type = "image", .action = "untag", .actorId = "aa", .attributes = {}, .timeNano = 0});
        QTRY_COMPARE(f.model.rowCount(), 2);
        QCOMPARE(starter.data().toString(), QStringLiteral("slipway/starter"));
    }

    void pullAndLoadAreJobs()
    {
        Fixture f;
        f.page.findChild<QPushButton*>(QLatin1StringView(names::pullButton))->click();
        auto* dialog = f.page.findChild<QDialog*>(QLatin1StringView(names::askDialog));
        QVERIFY(dialog);
        QVERIFY(!dialog->findChild<QPushButton*>(QLatin1StringView(names::askConfirm))->isEnabled());
        QTest::keyClicks(dialog->findChild<QLineEdit*>(QLatin1StringView(names::askField)), QStringLiteral(" postgres:17 "));
        dialog->findChild<QPushButton*>(QLatin1StringView(names::askConfirm))->click();
        QCOMPARE(f.client.imagesPart.pulled, std::string("postgres:17"));
        QCOMPARE(f.jobs.running(), 1);
        QMimeData mime;
        mime.setUrls({QUrl::fromLocalFile(QStringLiteral("/tmp/app.tar"))});
        QDragEnterEvent enter({10, 10}, Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(&f.page, &enter);
        QVERIFY(enter.isAccepted());
        QDropEvent drop({10, 10}, Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(&f.page, &drop);
        QCOMPARE(f.client.imagesPart.loaded, std::string("/tmp/app.tar"));
        QCOMPARE(f.jobs.running(), 2);
        f.client.imagesPart.onProgress({.id = {}, .status = {}, .stream = "Loaded image: app:1\n", .error = {}, .current = 0, .total = 0});
        f.client.imagesPart.onEnd({});
        QTRY_COMPARE(f.jobs.running(), 1);
        QCOMPARE(f.jobs.all().back()->summary(), QStringLiteral("Loaded image: app:1"));
    }

    void removeIsRefusedWithTheReason()
    {
        Fixture f;
        const QSignalSpy asked(&f.page, &ImagesPage::containerRequested);
        f.page.select(QStringLiteral("nginx:latest"));
        f.click(names::imageRemoveButton);
        QVERIFY(f.page.message().text().contains(QLatin1StringView("used by web")));
        QVERIFY(f.client.imagesPart.removed.empty());
        f.page.message().findChild<QPushButton*>()->click();
        QCOMPARE(asked.value(0).value(0).toString(), QStringLiteral("web"));
        f.page.select(QStringLiteral("slipway/starter:latest"));
        f.client.imagesPart.removeAnswer = fail(ErrorKind::Conflict, "conflict: unable to delete bb (must force) - image is referenced in multiple repositories");
        f.click(names::imageRemoveButton);
        auto* dialog = f.page.findChild<QDialog*>(QLatin1StringView(names::confirmDialog));
        QVERIFY(dialog);
        dialog->findChild<QPushButton*>(QLatin1StringView(names::confirmButton))->click();
        QTRY_VERIFY(f.page.message().text().contains(QLatin1StringView("must force")));
        f.client.imagesPart.removeAnswer = {};
        f.page.message().findChild<QPushButton*>()->click();
        QVERIFY(f.client.imagesPart.removed.back().second);
    }

    void opensAsDockerfile()
    {
        Fixture f;
        QSignalSpy read(&f.page, &ImagesPage::dockerfileRead);
        f.client.imagesPart.document = {{"RootFS", {{"Layers", {"a", "b"}}}}};
        f.client.imagesPart.layers = Json::array({{{"CreatedBy", "RUN /bin/sh -c make # buildkit"}}});
        f.page.select(QStringLiteral("nginx:1.27"));
        f.page.view().setFocus();
        QTest::keyClick(&f.page.view(), Qt::Key_D);
        QTRY_COMPARE(read.size(), 1);
        QVERIFY2(read[0][0].toString().contains(QStringLiteral("nginx:1.27.\n")) && read[0][0].toString().endsWith(QStringLiteral("FROM scratch\nRUN make\n")), qPrintable(read[0][0].toString()));
    }

    void tagAndRun()
    {
        Fixture f;
        const QSignalSpy run(&f.page, &ImagesPage::runRequested);
        f.page.select(QStringLiteral("nginx:1.27"));
        f.page.view().setFocus();
        QTest::keyClick(&f.page.view(), Qt::Key_R);
        QCOMPARE(run.value(0).value(0).toString(), QStringLiteral("nginx:1.27"));
        QTest::keyClick(&f.page.view(), Qt::Key_T);
        auto* dialog = f.page.findChild<QDialog*>(QLatin1StringView(names::askDialog));
        dialog->findChild<QLineEdit*>(QLatin1StringView(names::askField))->setText(QStringLiteral("mine:1"));
        dialog->findChild<QPushButton*>(QLatin1StringView(names::askConfirm))->click();
        QCOMPARE(f.client.imagesPart.tagged, (std::pair<std::string, std::string>("nginx:1.27", "mine:1")));
    }

    void layersAndConfiguration()
    {
        Fixture f;
        f.client.imagesPart.layers = Json::array({{{"CreatedBy", "/bin/sh -c #(nop)  CMD [\"nginx\"]"}, {"Size", 0}},
                                                  {{"CreatedBy", "/bin/sh -c apt-get update"}, {"Size", 120'000'000}}});
        f.client.imagesPart.document = Json{{"Id", "sha256:aa"}, {"Os", "linux"}, {"Architecture", "amd64"}, {"Size", 190'000'000},
                                            {"Config", {{"Env", {"PATH=/bin"}}, {"Cmd", {"nginx"}}, {"ExposedPorts", {{"80/tcp", Json::object()}}}}}};
        f.page.select(QStringLiteral("nginx:latest"));
        auto* detail = f.page.findChild<ImageDetail*>();
        QVERIFY(detail && detail->isVisible());
        const auto tree = [detail](QLatin1StringView name) -> QTreeWidget* {
            for (auto* widget : detail->findChildren<QTreeWidget*>())
                if (widget->accessibleName() == name)
                    return widget;
            return nullptr;
        };
        auto* layers = tree(QLatin1StringView("Layers"));
        auto* config = tree(QLatin1StringView("Configuration"));
        QVERIFY(layers && config);
        QTRY_COMPARE(layers->topLevelItemCount(), 2);
        QCOMPARE(layers->topLevelItem(0)->text(2), QStringLiteral("CMD [\"nginx\"]"));
        QCOMPARE(layers->topLevelItem(1)->text(1), QStringLiteral("120 MB"));
        QCOMPARE(layers->topLevelItem(1)->text(2), QStringLiteral("RUN apt-get update"));
        QStringList fields;
        QTRY_VERIFY(config->topLevelItemCount() > 0);
        for (int i = 0; i < config->topLevelItemCount(); ++i)
            fields << config->topLevelItem(i)->text(1);
        QVERIFY(fields.contains(QStringLiteral("80/tcp")));
        QVERIFY(fields.contains(QStringLiteral("linux/amd64")));
    }
};

QTEST_MAIN(TestImagesPage)
#include "tst_images_page.moc"
