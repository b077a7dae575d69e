// SPDX-License-Identifier: GPL-3.0-or-later
#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/unique_fd.h"
#include "store/tar_reader.h"
#include "store/tar_writer.h"
#include "store/unpack.h"
#include "support/bytes.h"

using namespace slipway;
using namespace slipway::test;
namespace fs = std::filesystem;

// Layers as tars: what is written is what unpackLayer reads back, the same bytes for the same files, and a tar for others too.
class TestTarWriter : public QObject
{
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_dir;
    fs::path m_layer;

    static UniqueFd folder(const fs::path& path) { return UniqueFd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)); }
    std::string tar(const fs::path& path, LayerTarSummary* summary = nullptr) const
    {
        std::string bytes;
        const auto written = writeLayerTar(folder(path).get(), false, [&](std::span<const std::byte> part) -> Status {
            bytes.append(reinterpret_cast<const char*>(part.data()), part.size());
            return {};
        }, {});
        if (written && summary)
            *summary = *written;
        return written ? bytes : "failed: " + written.error().message;
    }
    void write(const std::string& name, const std::string& text) const
    {
        fs::create_directories((m_layer / name).parent_path());
        std::ofstream(m_layer / name) << text;
    }

private slots:
    void initTestCase()
    {
        if (::geteuid() != 0)
            QSKIP("makes whiteouts and owners");
    }
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        m_layer = fs::path(m_dir->path().toStdString()) / "layer";
        fs::create_directory(m_layer);
    }

    void everythingComesBack()
    {
        write("dir/file", "text");
        write(std::string(120, 'l') + '/' + std::string(90, 'n'), "long");
        write("\xc3\xa9", "utf-8");
        write("dir/opaque/new", "new");
        fs::create_hard_link(m_layer / "dir/file", m_layer / "linked");
        fs::create_symlink("../../etc/passwd", m_layer / "link");
        fs::create_symlink(std::string(150, 't'), m_layer / "long-link");
        QCOMPARE(::mkfifo((m_layer / "pipe").c_str(), 0640), 0);
        QCOMPARE(::mknod((m_layer / "gone").c_str(), S_IFCHR, makedev(0, 0)), 0);
        QCOMPARE(::mknod((m_layer / "disk").c_str(), S_IFBLK | 0600, makedev(8, 1)), 0);
        QCOMPARE(::setxattr((m_layer / "dir/opaque").c_str(), "trusted.overlay.opaque", "y", 1, 0), 0);
        QCOMPARE(::setxattr((m_layer / "dir/opaque").c_str(), "trusted.overlay.origin", "x", 1, 0), 0);
        const char capability[] = "\1\0\0\2\0\4\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
        QCOMPARE(::chown((m_layer / "dir/file").c_str(), 3'000'000, 7), 0);
        QCOMPARE(::setxattr((m_layer / "dir/file").c_str(), "security.capability", capability, 20, 0), 0);
        QCOMPARE(::chmod((m_layer / "dir").c_str(), 01777), 0);
        const timespec times[2] = {{1'000'000'000, 0}, {1'000'000'000, 0}};
        ::utimensat(AT_FDCWD, (m_layer / "dir/file").c_str(), times, 0);

        LayerTarSummary summary;
        const std::string first = tar(m_layer, &summary);
        QCOMPARE(tar(m_layer), first);
        QCOMPARE(summary.bytes, 4u + 4 + 5 + 3 + 16 + 150);
        const fs::path copy = m_layer.parent_path() / "copy";
        fs::create_directory(copy);
        Bytes bytes(first);
        TarReader reader(bytes);
        const auto unpacked = unpackLayer(reader, folder(copy).get(), false, {}, {});
        QVERIFY2(unpacked.has_value(), unpacked ? "" : unpacked.error().message.c_str());
        QVERIFY2(tar(copy) == first, "a layer unpacked from its tar has another one");

        struct stat info{}, other{};
        QCOMPARE(::lstat((copy / "dir/file").c_str(), &info), 0);
        QCOMPARE(info.st_uid, 3'000'000u);
        QCOMPARE(info.st_mtim.tv_sec, 1'000'000'000);
        QCOMPARE(::lstat((copy / "linked").c_str(), &other), 0);
        QCOMPARE(other.st_ino, info.st_ino);
        QCOMPARE(::lstat((copy / "gone").c_str(), &info), 0);
        QVERIFY(S_ISCHR(info.st_mode) && info.st_rdev == 0);
        char value[32];
        QCOMPARE(::getxattr((copy / "dir/opaque").c_str(), "trusted.overlay.opaque", value, sizeof value), 1);
        QCOMPARE(::getxattr((copy / "dir/file").c_str(), "security.capability", value, sizeof value), 20);
        QVERIFY(!fs::exists(fs::symlink_status(copy / "disk")));
        QCOMPARE(fs::read_symlink(copy / "long-link").string(), std::string(150, 't'));
    }

    void gnuTarReadsItToo()
    {
        write("a/b", "b");
        write(std::string(60, 'd') + '/' + std::string(99, 'f'), "x");
        const fs::path file = m_layer.parent_path() / "layer.tar";
        std::ofstream(file) << tar(m_layer);
        QProcess gnu;
        gnu.start("tar", {"tf", QString::fromStdString(file.string())});
        QVERIFY(gnu.waitForFinished());
        QCOMPARE(gnu.readAllStandardError(), QByteArray());
        QCOMPARE(gnu.readAllStandardOutput(), QByteArray("a/\na/b\n") + QByteArray(60, 'd') + "/\n" + QByteArray(60, 'd') + '/' + QByteArray(99, 'f') + '\n');
    }

    void anEmptyLayerHasNoEntries()
    {
        LayerTarSummary summary;
        QCOMPARE(tar(m_layer, &summary), std::string(1024, '\0'));
        QCOMPARE(summary.entries, 0u);
    }
};

QTEST_APPLESS_MAIN(TestTarWriter)
#include "tst_tar_writer.moc"
