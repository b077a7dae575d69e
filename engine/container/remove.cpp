// SPDX-License-Identifier: GPL-3.0-or-later
#include <csignal>
#include <format>

#include "base/ids.h"
#include "base/log.h"
#include "container/container_document.h"
#include "container/container_impl.h"
#include "container/human.h"

namespace slipway
{

namespace
{

bool labelMatches(const Json& labels, const std::string& filter)
{
    const auto equals = filter.find('=');
    const std::string key = filter.substr(0, equals);
    if (!labels.is_object() || !labels.contains(key))
        return false;
    return equals == std::string::npos || labels[key] == filter.substr(equals + 1);
}

std::vector<std::string> filterValues(const Json& filters, const char* key)
{
    const Json& value = jsonMember(filters, key);
    if (!value.is_object())
        return jsonStrings(value);
    std::vector<std::string> texts; // the older form {"label": {"a": true}}
    for (const auto& [text, _] : value.items())
        texts.push_back(text);
    return texts;
}

} // namespace

Status ContainerService::Impl::remove(const RecordPtr& record, bool force, bool removeVolumes)
{
    const std::string name = record->name(); // who holds the record's lock must not ask for it
    const auto refuse = [&](const std::string& what) {
        return fail(ErrorKind::Conflict, std::format("cannot remove container \"/{}\": {}", name, what));
    };
    const ContainerState state = record->snapshot();
    if ((state.running || state.restarting) && !force) {
        if (state.paused)
            return refuse("container is paused and must be unpaused first");
        return refuse(std::format("container is {}: stop the container before removing or force remove", stateText(state)));
    }
    if (state.running) {
        if (auto killed = kill(record, "KILL"); !killed && killed.error().kind != ErrorKind::Conflict)
            return killed;
    }
    const std::lock_guard operation(record->op);
    {
        const std::lock_guard lock(record->mutex);
        if (record->removed)
            return force ? Status() : fail(ErrorKind::NotFound, "No such container: " + record->id);
        if (record->state.running)
            return refuse("container is running: stop the container before removing or force remove");
        record->state.restarting = false;
    }
    return removeLocked(record, removeVolumes);
}

Status ContainerService::Impl::removeLocked(const RecordPtr& record, bool removeVolumes)
{
    {
        const std::lock_guard lock(record->mutex);
        record->state.removing = true;
    }
    settle(record);
    if (auto deleted = s.db.exec("DELETE FROM containers WHERE id = ?", {record->id}, syncOf(*record->doc())); !deleted) {
        const std::lock_guard lock(record->mutex);
        record->state.removing = false;
        return deleted;
    }
    dropName(record->name(), record->id);
    {
        const std::lock_guard lock(mutex);
        containers.erase(record->id);
    }
    if (auto gone = s.snapshots.remove(record->id); !gone)
        log::warn("container {}: its root was not removed: {}", shortId(record->id), gone.error().message);
    keptLogs.keep(record->id, record->name(), jsonValue<std::string>(documentConfig(*record->doc()), "Image"), dirOf(record->id) / "log");
    std::error_code ignored;
    std::filesystem::remove_all(dirOf(record->id), ignored);
    if (removeVolumes) {
        for (const Json& point : jsonMember(*record->doc(), "Mounts")) {
            if (jsonValue<bool>(point, "_anonymous"))
                static_cast<void>(s.volumes.remove(jsonValue<std::string>(point, "Name"), false));
        }
    }
    std::vector<std::weak_ptr<Waiter>> due;
    int code = 0;
    {
        const std::lock_guard lock(record->mutex);
        record->removed = true;
        record->attachers.clear();
        due.swap(record->waiters);
        code = record->state.exitCode;
    }
    record->changed.notify_all();
    publish(*record, "destroy");
    for (const auto& weak : due) {
        if (const auto waiter = weak.lock())
            waiter->fire(code);
    }
    return {};
}

Result<ContainerService::Pruned> ContainerService::prune(const Json& filters)
{
    Pruned pruned;
    std::optional<TimePoint> until;
    for (const std::string& text : filterValues(filters, "until")) {
        TRY(until, parseTimestamp(text, now()));
    }
    for (const RecordPtr& record : m_impl->all()) {
        const ContainerState state = record->snapshot();
        if (state.running || state.restarting || state.removing)
            continue;
        const auto document = record->doc();
        const Json& labels = jsonMember(documentConfig(*document), "Labels");
        bool chosen = true;
        for (const std::string& label : filterValues(filters, "label"))
            chosen = chosen && labelMatches(labels, label);
        for (const std::string& label : filterValues(filters, "label!"))
            chosen = chosen && !labelMatches(labels, label);
        if (until) {
            const auto created = parseRfc3339(jsonValue<std::string>(*document, "Created"));
            chosen = chosen && created && *created < *until;
        }
        if (!chosen)
            continue;
        const std::int64_t bytes = m_impl->s.snapshots.writableSize(record->id).value_or(0);
        if (m_impl->remove(record, false, false)) {
            pruned.ids.push_back(record->id);
            pruned.bytes += bytes;
        }
    }
    if (filters.empty())
        m_impl->keptLogs.clear();
    return pruned;
}

} // namespace slipway
