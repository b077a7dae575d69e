// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <QtTest>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "build/file_tree.h"
#include "support/bytes.h"

using namespace slipway;
using namespace slipway::build;
using slipway::test::contents;
namespace fs = std::filesystem;

// What COPY finds, hashes and copies. OUTSIDE lies beside both roots and must never be read or changed.
class TestFileTree : public QObject
{
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_dir;
    fs::path m_from, m_to, m_outside;

    static UniqueFd folder(const fs::path& path) { return UniqueFd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)); }
    static void write(const fs::path& file, const std::string& text)
    {
        fs::create_directories(file.parent_path());
        std::ofstream(file) << text;
    }
    [[nodiscard]] FileTree tree(bool isContext = true) const { return {folder(m_from), isContext}; }
    [[nodiscard]] std::string found(const std::string& pattern, bool isContext = true) const
    {
        const auto sources = tree(isContext).find(pattern);
        if (!sources)
            return sources.error().message;
        std::string text;
        for (const CopySource& source : *sources)
            text += (text.empty() ? "" : " ") + source.path + (source.isFolder ? "/" : "") + '=' + source.name;
        return text;
    }
    [[nodiscard]] std::string hash(const CopySource& source, const CopyRules& rules = {}) const
    {
        const auto made = tree().hash(source, rules, {});
        return made ? made->str() : made.error().message;
    }
    [[nodiscard]] std::string copy(const CopySource& source, const std::string& path, const CopyRules& rules = {}) const
    {
        const auto done = copyInto(tree(), source, folder(m_to).get(), path, rules, {});
        return done ? "" : done.error().message;
    }
    static std::string facts(const fs::path& path)
    {
        struct stat info{};
        return ::lstat(path.c_str(), &info) != 0 ? "none" : QString("%1 %2:%3").arg(info.st_mode & 07777, 0, 8).arg(info.st_uid).arg(info.st_gid).toStdString();
    }

