// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "build/context_index.h"
#include "build/kept_context.h"
#include "store/digest.h"

namespace slipway::build
{

// Makes a folder that holds what one index says into what another list of entries says. One thread.
class ContextWriter
{
public:
    // WANTED: a tree. ROOT must hold what BEFORE says and nothing else.
    ContextWriter(int root, const ContextIndex& before, std::vector<ContextEntry> wanted);

    [[nodiscard]] bool changes() const { return m_changes; }
    [[nodiscard]] Status run(const KeptContext::Bring& bring);
    // After a failure: nobody knows what is there.
    [[nodiscard]] bool broken() const { return m_broken; }
    // Paths that are new, changed or gone, in no order.
    [[nodiscard]] std::vector<std::string> changed() const;
    // What is there now; once. After a failure, without what is not whole (its files are gone).
    [[nodiscard]] ContextIndex take() { return ContextIndex(std::move(m_entries)); }

private:
    enum class State : std::uint8_t {
        Same,    // as before
        Dressed, // a folder that is there and gets another owner, mode or time
        New,     // must be made
        Done,
    };
    struct Arriving
    {
        UniqueFd fd;
        Hasher hasher;
        std::int64_t size = 0;
    };

    void compare(const ContextIndex& before);
    void touchParent(std::string_view path);
    [[nodiscard]] Status removeGone();
    [[nodiscard]] Status makeOthers();
    [[nodiscard]] Status makeLinks();
    [[nodiscard]] Status take(std::size_t which, std::string_view piece);
    [[nodiscard]] Status finish(std::size_t which, Arriving& file);
    [[nodiscard]] Status dressFolders();
    [[nodiscard]] Result<int> parentOf(const std::string& path); // a folder that this keeps open
    [[nodiscard]] Status removeHalf();

    int m_root;
    std::vector<ContextEntry> m_entries;
    std::vector<State> m_states;
    std::map<std::string, std::size_t, std::less<>> m_folders; // those of m_entries whose time may have changed
    std::vector<std::pair<std::string, bool>> m_gone;           // whether it is a folder; in the order of a walk
    std::map<std::size_t, Arriving> m_arriving;
    bool m_changes = false, m_broken = false;
    std::string m_parentPath = "/";
    UniqueFd m_parent;
};

} // namespace slipway::build
