// SPDX-License-Identifier: GPL-3.0-or-later
#include "image/archive.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/json.h"
#include "store/decompress.h"
#include "store/digest.h"
#include "store/tar_reader.h"

namespace slipway
{

namespace
{
constexpr off_t maxDocument = 8 << 20;

std::unexpected<Error> invalid(const std::string& what) { return fail(ErrorKind::InvalidArgument, "invalid archive: " + what); }

std::string normal(const std::string& member) { return std::filesystem::path(member).lexically_normal().string(); }

Status copyTo(TarReader& tar, const std::filesystem::path& file)
{
    const UniqueFd fd(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!fd)
        return failErrno(errno, "making " + file.string());
    std::vector<std::byte> buffer(256 * 1024);
    while (true) {
        TRY(const std::size_t got, tar.read(buffer));
        if (got == 0)
            return {};
        for (std::size_t written = 0; written < got;) {
            const ssize_t n = ::write(fd.get(), buffer.data() + written, got - written);
            if (n < 0)
                return failErrno(errno, "spooling the archive");
            written += static_cast<std::size_t>(n);
        }
    }
}

std::string blobMember(const Json& descriptor)
{
    const auto digest = Digest::parse(jsonValue<std::string>(descriptor, "digest"));
    return digest ? "blobs/sha256/" + digest->hex() : std::string();
}
} // namespace

Archive::Archive(Archive&& other) noexcept
    : m_folder(std::exchange(other.m_folder, {})), m_files(std::move(other.m_files)), m_links(std::move(other.m_links))
{
}

Archive::~Archive()
{
    std::error_code ignored;
    if (!m_folder.empty())
        std::filesystem::remove_all(m_folder, ignored);
}

Result<Archive> Archive::spool(ByteSource& source, const std::filesystem::path& folder, const std::stop_token& stop)
{
    Archive archive(folder);
    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    const auto plain = decompressed(source);
    TarReader tar(*plain);
    while (true) {
        if (stop.stop_requested())
            return fail(ErrorKind::Cancelled, "loading was cancelled");
        TRY(const auto entry, tar.next());
        if (!entry)
            break;
        const std::string member = normal(entry->path);
        if (entry->type == TarEntry::Type::File) {
            const std::string file = std::to_string(archive.m_files.size());
            TRY_STATUS(copyTo(tar, folder / file));
            archive.m_files[member] = file;
        } else if (entry->type == TarEntry::Type::Symlink || entry->type == TarEntry::Type::HardLink) {
            const bool symbolic = entry->type == TarEntry::Type::Symlink;
            archive.m_links[member] = normal(
                symbolic ? (std::filesystem::path(member).parent_path() / entry->linkTarget).string() : entry->linkTarget);
        }
    }
    TRY_STATUS(tar.drain());
    return archive;
}

Result<UniqueFd> Archive::open(const std::string& member) const
{
    std::string name = normal(member);
    if (const auto link = m_links.find(name); link != m_links.end())
        name = link->second;
    const auto file = m_files.find(name);
    if (file == m_files.end())
        return invalid("it has no member \"" + member + "\"");
    UniqueFd fd(::open((m_folder / file->second).c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd)
        return failErrno(errno, "reading " + member);
    return fd;
}

Result<std::string> Archive::read(const std::string& member) const
{
    TRY(const auto fd, open(member));
    struct stat info{};
    if (::fstat(fd.get(), &info) != 0 || info.st_size > maxDocument)
        return invalid("\"" + member + "\" is too large");
    std::string bytes(static_cast<std::size_t>(info.st_size), '\0');
    if (::pread(fd.get(), bytes.data(), bytes.size(), 0) != info.st_size)
        return failErrno(errno, "reading " + member);
    return bytes;
}

Result<std::vector<Archive::Image>> Archive::images() const
{
    if (m_files.contains("manifest.json"))
        return imagesOfManifest();
    if (m_files.contains("index.json"))
        return imagesOfIndex();
    return invalid("no manifest.json or index.json: it is neither from docker save nor an OCI layout");
}

Result<std::vector<Archive::Image>> Archive::imagesOfManifest() const
{
    TRY(const auto text, read("manifest.json"));
    TRY(const auto manifest, parseJson(text));
    std::vector<Image> images;
    for (const Json& entry : manifest) {
        Image image;
        image.config = jsonValue<std::string>(entry, "Config");
        image.layers = jsonValue<std::vector<std::string>>(entry, "Layers");
        image.tags = jsonValue<std::vector<std::string>>(entry, "RepoTags");
        if (image.config.empty())
            return invalid("manifest.json names no configuration");
        images.push_back(std::move(image));
    }
    return images;
}

Result<std::vector<Archive::Image>> Archive::imagesOfIndex() const
{
    TRY(const auto text, read("index.json"));
    TRY(const auto index, parseJson(text));
    std::vector<Image> images;
    for (const Json& descriptor : jsonMember(index, "manifests")) {
        TRY(const auto manifestText, read(blobMember(descriptor)));
        TRY(const auto manifest, parseJson(manifestText));
        if (!jsonMember(manifest, "config").is_object())
            continue; // a nested index or an attestation
        Image image;
        image.config = blobMember(jsonMember(manifest, "config"));
        for (const Json& layer : jsonMember(manifest, "layers"))
            image.layers.push_back(blobMember(layer));
        const Json& annotations = jsonMember(descriptor, "annotations");
        std::string name = jsonValue<std::string>(annotations, "io.containerd.image.name");
        if (name.empty())
            name = jsonValue<std::string>(annotations, "org.opencontainers.image.ref.name");
        if (!name.empty())
            image.tags.push_back(name);
        images.push_back(std::move(image));
    }
    return images;
}

} // namespace slipway
