// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace slipway::test
{

// Writes tar archives as they should be, and as an attacker would have them: nothing is checked here.
class TarBuilder
{
public:
    struct Member
    {
        std::string name;
        char type = '0'; // 0 file, 1 hard link, 2 symlink, 3 char, 4 block, 5 folder, 6 fifo
        std::string content, link;
        unsigned mode = 0644, uid = 0, gid = 0;
        std::int64_t mtime = 0;
        int major = 0, minor = 0;
        std::string size; // the size field as it stands; empty: of the content
        std::string prefix;
    };
    TarBuilder& add(const Member& member);
    TarBuilder& file(const std::string& name, const std::string& content = "x", unsigned mode = 0644)
    {
        return add({.name = name, .content = content, .mode = mode});
    }
    TarBuilder& folder(const std::string& name, unsigned mode = 0755) { return add({.name = name, .type = '5', .mode = mode}); }
    TarBuilder& symlink(const std::string& name, const std::string& target) { return add({.name = name, .type = '2', .link = target}); }
    TarBuilder& hardLink(const std::string& name, const std::string& target) { return add({.name = name, .type = '1', .link = target}); }
    TarBuilder& pax(const std::map<std::string, std::string>& records, char type = 'x'); // for the next member; 'g': for all
    TarBuilder& gnuLong(char type, const std::string& text);                             // 'L' name, 'K' link of the next member
    TarBuilder& raw(const std::string& bytes);

    [[nodiscard]] std::string finished() const { return m_bytes + std::string(1024, '\0'); }
    [[nodiscard]] const std::string& unfinished() const { return m_bytes; }

private:
    std::string m_bytes;
};

[[nodiscard]] std::string gzipped(const std::string& bytes, int level = 6);
[[nodiscard]] std::string zstdCompressed(const std::string& bytes, int windowLog = 0); // 0: zstd's own choice
[[nodiscard]] std::string sha256(const std::string& bytes);                             // "sha256:…"

} // namespace slipway::test
