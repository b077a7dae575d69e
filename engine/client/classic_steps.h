// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>

#include "dockerapi/types.h"

namespace slipway
{

// The steps of a build as an engine prints them that knows nothing of steps=1: dockerd's classic builder ("Step 3/9 : RUN …",
// " ---> Using cache") and Podman's ("STEP 3/9: RUN …", "--> Using cache …"). Lines and sizes it does not say. One thread.
class ClassicSteps
{
public:
    using Sink = std::function<void(dockerapi::BuildStep)>;
    explicit ClassicSteps(Sink sink) : m_sink(std::move(sink)) {}

    void take(const dockerapi::ProgressLine& line);
    void end(bool good); // of the stream: the last step is done, or failed

private:
    void printed(const std::string& text);
    void tell(dockerapi::BuildStep::State state, std::string text = {});
    void close(dockerapi::BuildStep::State state);

    Sink m_sink;
    int m_step = 0, m_total = 0;
    bool m_open = false, m_cached = false;
    std::string m_error;
};

} // namespace slipway
