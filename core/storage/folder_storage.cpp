#include "core/storage/folder_storage.h"

#include "core/base/background_sync.h"
#include "core/base/counted_stream.h"
#include "core/storage/folder_listing.h"
#include "core/storage/object_name.h"

#include <algorithm>
#include <vector>

namespace tidemark::storage {
namespace {

// Large enough that the calls cost nothing, small enough to stop soon and to stay in the cache.
constexpr std::size_t kCopyBytes = 1 << 20;

/// A piece of a file that must not end early.
class FolderReader final : public ByteReader {
public:
    FolderReader(std::unique_ptr<File> file, std::string path, std::uint64_t offset,
                 std::uint64_t length, std::stop_token stop)
        : m_file(std::move(file)),
          m_path(std::move(path)),
          m_offset(offset),
          m_rest(length),
          m_stop(std::move(stop))
    {
    }

    [[nodiscard]] Result<std::size_t> read(std::span<std::byte> into) override
    {
        if (m_stop.stop_requested()) {
            return cancelled();
        }
        const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), m_rest));
        TIDEMARK_TRY(const std::size_t got, m_file->readAt(into.first(wanted), m_offset));
        if (got < wanted) {
            return Error{.code = ErrorCode::Unavailable,
                         .what = {TIDEMARK_TEXT("storage", "%1 became shorter while it was read."),
                                  {m_path}},
                         .next = {TIDEMARK_TEXT("storage",
                                                "Look whether something else changes "
                                                "this folder, and try again.")}};
        }
        m_offset += got;
        m_rest -= got;
        return got;
    }

private:
    std::unique_ptr<File> m_file;
    std::string m_path;
    std::uint64_t m_offset = 0;
    std::uint64_t m_rest = 0;
    std::stop_token m_stop;
};

Status copy(const ByteSource& source, File& file, const std::stop_token& stop)
{
    TIDEMARK_TRY(const auto reader, openCounted(source));
    const std::uint64_t known = source.sizeBytes().value_or(kCopyBytes);
    std::vector<std::byte> buffer(std::clamp<std::uint64_t>(known, 1, kCopyBytes));
    BackgroundSync sync(file);
    for (std::uint64_t offset = 0;;) {
        if (stop.stop_requested()) {
            return cancelled();
        }
        TIDEMARK_TRY(const std::size_t got, reader->read(buffer));
        if (got == 0) {
            return sync.finish();
        }
        TIDEMARK_TRY_STATUS(file.writeAt(std::span(buffer).first(got), offset));
        sync.wrote(got);
        offset += got;
    }
}

/// A file that only has to be renamed; none where an object is there already.
class FolderObject final : public StagedObject {
public:
    explicit FolderObject(std::string path) : m_path(std::move(path)) {}
    FolderObject(std::string path, TemporaryFile temporary)
        : m_path(std::move(path)), m_temporary(std::move(temporary))
    {
    }

    [[nodiscard]] const std::string& path() const { return m_path; }
    [[nodiscard]] const std::optional<TemporaryFile>& temporary() const { return m_temporary; }

private:
    std::string m_path;
    std::optional<TemporaryFile> m_temporary;
};

}  // namespace

FolderStorage::FolderStorage(FileSystem& files, Random& random, std::string root)
    : m_files(files),
      m_random(random),
      m_root(std::move(root)),
      m_place(files, m_root),
      m_folders(files, m_place)
{
}

std::string FolderStorage::pathOf(std::string_view name) const
{
    return m_root + '/' + std::string(name);
}

std::string FolderStorage::describe() const
{
    return m_root;
}

