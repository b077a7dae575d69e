// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <filesystem>
#include <format>
#include <sys/stat.h>
#include <unistd.h>

#include "build/context.h"
#include "build/dockerfile/text.h"
#include "build/stage_builder.h"
#include "build/temporary_folder.h"
#include "registry/download.h"
#include "runtime/oci_spec.h"
#include "store/decompress.h"
#include "store/tar_reader.h"
#include "store/unpack.h"
#include "base/in_root.h"

namespace slipway::build
{

namespace df = dockerfile;
namespace fs = std::filesystem;

namespace
{
constexpr std::int64_t maxDownload = 16ll << 30;

bool isUrl(const std::string& source) { return source.starts_with("http://") || source.starts_with("https://"); }

std::string nameOf(const df::Copy& copy) { return copy.add ? "ADD" : "COPY"; }

// What ADD unpacks: a tar, plain or compressed. One whose compression nobody here knows is an error that says so.
Result<bool> isArchive(const FileTree& tree, const CopySource& source)
{
    TRY(const UniqueFd fd, openInRoot(tree.root(), "/" + source.path, O_RDONLY | O_NONBLOCK));
    struct stat info{};
    if (::fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode))
        return false;
    std::array<unsigned char, 6> magic{};
    const ssize_t got = ::pread(fd.get(), magic.data(), magic.size(), 0);
    const auto starts = [&](std::string_view bytes) {
        return got >= static_cast<ssize_t>(bytes.size()) && std::equal(bytes.begin(), bytes.end(), magic.begin(), [](char a, unsigned char b) { return static_cast<unsigned char>(a) == b; });
    };
    if (starts("\xFD" "7zXZ") || starts("BZh"))
        return fail(ErrorKind::NotImplemented, source.name + " is compressed with " + (starts("BZh") ? "bzip2" : "xz")
                                                   + ", which ADD does not unpack here: COPY it and unpack it by RUN, or compress it with gzip or zstd");
    return isTar(fd.get());
}

Result<std::optional<std::uint32_t>> modeOf(const std::string& text)
{
    if (text.empty())
        return std::nullopt;
    std::uint32_t mode = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), mode, 8);
    if (failed != std::errc() || end != text.data() + text.size() || mode > 07777)
        return fail(ErrorKind::InvalidArgument, "invalid chmod parameter: '" + text + "'. it should be octal string and between 0 and 07777");
    return mode;
}
} // namespace

namespace
{
// In the classic builder's words.
std::unexpected<Error> unknownOwner(const std::string& chown, Error error)
{
    const bool group = error.message.contains("group");
    const std::string name = group ? chown.substr(chown.find(':') + 1) : chown.substr(0, chown.find(':'));
    error.message = std::format("unable to convert uid/gid chown string to host mapping: can't find {} for {} {}: no such {}: {}", group ? "gid" : "uid",
                                group ? "group" : "user", name, group ? "group" : "user", name);
    return std::unexpected(std::move(error));
}
} // namespace

