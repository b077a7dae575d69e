// SPDX-License-Identifier: GPL-3.0-or-later
#include "buildkit/solve.h"

#include <charconv>
#include <sstream>

#include "base/clock.h"
#include "base/json.h"
#include "build/image_state.h"
#include "build/kept_context.h"

namespace slipway::buildkit
{

using build::BuildProgress;
using build::BuildRequest;

void SolveStatus::push(const MessageWriter& statusResponse)
{
    const std::scoped_lock lock(m_mutex);
    m_waiting.push_back(statusResponse.str());
    m_changed.notify_all();
}

void SolveStatus::end()
{
    const std::scoped_lock lock(m_mutex);
    m_ended = true;
    m_changed.notify_all();
}

std::optional<std::string> SolveStatus::next(const std::stop_token& stop)
{
    std::unique_lock lock(m_mutex);
    if (!m_changed.wait(lock, stop, [this] { return m_ended || !m_waiting.empty(); }) || m_waiting.empty())
        return std::nullopt;
    std::string message = std::move(m_waiting.front());
    m_waiting.pop_front();
    return message;
}

namespace
{
constexpr std::size_t maxDockerfile = 16 << 20;
constexpr std::string_view uploads = "http://buildkit-session/";

MessageWriter timestamp()
{
    const std::int64_t at = toUnixNano(now());
    return MessageWriter().number(1, at / 1'000'000'000).number(2, at % 1'000'000'000);
}

// One line of the client's progress display: a vertex of BuildKit's graph (control.proto: Vertex, VertexStatus, VertexLog).
class Vertex
{
public:
    Vertex(SolveStatus& status, const std::string& name) : m_status(status), m_name(name), m_digest(build::keyOf({name, std::to_string(toUnixNano(now()))}).str())
    {
        m_started = timestamp();
        say({});
    }
    Vertex(const Vertex&) = delete;
    Vertex& operator=(const Vertex&) = delete;
    ~Vertex() { finish(); }

    void cached() { m_cached = true; }
    void log(std::string_view text, bool isError)
    {
        m_status.push(MessageWriter().message(3, MessageWriter().text(1, m_digest).message(2, timestamp()).number(3, isError ? 2 : 1).text(4, text)));
    }
    void part(const std::string& id, std::int64_t current, std::int64_t total, bool done)
    {
        MessageWriter part;
        part.text(1, id).text(2, m_digest).text(3, id).number(4, current).number(5, total).message(6, timestamp()).message(7, m_started);
        if (done)
            part.message(8, timestamp());
        m_status.push(MessageWriter().message(2, part));
    }
    void finish(const std::string& error = {})
    {
        if (m_finished)
            return;
        m_finished = true;
        say(error);
    }

private:
    void say(const std::string& error)
    {
        MessageWriter vertex;
        vertex.text(1, m_digest).text(3, m_name).number(4, m_cached).message(5, m_started);
        if (m_finished)
            vertex.message(6, timestamp()).text(7, error);
        m_status.push(MessageWriter().message(1, vertex));
    }

    SolveStatus& m_status;
    std::string m_name, m_digest;
    MessageWriter m_started;
    bool m_cached = false, m_finished = false;
};

// The steps of a build as vertices, one at a time.
class Steps
{
public:
    explicit Steps(SolveStatus& status) : m_status(status) {}