private slots:
    void initTestCase()
    {
        if (::geteuid() != 0)
            QSKIP("gives files to others");
    }
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        const fs::path root = m_dir->path().toStdString();
        m_from = root / "from";
        m_to = root / "to";
        m_outside = root / "outside";
        for (const fs::path& path : {m_from, m_to, m_outside})
            fs::create_directory(path);
        write(m_outside / "secret", "secret");
    }

    void finds()
    {
        for (const char* name : {"a.txt", "b.txt", "c.md", "sub/d.txt", "sub/deep/e.txt", "we[ird"})
            write(m_from / name, name);
        fs::create_symlink("sub", m_from / "link");
        QCOMPARE(found("a.txt"), std::string("a.txt=a.txt"));
        QCOMPARE(found("/a.txt"), std::string("a.txt=a.txt"));
        QCOMPARE(found("*.txt"), std::string("a.txt=a.txt b.txt=b.txt"));
        QCOMPARE(found("./sub/../[ab].t?t"), std::string("a.txt=a.txt b.txt=b.txt"));
        QCOMPARE(found("*/d.txt"), std::string("sub/d.txt=d.txt sub/d.txt=d.txt")); // also by the link
        QCOMPARE(found("sub"), std::string("sub/=sub"));
        QCOMPARE(found("link"), std::string("sub/=link"));
        QCOMPARE(found("."), std::string("/="));
        QCOMPARE(found("we[[]ird"), std::string("we[ird=we[ird"));
        QCOMPARE(found("*.go"), std::string());
        QCOMPARE(found("a.tyt"), std::string("file not found in build context or excluded by .dockerignore: stat a.tyt: file does not exist (did you mean a.txt?)"));
        QCOMPARE(found("nothing/like/it", false), std::string("stat nothing/like/it: file does not exist"));
        QCOMPARE(found("[a"), std::string("syntax error in pattern"));
    }

    void neverLeavesItsRoot()
    {
        fs::create_symlink(m_outside, m_from / "absolute");
        fs::create_symlink("../outside", m_from / "up");
        write(m_from / "etc/secret", "inside");
        fs::create_symlink("/etc/secret", m_from / "rooted");
        QCOMPARE(found("../outside/secret"), std::string("forbidden path outside the build context: ../outside/secret ()"));
        QCOMPARE(found("a/../../outside/secret"), std::string("forbidden path outside the build context: a/../../outside/secret ()"));
        QVERIFY(found("absolute/secret").contains("file does not exist"));
        QVERIFY(found("up/secret").contains("file does not exist"));
        QCOMPARE(found("*/secret"), std::string("etc/secret=secret"));
        QCOMPARE(found("rooted"), std::string("etc/secret=rooted")); // a link's root is the context's
        QCOMPARE(found("../../etc/secret", false), std::string("etc/secret=secret"));
    }

    void theHashIsOfWhatMatters()
    {
        write(m_from / "d/a", "one");
        write(m_from / "d/b", "two");
        fs::create_symlink("a", m_from / "d/l");
        const CopySource all{"d", "d", true};
        const CopyRules asRoot{.uid = 0, .gid = 0, .mode = {}, .exclude = {}};
        const std::string first = hash(all);
        const timespec times[2] = {{1000, 0}, {1000, 0}};
        ::utimensat(AT_FDCWD, (m_from / "d/a").c_str(), times, 0);
        QCOMPARE(hash(all), first);
        const auto changes = [&](const CopyRules& rules, const std::function<void()>& change, const std::function<void()>& undo) {
            const std::string before = hash(all, rules);
            change();
            const bool other = hash(all, rules) != before;
            undo();
            return other && hash(all, rules) == before;
        };
        const fs::path a = m_from / "d/a";
        QVERIFY(changes({}, [&] { ::chmod(a.c_str(), 0755); }, [&] { ::chmod(a.c_str(), 0644); }));
        QVERIFY(changes({}, [&] { write(a, "eno"); }, [&] { write(a, "one"); }));
        QVERIFY(changes({}, [&] { fs::rename(a, m_from / "d/c"); }, [&] { fs::rename(m_from / "d/c", a); }));
        QVERIFY(changes({}, [&] { ::chown(a.c_str(), 5, 5); }, [&] { ::chown(a.c_str(), 0, 0); }));
        QVERIFY(!changes(asRoot, [&] { ::chown(a.c_str(), 5, 5); }, [&] { ::chown(a.c_str(), 0, 0); }));
        QVERIFY(changes({}, [&] { ::setxattr(a.c_str(), "user.x", "1", 1, 0); }, [&] { ::removexattr(a.c_str(), "user.x"); }));
        QVERIFY(changes({}, [&] { fs::remove(m_from / "d/l"); fs::create_symlink("b", m_from / "d/l"); }, [&] { fs::remove(m_from / "d/l"); fs::create_symlink("a", m_from / "d/l"); }));
        const CopyRules without{.uid = {}, .gid = {}, .mode = {}, .exclude = IgnoreFile::of({"b"}).value()};
        QVERIFY(!changes(without, [&] { write(m_from / "d/b", "three"); }, [&] { write(m_from / "d/b", "two"); }));
        // Two small files are not one large one
        write(m_from / "x/1", "ab");
        write(m_from / "y/1", "a");
        QVERIFY(hash({"x", "x", true}) != hash({"y", "y", true}));
    }

    void copiesWithModesAndOwners()
    {
        write(m_from / "d/run", "#!");
        ::chmod((m_from / "d/run").c_str(), 04750);
        ::chown((m_from / "d").c_str(), 3, 4);
        ::chmod((m_from / "d").c_str(), 0700);
        fs::create_hard_link(m_from / "d/run", m_from / "d/same");
        fs::create_symlink("/nowhere", m_from / "d/dangling");
        QCOMPARE(copy({"d", "d", true}, "/new/place"), std::string());
        QCOMPARE(facts(m_to / "new/place"), std::string("755 0:0")); // the content was copied, not the folder
        QCOMPARE(facts(m_to / "new/place/run"), std::string("4750 0:0"));
        QCOMPARE(fs::hard_link_count(m_to / "new/place/same"), 2u);
        QCOMPARE(fs::read_symlink(m_to / "new/place/dangling").string(), std::string("/nowhere"));
        QCOMPARE(copy({"", "", true}, "/all", {.uid = 7, .gid = 8, .mode = 0640, .exclude = {}}), std::string());
        QCOMPARE(facts(m_to / "all"), std::string("755 7:8"));
        QCOMPARE(facts(m_to / "all/d"), std::string("640 7:8"));
        QCOMPARE(facts(m_to / "all/d/run"), std::string("640 7:8"));
        QCOMPARE(copy({"d/run", "run", false}, "/single"), std::string());
        QCOMPARE(facts(m_to / "single"), std::string("4750 0:0"));
        write(m_to / "file", "in the way");
        QCOMPARE(copy({"d", "d", true}, "/file"), std::string("cannot copy to non-directory: /file"));
        fs::create_directory(m_to / "busy");
        QCOMPARE(copy({"d/run", "run", false}, "/busy"), std::string("cannot replace the directory /busy with a file"));
    }

    // What a hostile base image has where files are to go.
    void writesThroughNoLinkOutside()
    {
        write(m_from / "x/secret", "overwritten");
        fs::create_symlink("../outside", m_to / "up");
        fs::create_symlink(m_outside, m_to / "absolute");
        fs::create_symlink("../outside/secret", m_to / "file");
        fs::create_directory(m_to / "d");
        fs::create_symlink("../../outside", m_to / "d/x");
        QVERIFY(!copy({"x", "x", true}, "/up").empty());
        QVERIFY(!copy({"x", "x", true}, "/absolute").empty());
        QVERIFY(!copy({"x/secret", "secret", false}, "/up/secret").empty());
        QCOMPARE(copy({"x/secret", "secret", false}, "/file"), std::string()); // the link is replaced
        QVERIFY(!copy({"", "", true}, "/d").empty());
        QCOMPARE(contents(m_outside / "secret"), std::string("secret"));
        QCOMPARE(std::distance(fs::directory_iterator(m_outside), {}), 1);
        QCOMPARE(contents(m_to / "file"), std::string("overwritten"));
    }

    void linksInsideAreFollowed()
    {
        write(m_from / "x/f", "f");
        fs::create_directories(m_to / "usr/lib");
        fs::create_symlink("usr/lib", m_to / "lib");
        fs::create_symlink("/usr/lib", m_to / "lib64");
        QCOMPARE(copy({"x", "x", true}, "/lib/one"), std::string());
        QCOMPARE(copy({"x", "x", true}, "/lib64/two"), std::string());
        QVERIFY(fs::exists(m_to / "usr/lib/one/f") && fs::exists(m_to / "usr/lib/two/f"));
    }

    void cancels()
    {
        write(m_from / "f", "f");
        std::stop_source stop;
        stop.request_stop();
        QCOMPARE(tree().hash({"f", "f", false}, {}, stop.get_token()).error().kind, ErrorKind::Cancelled);
        QCOMPARE(copyInto(tree(), {"f", "f", false}, folder(m_to).get(), "/f", {}, stop.get_token()).error().kind, ErrorKind::Cancelled);
    }
};

QTEST_APPLESS_MAIN(TestFileTree)
#include "tst_file_tree.moc"