Status StageBuilder::addHeredocs(const df::Copy& copy, CopyPlan& plan)
{
    if (copy.heredocs.empty())
        return {};
    TRY(const auto folder, TemporaryFolder::make(m_session.needs.root));
    for (const df::Heredoc& heredoc : copy.heredocs) {
        const fs::path path = folder->path() / fs::path(heredoc.name).filename();
        const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644));
        if (!fd || ::write(fd.get(), heredoc.content.data(), heredoc.content.size()) != static_cast<ssize_t>(heredoc.content.size()))
            return failErrno(errno, "writing the file " + heredoc.name);
        ::fchmod(fd.get(), 0644);
    }
    UniqueFd root(::open(folder->path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const auto tree = std::make_shared<FileTree>(std::move(root), true);
    for (const df::Heredoc& heredoc : copy.heredocs) {
        const std::string name = fs::path(heredoc.name).filename().string();
        plan.items.push_back({tree.get(), {name, name, false}});
    }
    plan.holds.push_back(folder);
    plan.holds.push_back(tree);
    return {};
}

Status StageBuilder::addRemote(const df::Copy& copy, const std::string& url, CopyPlan& plan)
{
    TRY(const auto folder, TemporaryFolder::make(m_session.needs.root));
    const fs::path file = folder->path() / "download";
    note("Downloading " + url);
    TRY(const auto got, download(url, file, maxDownload, m_session.stop));
    std::string path = url.substr(0, url.find_first_of("?#"));
    path = path.substr(std::min(path.find('/', path.find("://") + 3), path.size()));
    std::string name = path.ends_with('/') ? got.fileName : fs::path(path).filename().string();
    if (name.empty() && plan.intoFolder)
        return fail(ErrorKind::InvalidArgument, "cannot determine filename for source " + url);
    if (name.empty())
        name = "__unnamed__";
    std::error_code failed;
    fs::rename(file, folder->path() / name, failed);
    const timespec time{got.modified < 0 ? 0 : got.modified, 0};
    const timespec times[2] = {time, time};
    ::utimensat(AT_FDCWD, (folder->path() / name).c_str(), times, 0);
    const auto tree = std::make_shared<FileTree>(UniqueFd(::open(folder->path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)), true);
    if (!copy.checksum.empty()) {
        TRY(const Digest wanted, Digest::parse(copy.checksum));
        const UniqueFd fd(::open((folder->path() / name).c_str(), O_RDONLY | O_CLOEXEC));
        const auto bytes = sourceFromFd(fd.get());
        Hasher hasher;
        std::vector<std::byte> buffer(256 * 1024);
        for (std::size_t size = 1; size > 0;) {
            TRY(size, bytes->read(buffer));
            hasher.update(buffer.data(), size);
        }
        if (const Digest found = hasher.finish(); found != wanted)
            return fail(ErrorKind::InvalidArgument, "digest mismatch " + found.str() + ": " + wanted.str());
    }
    plan.items.push_back({tree.get(), {name, name, false}, copy.unpack.value_or(false)});
    plan.holds.push_back(folder);
    plan.holds.push_back(tree);
    return {};
}

Status StageBuilder::addFound(const df::Copy& copy, const std::string& pattern, const FileTree& tree, CopyPlan& plan)
{
    TRY(const auto sources, tree.find(pattern));
    for (const CopySource& source : sources) {
        CopyItem item{&tree, source};
        if (copy.parents)
            item.source.name = source.path;
        if (copy.add && !source.isFolder && copy.unpack.value_or(true)) {
            TRY(item.archive, isArchive(tree, source));
        }
        plan.items.push_back(std::move(item));
    }
    return {};
}

Status StageBuilder::planCopy(const df::Copy& copy, const std::optional<ImageState>& from, CopyPlan& plan)
{
    TRY_STATUS(addHeredocs(copy, plan));
    const FileTree* tree = &m_session.context;
    if (from) {
        TRY(const auto stage, m_session.tree(*from));
        tree = stage->files.get();
        plan.holds.push_back(stage);
    }
    for (const std::string& source : copy.sources) {
        if (isGit(source) && copy.add)
            return fail(ErrorKind::NotImplemented, "ADD from a git repository is not implemented: clone it before and ADD the folder");
        if (isUrl(source) && !copy.add)
            return fail(ErrorKind::InvalidArgument, "source can't be a URL for COPY");
        if (isUrl(source))
            TRY_STATUS(addRemote(copy, source, plan));
        else
            TRY_STATUS(addFound(copy, source, *tree, plan));
    }
    if (plan.items.empty()) {
        std::string names;
        for (const std::string& source : copy.sources)
            names += (names.empty() ? "" : ", ") + source;
        return fail(ErrorKind::InvalidArgument, "no source files were specified: " + names + " matches nothing");
    }
    return {};
}

namespace
{
// As the classic builder has it: by what it copies.
std::string classicHistory(const df::Copy& copy, bool isOneFile, bool isOne, const Digest& content)
{
    const std::string owner = copy.chown.empty() ? "" : "--chown=" + copy.chown + ' ';
    return nameOf(copy) + ' ' + owner +
           (isOneFile ? "file:"
            : isOne   ? "dir:"
                      : "multi:") +
           content.hex() + " in " + copy.destination + ' ';
}

std::string historyOf(const df::Copy& copy)
{
    std::string text = nameOf(copy);
    for (const auto& [flag, value] : {std::pair{"--chown=", copy.chown}, {"--chmod=", copy.chmod}})
        text += value.empty() ? "" : std::string(" ") + flag + value;
    for (const std::string& source : copy.sources)
        text += ' ' + source;
    for (const df::Heredoc& heredoc : copy.heredocs)
        text += " <<" + heredoc.name;
    return text + ' ' + copy.destination + " # buildkit";
}

bool intoFolder(const df::Copy& copy)
{
    const std::string& as = copy.destination;
    return as.ends_with('/') || as == "." || as == ".." || as.ends_with("/.") || as.ends_with("/..") || copy.parents;
}
} // namespace

Status StageBuilder::copy(const df::Copy& copy)
{
    CopyRules rules;
    TRY(rules.mode, modeOf(copy.chmod));
    TRY(rules.exclude, IgnoreFile::of(copy.exclude));
    if (copy.from.empty() || !copy.chown.empty())
        rules.uid = rules.gid = 0;
    CopyPlan plan;
    plan.destination = joinWorkdir(m_state.workdir(), copy.destination);
    plan.intoFolder = intoFolder(copy);
    Step step{.text = historyOf(copy), .inputs = {copy.add ? "add" : "copy", m_state.files}, .shortcut = {}};
    step.inputs.add("destination", plan.destination + (plan.intoFolder ? " into" : ""));
    if (m_session.request.classic && copy.add && !copy.chown.empty())
        step.inputs.add("builder", "classic");
    step.inputs.add("flags", keyOf({copy.chown, copy.chmod, copy.parents ? "parents" : ""}).str());
    std::optional<ImageState> from;
    if (!copy.from.empty()) {
        auto found = m_session.source(copy.from, m_stage.index, m_slot);
        if (!found)
            return wrap(found.error(), "invalid from flag value " + copy.from);
        from = *std::move(found);
        std::vector<std::string> where = {"copied", step.inputs.key().str(), from->files.str()};
        where.insert(where.end(), copy.sources.begin(), copy.sources.end());
        where.emplace_back("exclude");
        where.insert(where.end(), copy.exclude.begin(), copy.exclude.end());
        if (m_session.request.classic)
            where.emplace_back("classic"); // its history knows the content
        step.shortcut = keyOf(where);
        if (takeCached(step.shortcut, step.text))
            return {};
        if (const auto doubt = m_session.forecast ? m_session.forecast->doubtOf(from->files) : Forecast::Doubt(); doubt.state != ForecastStep::State::Hit) {
            forecastUnknown(step.text, step.shortcut, ForecastStep::Reason::Source, doubt.line);
            return {};
        }
    }
    if (m_session.forecast && std::ranges::any_of(copy.sources, isUrl)) {
        forecastUnknown(step.text, step.inputs.key(), ForecastStep::Reason::Remote);
        return {};
    }
    if (auto planned = planCopy(copy, from, plan); !planned)
        return wrap(planned.error(), nameOf(copy) + " failed");
    if (plan.items.size() > 1 && !plan.intoFolder)
        return fail(ErrorKind::InvalidArgument,
                    "When using " + nameOf(copy) +
                        " with more than one source file, the destination must be a directory and end with a /");
    std::vector<std::string> content;
    for (const CopyItem& item : plan.items) {
        TRY(const Digest hash, item.tree->hash(item.source, rules, m_session.stop, &step.inputs));
        const bool isHeredoc = static_cast<std::size_t>(&item - plan.items.data()) < copy.heredocs.size();
        content.push_back((item.archive ? "archive " : "") + item.source.name + ' ' + hash.str());
        step.inputs.add(isHeredoc ? "heredoc" : "source " + item.source.path, content.back());
    }
    if (m_session.request.classic)
        step.text = historyText(classicHistory(copy, plan.items.size() == 1 && !plan.items[0].source.isFolder,
                                               plan.items.size() == 1, keyOf(content)));
    return layerStep(step, [&](Workspace& workspace) { return performCopy(copy, plan, rules, workspace); });
}

Status StageBuilder::performCopy(const df::Copy& copy, const CopyPlan& plan, CopyRules rules, Workspace& workspace)
{
    if (!copy.chown.empty()) {
        auto user = resolveUser(workspace.rootfs().string(), copy.chown, {});
        if (!user)
            return unknownOwner(copy.chown, user.error());
        rules.uid = user->uid;
        const bool onlyNumber = copy.chown.find_first_not_of("0123456789") == std::string::npos;
        rules.gid = onlyNumber ? user->uid : user->gid;
    }
    TRY(const UniqueFd root, workspace.open());
    bool intoFolder = plan.intoFolder;
    if (const auto there = openInRoot(root.get(), plan.destination, O_PATH | O_DIRECTORY); there)
        intoFolder = true;
    for (const CopyItem& item : plan.items) {
        std::string path = plan.destination;
        if (item.archive) {
            TRY_STATUS(unpackArchive(item, root.get(), path, rules));
            continue;
        }
        if (copy.parents || (intoFolder && !item.source.isFolder))
            path += '/' + item.source.name;
        TRY_STATUS(copyInto(*item.tree, item.source, root.get(), path, rules, m_session.stop).or_else([](Error error) -> Status {
            return wrap(std::move(error), "failed to copy files");
        }));
    }
    return {};
}

// Beside first, where nothing can be in its way, then copied in like any folder: so its links lead nowhere outside.
Status StageBuilder::unpackArchive(const CopyItem& item, int root, const std::string& path, const CopyRules& rules)
{
    TRY(const auto folder, TemporaryFolder::make(m_session.needs.root));
    UniqueFd to(::open(folder->path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    TRY(const UniqueFd fd, openInRoot(item.tree->root(), "/" + item.source.path, O_RDONLY));
    const auto raw = sourceFromFd(fd.get());
    const auto plain = decompressed(*raw);
    TarReader reader(*plain);
    UnpackLimits limits;
    limits.whiteouts = false;
    TRY(const auto done, unpackLayer(reader, to.get(), m_session.needs.rootless, limits, m_session.stop));
    if (done.skippedDevices > 0)
        note("[Warning] " + item.source.name + ": " + std::to_string(done.skippedDevices) + " device nodes were not unpacked");
    if (!m_session.request.classic)
        TRY_STATUS(makeFolders(root, path, rules).transform([](const UniqueFd&) {}));
    CopyRules kept = rules;
    kept.uid = kept.gid = std::nullopt; // an archive brings its own owners
    const FileTree tree(std::move(to), true);
    return copyInto(tree, {"", "", true}, root, path, kept, m_session.stop);
}

} // namespace slipway::build
