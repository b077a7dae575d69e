// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>

#include "base/error.h"

namespace slipway::build
{

// A folder of its own below the engine's ingest folder, gone when the object is.
class TemporaryFolder
{
public:
    [[nodiscard]] static Result<std::shared_ptr<TemporaryFolder>> make(const std::filesystem::path& root);
    ~TemporaryFolder();
    [[nodiscard]] const std::filesystem::path& path() const { return m_path; }

private:
    explicit TemporaryFolder(std::filesystem::path path) : m_path(std::move(path)) {}
    std::filesystem::path m_path;
};

} // namespace slipway::build
