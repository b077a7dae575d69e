// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "dockerapi/types.h"

// Messages of an engine, for tests of the window.
namespace slipway::test
{

inline dockerapi::ContainerSummary container(const std::string& name, const std::string& state, const std::string& project = {})
{
    dockerapi::ContainerSummary row;
    row.id = name + std::string(64 - std::min<std::size_t>(64, name.size()), '-');
    row.name = name;
    row.image = "slipway/starter:latest";
    row.imageId = "sha256:1111";
    row.state = state;
    row.status = state == "running"  ? "Up 3 minutes"
                 : state == "paused" ? "Up 3 minutes (Paused)"
                 : state == "exited" ? "Exited (0) 5 minutes ago"
                                     : state;
    row.created = 1'790'000'000;
    if (!project.empty())
        row.labels["com.docker.compose.project"] = project;
    return row;
}

inline dockerapi::ContainerSummary withPort(dockerapi::ContainerSummary row, std::uint16_t outside, std::uint16_t inside)
{
    row.ports.push_back({"0.0.0.0", inside, outside, "tcp"});
    row.ports.push_back({"::", inside, outside, "tcp"});
    return row;
}

inline dockerapi::ImageSummary image(const std::string& id, std::vector<std::string> tags, std::int64_t size)
{
    dockerapi::ImageSummary row;
    row.id = "sha256:" + id + std::string(64 - std::min<std::size_t>(64, id.size()), '0');
    row.repoTags = std::move(tags);
    row.size = size;
    row.created = 1'790'000'000;
    return row;
}

} // namespace slipway::test
