// SPDX-License-Identifier: GPL-3.0-or-later
#include "build/session.h"

#include <algorithm>
#include <fcntl.h>

#include "base/ids.h"
#include "base/log.h"
#include "store/blob_store.h"
#include "store/layer_store.h"
#include "store/snapshot_store.h"

namespace slipway::build
{

namespace
{
constexpr std::size_t maxConfig = 8 << 20;
}

void OrderedSink::send(std::size_t stage, BuildProgress progress)
{
    const std::scoped_lock lock(m_mutex);
    Step& last = m_steps[stage];
    if (progress.step != 0) {
        last = {progress.step, progress.total, progress.line};
    } else {
        progress.step = last.number;
        progress.total = last.total;
        progress.line = last.line;
    }
    if (m_witness)
        m_witness(progress);
    if (!m_ordered || stage == m_front)
        m_sink(progress);
    else
        m_waiting[stage].push_back(std::move(progress));
}

void OrderedSink::finish(std::size_t stage)
{
    const std::scoped_lock lock(m_mutex);
    m_finished[stage] = true;
    while (m_front < m_finished.size()) {
        for (const BuildProgress& progress : m_waiting[m_front])
            m_sink(progress);
        m_waiting[m_front].clear();
        if (!m_finished[m_front])
            return;
        ++m_front;
    }
}

Result<std::unique_ptr<Workspace>> Workspace::make(SnapshotStore& snapshots, const std::vector<Digest>& layers, bool withInit)
{
    std::unique_ptr<Workspace> made(new Workspace(snapshots, randomId()));
    TRY_STATUS(snapshots.create(made->m_id, layers));
    TRY(made->m_rootfs, snapshots.mount(made->m_id, layers, {.ephemeral = true, .withInit = withInit}));
    return made;
}

Workspace::~Workspace()
{
    if (auto gone = m_snapshots.remove(m_id); !gone)
        log::warn("build workspace {}: {}", shortId(m_id), gone.error().message);
}

Result<UniqueFd> Workspace::open() const
{
    UniqueFd fd(::open(m_rootfs.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd)
        return failErrno(errno, "opening " + m_rootfs.string());
    return fd;
}

Status Workspace::unmount() { return m_snapshots.unmount(m_id); }
std::filesystem::path Workspace::upper() const { return m_snapshots.upper(m_id); }

Result<ImageState> Session::image(const std::string& name, const std::string& wantedPlatform, std::size_t stage)
{
    if (name == "scratch") {
        auto scratch = ImageState::scratch(wantedPlatform.empty() ? platform : wantedPlatform);
        if (!request.classic)
            scratch.config["WorkingDir"] = "/";
        return scratch;
    }
    const auto stateOf = [this](const Image& image) -> Result<ImageState> {
        TRY(const std::string document, needs.blobs.read(image.id, maxConfig));
        return ImageState::from(document);
    };
    auto found = needs.images.get(name);
    if (found && !wantedPlatform.empty()) {
        TRY(const ImageState local, stateOf(*found));
        if (!local.isFor(wantedPlatform))
            found = fail(ErrorKind::NotFound, "the image " + name + " is for another platform");
    }
    if (forecast && !found) {
        auto absent = ImageState::scratch(wantedPlatform.empty() ? platform : wantedPlatform);
        absent.step = absent.files = keyOf({"absent", name});
        forecast->doubt(absent.files, {ForecastStep::State::Unknown, 0});
        return absent;
    }
    if (!forecast && (request.pull || !found)) {
        TRY(const Reference reference, Reference::parse(name));
        PullOptions options;
        options.platform = wantedPlatform;
        for (const std::string& host : {reference.domain, std::string(reference.domain == "docker.io" ? "https://index.docker.io/v1/" : "https://" + reference.domain)}) {
            if (const auto auth = request.auths.find(host); auth != request.auths.end())
                options.auth = auth->second;
        }
        if (request.auths.empty() && request.findAuth)
            options.auth = request.findAuth(reference.domain).value_or(RegistryAuth());
        const auto progress = [&](const ImageProgress& line) { output.send(stage, {.kind = BuildProgress::Kind::Pull, .text = {}, .id = {}, .pull = line}); };
        found = needs.images.pull(reference, options, progress, stop);
        if (!found)
            return std::unexpected(found.error());
    }
    cache.hold(found->layers, lease);
    return stateOf(*found);
}

std::optional<CacheRecord> Session::imported(const ImageState& state, const Digest& key, const std::string& text,
                                             std::size_t stage)
{
    for (const auto& each : request.cacheFrom) {
        const auto hit = request.classic ? each->byHistory(state, text) : each->byKey(state, key);
        if (!hit)
            continue;
        CacheRecord record{
            .id = key.hex(), .description = text, .parent = state.step.hex(), .layer = hit->layer, .created = hit->created};
        if (hit->layer.empty())
            return record;
        cache.hold({hit->layer}, lease);
        auto there = needs.layers.get(hit->layer);
        if (!there && each->remote()) {
            const auto progress = [&](const ImageProgress& line) {
                output.send(stage, {.kind = BuildProgress::Kind::Pull, .text = {}, .id = {}, .pull = line});
            };
            const Status came = each->remote()->bring(hit->layer, progress, stop);
            if (!came)
                output.send(stage, {.kind = BuildProgress::Kind::Note,
                                    .text = "importing cache: " + came.error().message,
                                    .id = {},
                                    .pull = {}});
            there = needs.layers.get(hit->layer);
        }
        if (!there)
            continue;
        record.size = there->size;
        return record;
    }
    return std::nullopt;
}

Result<ImageState> Session::source(const std::string& name, int before, std::size_t stage)
{
    if (const dockerfile::Stage* named = file.stage(name, before)) {
        const std::scoped_lock lock(mutex);
        if (const auto done = finished.find(named->index); done != finished.end())
            return done->second;
        return fail(ErrorKind::Internal, "stage " + named->name() + " is not built yet");
    }
    if (std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; }))
        return fail(ErrorKind::InvalidArgument, "index out of bounds");
    return image(name, request.platform, stage);
}

Result<std::shared_ptr<StageTree>> Session::tree(const ImageState& state)
{
    const std::scoped_lock lock(mutex);
    auto& known = trees[state.files.str()];
    if (known)
        return known;
    auto made = std::make_shared<StageTree>();
    TRY(made->workspace, Workspace::make(needs.snapshots, state.layers, false));
    TRY(auto root, made->workspace->open());
    made->files = std::make_unique<FileTree>(std::move(root), false);
    return known = made;
}

} // namespace slipway::build
