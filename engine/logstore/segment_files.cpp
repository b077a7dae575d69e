// SPDX-License-Identifier: GPL-3.0-or-later
#include "logstore/segment_files.h"

#include <algorithm>
#include <charconv>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>

#include "base/unique_fd.h"

namespace slipway::logstore
{

std::vector<unsigned> segmentsIn(const std::filesystem::path& dir)
{
    std::vector<unsigned> numbers;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(dir, ignored)) {
        const std::string name = entry.path().filename().string();
        unsigned number = 0;
        if (name.size() == 12 && name.ends_with(".log")
            && std::from_chars(name.data(), name.data() + 8, number).ec == std::errc() && number > 0)
            numbers.push_back(number);
    }
    std::ranges::sort(numbers);
    return numbers;
}

std::filesystem::path segmentPath(const std::filesystem::path& dir, unsigned number, const char* suffix)
{
    std::string digits = std::to_string(number);
    digits.insert(0, digits.size() < 8 ? 8 - digits.size() : 0, '0');
    return dir / (digits + suffix);
}

std::vector<IndexEntry> indexOf(const std::filesystem::path& dir, unsigned number, std::size_t skip)
{
    const UniqueFd fd(::open(segmentPath(dir, number, ".idx").c_str(), O_RDONLY | O_CLOEXEC));
    struct stat info{};
    if (!fd || ::fstat(fd.get(), &info) != 0)
        return {};
    const std::size_t whole = static_cast<std::size_t>(info.st_size) / sizeof(IndexEntry);
    std::vector<IndexEntry> entries(whole - std::min(whole, skip));
    const ssize_t got = ::pread(fd.get(), entries.data(), entries.size() * sizeof(IndexEntry), static_cast<off_t>(skip * sizeof(IndexEntry)));
    entries.resize(got > 0 ? static_cast<std::size_t>(got) / sizeof(IndexEntry) : 0);
    return entries;
}

} // namespace slipway::logstore
