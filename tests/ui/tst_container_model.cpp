// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractItemModelTester>
#include <QRandomGenerator>
#include <QSignalSpy>
#include <QtTest>

#include <algorithm>
#include <map>

#include "fake_engine.h"
#include "models/container_model.h"
#include "models/container_state.h"
#include "samples.h"

using namespace slipway;
using namespace slipway::ui;
using test::container;

namespace
{
// Project (or nothing) → names, as the rows say.
std::map<QString, QSet<QString>> contentOf(const ContainerModel& model)
{
    std::map<QString, QSet<QString>> content;
    for (int i = 0; i < model.rowCount(); ++i) {
        const QModelIndex row = model.index(i, 0);
        if (!row.data(GroupRole).toBool())
            content[{}].insert(row.data().toString());
        for (int j = 0; j < model.rowCount(row); ++j)
            content[row.data().toString()].insert(model.index(j, 0, row).data().toString());
    }
    return content;
}
} // namespace

class TestContainerModel : public QObject
{
    Q_OBJECT

    FakeClient m_client;
    EngineBridge m_bridge{m_client};

private slots:
    void projectsAreRowsWithChildren()
    {
        ContainerModel model(m_bridge);
        const QAbstractItemModelTester tester(&model);
        model.setRows({container("alone", "running"), container("db", "exited", "shop"), container("web", "running", "shop")});
        QCOMPARE(model.rowCount(), 2);
        QCOMPARE(model.count(), 3);
        QCOMPARE(model.countUp(), 2);
        QVERIFY(model.hasProjects());
        const std::map<QString, QSet<QString>> wanted{{QString(), {QStringLiteral("alone")}},
                                                      {QStringLiteral("shop"), {QStringLiteral("db"), QStringLiteral("web")}}};
        QVERIFY(contentOf(model) == wanted);
        for (int i = 0; i < 2; ++i)
            if (const QModelIndex row = model.index(i, 0); row.data(GroupRole).toBool())
                QCOMPARE(row.siblingAtColumn(ContainerModel::Status).data().toString(), QStringLiteral("1 of 2 running"));
        model.setRows({container("alone", "running")});
        QVERIFY(!model.hasProjects());
        QCOMPARE(model.rowCount(), 1);
    }

    void rowsAreKeptByIdAndOnlyChangesAreTold()
    {
        ContainerModel model(m_bridge);
        const QAbstractItemModelTester tester(&model);
        std::vector<dockerapi::ContainerSummary> rows;
        for (int i = 0; i < 1000; ++i)
            rows.push_back(container("c" + std::to_string(i), "running", i % 3 == 0 ? "p" + std::to_string(i % 30) : ""));
        model.setRows(rows);
        const QSignalSpy changed(&model, &QAbstractItemModel::dataChanged), inserted(&model, &QAbstractItemModel::rowsInserted),
            removed(&model, &QAbstractItemModel::rowsRemoved), reset(&model, &QAbstractItemModel::modelReset);
        model.setRows(rows);
        QCOMPARE(changed.count(), 0);
        rows[1].state = "exited";
        const QPersistentModelIndex kept = model.index(model.rowCount() - 1, 0);
        const QString name = kept.data().toString();
        model.setRows(rows);
        QCOMPARE(changed.count(), 1);
        rows.erase(rows.begin() + 4);
        rows.push_back(container("new", "created"));
        model.setRows(rows);
        QCOMPARE(inserted.count(), 1);
        QCOMPARE(removed.count(), 1);
        QCOMPARE(reset.count(), 0);
        QVERIFY(kept.isValid());
        QCOMPARE(kept.data().toString(), name);
    }

