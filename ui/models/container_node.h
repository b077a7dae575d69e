// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "models/container_model.h"

namespace slipway::ui
{

// A row of ContainerModel: a container, or a project with containers below it.
struct ContainerModel::Node
{
    Node* parent = nullptr;
    int row = 0;
    bool group = false, fresh = true; // fresh: in the newest listing
    std::string project;              // of a group, and of a container in one
    dockerapi::ContainerSummary container;
    QString busy, problem, why;
    Nodes children;
};

} // namespace slipway::ui
