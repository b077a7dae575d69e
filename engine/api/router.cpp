// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/router.h"

#include <array>

namespace slipway::api
{
namespace
{

bool matches(std::string_view pattern, std::string_view path, std::vector<std::string>& params)
{
    const std::size_t open = pattern.find('{');
    if (open == std::string_view::npos)
        return pattern == path;
    if (path.substr(0, open) != pattern.substr(0, open))
        return false;
    const std::size_t close = pattern.find('}');
    const bool several = pattern[close - 1] == '*';
    const std::string_view rest = pattern.substr(close + 1);
    path.remove_prefix(open);
    std::size_t end = path.size();
    if (several) {
        if (!path.ends_with(rest) || path.size() <= rest.size())
            return false;
        end -= rest.size();
    } else {
        end = std::min(path.find('/'), path.size());
        if (path.substr(end) != rest)
            return false;
    }
    if (end == 0)
        return false;
    params = {percentDecode(path.substr(0, end), false)};
    return true;
}

} // namespace

const Route* findRoute(HttpRequest& request)
{
    const std::array tables{containerRoutes(), containerStreamRoutes(), statsRoutes(), attachRoutes(),     archiveRoutes(), execRoutes(),
                            sessionRoutes(),
                            imageRoutes(),     imageStreamRoutes(),     networkRoutes(),    volumeRoutes(),  volumeDataRoutes(),
                            systemRoutes(),    eventRoutes(),           buildRoutes(),      buildHistoryRoutes(),
                            metricsRoutes(),   logRoutes()};
    for (const auto& table : tables)
        for (const Route& route : table)
            if (route.method == request.method && matches(route.pattern, request.path, request.params))
                return &route;
    return nullptr;
}

} // namespace slipway::api
