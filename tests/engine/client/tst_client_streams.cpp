// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtTest>

#include "client/http_response.h"
#include "client/log_demux.h"

using namespace slipway;

namespace
{
struct Sink : HttpSink
{
    void onHead(const HttpHead& h) override { head = h; }
    void onData(std::string_view bytes) override { data += bytes; }
    HttpHead head;
    std::string data;
};

std::string frame(char stream, const std::string& text)
{
    return std::string{stream, 0, 0, 0, 0, 0, 0, static_cast<char>(text.size())} + text;
}
} // namespace

class TestClientStreams : public QObject
{
    Q_OBJECT
private slots:
    void chunkedByteByByte()
    {
        Sink sink;
        HttpResponseParser parser(sink);
        const std::string text = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                 "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n";
        for (const char c : text)
            QVERIFY(parser.feed({&c, 1}).has_value());
        QVERIFY(parser.complete());
        QCOMPARE(sink.head.status, 200);
        QCOMPARE(sink.data, std::string("abcde"));
    }
    void cutShort()
    {
        Sink sink;
        HttpResponseParser parser(sink);
        QVERIFY(parser.feed("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc").has_value());
        QVERIFY(!parser.finish().has_value());
    }
    void framedLines()
    {
        LogLines lines;
        lines.start({.status = 200, .headers = {{"content-type", "application/vnd.docker.multiplexed-stream"}}});
        const std::string bytes = frame(1, "2026-01-02T03:04:05.000000001Z one\n") + frame(2, "2026-01-02T03:04:06Z half");
        std::vector<dockerapi::LogLine> got;
        for (const char c : bytes)
            for (auto& line : lines.feed({&c, 1}))
                got.push_back(line);
        QCOMPARE(got.size(), std::size_t(2));
        QCOMPARE(got[0].text, std::string("one"));
        QCOMPARE(got[0].timeNs % 1'000'000'000, std::int64_t(1));
        QVERIFY(got[1].isStderr && got[1].partial);
    }
    void rawLines()
    {
        LogLines lines;
        lines.start({.status = 200, .headers = {{"content-type", "application/vnd.docker.raw-stream"}}});
        QCOMPARE(lines.feed("2026-01-02T03:04:05Z a").size(), std::size_t(0));
        const auto got = lines.feed("b\r\n");
        QCOMPARE(got.size(), std::size_t(1));
        QCOMPARE(got[0].text, std::string("ab"));
    }
};

QTEST_APPLESS_MAIN(TestClientStreams)
#include "tst_client_streams.moc"
