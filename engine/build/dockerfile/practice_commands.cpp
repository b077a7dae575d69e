// SPDX-License-Identifier: GPL-3.0-or-later
#include "build/dockerfile/practice_commands.h"

#include <algorithm>
#include <array>

#include "build/dockerfile/text.h"

namespace slipway::dockerfile
{
namespace
{
using Flags = std::initializer_list<std::string_view>;

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

bool isDigit(char c) { return c >= '0' && c <= '9'; }

// "curl-7.76.1-14.el9": a part after a - that begins with a digit.
bool hasRpmVersion(std::string_view package)
{
    if (package.ends_with(".rpm") || contains(package, "$") || contains(package, "/"))
        return true;
    for (std::size_t at = package.find('-'); at != std::string_view::npos; at = package.find('-', at + 1))
        if (at + 1 < package.size() && isDigit(package[at + 1]))
            return true;
    return false;
}

bool isPip(const ShellCommand& each)
{
    const std::string& program = each.program();
    const std::string name = program.substr(program.rfind('/') + 1);
    if (name.starts_with("pip") && !name.starts_with("pipx") && !name.starts_with("pipenv"))
        return each.argument({"install"}) != nullptr;
    if (!name.starts_with("python") || each.words.size() < 4)
        return false;
    for (std::size_t i = 1; i + 1 < each.words.size(); ++i)
        if (each.words[i].text == "-m" && each.words[i + 1].text == "pip")
            return each.argument({"install"}) != nullptr;
    return false;
}

// What a package manager is asked for after VERB.
std::vector<ShellWord> packagesOf(const ShellCommand& each, Flags verbs, Flags taking)
{
    std::vector<ShellWord> found;
    bool begun = false;
    for (const ShellWord& word : each.operands(taking)) {
        if (begun)
            found.push_back(word);
        begun = begun || std::ranges::find(verbs, word.text) != verbs.end();
    }
    return found;
}

class Commands
{
public:
    Commands(const ShellScript& script, std::string_view text, const CommandContext& context) : m_script(script), m_text(text), m_context(context) {}

    std::vector<CommandFinding> run()
    {
        for (const ShellCommand& each : m_script.commands) {
            plain(each);
            apt(each);
            apk(each);
            rpm(each);
            zypper(each);
            languages(each);
        }
        cleanUp();
        return std::move(m_found);
    }

private:
    void say(std::string_view code, const ShellWord& at, std::string message, std::optional<std::string> fix = {})
    {
        m_found.push_back({code, at.begin, at.end, std::move(message), std::move(fix)});
    }
    // The words of the first of PACKAGES that FIXED does not hold for.
    void pin(std::string_view code, const std::vector<ShellWord>& packages, const auto& fixed, const std::string& example)
    {
        for (const ShellWord& each : packages) {
            if (fixed(each.text) || each.text.starts_with('$'))
                continue;
            say(code, each, "Which version of " + each.text + " is installed depends on the day: " + each.text + example);
            return;
        }
    }
    void addFlag(std::string_view code, const ShellCommand& each, Flags verbs, const std::string& flag, std::string message)
    {
        const ShellWord* verb = each.argument(verbs);
        say(code, verb ? *verb : each.words[0], std::move(message), (verb ? verb->text : each.program()) + ' ' + flag);
    }
    [[nodiscard]] bool hasMount(std::string_view target) const
    {
        return std::ranges::any_of(m_context.mounts, [&](const std::string& each) { return (contains(each, "type=cache") || contains(each, "type=tmpfs")) && contains(each, target); });
    }

