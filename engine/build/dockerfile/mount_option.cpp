// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>
#include <charconv>
#include <cmath>

#include "build/dockerfile/instruction.h"
#include "build/dockerfile/text.h"

namespace slipway::dockerfile
{

namespace
{
std::unexpected<Error> bad(std::string message) { return fail(ErrorKind::InvalidArgument, std::move(message)); }

// Comma-separated fields; one that starts with " goes to the next lone " and may hold commas ("" is one quote).
Result<std::vector<std::string>> csvFields(std::string_view text)
{
    std::vector<std::string> fields;
    for (std::size_t at = 0; at <= text.size();) {
        std::string field;
        if (at < text.size() && text[at] == '"') {
            ++at;
            while (true) {
                if (at >= text.size())
                    return bad("failed to parse csv mounts: a quote is not closed in " + inQuotes(text));
                if (text[at] == '"' && (at + 1 >= text.size() || text[at + 1] != '"'))
                    break;
                at += text[at] == '"' ? 1 : 0;
                field += text[at++];
            }
            ++at;
            if (at < text.size() && text[at] != ',')
                return bad("failed to parse csv mounts: text follows a closed quote in " + inQuotes(text));
        } else {
            while (at < text.size() && text[at] != ',')
                field += text[at++];
        }
        fields.push_back(std::move(field));
        ++at;
    }
    return fields;
}

Result<bool> boolean(const std::string& key, const std::string& value)
{
    static constexpr std::array<std::string_view, 6> yes = {"1", "t", "T", "true", "TRUE", "True"};
    static constexpr std::array<std::string_view, 6> no = {"0", "f", "F", "false", "FALSE", "False"};
    if (std::ranges::find(yes, value) != yes.end())
        return true;
    if (std::ranges::find(no, value) != no.end())
        return false;
    return bad("invalid value for " + key + ": " + value);
}

Result<std::uint32_t> number(const std::string& key, const std::string& value, int base)
{
    std::uint32_t parsed = 0;
    const auto [end, failed] = std::from_chars(value.data(), value.data() + value.size(), parsed, base);
    if (value.empty() || failed != std::errc() || end != value.data() + value.size())
        return bad("invalid value " + value + " for " + key);
    return parsed;
}

// "64m", "1.5 GB", "1024": powers of 1024.
Result<std::int64_t> bytes(const std::string& key, const std::string& value)
{
    double amount = 0;
    const auto [end, failed] = std::from_chars(value.data(), value.data() + value.size(), amount, std::chars_format::fixed);
    std::string unit = toLower(trimmed(std::string_view(end, value.data() + value.size())));
    if (unit.ends_with("ib") || unit.ends_with('b'))
        unit.resize(unit.size() - (unit.ends_with("ib") && unit.size() > 2 ? 2 : 1));
    const auto power = unit.empty() ? 0 : std::string_view(" kmgtp").find(unit);
    if (failed != std::errc() || amount < 0 || unit.size() > 1 || power == std::string_view::npos)
        return bad("invalid value for " + key + ": " + value);
    return static_cast<std::int64_t>(amount * std::pow(1024.0, static_cast<double>(power)));
}

const char* nameOf(Mount::Type type)
{
    static constexpr const char* names[] = {"bind", "cache", "tmpfs", "secret", "ssh"};
    return names[static_cast<int>(type)];
}

class MountReader
{
public:
    Result<Mount> read(const std::string& text, const WordExpander& expand)
    {
        TRY(const auto fields, csvFields(text));
        for (const std::string& field : fields) {
            const auto equals = field.find('=');
            const std::string key = toLower(field.substr(0, equals));
            if (equals == std::string::npos) {
                TRY_STATUS(flag(key, field));
                continue;
            }
            std::string value = field.substr(equals + 1);
            if (expand) {
                TRY(value, expand(value));
            } else if (const auto dollar = value.find('$'); dollar != std::string::npos) {
                if (key == "from" && dollar + 1 != value.size())
                    return bad("'from' doesn't support variable expansion, define alias stage instead");
                m_open = true;
                continue;
            }
            TRY_STATUS(set(key, value, field));
        }
        if (!m_open)
            TRY_STATUS(check());
        const bool writable = m_mount.type == Mount::Type::Cache || m_mount.type == Mount::Type::Tmpfs;
        m_mount.readOnly = m_readOnly.value_or(!writable);
        return std::move(m_mount);
    }

private:
    bool isSecretOrSsh() const { return m_mount.type == Mount::Type::Secret || m_mount.type == Mount::Type::Ssh; }
    Status unexpectedFor(const std::string& key)
    {
        return m_open ? Status() : bad("unexpected key '" + key + "' for mount type '" + nameOf(m_mount.type) + "'");
    }