    void take(const BuildProgress& progress)
    {
        using Kind = BuildProgress::Kind;
        if (progress.kind == Kind::Step) {
            m_vertex.reset();
            if (!progress.vertex.empty())
                m_vertex.emplace(m_status, progress.vertex);
            return;
        }
        if (!m_vertex)
            return;
        if (progress.kind == Kind::Cached)
            m_vertex->cached();
        else if (progress.kind == Kind::Output)
            m_vertex->log(progress.text, progress.isError);
        else if (progress.kind == Kind::Note)
            m_vertex->log(progress.text + '\n', false);
        else if (progress.kind == Kind::Pull && !progress.pull.id.empty())
            m_vertex->part(progress.pull.status + ' ' + progress.pull.id, progress.pull.current, progress.pull.total, false);
        else if (progress.kind == Kind::Done)
            m_vertex->finish();
    }
    void end(const std::string& error)
    {
        if (m_vertex)
            m_vertex->finish(error);
        m_vertex.reset();
    }

private:
    SolveStatus& m_status;
    std::optional<Vertex> m_vertex;
};

std::vector<std::string> split(const std::string& text, char separator)
{
    std::vector<std::string> parts;
    std::istringstream stream(text);
    for (std::string part; std::getline(stream, part, separator);) {
        if (!part.empty())
            parts.push_back(part);
    }
    return parts;
}

std::int64_t numberOf(const std::string& text)
{
    std::int64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

std::string option(const SolveWish& wish, const std::string& name)
{
    const auto found = wish.options.find(name);
    return found == wish.options.end() ? std::string() : found->second;
}

Result<BuildRequest> requestOf(const SolveWish& wish)
{
    BuildRequest request;
    for (const auto& [name, value] : wish.options) {
        if (name.starts_with("build-arg:"))
            request.args[name.substr(10)] = value;
        else if (name.starts_with("label:"))
            request.labels[name.substr(6)] = value;
    }
    request.target = option(wish, "target");
    request.platform = option(wish, "platform");
    request.noCache = wish.options.contains("no-cache");
    request.pull = option(wish, "image-resolve-mode") == "pull";
    if (const std::string network = option(wish, "force-network-mode"); !network.empty())
        request.network = network;
    request.extraHosts = split(option(wish, "add-hosts"), ',');
    if (const std::int64_t shm = numberOf(option(wish, "shm-size")); shm > 0)
        request.shmSize = shm;
    for (const std::string& limit : split(option(wish, "ulimit"), ',')) { // "nofile=1024:2048"
        const auto equals = limit.find('='), colon = limit.find(':');
        if (equals == std::string::npos)
            continue;
        const std::int64_t soft = numberOf(limit.substr(equals + 1));
        request.ulimits.push_back({limit.substr(0, equals), soft, colon == std::string::npos ? soft : numberOf(limit.substr(colon + 1))});
    }
    const auto names = wish.exporterOptions.find("name");
    for (const std::string& name : split(names == wish.exporterOptions.end() ? "" : names->second, ',')) {
        TRY(auto reference, Reference::parse(name));
        request.tags.push_back(std::move(reference));
    }
    return request;
}

// Small files of the client's folder, by path.
Result<std::map<std::string, std::string>> smallFiles(ClientSession& session, const std::string& folder, const std::vector<std::string>& names, Vertex& vertex)
{
    const auto transfer = session.folder(folder, names, {}, {});
    TRY(const auto entries, transfer->list());
    std::vector<build::KeptContext::Wish> wanted;
    for (const build::ContextEntry& entry : entries) {
        if (entry.kind == build::ContextEntry::Kind::File)
            wanted.push_back({wanted.size(), &entry});
    }
    std::map<std::string, std::string> files;
    TRY_STATUS(transfer->bring(wanted, [&](std::size_t which, std::string_view piece) -> Status {
        const std::string& path = wanted[which].entry->path;
        std::string& text = files[path];
        text += piece;
        return text.size() > maxDockerfile ? Status(fail(ErrorKind::InvalidArgument, path + " is too large")) : Status();
    }));
    TRY_STATUS(transfer->end());
    vertex.part("transferring " + folder + ':', transfer->bytes(), 0, true);
    return files;
}

// The patterns of an ignore file as fsutil wants them.
std::vector<std::string> patternsOf(const std::string& ignoreFile)
{
    std::vector<std::string> patterns;
    for (std::string line : split(ignoreFile, '\n')) {
        const auto first = line.find_first_not_of(" \t\r\xef\xbb\xbf");
        const auto last = line.find_last_not_of(" \t\r");
        if (first == std::string::npos || line[0] == '#')
            continue;
        line = line.substr(first, last - first + 1);
        const bool exception = line.starts_with('!');
        std::string path = std::filesystem::path(exception ? line.substr(1) : line).lexically_normal().string();
        while (path.size() > 1 && path.ends_with('/'))
            path.pop_back();
        while (path.size() > 1 && path.starts_with('/'))
            path.erase(0, 1);
        if (!path.empty())
            patterns.push_back((exception ? "!" : "") + path);
    }
    return patterns;
}

class Inputs
{
public:
    Inputs(build::BuildService& builds, ClientSession& session, SolveStatus& status, const std::stop_token& stop)
        : m_builds(builds), m_session(session), m_status(status), m_stop(stop)
    {
    }

    // Fetches Dockerfile and context, and puts them into REQUEST. They live as long as the result.
    Result<build::Context> fetch(const SolveWish& wish, BuildRequest& request)
    {
        request.dockerfile = option(wish, "filename").empty() ? "Dockerfile" : option(wish, "filename");
        const std::string remote = option(wish, "context");
        if (build::isGit(remote))
            return fail(ErrorKind::NotImplemented, "building from the git repository " + remote + " is not implemented: clone it and build the folder");
        auto context = remote.empty() ? fromFolders(request) : remote.starts_with(uploads) ? fromUpload(remote, request) : m_builds.fetchContext(remote, request.dockerfile, m_stop);
        if (context) {
            request.context = context->folder();
            request.contextIndex = context->index();
            if (context->dockerfile())
                request.dockerfileText = context->dockerfile();
        }
        return context;
    }

private:
    Result<build::Context> fromUpload(const std::string& url, const BuildRequest& request)
    {
        Vertex vertex(m_status, "[internal] load remote build context");
        const auto source = m_session.upload(url.substr(uploads.size() - 1));
        return m_builds.unpackContext(*source, request.dockerfile, m_stop);
    }

    Result<build::Context> fromFolders(BuildRequest& request)
    {
        std::string ignored;
        {
            Vertex vertex(m_status, "[internal] load build definition from " + request.dockerfile);
            TRY(auto files, smallFiles(m_session, "dockerfile", {request.dockerfile, request.dockerfile + ".dockerignore"}, vertex));
            if (!files.contains(request.dockerfile)) {
                const std::string what = "failed to read dockerfile: open " + request.dockerfile + ": no such file or directory";
                vertex.finish(what);
                return fail(ErrorKind::InvalidArgument, what);
            }
            request.dockerfileText = files.at(request.dockerfile);
            ignored = files[request.dockerfile + ".dockerignore"];
        }
        if (ignored.empty()) {
            Vertex vertex(m_status, "[internal] load .dockerignore");
            TRY(auto files, smallFiles(m_session, "context", {".dockerignore"}, vertex));
            ignored = files[".dockerignore"];
        }
        Vertex vertex(m_status, "[internal] load build context");
        std::int64_t said = 0;
        const auto transfer = m_session.folder("context", {}, patternsOf(ignored), [&](std::int64_t sent) {
            if (sent - said < 1 << 20)
                return;
            said = sent;
            vertex.part("transferring context:", sent, 0, false);
        });
        TRY(auto kept, m_builds.keptContext(m_session.sharedKey()));
        TRY(auto entries, transfer->list());
        TRY_STATUS(kept->update(std::move(entries), [&](const auto& files, const auto& take) { return transfer->bring(files, take); }));
        TRY_STATUS(transfer->end());
        vertex.part("transferring context:", transfer->bytes(), 0, true);
        return build::Context(std::move(kept));
    }

    build::BuildService& m_builds;
    ClientSession& m_session;
    SolveStatus& m_status;
    const std::stop_token& m_stop;
};

// In BuildKit's words.
Error ofCommand(Error error)
{
    constexpr std::string_view begin = "The command '", middle = "' returned a non-zero code: ";
    const auto at = error.message.rfind(middle);
    if (error.message.starts_with(begin) && at != std::string::npos)
        error.message = "process " + dumpJson(Json(error.message.substr(begin.size(), at - begin.size())))
                        + " did not complete successfully: exit code: " + error.message.substr(at + middle.size());
    return error;
}

void lend(ClientSession& session, BuildRequest& request)
{
    request.findSecret = [&session](const std::string& id) -> std::optional<std::string> {
        auto found = session.secret(id);
        return found ? std::optional(*std::move(found)) : std::nullopt;
    };
    request.findAuth = [&session](const std::string& host) -> std::optional<RegistryAuth> {
        const auto found = session.credentials(host == "docker.io" ? "registry-1.docker.io" : host);
        return found && (!found->username.empty() || !found->identityToken.empty()) ? std::optional(*found) : std::nullopt;
    };
}
} // namespace

namespace
{
bool takesFiles(const SolveWish& wish) { return wish.exporter == "local" || wish.exporter == "tar"; }
} // namespace

Status refuseWhatIsNotThere(const SolveWish& wish)
{
    if (!wish.exporter.empty() && wish.exporter != "moby" && wish.exporter != "image" && !takesFiles(wish))
        return fail(ErrorKind::NotImplemented, "--output type=" + wish.exporter + " is not implemented: leave it out, the image goes to this engine, and docker save or docker cp gets files out of it");
    if (const auto push = wish.exporterOptions.find("push"); push != wish.exporterOptions.end() && push->second == "true")
        return fail(ErrorKind::NotImplemented, "--push is not implemented: build, then docker push");
    if (wish.options.contains("requestid"))
        return fail(ErrorKind::NotImplemented, "this engine does not answer " + wish.options.at("requestid") + " (--call, --print): it only builds");
    if (option(wish, "platform").contains(','))
        return fail(ErrorKind::NotImplemented, "building for several platforms at once is not implemented: build each alone");
    for (const auto& [name, value] : wish.options) {
        if (name.starts_with("context:"))
            return fail(ErrorKind::NotImplemented, "named contexts (--build-context " + name.substr(8) + "=…) are not implemented: use a stage or an image");
    }
    return {};
}

Result<std::map<std::string, std::string>> solve(build::BuildService& builds, ClientSession& session, const SolveWish& wish,
                                                 SolveStatus& status, const std::stop_token& stop)
{
    TRY_STATUS(refuseWhatIsNotThere(wish));
    TRY(auto request, requestOf(wish));
    TRY(const auto context, Inputs(builds, session, status, stop).fetch(wish, request));
    lend(session, request);
    Steps steps(status);
    if (takesFiles(wish)) {
        request.takeFiles = [&](int root) {
            steps.end("");
            const bool asTar = wish.exporter == "tar";
            Vertex vertex(status, asTar ? "exporting to client tarball" : "exporting to client directory");
            std::int64_t all = 0, said = 0;
            const Status sent = session.take(root, asTar, [&](std::int64_t bytes) {
                all = bytes;
                if (bytes - said < 1 << 20)
                    return;
                said = bytes;
                vertex.part("copying files", bytes, 0, false);
            });
            vertex.part("copying files", all, 0, true);
            vertex.finish(sent ? "" : sent.error().message);
            return sent;
        };
    }
    const auto built = builds.build(request, [&](const BuildProgress& progress) { steps.take(progress); }, stop).transform_error(ofCommand);
    steps.end(built ? "" : built.error().message);
    if (!built)
        return std::unexpected(built.error());
    if (takesFiles(wish))
        return std::map<std::string, std::string>();
    std::map<std::string, std::string> answer{{"containerimage.digest", built->image.str()}, {"containerimage.config.digest", built->image.str()}};
    Vertex vertex(status, "exporting to image");
    vertex.part("writing image " + built->image.str(), 0, 0, true);
    for (const Reference& tag : request.tags) {
        vertex.part("naming to " + tag.canonical(), 0, 0, true);
        answer["image.name"] += (answer["image.name"].empty() ? "" : ",") + tag.canonical();
    }
    for (const std::string& name : built->unusedArgs)
        vertex.log("[Warning] the build argument " + name + " was not used\n", true);
    return answer;
}

} // namespace slipway::buildkit
