// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shell/command_palette.h"

namespace slipway::ui
{

class ContainerModel;
class ContainersPage;
class ImageModel;
class ImagesPage;
class MainWindow;

// What the palette offers now: the window's commands, each container with what can be done to it, each image.
[[nodiscard]] std::vector<CommandPalette::Entry> paletteEntries(MainWindow& window, ContainersPage& containersPage, ImagesPage& imagesPage,
                                                                const ContainerModel& containers, const ImageModel& images);

} // namespace slipway::ui