    void plain(const ShellCommand& each)
    {
        static constexpr std::array strange{"ssh", "vim", "shutdown", "service", "ps", "free", "top", "kill", "mount", "ifconfig"};
        const ShellWord& program = each.words[0];
        if (std::ranges::find(strange, program.text) != strange.end())
            say("DL3001", program, program.text + " makes no sense while an image is built");
        if (each.is("cd"))
            say("DL3003", program, "WORKDIR changes the folder for all that follows; a cd is lost with its RUN");
        if (each.is("sudo")) {
            const ShellWord whole{"", program.begin, each.words.size() > 1 ? each.words[1].begin : program.end};
            say("DL3004", whole, "A build is root already; sudo in an image is a way back to it", "");
        }
        if (each.is("ln") && each.argument({"/bin/sh"}) && each.argument({"/bin/bash"}))
            say("DL4005", program, "SHELL [\"/bin/bash\", \"-c\"] changes the shell of what follows and leaves the image's alone");
        if (each.is("wget") && !each.hasFlag({"progress", "q", "quiet", "o", "output-file", "a", "append-output", "nv", "no-verbose"}) && each.words.size() > 1)
            say("DL3047", program, "The bar of wget fills the log", "wget --progress=dot:giga");
        if (each.is("useradd") && !each.hasFlag({"l", "no-log-init"}))
            useradd(each);
    }

    void useradd(const ShellCommand& each)
    {
        for (std::size_t i = 1; i < each.words.size(); ++i) {
            const std::string& word = each.words[i].text;
            const std::string id = (word == "-u" || word == "--uid") && i + 1 < each.words.size() ? each.words[i + 1].text : word.starts_with("--uid=") ? word.substr(6) : "";
            if (id.size() > 5 && std::ranges::all_of(id, isDigit))
                say("DL3046", each.words[0], "A log with a place for each uid below " + id + " comes into the layer", "useradd -l");
        }
    }

    void apt(const ShellCommand& each)
    {
        if (each.is("apt"))
            say("DL3027", each.words[0], "apt is made for people, its options change: apt-get or apt-cache", "apt-get");
        if (!each.is("apt-get", {"install"}))
            return;
        static constexpr Flags taking{"t", "target-release", "o", "option", "c", "config-file"};
        pin("DL3008", packagesOf(each, {"install"}, taking),
            [](std::string_view package) { return contains(package, "=") || contains(package, "/") || package.ends_with(".deb"); }, "=<version>");
        const auto quiet = std::ranges::count_if(each.words, [](const ShellWord& word) { return word.text == "-q" || word.text == "--quiet"; });
        if (!each.hasFlag({"y", "yes", "assume-yes"}) && !each.hasFlag({"qq"}) && !each.argument({"-q=2"}) && quiet < 2)
            addFlag("DL3014", each, {"install"}, "-y", "Nobody answers its question: -y");
        if (!each.hasFlag({"no-install-recommends"}) && !contains(m_text, "APT::Install-Recommends=false") && !contains(m_text, "Install-Recommends=0"))
            addFlag("DL3015", each, {"install"}, "--no-install-recommends", "Recommended packages come along: --no-install-recommends");
    }

    void apk(const ShellCommand& each)
    {
        if (!each.is("apk", {"add"}))
            return;
        pin("DL3018", packagesOf(each, {"add"}, {"t", "virtual", "X", "repository"}),
            [](std::string_view package) { return package.find_first_of("=~<>") != std::string_view::npos || package.ends_with(".apk") || package.starts_with('.'); },
            "=<version>");
        if (!each.hasFlag({"no-cache"}) && !hasMount("/var/cache/apk"))
            addFlag("DL3019", each, {"add"}, "--no-cache", "The index stays in the layer: --no-cache");
    }

    void rpm(const ShellCommand& each)
    {
        const bool dnf = each.is("dnf") || each.is("microdnf");
        if (!dnf && !each.is("yum"))
            return;
        static constexpr Flags verbs{"install", "groupinstall", "localinstall", "group"};
        if (!each.argument(verbs))
            return;
        if (!each.hasFlag({"y", "assumeyes"}) && each.argument({"install", "groupinstall", "localinstall"}))
            addFlag(dnf ? "DL3038" : "DL3030", each, {"install", "groupinstall", "localinstall"}, "-y", "Nobody answers its question: -y");
        const bool module = each.argument({"module"}) != nullptr;
        pin(dnf ? "DL3041" : "DL3033", packagesOf(each, {"install"}, {"c", "config", "enablerepo", "disablerepo", "repo", "x", "exclude", "installroot", "setopt"}),
            [module](std::string_view package) { return module ? contains(package, ":") : hasRpmVersion(package) || package.starts_with('@'); }, module ? ":<stream>" : "-<version>");
    }

