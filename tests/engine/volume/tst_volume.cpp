// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>

#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/unique_fd.h"
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
    static Status write(int folder, const char* name, const std::string& text)
    {
        const UniqueFd file(::openat(folder, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
        return ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) ? Status() : Status(failErrno(errno, name));
    }
    static std::string read(const fs::path& file)
    {
        std::ifstream in(file);
        return {std::istreambuf_iterator<char>(in), {}};
    }

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
    void filledAtOnce()
    {
        const auto made = m_volumes->createFilled("filled", {{"a", "b"}}, [&](int folder) {
            // Nobody can see or take it before it is whole.
            return m_volumes->get("filled") || m_volumes->createFilled("filled", {}, {}) ? fail(ErrorKind::Internal, "seen") : write(folder, "f", "one");
        });
        QVERIFY2(made, made ? "" : made.error().message.c_str());
        QCOMPARE(read(made->mountpoint / "f"), std::string("one"));
        QCOMPARE(m_volumes->get("filled")->labels.at("a"), std::string("b"));
        QCOMPARE(m_volumes->createFilled("filled", {}, {}).error().kind, ErrorKind::Conflict);
        const auto failed = m_volumes->createFilled("other", {}, [&](int folder) {
            (void)write(folder, "f", "x");
            return Status(fail(ErrorKind::Unavailable, "the disk is full"));
        });
        QCOMPARE(failed.error().message, std::string("the disk is full"));
        QVERIFY(!m_volumes->get("other") && !fs::exists(root() / "volumes/other") && fs::is_empty(root() / "volumes/.filling"));
        QVERIFY(!m_volumes->replace("filled", [&](int folder) {
            (void)write(folder, "f", "two");
            return Status(fail(ErrorKind::Unavailable, "the disk is full"));
        }));
        QCOMPARE(read(made->mountpoint / "f"), std::string("one"));
        QVERIFY(m_volumes->replace("filled", [&](int folder) { return write(folder, "g", "two"); }));
        QVERIFY(!fs::exists(made->mountpoint / "f") && read(made->mountpoint / "g") == "two" && !fs::exists(root() / "volumes/filled/_data.new"));
        QVERIFY(m_volumes->remove("filled", false));
    }

    void snapshots()
    {
        const auto volume = m_volumes->create("live", "", {}, {});
        std::ofstream(volume->mountpoint / "f") << "one";
        const auto first = m_volumes->takeSnapshot("live", "first");
        QVERIFY2(first, first ? "" : first.error().message.c_str());
        QCOMPARE(first->bytes, std::int64_t(3));
        std::ofstream(volume->mountpoint / "f") << "changed";
        QVERIFY(m_volumes->takeSnapshot("live", ""));
        QCOMPARE(m_volumes->takeSnapshot("live", "first").error().message, std::string("there is a snapshot first of volume live already"));
        QCOMPARE(m_volumes->takeSnapshot("live", "../x").error().kind, ErrorKind::InvalidArgument);
        QCOMPARE(m_volumes->takeSnapshot("nosuch", "some").error().message, std::string("get nosuch: no such volume"));
        const auto all = m_volumes->snapshots("live");
        QCOMPARE(all->size(), std::size_t(2));
        QCOMPARE(all->front().name, std::string("first"));
        QVERIFY(m_volumes->withData("live", "first", [](int folder) {
            char text[8] = {};
            const UniqueFd file(::openat(folder, "f", O_RDONLY | O_CLOEXEC));
            return ::read(file.get(), text, sizeof text) == 3 ? Status() : Status(fail(ErrorKind::Internal, text));
        }));
        QCOMPARE(m_volumes->withData("live", "second", {}).error().message, std::string("get live: no such snapshot: second"));
        QVERIFY(m_volumes->removeSnapshot("live", "first"));
        QCOMPARE(m_volumes->removeSnapshot("live", "first").error().kind, ErrorKind::NotFound);
        QCOMPARE(m_volumes->snapshots("live")->size(), std::size_t(1));
        QVERIFY(m_volumes->remove("live", false));
        QVERIFY(!fs::exists(root() / "volumes/live"));
    }

    // What a killed engine leaves of what it was filling goes at the next start; what is whole stays.
    void unfinishedIsRemoved()
    {
        const auto volume = m_volumes->create("whole", "", {}, {});
        std::ofstream(volume->mountpoint / "f") << "one";
        fs::create_directories(root() / "volumes/.filling/half/_data");
        fs::create_directories(root() / "volumes/half/_data");
        std::ofstream(root() / "volumes/half/_data/f") << "x";
        fs::create_directories(root() / "volumes/.filling/whole"); // killed between its row and the end
        fs::create_directories(root() / "volumes/whole/_data.new/x");
        fs::create_directories(root() / "volumes/whole/snapshots/.half/_data");
        fs::create_directories(root() / "volumes/somebodys");
        std::ofstream(root() / "volumes/somebodys/f") << "x";
        QVERIFY(m_volumes->restore());
        QVERIFY(!fs::exists(root() / "volumes/half") && fs::is_empty(root() / "volumes/.filling"));
        QVERIFY(!fs::exists(root() / "volumes/whole/_data.new") && !fs::exists(root() / "volumes/whole/snapshots/.half"));
        QCOMPARE(read(volume->mountpoint / "f"), std::string("one"));
        QVERIFY(fs::exists(root() / "volumes/somebodys/f"));
        fs::remove_all(root() / "volumes/somebodys");
        QVERIFY(m_volumes->remove("whole", false));
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
