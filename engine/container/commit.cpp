// SPDX-License-Identifier: GPL-3.0-or-later
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <format>

#include "base/unique_fd.h"
#include "container/container_document.h"
#include "container/container_impl.h"
#include "container/human.h"
#include "image/image_config.h"
#include "store/tar_writer.h"

namespace slipway
{

namespace
{

constexpr std::chrono::seconds endPatience{2};

// The writable folder as a layer, in a file without a name.
Result<UniqueFd> packUpper(const std::filesystem::path& upper, bool userxattr)
{
    const UniqueFd folder(::open(upper.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    UniqueFd file(::open(upper.parent_path().c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
    if (!folder || !file)
        return failErrno(errno, "reading the container's changes");
    const ByteSink sink = [&file](std::span<const std::byte> bytes) -> Status {
        while (!bytes.empty()) {
            const ssize_t written = ::write(file.get(), bytes.data(), bytes.size());
            if (written < 0)
                return failErrno(errno, "writing the new layer");
            bytes = bytes.subspan(static_cast<std::size_t>(written));
        }
        return {};
    };
    TRY([[maybe_unused]] const auto summary, writeLayerTar(folder.get(), userxattr, sink, {}));
    ::lseek(file.get(), 0, SEEK_SET);
    return file;
}

bool isEmpty(const Json& value) { return value.is_null() || value == "" || value == false || ((value.is_array() || value.is_object()) && value.empty()); }

// dockerd's rule: what OWN leaves open, CONTAINER says; sets are united.
Json mergedConfig(Json own, const Json& container)
{
    const bool ownCommand = !isEmpty(jsonMember(own, "Entrypoint"));
    const bool ownCmd = !isEmpty(jsonMember(own, "Cmd"));
    for (const char* key : {"User", "WorkingDir", "StopSignal", "Healthcheck", "Shell"}) {
        if (isEmpty(jsonMember(own, key)) && container.contains(key))
            own[key] = container[key];
    }
    for (const char* key : {"ExposedPorts", "Volumes", "Labels"}) {
        if (const Json& from = jsonMember(container, key); from.is_object()) {
            for (const auto& [name, value] : from.items()) {
                if (!jsonMember(jsonMember(own, key), name.c_str()).is_object() && !jsonMember(own, key).contains(name))
                    own[key][name] = value;
            }
        }
    }
    std::vector<std::string> env = jsonStrings(jsonMember(own, "Env"));
    for (const std::string& entry : jsonStrings(jsonMember(container, "Env"))) {
        const std::string name = entry.substr(0, entry.find('=') + 1);
        if (std::ranges::none_of(env, [&](const std::string& e) { return e.starts_with(name); }))
            env.push_back(entry);
    }
    own["Env"] = env;
    if (!ownCommand && !ownCmd)
        own["Cmd"] = jsonMember(container, "Cmd");
    if (!ownCommand && !ownCmd && jsonMember(own, "Entrypoint").is_null())
        own["Entrypoint"] = jsonMember(container, "Entrypoint");
    return own;
}

std::string commandLine(const Json& document)
{
    std::string text = jsonValue<std::string>(document, "Path");
    for (const std::string& word : jsonStrings(jsonMember(document, "Args")))
        text += " " + word;
    return text;
}

} // namespace

Result<std::string> ContainerService::commit(const std::string& id, const ContainerCommit& wanted, const std::stop_token& stop)
{
    TRY(const auto record, m_impl->find(id));
    ImageCommit image;
    if (!wanted.repository.empty()) {
        TRY(image.reference, Reference::parse(wanted.repository + (wanted.tag.empty() ? "" : ":" + wanted.tag)));
    }
    const auto document = record->doc();
    image.parent = jsonValue<std::string>(*document, "Image");
    Json own = wanted.config.is_object() ? wanted.config : documentConfig(*document);
    TRY_STATUS(applyChanges(own, wanted.changes));
    image.config = mergedConfig(std::move(own), documentConfig(*document));
    image.author = wanted.author;
    image.comment = wanted.comment;
    image.createdBy = commandLine(*document);
    image.containerId = record->id;
    const ContainerState state = record->snapshot();
    bool paused = wanted.pause && state.running && !state.paused;
    if (paused) {
        const Status done = pause(record->id);
        if (!done && !m_impl->waitForExit(*record, record->run, endPatience))
            return std::unexpected(done.error());
        paused = done.has_value(); // it may have ended by itself just then, and changes nothing any more
    }
    auto made = packUpper(m_impl->s.snapshots.upper(record->id), m_impl->s.rootless).and_then([&](UniqueFd tar) {
        const auto layer = sourceFromFd(tar.get());
        return m_impl->s.images.commit(*layer, image, stop);
    });
    if (made)
        m_impl->publish(*record, "commit", {{"comment", wanted.comment}, {"imageID", made->id.str()},
                                            {"imageRef", image.reference ? image.reference->canonical() : ""}});
    if (paused)
        static_cast<void>(unpause(record->id));
    if (!made)
        return std::unexpected(made.error());
    return made->id.str();
}

} // namespace slipway
