// SPDX-License-Identifier: GPL-3.0-or-later
#include <fcntl.h>
#include <unistd.h>

#include <format>

#include "base/unique_fd.h"
#include "container/container_document.h"
#include "container/container_impl.h"
#include "container/human.h"
#include "store/tar_writer.h"

namespace slipway
{

namespace
{

// The writable folder as a layer, in a file without a name.
Result<UniqueFd> packUpper(const std::filesystem::path& upper, bool userxattr)
{
    const UniqueFd folder(::open(upper.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    UniqueFd file(::open(upper.parent_path().c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
    if (!folder || !file)
        return failErrno(errno, "reading the container's changes");
    TarWriter tar([&file](std::span<const std::byte> bytes) -> Status {
        while (!bytes.empty()) {
            const ssize_t written = ::write(file.get(), bytes.data(), bytes.size());
            if (written < 0)
                return failErrno(errno, "writing the new layer");
            bytes = bytes.subspan(static_cast<std::size_t>(written));
        }
        return {};
    });
    TRY_STATUS(packTree(tar, folder.get(), {.name = "", .layer = true, .userxattr = userxattr}));
    TRY_STATUS(tar.finish());
    ::lseek(file.get(), 0, SEEK_SET);
    return file;
}

std::string commandLine(const Json& document)
{
    std::string text = jsonValue<std::string>(document, "Path");
    for (const std::string& word : jsonStrings(jsonMember(document, "Args")))
        text += " " + word;
    return text;
}

} // namespace

Result<std::string> ContainerService::commit(const std::string& id, const ContainerCommit& wanted)
{
    TRY(const auto record, m_impl->find(id));
    ImageCommit image;
    if (!wanted.repository.empty()) {
        TRY(image.reference, Reference::parse(wanted.repository + (wanted.tag.empty() ? "" : ":" + wanted.tag)));
    }
    const auto document = record->doc();
    image.parent = jsonValue<std::string>(*document, "Image");
    image.config = documentConfig(*document);
    if (const Json& own = wanted.config; own.is_object()) { // what the caller sets replaces the container's
        for (const auto& [key, value] : own.items()) {
            if (!value.is_null() && value != "" && !(value.is_array() && value.empty()) && value != false)
                image.config[key] = value;
        }
    }
    image.changes = wanted.changes;
    image.author = wanted.author;
    image.comment = wanted.comment;
    image.createdBy = commandLine(*document);
    image.containerId = record->id;
    const ContainerState state = record->snapshot();
    const bool pause = wanted.pause && state.running && !state.paused;
    if (pause)
        TRY_STATUS(this->pause(record->id));
    auto packed = packUpper(m_impl->s.snapshots.upper(record->id), m_impl->s.rootless);
    if (!packed && pause)
        static_cast<void>(unpause(record->id));
    if (!packed)
        return std::unexpected(packed.error());
    const auto layer = sourceFromFd(packed->get());
    const auto made = m_impl->s.images.commit(*layer, image);
    if (made)
        m_impl->publish(*record, "commit", {{"comment", wanted.comment}, {"imageID", made->id.str()},
                                            {"imageRef", image.reference ? image.reference->canonical() : ""}});
    if (pause)
        static_cast<void>(unpause(record->id));
    if (!made)
        return std::unexpected(made.error());
    return made->id.str();
}

} // namespace slipway
