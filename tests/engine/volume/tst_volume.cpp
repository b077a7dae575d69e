// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>

#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "events/event_bus.h"
#include "state/database.h"
#include "volume/volume_service.h"

using namespace slipway;
namespace fs = std::filesystem;

class TestVolume : public QObject
{
    Q_OBJECT

    QTemporaryDir m_dir;
    std::unique_ptr<Database> m_db;
    EventBus m_bus;
    std::unique_ptr<VolumeService> m_volumes;
    std::vector<std::string> m_events;
    EventBus::Subscription m_subscription;

    fs::path root() const { return m_dir.path().toStdString(); }

private slots:
    void initTestCase()
    {
        m_db = Database::open(root() / "slipway.db").value();
        m_volumes = std::make_unique<VolumeService>(*m_db, m_bus, root());
        m_subscription = m_bus.subscribe([this](const Event& e) { m_events.push_back(e.action + " " + e.actorId); });
    }
    void createAndRemove()
    {
        const auto made = m_volumes->create("data", "", {}, {{"a", "b"}});
        QVERIFY2(made, made ? "" : made.error().message.c_str());
        QVERIFY(fs::is_directory(root() / "volumes/data/_data"));
        QCOMPARE(made->labels.at("a"), std::string("b"));
        QCOMPARE(m_volumes->create("data", "local", {}, {})->labels.at("a"), std::string("b"));
        const auto anonymous = m_volumes->create("", "", {}, {});
        QCOMPARE(anonymous->name.size(), std::size_t(64));
        QVERIFY(m_volumes->get(anonymous->name)->anonymous);
        QCOMPARE(m_volumes->list()->size(), std::size_t(2));
        std::ofstream(made->mountpoint / "file") << std::string(10000, 'x');
        QVERIFY(*m_volumes->diskUsage("data") >= 8192);

        m_volumes->setUsers([](const std::string& name) {
            return name == "data" ? std::vector<std::string>{"c1"} : std::vector<std::string>{};
        });
        QCOMPARE(m_volumes->remove("data", true).error().message, std::string("remove data: volume is in use - [c1]"));
        m_volumes->setUsers({});
        QVERIFY(m_volumes->remove("data", false));
        QVERIFY(!fs::exists(root() / "volumes/data"));
        QCOMPARE(m_volumes->remove("data", false).error().message, std::string("get data: no such volume"));
        QVERIFY(m_volumes->remove("data", true));
        QVERIFY(m_volumes->remove(anonymous->name, false));
        QCOMPARE(m_events.size(), std::size_t(4));
        QCOMPARE(m_events.back(), "destroy " + anonymous->name);
    }
    void badNames()
    {
        QCOMPARE(m_volumes->create("../x", "", {}, {}).error().message,
                 std::string("create ../x: \"../x\" includes invalid characters for a local volume name, only "
                             "\"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed. If you intended to pass a host directory, use "
                             "absolute path"));
        QVERIFY(!m_volumes->create("x", "", {}, {}));
        QCOMPARE(m_volumes->create("xx", "nfs", {}, {}).error().kind, ErrorKind::NotFound);
    }
    void copyUp()
    {
        const fs::path rootfs = root() / "rootfs";
        fs::create_directories(rootfs / "data/sub");
        std::ofstream(rootfs / "data/file") << "hello";
        ::chmod((rootfs / "data/file").c_str(), 04751);
        if (::geteuid() == 0)
            QVERIFY(::lchown((rootfs / "data/file").c_str(), 12, 34) == 0);
        ::chmod((rootfs / "data/file").c_str(), 04751);
        fs::create_hard_link(rootfs / "data/file", rootfs / "data/sub/hard");
        fs::create_symlink("/etc/passwd", rootfs / "data/link");
        const bool attributes = ::setxattr((rootfs / "data/file").c_str(), "user.x", "y", 1, 0) == 0;
        const timespec times[2] = {{1000, 0}, {2000, 5}};
        ::utimensat(AT_FDCWD, (rootfs / "data").c_str(), times, 0);
        ::chmod((rootfs / "data").c_str(), 01777);
        fs::create_symlink("/data", rootfs / "indirect"); // absolute: must be resolved inside
        fs::create_symlink("../../../../etc", rootfs / "escape");

        const auto v = m_volumes->create("filled", "", {}, {});
        const auto copied = m_volumes->copyUp("filled", rootfs, "/indirect");
        QVERIFY2(copied, copied ? "" : copied.error().message.c_str());
        struct stat st{};
        QVERIFY(::stat((v->mountpoint / "file").c_str(), &st) == 0);
        QCOMPARE(st.st_mode & 07777, 04751u);
        QCOMPARE(st.st_nlink, nlink_t(2));
        if (::geteuid() == 0)
            QCOMPARE(st.st_gid, 34u);
        char value = 0;
        if (attributes)
            QVERIFY(::getxattr((v->mountpoint / "file").c_str(), "user.x", &value, 1) == 1 && value == 'y');
        QCOMPARE(fs::read_symlink(v->mountpoint / "link"), fs::path("/etc/passwd"));
        QVERIFY(::stat(v->mountpoint.c_str(), &st) == 0);
        QCOMPARE(st.st_mode & 07777, 01777u);
        QCOMPARE(st.st_mtim.tv_sec, 2000);

        std::ofstream(rootfs / "data/later") << "x";
        QVERIFY(m_volumes->copyUp("filled", rootfs, "/data"));
        QVERIFY2(!fs::exists(v->mountpoint / "later"), "a volume in use is left alone");

        QVERIFY(m_volumes->create("safe", "", {}, {}));
        QVERIFY(m_volumes->copyUp("safe", rootfs, "/escape")); // rootfs/etc does not exist
        QVERIFY(fs::is_empty(root() / "volumes/safe/_data"));
        QVERIFY(m_volumes->copyUp("safe", rootfs, "/missing"));
    }
};

QTEST_APPLESS_MAIN(TestVolume)
#include "tst_volume.moc"
