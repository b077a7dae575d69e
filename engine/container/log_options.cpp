// SPDX-License-Identifier: GPL-3.0-or-later
#include "container/log_options.h"

#include <algorithm>
#include <charconv>
#include <format>
#include <map>
#include <regex>
#include <sstream>

#include "base/ids.h"
#include "container/container_document.h"
#include "container/human.h"

namespace slipway
{

namespace
{

const Json& optionsOf(const Json& document) { return jsonMember(jsonMember(documentHost(document), "LogConfig"), "Config"); }

Result<std::uint64_t> byteSize(const std::string& text) // "10m", "1g", "4096"
{
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    std::string unit(end, text.data() + text.size());
    std::ranges::transform(unit, unit.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (unit.ends_with("b"))
        unit.pop_back();
    if (unit.ends_with("i"))
        unit.pop_back();
    static const std::map<std::string, int> shifts = {{"", 0}, {"k", 10}, {"m", 20}, {"g", 30}, {"t", 40}};
    const auto shift = shifts.find(unit);
    if (error != std::errc() || shift == shifts.end())
        return fail(ErrorKind::InvalidArgument, std::format("invalid size: '{}'", text));
    return value << shift->second;
}

bool chosen(const std::string& name, const std::string& list, const std::string& pattern)
{
    std::istringstream names(list);
    for (std::string one; std::getline(names, one, ',');) {
        if (one == name)
            return true;
    }
    if (pattern.empty())
        return false;
    try {
        return std::regex_search(name, std::regex(pattern));
    } catch (const std::regex_error&) {
        return false;
    }
}

std::string tagText(std::string tag, const Json& document)
{
    const auto id = jsonValue<std::string>(document, "Id"), image = jsonValue<std::string>(document, "Image");
    const std::string imageId = image.substr(image.find(':') + 1);
    const std::map<std::string, std::string> fields = {
        {"{{.ID}}", shortId(id)},          {"{{.FullID}}", id},       {"{{.Name}}", jsonValue<std::string>(document, "Name").substr(1)},
        {"{{.ImageID}}", shortId(imageId)}, {"{{.ImageFullID}}", image}, {"{{.ImageName}}", jsonValue<std::string>(documentConfig(document), "Image")}};
    for (const auto& [field, value] : fields) {
        for (auto at = tag.find(field); at != std::string::npos; at = tag.find(field, at + value.size()))
            tag.replace(at, field.size(), value);
    }
    return tag;
}

} // namespace

Result<logstore::RotationLimits> logLimits(const Json& document)
{
    logstore::RotationLimits limits;
    const Json& options = optionsOf(document);
    if (const auto size = jsonValue<std::string>(options, "max-size"); !size.empty() && size != "-1") {
        TRY(const auto bytes, byteSize(size));
        if (bytes > 0)
            limits.maxSegmentBytes = bytes;
    }
    if (const auto files = jsonValue<std::string>(options, "max-file"); !files.empty()) {
        unsigned count = 0;
        const auto [end, error] = std::from_chars(files.data(), files.data() + files.size(), count);
        if (error != std::errc() || end != files.data() + files.size())
            return fail(ErrorKind::InvalidArgument, std::format("strconv.Atoi: parsing \"{}\": invalid syntax", files));
        if (count < 1)
            return fail(ErrorKind::InvalidArgument, "max-file cannot be less than 1");
        limits.maxSegments = count;
    }
    return limits;
}

std::string logDetails(const Json& document)
{
    const Json& options = optionsOf(document);
    const auto option = [&](const char* key) { return jsonValue<std::string>(options, key); };
    std::map<std::string, std::string> details;
    if (const Json& labels = jsonMember(documentConfig(document), "Labels"); labels.is_object()) {
        for (const auto& [name, value] : labels.items()) {
            if (value.is_string() && chosen(name, option("labels"), option("labels-regex")))
                details[name] = value.get<std::string>();
        }
    }
    for (const std::string& entry : jsonStrings(jsonMember(documentConfig(document), "Env"))) {
        const auto equals = entry.find('=');
        if (equals != std::string::npos && chosen(entry.substr(0, equals), option("env"), option("env-regex")))
            details[entry.substr(0, equals)] = entry.substr(equals + 1);
    }
    if (const std::string tag = option("tag"); !tag.empty())
        details["tag"] = tagText(tag, document);
    std::string text;
    for (const auto& [name, value] : details)
        text += (text.empty() ? "" : ",") + name + "=" + value;
    return text;
}

} // namespace slipway
