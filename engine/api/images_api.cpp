// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <charconv>
#include <optional>
#include <set>

#include "api/json_shapes.h"
#include "api/prune_event.h"
#include "api/router.h"
#include "container/container_service.h"
#include "image/image_service.h"
#include "image/search.h"

namespace slipway::api
{
namespace
{

// A reference filter leaves the names that match; false when there are none.
bool narrowToReferences(const Json& filters, Image& image)
{
    const Json& patterns = jsonMember(filters, "reference");
    if (!patterns.is_array() || patterns.empty())
        return true;
    const auto none = [&](const std::string& name) {
        const std::string repository = name.contains('@') ? name.substr(0, name.find('@')) : name.substr(0, name.rfind(':'));
        return std::ranges::none_of(patterns, [&](const Json& p) {
            const std::string pattern = p.get<std::string>();
            return globMatch(pattern, name) || globMatch(pattern, repository);
        });
    };
    std::erase_if(image.repoTags, none);
    std::erase_if(image.repoDigests, none);
    return !image.repoTags.empty() || !image.repoDigests.empty();
}

struct Between // images made after SINCE and before BEFORE
{
    std::optional<TimePoint> since, before;
    bool has(const Image& image) const { return (!since || image.created > *since) && (!before || image.created < *before); }
};

Result<Between> betweenOf(const ImageService& images, const Json& filters)
{
    Between between;
    const auto values = [&](const char* name) {
        const Json& list = jsonMember(filters, name);
        return list.is_array() ? list : Json::array();
    };
    const auto sooner = [&between](TimePoint time) { between.before = between.before ? std::min(*between.before, time) : time; };
    for (const Json& name : values("before")) {
        TRY(const Image image, images.get(name.get<std::string>()));
        sooner(image.created);
    }
    for (const Json& name : values("since")) {
        TRY(const Image image, images.get(name.get<std::string>()));
        between.since = between.since ? std::max(*between.since, image.created) : image.created;
    }
    for (const Json& text : values("until")) {
        TRY(const TimePoint time, parseTimestamp(text.get<std::string>(), now()));
        sooner(time);
    }
    return between;
}

Result<HttpResponse> list(Services& s, const HttpRequest& request)
{
    TRY(const Json filters, request.filters());
    TRY_STATUS(checkFilters(filters, {"dangling", "label", "label!", "before", "since", "reference", "until"}));
    TRY(const auto wantsDangling, boolFilter(filters, "dangling"));
    TRY(const Between between, betweenOf(s.images, filters));
    TRY(auto images, s.images.list());
    const bool withShared = request.flag("shared-size");
    const auto shared = withShared ? sharedSizes(images, s.images.layerSizes()) : std::map<Digest, std::int64_t>();
    Json result = Json::array();
    for (Image& image : images) {
        if (wantsDangling.value_or(image.repoTags.empty()) != image.repoTags.empty() || !between.has(image) ||
            !labelsMatch(filters, image.config.labels) || !narrowToReferences(filters, image))
            continue;
        result.push_back(imageSummary(image));
        addVirtualSize(request, result.back());
        if (withShared)
            result.back()["SharedSize"] = shared.at(image.id);
    }
    return jsonResponse(result);
}

Result<HttpResponse> inspect(Services& s, const HttpRequest& request)
{
    TRY(const Image image, s.images.get(request.param()));
    Json result = imageInspect(image, s.images.layerFolders(image));
    addVirtualSize(request, result);
    return jsonResponse(result);
}

Result<HttpResponse> history(Services& s, const HttpRequest& request)
{
    TRY(const Image image, s.images.get(request.param()));
    return jsonResponse(imageHistory(image, s.images.layerSizes()));
}

Result<HttpResponse> tag(Services& s, const HttpRequest& request)
{
    const std::string tagName = request.value("tag");
    if (request.value("repo").empty())
        return noContent(200); // nothing to do; dockerd sees no error in it
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
    TRY_STATUS(checkFilters(filters, {"dangling", "label", "label!", "until"}));
    TRY(const auto onlyDangling, boolFilter(filters, "dangling"));
    TRY(const Between between, betweenOf(s.images, filters));
    ContainerList everything;
    everything.all = true;
    TRY(const auto containers, s.containers.list(everything));
    std::set<std::string> used;
    for (const Json& container : containers)
        used.insert(jsonValue<std::string>(container, "ImageID"));
    TRY(const auto images, s.images.list());
    const auto sizes = s.images.layerSizes();
    Json deleted = Json::array();
    std::int64_t bytes = 0;
    for (const Image& image : images) {
        if (used.contains(image.id.str()) || (onlyDangling.value_or(true) && !image.repoTags.empty()) || !between.has(image) ||
            !labelsMatch(filters, image.config.labels))
            continue;
        const auto removal = s.images.remove(image.id.str(), true, true);
        if (!removal)
            continue;
        for (const Json& entry : removalJson(*removal))
            deleted.push_back(entry);
        for (const std::string& id : removal->deleted)
            if (const auto digest = Digest::parse(id); digest && sizes.contains(*digest))
                bytes += sizes.at(*digest);
    }
    publishPrune(s, "image", bytes);
    return jsonResponse({{"ImagesDeleted", deleted.empty() ? Json() : deleted}, {"SpaceReclaimed", bytes}});
}

// As strconv.Atoi, with its words.
Result<int> goNumber(const std::string& text, const std::string& what)
{
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || text.empty())
        return fail(ErrorKind::InvalidArgument, what + "strconv.Atoi: parsing \"" + text + "\": invalid syntax");
    return value;
}

Result<HttpResponse> search(Services&, const HttpRequest& request)
{
    ImageSearch wanted{.term = request.value("term")};
    TRY(const Json filters, request.filters());
    TRY_STATUS(checkFilters(filters, {"is-automated", "is-official", "stars"}));
    if (const std::string limit = request.value("limit"); !limit.empty()) {
        TRY(wanted.limit, goNumber(limit, "invalid limit specified: "));
    }
    TRY(wanted.automated, boolFilter(filters, "is-automated"));
    TRY(wanted.official, boolFilter(filters, "is-official"));
    for (const Json& stars : jsonMember(filters, "stars")) {
        const std::string text = stars.get<std::string>();
        TRY(const int least, goNumber(text, "invalid filter 'stars=" + text + "': "));
        wanted.stars = std::max(wanted.stars, least);
    }
    TRY(const Json found, searchImages(wanted, {}));
    return jsonResponse(found);
}

// What a registry has under a name, without pulling it.
Result<HttpResponse> distribution(Services& s, const HttpRequest& request)
{
    TRY(const Json found, s.images.distribution(request.param(), registryAuth(request)));
    return jsonResponse(found);
}

constexpr Route routes[] = {
    {"GET", "/distribution/{name*}/json", distribution},
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
