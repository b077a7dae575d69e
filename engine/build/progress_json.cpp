// SPDX-License-Identifier: GPL-3.0-or-later
#include "build/progress_json.h"

namespace slipway::build
{

Json progressJson(const BuildProgress& progress, std::chrono::milliseconds since)
{
    using Kind = BuildProgress::Kind;
    Json step = {{"step", progress.step}, {"total", progress.total}, {"line", progress.line}, {"ms", since.count()}};
    switch (progress.kind) {
    case Kind::Step:
        step["state"] = "started";
        step["text"] = progress.text;
        return step;
    case Kind::Output:
        step["state"] = "output";
        step["text"] = progress.text;
        step["stderr"] = progress.isError;
        return step;
    case Kind::Note:
        step["state"] = "output";
        step["text"] = progress.text + '\n';
        return step;
    case Kind::Cached:
    case Kind::Done:
        step["state"] = progress.kind == Kind::Done ? "done" : "cached";
        step["size"] = progress.size;
        return step;
    case Kind::Failed:
        step["state"] = "failed";
        step["text"] = progress.text;
        step["cancelled"] = progress.isCancelled;
        return step;
    case Kind::Running:
    case Kind::Removed:
    case Kind::Pull:
        break;
    }
    return {};
}

} // namespace slipway::build
