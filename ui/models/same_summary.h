// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <tuple>

#include "dockerapi/types.h"

namespace slipway::ui
{

// Whether two listings say the same of a container or an image.
[[nodiscard]] inline bool same(const dockerapi::ContainerSummary& a, const dockerapi::ContainerSummary& b)
{
    const auto ports = [](const dockerapi::Port& x, const dockerapi::Port& y) {
        return std::tie(x.ip, x.privatePort, x.publicPort, x.type) == std::tie(y.ip, y.privatePort, y.publicPort, y.type);
    };
    return std::tie(a.id, a.name, a.image, a.imageId, a.command, a.state, a.status, a.created, a.labels) ==
               std::tie(b.id, b.name, b.image, b.imageId, b.command, b.state, b.status, b.created, b.labels) &&
           std::ranges::equal(a.ports, b.ports, ports);
}

[[nodiscard]] inline bool same(const dockerapi::ImageSummary& a, const dockerapi::ImageSummary& b)
{
    return std::tie(a.id, a.repoTags, a.repoDigests, a.created, a.size, a.containers, a.labels) ==
           std::tie(b.id, b.repoTags, b.repoDigests, b.created, b.size, b.containers, b.labels);
}

} // namespace slipway::ui
