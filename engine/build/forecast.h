// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "build/build_cache.h"
#include "build/build_service.h"

namespace slipway::build
{

// What a build would do, gathered while the very same StageBuilder works out the keys of its steps and, where it would run
// one, goes on without a result: with a key of files that stands for the layer nobody made. Stages are worked through one
// after the other, so there is no locking.
class Forecast
{
public:
    explicit Forecast(std::size_t stages) : m_steps(stages) {}

    // Why nothing is known of some files, or of a line of instructions, by its key.
    struct Doubt
    {
        ForecastStep::State state = ForecastStep::State::Hit; // Hit: there is none
        int line = 0;                                         // of the step it began with; 0 = a base image that is not here
    };
    [[nodiscard]] Doubt doubtOf(const Digest& key) const;
    void doubt(const Digest& key, Doubt doubt) { m_doubts[key] = doubt; }

    // The step of KEY would be done: false when the same step was met before, so that its result will be there.
    [[nodiscard]] bool willDo(const Digest& key) { return m_done.insert(key).second; }

    void add(std::size_t stage, ForecastStep step) { m_steps[stage].push_back(std::move(step)); }
    [[nodiscard]] std::vector<ForecastStep> take();

private:
    std::vector<std::vector<ForecastStep>> m_steps; // by stage
    std::map<Digest, Doubt> m_doubts;
    std::set<Digest> m_done;
};

// Why INPUTS are not in the cache: the first difference to what is there. FIRST: nothing was done to the base image yet.
void explain(ForecastStep& step, const BuildCache& cache, const StepInputs& inputs, bool first);

} // namespace slipway::build
