// SPDX-License-Identifier: GPL-3.0-or-later
#include "build/dockerfile/text.h"
#include "build/stage_builder.h"

namespace slipway::build
{

namespace df = dockerfile;
using State = ForecastStep::State;
using Reason = ForecastStep::Reason;

// A FROM has as many as the triggers of its image: the worst counts.
void StageBuilder::mark(State state, Reason reason, std::vector<std::string> changed, int after)
{
    if (m_forecast.state == State::Miss || (m_forecast.state == State::Unknown && state != State::Miss))
        return;
    m_forecast.state = state;
    m_forecast.reason = reason;
    m_forecast.changed = std::move(changed);
    m_forecast.after = after;
}

void StageBuilder::markMetadata(bool known)
{
    if (known)
        return;
    const auto ofFiles = m_session.forecast->doubtOf(m_state.files);
    const auto doubt = ofFiles.state == State::Hit ? m_lineDoubt : ofFiles;
    if (m_session.request.noCache)
        mark(State::Miss, Reason::NoCache);
    else if (doubt.state != State::Hit)
        mark(doubt.state, Reason::After, {}, doubt.line);
    else
        mark(State::Miss, Reason::Instruction);
}

void StageBuilder::forecastMiss(const Step& step)
{
    Forecast& forecast = *m_session.forecast;
    const Digest key = step.inputs.key();
    const auto doubt = forecast.doubtOf(m_state.files);
    if (!forecast.willDo(key)) {
        appendLayer(step.text, key, {});
        return;
    }
    ForecastStep told{.state = State::Miss, .changed = {}};
    if (m_session.request.noCache)
        told.reason = Reason::NoCache;
    else if (doubt.state != State::Hit)
        told = {.state = doubt.state, .reason = Reason::After, .changed = {}, .after = doubt.line};
    else
        explain(told, m_session.cache, step.inputs, m_state.files == m_baseFiles);
    mark(told.state, told.reason, told.changed, told.after);
    appendLayer(step.text, key, {});
    forecast.doubt(m_state.files, doubt.state == State::Hit ? Forecast::Doubt{State::Miss, m_line} : doubt);
}

void StageBuilder::forecastUnknown(const std::string& text, const Digest& key, Reason reason, int after)
{
    Forecast& forecast = *m_session.forecast;
    auto doubt = forecast.doubtOf(m_state.files);
    if (m_session.request.noCache)
        mark(State::Miss, Reason::NoCache);
    else if (doubt.state == State::Miss)
        mark(State::Miss, Reason::After, {}, doubt.line);
    else
        mark(State::Unknown, reason, {}, after);
    appendLayer(text, key, {});
    forecast.doubt(m_state.files, doubt.state == State::Miss ? doubt : Forecast::Doubt{m_forecast.state, m_line});
}

void StageBuilder::tellForecast(const df::Instruction& instruction, const Status& done)
{
    if (!m_session.forecast)
        return;
    if (!done) {
        m_forecast.state = State::Hit;
        mark(State::Unknown, Reason::Error, {done.error().message});
        m_state.step = m_state.files = keyOf({"failed", m_state.files.str(), done.error().message});
        m_session.forecast->doubt(m_state.files, {State::Unknown, m_line});
    }
    if (m_lineDoubt.state == State::Hit)
        m_lineDoubt = m_forecast.state == State::Hit ? m_session.forecast->doubtOf(m_state.step) : Forecast::Doubt{m_forecast.state, m_line};
    m_session.forecast->doubt(m_state.step, m_lineDoubt);
    m_forecast.step = m_step;
    m_forecast.total = m_total;
    m_forecast.line = m_line;
    m_forecast.name = m_line == 0 ? "LABEL" : instruction.name;
    m_forecast.text = m_line == 0 ? "" : std::string(df::trimmed(instruction.node->line));
    m_forecast.size = m_layerSize;
    m_session.forecast->add(m_slot, m_forecast);
    m_forecast = {.stage = m_forecast.stage, .changed = {}};
}

} // namespace slipway::build