    Status flag(const std::string& key, const std::string& field)
    {
        if (key == "readonly" || key == "ro")
            m_readOnly = true;
        else if (key == "readwrite" || key == "rw")
            m_readOnly = false;
        else if (key == "required" && isSecretOrSsh())
            m_mount.required = true;
        else if (key == "required")
            return unexpectedFor(key);
        else
            return bad("invalid field '" + field + "' must be a key=value pair");
        return {};
    }

    Status set(const std::string& key, const std::string& value, const std::string& field)
    {
        if (key == "type")
            return type(value);
        if (key == "from")
            m_mount.from = value;
        else if (key == "source" || key == "src")
            m_mount.source = value;
        else if (key == "target" || key == "dst" || key == "destination")
            m_mount.target = value;
        else if (key == "id")
            m_mount.id = value;
        else if (key == "env")
            m_mount.env = value;
        else if (key == "sharing")
            return sharing(value);
        else
            return setNumber(key, value, field);
        return {};
    }

    Status setNumber(const std::string& key, const std::string& value, const std::string& field)
    {
        if (key == "readonly" || key == "ro" || key == "readwrite" || key == "rw") {
            TRY(const bool on, boolean(key, value));
            m_readOnly = key.starts_with("reado") || key == "ro" ? on : !on;
        } else if (key == "required") {
            if (!isSecretOrSsh())
                return unexpectedFor(key);
            TRY(m_mount.required, boolean(key, value));
        } else if (key == "size") {
            if (m_mount.type != Mount::Type::Tmpfs)
                return unexpectedFor(key);
            TRY(m_mount.size, bytes(key, value));
        } else if (key == "mode") {
            TRY(m_mount.mode, number(key, value, 8));
        } else if (key == "uid") {
            TRY(m_mount.uid, number(key, value, 10));
        } else if (key == "gid") {
            TRY(m_mount.gid, number(key, value, 10));
        } else {
            static const std::vector<std::string> keys = {"type", "from", "source", "target", "readonly", "id", "sharing", "required",
                                                          "size", "mode", "uid", "gid", "src", "dst", "destination", "ro", "rw",
                                                          "readwrite", "env"};
            return bad("unexpected key '" + key + "' in '" + field + "'" + didYouMean(suggest(key, keys, true)));
        }
        return {};
    }

    Status type(const std::string& value)
    {
        static const std::vector<std::string> types = {"bind", "cache", "tmpfs", "secret", "ssh"};
        const auto found = std::ranges::find(types, toLower(value));
        if (found == types.end())
            return bad("unsupported mount type " + inQuotes(value) + didYouMean(suggest(value, types, true)));
        m_mount.type = static_cast<Mount::Type>(found - types.begin());
        return {};
    }

    Status sharing(const std::string& value)
    {
        static const std::vector<std::string> modes = {"shared", "private", "locked"};
        const auto found = std::ranges::find(modes, toLower(value));
        if (found == modes.end())
            return bad("unsupported sharing value " + inQuotes(value) + didYouMean(suggest(value, modes, true)));
        m_mount.sharing = static_cast<Mount::Sharing>(found - modes.begin());
        m_sharingGiven = true;
        return {};
    }

    Status check() const
    {
        const bool owned = isSecretOrSsh() || m_mount.type == Mount::Type::Cache;
        for (const auto& [given, key] : {std::pair{m_mount.mode, "mode"}, {m_mount.uid, "uid"}, {m_mount.gid, "gid"}}) {
            if (given && !owned)
                return bad(std::string(key) + " not allowed for " + inQuotes(nameOf(m_mount.type)) + " type mounts");
        }
        if (m_mount.type == Mount::Type::Secret) {
            if (!m_mount.from.empty())
                return bad("secret mount should not have a from");
            if (m_sharingGiven)
                return bad("secret mount should not define sharing");
            if (m_mount.source.empty() && m_mount.target.empty() && m_mount.id.empty())
                return bad("invalid secret mount. one of source, target required");
            if (!m_mount.source.empty() && !m_mount.id.empty())
                return bad("both source and id can't be set");
        }
        if (m_sharingGiven && m_mount.type != Mount::Type::Cache)
            return bad(std::string("invalid cache sharing set for ") + nameOf(m_mount.type) + " mount");
        return {};
    }

    Mount m_mount;
    std::optional<bool> m_readOnly;
    bool m_sharingGiven = false;
    bool m_open = false; // something hangs on a variable: what depends on the whole cannot be judged
};
} // namespace

Result<Mount> parseMount(const std::string& text, const WordExpander& expand) { return MountReader().read(text, expand); }

} // namespace slipway::dockerfile
