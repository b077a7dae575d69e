// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>

#include "base/error.h"
#include "store/byte_source.h"
#include "store/tar_reader.h"

namespace slipway
{

// How to make a layer's tar again, to the byte, from its unpacked folder: everything in the archive but the files' content,
// compressed, with a note where which file's content belongs. Without it a saved or pushed image would have other ids.
//   record: {rawLength u32, raw bytes, pathLength u32, path, size u64}; pathLength 0 ends it. Little endian.
class RecipeWriter final : public TarRecorder
{
public:
    [[nodiscard]] static Result<std::unique_ptr<RecipeWriter>> create(const std::filesystem::path& file);
    ~RecipeWriter() override;
    void raw(std::span<const std::byte> bytes) override;
    void content(const std::string& path, std::uint64_t size) override;
    [[nodiscard]] Status finish();

private:
    struct Impl;
    explicit RecipeWriter(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

[[nodiscard]] Result<std::uint64_t> recipeSize(const std::filesystem::path& recipe); // bytes of the tar that it makes
// The tar of the layer unpacked in DIFF.
[[nodiscard]] Status replayRecipe(const std::filesystem::path& recipe, const std::filesystem::path& diff, const ByteSink& sink);

} // namespace slipway
