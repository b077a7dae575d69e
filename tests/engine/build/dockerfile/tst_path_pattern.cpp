// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>

#include "build/dockerfile/path_pattern.h"

using namespace slipway::dockerfile;

// Patterns of COPY and .dockerignore.
class TestPathPattern : public QObject
{
    Q_OBJECT

private slots:
    void patterns_data()
    {
        QTest::addColumn<QString>("pattern");
        QTest::addColumn<QStringList>("yes");
        QTest::addColumn<QStringList>("no");
        const auto row = [](const char* pattern, const QStringList& yes, const QStringList& no) { QTest::newRow(pattern) << pattern << yes << no; };
        row("a.txt", {"a.txt"}, {"ab.txt", "x/a.txt", "a,txt"});
        row("*.txt", {".txt", "a.txt"}, {"x/a.txt", "a.txt.gz"});
        row("a?c", {"abc"}, {"ac", "a/c", "abbc"});
        row("**/x", {"x", "a/x", "a/b/x"}, {"ax", "x/a"});
        row("a/**", {"a/", "a/b", "a/b/c"}, {"a", "ab"});
        row("a/**/b", {"a/b", "a/x/b", "a/x/y/b"}, {"a/xb", "ab"});
        row("**", {"", "a", "a/b"}, {});
        row("[a-c]x", {"ax", "cx"}, {"dx", "x"});
        row("[^a-c]x", {"dx"}, {"ax", "/x"});
        row("[]-]x", {"]x", "-x"}, {"ax"});
        row("\\*", {"*"}, {"a"});
        row("a*b*c", {"abc", "axxbxxc"}, {"ab", "a/b/c"});
    }
    void patterns()
    {
        QFETCH(QString, pattern);
        QFETCH(QStringList, yes);
        QFETCH(QStringList, no);
        const auto parsed = PathPattern::parse(pattern.toStdString());
        QVERIFY(parsed);
        for (const QString& path : yes)
            QVERIFY2(parsed->matches(path.toStdString()), qPrintable(path));
        for (const QString& path : no)
            QVERIFY2(!parsed->matches(path.toStdString()), qPrintable(path));
    }

    void badPatterns()
    {
        for (const char* bad : {"[a", "a\\", "[b-a]", "[]a"})
            QVERIFY2(!PathPattern::parse(bad), bad);
    }

    void ignoreRules()
    {
        const auto file = IgnoreFile::parse("\xEF\xBB\xBF# a comment\n\n  *.log  \n/top\nbuild/\n!build/keep\n**/cache\n!**/cache/x.log\n ! important.log\n");
        QVERIFY(file);
        QVERIFY(file->hasExceptions());
        for (const char* path : {"a.log", "top", "top/inside", "build", "build/x", "a/cache", "a/b/cache/deep"})
            QVERIFY2(file->ignores(path), path);
        for (const char* path : {"x/a.log", "x/top", "build/keep", "important.log", "a/cache/x.log", "# a comment", "src"})
            QVERIFY2(!file->ignores(path), path);
        QVERIFY(!IgnoreFile::parse("!\n"));
        QVERIFY(!IgnoreFile::parse("[\n"));
        QVERIFY(!IgnoreFile::parse("*\n!x/y\n")->ignores("x/y"));
        QVERIFY(IgnoreFile::parse("*\n")->ignores(".hidden"));
    }

    // A thousand rules on many files, and patterns made to explode.
    void hostilePatterns()
    {
        std::string rules;
        for (int i = 0; i < 1000; ++i)
            rules += "**/folder" + std::to_string(i) + "/*.o\n";
        const auto file = IgnoreFile::parse(rules);
        QVERIFY(!file->ignores("a/b/c/d/e/f/g.c"));
        QVERIFY(file->ignores("a/folder999/x.o"));
        const auto evil = PathPattern::parse("*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b");
        QVERIFY(!evil->matches(std::string(4000, 'a')));
    }
};

QTEST_GUILESS_MAIN(TestPathPattern)
#include "tst_path_pattern.moc"
