// SPDX-License-Identifier: GPL-3.0-or-later
#include "container/mount_points.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <format>

#include "container/human.h"

namespace slipway
{

namespace
{

std::unexpected<Error> bad(std::string message) { return fail(ErrorKind::InvalidArgument, std::move(message)); }

std::vector<std::string> split(const std::string& text, char separator)
{
    std::vector<std::string> parts(1);
    for (const char c : text) {
        if (c == separator)
            parts.emplace_back();
        else
            parts.back() += c;
    }
    return parts;
}

std::string cleanPath(const std::string& path)
{
    std::string clean = std::filesystem::path(path).lexically_normal().string();
    while (clean.size() > 1 && clean.ends_with('/'))
        clean.pop_back();
    return clean;
}

Json mountPoint(const char* type, const std::string& source, const std::string& destination, bool readOnly)
{
    Json point = {{"Type", type}, {"Source", source}, {"Destination", cleanPath(destination)},
                  {"Mode", ""},   {"RW", !readOnly},  {"Propagation", ""}};
    if (std::string_view(type) == "bind")
        point["Propagation"] = "rprivate";
    if (std::string_view(type) == "volume") {
        point["Name"] = source;
        point["Source"] = "";
        point["Driver"] = "local";
    }
    return point;
}

bool isPropagation(const std::string& mode)
{
    static const std::vector<std::string> known = {"rprivate", "private", "rshared", "shared", "rslave", "slave"};
    return std::ranges::contains(known, mode);
}

Result<Json> parseBind(const std::string& text)
{
    const auto invalid = [&] { return bad(std::format("invalid volume specification: '{}'", text)); };
    const std::vector<std::string> parts = split(text, ':');
    if (parts.size() > 3 || parts[0].empty() || (parts.size() > 1 && parts[1].empty()))
        return invalid();
    if (parts.size() == 1) {
        if (!parts[0].starts_with('/'))
            return bad(std::format("invalid volume specification: '{0}': invalid mount config for type \"volume\": invalid "
                                   "mount path: '{0}' mount path must be absolute", text));
        Json point = mountPoint("volume", "", parts[0], false);
        point["_anonymous"] = true;
        return point;
    }
    const bool isBind = parts[0].starts_with('/');
    if (!parts[1].starts_with('/'))
        return bad(std::format("invalid volume specification: '{}': invalid mount config for type \"{}\": invalid mount path: "
                               "'{}' mount path must be absolute", text, isBind ? "bind" : "volume", parts[1]));
    if (cleanPath(parts[1]) == "/")
        return bad(std::format("invalid volume specification: '{}': invalid mount config for type \"{}\": invalid specification: "
                               "destination can't be '/'", text, isBind ? "bind" : "volume"));
    Json point = mountPoint(isBind ? "bind" : "volume", isBind ? cleanPath(parts[0]) : parts[0], parts[1], false);
    if (isBind)
        point["_create"] = true;
    else
        point["Mode"] = "z";
    if (parts.size() == 3) {
        point["Mode"] = parts[2];
        for (const std::string& option : split(parts[2], ',')) {
            if (option == "ro")
                point["RW"] = false;
            else if (option == "nocopy")
                point["_nocopy"] = true;
            else if (isBind && isPropagation(option))
                point["Propagation"] = option;
            else if (option != "rw" && option != "z" && option != "Z" && option != "cached" && option != "delegated" &&
                     option != "consistent" && option != "copy")
                return bad(std::format("invalid mode: {}", parts[2]));
        }
    }
    return point;
}

Result<Json> parseTmpfs(const Json& mount, const std::string& target)
{
    Json point = mountPoint("tmpfs", "", target, jsonValue<bool>(mount, "ReadOnly"));
    std::vector<std::string> options;
    const Json& tmpfs = jsonMember(mount, "TmpfsOptions");
    if (const auto size = jsonValue<std::int64_t>(tmpfs, "SizeBytes"); size > 0)
        options.push_back(std::format("size={}", size));
    if (const auto mode = jsonValue<std::uint32_t>(tmpfs, "Mode"); mode != 0)
        options.push_back(std::format("mode={:o}", mode));
    point["_options"] = options;
    return point;
}

Result<Json> parseMount(const Json& mount)
{
    const auto type = jsonValue<std::string>(mount, "Type");
    const auto source = jsonValue<std::string>(mount, "Source");
    const auto target = jsonValue<std::string>(mount, "Target");
    const bool readOnly = jsonValue<bool>(mount, "ReadOnly");
    const auto invalid = [&](const std::string& why) {
        return bad(std::format("invalid mount config for type \"{}\": {}", type, why));
    };
    if (type != "bind" && type != "volume" && type != "tmpfs")
        return invalid("mount type unknown");
    if (target.empty())
        return invalid("field Target must not be empty");
    if (!target.starts_with('/'))
        return invalid(std::format("invalid mount path: '{}' mount path must be absolute", target));
    if (cleanPath(target) == "/")
        return invalid("invalid specification: destination can't be '/'");
    if (type == "tmpfs")
        return source.empty() ? parseTmpfs(mount, target) : Result<Json>(invalid("field Source must not be specified"));
    if (type == "volume") {
        Json point = mountPoint("volume", source, target, readOnly);
        const Json& options = jsonMember(mount, "VolumeOptions");
        point["Mode"] = "z";
        point["_anonymous"] = source.empty();
        point["_nocopy"] = jsonValue<bool>(options, "NoCopy");
        point["_labels"] = jsonMember(options, "Labels");
        point["Driver"] = jsonValue<std::string>(jsonMember(options, "DriverConfig"), "Name", "local");
        if (point["Driver"] == "")
            point["Driver"] = "local";
        point["_driverOptions"] = jsonMember(jsonMember(options, "DriverConfig"), "Options");
        return point;
    }
    if (source.empty())
        return invalid("field Source must not be empty");
    if (!source.starts_with('/'))
        return invalid(std::format("invalid mount path: '{}' mount path must be absolute", source));
    const Json& options = jsonMember(mount, "BindOptions");
    const bool create = jsonValue<bool>(options, "CreateMountpoint");
    struct stat info{};
    if (!create && ::stat(source.c_str(), &info) != 0)
        return invalid(std::format("bind source path does not exist: {}", source));
    Json point = mountPoint("bind", cleanPath(source), target, readOnly);
    point["_create"] = create;
    if (const auto propagation = jsonValue<std::string>(options, "Propagation"); !propagation.empty()) {
        if (!isPropagation(propagation))
            return invalid("invalid propagation mode: " + propagation);
        point["Propagation"] = propagation;
    }
    return point;
}

} // namespace

Result<std::vector<Json>>
planMounts(const Json& config, const Json& hostConfig, const ImageConfig& image,
           const std::function<Result<std::vector<Json>>(const std::string& container)>& mountsOf)
{
    std::vector<Json> points;
    const auto at = [&](const std::string& destination) {
        return std::ranges::find_if(points, [&](const Json& p) { return p["Destination"] == destination; });
    };
    for (const std::string& from : jsonStrings(jsonMember(hostConfig, "VolumesFrom"))) {
        const auto colon = from.rfind(':');
        const std::string mode = colon == std::string::npos ? "" : from.substr(colon + 1);
        if (!mode.empty() && mode != "ro" && mode != "rw" && mode != "z")
            return bad(std::format("invalid mode: {}", mode));
        TRY(auto others, mountsOf(from.substr(0, colon)));
        for (Json& point : others) {
            if (mode == "ro")
                point["RW"] = false;
            point.erase("_anonymous");
            point["_nocopy"] = true;
            if (const auto it = at(point["Destination"]); it != points.end())
                *it = std::move(point);
            else
                points.push_back(std::move(point));
        }
    }
    const std::size_t inherited = points.size();
    const auto add = [&](Json point) -> Status {
        const auto it = at(point["Destination"]);
        if (it == points.end()) {
            points.push_back(std::move(point));
            return {};
        }
        if (static_cast<std::size_t>(it - points.begin()) >= inherited)
            return bad(std::format("Duplicate mount point: {}", point["Destination"].get<std::string>()));
        *it = std::move(point);
        return {};
    };
    for (const std::string& text : jsonStrings(jsonMember(hostConfig, "Binds"))) {
        auto parsed = parseBind(text);
        if (!parsed) // dockerd's status for these
            return fail(ErrorKind::Internal, parsed.error().message);
        Json point = *std::move(parsed);
        TRY_STATUS(add(std::move(point)));
    }
    if (const Json& mounts = jsonMember(hostConfig, "Mounts"); mounts.is_array()) {
        for (const Json& mount : mounts) {
            TRY(auto point, parseMount(mount));
            TRY_STATUS(add(std::move(point)));
        }
    }
    std::vector<std::string> anonymous = image.volumes;
    if (const Json& wanted = jsonMember(config, "Volumes"); wanted.is_object()) {
        for (const auto& [path, _] : wanted.items())
            anonymous.push_back(path);
    }
    const Json& tmpfs = jsonMember(hostConfig, "Tmpfs");
    for (std::size_t i = inherited; i < points.size() && tmpfs.is_object(); ++i)
        for (const auto& [path, _] : tmpfs.items())
            if (points[i]["Destination"] == cleanPath(path))
                return bad(std::format("Duplicate mount point: {}", cleanPath(path)));
    for (const std::string& path : anonymous) {
        const std::string destination = cleanPath(path);
        if (!destination.starts_with('/') || destination == "/")
            return bad(std::format("invalid volume specification: '{}'", path));
        if (at(destination) != points.end() || (tmpfs.is_object() && tmpfs.contains(destination)))
            continue;
        Json point = mountPoint("volume", "", destination, false);
        point["_anonymous"] = true;
        points.push_back(std::move(point));
    }
    return points;
}

Json publicMounts(const Json& mounts)
{
    Json result = Json::array();
    if (!mounts.is_array())
        return result;
    for (const Json& mount : mounts) {
        Json point = Json::object();
        for (const auto& [key, value] : mount.items()) {
            if (!key.starts_with('_'))
                point[key] = value;
        }
        result.push_back(std::move(point));
    }
    return result;
}

} // namespace slipway