    void anyChangeOfManyRowsEndsWithWhatWasListed()
    {
        ContainerModel model(m_bridge);
        const QAbstractItemModelTester tester(&model);
        QRandomGenerator random(7);
        for (int round = 0; round < 150; ++round) {
            std::vector<dockerapi::ContainerSummary> rows;
            std::map<QString, QSet<QString>> wanted;
            for (int i = 0; i < 24; ++i) {
                if (random.bounded(3) == 0)
                    continue;
                const std::string project = i % 4 == 0 ? "" : "p" + std::to_string(i % 4);
                rows.push_back(container("c" + std::to_string(i), random.bounded(2) ? "running" : "exited", project));
                wanted[QString::fromStdString(project)].insert(QString::fromStdString(rows.back().name));
            }
            std::ranges::shuffle(rows, random);
            model.setRows(rows);
            QVERIFY(contentOf(model) == wanted);
            QCOMPARE(model.count(), int(rows.size()));
        }
    }

    void whatIsBeingDoneAndWhatWentWrong()
    {
        ContainerModel model(m_bridge);
        model.setRows({container("web", "exited")});
        const QString id = QString::fromStdString(container("web", "").id);
        const QModelIndex status = model.index(0, ContainerModel::Status);
        QCOMPARE(status.data().toString(), QStringLiteral("Exited, 5 min ago"));
        model.setBusy(id, QStringLiteral("Starting…"));
        QCOMPARE(status.data().toString(), QStringLiteral("Starting…"));
        model.setProblem(id, QStringLiteral("Not started"), QStringLiteral("no such file"));
        QCOMPARE(status.data().toString(), QStringLiteral("Not started"));
        QCOMPARE(status.data(Qt::ToolTipRole).toString(), QStringLiteral("no such file"));
        model.setRows({container("web", "running")});
        QCOMPARE(status.data().toString(), QStringLiteral("Running, 3 min"));
    }

    void portsAreAddressesWhileItRuns()
    {
        ContainerModel model(m_bridge);
        model.setRows({test::withPort(container("web", "running"), 8080, 80), test::withPort(container("off", "exited"), 9090, 80)});
        for (int i = 0; i < 2; ++i) {
            const QModelIndex ports = model.index(i, ContainerModel::Ports);
            const auto links = ports.data(LinksRole).value<QList<ListLink>>();
            QCOMPARE(links.size(), 1); // IPv4 and IPv6 are one
            const bool runs = ports.siblingAtColumn(0).data().toString() == QLatin1StringView("web");
            QCOMPARE(links[0].url.toString(), runs ? QStringLiteral("http://localhost:8080/") : QString());
        }
    }

    void stateWords_data()
    {
        QTest::addColumn<QString>("state");
        QTest::addColumn<QString>("status");
        QTest::addColumn<QString>("word");
        QTest::addColumn<QString>("detail");
        QTest::addColumn<int>("tint");
        const auto row = [](const char* state, const char* status, const char* word, const char* detail, Tint tint) {
            QTest::newRow(status) << state << status << word << detail << int(tint);
        };
        row("running", "Up Less than a second", "Running", "0 s", Tint::Success);
        row("running", "Up About an hour (healthy)", "Healthy", "1 h", Tint::Success);
        row("running", "Up 2 days (unhealthy)", "Unhealthy", "2 d", Tint::Danger);
        row("running", "Up 4 seconds (health: starting)", "Starting", "4 s", Tint::Warning);
        row("paused", "Up 3 weeks (Paused)", "Paused", "", Tint::Warning);
        row("exited", "Exited (0) About a minute ago", "Exited", "1 min ago", Tint::Muted);
        row("exited", "Exited (137) 5 months ago", "Exited (137)", "5 mo ago", Tint::Danger);
        row("created", "Created", "Created", "", Tint::Muted);
        row("restarting", "Restarting (1) 2 seconds ago", "Restarting", "", Tint::Warning);
        row("dead", "Dead", "Dead", "", Tint::Danger);
        row("running", "Aktiv", "Running", "", Tint::Success);
    }
    void stateWords()
    {
        QFETCH(const QString, state);
        QFETCH(const QString, status);
        const StateView view = stateView(state.toStdString(), status.toStdString());
        QTEST(view.word, "word");
        QTEST(view.detail, "detail");
        QTEST(int(view.tint), "tint");
    }
};

QTEST_MAIN(TestContainerModel)
#include "tst_container_model.moc"
