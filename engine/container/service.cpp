// SPDX-License-Identifier: GPL-3.0-or-later
#include <sys/socket.h>

#include <algorithm>
#include <format>

#include "base/ids.h"
#include "base/log.h"
#include "container/container_document.h"
#include "container/container_impl.h"
#include "container/human.h"
#include "container/log_options.h"
#include "container/spec_builder.h"

namespace slipway
{

ContainerService::Impl::Impl(Services given) : s(std::move(given))
{
    gate->impl = this;
}

ContainerService::Impl::~Impl()
{
    stopping = true;
    const std::lock_guard lock(gate->mutex);
    gate->impl = nullptr;
}

ContainerService::ContainerService(Services services) : m_impl(std::make_unique<Impl>(std::move(services)))
{
    m_impl->owner = this;
    const auto gate = m_impl->gate;
    m_impl->s.images.setUseCheck([gate](const Digest& image) {
        std::vector<ImageUse> uses;
        const std::shared_lock lock(gate->mutex);
        if (!gate->impl)
            return uses;
        for (const RecordPtr& record : gate->impl->all()) {
            if (jsonValue<std::string>(*record->doc(), "Image") == image.str())
                uses.push_back({record->id, record->snapshot().running});
        }
        return uses;
    });
    m_impl->s.volumes.setUsers([gate](const std::string& volume) {
        std::vector<std::string> users;
        const std::shared_lock lock(gate->mutex);
        if (!gate->impl)
            return users;
        for (const RecordPtr& record : gate->impl->all()) {
            const auto document = record->doc();
            if (std::ranges::any_of(jsonMember(*document, "Mounts"), [&](const Json& m) {
                    return jsonValue<std::string>(m, "Type") == "volume" && jsonValue<std::string>(m, "Name") == volume;
                }))
                users.push_back(record->id);
        }
        return users;
    });
}

ContainerService::~ContainerService() = default;

Result<RecordPtr> ContainerService::Impl::find(const std::string& nameOrId) const
{
    const std::string name = nameOrId.starts_with('/') ? nameOrId.substr(1) : nameOrId;
    const std::lock_guard lock(mutex);
    if (const auto it = containers.find(name); it != containers.end())
        return it->second;
    if (const auto it = names.find(name); it != names.end()) {
        if (const auto found = containers.find(it->second); found != containers.end())
            return found->second;
    }
    RecordPtr match;
    if (looksLikeId(name)) {
        for (const auto& [id, record] : containers) {
            if (!id.starts_with(name))
                continue;
            if (match)
                return fail(ErrorKind::InvalidArgument, "multiple IDs found with provided prefix: " + name);
            match = record;
        }
    }
    if (!match)
        return fail(ErrorKind::NotFound, "No such container: " + nameOrId);
    return match;
}

std::vector<RecordPtr> ContainerService::Impl::all() const
{
    std::vector<std::pair<std::string, RecordPtr>> sorted;
    {
        const std::lock_guard lock(mutex);
        for (const auto& [_, record] : containers)
            sorted.emplace_back(jsonValue<std::string>(*record->doc(), "Created"), record);
    }
    std::ranges::sort(sorted, [](const auto& a, const auto& b) { return a.first > b.first; });
    std::vector<RecordPtr> records;
    for (auto& [_, record] : sorted)
        records.push_back(std::move(record));
    return records;
}

std::string ContainerService::Impl::cgroupOf(const ContainerRecord& record) const
{
    return s.cgroups.pathFor(jsonValue<std::string>(documentHost(*record.doc()), "CgroupParent"), record.id);
}

void ContainerService::Impl::publish(const ContainerRecord& record, std::string action, std::map<std::string, std::string> extra) const
{
    const std::lock_guard telling(record.telling);
    publishTelling(record, std::move(action), std::move(extra));
}

void ContainerService::Impl::publishTelling(const ContainerRecord& record, std::string action, std::map<std::string, std::string> extra) const
{
    const auto document = record.doc();
    const Json& config = documentConfig(*document);
    Event event{.type = "container", .action = std::move(action), .actorId = record.id, .attributes = std::move(extra),
                .time = {}};
    event.attributes["name"] = record.name();
    event.attributes["image"] = jsonValue<std::string>(config, "Image");
    if (const Json& labels = jsonMember(config, "Labels"); labels.is_object()) {
        for (const auto& [key, value] : labels.items()) {
            if (value.is_string())
                event.attributes.emplace(key, value.get<std::string>());
        }
    }
    s.events.publish(std::move(event));
}

void ContainerService::Impl::publishVolumes(const ContainerRecord& record, const std::string& action) const
{
    for (const Json& point : jsonMember(*record.doc(), "Mounts")) {
        if (jsonValue<std::string>(point, "Type") != "volume")
            continue;
        Event event{.type = "volume", .action = action, .actorId = jsonValue<std::string>(point, "Name"),
                    .attributes = {{"container", record.id}, {"driver", jsonValue<std::string>(point, "Driver", "local")}}, .time = {}};
        if (action == "mount") {
            event.attributes["destination"] = jsonValue<std::string>(point, "Destination");
            event.attributes["propagation"] = jsonValue<std::string>(point, "Propagation");
            event.attributes["read/write"] = jsonValue<bool>(point, "RW", true) ? "true" : "false";
        }
        s.events.publish(std::move(event));
    }
}

Status ContainerService::Impl::claimName(const std::string& name, const std::string& id)
{
    const std::lock_guard lock(mutex);
    const auto [it, fresh] = names.emplace(name, id);
    if (!fresh)
        return fail(ErrorKind::Conflict,
                    std::format("Conflict. The container name \"/{}\" is already in use by container \"{}\". You have to "
                                "remove (or rename) that container to be able to reuse that name.", name, it->second));
    return {};
}

void ContainerService::Impl::dropName(const std::string& name, const std::string& id)
{
    const std::lock_guard lock(mutex);
    if (const auto it = names.find(name); it != names.end() && it->second == id)
        names.erase(it);
}

void ContainerService::Impl::saveState(const ContainerRecord& record) const
{
    if (auto saved = writeFile(dirOf(record.id) / "state.json", dumpJson(stateToJson(record.snapshot()))); !saved)
        log::warn("container {}: its state was not written: {}", shortId(record.id), saved.error().message);
}

Status ContainerService::Impl::updateRow(const ContainerRecord& record, const Json& document) const
{
    return s.db.exec("UPDATE containers SET name = ?, document = ? WHERE id = ?",
                     {jsonValue<std::string>(document, "Name").substr(1), dumpJson(document), record.id});
}

Result<std::string> ContainerService::resolve(const std::string& nameOrId) const
{
    TRY(const auto record, m_impl->find(nameOrId));
    return record->id;
}

bool ContainerService::anyRunning() const
{
    return std::ranges::any_of(m_impl->all(), [](const RecordPtr& record) {
        const ContainerState state = record->snapshot();
        return state.running || state.restarting;
    });
}

Result<ContainerService::Created> ContainerService::create(const std::string& name, const Json& body, const std::string& platform)
{
    return m_impl->create(name, body, platform);
}

Status ContainerService::start(const std::string& id)
{
    TRY(const auto record, m_impl->find(id));
    return m_impl->start(record);
}

Status ContainerService::stop(const std::string& id, std::optional<int> timeoutSeconds, const std::string& signal)
{
    TRY(const auto record, m_impl->find(id));
    return m_impl->stop(record, timeoutSeconds, signal);
}

Status ContainerService::kill(const std::string& id, const std::string& signal)
{
    const auto record = m_impl->find(id);
    const Status killed = record ? m_impl->kill(*record, signal) : Status(std::unexpected(record.error()));
    return killed ? killed : wrap(killed.error(), "cannot kill container: " + id);
}

Status ContainerService::remove(const std::string& id, bool force, bool removeVolumes)
{
    TRY(const auto record, m_impl->find(id));
    return m_impl->remove(record, force, removeVolumes);
}

Status ContainerService::rename(const std::string& id, const std::string& newName)
{
    TRY(const auto record, m_impl->find(id));
    const std::string name = newName.starts_with('/') ? newName.substr(1) : newName;
    if (name.empty())
        return fail(ErrorKind::InvalidArgument, "Neither old nor new names may be empty");
    if (!isValidName(name))
        return fail(ErrorKind::InvalidArgument, std::format("Error when allocating new name: Invalid container name (/{}), only "
                                                            "[a-zA-Z0-9][a-zA-Z0-9_.-] are allowed", name));
    const std::lock_guard operation(record->op);
    const std::string old = record->name();
    if (old == name)
        return fail(ErrorKind::InvalidArgument, "Renaming a container with the same name as its current name");
    if (const auto claimed = m_impl->claimName(name, record->id); !claimed)
        return wrap(claimed.error(), "Error when allocating new name");
    Json document = *record->doc();
    document["Name"] = "/" + name;
    if (auto saved = m_impl->updateRow(*record, document); !saved) {
        m_impl->dropName(name, record->id);
        return saved;
    }
    {
        const std::lock_guard lock(record->mutex);
        record->document = std::make_shared<const Json>(std::move(document));
    }
    m_impl->dropName(old, record->id);
    if (auto told = m_impl->s.networks.rename(record->id, old, name); !told)
        log::warn("container {}: {}", shortId(record->id), told.error().message);
    m_impl->publish(*record, "rename", {{"oldName", "/" + old}});
    return {};
}

Result<ContainerLog> ContainerService::log(const std::string& id) const
{
    TRY(const auto record, m_impl->find(id));
    const auto document = record->doc();
    if (jsonValue<std::string>(*document, "LogPath").empty())
        return fail(ErrorKind::NotImplemented, "configured logging driver does not support reading");
    return ContainerLog{m_impl->dirOf(record->id) / "log", jsonValue<bool>(documentConfig(*document), "Tty"),
                        record->snapshot().running, logDetails(*document)};
}

KeptLogs& ContainerService::keptLogs() const { return m_impl->keptLogs; }

Result<Json> ContainerService::changes(const std::string& id) const
{
    TRY(const auto record, m_impl->find(id));
    TRY(const auto changes, m_impl->s.snapshots.changes(record->id, documentLayers(*record->doc())));
    Json list = Json::array();
    for (const auto& change : changes)
        list.push_back({{"Path", change.path}, {"Kind", static_cast<int>(change.kind)}});
    return list.empty() ? Json() : list;
}

Result<ContainerService::WaitHandle> ContainerService::wait(const std::string& id, WaitCondition condition,
                                                            std::function<void(Result<int>)> onDone)
{
    TRY(const auto record, m_impl->find(id));
    const auto waiter = std::make_shared<Waiter>(condition, std::move(onDone));
    const WaitHandle handle(waiter.get(), [waiter](void*) { waiter->cancel(); });
    int code = 0;
    {
        const std::lock_guard lock(record->mutex);
        code = record->state.exitCode;
        const bool done = condition == WaitCondition::NotRunning ? !record->state.running && !record->state.restarting
                                                                 : record->removed;
        if (!done) {
            std::erase_if(record->waiters, [](const auto& w) { return w.expired(); });
            record->waiters.push_back(waiter);
            return handle;
        }
    }
    waiter->fire(code);
    return handle;
}

Result<ContainerService::Attached> ContainerService::attachInfo(const std::string& id) const
{
    TRY(const auto record, m_impl->find(id));
    if (record->snapshot().paused)
        return fail(ErrorKind::Conflict,
                    std::format("container {} is paused, unpause the container before attach", id));
    return Attached{jsonValue<bool>(documentConfig(*record->doc()), "Tty"), record->id};
}

void ContainerService::attach(const std::string& id, AttachOptions options,
                              std::function<void(Result<UniqueFd>)> onReady)
{
    auto record = m_impl->find(id);
    if (!record)
        return onReady(std::unexpected(record.error()));
    if (options.in && !jsonValue<bool>(documentConfig(*(*record)->doc()), "OpenStdin"))
        options.in = false;
    m_impl->publish(**record, "attach");
    bool running = false;
    int pair[2] = {-1, -1};
    {
        const std::lock_guard lock((*record)->mutex);
        running = (*record)->state.running;
        if (!running) {
            if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0)
                (*record)->attachers.push_back({UniqueFd(pair[1]), options});
        }
    }
    if (running)
        return onReady(m_impl->s.runtime.attach(m_impl->runDirOf((*record)->id), options));
    if (pair[0] < 0)
        return onReady(failErrno(errno, "attach to container " + shortId((*record)->id)));
    onReady(UniqueFd(pair[0]));
}

Status ContainerService::resize(const std::string& id, std::uint16_t rows, std::uint16_t columns)
{
    TRY(const auto record, m_impl->find(id));
    if (!record->snapshot().running)
        return fail(ErrorKind::Conflict, std::format("container {} is not running", record->id));
    TRY_STATUS(m_impl->s.runtime.resize(m_impl->runDirOf(record->id), rows, columns));
    m_impl->publish(*record, "resize", {{"height", std::to_string(rows)}, {"width", std::to_string(columns)}});
    return {};
}

} // namespace slipway
