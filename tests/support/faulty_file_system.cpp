#include "tests/support/faulty_file_system.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace tidemark {
namespace {

std::vector<std::byte> contentOf(const File& file)
{
    std::vector<std::byte> bytes(file.sizeBytes().value());
    [[maybe_unused]] const auto got = file.readAt(bytes, 0);
    assert(got.ok() && got.value() == bytes.size());
    return bytes;
}

void insist([[maybe_unused]] const Status& status)
{
    assert(status.ok());
}

}  // namespace

class FaultyFileSystem::TrackedFile final : public File {
public:
    TrackedFile(FaultyFileSystem& system, std::shared_ptr<File> file, std::string path)
        : m_system(system),
          m_file(std::move(file)),
          m_path(std::move(path)),
          m_owner("#" + std::to_string(++system.m_files))
    {
    }

    [[nodiscard]] Result<std::size_t> readAt(std::span<std::byte> into,
                                             std::uint64_t offset) const override
    {
        return m_file->readAt(into, offset);
    }

    [[nodiscard]] Status writeAt(std::span<const std::byte> bytes, std::uint64_t offset) override
    {
        TIDEMARK_TRY_STATUS(m_system.nextCall(m_path));
        rememberRange(offset, bytes.size());
        return m_file->writeAt(bytes, offset);
    }

    [[nodiscard]] Status sync() override
    {
        TIDEMARK_TRY_STATUS(m_system.nextCall(m_path));
        m_system.forget(m_owner);
        return m_file->sync();
    }

    [[nodiscard]] Result<std::uint64_t> sizeBytes() const override { return m_file->sizeBytes(); }

    [[nodiscard]] Status resize(std::uint64_t sizeBytes) override
    {
        TIDEMARK_TRY_STATUS(m_system.nextCall(m_path));
        const std::uint64_t before = m_file->sizeBytes().value();
        rememberRange(sizeBytes, before > sizeBytes ? before - sizeBytes : 0);
        return m_file->resize(sizeBytes);
    }

    [[nodiscard]] File& inner() { return *m_file; }

private:
    void rememberRange(std::uint64_t offset, std::uint64_t length)
    {
        const std::uint64_t size = m_file->sizeBytes().value();
        const std::uint64_t end = std::min(size, offset + length);
        std::vector<std::byte> before(end > offset ? end - offset : 0);
        if (!before.empty()) {
            [[maybe_unused]] const auto got = m_file->readAt(before, offset);
            assert(got.ok());
        }
        m_system.remember(m_owner, [file = m_file, size, offset, before = std::move(before)] {
            insist(file->resize(size));
            insist(file->writeAt(before, offset));
        });
    }

    FaultyFileSystem& m_system;
    std::shared_ptr<File> m_file;  // Shared with the changes that are not synced yet.
    std::string m_path;
    std::string m_owner;
};

FaultyFileSystem::FaultyFileSystem(FileSystem& disk) : m_disk(disk) {}
FaultyFileSystem::~FaultyFileSystem() = default;

int FaultyFileSystem::calls() const
{
    return m_calls;
}

void FaultyFileSystem::failAt(int call, ErrorCode code)
{
    m_failAt = call;
    m_failure = code;
}

void FaultyFileSystem::stopAt(int call)
{
    m_stopAt = call;
}

void FaultyFileSystem::mend()
{
    m_failAt = 0;
    m_stopAt = std::numeric_limits<int>::max();
}

void FaultyFileSystem::losePower()
{
    for (auto change = m_unsynced.rbegin(); change != m_unsynced.rend(); ++change) {
        change->takeBack();
    }
    m_unsynced.clear();
}

Status FaultyFileSystem::nextCall(const std::string& path)
{
    ++m_calls;
    if (m_calls >= m_stopAt) {
        return Error{.code = ErrorCode::Io,
                     .what = {TIDEMARK_TEXT("test", "The process died before %1."), {path}}};
    }
    if (m_calls == m_failAt) {
        return Error{.code = m_failure,
                     .what = {TIDEMARK_TEXT("test", "The disk failed at %1."), {path}}};
    }
    return {};
}

void FaultyFileSystem::remember(std::string owner, std::function<void()> takeBack)
{
    m_unsynced.push_back({.owner = std::move(owner), .takeBack = std::move(takeBack)});
}

void FaultyFileSystem::forget(const std::string& owner)
{
    std::erase_if(m_unsynced, [&](const Unsynced& change) { return change.owner == owner; });
}

/// What puts back what is now called `path`: its bytes, or nothing.
std::function<void()> FaultyFileSystem::restorer(const std::string& path)
{
    auto file = m_disk.open(path, OpenFor::Reading);
    if (!file.ok()) {
        return [this, path] { insist(m_disk.remove(path)); };
    }
    return [this, path, bytes = contentOf(*file.value())] {
        insist(m_disk.remove(path));
        insist(m_disk.open(path, OpenFor::Creating).value()->writeAt(bytes, 0));
    };
}

