// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/classic_steps.h"

#include <charconv>
#include <optional>
#include <string_view>

namespace slipway
{
namespace
{
using State = dockerapi::BuildStep::State;

struct Heading
{
    int step = 0, total = 0;
    std::string_view text;
};

bool takeNumber(std::string_view& text, int& number)
{
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc())
        return false;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return true;
}

bool takeWord(std::string_view& text, std::string_view word)
{
    if (!text.starts_with(word))
        return false;
    text.remove_prefix(word.size());
    return true;
}

std::optional<Heading> headingOf(std::string_view text)
{
    Heading heading;
    if (!(takeWord(text, "Step ") || takeWord(text, "STEP ")) || !takeNumber(text, heading.step) || !takeWord(text, "/") ||
        !takeNumber(text, heading.total))
        return std::nullopt;
    while (text.starts_with(' '))
        text.remove_prefix(1);
    if (!takeWord(text, ":"))
        return std::nullopt;
    while (text.starts_with(' '))
        text.remove_prefix(1);
    while (text.ends_with('\n') || text.ends_with('\r'))
        text.remove_suffix(1);
    heading.text = text;
    return heading;
}
} // namespace

void ClassicSteps::tell(State state, std::string text)
{
    dockerapi::BuildStep step;
    step.state = state;
    step.step = m_step;
    step.total = m_total;
    step.text = std::move(text);
    m_sink(std::move(step));
}

void ClassicSteps::close(State state)
{
    if (m_open)
        tell(state, state == State::Failed ? m_error : std::string());
    m_open = m_cached = false;
}

void ClassicSteps::take(const dockerapi::ProgressLine& line)
{
    if (!line.error.empty()) {
        m_error = line.error;
    } else if (!line.stream.empty()) {
        printed(line.stream);
    } else if (!line.status.empty()) {
        dockerapi::BuildStep step;
        step.state = State::Pull;
        step.step = m_step;
        step.total = m_total;
        step.pull = line;
        m_sink(std::move(step));
    }
}

void ClassicSteps::printed(const std::string& text)
{
    static constexpr std::string_view red = "\x1b[91m", plain = "\x1b[0m";
    if (const auto heading = headingOf(text)) {
        close(State::Done);
        m_step = heading->step;
        m_total = heading->total;
        m_open = true;
        tell(State::Started, std::string(heading->text));
        return;
    }
    std::string_view said = text;
    if (takeWord(said, " ---> ") || takeWord(said, "--> ")) {
        if (said.starts_with("Using cache") && m_open && !m_cached) {
            m_cached = true;
            tell(State::Cached);
        }
        return;
    }
    if (text == "\n" || text.starts_with("Successfully built ") || text.starts_with("Successfully tagged "))
        return;
    dockerapi::BuildStep step;
    step.step = m_step;
    step.total = m_total;
    step.isStderr = takeWord(said, red);
    if (step.isStderr && said.ends_with(plain))
        said.remove_suffix(plain.size());
    step.text = said;
    m_sink(std::move(step));
}

void ClassicSteps::end(bool good) { close(good ? State::Done : State::Failed); }

} // namespace slipway
