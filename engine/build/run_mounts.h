// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "build/session.h"

// What a RUN mounts (RUN --mount), from before its container starts until it has ended.
namespace slipway::build
{

inline constexpr const char* scriptsFolder = "/dev/pipes"; // BuildKit's place for heredocs that are programs

// What a container had to make so that something could be mounted there: gone again from the layer, unless something was
// put into it. What ran may have put links in its place: none of them is followed out of the layer.
class MountStubs
{
public:
    explicit MountStubs(const Workspace& workspace) : m_workspace(workspace) {}
    [[nodiscard]] Status note(const std::string& target); // before it is mounted
    // In the upper folder, once nothing is mounted any more.
    [[nodiscard]] Status remove() const;

private:
    const Workspace& m_workspace;
    std::vector<std::string> m_made;
};

// The mounts of one RUN made ready on the host; it must live until that ends.
class PreparedMounts
{
public:
    // FOLDER: the step's own, for what is in no layer.
    PreparedMounts(Session& session, std::filesystem::path folder) : m_session(session), m_folder(std::move(folder)) {}

    // MOUNT at TARGET, of SOURCE in TREE where it has one.
    [[nodiscard]] Status add(const dockerfile::Mount& mount, const std::string& target, const FileTree& tree, const std::string& source);
    [[nodiscard]] Status addScript(const std::string& name, const std::string& content); // into scriptsFolder

    std::vector<SpecMount> mounts;
    std::vector<std::string> env; // of secrets

private:
    Result<std::string> cacheFolder(const dockerfile::Mount& mount, const std::string& target, const FileTree& tree, const std::string& source);
    Result<std::string> bindSource(const dockerfile::Mount& mount, const FileTree& tree, const std::string& source);
    Result<std::string> copiedFile(const FileTree& tree, const std::string& source);
    Result<std::string> secretFile(const dockerfile::Mount& mount, const std::string& value);

    Session& m_session;
    std::filesystem::path m_folder;
    std::vector<std::shared_ptr<void>> m_holds;
};

// A step's own folder below RUN/builds, gone at the end; a restarted engine looks there for what a killed one left.
class RunFolder
{
public:
    explicit RunFolder(std::filesystem::path path);
    ~RunFolder();
    RunFolder(const RunFolder&) = delete;
    RunFolder& operator=(const RunFolder&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const { return m_path; }

private:
    std::filesystem::path m_path;
};

} // namespace slipway::build
