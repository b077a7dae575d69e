// SPDX-License-Identifier: GPL-3.0-or-later
#include <malloc.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>
#include <sstream>
#include <vector>

#include "api/api_server.h"
#include "base/log.h"
#include "engine.h"
#include "os/user_namespace.h"
#include "rootless.h"

using namespace slipway;
namespace fs = std::filesystem;

namespace
{

std::string environment(const char* name, const std::string& fallback)
{
    const char* const value = std::getenv(name);
    return value != nullptr && *value != '\0' ? value : fallback;
}

struct Arguments
{
    std::string socket, root, run, runtime = "crun", bridge = "slipway0", logLevel = environment("SLIPWAY_LOG", "info");
    std::vector<std::string> insecureRegistries;
    int idleExit = 0;
};

void setDefaults(Arguments& a)
{
    const bool system = ::geteuid() == 0;
    const std::string home = environment("HOME", "/");
    if (a.root.empty())
        a.root = system ? "/var/lib/slipway" : environment("XDG_DATA_HOME", home + "/.local/share") + "/slipway/engine";
    if (a.run.empty())
        a.run = system ? "/run/slipway"
                       : environment("XDG_RUNTIME_DIR", "/tmp/slipway-" + std::to_string(::geteuid())) + "/slipway";
    if (a.socket.empty())
        a.socket = a.run + "/slipway.sock";
    a.root = fs::absolute(a.root);
    a.run = fs::absolute(a.run);
    a.socket = fs::absolute(a.socket);
}

fs::path helperProgram(const std::string& name)
{
    std::error_code error;
    const fs::path here = fs::read_symlink("/proc/self/exe", error).parent_path();
    std::vector<fs::path> folders{here, here / "../libexec/slipway", here / "../lib/slipway"};
    std::istringstream path(environment("PATH", ""));
    for (std::string folder; std::getline(path, folder, ':');)
        folders.emplace_back(folder);
    for (const fs::path& folder : folders)
        if (folder.is_absolute() && ::access((folder / name).c_str(), X_OK) == 0)
            return folder / name;
    return name;
}

void setLogLevel(const std::string& text)
{
    static const std::map<std::string, log::Level> levels{
        {"debug", log::Level::Debug}, {"info", log::Level::Info}, {"warn", log::Level::Warn}, {"error", log::Level::Error}};
    if (const auto it = levels.find(text); it != levels.end())
        log::setLevel(it->second);
}

int serve(const Arguments& arguments, Rootless* rootless)
{
    Engine::Options options;
    options.root = arguments.root;
    options.run = arguments.run;
    options.monitorProgram = helperProgram("slipway-monitor");
    options.ociRuntime = arguments.runtime;
    options.bridge = arguments.bridge;
    options.insecureRegistries = arguments.insecureRegistries;
    options.userNamespace = inUserNamespace();
    if (rootless) {
        options.rootless = true;
        options.routerNetns = rootless->routerNetns();
        options.uplinkDns = Rootless::uplinkDns;
        options.keepOpen = rootless->inUse();
        if (!rootless->warning().empty())
            options.warnings.push_back(rootless->warning());
    }
    auto engine = Engine::open(std::move(options));
    if (!engine) {
        log::error("cannot start: {}", engine.error().message);
        return 1;
    }
    api::ApiServer::Options server;
    server.socket = arguments.socket;
    if (arguments.idleExit > 0)
        server.idleExit = std::chrono::seconds(arguments.idleExit);
    auto api = api::ApiServer::open(std::move(server), (*engine)->services());
    if (!api) {
        log::error("cannot start: {}", api.error().message);
        return 1;
    }
    log::info("slipwayd 0.1.0 listens on {}", arguments.socket);
    ::malloc_trim(0);
    if (rootless)
        rootless->watchHolder();
    const bool clean = (*api)->run();
    log::info("slipwayd ends; containers go on running");
    if (!clean) {
        ::unlink(arguments.socket.c_str());
        ::_exit(0);
    }
    return 0;
}

} // namespace

int main(int argc, char** argv)
{
    ::mallopt(M_ARENA_MAX, 2);
    ::signal(SIGPIPE, SIG_IGN);
    ::umask(022);

    Arguments arguments;
    CLI::App app("Slipway's container engine: the Docker Engine API on a unix socket", "slipwayd");
    app.set_version_flag("--version", "slipwayd 0.1.0");
    app.add_option("--socket", arguments.socket, "where to listen (default: RUN/slipway.sock)");
    app.add_option("--root", arguments.root, "images, containers and volumes");
    app.add_option("--run", arguments.run, "what lives as long as the machine is up");
    app.add_option("--runtime", arguments.runtime, "the OCI runtime")->capture_default_str();
    app.add_option("--bridge", arguments.bridge, "name of the default network's bridge")->capture_default_str();
    app.add_option("--log-level", arguments.logLevel, "debug, info, warn or error")
        ->check(CLI::IsMember({"debug", "info", "warn", "error"}));
    app.add_option("--insecure-registry", arguments.insecureRegistries, "a HOST:PORT that may be spoken to without TLS");
    app.add_option("--idle-exit", arguments.idleExit, "end after SECONDS without clients and running containers");
    CLI11_PARSE(app, argc, argv);
    setDefaults(arguments);
    setLogLevel(arguments.logLevel);
    std::unique_ptr<Rootless> rootless;
    if (::geteuid() != 0) {
        auto entered = Rootless::enter({.run = arguments.run, .holderProgram = helperProgram("slipway-holder")});
        if (!entered) {
            log::error("cannot start: {}", entered.error().message);
            return 1;
        }
        rootless = std::move(*entered);
    }
    ::prctl(PR_SET_DUMPABLE, 0); // not before: newuidmap must be able to look at us
    return serve(arguments, rootless.get());
}