Status FolderStorage::list(std::string_view prefix,
                           const std::function<Listing(const ObjectEntry&)>& entry,
                           std::stop_token stop) const
{
    TIDEMARK_TRY_STATUS(m_place.check());
    std::string folder;
    const auto noted = [&](const ObjectEntry& object) {
        const std::size_t slash = object.name.rfind('/');
        if (slash != std::string::npos &&
            std::string_view(object.name).substr(0, slash) != folder) {
            folder = object.name.substr(0, slash);
            m_folders.noteObjects(pathOf(folder));
        }
        return entry(object);
    };
    TIDEMARK_TRY_STATUS(listFolder(m_files, m_root, prefix, kTemporaryFolder, noted, stop));
    // A disk that went in the middle must not pass for a short listing.
    return m_place.check();
}

Result<std::optional<ObjectEntry>> FolderStorage::find(const std::string& name,
                                                       std::stop_token stop) const
{
    if (stop.stop_requested()) {
        return cancelled();
    }
    TIDEMARK_TRY_STATUS(checkObjectName(name));
    TIDEMARK_TRY(const auto facts, m_files.stat(pathOf(name)));
    if (facts && facts->kind == FileKind::Regular) {
        return std::optional(entryOf(name, *facts));
    }
    TIDEMARK_TRY_STATUS(m_place.check());
    return std::optional<ObjectEntry>();
}

Result<std::unique_ptr<ByteReader>> FolderStorage::read(const std::string& name,
                                                        std::uint64_t offset, std::uint64_t length,
                                                        std::stop_token stop) const
{
    if (stop.stop_requested()) {
        return cancelled();
    }
    TIDEMARK_TRY_STATUS(checkObjectName(name));
    // A pipe would be waited for until somebody writes into it.
    const auto facts = m_files.stat(pathOf(name));
    if (facts.ok() && facts.value() && facts.value()->kind != FileKind::Regular) {
        return Error{.code = ErrorCode::Damaged,
                     .what = {TIDEMARK_TEXT("storage", "%1 is not a file."), {pathOf(name)}},
                     .next = {TIDEMARK_TEXT("storage", "Take it away.")}};
    }
    auto opened = m_files.open(pathOf(name), OpenFor::Reading);
    if (!opened.ok() && opened.error().code == ErrorCode::NotFound) {
        TIDEMARK_TRY_STATUS(m_place.check());
        return Error{
            .code = ErrorCode::NotFound,
            .what = {TIDEMARK_TEXT("storage", "%1 is not there any more."), {pathOf(name)}}};
    }
    TIDEMARK_TRY(auto file, std::move(opened));
    TIDEMARK_TRY(const std::uint64_t size, file->sizeBytes());
    const std::uint64_t rest = size - std::min(size, offset);
    return std::unique_ptr<ByteReader>(std::make_unique<FolderReader>(
        std::move(file), pathOf(name), offset, std::min(rest, length), std::move(stop)));
}

Status FolderStorage::prepareWriting()
{
    auto root = m_place.check();
    if (!root.ok() && root.error().code != ErrorCode::NotFound) {
        return root;
    }
    TIDEMARK_TRY(const bool isTheSame, m_place.prepare());
    if (!isTheSame) {
        m_folders.forget();
        return FolderRoot::changed(m_root);
    }
    return {};
}

Result<TemporaryFile> FolderStorage::makeTemporary()
{
    const std::string stem = pathOf(kTemporaryFolder) + '/';
    auto made = TemporaryFile::make(m_files, m_random, stem);
    if (made.ok() || made.error().code != ErrorCode::NotFound) {
        return made;
    }
    // Somebody tidied the folder away while we used it.
    TIDEMARK_TRY_STATUS(m_folders.makeAnew(pathOf(kTemporaryFolder)));
    return TemporaryFile::make(m_files, m_random, stem);
}

/// False where an object is there already.
Result<bool> FolderStorage::appear(const std::string& temporary, const std::string& path)
{
    auto renamed = m_files.renameWithoutReplacing(temporary, path);
    if (!renamed.ok() && renamed.error().code == ErrorCode::NotFound) {
        if (m_folders.hadObjects(parentOf(path))) {
            return FolderRoot::vanished(parentOf(path));
        }
        // Only the first object of a level finds no folder: the others need not look for it.
        TIDEMARK_TRY_STATUS(m_folders.makeAnew(parentOf(path)));
        renamed = m_files.renameWithoutReplacing(temporary, path);
    }
    if (!renamed.ok() && renamed.error().code == ErrorCode::AlreadyExists) {
        return false;
    }
    TIDEMARK_TRY_STATUS(std::move(renamed));
    return true;
}

