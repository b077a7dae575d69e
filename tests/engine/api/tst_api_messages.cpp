// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>

#include "api/http_message.h"
#include "api/terminal_stream.h"

using namespace slipway;
using namespace slipway::api;

class TestApiMessages : public QObject
{
    Q_OBJECT
private slots:
    // Go's own words: what encoding/json says to each.
    void syntaxErrors()
    {
        const std::pair<const char*, const char*> expected[] = {
            {"broken", "invalid character 'b' looking for beginning of value"}, {"{", "unexpected EOF"},
            {"{'a':1}", "invalid character '\\'' looking for beginning of object key string"},
            {"{\"a\" 1}", "invalid character '1' after object key"}, {"{\"a\":1 2}", "invalid character '2' after object key:value pair"},
            {"{\"a\":}", "invalid character '}' looking for beginning of value"}, {"[1 2]", "invalid character '2' after array element"},
            {"[1,]", "invalid character ']' looking for beginning of value"}, {"trux", "invalid character 'x' in literal true (expecting 'e')"},
            {"{} x", "invalid character 'x' after top-level value"}, {"\"a", "unexpected EOF"}};
        for (const auto& [text, words] : expected)
            QCOMPARE(jsonSyntaxError(text), std::string(words));
    }

    void versions()
    {
        HttpRequest request;
        QVERIFY(parseTarget("/v1.45/containers/json?all=1&x=a%20b", request).has_value());
        QCOMPARE(request.path, std::string("/containers/json"));
        QVERIFY(request.flag("all"));
        QCOMPARE(request.value("x"), std::string("a b"));
        HttpRequest old;
        const auto tooNew = parseTarget("/v1.99/info", old);
        QVERIFY(!tooNew);
        QCOMPARE(tooNew.error().message, std::string("client version 1.99 is too new. Maximum supported API version is 1.45"));
        QVERIFY(!parseTarget("/v1.20/info", old));
        QVERIFY(parseTarget("/volumes/v1", old).has_value());
        QCOMPARE(old.path, std::string("/volumes/v1"));
    }
    void filterForms()
    {
        HttpRequest request;
        request.query["filters"] = {R"({"type":{"container":true,"image":false},"name":["a"]})"};
        const auto filters = request.filters();
        QVERIFY(filters.has_value());
        QCOMPARE(filters->dump(), std::string(R"({"name":["a"],"type":["container"]})"));
        request.query["filters"] = {"[1"};
        QVERIFY(!request.filters());
    }
    void detach()
    {
        QCOMPARE(*detachKeys(""), std::string("\x10\x11"));
        QCOMPARE(*detachKeys("ctrl-a,x"), std::string("\x01x"));
        QVERIFY(!detachKeys("alt-x"));
    }
};

QTEST_APPLESS_MAIN(TestApiMessages)
#include "tst_api_messages.moc"
