// SPDX-License-Identifier: GPL-3.0-or-later
#include "runtime/seccomp_program.h"

#include <cerrno>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <seccomp.h>
#include <set>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

#include "base/unique_fd.h"

namespace slipway
{

namespace
{
struct Releaser
{
    void operator()(void* context) const { ::seccomp_release(context); }
};
using Context = std::unique_ptr<void, Releaser>;

std::optional<std::uint32_t> actionOf(const std::string& name, const Json& errnoRet)
{
    const auto code = errnoRet.is_number() ? errnoRet.get<std::uint32_t>() : static_cast<std::uint32_t>(EPERM);
    static const std::map<std::string, std::uint32_t> plain = {
        {"SCMP_ACT_KILL", SCMP_ACT_KILL_THREAD},      {"SCMP_ACT_KILL_THREAD", SCMP_ACT_KILL_THREAD},
        {"SCMP_ACT_KILL_PROCESS", SCMP_ACT_KILL_PROCESS}, {"SCMP_ACT_TRAP", SCMP_ACT_TRAP},
        {"SCMP_ACT_ALLOW", SCMP_ACT_ALLOW},           {"SCMP_ACT_LOG", SCMP_ACT_LOG}};
    if (name == "SCMP_ACT_ERRNO")
        return SCMP_ACT_ERRNO(code);
    if (name == "SCMP_ACT_TRACE")
        return SCMP_ACT_TRACE(code);
    const auto it = plain.find(name);
    return it == plain.end() ? std::nullopt : std::optional(it->second);
}

std::optional<scmp_compare> comparisonOf(const std::string& name)
{
    static const std::map<std::string, scmp_compare> known = {{"SCMP_CMP_NE", SCMP_CMP_NE}, {"SCMP_CMP_LT", SCMP_CMP_LT}, {"SCMP_CMP_LE", SCMP_CMP_LE},
                                                              {"SCMP_CMP_EQ", SCMP_CMP_EQ}, {"SCMP_CMP_GE", SCMP_CMP_GE}, {"SCMP_CMP_GT", SCMP_CMP_GT},
                                                              {"SCMP_CMP_MASKED_EQ", SCMP_CMP_MASKED_EQ}};
    const auto it = known.find(name);
    return it == known.end() ? std::nullopt : std::optional(it->second);
}

std::optional<std::uint32_t> architectureOf(const std::string& name) // "SCMP_ARCH_X86_64"
{
    std::string word = name.starts_with("SCMP_ARCH_") ? name.substr(10) : name;
    for (char& c : word)
        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    const std::uint32_t token = ::seccomp_arch_resolve_name(word.c_str());
    return token == 0 ? std::nullopt : std::optional(token);
}

std::unexpected<Error> uncommon(const std::string& what)
{
    return fail(ErrorKind::NotImplemented, "the seccomp profile has " + what);
}

// Two conditions on one argument mean "or" in a profile; libseccomp takes only "and", so each is a rule of its own, as in runc.
Status addRule(scmp_filter_ctx context, std::uint32_t action, int call, const std::vector<scmp_arg_cmp>& conditions)
{
    std::set<unsigned> arguments;
    for (const scmp_arg_cmp& condition : conditions)
        arguments.insert(condition.arg);
    int err = 0;
    if (arguments.size() == conditions.size())
        err = ::seccomp_rule_add_array(context, action, call, static_cast<unsigned>(conditions.size()), conditions.data());
    for (std::size_t i = 0; err == 0 && arguments.size() != conditions.size() && i < conditions.size(); ++i)
        err = ::seccomp_rule_add_array(context, action, call, 1, &conditions[i]);
    if (err != 0 && err != -EEXIST)
        return failErrno(-err, "adding a seccomp rule");
    return {};
}

Status addRules(scmp_filter_ctx context, const Json& profile, std::uint32_t fallback)
{
    for (const Json& rule : jsonMember(profile, "syscalls")) {
        const auto action = actionOf(jsonValue<std::string>(rule, "action"), jsonMember(rule, "errnoRet"));
        if (!action)
            return uncommon("the action " + jsonValue<std::string>(rule, "action"));
        if (*action == fallback)
            continue; // libseccomp refuses what changes nothing
        std::vector<scmp_arg_cmp> conditions;
        for (const Json& argument : jsonMember(rule, "args")) {
            const auto comparison = comparisonOf(jsonValue<std::string>(argument, "op"));
            const auto index = jsonValue<unsigned>(argument, "index");
            if (!comparison || index > 5)
                return uncommon("an unknown comparison");
            conditions.push_back({index, *comparison, jsonValue<std::uint64_t>(argument, "value"), jsonValue<std::uint64_t>(argument, "valueTwo")});
        }
        for (const Json& name : jsonMember(rule, "names")) {
            const int call = name.is_string() ? ::seccomp_syscall_resolve_name(name.get_ref<const std::string&>().c_str()) : __NR_SCMP_ERROR;
            if (call != __NR_SCMP_ERROR) // of another kernel or architecture
                TRY_STATUS(addRule(context, *action, call, conditions));
        }
    }
    return {};
}

Result<std::string> exported(scmp_filter_ctx context)
{
    const UniqueFd file(::memfd_create("seccomp", MFD_CLOEXEC));
    if (!file || ::seccomp_export_bpf(context, file.get()) != 0)
        return fail(ErrorKind::Internal, "the seccomp filter cannot be compiled");
    std::string program(static_cast<std::size_t>(::lseek(file.get(), 0, SEEK_END)), '\0');
    if (::pread(file.get(), program.data(), program.size(), 0) != static_cast<ssize_t>(program.size()))
        return failErrno(errno, "reading the seccomp filter");
    return program;
}

Result<std::string> compile(const Json& profile)
{
    if (!jsonMember(profile, "flags").empty() || profile.contains("listenerPath"))
        return uncommon("flags or a listener");
    const auto fallback = actionOf(jsonValue<std::string>(profile, "defaultAction"), jsonMember(profile, "defaultErrnoRet"));
    if (!fallback)
        return uncommon("the default action " + jsonValue<std::string>(profile, "defaultAction"));
    const Context context(::seccomp_init(*fallback));
    if (!context)
        return fail(ErrorKind::Internal, "libseccomp cannot be used");
    ::seccomp_attr_set(context.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2);
    for (const Json& name : jsonMember(profile, "architectures")) {
        const auto architecture = architectureOf(name.is_string() ? name.get<std::string>() : "");
        if (!architecture)
            return uncommon("an unknown architecture");
        if (const int err = ::seccomp_arch_add(context.get(), *architecture); err != 0 && err != -EEXIST)
            return failErrno(-err, "adding an architecture to the seccomp filter");
    }
    TRY_STATUS(addRules(context.get(), profile, *fallback));
    return exported(context.get());
}
} // namespace

Result<std::string> seccompProgram(const Json& profile)
{
    static std::mutex mutex;
    static std::map<std::string, std::string> kept;
    std::string key = dumpJson(profile);
    const std::scoped_lock lock(mutex);
    if (const auto it = kept.find(key); it != kept.end())
        return it->second;
    TRY(auto program, compile(profile));
    if (kept.size() > 64) // of profiles of users' own
        kept.clear();
    return kept.emplace(std::move(key), std::move(program)).first->second;
}

} // namespace slipway
