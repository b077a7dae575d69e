// SPDX-License-Identifier: GPL-3.0-or-later
#include "image/image_config.h"

#include <algorithm>
#include <cctype>
#include <sstream>

#include "base/words.h"

namespace slipway
{

namespace
{
std::vector<std::string> strings(const Json& object, const char* key)
{
    return jsonValue<std::vector<std::string>>(object, key);
}

std::vector<std::string> keys(const Json& object, const char* key)
{
    std::vector<std::string> names;
    if (const Json& set = jsonMember(object, key); set.is_object()) {
        for (const auto& [name, value] : set.items())
            names.push_back(name);
    }
    return names;
}

ImageConfig configOf(const Json& json)
{
    ImageConfig config;
    config.user = jsonValue<std::string>(json, "User");
    config.workingDir = jsonValue<std::string>(json, "WorkingDir");
    config.stopSignal = jsonValue<std::string>(json, "StopSignal");
    config.env = strings(json, "Env");
    config.entrypoint = strings(json, "Entrypoint");
    config.cmd = strings(json, "Cmd");
    config.onBuild = strings(json, "OnBuild");
    config.shell = strings(json, "Shell");
    config.exposedPorts = keys(json, "ExposedPorts");
    config.volumes = keys(json, "Volumes");
    config.labels = jsonValue<std::map<std::string, std::string>>(json, "Labels");
    config.labelsAreNull = jsonMember(json, "Labels").is_null();
    for (const char* key : {"Hostname", "Domainname", "AttachStdin", "AttachStdout", "AttachStderr", "Tty", "OpenStdin", "StdinOnce", "Image"})
        if (const Json& value = jsonMember(json, key); value.is_string() || value.is_boolean())
            config.ofContainer[key] = value;
    config.cmdIsNull = jsonMember(json, "Cmd").is_null();
    config.entrypointIsNull = jsonMember(json, "Entrypoint").is_null();
    if (const Json& health = jsonMember(json, "Healthcheck"); health.is_object()) {
        HealthConfig made;
        made.test = strings(health, "Test");
        made.interval = jsonValue<std::int64_t>(health, "Interval");
        made.timeout = jsonValue<std::int64_t>(health, "Timeout");
        made.startPeriod = jsonValue<std::int64_t>(health, "StartPeriod");
        made.startInterval = jsonValue<std::int64_t>(health, "StartInterval");
        made.retries = jsonValue<int>(health, "Retries");
        config.health = made;
    }
    return config;
}

Json commandOf(const std::string& value)
{
    if (value.starts_with('[')) {
        if (auto parsed = parseJson(value); parsed && parsed->is_array())
            return *parsed;
    }
    return {"/bin/sh", "-c", value};
}

std::pair<std::string, std::string> keyAndValue(const std::string& text)
{
    const auto equals = text.find('=');
    const auto space = text.find(' ');
    const auto cut = std::min(equals, space);
    std::string value = cut == std::string::npos ? "" : text.substr(cut + 1);
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
        value = value.substr(1, value.size() - 2);
    return {text.substr(0, cut), value};
}

// "A=1 B=\"2 3\"", or the old "A all the rest".
std::vector<std::pair<std::string, std::string>> pairsOf(const std::string& text)
{
    if (text.find(' ') < text.find('='))
        return {keyAndValue(text)};
    std::vector<std::string> words(1);
    bool quoted = false;
    for (const char c : text) {
        quoted = quoted != (c == '"');
        if (c == ' ' && !quoted)
            words.emplace_back();
        else
            words.back() += c;
    }
    std::vector<std::pair<std::string, std::string>> pairs;
    for (const std::string& word : words)
        if (!word.empty())
            pairs.push_back(keyAndValue(word));
    return pairs;
}

Status applyChange(Json& config, const std::string& change)
{
    const auto space = change.find(' ');
    std::string word = change.substr(0, space);
    std::ranges::transform(word, word.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    const std::string value = space == std::string::npos ? "" : change.substr(change.find_first_not_of(' ', space));
    if (value.empty())
        return fail(ErrorKind::InvalidArgument, "dockerfile parse error: " + word + " requires at least one argument");
    if (word == "CMD")
        config["Cmd"] = commandOf(value);
    else if (word == "ENTRYPOINT")
        config["Entrypoint"] = commandOf(value);
    else if (word == "ENV") {
        for (const auto& [key, text] : pairsOf(value))
            config["Env"].push_back(key + '=' + text);
    } else if (word == "LABEL") {
        for (const auto& [key, text] : pairsOf(value))
            config["Labels"][key] = text;
    } else if (word == "EXPOSE") {
        for (const std::string& port : wordsOf(value))
            config["ExposedPorts"][port.find('/') == std::string::npos ? port + "/tcp" : port] = Json::object();
    } else if (word == "VOLUME") {
        for (const std::string& path : wordsOf(value))
            config["Volumes"][path] = Json::object();
    } else if (word == "USER")
        config["User"] = value;
    else if (word == "WORKDIR")
        config["WorkingDir"] = value;
    else if (word == "STOPSIGNAL")
        config["StopSignal"] = value;
    else
        return fail(ErrorKind::InvalidArgument, word + " is not a valid change command");
    return {};
}
} // namespace

Result<Image> parseImageConfig(const std::string& bytes)
{
    TRY(const auto json, parseJson(bytes));
    Image image;
    image.id = Digest::of(bytes);
    image.architecture = jsonValue<std::string>(json, "architecture");
    image.variant = jsonValue<std::string>(json, "variant");
    image.os = jsonValue<std::string>(json, "os", "linux");
    image.osVersion = jsonValue<std::string>(json, "os.version");
    image.author = jsonValue<std::string>(json, "author");
    image.comment = jsonValue<std::string>(json, "comment");
    image.parent = jsonValue<std::string>(json, "parent");
    if (auto created = parseRfc3339(jsonValue<std::string>(json, "created")))
        image.created = *created;
    image.config = configOf(jsonMember(json, "config"));
    for (const Json& diffId : jsonMember(jsonMember(json, "rootfs"), "diff_ids")) {
        TRY(auto digest, Digest::parse(diffId.is_string() ? diffId.get<std::string>() : ""));
        image.layers.push_back(digest);
    }
    for (const Json& entry : jsonMember(json, "history")) {
        ImageHistory history;
        if (auto created = parseRfc3339(jsonValue<std::string>(entry, "created")))
            history.created = *created;
        history.createdBy = jsonValue<std::string>(entry, "created_by");
        history.author = jsonValue<std::string>(entry, "author");
        history.comment = jsonValue<std::string>(entry, "comment");
        history.emptyLayer = jsonValue<bool>(entry, "empty_layer");
        image.history.push_back(std::move(history));
    }
    return image;
}

Status applyChanges(Json& config, const std::vector<std::string>& changes)
{
    for (const std::string& text : changes) { // one may be several lines, as in a Dockerfile
        std::istringstream lines(text);
        for (std::string line; std::getline(lines, line);)
            if (line.find_first_not_of(" \t\r") != std::string::npos)
                TRY_STATUS(applyChange(config, line));
    }
    return {};
}

} // namespace slipway