    void zypper(const ShellCommand& each)
    {
        if (!each.is("zypper"))
            return;
        if (const ShellWord* upgrade = each.argument({"dist-upgrade", "dup"}))
            say("DL3035", *upgrade, "A distribution is not changed while an image is built: begin FROM the next one");
        static constexpr Flags verbs{"install", "in", "remove", "rm", "source-install", "si", "patch"};
        if (each.argument(verbs) && !each.hasFlag({"n", "non-interactive", "no-confirm", "y"}))
            say("DL3034", each.words[0], "Nobody answers its question: --non-interactive", "zypper --non-interactive");
        if (each.argument({"install", "in"}))
            pin("DL3037", packagesOf(each, {"install", "in"}, {"r", "repo", "t", "type", "from"}),
                [](std::string_view package) { return package.find_first_of("=<>") != std::string_view::npos || package.ends_with(".rpm"); }, "=<version>");
    }

    void languages(const ShellCommand& each)
    {
        if (isPip(each))
            pip(each);
        if (each.is("npm") && each.argument({"install", "i"}))
            pin("DL3016", packagesOf(each, {"install", "i"}, {"loglevel", "registry", "prefix", "C"}), &npmPinned, "@<version>");
        if (each.is("gem", {"install", "i"}) && !each.hasFlag({"v", "version"}))
            pin("DL3028", packagesOf(each, {"install", "i"}, {"i", "install-dir", "n", "bindir", "P", "trust-policy", "source", "s"}),
                [](std::string_view gem) { return contains(gem, ":") || gem.ends_with(".gem"); }, ":<version>");
        if (each.is("go", {"install", "get"}))
            pin("DL3062", packagesOf(each, {"install", "get"}, {"tags", "ldflags", "gcflags", "C", "o", "mod"}), &goPinned, "@<version>");
    }

    static bool npmPinned(std::string_view package)
    {
        if (package.starts_with("git://") || package.starts_with("git+") || package.starts_with("github:"))
            return contains(package, "#");
        if (package.starts_with('/') || package.starts_with('.') || package.starts_with("~/") || package.starts_with("file:") || package.starts_with("http"))
            return true;
        if (package.ends_with(".tar") || package.ends_with(".tar.gz") || package.ends_with(".tgz"))
            return true;
        return contains(package.substr(package.starts_with('@') ? 1 : 0), "@");
    }

    static bool goPinned(std::string_view package)
    {
        if (package.starts_with('.') || package.starts_with('/'))
            return true;
        return contains(package, "@") && !package.ends_with("@latest") && !package.ends_with("@none");
    }

    void pip(const ShellCommand& each)
    {
        if (!each.hasFlag({"no-cache-dir"}) && m_context.pipCache && !contains(m_text, "PIP_NO_CACHE_DIR=") && !hasMount("/pip"))
            addFlag("DL3042", each, {"install"}, "--no-cache-dir", "The cache of pip stays in the layer: --no-cache-dir");
        const bool listed = each.argument({"-r", "--requirement", ".", "-c", "--constraint"}) ||
                            std::ranges::any_of(each.words, [](const ShellWord& word) { return word.text.starts_with("--requirement=") || word.text.starts_with("--constraint="); });
        if (listed)
            return;
        pin("DL3013",
            packagesOf(each, {"install"}, {"abi", "b", "build", "e", "editable", "extra-index-url", "f", "find-links", "i", "index-url", "implementation", "no-binary", "only-binary",
                                           "platform", "prefix", "progress-bar", "proxy", "python-version", "root", "root-user-action", "src", "t", "target", "trusted-host",
                                           "upgrade-strategy"}),
            [](std::string_view package) {
                const bool vcs = package.starts_with("git+") || package.starts_with("hg+") || package.starts_with("svn+") || package.starts_with("bzr+");
                return vcs ? contains(package.substr(package.find("://") == std::string_view::npos ? 0 : package.find("://") + 3), "@")
                           : package.find_first_of("=<>~") != std::string_view::npos || contains(package, "/") || package.ends_with(".whl") || package.ends_with(".tar.gz");
            },
            "==<version>");
    }

