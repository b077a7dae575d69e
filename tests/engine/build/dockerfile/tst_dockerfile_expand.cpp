// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>

#include "build/dockerfile/expand.h"

using namespace slipway;
using namespace slipway::dockerfile;

// Variables, quotes and escapes of a word.
class TestDockerfileExpand : public QObject
{
    Q_OBJECT

    static std::optional<std::string> lookup(std::string_view name)
    {
        static const std::map<std::string, std::string, std::less<>> values = {
            {"ship", "barque"}, {"path", "/usr/local/bin"}, {"file", "app.tar.gz"}, {"nothing", ""}, {"two", "one  two"}, {"größe", "8"}};
        const auto found = values.find(name);
        return found == values.end() ? std::nullopt : std::optional(found->second);
    }

private slots:
    void words_data()
    {
        QTest::addColumn<QByteArray>("word");
        QTest::addColumn<QByteArray>("expected");
        const auto row = [](const char* word, const char* expected) { QTest::newRow(word) << QByteArray(word) << QByteArray(expected); };
        row("plain text", "plain text");
        row("a $ship here", "a barque here");
        row("${ship}s", "barques");
        row("$ships", "");
        row("\"$ship\" '$ship'", "barque $ship");
        row("\\$ship \\\\$ship", "$ship \\barque");
        row("\"\\$ship \\n\"", "$ship \\n");
        row("$größe", "8");
        row("${ship:-sloop}|${none:-sloop}|${nothing:-sloop}", "barque|sloop|sloop");
        row("${ship-sloop}|${none-sloop}|${nothing-sloop}", "barque|sloop|");
        row("${ship:+yes}|${none:+yes}|${nothing:+yes}", "yes||");
        row("${ship+yes}|${none+yes}|${nothing+yes}", "yes||yes");
        row("${none:-${ship:-x}}", "barque");
        row("${ship?must be set}", "barque");
        row("${file#*.}|${file##*.}", "tar.gz|gz");
        row("${file%.*}|${file%%.*}", "app.tar|app");
        row("${path#/usr}|${path#nope}", "/local/bin|/usr/local/bin");
        row("${path//\\//-}|${path/\\//-}", "-usr-local-bin|-usr/local/bin");
        row("${file/a?p/boat}|${file/.*/}", "boat.tar.gz|app");
        row("${ship//r/R}", "baRque");
        row("${none/x/y}", "");
        row("$1$2x ${1:-first}", "x first");
        row("$$ $@ $ $.", "  $ $.");
        row("a<b <<EOF", "a<b <<EOF");
    }
    void words()
    {
        QFETCH(QByteArray, word);
        QFETCH(QByteArray, expected);
        const auto result = expand(word.toStdString(), lookup);
        QVERIFY2(result, result ? "" : result.error().message.c_str());
        QCOMPARE(QByteArray::fromStdString(result->text), expected);
    }

    void errors_data()
    {
        QTest::addColumn<QByteArray>("word");
        QTest::addColumn<QByteArray>("message");
        const auto row = [](const char* word, const char* message) { QTest::newRow(word) << QByteArray(word) << QByteArray(message); };
        row("${ship", "failed to process \"${ship\": unsupported modifier () in substitution");
        row("${ship:-x", "missing '}'");
        row("${}", "bad substitution");
        row("${ship:=x}", "unsupported modifier (:=)");
        row("${ship:#x}", "unsupported modifier (:#)");
        row("${none:?name a ship}", "none: name a ship");
        row("${none?}", "none: is not allowed to be unset");
        row("${nothing:?}", "nothing: is not allowed to be empty");
        row("${ship#\\x}", "invalid pattern (\\x) in substitution: invalid escape '\\x'");
        row("${ship/x}", "missing '/' in ${}");
        row("'open", "matching single-quote");
        row("\"open", "matching double-quote");
    }
    void errors()
    {
        QFETCH(QByteArray, word);
        QFETCH(QByteArray, message);
        const auto result = expand(word.toStdString(), lookup);
        QVERIFY(!result);
        QVERIFY2(QByteArray::fromStdString(result.error().message).contains(message), result.error().message.c_str());
    }

    void wordsSplitOutsideQuotesOnly()
    {
        const auto split = [](const char* word) { return expand(word, lookup)->words; };
        QCOMPARE(split("a  b"), (std::vector<std::string>{"a", "b"}));
        QCOMPARE(split("$two \"$two\""), (std::vector<std::string>{"one", "two", "one  two"}));
        QCOMPARE(split("x${none:-y z}w"), (std::vector<std::string>{"xy", "zw"}));
        QCOMPARE(split("a\\ b"), (std::vector<std::string>{"a b"}));
    }

    void namesAreReported()
    {
        const auto result = expand("$ship ${none:-$file} ${nothing}", lookup);
        QCOMPARE(result->used, (std::set<std::string>{"ship", "file", "nothing"}));
        QCOMPARE(result->unset, (std::set<std::string>{"none"}));
    }

    void unsetOnesStayWhenAsked()
    {
        QCOMPARE(expand("$none ${none} ${none:-x} $ship", lookup, {.keepUnset = true})->text, std::string("$none ${none} ${none:-x} barque"));
        QCOMPARE(expand("\"$ship\" '$ship' \\$x", lookup, {.rawQuotes = true, .rawEscapes = true})->text,
                 std::string("\"barque\" '$ship' \\$x"));
        QCOMPARE(expand("'$ship'", lookup, {.plainQuotes = true})->text, std::string("'barque'"));
        QCOMPARE(expand("`$ship \\$ship", lookup, {.escape = '`'})->text, std::string("$ship \\barque"));
    }

    // Hostile words end with an error or a result, soon and without a crash.
    void hostileWords()
    {
        std::string deep;
        for (int i = 0; i < 20000; ++i)
            deep += "${a:-";
        QVERIFY(!expand(deep + std::string(20000, '}'), lookup));
        const std::string longValue(100'000, 'a');
        const Lookup big = [&](std::string_view) { return std::optional(longValue); };
        QElapsedTimer timer;
        timer.start();
        QCOMPARE(expand("${x//a*a*a*b/y}", big)->text.size(), longValue.size());
        QCOMPARE(expand("${x##*a*a*a*a*b}", big)->text.size(), longValue.size());
        QCOMPARE(expand("${x%%b*a*a*a*a*}", big)->text.size(), longValue.size());
        QVERIFY(timer.elapsed() < 20'000);
        QVERIFY(expand("\xff\xfe$ship\xc3", lookup));
    }
};

QTEST_GUILESS_MAIN(TestDockerfileExpand)
#include "tst_dockerfile_expand.moc"
