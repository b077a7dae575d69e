// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/http_response.h"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace slipway
{
namespace
{

constexpr std::size_t maxHead = 64 * 1024;

std::string lower(std::string_view text)
{
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return result;
}

std::string_view trim(std::string_view text)
{
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r'))
        text.remove_suffix(1);
    return text;
}

std::unexpected<Error> broken(std::string_view what)
{
    return fail(ErrorKind::Unavailable, "the engine's answer is not HTTP: " + std::string(what));
}

} // namespace

Status HttpResponseParser::feed(std::string_view bytes)
{
    while (!bytes.empty() && m_state != State::Done)
        TRY_STATUS(step(bytes));
    return {};
}

Status HttpResponseParser::finish()
{
    if (m_state == State::Done || m_state == State::UntilClose) {
        m_state = State::Done;
        return {};
    }
    return fail(ErrorKind::Unavailable, "the engine closed the connection before its answer was whole");
}

bool HttpResponseParser::takeLine(std::string_view& bytes)
{
    const std::size_t end = bytes.find('\n');
    m_buffer.append(bytes.substr(0, end));
    bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
    return end != std::string_view::npos;
}

Status HttpResponseParser::step(std::string_view& bytes)
{
    switch (m_state) {
    case State::Head: {
        const std::size_t before = m_buffer.size();
        m_buffer.append(bytes.substr(0, maxHead));
        const std::size_t end = m_buffer.find("\r\n\r\n", before < 3 ? 0 : before - 3);
        if (end == std::string::npos) {
            if (m_buffer.size() > maxHead)
                return broken("its headers are too long");
            bytes.remove_prefix(std::min(bytes.size(), maxHead));
            return {};
        }
        bytes.remove_prefix(end + 4 - before);
        const std::string head = m_buffer.substr(0, end);
        m_buffer.clear();
        return takeHead(head);
    }
    case State::Length:
    case State::ChunkData: {
        const std::size_t take = static_cast<std::size_t>(std::min<std::uint64_t>(m_left, bytes.size()));
        m_sink.onData(bytes.substr(0, take));
        bytes.remove_prefix(take);
        m_left -= take;
        if (m_left == 0)
            m_state = m_state == State::Length ? State::Done : State::ChunkEnd;
        return {};
    }
    case State::ChunkSize: {
        if (!takeLine(bytes))
            return m_buffer.size() > 1024 ? Status(broken("a chunk size is too long")) : Status();
        const auto [end, error] = std::from_chars(m_buffer.data(), m_buffer.data() + m_buffer.size(), m_left, 16);
        if (error != std::errc() || end == m_buffer.data())
            return broken("a chunk has no size");
        m_buffer.clear();
        m_state = m_left == 0 ? State::Trailer : State::ChunkData;
        return {};
    }
    case State::ChunkEnd:
        if (takeLine(bytes)) {
            m_buffer.clear();
            m_state = State::ChunkSize;
        }
        return {};
    case State::Trailer:
        if (takeLine(bytes)) {
            const bool last = trim(m_buffer).empty();
            m_buffer.clear();
            if (last)
                m_state = State::Done;
        }
        return {};
    case State::UntilClose:
        m_sink.onData(bytes);
        bytes = {};
        return {};
    case State::Done:
        bytes = {};
        return {};
    }
    return {};
}

Status HttpResponseParser::takeHead(std::string_view text)
{
    HttpHead head;
    std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    if (!line.starts_with("HTTP/1.") || line.size() < 12)
        return broken("no status line");
    const auto [_, error] = std::from_chars(line.data() + 9, line.data() + 12, head.status);
    if (error != std::errc() || head.status < 100)
        return broken("no status");
    while (end != std::string_view::npos) {
        text.remove_prefix(end + 1);
        end = text.find('\n');
        const std::string_view field = text.substr(0, end);
        const std::size_t colon = field.find(':');
        if (colon != std::string_view::npos)
            head.headers[lower(trim(field.substr(0, colon)))] = std::string(trim(field.substr(colon + 1)));
    }
    if (head.status < 200 && head.status != 101)
        return {};
    startBody(head);
    m_sink.onHead(head);
    return {};
}

void HttpResponseParser::startBody(const HttpHead& head)
{
    const auto field = [&](const char* name) {
        const auto it = head.headers.find(name);
        return it == head.headers.end() ? std::string() : lower(it->second);
    };
    const std::string length = field("content-length");
    if (head.status == 101) {
        m_state = State::UntilClose;
    } else if (m_headRequest || head.status == 204 || head.status == 304) {
        m_state = State::Done;
    } else if (field("transfer-encoding").find("chunked") != std::string::npos) {
        m_state = State::ChunkSize;
    } else if (!length.empty()) {
        std::from_chars(length.data(), length.data() + length.size(), m_left);
        m_state = m_left == 0 ? State::Done : State::Length;
    } else {
        m_state = State::UntilClose;
    }
}

} // namespace slipway
