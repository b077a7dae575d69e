// SPDX-License-Identifier: GPL-3.0-or-later
#include "run/launch.h"

#include "run/run_spec.h"

namespace slipway::ui
{

void launch(EngineBridge& bridge, const RunSpec& spec, QObject* context, std::function<void(Result<std::string>)> onDone)
{
    auto created = [&bridge, context, onDone](const Result<std::string>& id) {
        if (!id) {
            onDone(id);
            return;
        }
        auto started = [&bridge, onDone, id = *id](const Status& status) {
            if (status) {
                onDone(id);
                return;
            }
            bridge.keep(bridge.client().containers().remove(id, true, true, [](const Status&) {}));
            onDone(std::unexpected(status.error()));
        };
        bridge.keep(bridge.client().containers().act(*id, "start", onGui<Status>(context, started)));
    };
    bridge.keep(bridge.client().containers().create(spec.name.toStdString(), spec.body(),
                                                    onGui<Result<std::string>>(context, created)));
}

} // namespace slipway::ui
