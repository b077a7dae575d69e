// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>

#include "api/go_json.h"
#include "api/http_message.h"
#include "api/request_types.h"
#include "api/terminal_stream.h"

using namespace slipway;
using namespace slipway::api;

class TestApiMessages : public QObject
{
    Q_OBJECT
private slots:
    static std::string problemOf(const std::string& text, const GoType& type = volumeCreateType())
    {
        const auto read = parseGoJson(text, type);
        return read ? "fits" : read.error().message;
    }

    // Go's own words: what encoding/json says to each.
    void syntaxErrors()
    {
        const std::pair<const char*, const char*> expected[] = {
            {"broken", "invalid character 'b' looking for beginning of value"}, {"{", "unexpected EOF"},
            {"{'a':1}", "invalid character '\\'' looking for beginning of object key string"},
            {"{\"a\" 1}", "invalid character '1' after object key"}, {"{\"a\":1 2}", "invalid character '2' after object key:value pair"},
            {"{\"a\":}", "invalid character '}' looking for beginning of value"}, {"[1 2]", "invalid character '2' after array element"},
            {"[1,]", "invalid character ']' looking for beginning of value"}, {"trux", "invalid character 'x' in literal true (expecting 'e')"},
            {"\"a", "unexpected EOF"}, {"{\"a\":-}", "invalid character '}' in numeric literal"},
            {"{\"a\":1.}", "invalid character '}' after decimal point in numeric literal"},
            {"{\"a\":\"\\x\"}", "invalid character 'x' in string escape code"},
            {"{\"a\":\"\\u12g4\"}", "invalid character 'g' in \\u hexadecimal character escape"},
            {"{\"a\":\"\n\"}", "invalid character '\\n' in string literal"}, {"", "got EOF while reading request body"}};
        for (const auto& [text, words] : expected)
            QCOMPARE(problemOf(text), "invalid JSON: " + std::string(words));
        QCOMPARE(problemOf("{} x"), std::string("unexpected content after JSON"));
    }

    void typesAreHeld()
    {
        QCOMPARE(problemOf("[]"), std::string("invalid JSON: json: cannot unmarshal array into Go value of type volume.CreateOptions"));
        QCOMPARE(problemOf(R"({"labels":{"a":1},"Name":2})"),
                 std::string("invalid JSON: json: cannot unmarshal number into Go struct field CreateOptions.Labels of type string"));
        QCOMPARE(problemOf(R"({"HostConfig":{"Memory":1e3}})", containerCreateType()),
                 std::string("invalid JSON: json: cannot unmarshal number 1e3 into Go struct field HostConfig.HostConfig.Resources.Memory of type int64"));
        QCOMPARE(problemOf(R"({"Name":1)"), std::string("invalid JSON: unexpected EOF"));
        const auto read = parseGoJson(R"({"cmd":"ls","hostconfig":{"MEMORY":5},"HostConfig":{"CpuShares":7},"Env":null,"More":[1.5,{"a":true}]})", containerCreateType());
        QVERIFY(read);
        QCOMPARE(read->dump(), std::string(R"({"Cmd":["ls"],"Env":null,"HostConfig":{"CpuShares":7,"Memory":5},"More":[1.5,{"a":true}]})"));
    }

    void textsAreUtf8()
    {
        const auto name = [](const char* text) { return jsonValue<std::string>(*parseGoJson(std::string("{\"Name\":\"") + text + "\"}", volumeCreateType()), "Name"); };
        QCOMPARE(name("\\ud83d\\ude00 \xc3\xa9 \\n"), std::string("\xf0\x9f\x98\x80 \xc3\xa9 \n"));
        for (const char* broken : {"\\ud800", "\\udc00", "\xff", "\xc0", "\xed"})
            QCOMPARE(name(broken), std::string("\xef\xbf\xbd"));
        QCOMPARE(name("\xe2\x82"), std::string("\xef\xbf\xbd\xef\xbf\xbd"));
    }

    // A body may have any form without costing the stack.
    void depthIsLimited()
    {
        for (const char* open : {"[", "{\"a\":", "{\"Labels\":[", "{\"HostConfig\":"}) {
            std::string text;
            while (text.size() < 4'000'000)
                text += open;
            QVERIFY(problemOf(text, containerCreateType()).ends_with("exceeded max depth"));
        }
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
