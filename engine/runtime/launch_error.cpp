// SPDX-License-Identifier: GPL-3.0-or-later
#include "runtime/launch_error.h"

namespace slipway
{

namespace
{
bool contains(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

constexpr const char* wrongKindOfMount = ": unknown: Are you trying to mount a directory onto a file (or vice-versa)? Check if the specified "
                                         "host path exists and is the expected type";
} // namespace

std::unexpected<Error> launchError(const std::string& words, bool isExec)
{
    constexpr const char* notAFolder = "not a directory";
    const std::string front = isExec ? "OCI runtime exec failed: exec failed: unable to start container process: "
                                     : "failed to create task for container: failed to create shim task: OCI runtime "
                                       "create failed: runc create failed: unable to start container process: ";
    if (const auto mount = words.find("mount `"); mount != std::string::npos && contains(words, "Not a directory")) {
        const auto from = mount + 7, end = words.find('`', from), to = words.find('`', end + 1), last = words.find('`', to + 1);
        if (last != std::string::npos)
            return fail(ErrorKind::InvalidArgument,
                        front + "error during container init: error mounting \"" + words.substr(from, end - from) + "\" to rootfs at \"/"
                            + words.substr(to + 1, last - to - 1) + "\": " + notAFolder + wrongKindOfMount);
    }
    if (words.starts_with("exec: \"") || words.starts_with("chdir to cwd (\"")) // our own, which are runc's already
        return fail(ErrorKind::InvalidArgument, front + words + ": unknown" + (words.ends_with("is a directory") ? ": permission denied" : ""));
    if (words.starts_with("error during container init: error mounting") && words.ends_with(notAFolder))
        return fail(ErrorKind::InvalidArgument, front + words + wrongKindOfMount);
    const auto open = words.find('`');
    const auto close = words.find('`', open == std::string::npos ? open : open + 1);
    const std::string named = close == std::string::npos ? std::string() : words.substr(open + 1, close - open - 1);
    if (contains(words, "chdir to `"))
        return fail(ErrorKind::InvalidArgument, front + "chdir to cwd (\"" + named + "\") set in config.json failed: no such file or directory: unknown");
    if (contains(words, "cannot find ``"))
        return fail(ErrorKind::InvalidArgument, front + "exec: \"\": executable file not found in $PATH: unknown");
    if (contains(words, "executable file") && contains(words, "not found"))
        return fail(ErrorKind::InvalidArgument, front + "exec: \"" + named + "\": "
                                                    + (contains(named, "/") ? "stat " + named + ": no such file or directory"
                                                                            : "executable file not found in $PATH")
                                                    + ": unknown");
    if (contains(words, "Permission denied") && (contains(words, "exec") || contains(words, "open executable")))
        return fail(ErrorKind::InvalidArgument, front + "exec: \"" + named + "\": permission denied: unknown");
    if (contains(words, "it is not executable") || contains(words, "is not a regular file"))
        return fail(ErrorKind::InvalidArgument, front + "exec: \"" + named + "\": permission denied: unknown");
    if (contains(words, "Is a directory"))
        return fail(ErrorKind::InvalidArgument, front + "exec: \"" + named + "\": is a directory: unknown");
    return fail(ErrorKind::Internal, front + words + ": unknown");
}

} // namespace slipway
