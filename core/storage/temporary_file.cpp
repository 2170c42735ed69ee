#include "core/storage/temporary_file.h"

#include "core/base/hash.h"

#include <algorithm>
#include <utility>

namespace tidemark::storage {
namespace {

constexpr int kDigits = 16;

// A name can be lost to somebody's removeLeftovers() between its making and its lock, and be locked
// by it meanwhile; not three times.
constexpr int kNameTries = 3;

bool isLeftover(const DirectoryEntry& entry, std::string_view nameStem)
{
    const std::string_view name = entry.name;
    if (entry.facts.kind != FileKind::Regular || !name.starts_with(nameStem) ||
        name.size() != nameStem.size() + kDigits) {
        return false;
    }
    constexpr std::string_view kLowHexDigits = "0123456789abcdef";
    return name.find_first_not_of(kLowHexDigits, nameStem.size()) == std::string_view::npos;
}

}  // namespace

TemporaryFile::TemporaryFile(FileSystem& files, std::string path, std::unique_ptr<FileLock> lock,
                             std::unique_ptr<File> file)
    : m_files(&files), m_path(std::move(path)), m_lock(std::move(lock)), m_file(std::move(file))
{
}

TemporaryFile::~TemporaryFile()
{
    if (m_lock) {
        // Should this fail, removeLeftovers() takes the file one day.
        static_cast<void>(m_files->remove(m_path));
    }
}

Result<TemporaryFile> TemporaryFile::make(FileSystem& files, Random& random,
                                          const std::string& stem)
{
    for (int tries = 1;; ++tries) {
        std::string path = stem + hex(random.next(), kDigits);
        auto lock = files.lock(path);
        if (!lock.ok() && lock.error().code == ErrorCode::Busy && tries < kNameTries) {
            continue;
        }
        TIDEMARK_TRY(auto held, std::move(lock));
        auto file = files.open(path, OpenFor::Updating);
        if (file.ok()) {
            return TemporaryFile(files, std::move(path), std::move(held), std::move(file).value());
        }
        if (file.error().code != ErrorCode::NotFound || tries == kNameTries) {
            static_cast<void>(files.remove(path));
            return std::move(file).error();
        }
    }
}

Status removeLeftovers(FileSystem& files, const std::string& folder, std::string_view nameStem)
{
    TIDEMARK_TRY(const auto entries, files.list(folder));
    for (const DirectoryEntry& each : entries) {
        if (!isLeftover(each, nameStem)) {
            continue;
        }
        const std::string path = folder + '/' + each.name;
        const auto lock = files.lock(path);
        if (lock.ok()) {
            TIDEMARK_TRY_STATUS(files.remove(path));
        }
    }
    return {};
}

}  // namespace tidemark::storage
