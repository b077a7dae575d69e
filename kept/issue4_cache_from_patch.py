import os
os.chdir('/work/wt/four/engine')
def sub(p, pairs):
    s=open(p).read()
    for a,b in pairs:
        assert a in s, (p,a)
        s=s.replace(a,b,1)
    open(p,'w').write(s)
open('build/cache_source.h','w').write('''// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "build/image_state.h"

namespace slipway::build
{

// An image that --cache-from names: what it was made of counts as done. Two things in its configuration tell: its history, by
// which dockerd's classic builder finds steps, and the keys of its steps, where whoever built it had them written down
// (BUILDKIT_INLINE_CACHE, --cache-to type=inline; BuildKit keeps them under a name of its own, as its keys are others).
class CacheSource
{
public:
    [[nodiscard]] static Result<CacheSource> from(const std::string& document);

    [[nodiscard]] const std::vector<Digest>& layers() const { return m_layers; }
    // The layer of the step with KEY.
    [[nodiscard]] std::optional<Digest> layerOf(const Digest& key) const;
    // Whether it is made of STATE and then the step TEXT with LAYER (none: a step without files). Without LAYER's being known:
    // the one that the step has there.
    [[nodiscard]] bool continues(const ImageState& state, const std::string& text, const Digest& layer) const;
    [[nodiscard]] std::optional<Digest> layerAfter(const ImageState& state, const std::string& text) const;

    // DOCUMENT with the keys of STEPS in it.
    [[nodiscard]] static std::string written(const std::string& document, const std::vector<std::pair<Digest, Digest>>& steps);

private:
    struct Entry
    {
        std::string text;
        bool hasLayer = false;
    };
    [[nodiscard]] const Entry* next(const ImageState& state) const;

    std::vector<Digest> m_layers;
    std::vector<Entry> m_history;
    std::map<std::string, Digest> m_steps;
};

} // namespace slipway::build
''')
open('build/cache_source.cpp','w').write('''// SPDX-License-Identifier: GPL-3.0-or-later
#include "build/cache_source.h"

#include <algorithm>

namespace slipway::build
{

namespace
{
constexpr const char* keysMember = "slipway.cache.v1";
}

Result<CacheSource> CacheSource::from(const std::string& text)
{
    TRY(const Json document, parseJson(text));
    CacheSource source;
    for (const Json& each : jsonMember(jsonMember(document, "rootfs"), "diff_ids")) {
        TRY(auto layer, Digest::parse(each.is_string() ? each.get<std::string>() : ""));
        source.m_layers.push_back(std::move(layer));
    }
    for (const Json& each : jsonMember(document, "history"))
        source.m_history.push_back({jsonValue<std::string>(each, "created_by"), !jsonValue<bool>(each, "empty_layer")});
    for (const Json& each : jsonMember(document, keysMember)) {
        const auto layer = Digest::parse(jsonValue<std::string>(each, "layer"));
        if (layer && std::ranges::contains(source.m_layers, *layer))
            source.m_steps[jsonValue<std::string>(each, "key")] = *layer;
    }
    return source;
}

std::optional<Digest> CacheSource::layerOf(const Digest& key) const
{
    const auto found = m_steps.find(key.hex());
    return found == m_steps.end() ? std::nullopt : std::optional(found->second);
}

const CacheSource::Entry* CacheSource::next(const ImageState& state) const
{
    if (state.history.size() >= m_history.size() || state.layers.size() > m_layers.size() || !std::equal(state.layers.begin(), state.layers.end(), m_layers.begin()))
        return nullptr;
    for (std::size_t i = 0; i < state.history.size(); ++i) {
        if (jsonValue<std::string>(state.history[i], "created_by") != m_history[i].text)
            return nullptr;
    }
    return &m_history[state.history.size()];
}

bool CacheSource::continues(const ImageState& state, const std::string& text, const Digest& layer) const
{
    const Entry* entry = next(state);
    if (!entry || entry->text != text || entry->hasLayer == layer.empty())
        return false;
    return layer.empty() || (state.layers.size() < m_layers.size() && m_layers[state.layers.size()] == layer);
}

std::optional<Digest> CacheSource::layerAfter(const ImageState& state, const std::string& text) const
{
    const Entry* entry = next(state);
    if (!entry || entry->text != text || !entry->hasLayer || state.layers.size() >= m_layers.size())
        return std::nullopt;
    return m_layers[state.layers.size()];
}

std::string CacheSource::written(const std::string& text, const std::vector<std::pair<Digest, Digest>>& steps)
{
    auto document = parseJson(text);
    if (!document)
        return text;
    Json keys = Json::array();
    for (const auto& [key, layer] : steps)
        keys.push_back({{"key", key.hex()}, {"layer", layer.str()}});
    (*document)[keysMember] = std::move(keys);
    return dumpJson(*document);
}

} // namespace slipway::build
''')
sub('build/image_state.h',[
('''    bool cmdSet = false; //''','''    std::vector<std::pair<Digest, Digest>> steps; // with files, that this build made or found: key and layer
    bool cmdSet = false; //'''),
])
sub('build/build_service.h',[
('''    bool noCache = false, pull = false;
''','''    bool noCache = false, pull = false;
    std::vector<std::string> cacheFrom; // images (see CacheSource)
    bool inlineCache = false;           // the image's configuration says what others need to use it so
'''),
('''    // Gets the files of the target by their root folder, while they are mounted, instead of an image being made of them.
    std::function<Status(int root)> takeFiles;
''','''    // Gets the files of the target by their root folder, while they are mounted, instead of an image being made of them. EPOCH:
    // the time that all of them are to have (SOURCE_DATE_EPOCH).
    std::function<Status(int root, const std::optional<TimePoint>& epoch)> takeFiles;
'''),
])
sub('build/session.h',[
('''    std::set<std::string> usedArgs; // of request.args; guarded by mutex
''','''    std::set<std::string> usedArgs; // of request.args; guarded by mutex
    std::vector<CacheSource> cacheSources; // of request.cacheFrom
'''),
('''    [[nodiscard]] TimePoint created() const''','''    // Reads what request.cacheFrom names; what is not there is told and left out. Classic builds look only at images that are here.
    // Those that came only for this go with the session.
    void readCacheSources();
    // Whether a step that the cache knows may be used: to dockerd's classic builder only what is in those images is done.
    [[nodiscard]] bool mayUse(const ImageState& state, const std::string& text, const Digest& layer) const;
    // The layer of a step that the cache does not know.
    [[nodiscard]] std::optional<Digest> layerOfSources(const ImageState& state, const Digest& key, const std::string& text) const;
    [[nodiscard]] TimePoint created() const'''),
('#include "build/build_service.h"\n','#include "build/build_service.h"\n#include "build/cache_source.h"\n'),
])
sub('build/session.cpp',[
('''Result<ImageState> Session::source(''','''void Session::readCacheSources()
{
    for (const std::string& name : request.cacheFrom) {
        auto found = needs.images.get(name);
        const bool isHere = found.has_value();
        const auto reference = Reference::parse(name);
        if (!isHere && reference && !request.classic && !forecast) {
            PullOptions options;
            options.platform = platform;
            if (request.findAuth)
                options.auth = request.findAuth(reference->domain).value_or(RegistryAuth());
            found = needs.images.pull(*reference, options, [](const ImageProgress&) {}, stop);
        }
        const auto document = found ? needs.blobs.read(found->id, maxConfig) : std::unexpected(found.error());
        auto read = document.and_then(&CacheSource::from);
        if (!read) {
            output.send(0, {.kind = BuildProgress::Kind::Note, .text = "importing cache from " + name + ": " + read.error().message, .id = {}, .pull = {}});
            continue;
        }
        cache.hold(found->layers, lease);
        if (!isHere)
            (void)needs.images.remove(name, false, true);
        cacheSources.push_back(*std::move(read));
    }
}

bool Session::mayUse(const ImageState& state, const std::string& text, const Digest& layer) const
{
    return !request.classic || request.cacheFrom.empty()
           || std::ranges::any_of(cacheSources, [&](const CacheSource& each) { return each.continues(state, text, layer); });
}

std::optional<Digest> Session::layerOfSources(const ImageState& state, const Digest& key, const std::string& text) const
{
    for (const CacheSource& each : cacheSources) {
        if (auto layer = each.layerOf(key))
            return layer;
        if (auto layer = request.classic && text.starts_with("RUN ") ? each.layerAfter(state, text) : std::nullopt)
            return layer;
    }
    return std::nullopt;
}

Result<ImageState> Session::source('''),
])
sub('build/stage_builder.cpp',[
('''    const auto known = m_session.request.noCache ? std::nullopt : m_session.cache.find(key, m_session.lease);
    if (known)''','''    auto known = m_session.request.noCache ? std::nullopt : m_session.cache.find(key, m_session.lease);
    if (known && !m_session.mayUse(m_state, text, {}))
        known.reset();
    if (known)'''),
('''    auto known = m_session.cache.find(key, m_session.lease);
    if (!known)
        return std::nullopt;
    const bool isAlias''','''    auto known = m_session.cache.find(key, m_session.lease);
    if (known && !always && !m_session.mayUse(m_state, text, known->layer))
        return std::nullopt;
    if (const auto layer = known ? std::nullopt : m_session.layerOfSources(m_state, key, text)) {
        const auto there = m_session.needs.layers.get(*layer);
        known = CacheRecord{.id = key.hex(), .description = text, .parent = m_state.step.hex(), .layer = *layer, .size = there ? there->size : 0, .created = now()};
        if (!there || (!m_session.forecast && !m_session.cache.keep(*known)))
            return std::nullopt;
    }
    if (!known)
        return std::nullopt;
    const bool isAlias'''),
('''    m_state.record(text, m_session.epoch.value_or(record.created), record.layer);
''','''    m_state.record(text, m_session.epoch.value_or(record.created), record.layer);
    m_state.steps.emplace_back(key, record.layer);
'''),
])
sub('build/build_service.cpp',[
('''    warnOfEmptyLines(file, output);
''','''    warnOfEmptyLines(file, output);
    session.readCacheSources();
'''),
('.usedArgs = {}, .mutex = {}','.usedArgs = {}, .cacheSources = {}, .mutex = {}'),
('session.request.takeFiles(root.get())','session.request.takeFiles(root.get(), session.epoch)'),
('''        TRY(const Image image, needs.images.create(state.document(), session.request.tags));
''','''        const std::string document = session.request.inlineCache ? CacheSource::written(state.document(), state.steps) : state.document();
        TRY(const Image image, needs.images.create(document, session.request.tags));
'''),
])
sub('api/build_api.cpp',[
('''    wanted.pull = request.flag("pull");
''','''    wanted.pull = request.flag("pull");
    wanted.cacheFrom = jsonStrings(parseJson(request.value("cachefrom")).value_or(Json::array()));
'''),
])
# buildkit
sub('buildkit/solve.h',[
('''    std::map<std::string, std::string> options; // of''','''    bool inlineCache = false; // --cache-to type=inline
    std::map<std::string, std::string> options; // of'''),
])
sub('buildkit/server.cpp',[
('''    if (cacheOptions.has(4))
        return fail(ErrorKind::NotImplemented, "--cache-to is not implemented: the cache stays with this engine");
''','''    for (const std::string& bytes : cacheOptions.texts(4)) { // CacheOptionsEntry: 1 Type
        TRY(const Message target, Message::parse(bytes));
        if (target.text(1) != "inline")
            return fail(ErrorKind::NotImplemented, "--cache-to type=" + target.text(1) + " is not implemented: type=inline is, and the cache stays with this engine");
        wish.inlineCache = true;
    }
'''),
])
sub('buildkit/solve.cpp',[
('''    if (const auto push = wish.exporterOptions.find("push"); push != wish.exporterOptions.end() && push->second == "true")
        return fail(ErrorKind::NotImplemented, "--push is not implemented: build, then docker push");
''',''),
('''    request.pull = option(wish, "image-resolve-mode") == "pull";
''','''    request.pull = option(wish, "image-resolve-mode") == "pull";
    request.inlineCache = wish.inlineCache;
    for (const Json& import : parseJson(option(wish, "cache-imports")).value_or(Json::array())) {
        if (jsonValue<std::string>(import, "Type") == "registry")
            request.cacheFrom.push_back(jsonValue<std::string>(jsonMember(import, "Attrs"), "ref"));
    }
'''),
('''        request.takeFiles = [&](int root) {''','''        request.takeFiles = [&](int root, const std::optional<TimePoint>& epoch) {'''),
('session.take(root, asTar, [&]','session.take(root, asTar, epoch, [&]'),
('''    vertex.part("writing image "''','''    if (request.inlineCache)
        vertex.part("preparing layers for inline cache", 0, 0, true);
    vertex.part("writing image "'''),
])
sub('buildkit/client_session.h',[
('''    [[nodiscard]] Status take(int root, bool asTar, const OnBytes& onBytes);''','''    // EPOCH: the time of each of its files, instead of its own.
    [[nodiscard]] Status take(int root, bool asTar, const std::optional<TimePoint>& epoch, const OnBytes& onBytes);'''),
('#include "buildkit/folder_transfer.h"\n','#include "base/clock.h"\n#include "buildkit/folder_transfer.h"\n'),
])
sub('buildkit/client_session.cpp',[
('''Status ClientSession::take(int root, bool asTar, const OnBytes& onBytes)''','''Status ClientSession::take(int root, bool asTar, const std::optional<TimePoint>& epoch, const OnBytes& onBytes)'''),
('asTar ? sendTar(*call, root, onBytes) : sendFolder(*call, root, onBytes)','asTar ? sendTar(*call, root, epoch, onBytes) : sendFolder(*call, root, epoch, onBytes)'),
])
s=open('buildkit/file_send.cpp').read()
s=s.replace('''FolderSender(GrpcCall& call, int root, const OnSent& onSent) : m_call(call), m_root(root), m_onSent(onSent) {}''','''FolderSender(GrpcCall& call, int root, const std::optional<TimePoint>& epoch, const OnSent& onSent)
        : m_call(call), m_root(root), m_epoch(epoch), m_onSent(onSent)
    {
    }''')
