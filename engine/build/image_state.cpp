// SPDX-License-Identifier: GPL-3.0-or-later
#include "build/image_state.h"

#include <algorithm>
#include <charconv>
#include <csignal>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <format>
#include <set>

#include "build/dockerfile/text.h"

namespace slipway::build
{

namespace df = dockerfile;

namespace
{
// What BuildKit calls the way its history entries are written: tools that read a Dockerfile out of them look for it.
constexpr const char* historyFormat = "buildkit.dockerfile.v0";
constexpr const char* defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

std::string quotedList(const std::vector<std::string>& words)
{
    std::string text = "[";
    for (const std::string& word : words)
        text += (text.size() > 1 ? " " : "") + df::inQuotes(word);
    return text + ']';
}

bool isSignal(std::string name)
{
    int number = 0;
    const auto [end, failed] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (failed == std::errc() && end == name.data() + name.size())
        return number > 0 && number <= 64;
    name = df::toUpper(name);
    if (name.starts_with("SIG"))
        name.erase(0, 3);
    if (name.starts_with("RTMIN") || name.starts_with("RTMAX"))
        return true;
    for (int each = 1; each < NSIG; ++each) {
        if (const char* known = ::sigabbrev_np(each); known && name == known)
            return true;
    }
    return false;
}

// "1m30s", as Go writes a time.Duration.
std::string goDuration(std::chrono::nanoseconds time)
{
    const std::int64_t all = time.count();
    const auto decimal = [](std::int64_t value, std::int64_t unit) {
        std::string digits = std::to_string(value / unit);
        if (value % unit != 0) {
            std::string rest = std::to_string(unit + value % unit).substr(1);
            rest.erase(rest.find_last_not_of('0') + 1);
            digits += '.' + rest;
        }
        return digits;
    };
    if (all == 0)
        return "0s";
    if (all < 1'000)
        return std::to_string(all) + "ns";
    if (all < 1'000'000)
        return decimal(all, 1'000) + "\u00b5s";
    if (all < 1'000'000'000)
        return decimal(all, 1'000'000) + "ms";
    const std::int64_t minute = 60'000'000'000;
    std::string text = decimal(all % minute, 1'000'000'000) + 's';
    if (all >= minute)
        text = std::to_string(all / minute % 60) + 'm' + text;
    return all >= 60 * minute ? std::to_string(all / (60 * minute)) + 'h' + text : text;
}

// Go's %q of a number: BuildKit writes the retries so.
std::string goRune(int value)
{
    static constexpr std::string_view named = "abtnvfr"; // 7 to 13
    if (value >= 7 && value <= 13)
        return std::string("'\\") + named[static_cast<std::size_t>(value - 7)] + '\'';
    if (value == '\'' || value == '\\')
        return std::string("'\\") + static_cast<char>(value) + '\'';
    return value >= 32 && value < 127 ? std::string("'") + static_cast<char>(value) + '\'' : std::format("'\\x{:02x}'", value);
}

// Of the metadata instructions: each changes the state and says its history text.
class Metadata
{
public:
    Metadata(ImageState& state, bool classic) : m_state(state), m_config(state.config), m_classic(classic) {}

    Result<std::string> operator()(const df::Env& env)
    {
        std::string text = "ENV";
        for (const df::KeyValue& pair : env.pairs) {
            m_state.setVariable(pair.name, pair.value);
            text += ' ' + pair.name + '=' + pair.value;
        }
        return text;
    }
    Result<std::string> operator()(const df::Label& label)
    {
        std::string text = "LABEL";
        for (const df::KeyValue& pair : label.pairs) {
            m_config["Labels"][pair.name] = pair.value;
            text += ' ' + pair.name + '=' + pair.value;
        }
        return text;
    }
    Result<std::string> operator()(const df::Cmd& cmd)
    {
        const auto args = line(cmd.command);
        m_config["Cmd"] = args;
        m_state.cmdSet = m_state.cmdSet || !cmd.command.args.empty();
        return "CMD " + quotedList(args);
    }
    Result<std::string> operator()(const df::Entrypoint& entrypoint)
    {
        const auto args = line(entrypoint.command);
        m_config["Entrypoint"] = args.empty() ? Json() : Json(args);
        if (!m_state.cmdSet)
            m_config.erase("Cmd");
        return "ENTRYPOINT " + quotedList(args);
    }
    Result<std::string> operator()(const df::Expose& expose)
    {
        std::set<std::string> all;
        for (const std::string& each : expose.ports) {
            TRY(const auto ports, df::parseExposed(each));
            all.insert(ports.ports.begin(), ports.ports.end());
        }
        std::string text;
        for (const std::string& port : all) {
            m_config["ExposedPorts"][port] = Json::object();
            text += (text.empty() ? "" : " ") + port + ":{}";
        }
        if (!m_classic)
            return "EXPOSE map[" + text + ']';
        std::vector<std::string> words = expose.ports;
        std::ranges::sort(words);
        text = "EXPOSE";
        for (const std::string& word : words)
            text += ' ' + word;
        return text;
    }
    Result<std::string> operator()(const df::Volume& volume)
    {
        std::string text;
        for (const std::string& path : volume.paths) {
            if (path.empty())
                return fail(ErrorKind::InvalidArgument, "VOLUME specified can not be an empty string");
            m_config["Volumes"][path] = Json::object();
            text += (text.empty() ? "" : " ") + path;
        }
        return "VOLUME [" + text + ']';
    }
    Result<std::string> operator()(const df::User& user)
    {
        m_config["User"] = user.user;
        return "USER " + user.user;
    }
    Result<std::string> operator()(const df::StopSignal& stop)
    {
        if (!isSignal(stop.signal))
            return fail(ErrorKind::InvalidArgument, "invalid signal: " + stop.signal);
        m_config["StopSignal"] = stop.signal;
        return "STOPSIGNAL " + stop.signal;
    }
    Result<std::string> operator()(const df::Maintainer& maintainer)
    {
        m_state.author = maintainer.name;
        return "MAINTAINER " + maintainer.name;
    }
    Result<std::string> operator()(const df::Shell& shell)
    {
        m_config["Shell"] = shell.args;
        std::string text;
        for (const std::string& arg : shell.args)
            text += (text.empty() ? "" : " ") + arg;
        return "SHELL [" + text + ']';
    }
    Result<std::string> operator()(const df::Healthcheck& health)
    {
        Json made = m_classic ? m_config.value("Healthcheck", Json::object()) : Json::object();
        made["Test"] = health.test;
        const auto add = [&](const char* key, std::chrono::nanoseconds value) {
            if (value.count() != 0)
                made[key] = value.count();
        };
        add("Interval", health.interval);
        add("Timeout", health.timeout);
        add("StartPeriod", health.startPeriod);
        add("StartInterval", health.startInterval);
        if (health.retries != 0)
            made["Retries"] = health.retries;
        m_config["Healthcheck"] = made;
        std::string text = "HEALTHCHECK &{" + quotedList(health.test);
        for (const char* key : {"Interval", "Timeout", "StartPeriod", "StartInterval"})
            text += " \"" + goDuration(std::chrono::nanoseconds(jsonValue<std::int64_t>(made, key))) + '"';
        return text + ' ' + goRune(jsonValue<int>(made, "Retries")) + '}';
    }
    Result<std::string> operator()(const df::Onbuild& onbuild)
    {
        m_config["OnBuild"].push_back(onbuild.instruction);
        return m_classic ? "ONBUILD " + onbuild.instruction : "";
    }
    template <class T>
    Result<std::string> operator()(const T&)
    {
        return std::string();
    }

private:
    std::vector<std::string> line(const df::CommandLine& command) const
    {
        std::vector<std::string> args = command.args;
        if (command.shell && !args.empty()) {
            const auto shell = m_state.shell();
            args.insert(args.begin(), shell.begin(), shell.end());
        }
        return args;
    }

    ImageState& m_state;
    Json& m_config;
    bool m_classic;
};
} // namespace

ImageState ImageState::scratch(const std::string& platform)
{
    ImageState state;
    const auto slash = platform.find('/');
    state.os = platform.substr(0, slash);
    state.architecture = platform.substr(slash + 1, platform.find('/', slash + 1) - slash - 1);
    state.setVariable("PATH", defaultPath);
    state.files = keyOf({"scratch"});
    state.step = state.files;
    return state;
}

Result<ImageState> ImageState::from(const std::string& text)
{
    TRY(const Json document, parseJson(text));
    ImageState state;
    if (const Json& config = jsonMember(document, "config"); config.is_object())
        state.config = config;
    for (const char* ofContainers : {"Hostname", "Domainname", "Image", "AttachStdin", "AttachStdout", "AttachStderr", "Tty", "OpenStdin", "StdinOnce"})
        state.config.erase(ofContainers);
    if (const Json& history = jsonMember(document, "history"); history.is_array())
        state.history.assign(history.begin(), history.end());
    state.architecture = jsonValue<std::string>(document, "architecture");
    state.variant = jsonValue<std::string>(document, "variant");
    state.os = jsonValue<std::string>(document, "os", "linux");
    state.author = jsonValue<std::string>(document, "author");
    state.created = jsonValue<std::string>(document, "created");
    state.files = keyOf({"scratch"});
    for (const Json& each : jsonMember(jsonMember(document, "rootfs"), "diff_ids")) {
        TRY(const auto layer, Digest::parse(each.is_string() ? each.get<std::string>() : ""));
        state.layers.push_back(layer);
        state.files = keyOf({state.files.str(), layer.str()});
    }
    state.step = state.base = Digest::of(text);
    if (!state.variable("PATH"))
        state.setVariable("PATH", defaultPath);
    return state;
}

bool ImageState::isFor(const std::string& platform) const
{
    const std::string own = os + '/' + architecture;
    return platform == own || platform == own + '/' + variant || (variant.empty() && platform.starts_with(own + '/'));
}

std::vector<std::string> ImageState::env() const { return jsonValue<std::vector<std::string>>(config, "Env"); }

std::optional<std::string> ImageState::variable(std::string_view name) const
{
    for (const std::string& entry : env()) {
        if (entry.size() > name.size() && entry.starts_with(name) && entry[name.size()] == '=')
            return entry.substr(name.size() + 1);
    }
    return std::nullopt;
}

void ImageState::setVariable(const std::string& name, const std::string& value)
{
    std::vector<std::string> all = env();
    const auto at = std::ranges::find_if(all, [&](const std::string& entry) { return entry.starts_with(name + '='); });
    if (at != all.end())
        *at = name + '=' + value;
    else
        all.push_back(name + '=' + value);
    config["Env"] = all;
}

std::string ImageState::workdir() const
{
    const auto folder = jsonValue<std::string>(config, "WorkingDir");
    return folder.empty() ? "/" : folder;
}

std::string ImageState::user() const { return jsonValue<std::string>(config, "User"); }

std::vector<std::string> ImageState::shell() const
{
    const auto own = jsonValue<std::vector<std::string>>(config, "Shell");
    return own.empty() ? std::vector<std::string>{"/bin/sh", "-c"} : own;
}

void ImageState::record(const std::string& createdBy, TimePoint at, const Digest& layer, bool classic)
{
    created = formatRfc3339(at);
    base = {};
    Json entry = {{"created", created}, {"created_by", createdBy}};
    if (!classic)
        entry["comment"] = historyFormat;
    if (layer.empty())
        entry["empty_layer"] = true;
    else
        layers.push_back(layer);
    history.push_back(std::move(entry));
}

Digest ImageState::id() const { return base.empty() ? Digest::of(document()) : base; }

std::string ImageState::document() const
{
    Json ids = Json::array();
    for (const Digest& layer : layers)
        ids.push_back(layer.str());
    Json document = {{"architecture", architecture},
                     {"os", os},
                     {"created", created.empty() ? std::string("0001-01-01T00:00:00Z") : created},
                     {"config", config},
                     {"rootfs", {{"type", "layers"}, {"diff_ids", ids}}},
                     {"history", history}};
    if (!variant.empty())
        document["variant"] = variant;
    if (!author.empty())
        document["author"] = author;
    return dumpJson(document);
}

Digest keyOf(const std::vector<std::string>& parts)
{
    std::string text;
    for (const std::string& part : parts)
        text += std::to_string(part.size()) + ':' + part;
    return Digest::of(text);
}

std::string joinWorkdir(const std::string& current, const std::string& next)
{
    std::string path = std::filesystem::path(next.starts_with('/') ? next : (current.empty() ? "/" : current) + '/' + next).lexically_normal().string();
    while (path.size() > 1 && path.ends_with('/'))
        path.pop_back();
    return path.starts_with('/') ? path : '/' + path;
}

std::optional<Result<std::string>> applyMetadata(ImageState& state, const df::Instruction& instruction, bool classic)
{
    if (instruction.as<df::Run>() || instruction.as<df::Copy>() || instruction.as<df::Workdir>() || instruction.as<df::Arg>()
        || instruction.as<df::From>())
        return std::nullopt;
    return std::visit(Metadata(state, classic), instruction.body);
}

} // namespace slipway::build
