// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <initializer_list>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "api/http_message.h"
#include "base/json.h"
#include "events/event_bus.h"
#include "image/image.h"
#include "image/image_service.h"
#include "network/network_service.h"
#include "volume/volume_service.h"

// What services give, in the words of the Docker Engine API.
namespace slipway::api
{

[[nodiscard]] Json imageSummary(const Image& image, int containers = -1);
// FOLDERS: of its layers (ImageService::layerFolders).
[[nodiscard]] Json imageInspect(const Image& image, const std::vector<std::filesystem::path>& folders);
void addVirtualSize(const HttpRequest& request, Json& image); // which clients older than API 1.44 look at
// SIZES: bytes by layer (ImageService::layerSizes).
[[nodiscard]] Json imageHistory(const Image& image, const std::map<Digest, std::int64_t>& sizes);
// Bytes that each image has in common with others, by image.
[[nodiscard]] std::map<Digest, std::int64_t> sharedSizes(const std::vector<Image>& images, const std::map<Digest, std::int64_t>& sizes);
// networkJson() with its members in dockerd's order: the docker command prints them as they come.
[[nodiscard]] std::string networkText(const Network& network, const std::vector<Endpoint>& endpoints);
[[nodiscard]] Json networkJson(const Network& network, const std::vector<Endpoint>& endpoints);
[[nodiscard]] Json volumeJson(const Volume& volume);
[[nodiscard]] Json eventJson(const Event& event);
[[nodiscard]] RegistryAuth registryAuth(const Json& config);         // an AuthConfig
[[nodiscard]] RegistryAuth registryAuth(const HttpRequest& request); // of the X-Registry-Auth header
[[nodiscard]] std::map<std::string, std::string> stringMap(const Json& object);

// Filters in the form of HttpRequest::filters(). No values for NAME: everything matches.
[[nodiscard]] Status checkFilters(const Json& filters, std::initializer_list<std::string_view> known); // "invalid filter 'x'"
// Of a filter that is yes or no; nothing when it is not given.
[[nodiscard]] Result<std::optional<bool>> boolFilter(const Json& filters, const char* name);
[[nodiscard]] bool anyPart(const Json& filters, const char* name, std::string_view value); // a value is a part of it
[[nodiscard]] bool anyValue(const Json& filters, const char* name, std::string_view value);
[[nodiscard]] bool labelsMatch(const Json& filters, const std::map<std::string, std::string>& labels);
[[nodiscard]] bool eventMatches(const Json& filters, const Event& event);
[[nodiscard]] bool globMatch(const std::string& pattern, const std::string& text);

} // namespace slipway::api
