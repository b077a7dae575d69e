// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>

#include "image/reference.h"

using namespace slipway;

// Docker's naming convention; the rows were compared with dockerd 26 (docker tag and docker pull).
class TestReference : public QObject
{
    Q_OBJECT

private slots:
    void good_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("canonical");
        QTest::addColumn<QString>("familiar");
        const auto row = [](const QString& text, const QString& canonical, const QString& familiar) {
            QTest::newRow(qPrintable(text)) << text << canonical << familiar;
        };
        const QString digest = "sha256:" + QString(64, 'a');
        row("nginx", "docker.io/library/nginx:latest", "nginx:latest");
        row("nginx:1.27", "docker.io/library/nginx:1.27", "nginx:1.27");
        row("library/nginx", "docker.io/library/nginx:latest", "nginx:latest");
        row("docker.io/nginx", "docker.io/library/nginx:latest", "nginx:latest");
        row("index.docker.io/library/nginx", "docker.io/library/nginx:latest", "nginx:latest");
        row("team/app", "docker.io/team/app:latest", "team/app:latest");
        row("team/app/part:v1", "docker.io/team/app/part:v1", "team/app/part:v1");
        row("localhost/app", "localhost/app:latest", "localhost/app:latest");
        row("localhost:5000/app", "localhost:5000/app:latest", "localhost:5000/app:latest");
        row("127.0.0.1:5000/app:v1", "127.0.0.1:5000/app:v1", "127.0.0.1:5000/app:v1");
        row("[::1]:5000/app", "[::1]:5000/app:latest", "[::1]:5000/app:latest");
        row("ghcr.io/team/app", "ghcr.io/team/app:latest", "ghcr.io/team/app:latest");
        row("Host/app", "Host/app:latest", "Host/app:latest");
        row("host:5000/a", "host:5000/a:latest", "host:5000/a:latest");
        row("app:5000", "docker.io/library/app:5000", "app:5000");
        row("a.b/c", "a.b/c:latest", "a.b/c:latest");
        row("a__b/c--d.e_f", "docker.io/a__b/c--d.e_f:latest", "a__b/c--d.e_f:latest");
        row("app:V1.0_x-y", "docker.io/library/app:V1.0_x-y", "app:V1.0_x-y");
        row("nginx@" + digest, "docker.io/library/nginx@" + digest, "nginx@" + digest);
        row("nginx:1.27@" + digest, "docker.io/library/nginx:1.27@" + digest, "nginx:1.27@" + digest);
        row("a/" + QString(250, 'b'), "docker.io/a/" + QString(250, 'b') + ":latest", "a/" + QString(250, 'b') + ":latest");
        row("app:" + QString(128, 't'), "docker.io/library/app:" + QString(128, 't'), "app:" + QString(128, 't'));
    }
    void good()
    {
        QFETCH(QString, text);
        QFETCH(QString, canonical);
        QFETCH(QString, familiar);
        const auto reference = Reference::parse(text.toStdString());
        QVERIFY2(reference.has_value(), reference ? "" : reference.error().message.c_str());
        QCOMPARE(QString::fromStdString(reference->canonical()), canonical);
        QCOMPARE(QString::fromStdString(reference->familiar()), familiar);
        const auto again = Reference::parse(reference->canonical());
        QVERIFY(again && again->canonical() == reference->canonical());
    }

    void bad_data()
    {
        QTest::addColumn<QString>("text");
        const QString digest = "sha256:" + QString(64, 'a');
        const QStringList texts = {"",         ":tag",     "a:",          "a:-x",      "a:b:c",         "/a",        "a/",          "a//b",      "-a",        "a-",
                                   "a._b",     "a...b",    "a___b",       "A/../b",    "../etc/passwd", "a/../b",    "a b",         "a\n",       "a?x=1",     "a%2e",
                                   "http://a", "a@",       "a@sha256:xx", "a@md5:" + QString(32, 'a'), "a@" + digest.toUpper(), "a@" + digest + "b",
                                   "a:" + QString(129, 't'), QString(256, 'a'), "host:port/a", "host:99999999999999999999/a:", "[::1/a", QString::fromUtf8("\xc3\xa4pp")};
        for (const QString& text : texts)
            QTest::newRow(qPrintable("'" + text.left(30) + "' " + QString::number(text.size()))) << text;
        QTest::newRow("NUL") << QString::fromLatin1("a\0b", 3);
    }
    void bad()
    {
        QFETCH(QString, text);
        const auto reference = Reference::parse(text.toStdString());
        QVERIFY2(!reference, reference ? reference->canonical().c_str() : "");
        QCOMPARE(reference.error().kind, ErrorKind::InvalidArgument);
        QVERIFY2(reference.error().message.starts_with("invalid reference format"), reference.error().message.c_str());
    }

    void capitalsAreNamed()
    {
        QCOMPARE(QString::fromStdString(Reference::parse("Nginx").error().message),
                 QString("invalid reference format: repository name (library/Nginx) must be lowercase"));
        QCOMPARE(QString::fromStdString(Reference::parse("127.0.0.1:5000/Team/App").error().message),
                 QString("invalid reference format: repository name (Team/App) must be lowercase"));
    }

    // A name of a megabyte, or one that a careless expression would chew on for ever.
    void hugeNamesAreRefusedQuickly()
    {
        QElapsedTimer timer;
        timer.start();
        QVERIFY(!Reference::parse(std::string(1 << 20, 'a')));
        QVERIFY(!Reference::parse(std::string(500, '-') + "a"));
        QVERIFY(!Reference::parse("a" + std::string(250, '-') + "!"));
        QVERIFY(timer.elapsed() < 1000);
    }
};

QTEST_APPLESS_MAIN(TestReference)
#include "tst_reference.moc"
