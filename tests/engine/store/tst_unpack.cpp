// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <QtTest>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/unique_fd.h"
#include "store/decompress.h"
#include "store/tar_reader.h"
#include "store/unpack.h"
#include "support/bytes.h"
#include "support/tar_builder.h"

using namespace slipway;
using namespace slipway::test;
namespace fs = std::filesystem;

// Layers as attackers make them. OUTSIDE lies beside the folder that is unpacked into and must never change.
class TestUnpack : public QObject
{
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_dir;
    fs::path m_outside, m_inside;

    Result<UnpackResult> unpack(const std::string& archive, const UnpackLimits& limits = {}, std::size_t piece = SIZE_MAX)
    {
        Bytes bytes(archive, piece);
        const auto plain = decompressed(bytes);
        TarReader tar(*plain);
        const UniqueFd dir(::open(m_inside.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        auto result = unpackLayer(tar, dir.get(), false, limits, {});
        if (result)
            if (auto drained = tar.drain(); !drained)
                return std::unexpected(drained.error());
        return result;
    }
    static std::string message(const Result<UnpackResult>& result) { return result ? "it succeeded" : result.error().message; }

    std::string outside() const
    {
        std::string text;
        for (const auto& entry : fs::recursive_directory_iterator(m_outside)) {
            struct stat info{};
            ::lstat(entry.path().c_str(), &info);
            text += entry.path().string() + ' ' + std::to_string(info.st_mode) + ' ' + std::to_string(info.st_uid) + ' '
                    + std::to_string(info.st_nlink) + ' ' + std::to_string(info.st_mtim.tv_sec) + ' '
                    + (entry.is_regular_file() ? contents(entry.path()) : "") + '\n';
        }
        return text;
    }
    struct stat statOf(const char* name) const
    {
        struct stat info{};
        ::lstat((m_inside / name).c_str(), &info);
        return info;
    }

private slots:
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        const fs::path base = m_dir->path().toStdString();
        m_outside = base / "outside";
        m_inside = base / "inside";
        fs::create_directories(m_outside / "folder");
        fs::create_directories(m_inside);
        std::ofstream(m_outside / "secret") << "secret";
    }

    // Each of these must neither reach outside nor be followed; some are refused, some harmless.
    void breakouts_data()
    {
        QTest::addColumn<QByteArray>("archive");
        QTest::addColumn<bool>("refused");
        const std::string outside = "../outside", absolute = "@OUTSIDE@";
        const auto add = [](const char* name, const TarBuilder& tar, bool refused) {
            QTest::newRow(name) << QByteArray::fromStdString(tar.finished()) << refused;
        };
        add("dot dot", TarBuilder().file("../outside/secret", "changed"), true);
        add("dot dot in the middle", TarBuilder().file("a/../../outside/secret", "changed"), true);
        add("dot dot alone", TarBuilder().folder(".."), true);
        add("only dots and slashes", TarBuilder().folder("././/"), false);
        add("absolute name", TarBuilder().file("/etc/inside", "fine"), false);
        add("symlink, then through it", TarBuilder().symlink("link", outside).file("link/secret", "changed"), true);
        add("absolute symlink, then through it", TarBuilder().symlink("link", absolute).file("link/secret", "changed"), true);
        add("symlink chain", TarBuilder().symlink("a", "..").symlink("b", "a/outside").file("b/new", "x"), true);
        add("symlink below a folder", TarBuilder().folder("d").symlink("d/link", "../../outside").file("d/link/secret", "x"), true);
        add("file over a symlink", TarBuilder().symlink("link", outside + "/secret").file("link", "changed"), false);
        add("folder over a symlink", TarBuilder().symlink("link", outside).folder("link", 0700).file("link/secret", "mine"), false);
        add("hard link out", TarBuilder().hardLink("link", "../outside/secret").file("link", "changed"), true);
        add("hard link absolute", TarBuilder().hardLink("link", "@OUTSIDE@/secret"), true);
        add("hard link through a symlink", TarBuilder().symlink("s", outside).hardLink("link", "s/secret"), true);
        add("hard link to a symlink", TarBuilder().symlink("s", outside + "/secret").hardLink("link", "s").file("link", "changed"), false);
        add("hard link to itself", TarBuilder().hardLink("a", "a"), true);
        add("hard link to a folder", TarBuilder().folder("d").hardLink("a", "d"), true);
        add("hard link to nothing", TarBuilder().hardLink("a", ""), true);
        add("whiteout of the parent", TarBuilder().file(".wh..", ""), false);
        add("whiteout of above", TarBuilder().file(".wh...", ""), false);
        add("whiteout through a symlink", TarBuilder().symlink("s", outside).file("s/.wh.secret", ""), true);
        add("opaque through a symlink", TarBuilder().symlink("s", outside).file("s/.wh..wh..opq", ""), true);
        add("opaque as a symlink", TarBuilder().symlink(".wh..wh..opq", outside), false);
        add("mode through a symlink", TarBuilder().symlink("s", outside + "/secret").add({.name = "s", .type = '5', .mode = 0777}), false);
        add("long name with dots", TarBuilder().gnuLong('L', "x/../../outside/secret").file("short", "changed"), true);
        add("pax path with dots", TarBuilder().pax({{"path", "../outside/secret"}}).file("short", "changed"), true);
        add("pax link with dots", TarBuilder().pax({{"linkpath", "../outside/secret"}}).hardLink("short", "x"), true);
        add("prefix with dots", TarBuilder().add({.name = "secret", .content = "changed", .prefix = "../outside"}), true);
        add("a NUL in the name", TarBuilder().pax({{"path", std::string("a\0/../x", 7)}}).file("short"), true);
        add("folder where a file is", TarBuilder().file("a").file("a/b"), true);
        add("root made a file", TarBuilder().file(".", "x"), true);
        add("empty symlink", TarBuilder().symlink("s", ""), true);
    }
    void breakouts()
    {
        QFETCH(QByteArray, archive);
        QFETCH(bool, refused);
        archive.replace("@OUTSIDE@", QByteArray::fromStdString(m_outside.string()).left(90)); // lengths differ: only links carry it
        const std::string before = outside();
        const auto result = unpack(archive.toStdString());
        QCOMPARE(outside(), before);
        QVERIFY(fs::is_directory(m_inside));
        QVERIFY2(result.has_value() != refused, message(result).c_str());
        if (refused)
            QCOMPARE(result.error().kind, ErrorKind::InvalidArgument);
    }

    void deviceNodesAreLeftOut()
    {
        const auto result = unpack(TarBuilder()
                                       .add({.name = "sda", .type = '4', .major = 8, .minor = 0})
                                       .add({.name = "mem", .type = '3', .mode = 0666, .major = 1, .minor = 1})
                                       .add({.name = "null-null", .type = '3'})
                                       .add({.name = "fifo", .type = '6', .mode = 0600})
                                       .add({.name = "odd", .type = 'Z'})
                                       .finished());
        QVERIFY2(result.has_value(), message(result).c_str());
        QCOMPARE(result->skippedDevices, 4u);
        QVERIFY(!fs::exists(fs::symlink_status(m_inside / "sda")) && !fs::exists(fs::symlink_status(m_inside / "mem"))
                && !fs::exists(fs::symlink_status(m_inside / "null-null")));
        QVERIFY(S_ISFIFO(statOf("fifo").st_mode));
    }

    void modesOwnersAndTimesAreKept()
    {
        const auto result = unpack(TarBuilder()
                                       .add({.name = "su", .mode = 04755, .uid = 0, .mtime = 1'000'000'000})
                                       .add({.name = "sg", .mode = 02755, .uid = 7, .gid = 8})
                                       .add({.name = "d", .type = '5', .mode = 01777, .mtime = 1'000'000'001})
                                       .file("d/later")
                                       .finished());
        QVERIFY2(result.has_value(), message(result).c_str());
        QCOMPARE(statOf("su").st_mode & 07777, 04755u);
        QCOMPARE(statOf("su").st_mtim.tv_sec, 1'000'000'000);
        QCOMPARE(statOf("sg").st_mode & 07777, 02755u);
        QCOMPARE(statOf("sg").st_uid, 7u);
        QCOMPARE(statOf("sg").st_gid, 8u);
        QCOMPARE(statOf("d").st_mode & 07777, 01777u);
        QCOMPARE(statOf("d").st_mtim.tv_sec, 1'000'000'001); // though a file was put in afterwards
    }

    void onlyHarmlessAttributesAreKept()
    {
        const std::string capability("\1\0\0\2\0\4\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20);
        const auto result = unpack(TarBuilder()
                                       .pax({{"SCHILY.xattr.user.mime", "text"},
                                             {"SCHILY.xattr.user.overlay.opaque", "y"},
                                             {"SCHILY.xattr.trusted.overlay.redirect", "/etc"},
                                             {"SCHILY.xattr.trusted.overlay.opaque", "y"},
                                             {"SCHILY.xattr.security.capability", capability}})
                                       .file("file")
                                       .pax({{"SCHILY.xattr.trusted.overlay.opaque", "y"}})
                                       .folder("folder")
                                       .finished());
        QVERIFY2(result.has_value(), message(result).c_str());
        char value[64];
        const auto has = [&](const char* file, const char* name) { return ::lgetxattr((m_inside / file).c_str(), name, value, sizeof value) >= 0; };
        QVERIFY(has("file", "security.capability"));
        for (const char* name : {"trusted.overlay.redirect", "trusted.overlay.opaque", "user.overlay.opaque"})
            QVERIFY2(!has("file", name), name);
        QVERIFY(!has("folder", "trusted.overlay.opaque"));
    }

    void whiteoutsAndOpaqueFolders()
    {
        const auto result = unpack(TarBuilder()
                                       .file("a/.wh.gone", "")
                                       .file("b/.wh..wh..opq", "")
                                       .file("b/kept")
                                       .file("c/.wh.both", "").file("c/both", "new")
                                       .file("d/both", "new").file("d/.wh.both", "")
                                       .file("e/.wh..wh.plnk", "")
                                       .finished());
        QVERIFY2(result.has_value(), message(result).c_str());
        const auto gone = statOf("a/gone");
        QVERIFY(S_ISCHR(gone.st_mode) && gone.st_rdev == makedev(0, 0));
        char value[8];
        QCOMPARE(::lgetxattr((m_inside / "b").c_str(), "trusted.overlay.opaque", value, sizeof value), 1);
        QCOMPARE(contents(m_inside / "c/both"), std::string("new"));
        QCOMPARE(contents(m_inside / "d/both"), std::string("new"));
        QVERIFY(fs::is_empty(m_inside / "e"));
    }

    void longNames()
    {
        const std::string deep = std::string(120, 'a') + "/" + std::string(200, 'b') + "/" + std::string(255, 'c');
        const std::string target = std::string(300, 't');
        const auto result = unpack(TarBuilder()
                                       .gnuLong('L', deep).file("truncated", "gnu")
                                       .pax({{"path", deep + "d/" + std::string(200, 'e')}}).file("truncated", "pax") // a component of 256
                                       .finished());
        QVERIFY2(!result, "a name of 256 bytes");
        QCOMPARE(contents(m_inside / deep), std::string("gnu"));
        const std::string paxName = std::string(240, 'p') + "/" + std::string(240, 'q');
        const auto second = unpack(TarBuilder()
                                       .pax({{"path", paxName}, {"mtime", "1000000000.123456789"}, {"uid", "70000"}}).file("x", "pax")
                                       .gnuLong('K', target).symlink("link", "short")
                                       .add({.name = "name", .content = "prefixed", .prefix = "some/pre/fix"})
                                       .finished());
        QVERIFY2(second.has_value(), message(second).c_str());
        QCOMPARE(contents(m_inside / paxName), std::string("pax"));
        QCOMPARE(statOf(paxName.c_str()).st_uid, 70000u);
        QCOMPARE(fs::read_symlink(m_inside / "link").string(), target);
        QCOMPARE(contents(m_inside / "some/pre/fix/name"), std::string("prefixed"));
    }

    // As docker's client ends its "build -f -": without the padding of the last file and the end mark.
    void unpaddedEnd()
    {
        const auto result = unpack(TarBuilder().file("a", "whole").file("b", "text").unfinished().substr(0, 3 * 512 + 4));
        QVERIFY2(result.has_value(), message(result).c_str());
        QCOMPARE(contents(m_inside / "a") + contents(m_inside / "b"), std::string("wholetext"));
    }

    void damaged_data()
    {
        QTest::addColumn<QByteArray>("archive");
        QTest::addColumn<QString>("words");
        const auto add = [](const char* name, const std::string& archive, const char* words) {
            QTest::newRow(name) << QByteArray::fromStdString(archive) << QString(words);
        };
        const std::string big(200'000, 'x');
        add("cut in the content", TarBuilder().file("a", big).finished().substr(0, 100'000), "unexpected EOF");
        add("cut in a header", TarBuilder().file("a").unfinished().substr(0, 300), "unexpected EOF");
        add("junk", std::string(2048, 'j'), "invalid tar header");
        add("negative size", TarBuilder().add({.name = "a", .size = "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"}).finished(), "impossible size");
        add("size of an exabyte", TarBuilder().add({.name = "a", .size = std::string("\x80\0\0\0\x10\0\0\0\0\0\0\0", 12)}).finished(), "impossible size");
        add("size of a terabyte", TarBuilder().add({.name = "a", .size = std::string("\x80\0\0\0\0\0\1\0\0\0\0\0", 12)}).finished(), "larger than its limit");
        add("pax size that is none", TarBuilder().pax({{"size", "-1"}}).file("a").finished(), "impossible size");
        add("pax record too long", TarBuilder().add({.name = "p", .type = 'x', .content = "99 path=a\n"}).file("a").finished(), "bad pax record");
        add("pax record without =", TarBuilder().add({.name = "p", .type = 'x', .content = "9 path-a\n"}).file("a").finished(), "bad pax record");
        add("pax of megabytes", TarBuilder().add({.name = "p", .type = 'x', .content = std::string(2 << 20, 'x')}).file("a").finished(), "larger than it may be");
        add("gnu name of megabytes", TarBuilder().gnuLong('L', std::string(2 << 20, 'x')).file("a").finished(), "larger than it may be");
        add("gzip cut", gzipped(TarBuilder().file("a", big + "y").finished()).substr(0, 200), "unexpected EOF");
        add("zstd cut", zstdCompressed(TarBuilder().file("a", big + "y").finished()).substr(0, 30), "unexpected EOF");
        std::string broken = gzipped(TarBuilder().file("a", big).finished());
        broken[broken.size() - 5] ^= 0x55; // its checksum
        add("gzip checksum", broken, "gzip");
        add("uid beyond 32 bits", TarBuilder().pax({{"uid", "4294967296"}}).file("a").finished(), "uid");
        add("uid negative", TarBuilder().pax({{"uid", "-1"}}).file("a").finished(), "uid");
    }
    void damaged()
    {
        QFETCH(QByteArray, archive);
        QFETCH(QString, words);
        const auto result = unpack(archive.toStdString());
        QVERIFY2(QString::fromStdString(message(result)).contains(words), message(result).c_str());
        QCOMPARE(result.error().kind, ErrorKind::InvalidArgument);
    }

    // Whatever sizes the reads come in, and however many gzip members or zstd frames there are.
    void pieces_data()
    {
        QTest::addColumn<int>("piece");
        for (const int piece : {1, 7, 511, 513, 65536})
            QTest::addRow("%d", piece) << piece;
    }
    void pieces()
    {
        QFETCH(int, piece);
        std::string text;
        for (int i = 0; i < 20'000; ++i)
            text += std::to_string(i * 7919);
        const std::string tar = TarBuilder().file("a", text).finished();
        const std::string half = tar.substr(0, tar.size() / 2), rest = tar.substr(tar.size() / 2);
        for (const std::string& archive : {tar, gzipped(tar), zstdCompressed(tar), gzipped(half) + gzipped(rest), gzipped(half, 0) + gzipped("") + gzipped(rest, 9),
                                           zstdCompressed(half) + zstdCompressed(rest)}) {
            const auto result = unpack(archive, {}, static_cast<std::size_t>(piece));
            QVERIFY2(result.has_value(), message(result).c_str());
            QVERIFY(contents(m_inside / "a") == text);
            fs::remove(m_inside / "a");
        }
    }

    void bombsStopAtTheBudget()
    {
        const std::string zeros(64 << 20, '\0');
        for (const std::string& bomb : {gzipped(TarBuilder().file("bomb", zeros).finished(), 9), zstdCompressed(TarBuilder().file("bomb", zeros).finished())}) {
            QVERIFY(bomb.size() < 100'000);
            const auto result = unpack(bomb, {.bytes = 1 << 20, .entries = 100});
            QVERIFY2(message(result).find("larger than its limit") != std::string::npos, message(result).c_str());
            fs::remove(m_inside / "bomb");
        }
        TarBuilder many;
        for (int i = 0; i < 200; ++i)
            many.file("f" + std::to_string(i), "");
        const auto result = unpack(many.finished(), {.bytes = 1 << 20, .entries = 100});
        QVERIFY2(message(result).find("more members than its limit") != std::string::npos, message(result).c_str());
        TarBuilder links;
        links.file("f");
        for (int i = 0; i < 200; ++i)
            links.hardLink("l" + std::to_string(i), "f");
        QVERIFY(!unpack(links.finished(), {.bytes = 1 << 20, .entries = 100}));
        TarBuilder skipped;
        for (int i = 0; i < 200; ++i)
            skipped.add({.name = "n", .type = '3', .content = std::string(100'000, 'x')});
        QVERIFY(!unpack(skipped.finished(), {.bytes = 1 << 20, .entries = 100}));
    }

    // A window beyond 128 MiB is refused before it is allocated.
    void hugeWindowsAreRefused()
    {
        std::string frame("\x28\xb5\x2f\xfd\x00\xa8", 6); // magic, no flags, a window of 2 GiB
        frame += std::string("\x01\x00\x00", 3);
        const auto result = unpack(frame);
        QVERIFY2(message(result).find("zstd") != std::string::npos, message(result).c_str());
    }

    void sparseFilesAreRefusedOrRight()
    {
        const auto old = unpack(TarBuilder().add({.name = "sparse", .type = 'S', .content = "data"}).finished());
        QVERIFY2(!old, "an old GNU sparse member is not what it seems");
        const auto pax = unpack(TarBuilder().pax({{"GNU.sparse.major", "1"}, {"GNU.sparse.minor", "0"}, {"GNU.sparse.name", "real"}, {"GNU.sparse.realsize", "1000"}})
                                    .file("GNUSparseFile.0/real", "1\n0\n4\n" + std::string(506, '\0') + "data").finished());
        QVERIFY2(!pax, "a pax sparse member");
    }
};

QTEST_APPLESS_MAIN(TestUnpack)
#include "tst_unpack.moc"
