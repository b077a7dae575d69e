// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.h"

namespace slipway
{

// The engine's only database: ROOT/slipway.db, SQLite, journal_mode=WAL, synchronous=FULL (an acknowledged change survives
// a power cut: with NORMAL 500 of 500 were lost), foreign_keys=ON, secure_delete=ON.
//
// It keeps configuration and intent. What runs is never believed from a row: it is derived from monitors and pidfds.
// Thread-safe: one connection behind a mutex; calls are short. A transaction holds the mutex until it ends.
//
//     db.exec("INSERT INTO volumes(name, driver) VALUES(?, ?)", {name, "local"});
//     db.query("SELECT name FROM volumes WHERE driver = ?", {"local"}, [&](const Database::Row& r) { names.push_back(r.text(0)); });
//     db.transaction([&] { …several exec… return Status(); });      // rolled back when the function returns an error
class Database
{
public:
    using Value = std::variant<std::nullptr_t, std::int64_t, double, std::string>;

    // When a change is on the disk: before the call returns, or with the next change that is. Later is for rows that mean
    // nothing after a power cut (what runs, containers that are removed when they end): a crash of the engine does not
    // lose them, and the wait for the disk, the longest part of many a call, is saved.
    enum class Sync : std::uint8_t { Now, Later };

    class Row
    {
    public:
        [[nodiscard]] std::string text(int column) const;
        [[nodiscard]] std::int64_t integer(int column) const;
        [[nodiscard]] bool isNull(int column) const;

    private:
        friend class Database;
        explicit Row(void* statement) : m_statement(statement) {}
        void* m_statement;
    };

    // Opens or creates the file and brings its schema up to date (state/migrations.h), each step in a transaction.
    // A file of a newer schema is refused with a clear text; a damaged one is named and left untouched.
    [[nodiscard]] static Result<std::unique_ptr<Database>> open(const std::filesystem::path& file);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    // SQLITE_FULL/IOERR become Unavailable naming the file; a violated constraint becomes Conflict. A DELETE works on a full
    // disk too: it may use the megabyte that slipway.db-reserve keeps free for it. Within a transaction the transaction's
    // SYNC counts.
    [[nodiscard]] Status exec(std::string_view sql, const std::vector<Value>& values = {}, Sync sync = Sync::Now);
    [[nodiscard]] Status query(std::string_view sql, const std::vector<Value>& values,
                               const std::function<void(const Row&)>& onRow);
    [[nodiscard]] Status transaction(const std::function<Status()>& body, Sync sync = Sync::Now);

private:
    struct Impl;
    explicit Database(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

} // namespace slipway