    // What has to follow in the same RUN.
    void cleanUp()
    {
        const int update = firstOf({{"apt-get", "update"}, {"apt", "update"}, {"aptitude", "update"}});
        if (update >= 0 && !removes("/var/lib/apt/lists") && !hasMount("/var/lib/apt"))
            follow("DL3009", m_script.commands[std::size_t(update)], "The lists that it fetches stay in the layer: remove them in the same RUN", "rm -rf /var/lib/apt/lists/*");
        const auto after = [&](std::string_view code, std::string_view program, Flags verbs, Flags cleaning, std::string_view cache, const std::string& clean) {
            const int installed = m_script.findLast(program, verbs);
            if (installed < 0 || m_script.findLast(program, cleaning) > installed || removes(cache) || hasMount(cache))
                return;
            follow(code, m_script.commands[std::size_t(installed)], "Its cache stays in the layer: clean it in the same RUN", clean);
        };
        after("DL3032", "yum", {"install"}, {"clean"}, "/var/cache/yum", "yum clean all");
        after("DL3040", "dnf", {"install"}, {"clean"}, "/var/cache/dnf", "dnf clean all");
        after("DL3040", "microdnf", {"install"}, {"clean"}, "/var/cache/yum", "microdnf clean all");
        after("DL3036", "zypper", {"install", "in"}, {"clean", "cc"}, "/var/cache/zypp", "zypper clean");
        if (const int yarn = m_script.findLast("yarn", {"install"}); yarn >= 0 && m_script.findLast("yarn", {"cache"}) < yarn && !hasMount("yarn"))
            follow("DL3060", m_script.commands[std::size_t(yarn)], "Its cache stays in the layer: clean it in the same RUN", "yarn cache clean");
    }

    [[nodiscard]] int firstOf(const std::vector<std::pair<std::string_view, std::string_view>>& commands) const
    {
        for (const auto& [program, verb] : commands)
            if (const int found = m_script.find(program, {verb}); found >= 0)
                return found;
        return -1;
    }

    [[nodiscard]] bool removes(std::string_view folder) const
    {
        return std::ranges::any_of(m_script.commands, [&](const ShellCommand& each) {
            return (each.is("rm") || each.is("find")) && std::ranges::any_of(each.words, [&](const ShellWord& word) { return word.text.starts_with(folder); });
        });
    }

    // The mark stands at COMMAND's program and verb; the mend goes to the end of the whole text, where that is one list of commands.
    void follow(std::string_view code, const ShellCommand& command, std::string message, const std::string& clean)
    {
        const ShellWord& first = command.words[0];
        const ShellWord& last = m_script.commands.back().words.back();
        const bool plain = trimmed(m_text.substr(last.end)).empty() && !contains(m_text, "||") && !contains(m_text, ";");
        if (!plain)
            m_found.push_back({code, first.begin, command.words.size() > 1 ? command.words[1].end : first.end, std::move(message), {}});
        else
            m_found.push_back({code, last.begin, last.end, std::move(message), std::string(m_text.substr(last.begin, last.end - last.begin)) + " && " + clean});
    }

    const ShellScript& m_script;
    std::string_view m_text;
    const CommandContext& m_context;
    std::vector<CommandFinding> m_found;
};
} // namespace

void ShellKind::set(const std::vector<std::string>& args)
{
    if (args.empty())
        return;
    const std::string program = args[0].substr(args[0].find_last_of("/\\") + 1);
    static constexpr std::array known{"sh", "bash", "ash", "dash", "ksh", "mksh", "zsh"};
    posix = std::ranges::find(known, program) != known.end();
    hasPipefail = !posix || std::ranges::find(args, "pipefail") != args.end();
}

std::string ShellKind::pipefail() const { return small ? R"("/bin/ash", "-eo", "pipefail", "-c")" : R"("/bin/bash", "-o", "pipefail", "-c")"; }

std::vector<CommandFinding> checkCommands(const ShellScript& script, std::string_view text, const CommandContext& context)
{
    return Commands(script, text, context).run();
}

} // namespace slipway::dockerfile
