// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <QtTest>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/unique_fd.h"
#include "build/folder_walk.h"

using namespace slipway;
using namespace slipway::build;
namespace fs = std::filesystem;
using Kind = ContextEntry::Kind;

// What is found in a folder, on however many threads.
class TestFolderWalk : public QObject
{
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_dir;
    fs::path m_root;

    void write(const std::string& path, const std::string& text = "text") const
    {
        fs::create_directories((m_root / path).parent_path());
        std::ofstream(m_root / path) << text;
    }
    Result<std::vector<ContextEntry>> walk(const std::string& ignore = "", const ContextIndex& before = {}, const std::stop_token& stop = {}) const
    {
        const UniqueFd root(::open(m_root.c_str(), O_RDONLY | O_DIRECTORY));
        return walkFolder(root.get(), Peer{::geteuid(), ::getegid(), {}}, dockerfile::IgnoreFile::parse(ignore).value(), before, stop);
    }
    static std::vector<std::string> paths(const std::vector<ContextEntry>& entries)
    {
        std::vector<std::string> all;
        for (const ContextEntry& each : entries)
            all.push_back(each.path);
        return all;
    }

private slots:
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        m_root = m_dir->path().toStdString();
    }

    void manyFoldersInTheOrderOfAWalk()
    {
        std::vector<std::string> expected;
        for (int i = 0; i < 60; ++i) {
            for (int j = 0; j < 10; ++j)
                write(std::format("d{:02}/{}/f{}", i, j % 3 == 0 ? "a/b/c" : j % 3 == 1 ? "a.b" : "z", j));
            write(std::format("d{:02}.txt", i));
        }
        for (const auto& each : fs::recursive_directory_iterator(m_root))
            expected.push_back(each.path().lexically_relative(m_root));
        std::ranges::sort(expected, walksBefore);
        QCOMPARE(expected.size(), std::size_t(60 * (10 + 1 + 6)));
        for (int i = 0; i < 20; ++i) {
            auto found = walk();
            QVERIFY(found);
            QCOMPARE(paths(*found), expected);
            QVERIFY(makeTree(*found));
            QCOMPARE(paths(*found), expected); // it was one
        }
    }

    void kindsLinksAndWhatIsNoFile()
    {
        write("b/first");
        write("a/other", "12345");
        fs::create_hard_link(m_root / "b/first", m_root / "c-again");
        fs::create_hard_link(m_root / "b/first", m_root / "b/zweit");
        fs::create_symlink("nowhere", m_root / "link");
        QCOMPARE(::mkfifo((m_root / "fifo").c_str(), 0600), 0);
        ::chmod((m_root / "a/other").c_str(), 04751);
        const auto found = walk();
        QVERIFY(found);
        QCOMPARE(paths(*found), (std::vector<std::string>{"a", "a/other", "b", "b/first", "b/zweit", "c-again", "link"}));
        QCOMPARE((*found)[1].mode, 04751u);
        QCOMPARE((*found)[1].size, 5);
        QCOMPARE((*found)[3].kind, Kind::File);
        for (const int link : {4, 5}) {
            QCOMPARE((*found)[std::size_t(link)].kind, Kind::HardLink);
            QCOMPARE((*found)[std::size_t(link)].link, std::string("b/first"));
        }
        QCOMPARE((*found)[6].link, std::string("nowhere"));
    }

    void whatIsIgnored()
    {
        for (const char* path : {"node_modules/a/b", "node_modules/keep/me", "src/x.log", "src/x.c"})
            write(path);
        QCOMPARE(paths(*walk("node_modules\n**/*.log\n")), (std::vector<std::string>{"src", "src/x.c"}));
        QCOMPARE(paths(*walk("node_modules\n!node_modules/keep/me\n")),
                 (std::vector<std::string>{"node_modules/keep/me", "src", "src/x.c", "src/x.log"}));
    }

    void errorsAndTheEnd()
    {
        write("a/b/c");
        std::stop_source stop;
        stop.request_stop();
        QCOMPARE(walk("", {}, stop.get_token()).error().kind, ErrorKind::Cancelled);
        UniqueFd at(::open(m_root.c_str(), O_RDONLY | O_DIRECTORY)); // deeper than any path can say
        const std::string name(250, 'd');
        for (int i = 0; i < 40; ++i) {
            QCOMPARE(::mkdirat(at.get(), name.c_str(), 0755), 0);
            at = UniqueFd(::openat(at.get(), name.c_str(), O_RDONLY | O_DIRECTORY));
        }
        const auto deep = walk();
        QVERIFY(!deep && deep.error().message.contains("lies too deep"));
        QVERIFY(walk(name + "\n"));
    }
};

QTEST_GUILESS_MAIN(TestFolderWalk)
#include "tst_folder_walk.moc"
