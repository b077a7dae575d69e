// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <set>

#include "api/json_shapes.h"
#include "api/router.h"
#include "container/container_service.h"
#include "image/image_service.h"

namespace slipway::api
{
namespace
{

bool referenceMatches(const Json& filters, const Image& image)
{
    const Json& patterns = jsonMember(filters, "reference");
    if (!patterns.is_array() || patterns.empty())
        return true;
    return std::ranges::any_of(patterns, [&](const Json& p) {
        const std::string pattern = p.get<std::string>();
        return std::ranges::any_of(image.repoTags, [&](const std::string& tag) {
            return globMatch(pattern, tag) || globMatch(pattern, tag.substr(0, tag.rfind(':')));
        });
    });
}

Result<HttpResponse> list(Services& s, const HttpRequest& request)
{
    TRY(const Json filters, request.filters());
    TRY(const auto images, s.images.list());
    Json result = Json::array();
    for (const Image& image : images) {
        const bool dangling = image.repoTags.empty();
        if (!referenceMatches(filters, image) || !labelsMatch(filters, image.config.labels) ||
            !anyValue(filters, "dangling", dangling ? "true" : "false"))
            continue;
        result.push_back(imageSummary(image));
    }
    return jsonResponse(result);
}

Result<HttpResponse> inspect(Services& s, const HttpRequest& request)
{
    TRY(const Image image, s.images.get(request.param()));
    return jsonResponse(imageInspect(image));
}

Result<HttpResponse> history(Services& s, const HttpRequest& request)
{
    TRY(const Image image, s.images.get(request.param()));
    return jsonResponse(imageHistory(image, s.images.layerSizes()));
}

Result<HttpResponse> tag(Services& s, const HttpRequest& request)
{
    const std::string tagName = request.value("tag");
    TRY(const Reference reference, Reference::parse(request.value("repo") + (tagName.empty() ? "" : ":" + tagName)));
    TRY_STATUS(s.images.tag(request.param(), reference));
    return noContent(201);
}

Json removalJson(const ImageRemoval& removal)
{
    Json result = Json::array();
    for (const std::string& name : removal.untagged)
        result.push_back({{"Untagged", name}});
    for (const std::string& id : removal.deleted)
        result.push_back({{"Deleted", id}});
    return result;
}

Result<HttpResponse> remove(Services& s, const HttpRequest& request)
{
    TRY(const auto removal, s.images.remove(request.param(), request.flag("force"), !request.flag("noprune")));
    return jsonResponse(removalJson(removal));
}

Result<HttpResponse> prune(Services& s, const HttpRequest& request)
{
    TRY(const Json filters, request.filters());
    const bool all = jsonMember(filters, "dangling").is_array() && anyValue(filters, "dangling", "false");
    ContainerList everything;
    everything.all = true;
    TRY(const auto containers, s.containers.list(everything));
    std::set<std::string> used;
    for (const Json& container : containers)
        used.insert(jsonValue<std::string>(container, "ImageID"));
    TRY(const auto images, s.images.list());
    Json deleted = Json::array();
    std::int64_t bytes = 0;
    for (const Image& image : images) {
        if (used.contains(image.id.str()) || (!all && !image.repoTags.empty()) || !labelsMatch(filters, image.config.labels))
            continue;
        if (const auto removal = s.images.remove(image.id.str(), true, true)) {
            for (const Json& entry : removalJson(*removal))
                deleted.push_back(entry);
            bytes += image.size;
        }
    }
    return jsonResponse({{"ImagesDeleted", deleted}, {"SpaceReclaimed", bytes}});
}

Result<HttpResponse> search(Services&, const HttpRequest&)
{
    return fail(ErrorKind::NotImplemented, "searching images is not implemented yet");
}

constexpr Route routes[] = {
    {"GET", "/images/json", list},
    {"GET", "/images/search", search},
    {"POST", "/images/prune", prune},
    {"GET", "/images/{name*}/json", inspect},
    {"GET", "/images/{name*}/history", history},
    {"POST", "/images/{name*}/tag", tag},
    {"DELETE", "/images/{name*}", remove},
};

} // namespace

std::span<const Route> imageRoutes() { return routes; }

} // namespace slipway::api
