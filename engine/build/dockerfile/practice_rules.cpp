// SPDX-License-Identifier: GPL-3.0-or-later
#include <array>

#include "build/dockerfile/lint_checks.h"
#include "build/dockerfile/practices.h"
#include "build/dockerfile/text.h"

namespace slipway::dockerfile
{

std::span<const Practice> practices()
{
    using enum Severity;
    static constexpr Practice all[] = {
        {"DL1001", Info, "Rules are not ignored by comments in the file", true},
        {"DL3001", Info, "Commands that make no sense in a build: ssh, vim, shutdown, service, ps, free, top, kill, mount"},
        {"DL3002", Warning, "The last USER of a stage is not root"},
        {"DL3003", Warning, "WORKDIR changes the folder, not cd"},
        {"DL3004", Warning, "No sudo: a build is root, and USER drops what it has"},
        {"DL3006", Warning, "A base image has a tag"},
        {"DL3007", Warning, "A base image's tag is not latest"},
        {"DL3008", Warning, "apt-get install pins versions"},
        {"DL3009", Info, "The lists of apt are removed in the step that fetched them"},
        {"DL3010", Info, "ADD unpacks an archive in one step"},
        {"DL3013", Warning, "pip install pins versions"},
        {"DL3014", Warning, "apt-get install asks nothing: -y"},
        {"DL3015", Info, "apt-get install takes no recommended packages"},
        {"DL3016", Warning, "npm install pins versions"},
        {"DL3018", Warning, "apk add pins versions"},
        {"DL3019", Info, "apk add keeps no index: --no-cache"},
        {"DL3020", Warning, "COPY for files and folders; ADD is for archives and URLs"},
        {"DL3021", Warning, "Several sources need a destination that ends with /"},
        {"DL3022", Warning, "COPY --from names a stage that stands above it"},
        {"DL3023", Warning, "COPY --from does not name its own stage"},
        {"DL3027", Warning, "apt-get or apt-cache instead of apt"},
        {"DL3028", Warning, "gem install pins versions"},
        {"DL3030", Warning, "yum install asks nothing: -y"},
        {"DL3032", Warning, "yum clean all follows yum install"},
        {"DL3033", Warning, "yum install pins versions"},
        {"DL3034", Warning, "zypper asks nothing: --non-interactive"},
        {"DL3035", Warning, "No zypper dist-upgrade"},
        {"DL3036", Warning, "zypper clean follows zypper install"},
        {"DL3037", Warning, "zypper install pins versions"},
        {"DL3038", Warning, "dnf install asks nothing: -y"},
        {"DL3040", Warning, "dnf clean all follows dnf install"},
        {"DL3041", Warning, "dnf install pins versions"},
        {"DL3042", Warning, "pip install keeps no cache: --no-cache-dir"},
        {"DL3044", Warning, "A variable is not used in the ENV that sets it"},
        {"DL3045", Warning, "A relative destination of COPY needs a WORKDIR"},
        {"DL3046", Warning, "useradd with a high uid needs -l"},
        {"DL3047", Info, "wget shows no bar in the log"},
        {"DL3048", Info, "A label's key follows Docker's rules"},
        {"DL3057", Info, "The image has a HEALTHCHECK", true},
        {"DL3059", Info, "Neighbouring RUNs can be one"},
        {"DL3060", Info, "yarn cache clean follows yarn install"},
        {"DL3062", Warning, "go install pins versions"},
        {"DL3066", Info, "USER is a number where others have to resolve it"},
        {"DL3067", Warning, "No copy of a whole file system"},
        {"DL4001", Warning, "wget or curl, not both"},
        {"DL4005", Warning, "SHELL changes the shell, not a link"},
        {"DL4006", Warning, "A pipe's failure is seen: pipefail"},
    };
    return all;
}

std::string_view practiceOf(std::string_view rule)
{
    static constexpr std::pair<std::string_view, std::string_view> codes[] = {
        {"WorkdirRelativePath", "DL3000"},     {"DuplicateStageName", "DL3024"},      {"JSONArgsRecommended", "DL3025"},
        {"FromPlatformFlagConstDisallowed", "DL3029"}, {"ReservedStageName", "DL3063"}, {"SecretsUsedInArgOrEnv", "DL3064"},
        {"RedundantTargetPlatform", "DL3065"}, {"MaintainerDeprecated", "DL4000"},    {"MultipleInstructionsDisallowed", "DL4003"},
    };
    for (const auto& [name, code] : codes)
        if (name == rule)
            return code;
    return {};
}

HadolintComment hadolintComment(std::string_view comment)
{
    HadolintComment found;
    std::string_view rest = trimmed(comment);
    const auto word = [&rest](std::string_view wanted) {
        if (!rest.starts_with(wanted))
            return false;
        rest = trimmed(rest.substr(wanted.size()));
        return true;
    };
    if (!word("hadolint"))
        return found;
    found.global = word("global");
    if (!word("ignore") || !word("="))
        return {};
    for (const std::string& each : split(rest.substr(0, rest.find('#')), ',')) {
        if (const std::string code(trimmed(each.substr(0, each.find(' ')))); !code.empty())
            found.codes.insert(code);
    }
    return found;
}

std::set<std::string, std::less<>> ignoredEverywhere(const File& file)
{
    std::set<std::string, std::less<>> codes;
    for (const Node& node : file.syntax.nodes) {
        for (const std::string& comment : node.comments)
            if (const HadolintComment found = hadolintComment(comment); found.global)
                codes.insert(found.codes.begin(), found.codes.end());
    }
    return codes;
}

} // namespace slipway::dockerfile
