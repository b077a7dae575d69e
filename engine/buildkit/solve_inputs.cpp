// SPDX-License-Identifier: GPL-3.0-or-later
#include "buildkit/solve_inputs.h"

#include <map>
#include <set>
#include <vector>

#include "base/split.h"
#include "build/context.h"
#include "build/kept_context.h"

namespace slipway::buildkit
{

using build::BuildRequest;

namespace
{
constexpr std::size_t maxDockerfile = 16 << 20;
constexpr std::string_view uploads = "http://buildkit-session/";

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

// SHA-256 (hex) of what the client lends as the secrets that the Dockerfile TEXT names: a file of the context with such a content is
// not kept.
std::set<std::string> secretHashes(ClientSession& session, const std::string& text)
{
    std::set<std::string> hashes;
    for (const std::string& id : build::secretsNamedIn(text)) {
        if (const auto secret = session.secret(id); secret && !secret->empty())
            hashes.insert(Digest::of(*secret).hex());
    }
    return hashes;
}
} // namespace

Result<build::Context> Inputs::fetch(const SolveWish& wish, BuildRequest& request)
{
    request.dockerfile = wish.option("filename").empty() ? "Dockerfile" : wish.option("filename");
    const std::string remote = wish.option("context");
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

Result<build::Context> Inputs::fromUpload(const std::string& url, const BuildRequest& request)
{
    Vertex vertex(m_status, "[internal] load remote build context");
    const auto source = m_session.upload(url.substr(uploads.size() - 1));
    return m_builds.unpackContext(*source, request.dockerfile, m_stop);
}

Result<build::Context> Inputs::fromFolders(BuildRequest& request)
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
    const auto bring = [&](const auto& files, const auto& take) { return transfer->bring(files, take); };
    TRY_STATUS(kept->update(std::move(entries), bring, secretHashes(m_session, *request.dockerfileText)));
    TRY_STATUS(transfer->end());
    vertex.part("transferring context:", transfer->bytes(), 0, true);
    return build::Context(std::move(kept));
}

} // namespace slipway::buildkit
