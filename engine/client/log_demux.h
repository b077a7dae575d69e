// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "client/http_response.h"
#include "dockerapi/types.h"

namespace slipway
{

// Cuts Docker's multiplexed stream ({1|2,0,0,0,length32be}, payload) into its frames; a raw stream (of a terminal) passes
// through as standard output. Which of them it is the content type says; when it does not, the first bytes do.
class StreamDemux
{
public:
    using OnBytes = std::function<void(bool isStderr, std::string_view bytes)>;
    explicit StreamDemux(OnBytes onBytes) : m_onBytes(std::move(onBytes)) {}

    void start(const HttpHead& head);
    void feed(std::string_view bytes);
    [[nodiscard]] bool raw() const { return m_mode == Mode::Raw; }

private:
    enum class Mode : std::uint8_t { Unknown, Framed, Raw };
    OnBytes m_onBytes;
    Mode m_mode = Mode::Unknown;
    std::string m_buffer;
};

// Lines of GET /containers/{id}/logs?timestamps=1.
class LogLines
{
public:
    LogLines();
    void start(const HttpHead& head) { m_demux.start(head); }
    // The lines that BYTES made whole, and pieces of lines that came in a frame of their own (partial).
    [[nodiscard]] std::vector<dockerapi::LogLine> feed(std::string_view bytes);
    [[nodiscard]] std::vector<dockerapi::LogLine> finish();

private:
    void take(bool isStderr, std::string_view bytes);
    void add(bool isStderr, bool partial, std::string_view text);

    StreamDemux m_demux;
    std::string m_rest; // of a raw stream
    std::vector<dockerapi::LogLine> m_lines;
};

} // namespace slipway
