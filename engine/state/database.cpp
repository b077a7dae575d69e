// SPDX-License-Identifier: GPL-3.0-or-later
#include "state/database.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <list>
#include <mutex>
#include <unordered_map>

#include "base/unique_fd.h"
#include "state/migrations.h"

namespace slipway
{

namespace
{
// Space set aside beside the database: on a full disk it is given up so that at least things can be removed.
class Reserve
{
public:
    explicit Reserve(const std::filesystem::path& database) : m_database(database) {}
    void make()
    {
        if (m_made)
            return;
        const UniqueFd fd(::open(path().c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
        for (off_t size = bytes; fd && !m_made && size >= leastBytes; size -= leastBytes) // as much as there is
            m_made = ::posix_fallocate(fd.get(), 0, size) == 0;
        if (!m_made)
            ::unlink(path().c_str());
    }
    bool giveUp()
    {
        m_made = false;
        return ::unlink(path().c_str()) == 0;
    }

private:
    static constexpr off_t bytes = 1 << 20, leastBytes = 32 << 10;
    [[nodiscard]] std::string path() const { return m_database.string() + "-reserve"; }
    const std::filesystem::path& m_database;
    bool m_made = false;
};
} // namespace

struct Database::Impl
{
    std::filesystem::path file;
    Reserve reserve{file};
    sqlite3* db = nullptr;
    std::recursive_mutex mutex; // exec() inside transaction() takes it again
    std::unordered_map<std::string, sqlite3_stmt*> statements;

    ~Impl()
    {
        for (auto& [sql, statement] : statements)
            sqlite3_finalize(statement);
        sqlite3_close(db);
    }

    std::unexpected<Error> error(int code) const
    {
        const std::string what = "database " + file.string() + ": " + (db ? sqlite3_errmsg(db) : sqlite3_errstr(code));
        switch (code & 0xff) {
        case SQLITE_CONSTRAINT:
            return fail(ErrorKind::Conflict, what);
        case SQLITE_FULL:
            return fail(ErrorKind::Unavailable, "writing " + file.string() + ": no space left on device: free some on its file system", ENOSPC);
        case SQLITE_IOERR:
        case SQLITE_CANTOPEN:
        case SQLITE_READONLY:
            return fail(ErrorKind::Unavailable, what, EIO);
        default:
            return fail(ErrorKind::Internal, what);
        }
    }

    Result<sqlite3_stmt*> prepare(std::string_view sql)
    {
        const std::string key(sql);
        if (const auto it = statements.find(key); it != statements.end() && !sqlite3_stmt_busy(it->second))
            return it->second;
        sqlite3_stmt* statement = nullptr;
        const int code = sqlite3_prepare_v3(db, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                                            &statement, nullptr);
        if (code != SQLITE_OK)
            return error(code);
        if (const auto [it, isNew] = statements.try_emplace(key, statement); !isNew) {
            overflow.push_back(statement); // a query inside the same query's row callback
        }
        return statement;
    }
    std::list<sqlite3_stmt*> overflow;

    void release(sqlite3_stmt* statement)
    {
        sqlite3_reset(statement);
        sqlite3_clear_bindings(statement);
        if (std::erase(overflow, statement))
            sqlite3_finalize(statement);
    }

    Status run(std::string_view sql, const std::vector<Value>& values, const std::function<void(sqlite3_stmt*)>& onRow)
    {
        const std::scoped_lock lock(mutex);
        const bool removes = sql.starts_with("DELETE");
        auto done = runOnce(sql, values, onRow);
        if (removes && !done && done.error().osError == ENOSPC && reserve.giveUp())
            done = runOnce(sql, values, onRow);
        if (done && !sqlite3_stmt_readonly(statements.at(std::string(sql))))
            reserve.make();
        return done;
    }

    Status runOnce(std::string_view sql, const std::vector<Value>& values, const std::function<void(sqlite3_stmt*)>& onRow)
    {
        TRY(auto* statement, prepare(sql));
        int index = 0;
        for (const Value& value : values)
            bind(statement, ++index, value);
        int code = SQLITE_ROW;
        while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
            if (onRow)
                onRow(statement);
        }
        if (code != SQLITE_DONE) {
            auto failed = error(code);
            release(statement);
            return failed;
        }
        release(statement);
        return {};
    }

    static void bind(sqlite3_stmt* statement, int index, const Value& value)
    {
        if (const auto* text = std::get_if<std::string>(&value))
            sqlite3_bind_text(statement, index, text->data(), static_cast<int>(text->size()), SQLITE_TRANSIENT);
        else if (const auto* number = std::get_if<std::int64_t>(&value))
            sqlite3_bind_int64(statement, index, *number);
        else if (const auto* real = std::get_if<double>(&value))
            sqlite3_bind_double(statement, index, *real);
        else
            sqlite3_bind_null(statement, index);
    }

