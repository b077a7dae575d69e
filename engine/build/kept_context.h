// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "base/unique_fd.h"
#include "build/build_service.h"
#include "build/context_index.h"

namespace slipway::build
{

class KeptContexts;

// The files of a build context, kept for the next build from the same folder: then only what changed comes again. It belongs to
// one build at a time, for which it does not change. One thread.
class KeptContext
{
public:
    ~KeptContext(); // gives it back
    KeptContext(const KeptContext&) = delete;
    KeptContext& operator=(const KeptContext&) = delete;

    [[nodiscard]] const std::filesystem::path& folder() const { return m_folder; }
    [[nodiscard]] const std::shared_ptr<const ContextIndex>& index() const { return m_index; }

    struct Wish
    {
        std::size_t number = 0;
        const ContextEntry* entry = nullptr;
    };
    // Takes a piece of the content of the file with that number; an empty one ends it. Pieces of several files may come by turns.
    using Take = std::function<Status(std::size_t number, std::string_view piece)>;
    // Brings the content of FILES by TAKE.
    using Bring = std::function<Status(const std::vector<Wish>& files, const Take& take)>;
    // Makes the folder what WANTED says (see makeTree). What looks as it did is believed to be it. When that fails, what is whole
    // stays. Conflict when the content of a file has another size than was said.
    // SECRETS: SHA-256 (hex) of contents that are not to stay: files with one go when this does, and are in no index.
    [[nodiscard]] Status update(std::vector<ContextEntry> wanted, const Bring& bring,
                                const std::set<std::string>& secrets = {});

private:
    friend class KeptContexts;
    KeptContext(KeptContexts& owner, std::string name, std::filesystem::path place, std::string description);

    // Removes what is not to stay and says what is left.
    [[nodiscard]] Status forgetSecrets();

    KeptContexts& m_owner;
    std::string m_name; // empty: nobody asks for it again, and it goes with the object
    std::filesystem::path m_place, m_folder; // m_folder is "files" in m_place
    std::string m_description;
    std::shared_ptr<const ContextIndex> m_index = std::make_shared<ContextIndex>();
    std::set<std::string> m_secrets; // those that are there
};

// ROOT/contexts: a folder each, named by a hash of its key: its files, and an index of them that is there only while it is
// true. Those of another boot are not believed, as nothing here waits for the disk. What has been used last stays, up to a
// number of bytes. The index of the last one stays in memory for some minutes, and with it the hashes made of it. Thread-safe.
class KeptContexts
{
public:
    explicit KeptContexts(std::filesystem::path root);

    // The context of KEY. While others have it, another one of a few; one that nobody will ask for again when KEY is empty or those
    // are taken too.
    [[nodiscard]] Result<std::unique_ptr<KeptContext>> open(const std::string& key, const std::string& description);

    [[nodiscard]] std::vector<CacheRecord> list() const; // kind "source.local"
    [[nodiscard]] Status remove(const std::string& id);  // nothing when it is used now
    // Removes the longest unused until LIMIT bytes are left.
    void shrink(std::int64_t limit);

private:
    friend class KeptContext;
    struct Known
    {
        CacheRecord record;
        bool busy = false;
    };
    [[nodiscard]] std::filesystem::path folder() const { return m_root / "contexts"; }
    [[nodiscard]] std::string freeName(const std::string& key);
    void giveBack(KeptContext& context);
    [[nodiscard]] std::shared_ptr<const ContextIndex> takeRecent(const std::string& name);
    void remember(const std::string& name, std::shared_ptr<const ContextIndex> index);
    void discard(const std::filesystem::path& place) const;

    std::filesystem::path m_root;
    std::string m_boot;
    mutable std::mutex m_mutex;
    std::map<std::string, Known> m_known;
    std::int64_t m_limit = 0;
    struct Recent
    {
        std::string name;
        std::shared_ptr<const ContextIndex> index;
        std::chrono::steady_clock::time_point until;
    };
    Recent m_recent;
    bool m_forgets = false; // m_forgetter has something to do
    std::condition_variable_any m_changed;
    std::jthread m_forgetter; // runs only until what is in memory goes
};

} // namespace slipway::build
