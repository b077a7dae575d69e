// SPDX-License-Identifier: GPL-3.0-or-later
#include "runtime/sealed_program.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <link.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U // Linux 6.3
#endif

namespace slipway
{

namespace
{
std::string whereIs(const std::string& name)
{
    if (name.contains('/'))
        return name;
    const char* variable = std::getenv("PATH");
    const std::string list = variable ? variable : "/usr/local/bin:/usr/bin:/bin";
    for (std::size_t begin = 0; begin <= list.size();) {
        const std::size_t end = std::min(list.find(':', begin), list.size());
        const std::string candidate = list.substr(begin, end - begin) + '/' + name;
        if (::access(candidate.c_str(), X_OK) == 0)
            return candidate;
        begin = end + 1;
    }
    return {};
}

UniqueFd sealedCopy(const std::string& path)
{
    const UniqueFd from(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat info{};
    if (!from || ::fstat(from.get(), &info) != 0 || !S_ISREG(info.st_mode))
        return {};
    constexpr unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
    const std::string name = std::filesystem::path(path).filename().string();
    UniqueFd copy(::memfd_create(name.c_str(), flags | MFD_EXEC));
    if (!copy && errno == EINVAL)
        copy.reset(::memfd_create(name.c_str(), flags));
    for (off_t left = info.st_size; copy && left > 0;) {
        const ssize_t sent = ::sendfile(copy.get(), from.get(), nullptr, static_cast<std::size_t>(left));
        if (sent <= 0)
            return {};
        left -= sent;
    }
    if (!copy || ::fchmod(copy.get(), 0555) != 0
        || ::fcntl(copy.get(), F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) != 0)
        return {};
    const std::string opened = "/proc/self/fd/" + std::to_string(copy.get());
    return UniqueFd(::open(opened.c_str(), O_RDONLY | O_CLOEXEC)); // one that is open for writing cannot be executed
}
} // namespace

SealedProgram::SealedProgram(const std::string& name) : m_fd(sealedCopy(whereIs(name))) {}

bool SealedProgram::isStatic() const
{
    ElfW(Ehdr) head{};
    if (!m_fd || ::pread(m_fd.get(), &head, sizeof head, 0) != sizeof head || std::memcmp(head.e_ident, ELFMAG, SELFMAG) != 0
        || head.e_phentsize != sizeof(ElfW(Phdr)))
        return false;
    for (unsigned i = 0; i < head.e_phnum; ++i) {
        ElfW(Phdr) part{};
        const auto at = static_cast<off_t>(head.e_phoff + i * sizeof part);
        if (::pread(m_fd.get(), &part, sizeof part, at) != sizeof part || part.p_type == PT_INTERP)
            return false;
    }
    return true;
}

std::string SealedProgram::path() const { return m_fd ? "/proc/self/fd/" + std::to_string(m_fd.get()) : std::string(); }

} // namespace slipway
