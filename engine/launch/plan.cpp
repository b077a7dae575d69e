// SPDX-License-Identifier: GPL-3.0-or-later
#include "launch/plan.h"

#include <cstring>
#include <type_traits>

namespace slipway::launch
{

namespace
{
constexpr std::uint32_t formatMark = 0x4c505332; // changes with the structures

class Writer
{
public:
    template <class... T>
    void operator()(T&... values)
    {
        (one(values), ...);
    }
    std::string bytes;

private:
    template <class N>
        requires std::is_arithmetic_v<N> || std::is_enum_v<N>
    void one(const N& value)
    {
        bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
    }
    void one(std::string& text)
    {
        one(static_cast<std::uint32_t>(text.size()));
        bytes += text;
    }
    template <class T>
    void one(std::vector<T>& list)
    {
        one(static_cast<std::uint32_t>(list.size()));
        for (T& value : list)
            one(value);
    }
    template <class T>
        requires std::is_class_v<T>
    void one(T& value)
    {
        fields(*this, value);
    }
};

class Reader
{
public:
    explicit Reader(const std::string& bytes) : m_bytes(bytes) {}
    template <class... T>
    void operator()(T&... values)
    {
        (one(values), ...);
    }
    [[nodiscard]] bool whole() const { return m_good && m_at == m_bytes.size(); }

private:
    bool has(std::size_t count)
    {
        m_good = m_good && m_bytes.size() - m_at >= count;
        return m_good;
    }
    template <class N>
        requires std::is_arithmetic_v<N> || std::is_enum_v<N>
    void one(N& value)
    {
        if (has(sizeof value))
            std::memcpy(&value, m_bytes.data() + m_at, sizeof value), m_at += sizeof value;
    }
    void one(std::string& text)
    {
        std::uint32_t size = 0;
        one(size);
        if (has(size))
            text = m_bytes.substr(m_at, size), m_at += size;
    }
    template <class T>
    void one(std::vector<T>& list)
    {
        std::uint32_t size = 0;
        one(size);
        for (; m_good && size > 0; --size)
            one(list.emplace_back());
    }
    template <class T>
        requires std::is_class_v<T>
    void one(T& value)
    {
        fields(*this, value);
    }

    const std::string& m_bytes;
    std::size_t m_at = 0;
    bool m_good = true;
};

void fields(auto& a, Capabilities& c) { a(c.bounding, c.permitted, c.effective, c.inheritable, c.ambient); }
void fields(auto& a, Rlimit& r) { a(r.resource, r.soft, r.hard); }
void fields(auto& a, FileWrite& f) { a(f.path, f.value); }
void fields(auto& a, Device& d) { a(d.path, d.mode, d.major, d.minor, d.uid, d.gid); }
void fields(auto& a, Join& j) { a(j.path, j.kind); }
void fields(auto& a, Cgroup& c) { a(c.v2, c.folders, c.limits, c.deviceProgram); }
void fields(auto& a, Mount& m)
{
    a(m.kind, m.type, m.source, m.target, m.data, m.attributes, m.propagation, m.recursive, m.attributesBelow,
      m.propagationBelow);
}
void fields(auto& a, Process& p)
{
    a(p.args, p.env, p.cwd, p.uid, p.gid, p.umask, p.groups, p.capabilities, p.noNewPrivileges, p.terminal, p.setsOomScore,
      p.oomScoreAdj, p.rows, p.columns, p.rlimits, p.seccomp);
}
void fields(auto& a, Container& c)
{
    a(c.rootfs, c.newNamespaces, c.newCgroupNamespace, c.joins, c.hostname, c.domainname, c.mounts, c.devices, c.sysctls, c.maskedPaths,
      c.readonlyPaths, c.readonlyRoot, c.rootPropagation);
}
void fields(auto& a, Plan& p) { a(p.id, p.container, p.exec, p.process, p.cgroup); }
} // namespace

std::string encode(const Plan& plan)
{
    Writer writer;
    std::uint32_t mark = formatMark;
    writer(mark, const_cast<Plan&>(plan)); // one list of fields serves both directions; writing changes nothing
    return std::move(writer.bytes);
}

Result<Plan> decode(const std::string& bytes)
{
    Reader reader(bytes);
    std::uint32_t mark = 0;
    Plan plan;
    reader(mark);
    if (mark != formatMark)
        return fail(ErrorKind::Internal, "the launch plan is of another version");
    reader(plan);
    if (!reader.whole())
        return fail(ErrorKind::Internal, "the launch plan is damaged");
    return plan;
}

} // namespace slipway::launch
