// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/error.h"
#include "build/dockerfile/syntax.h"

// What each instruction says. Variables are not expanded here: that needs the values of a build (build/plan, lint).
namespace slipway::dockerfile
{

struct From
{
    std::string image; // or an earlier stage
    std::string name;  // AS name, lower case
    std::string platform;
};

struct KeyValue // of ENV and LABEL, quotes and escapes still in it
{
    std::string name, value;
    bool legacy = false; // "ENV name value"
};

struct Env
{
    std::vector<KeyValue> pairs;
};

struct Label
{
    std::vector<KeyValue> pairs;
};

struct ArgDefinition
{
    std::string name;
    std::optional<std::string> value; // the default, quotes and escapes still in it
};

struct Arg
{
    std::vector<ArgDefinition> args;
};

// Shell form: one text that the stage's SHELL gets. JSON form: the arguments themselves.
struct CommandLine
{
    std::vector<std::string> args;
    bool shell = true;
    std::vector<Heredoc> heredocs; // of RUN
};

struct Mount // of RUN --mount
{
    enum class Type : std::uint8_t { Bind, Cache, Tmpfs, Secret, Ssh };
    enum class Sharing : std::uint8_t { Shared, Private, Locked };
    Type type = Type::Bind;
    std::string from, source, target;
    std::string id; // of cache, secret, ssh
    bool readOnly = false, required = false;
    Sharing sharing = Sharing::Shared;
    std::int64_t size = 0; // bytes; tmpfs, 0 = no limit
    std::optional<std::uint32_t> mode, uid, gid;
    std::optional<std::string> env; // secret: the variable that gets it; empty = named after the id

    // What a secret is called: its id, else its source, else the name that its target has.
    [[nodiscard]] std::string secretId() const
    {
        return !id.empty() ? id : !source.empty() ? source : target.substr(target.rfind('/') + 1);
    }
};

struct Run
{
    CommandLine command;
    std::vector<std::string> mounts; // each for parseMount()
    std::string network = "default"; // default, none, host
    std::string security = "sandbox"; // sandbox, insecure
    std::vector<std::string> devices;
};

struct Cmd
{
    CommandLine command;
};

struct Entrypoint
{
    CommandLine command;
};

struct Copy // and ADD
{
    bool add = false;
    std::vector<std::string> sources;
    std::vector<Heredoc> heredocs; // sources that stand in the Dockerfile itself; tabs dropped where asked
    std::string destination;
    std::string from, chown, chmod, checksum;
    bool link = false, parents = false;
    std::vector<std::string> exclude;
    std::optional<bool> keepGitDir, unpack;
};

struct Expose
{
    std::vector<std::string> ports; // as written: "80", "8000-8010/udp", "$PORT"
};

struct Volume
{
    std::vector<std::string> paths;
};

struct User
{
    std::string user;
};

struct Workdir
{
    std::string path;
};

struct StopSignal
{
    std::string signal;
};

struct Maintainer
{
    std::string name;
};

struct Shell
{
    std::vector<std::string> args;
};

struct Healthcheck // 0 = the engine's default
{
    std::vector<std::string> test; // {"NONE"}, {"CMD", …}, {"CMD-SHELL", text}
    std::chrono::nanoseconds interval{0}, timeout{0}, startPeriod{0}, startInterval{0};
    int retries = 0;
};

struct Onbuild
{
    std::string instruction; // its text, heredocs included
};

using InstructionBody = std::variant<From, Env, Label, Arg, Run, Cmd, Entrypoint, Copy, Expose, Volume, User, Workdir, StopSignal,
                                     Maintainer, Shell, Healthcheck, Onbuild>;

struct Instruction
{
    std::string name; // upper case
    InstructionBody body;
    std::shared_ptr<const Node> node; // its place and its words; never null

    template <class T>
    [[nodiscard]] const T* as() const { return std::get_if<T>(&body); }
};

// What NODE says, or nothing: then PROBLEMS has at least one error more. With problems that leave it usable (a bad mount) both.
[[nodiscard]] std::optional<Instruction> readInstruction(const Node& node, std::vector<Diagnostic>& problems);

// One instruction of an image's OnBuild list. InvalidArgument with the parser's words.
[[nodiscard]] Result<Instruction> parseTrigger(const std::string& text);

// The value of a --mount flag, each value through EXPAND first (when given; without it values with a $ are left out).
// InvalidArgument in BuildKit's words.
using WordExpander = std::function<Result<std::string>(const std::string&)>;
[[nodiscard]] Result<Mount> parseMount(const std::string& text, const WordExpander& expand);

// "80", "80-82/udp" → "80/tcp", … as EXPOSE takes them (an address or host port in front is dropped); InvalidArgument.
struct ExposedPorts
{
    std::vector<std::string> ports;
    bool oddCase = false;   // "80/TCP"
    bool hostPart = false;  // "127.0.0.1:80:80"
};
[[nodiscard]] Result<ExposedPorts> parseExposed(const std::string& text);

} // namespace slipway::dockerfile
