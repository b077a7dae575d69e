// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>

#include "buildkit/protobuf.h"

using namespace slipway;
using namespace slipway::buildkit;

class TestProtobuf : public QObject
{
    Q_OBJECT

private slots:
    // The bytes of the encoding guide's own examples.
    void bytesAreTheGuides()
    {
        QCOMPARE(MessageWriter().number(1, 150).str(), std::string("\x08\x96\x01"));
        QCOMPARE(MessageWriter().text(2, "testing").str(), std::string("\x12\x07testing"));
        QCOMPARE(MessageWriter().message(3, MessageWriter().number(1, 150)).str(), std::string("\x1a\x03\x08\x96\x01"));
        QCOMPARE(MessageWriter().number(1, -2).str(), std::string("\x08\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01"));
        QVERIFY(MessageWriter().number(1, 0).text(2, "").str().empty());
    }

    void whatIsWrittenIsRead()
    {
        const std::map<std::string, std::string> map{{"a", "1"}, {"b", ""}, {"", "c"}};
        const std::string bytes = MessageWriter().number(1, 1ll << 40).text(2, "one").text(2, "two").entries(7, map).bytes(9, "").str();
        const auto message = Message::parse(bytes);
        QVERIFY(message.has_value());
        QCOMPARE(message->number(1), 1ull << 40);
        QCOMPARE(message->text(2), std::string("two"));
        QCOMPARE(message->texts(2).size(), 2u);
        QVERIFY(message->entries(7).value() == map);
        QVERIFY(message->has(9) && !message->has(3) && message->text(3).empty());
        QVERIFY(Message::parse(std::string("\x0d\x01\x02\x03\x04\x11\x01\x02\x03\x04\x05\x06\x07\x08\x10\x05", 16))->number(2) == 5); // fixed ones are skipped
    }

    void damagedOnesAreRefused()
    {
        for (const std::string& bytes : {std::string("\x08"), std::string("\x12\x07short"), std::string("\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), std::string("\x0b"),
                                         std::string(2, '\0'), std::string(11, '\xff'), std::string("\x0d\x01")}) {
            const auto message = Message::parse(bytes);
            QVERIFY2(!message && message.error().kind == ErrorKind::InvalidArgument, QByteArray::fromStdString(bytes).toHex().constData());
        }
    }
};

QTEST_APPLESS_MAIN(TestProtobuf)
#include "tst_protobuf.moc"
