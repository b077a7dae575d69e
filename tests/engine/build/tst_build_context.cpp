// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <QtTest>

#include <fcntl.h>

#include <set>

#include "base/unique_fd.h"
#include "build/context.h"
#include "support/bytes.h"
#include "support/tar_builder.h"

using namespace slipway;
using namespace slipway::build;
using namespace slipway::test;
namespace fs = std::filesystem;

// Contexts as clients and attackers send them.
class TestBuildContext : public QObject
{
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_dir;
    fs::path m_root;

    Result<Context> unpack(const std::string& tar, const std::string& dockerfile = "Dockerfile") const
    {
        Bytes bytes(tar);
        return Context::unpack({m_root, false}, bytes, dockerfile, {});
    }
    static std::string names(const Context& context)
    {
        std::set<std::string> all;
        for (const auto& entry : fs::recursive_directory_iterator(context.folder()))
            all.insert(entry.path().lexically_relative(context.folder()).string());
        std::string text;
        for (const std::string& name : all)
            text += (text.empty() ? "" : " ") + name;
        return text;
    }

private slots:
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        m_root = fs::path(m_dir->path().toStdString()) / "engine";
        fs::create_directories(m_root / "ingest");
    }

    void aTarBecomesAFolder()
    {
        {
            const auto context = unpack(gzipped(TarBuilder().file("Dockerfile", "FROM x").folder("d").file("d/.wh.kept", "k").finished()));
            QVERIFY2(context.has_value(), context ? "" : context.error().message.c_str());
            QCOMPARE(names(*context), std::string("Dockerfile d d/.wh.kept")); // no whiteout: a file like any other
            QVERIFY(!context->dockerfile());
        }
        QVERIFY2(fs::is_empty(m_root / "ingest"), "it goes with its object");
        QVERIFY(unpack(std::string()).has_value()); // then it is the Dockerfile that is missing
        QVERIFY(!unpack("this is no archive, whatever its length is, and it is long enough to be one" + std::string(1000, 'x')).has_value());
        QVERIFY(fs::is_empty(m_root / "ingest"));
    }

    void hostileMembersAreRefused_data()
    {
        QTest::addColumn<std::string>("tar");
        QTest::newRow("up") << TarBuilder().file("../evil").finished();
        QTest::newRow("through a link") << TarBuilder().symlink("l", "/tmp").file("l/evil").finished();
        QTest::newRow("hard link up") << TarBuilder().hardLink("h", "../../etc/passwd").finished();
        QTest::newRow("hard link through a link") << TarBuilder().symlink("l", "/etc").hardLink("h", "l/passwd").finished();
        QTest::newRow("cut") << TarBuilder().file("a", std::string(2000, 'x')).finished().substr(0, 900);
    }
    void hostileMembersAreRefused()
    {
        QFETCH(std::string, tar);
        QVERIFY(!unpack(tar).has_value());
        QVERIFY(fs::is_empty(m_root / "ingest"));
        QCOMPARE(std::distance(fs::directory_iterator(m_root), {}), 1);
    }

    void ignoreFiles()
    {
        // The client has applied .dockerignore and sends itself and the Dockerfile in any case.
        const auto shared = unpack(TarBuilder().file("Dockerfile", "FROM x").file(".dockerignore", "Dockerfile\n.dockerignore\n*.log").file("a.log").finished());
        QCOMPARE(names(shared.value()), std::string("a.log"));
        QCOMPARE(*shared->dockerfile(), std::string("FROM x"));
        const auto own = unpack(TarBuilder().folder("d").file("d/D", "FROM y").file("d/D.dockerignore", "**/*.log\nd\n!d/kept\n").file("a.log").file("d/kept").file("b").finished(), "d/D");
        QCOMPARE(names(own.value()), std::string("b d d/kept"));
        QCOMPARE(*own->dockerfile(), std::string("FROM y"));
        QVERIFY(unpack(TarBuilder().file("Dockerfile").file(".dockerignore", "[a").finished()).error().message.contains("syntax error in pattern"));
    }

    void anIgnoreFileThatIsALinkLeadsNowhere()
    {
        std::ofstream(m_root / "outside") << "kept";
        const auto context = unpack(TarBuilder().symlink(".dockerignore", "../../outside").symlink("Dockerfile", "../../outside").symlink("d", "../..").finished(), "d/outside");
        QVERIFY(context.has_value());
        QCOMPARE(contents(m_root / "outside"), std::string("kept"));
        const UniqueFd folder(::open(context->folder().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        QCOMPARE(readDockerfile(folder.get(), "Dockerfile").error().message, std::string("Cannot locate specified Dockerfile: Dockerfile"));
        QCOMPARE(readDockerfile(folder.get(), "../../outside").error().message, std::string("Cannot locate specified Dockerfile: ../../outside"));
    }

    void aDockerfileThatIsNone()
    {
        const auto context = unpack(TarBuilder().folder("folder").add({.name = "pipe", .type = '6', .content = {}, .link = {}, .size = {}, .prefix = {}}).file("large", std::string((16 << 20) + 1, 'x')).finished(), "none");
        QVERIFY(context.has_value());
        const UniqueFd folder(::open(context->folder().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        QCOMPARE(readDockerfile(folder.get(), "folder").error().message, std::string("folder is not a regular file"));
        QCOMPARE(readDockerfile(folder.get(), "pipe").error().message, std::string("pipe is not a regular file"));
        QCOMPARE(readDockerfile(folder.get(), "large").error().message, std::string("large is larger than 16777216 bytes"));
    }

    void cancelled()
    {
        std::stop_source stop;
        stop.request_stop();
        Bytes bytes(TarBuilder().file("a").finished());
        QCOMPARE(Context::unpack({m_root, false}, bytes, "Dockerfile", stop.get_token()).error().kind, ErrorKind::Cancelled);
        QVERIFY(fs::is_empty(m_root / "ingest"));
    }
};

QTEST_APPLESS_MAIN(TestBuildContext)
#include "tst_build_context.moc"
