// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <QtTest>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <fstream>

#include "build/file_tree.h"
#include "build/kept_context.h"

using namespace slipway;
using namespace slipway::build;
namespace fs = std::filesystem;
using Kind = ContextEntry::Kind;

// Contexts that are kept: what comes again, what is believed, and what never is.
class TestKeptContext : public QObject
{
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_dir;
    fs::path m_root;
    std::unique_ptr<KeptContexts> m_contexts;
    std::map<std::string, std::string> m_content; // of the files, by path
    std::vector<std::string> m_brought;

    static ContextEntry entry(const std::string& path, Kind kind, std::int64_t modified = 1'000'000'000, std::uint32_t mode = 0644)
    {
        ContextEntry made;
        made.path = path;
        made.kind = kind;
        made.mode = kind == Kind::Folder ? 0755 : mode;
        made.modified = modified;
        return made;
    }
    ContextEntry file(const std::string& path, const std::string& text, std::int64_t modified = 1'000'000'000, std::uint32_t mode = 0644)
    {
        m_content[path] = text;
        ContextEntry made = entry(path, Kind::File, modified, mode);
        made.size = static_cast<std::int64_t>(text.size());
        return made;
    }
    static ContextEntry link(const std::string& path, const std::string& to, Kind kind = Kind::Symlink)
    {
        ContextEntry made = entry(path, kind);
        made.link = to;
        return made;
    }
    static ContextEntry folder(const std::string& path, std::int64_t modified = 1'000'000'000) { return entry(path, Kind::Folder, modified); }

    Status update(KeptContext& context, std::vector<ContextEntry> wanted, int failAfter = -1)
    {
        m_brought.clear();
        return context.update(std::move(wanted), [&](const std::vector<KeptContext::Wish>& files, const KeptContext::Take& take) -> Status {
            for (const auto& [number, entry] : files) {
                const std::string& text = m_content[entry->path];
                TRY_STATUS(take(number, text.substr(0, 1)));
                if (failAfter-- == 0)
                    return fail(ErrorKind::Cancelled, "gone");
                if (text.size() > 1)
                    TRY_STATUS(take(number, text.substr(1)));
                TRY_STATUS(take(number, ""));
                m_brought.push_back(entry->path);
            }
            return {};
        });
    }
    std::unique_ptr<KeptContext> open(const std::string& key = "key") { return m_contexts->open(key, "local source for context").value(); }
    using Names = std::vector<std::string>;

    // As `find -printf` tells it.
    static QByteArray tree(const KeptContext& context)
    {
        QProcess find;
        find.start("sh", {"-c", "cd " + QString::fromStdString(context.folder()) + " && find . -mindepth 1 -printf '%P %y %m %Ts %l\\n' | sort"});
        find.waitForFinished();
        return find.readAllStandardOutput();
    }
    static QByteArray text(const KeptContext& context, const char* path)
    {
        QFile file(QString::fromStdString(context.folder() / path));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("(none)");
    }
    // What is there is what the index says: by the hash that looks, beside the one that does not.
    static bool isTrue(const KeptContext& context)
    {
        const auto root = [&] { return UniqueFd(::open(context.folder().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)); };
        const auto looked = FileTree(root(), true).hash({"", "", true}, {}, {}), known = FileTree(root(), true, context.index()).hash({"", "", true}, {}, {});
        return looked && known && *looked == *known;
    }

private slots:
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        m_root = m_dir->path().toStdString();
        fs::create_directory(m_root / "ingest");
        m_contexts = std::make_unique<KeptContexts>(m_root);
    }

    void onlyWhatChangedComesAgain()
    {
        const std::vector<ContextEntry> first = {file("a", "A"), folder("d"), file("d/x", "xx"), file("d/y", "yyy"), file("empty", ""), link("l", "d/x")};
        {
            const auto context = open();
            QVERIFY(update(*context, first).has_value());
            QCOMPARE(m_brought, Names({"a", "d/x", "d/y"})); // nobody asks for nothing
            QCOMPARE(tree(*context), QByteArray("a f 644 1 \nd d 755 1 \nd/x f 644 1 \nd/y f 644 1 \nempty f 644 1 \nl l 777 1 d/x\n"));
            QVERIFY(isTrue(*context));
        }
        const auto context = open();
        QVERIFY(update(*context, first).has_value());
        QCOMPARE(m_brought, Names());
        QVERIFY(isTrue(*context));

        auto changed = first;
        changed[2] = file("d/x", "XXXX", 2'500'000'000);
        QVERIFY(update(*context, changed).has_value());
        QCOMPARE(m_brought, Names({"d/x"}));
        QCOMPARE(text(*context, "d/x"), QByteArray("XXXX"));
        QCOMPARE(tree(*context), QByteArray("a f 644 1 \nd d 755 1 \nd/x f 644 2 \nd/y f 644 1 \nempty f 644 1 \nl l 777 1 d/x\n")); // the folder's time too
        QVERIFY(isTrue(*context));

        m_content["d/x"] = "YYYY"; // same size and time: believed, as by BuildKit
        QVERIFY(update(*context, changed).has_value());
        QCOMPARE(m_brought, Names());
        changed[2] = file("d/x", "YYYY", 2'500'000'001); // touched
        QVERIFY(update(*context, changed).has_value());
        QCOMPARE(m_brought, Names({"d/x"}));
        changed[2].mode = 0755;
        QVERIFY(update(*context, changed).has_value());
        QCOMPARE(m_brought, Names({"d/x"}));
        QVERIFY(isTrue(*context));
        QVERIFY(tree(*context).contains("d/x f 755 2 \n"));
    }

    // The hash of what is copied is made anew only where something in it changed, and is what it would be if it were made of the files.
    void hashesStayWhereNothingChanged()
    {
        const auto hashOf = [](const KeptContext& context, const std::string& path, bool indexed) {
            UniqueFd root(::open(context.folder().c_str(), O_RDONLY | O_DIRECTORY));
            const FileTree files(std::move(root), true, indexed ? context.index() : nullptr);
            return files.hash({path, fs::path(path).filename(), path.empty() || path.find('.') == std::string::npos}, {}, {})->hex();
        };
        const auto keptOf = [](const KeptContext& context, const std::string& path) {
            return context.index()->hashes().find(std::string("folder\n") + '\0' + path + std::string(3, '\0')).has_value();
        };
        const std::string anyFolder[] = {"", "one", "other", "one/deep", "one/plain.txt"};
        const auto wanted = [this](const std::string& text, std::uint32_t mode, const std::string& last) {
            return std::vector{folder("one"), folder("one/deep"), file("one/deep/a", text), file("one/plain.txt", "b", 1'000'000'000, mode),
                               folder("other"), file("other/" + last, "c")};
        };
        QVERIFY(update(*open(), wanted("a", 0644, "c")));
        struct Change
        {
            std::vector<ContextEntry> wanted;
            bool one, deep, other; // still known
        };
        const auto dressed = [&] {
            auto made = wanted("aa", 0600, "d");
            made[1].mode = 0700;
            return made;
        };
        for (const Change& change : {Change{wanted("a", 0644, "c"), true, true, true}, {wanted("aa", 0644, "c"), false, false, true}, {wanted("aa", 0600, "c"), false, true, true},
                                     {wanted("aa", 0600, "d"), true, true, false}, {dressed(), false, false, true}}) {
            const auto context = open();
            for (const std::string& path : anyFolder)
                (void)hashOf(*context, path, true);
            QVERIFY(keptOf(*context, "one") && keptOf(*context, "one/deep") && keptOf(*context, "other"));
            QVERIFY(update(*context, change.wanted));
            QCOMPARE(keptOf(*context, "one"), change.one);
            QCOMPARE(keptOf(*context, "one/deep"), change.deep);
            QCOMPARE(keptOf(*context, "other"), change.other);
            for (const std::string& path : anyFolder)
                QCOMPARE(hashOf(*context, path, true), hashOf(*context, path, false));
        }
    }

    void filesFoldersAndLinksTakeEachOthersPlace()
    {
        const auto context = open();
        QVERIFY(update(*context, {folder("a"), folder("a/b"), file("a/b/c", "deep"), file("f", "file"), link("l", "f"), folder("z")}).has_value());
        QVERIFY(update(*context, {file("a", "now a file"), folder("f"), file("f/in", "side"), folder("l"), file("l/m", "m"), link("z", "f/in")}).has_value());
        QVERIFY(isTrue(*context));
        QCOMPARE(text(*context, "a") + text(*context, "z") + text(*context, "l/m"), QByteArray("now a filesidem"));
        QVERIFY(update(*context, {folder("moved"), file("moved/in", "side")}).has_value()); // renamed
        QCOMPARE(tree(*context), QByteArray("moved d 755 1 \nmoved/in f 644 1 \n"));
        QVERIFY(isTrue(*context));
        QVERIFY(update(*context, {}).has_value());
        QCOMPARE(tree(*context), QByteArray());
    }

    void hardLinksFollowTheirFile()
    {
        const auto context = open();
        QVERIFY(update(*context, {file("a", "one"), link("b", "a", Kind::HardLink), file("c", "c")}).has_value());
        QCOMPARE(text(*context, "b"), QByteArray("one"));
        QVERIFY(isTrue(*context));
        QVERIFY(update(*context, {file("a", "two!", 2), link("b", "a", Kind::HardLink), file("c", "c")}).has_value());
        QCOMPARE(m_brought, Names({"a"}));
        QCOMPARE(text(*context, "b"), QByteArray("two!"));
        QVERIFY(isTrue(*context));
        QVERIFY(update(*context, {file("b", "two!", 2), file("c", "c")}).has_value()); // the first of them is gone
        QVERIFY(isTrue(*context));
        QCOMPARE(context->index()->find("b")->kind, Kind::File);
    }

    void attributesAndTimesOfFolders()
    {
        const auto context = open();
        auto marked = folder("d");
        marked.attributes = {{"user.mark", "1"}, {"security.selinux", "no"}, {"user.overlay.opaque", "y"}};
        auto withOwn = file("d/f", "f");
        withOwn.attributes = {{"user.own", "x"}};
        QVERIFY(update(*context, {marked, withOwn}).has_value());
        char value[8] = {};
        QCOMPARE(::getxattr((context->folder() / "d").c_str(), "user.mark", value, sizeof value), ssize_t(1));
        QVERIFY(::getxattr((context->folder() / "d").c_str(), "user.overlay.opaque", value, sizeof value) < 0);
        QVERIFY(isTrue(*context));
        QVERIFY(update(*context, {folder("d", 7'000'000'000), file("d/f", "f")}).has_value());
        QVERIFY(::getxattr((context->folder() / "d").c_str(), "user.mark", value, sizeof value) < 0);
        QVERIFY(tree(*context).contains("d d 755 7 \n"));
        QVERIFY(isTrue(*context));
    }

    // What came whole stays, what did not is neither there nor believed.
    void aTransferThatEndsEarly()
    {
        const std::vector<ContextEntry> all = {file("a", "aaaa"), folder("d"), file("d/b", "bbbb"), file("d/c", "cccc"), link("z", "d/b", Kind::HardLink)};
        {
            const auto context = open();
            QCOMPARE(update(*context, all, 1).error().kind, ErrorKind::Cancelled); // in the middle of d/b
            QCOMPARE(tree(*context).replace(" d 700 ", " d 755 "), QByteArray("a f 644 1 \n") + QByteArray("d d 755 ") + tree(*context).split('\n')[1].mid(8) + "\n");
            QVERIFY(!context->index()->find("d/b") && !context->index()->find("z") && context->index()->find("a"));
        }
        const auto context = open();
        QVERIFY(update(*context, all).has_value());
        QCOMPARE(m_brought, Names({"d/b", "d/c"}));
        QVERIFY(isTrue(*context));
        QVERIFY(tree(*context).contains("d d 755 1 \n"));
        auto grows = all;
        grows[0] = file("a", "aaaaaa", 5);
        grows[0].size = 3;
        QCOMPARE(update(*context, grows).error().kind, ErrorKind::Conflict);
        grows[0].size = 30;
        QCOMPARE(update(*context, grows).error().kind, ErrorKind::Conflict);
        m_content["a"] = "aaaa";
        QVERIFY(update(*context, all).has_value());
    }

    // kill -9 while files come: the index was away before the first change, so nothing is believed.
    void aKilledEngineLeavesNothingThatIsBelieved()
    {
        const std::vector<ContextEntry> all = {file("a", "aaaa"), file("b", "bbbb")};
        fs::path place;
        {
            const auto context = open();
            QVERIFY(update(*context, all).has_value());
            place = context->folder().parent_path();
        }
        QCOMPARE(KeptContexts(m_root).list().size(), std::size_t(1)); // a new engine finds it
        pid_t child = ::fork();
        if (child == 0) {
            const auto context = open();
            (void)context->update({file("a", "AAAA", 3), file("b", "BBBB", 3)}, [](const auto& files, const auto& take) -> Status {
                (void)take(files[0].number, "AAAA"); // it looks right but for its owner's word that this is all
                ::_exit(0);
            });
        }
        int status = 0;
        QCOMPARE(::waitpid(child, &status, 0), child);
        KeptContexts next(m_root);
        QCOMPARE(next.list().size(), std::size_t(0));
        QVERIFY(!fs::exists(place));
        const auto context = next.open("key", "").value();
        m_content = {{"a", "aaaa"}, {"b", "bbbb"}};
        QVERIFY(update(*context, all).has_value());
        QCOMPARE(m_brought, Names({"a", "b"}));
    }

    void anIndexOfAnotherBootIsNotBelieved()
    {
        fs::path place;
        {
            const auto context = open();
            QVERIFY(update(*context, {file("a", "a")}).has_value());
            place = context->folder().parent_path();
        }
        const auto index = ContextIndex(std::vector<ContextEntry>(1, entry("a", Kind::File)));
        QVERIFY(index.save(place / "index", "another boot").has_value());
        QCOMPARE(KeptContexts(m_root).list().size(), std::size_t(0));
        QVERIFY(!fs::exists(place));
    }

    void hostileLists_data()
    {
        QTest::addColumn<QList<ContextEntry>>("list");
        const auto row = [](const char* name, QList<ContextEntry> list) { QTest::newRow(name) << list; };
        row("leaves", {entry("../x", Kind::Fifo)});
        row("absolute", {entry("/x", Kind::Fifo)});
        row("dot", {entry("a/./b", Kind::Fifo)});
        row("empty", {entry("", Kind::Fifo)});
        row("nothing between", {entry("a//b", Kind::Fifo)});
        row("zero", {entry(std::string("a\0b", 3), Kind::Fifo)});
        row("not in order", {entry("b", Kind::Fifo), entry("a", Kind::Fifo)});
        row("twice", {entry("a", Kind::Fifo), entry("a", Kind::Fifo)});
        row("below a link", {link("a", "/etc"), entry("a/b", Kind::Fifo)});
        row("below a file", {entry("a", Kind::File), entry("a/b", Kind::Fifo)});
        row("link to what comes later", {link("a", "b", Kind::HardLink), entry("b", Kind::File)});
        row("link to a symlink", {link("a", "/etc/passwd"), link("b", "a", Kind::HardLink)});
        row("link out", {link("a", "../../etc/passwd", Kind::HardLink)});
        row("long", {entry(std::string(300, 'x'), Kind::Fifo)});
    }
    void hostileLists()
    {
        QFETCH(QList<ContextEntry>, list);
        const auto context = open();
        QCOMPARE(update(*context, {list.begin(), list.end()}).error().kind, ErrorKind::InvalidArgument);
        QCOMPARE(tree(*context), QByteArray());
    }

    void buildsAtOnceAndBuildsOfOthersDoNotMix()
    {
        const auto one = open("key");
        const auto two = open("key"), other = open("other"), none = open("");
        QVERIFY(one->folder() != two->folder() && other->folder() != one->folder() && none->folder() != one->folder());
        QVERIFY(update(*one, {file("a", "secret")}).has_value());
        for (const auto* each : {&two, &other, &none}) {
            QVERIFY(update(**each, {file("a", "guess!")}).has_value()); // that it looks the same helps nobody
            QCOMPARE(m_brought, Names({"a"}));
        }
        QCOMPARE(text(*one, "a"), QByteArray("secret"));
        const auto three = open("key"), four = open("key");
        QVERIFY(fs::path(three->folder()).parent_path().parent_path().filename() == "contexts");
        QVERIFY(fs::path(four->folder()).parent_path().parent_path().filename() == "ingest");
    }

    void theLongestUnusedGo()
    {
        for (const char* key : {"1", "2", "3"}) {
            const auto context = open(key);
            QVERIFY(update(*context, {file("a", std::string(1000, 'x'))}).has_value());
            QTest::qSleep(2);
        }
        QCOMPARE(m_contexts->list().size(), std::size_t(3));
        const auto used = open("1");
        QTest::qSleep(2);
        m_contexts->shrink(2500);
        QCOMPARE(m_contexts->list().size(), std::size_t(3 - 1));
        QVERIFY(std::ranges::any_of(m_contexts->list(), &CacheRecord::inUse) && fs::exists(used->folder() / "a")); // what is in use never does
        m_contexts->shrink(0);
        QCOMPARE(m_contexts->list().size(), std::size_t(1));
        QVERIFY(m_contexts->remove(m_contexts->list().front().id).has_value());
        QVERIFY(fs::exists(used->folder() / "a"));
    }
};

QTEST_GUILESS_MAIN(TestKeptContext)
#include "tst_kept_context.moc"
