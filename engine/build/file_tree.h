// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <sys/stat.h>
#include <vector>

#include "base/error.h"
#include "base/folder.h"
#include "base/unique_fd.h"
#include "build/context_index.h"
#include "build/dockerfile/path_pattern.h"
#include "build/step_inputs.h"
#include "store/digest.h"

// Files of a context or of another stage: found, hashed and copied by descriptors that never leave their root.
namespace slipway::build
{

using dockerfile::IgnoreFile;

struct CopySource
{
    std::string path; // in its root, "src/app": what is copied
    std::string name; // what it is called at its destination when that is a folder
    bool isFolder = false;
};

struct CopyRules
{
    std::optional<std::uint32_t> uid, gid; // nullopt: as in the source
    std::optional<std::uint32_t> mode;     // of files and folders
    IgnoreFile exclude;                    // relative to each source
};

// The root of a context or of a stage. Thread-safe; hashes of files are kept for its lifetime, so it must not change.
class FileTree
{
public:
    // ISCONTEXT: errors say "build context", and a path that leaves it is refused (in a stage .. ends at its root).
    // INDEX: of all that is there, so that nothing needs to be read for its hash; may be null.
    FileTree(UniqueFd root, bool isContext, std::shared_ptr<const ContextIndex> index = {})
        : m_root(std::move(root)), m_isContext(isContext), m_index(std::move(index))
    {
    }

    [[nodiscard]] int root() const { return m_root.get(); }

    // What PATTERN of a COPY names: itself, or what its wildcards match, in order. Links are followed inside the root.
    // dockerd's words when there is nothing, with what is close.
    [[nodiscard]] Result<std::vector<CopySource>> find(const std::string& pattern) const;

    // Over content, names, kinds, modes, owners (as RULES make them), links and attributes of SOURCE, never its times.
    // Each of its files is told to TELL, if given.
    [[nodiscard]] Result<Digest> hash(const CopySource& source, const CopyRules& rules, const std::stop_token& stop,
                                      StepInputs* tell = nullptr) const;

private:
    Result<std::string> contentHash(int folder, const std::string& name, const std::stop_token& stop) const;
    struct Hashing
    {
        Hasher hasher;
        const CopyRules& rules;
        const std::stop_token& stop;
        StepInputs* tell;
        std::string path; // of the source
    };
    // As hashEntry does it by looking, what begins with BEGIN.
    [[nodiscard]] Digest hashIndexed(const std::string& begin, const std::string& path, const CopyRules& rules) const;
    // A file's part of the hash.
    [[nodiscard]] Result<std::string> lineOf(int folder, const std::string& name, const std::string& relative, const struct ::stat& info, const CopyRules& rules,
                                             const std::stop_token& stop) const;
    template <class Lines> // gets each file at and below PATH and its part of the hash
    void indexed(const std::string& path, const CopyRules& rules, const Lines& lines) const;
    Status hashEntry(Hashing& into, int folder, const std::string& name, const std::string& relative) const;
    [[nodiscard]] std::string closeTo(const std::string& path) const;

    UniqueFd m_root;
    bool m_isContext;
    std::shared_ptr<const ContextIndex> m_index;
    mutable std::mutex m_mutex;
    mutable std::map<std::pair<std::uint64_t, std::uint64_t>, std::string> m_hashes; // by device and inode
};

// Makes the folder PATH below ROOT with what is missing on its way (mode 0755, owner of RULES or root); links are followed
// inside the root only.
[[nodiscard]] Result<UniqueFd> makeFolders(int root, const std::string& path, const CopyRules& rules);

// Copies SOURCE of TREE to PATH below ROOT: a folder's content into it (made when missing), a file as it. Files replace
// files and links; a file in the way of a folder is an error that names it.
[[nodiscard]] Status copyInto(const FileTree& tree, const CopySource& source, int root, const std::string& path,
                              const CopyRules& rules, const std::stop_token& stop);

} // namespace slipway::build
