// SPDX-License-Identifier: GPL-3.0-or-later
#include <QDir>
#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/context_tar.h"

using namespace slipway;

// Folders as build contexts, read back by GNU tar.
class TestContextTar : public QObject
{
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_dir;

    void write(const QString& name, const QByteArray& content = "x") const
    {
        QDir().mkpath(QFileInfo(m_dir->filePath(name)).path());
        QFile file(m_dir->filePath(name));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(content) == content.size());
    }
    static QByteArray tar(const PackedContext& packed, const QStringList& arguments)
    {
        QProcess tar;
        tar.setStandardInputFile("/proc/self/fd/" + QString::number(packed.file.get()));
        tar.start("tar", arguments);
        if (!tar.waitForFinished())
            return "tar did not end";
        return tar.readAllStandardOutput() + tar.readAllStandardError();
    }
    QByteArray names(const std::string& dockerfile = "Dockerfile", const std::optional<std::string>& text = {}) const
    {
        const auto packed = packContext(m_dir->path().toStdString(), dockerfile, text, {});
        if (!packed)
            return QByteArray::fromStdString(packed.error().message);
        auto lines = tar(*packed, {"-t"}).split('\n');
        std::ranges::sort(lines);
        return lines.join(' ').trimmed();
    }

private slots:
    void init() { m_dir = std::make_unique<QTemporaryDir>(); }

    void theWholeFolder()
    {
        write("Dockerfile", "FROM x\n");
        write("a/b/c", "content");
        write(QString(130, 'l') + "/long");
        QFile::link("a/b/c", m_dir->filePath("link"));
        ::mkfifo(m_dir->filePath("pipe").toLocal8Bit().constData(), 0600);
        ::chmod(m_dir->filePath("a/b/c").toLocal8Bit().constData(), 0751);
        QCOMPARE(names(), "Dockerfile a/ a/b/ a/b/c link " + QByteArray(130, 'l') + "/ " + QByteArray(130, 'l') + "/long");
        const auto packed = packContext(m_dir->path().toStdString(), "Dockerfile", {}, {}).value();
        QCOMPARE(packed.dockerfile, std::string("Dockerfile"));
        QCOMPARE(tar(packed, {"-xO", "a/b/c"}), QByteArray("content"));
        const QByteArray list = tar(packContext(m_dir->path().toStdString(), "Dockerfile", {}, {}).value(), {"-tv", "--numeric-owner", "a/b/c"});
        QVERIFY2(list.startsWith("-rwxr-x--x 0/0") && list.contains(" 7 "), list.constData());
    }

    void ignoreFiles()
    {
        for (const char* name : {"Dockerfile", "a.log", "d/b.log", "d/kept.log", "d/e/f", "node_modules/x/y"})
            write(name);
        write(".dockerignore", "**/*.log\n!d/kept.log\nnode_modules\nDockerfile\n.dockerignore\n");
        QCOMPARE(names(), QByteArray(".dockerignore Dockerfile d/ d/e/ d/e/f d/kept.log"));
        write("Dockerfile.dockerignore", "*\n!a.log\n");
        QCOMPARE(names(), QByteArray("Dockerfile Dockerfile.dockerignore a.log"));
        write("Dockerfile.dockerignore", "[a\n");
        QVERIFY(names().contains("Dockerfile.dockerignore: ") && names().contains("syntax error in pattern"));
    }

    void aDockerfileFromElsewhere()
    {
        write("a");
        QTemporaryDir other;
        QFile file(other.filePath("Mine"));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write("FROM mine") > 0);
        file.close();
        const auto packed = packContext(m_dir->path().toStdString(), other.filePath("Mine").toStdString(), {}, {});
        QVERIFY(packed.has_value());
        QVERIFY(packed->dockerfile.starts_with(".dockerfile."));
        const QByteArray all = tar(*packed, {"-xO"});
        QVERIFY2(all.contains("FROM mine") && all.contains(packed->dockerfile + "\n.dockerignore\n"), all.constData()); // COPY . must not find it
        QCOMPARE(packContext(m_dir->path().toStdString(), m_dir->filePath("./sub/../a").toStdString(), {}, {})->dockerfile, std::string("a"));
    }

    void theEditorsText()
    {
        write("Dockerfile", "FROM old");
        const auto packed = packContext(m_dir->path().toStdString(), "Dockerfile", "FROM new", {});
        QCOMPARE(tar(*packed, {"-xO", "Dockerfile"}), QByteArray("FROM new"));
        QCOMPARE(names("new/Dockerfile", "FROM new"), QByteArray("Dockerfile new/Dockerfile"));
    }

    void whatIsNotThere()
    {
        QCOMPARE(names(), "there is no Dockerfile " + m_dir->path().toLocal8Bit() + "/Dockerfile");
        QVERIFY(packContext("/no/such/folder", "Dockerfile", {}, {}).error().message.contains("/no/such/folder is not a folder"));
        write("Dockerfile");
        std::stop_source stop;
        stop.request_stop();
        QCOMPARE(packContext(m_dir->path().toStdString(), "Dockerfile", {}, stop.get_token()).error().kind, ErrorKind::Cancelled);
    }

    // Links are not followed: a folder that leads to itself, or out, is a link in the tar too.
    void linksStayLinks()
    {
        write("Dockerfile");
        QFile::link(".", m_dir->filePath("self"));
        QFile::link("/etc", m_dir->filePath("out"));
        QCOMPARE(names(), QByteArray("Dockerfile out self"));
    }
};

QTEST_APPLESS_MAIN(TestContextTar)
#include "tst_context_tar.moc"
