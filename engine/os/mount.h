// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>

#include "base/error.h"

namespace slipway
{

// Mounts SOURCE of TYPE on TARGET. FLAGS are MS_*, DATA the file system's options. Errors name all of them.
[[nodiscard]] Status mountFs(const std::string& source, const std::filesystem::path& target, const std::string& type,
                             unsigned long flags, const std::string& data = {});
// A bind mount (recursive), made read-only in a second step when asked.
[[nodiscard]] Status bindMount(const std::filesystem::path& source, const std::filesystem::path& target,
                               bool readOnly = false);
// Takes the topmost mount away; LAZY detaches it even when in use. No error when nothing is mounted there.
[[nodiscard]] Status unmount(const std::filesystem::path& target, bool lazy = false);

// Owns one mount: unmounted (lazily if busy) when destroyed, unless released.
class Mount
{
public:
    Mount() = default;
    explicit Mount(std::filesystem::path target) : m_target(std::move(target)) {}
    Mount(Mount&& other) noexcept : m_target(std::move(other.m_target)) { other.m_target.clear(); }
    Mount& operator=(Mount&& other) noexcept;
    Mount(const Mount&) = delete;
    Mount& operator=(const Mount&) = delete;
    ~Mount() { reset(); }

    [[nodiscard]] const std::filesystem::path& target() const { return m_target; }
    void release() { m_target.clear(); }
    void reset();

private:
    std::filesystem::path m_target;
};

} // namespace slipway
