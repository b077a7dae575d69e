// SPDX-License-Identifier: GPL-3.0-or-later
#include "runtime/device_program.h"

#include <algorithm>
#include <linux/bpf.h>
#include <vector>

namespace slipway
{

namespace
{
// Registers: what the kernel asks. R1 is scratch once they are loaded.
constexpr std::uint8_t scratch = BPF_REG_1, type = BPF_REG_2, access = BPF_REG_3, deviceMajor = BPF_REG_4, deviceMinor = BPF_REG_5;

class Program
{
public:
    void load(std::uint8_t into, std::size_t offset) { add(BPF_LDX | BPF_MEM | BPF_W, into, BPF_REG_1, static_cast<std::int16_t>(offset), 0); }
    void operate(std::uint8_t operation, std::uint8_t on, std::int32_t value) { add(static_cast<std::uint8_t>(BPF_ALU | operation | BPF_K), on, 0, 0, value); }
    void copy(std::uint8_t to, std::uint8_t from) { add(BPF_ALU64 | BPF_MOV | BPF_X, to, from, 0, 0); }
    void next(std::uint8_t comparison, std::uint8_t on, std::int32_t value) // leads to the next rule
    {
        m_open.push_back(m_made.size());
        add(static_cast<std::uint8_t>(BPF_JMP | comparison | BPF_K), on, 0, 0, value);
    }
    void nextUnlessEqual(std::uint8_t a, std::uint8_t b)
    {
        m_open.push_back(m_made.size());
        add(BPF_JMP | BPF_JNE | BPF_X, a, b, 0, 0);
    }
    void answer(bool allowed)
    {
        add(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, allowed ? 1 : 0);
        add(BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
        for (const std::size_t at : m_open)
            m_made[at].off = static_cast<std::int16_t>(m_made.size() - at - 1);
        m_open.clear();
    }
    [[nodiscard]] bool conditional() const { return !m_open.empty(); }
    [[nodiscard]] std::string bytes() const { return {reinterpret_cast<const char*>(m_made.data()), m_made.size() * sizeof(bpf_insn)}; }

private:
    void add(std::uint8_t code, std::uint8_t to, std::uint8_t from, std::int16_t offset, std::int32_t value)
    {
        bpf_insn made{};
        made.code = code;
        made.dst_reg = to & 0xf;
        made.src_reg = from & 0xf;
        made.off = offset;
        made.imm = value;
        m_made.push_back(made);
    }
    std::vector<bpf_insn> m_made;
    std::vector<std::size_t> m_open;
};

std::int32_t accessBits(const std::string& letters)
{
    std::int32_t bits = 0;
    for (const char letter : letters)
        bits |= letter == 'r' ? BPF_DEVCG_ACC_READ : letter == 'w' ? BPF_DEVCG_ACC_WRITE : letter == 'm' ? BPF_DEVCG_ACC_MKNOD : 0;
    return bits;
}

// False when it decides every access: the kernel takes no program with instructions that are never reached.
bool addRule(Program& program, const Json& rule)
{
    constexpr std::int32_t all = BPF_DEVCG_ACC_READ | BPF_DEVCG_ACC_WRITE | BPF_DEVCG_ACC_MKNOD;
    const bool allow = jsonValue<bool>(rule, "allow");
    const auto kind = jsonValue<std::string>(rule, "type", "a");
    if (kind != "a")
        program.next(BPF_JNE, type, kind == "b" ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR);
    if (const std::int32_t bits = accessBits(jsonValue<std::string>(rule, "access", "rwm")); bits != all) {
        program.copy(scratch, access);
        program.operate(BPF_AND, scratch, bits);
        if (allow) // all of what is asked
            program.nextUnlessEqual(scratch, access);
        else // any of it
            program.next(BPF_JEQ, scratch, 0);
    }
    for (const auto& [key, on] : {std::pair{"major", deviceMajor}, std::pair{"minor", deviceMinor}}) {
        if (const auto number = jsonValue<std::int64_t>(rule, key, -1); number >= 0)
            program.next(BPF_JNE, on, static_cast<std::int32_t>(number));
    }
    const bool more = program.conditional();
    program.answer(allow);
    return more;
}
} // namespace

std::string deviceProgram(const Json& rules)
{
    const auto everything = [](const Json& rule) {
        return jsonValue<bool>(rule, "allow") && jsonValue<std::string>(rule, "type", "a") == "a" && !rule.contains("major")
               && jsonValue<std::string>(rule, "access", "rwm") == "rwm";
    };
    if (!rules.is_array() || (!rules.empty() && everything(rules.back())))
        return {};
    Program program;
    program.load(type, offsetof(bpf_cgroup_dev_ctx, access_type));
    program.copy(access, type);
    program.operate(BPF_AND, type, 0xffff);
    program.operate(BPF_RSH, access, 16);
    program.load(deviceMajor, offsetof(bpf_cgroup_dev_ctx, major));
    program.load(deviceMinor, offsetof(bpf_cgroup_dev_ctx, minor));
    for (auto rule = rules.rbegin(); rule != rules.rend(); ++rule) {
        if (!addRule(program, *rule))
            return program.bytes();
    }
    program.answer(false);
    return program.bytes();
}

} // namespace slipway