    // Holds the mutex; with Sync::Later commits do not wait for the disk meanwhile. SQLite allows the change between
    // transactions only.
    class Syncing
    {
    public:
        Syncing(Impl& impl, Sync sync) : m_impl(impl), m_lock(impl.mutex)
        {
            m_later = sync == Sync::Later && sqlite3_get_autocommit(impl.db) != 0;
            if (m_later)
                sqlite3_exec(impl.db, "PRAGMA synchronous=NORMAL", nullptr, nullptr, nullptr);
        }
        ~Syncing()
        {
            if (m_later)
                sqlite3_exec(m_impl.db, "PRAGMA synchronous=FULL", nullptr, nullptr, nullptr);
        }
        Syncing(const Syncing&) = delete;
        Syncing& operator=(const Syncing&) = delete;

    private:
        Impl& m_impl;
        std::scoped_lock<std::recursive_mutex> m_lock;
        bool m_later = false;
    };

    Status script(const char* sql)
    {
        const int code = sqlite3_exec(db, sql, nullptr, nullptr, nullptr);
        return code == SQLITE_OK ? Status() : Status(error(code));
    }
};

namespace
{
constexpr const char* pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
                                "PRAGMA secure_delete=ON; PRAGMA cache_size=-512;";
}

Database::Database(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
Database::~Database() = default;

Result<std::unique_ptr<Database>> Database::open(const std::filesystem::path& file)
{
    auto impl = std::make_unique<Impl>();
    impl->file = file;
    const int code = sqlite3_open_v2(file.c_str(), &impl->db,
                                     SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
    if (code != SQLITE_OK)
        return impl->error(code);
    sqlite3_extended_result_codes(impl->db, 1);
    sqlite3_busy_timeout(impl->db, 2000);
    auto opened = impl->script(pragmas);
    if (!opened && impl->reserve.giveUp()) // an engine must come up on a full disk too
        opened = impl->script(pragmas);
    if (!opened)
        return wrap(opened.error(), "opening the engine's state (the file was left as it is)");

    std::unique_ptr<Database> database(new Database(std::move(impl)));
    std::int64_t version = 0;
    TRY_STATUS(database->query("PRAGMA user_version", {}, [&](const Row& row) { version = row.integer(0); }));
    const auto steps = migrations();
    if (version > static_cast<std::int64_t>(steps.size()))
        return fail(ErrorKind::Conflict, "database " + file.string() + " has schema version " + std::to_string(version)
                                             + ", newer than this Slipway knows (" + std::to_string(steps.size())
                                             + "): use the newer Slipway");
    for (std::size_t step = static_cast<std::size_t>(version); step < steps.size(); ++step) {
        TRY_STATUS(database->transaction([&]() -> Status {
            TRY_STATUS(database->m_impl->script(std::string(steps[step]).c_str()));
            return database->m_impl->script(("PRAGMA user_version=" + std::to_string(step + 1)).c_str());
        }));
    }
    database->m_impl->reserve.make();
    return database;
}

Status Database::exec(std::string_view sql, const std::vector<Value>& values, Sync sync)
{
    const Impl::Syncing syncing(*m_impl, sync);
    return m_impl->run(sql, values, {});
}

Status Database::query(std::string_view sql, const std::vector<Value>& values,
                       const std::function<void(const Row&)>& onRow)
{
    return m_impl->run(sql, values, [&](sqlite3_stmt* statement) { onRow(Row(statement)); });
}

Status Database::transaction(const std::function<Status()>& body, Sync sync)
{
    const Impl::Syncing syncing(*m_impl, sync);
    TRY_STATUS(m_impl->script("BEGIN IMMEDIATE"));
    auto done = body();
    if (done)
        done = m_impl->script("COMMIT");
    if (!done && !sqlite3_get_autocommit(m_impl->db))
        sqlite3_exec(m_impl->db, "ROLLBACK", nullptr, nullptr, nullptr);
    return done;
}

std::string Database::Row::text(int column) const
{
    auto* statement = static_cast<sqlite3_stmt*>(m_statement);
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
    return bytes ? std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement, column))) : std::string();
}

std::int64_t Database::Row::integer(int column) const
{
    return sqlite3_column_int64(static_cast<sqlite3_stmt*>(m_statement), column);
}

bool Database::Row::isNull(int column) const
{
    return sqlite3_column_type(static_cast<sqlite3_stmt*>(m_statement), column) == SQLITE_NULL;
}

} // namespace slipway