s=s.replace('''        told.number(stat::modified, info.st_mtim.tv_sec * 1'000'000'000 + info.st_mtim.tv_nsec);
''','''        told.number(stat::modified, m_epoch ? toUnixNano(*m_epoch) : info.st_mtim.tv_sec * 1'000'000'000 + info.st_mtim.tv_nsec);
''')
s=s.replace('''    int m_root;
    const OnSent& m_onSent;''','''    int m_root;
    const std::optional<TimePoint>& m_epoch;
    const OnSent& m_onSent;''')
s=s.replace('''Status sendFolder(GrpcCall& call, int root, const OnSent& onSent) { return FolderSender(call, root, onSent).run(); }

Status sendTar(GrpcCall& call, int root, const OnSent& onSent)''','''Status sendFolder(GrpcCall& call, int root, const std::optional<TimePoint>& epoch, const OnSent& onSent)
{
    return FolderSender(call, root, epoch, onSent).run();
}

Status sendTar(GrpcCall& call, int root, const std::optional<TimePoint>& epoch, const OnSent& onSent)''')
s=s.replace('writeLayerTar(root, false, sink, call.stop())','writeLayerTar(root, false, sink, call.stop(), epoch)')
open('buildkit/file_send.cpp','w').write(s)
s=open('buildkit/file_send.h').read()
s=s.replace('int root, const OnSent& onSent','int root, const std::optional<TimePoint>& epoch, const OnSent& onSent')
open('buildkit/file_send.h','w').write(s)
print(s)
