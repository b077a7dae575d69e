// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/error.h"

namespace slipway
{

struct HttpHead
{
    int status = 0;
    std::map<std::string, std::string> headers; // names in lower case
};

// What an HTTP/1.1 response is made of, as it arrives. Calls come in order: onHead once, onData any number of times.
class HttpSink
{
public:
    virtual ~HttpSink() = default;
    virtual void onHead(const HttpHead& head) = 0;
    virtual void onData(std::string_view bytes) = 0;
};

// Cuts the bytes of one connection into the response (1xx interim ones are skipped). After 101, and after 200 with a
// Docker raw or multiplexed stream without a length, everything that follows is data. Headers are limited to 64 KiB.
class HttpResponseParser
{
public:
    explicit HttpResponseParser(HttpSink& sink, bool headRequest = false) : m_sink(sink), m_headRequest(headRequest) {}

    [[nodiscard]] Status feed(std::string_view bytes);
    // The peer closed: an error when the response was not whole.
    [[nodiscard]] Status finish();
    [[nodiscard]] bool complete() const { return m_state == State::Done; }

private:
    enum class State : std::uint8_t { Head, Length, ChunkSize, ChunkData, ChunkEnd, Trailer, UntilClose, Done };
    [[nodiscard]] Status step(std::string_view& bytes);
    [[nodiscard]] Status takeHead(std::string_view text);
    [[nodiscard]] bool takeLine(std::string_view& bytes); // into m_buffer; true when it is whole
    void startBody(const HttpHead& head);

    HttpSink& m_sink;
    bool m_headRequest;
    State m_state = State::Head;
    std::uint64_t m_left = 0;
    std::string m_buffer;
};

} // namespace slipway