/// What is there already is made durable, too: its writer may have been interrupted before, and its
/// caller counts on it from now on.
Status FolderStorage::settle(const std::string& folder)
{
    TIDEMARK_TRY_STATUS(m_folders.make(folder));
    TIDEMARK_TRY_STATUS(m_files.syncDirectory(folder));
    m_folders.noteObjects(folder);
    return {};
}

Result<std::unique_ptr<StagedObject>> FolderStorage::stage(const std::string& name,
                                                           const ByteSource& source,
                                                           const ObjectMetadata& metadata,
                                                           std::stop_token stop)
{
    TIDEMARK_TRY_STATUS(checkObjectName(name));
    TIDEMARK_TRY_STATUS(prepareWriting());
    TIDEMARK_TRY(const auto there, m_files.stat(pathOf(name)));
    if (there) {
        return std::unique_ptr<StagedObject>(std::make_unique<FolderObject>(pathOf(name)));
    }
    TIDEMARK_TRY(auto temporary, makeTemporary());
    TIDEMARK_TRY_STATUS(copy(source, temporary.file(), stop));
    if (metadata.time) {
        const auto timed = m_files.setModified(temporary.path(), *metadata.time);
        // Some mounts let nobody set times. The header has the exact one.
        if (!timed.ok() && timed.error().code != ErrorCode::Forbidden &&
            timed.error().code != ErrorCode::Unsupported) {
            return timed.error();
        }
    }
    TIDEMARK_TRY_STATUS(temporary.file().sync());
    return std::unique_ptr<StagedObject>(
        std::make_unique<FolderObject>(pathOf(name), std::move(temporary)));
}

/// A journal keeps the order of the renames in a folder, also over a loss of power; where there is
/// none (FAT) they lie in one block as a rule.
Result<std::size_t> FolderStorage::publish(std::span<StagedObject* const> staged,
                                           std::stop_token stop)
{
    if (staged.empty()) {
        return 0;
    }
    std::size_t appeared = 0;
    std::string folder;
    for (StagedObject* const each : staged) {
        if (stop.stop_requested()) {
            return cancelled();
        }
        const auto& object = static_cast<const FolderObject&>(*each);
        if (!folder.empty() && folder != parentOf(object.path())) {
            TIDEMARK_TRY_STATUS(settle(folder));
        }
        folder = parentOf(object.path());
        bool isNew = false;
        if (object.temporary()) {
            TIDEMARK_TRY(isNew, appear(object.temporary()->path(), object.path()));
        }
        if (!isNew) {
            break;
        }
        ++appeared;
    }
    TIDEMARK_TRY_STATUS(settle(folder));
    return appeared;
}

Status FolderStorage::remove(std::span<const std::string> names, std::stop_token stop)
{
    std::vector<std::string> folders;
    for (const std::string& name : names) {
        if (stop.stop_requested()) {
            return cancelled();
        }
        // Each time: what lies in another folder that is put there meanwhile is not to go.
        TIDEMARK_TRY_STATUS(m_place.checkUnchanged());
        TIDEMARK_TRY_STATUS(checkObjectName(name));
        TIDEMARK_TRY_STATUS(m_files.remove(pathOf(name)));
        const std::string folder = parentOf(pathOf(name));
        if (std::ranges::find(folders, folder) == folders.end()) {
            folders.push_back(folder);
        }
    }
    for (const std::string& folder : folders) {
        auto synced = m_files.syncDirectory(folder);
        if (!synced.ok() && synced.error().code != ErrorCode::NotFound) {
            return synced;
        }
    }
    return {};
}

}  // namespace tidemark::storage
