// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/unique_fd.h"
#include "store/byte_source.h"

namespace slipway
{

// An image archive (docker save's or an OCI layout) spooled to a folder of its own, so that its members can be read in any
// order: their names are only keys of a map, never paths on disk. The folder goes with the object.
class Archive
{
public:
    struct Image
    {
        std::string config;              // member names
        std::vector<std::string> layers; // lowest first
        std::vector<std::string> tags;
    };

    [[nodiscard]] static Result<Archive> spool(ByteSource& tar, const std::filesystem::path& folder,
                                               const std::stop_token& stop);
    ~Archive();
    Archive(Archive&& other) noexcept;
    Archive& operator=(Archive&&) = delete;

    // From manifest.json, or else from index.json; InvalidArgument when it has neither.
    [[nodiscard]] Result<std::vector<Image>> images() const;
    [[nodiscard]] Result<UniqueFd> open(const std::string& member) const;
    [[nodiscard]] Result<std::string> read(const std::string& member) const; // at most 8 MiB

private:
    explicit Archive(std::filesystem::path folder) : m_folder(std::move(folder)) {}
    [[nodiscard]] Result<std::vector<Image>> imagesOfManifest() const;
    [[nodiscard]] Result<std::vector<Image>> imagesOfIndex() const;

    std::filesystem::path m_folder;
    std::map<std::string, std::string> m_files; // member → file below m_folder
    std::map<std::string, std::string> m_links;
};

} // namespace slipway