void FaultyFileSystem::removeTree(const std::string& path)
{
    const auto facts = m_disk.stat(path);
    if (facts.ok() && facts.value() && facts.value()->kind == FileKind::Directory) {
        for (const DirectoryEntry& each : m_disk.list(path).value()) {
            removeTree(path + '/' + each.name);
        }
    }
    insist(m_disk.remove(path));
}

Result<std::unique_ptr<File>> FaultyFileSystem::open(const std::string& path, OpenFor purpose,
                                                     std::uint32_t permissions)
{
    const bool mayCreate = purpose == OpenFor::Creating || purpose == OpenFor::Keeping;
    if (mayCreate) {
        TIDEMARK_TRY_STATUS(nextCall(path));
    } else if (m_calls >= m_stopAt) {
        return nextCall(path).error();
    }
    TIDEMARK_TRY(const auto before, m_disk.stat(path));
    TIDEMARK_TRY(auto file, m_disk.open(path, purpose, permissions));
    if (mayCreate && !before) {
        remember(parentOf(path), [this, path] { insist(m_disk.remove(path)); });
    }
    return std::unique_ptr<File>(std::make_unique<TrackedFile>(*this, std::move(file), path));
}

Result<std::unique_ptr<File>> FaultyFileSystem::createUnnamed(const std::string& directory,
                                                              std::uint32_t permissions)
{
    TIDEMARK_TRY_STATUS(nextCall(directory));
    TIDEMARK_TRY(auto file, m_disk.createUnnamed(directory, permissions));
    return std::unique_ptr<File>(std::make_unique<TrackedFile>(*this, std::move(file), directory));
}

Status FaultyFileSystem::publish(File& unnamed, const std::string& path)
{
    TIDEMARK_TRY_STATUS(nextCall(path));
    TIDEMARK_TRY_STATUS(m_disk.publish(dynamic_cast<TrackedFile&>(unnamed).inner(), path));
    remember(parentOf(path), [this, path] { insist(m_disk.remove(path)); });
    return {};
}

Result<std::optional<FileFacts>> FaultyFileSystem::stat(const std::string& path) const
{
    if (m_beforeStat) {
        m_beforeStat(path);
    }
    TIDEMARK_TRY(auto facts, m_disk.stat(path));
    if (m_timesNs && facts) {
        facts->modifiedNs = *m_timesNs;
        facts->changedNs = *m_timesNs;
    }
    return facts;
}

Result<std::vector<DirectoryEntry>> FaultyFileSystem::list(const std::string& directory) const
{
    return m_disk.list(directory);
}

Status FaultyFileSystem::makeDirectories(const std::string& path, std::uint32_t permissions)
{
    TIDEMARK_TRY_STATUS(nextCall(path));
    std::vector<std::string> missing;
    for (std::string each = path; !m_disk.stat(each).value(); each = parentOf(each)) {
        missing.push_back(each);
    }
    TIDEMARK_TRY_STATUS(m_disk.makeDirectories(path, permissions));
    for (const std::string& each : missing) {
        remember(parentOf(each), [this, each] { removeTree(each); });
    }
    return {};
}

Status FaultyFileSystem::renameWithoutReplacing(const std::string& from, const std::string& to)
{
    TIDEMARK_TRY_STATUS(nextCall(to));
    TIDEMARK_TRY_STATUS(m_disk.renameWithoutReplacing(from, to));
    remember(parentOf(to), [this, from, to] { insist(m_disk.renameWithoutReplacing(to, from)); });
    return {};
}

Status FaultyFileSystem::renameReplacing(const std::string& from, const std::string& to)
{
    TIDEMARK_TRY_STATUS(nextCall(to));
    auto putBack = restorer(to);
    TIDEMARK_TRY_STATUS(m_disk.renameReplacing(from, to));
    remember(parentOf(to), [this, from, to, putBack = std::move(putBack)] {
        insist(m_disk.renameWithoutReplacing(to, from));
        putBack();
    });
    return {};
}

Status FaultyFileSystem::remove(const std::string& path)
{
    TIDEMARK_TRY_STATUS(nextCall(path));
    TIDEMARK_TRY(const auto facts, m_disk.stat(path));
    if (facts && facts->kind == FileKind::Regular) {
        remember(parentOf(path), restorer(path));
    }
    return m_disk.remove(path);
}

Status FaultyFileSystem::setModified(const std::string& path, Timestamp time)
{
    TIDEMARK_TRY_STATUS(nextCall(path));
    return m_disk.setModified(path, time);
}

Status FaultyFileSystem::syncDirectory(const std::string& directory)
{
    TIDEMARK_TRY_STATUS(nextCall(directory));
    forget(directory);
    return m_disk.syncDirectory(directory);
}

Result<std::unique_ptr<FileLock>> FaultyFileSystem::lock(const std::string& path)
{
    TIDEMARK_TRY_STATUS(nextCall(path));
    return m_disk.lock(path);
}

Result<Space> FaultyFileSystem::space(const std::string& path) const
{
    return m_freeBytes ? Result<Space>(Space{.freeBytes = *m_freeBytes}) : m_disk.space(path);
}

Result<std::string> FaultyFileSystem::canonical(const std::string& path) const
{
    return m_disk.canonical(path);
}

}  // namespace tidemark
