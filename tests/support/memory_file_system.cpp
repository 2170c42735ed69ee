#include "tests/support/memory_file_system.h"

#include <algorithm>
#include <span>
#include <utility>

namespace tidemark {
namespace {

constexpr std::uint64_t kFreeBytes = std::uint64_t{1} << 40;

Error failure(ErrorCode code, const std::string& path)
{
    return {.code = code, .what = {TIDEMARK_TEXT("test", "It cannot be done to %1."), {path}}};
}

}  // namespace

class MemoryFileSystem::OpenFile final : public File {
public:
    explicit OpenFile(std::shared_ptr<Node> node) : m_node(std::move(node)) {}

    [[nodiscard]] Result<std::size_t> readAt(std::span<std::byte> into,
                                             std::uint64_t offset) const override
    {
        const std::span<const std::byte> bytes(m_node->bytes);
        const auto start = static_cast<std::size_t>(std::min<std::uint64_t>(offset, bytes.size()));
        const std::size_t got = std::min(into.size(), bytes.size() - start);
        std::ranges::copy(bytes.subspan(start, got), into.begin());
        return got;
    }

    [[nodiscard]] Status writeAt(std::span<const std::byte> bytes, std::uint64_t offset) override
    {
        std::vector<std::byte>& all = m_node->bytes;
        all.resize(std::max<std::size_t>(all.size(), offset + bytes.size()));
        std::ranges::copy(bytes, std::span(all).subspan(offset).begin());
        return {};
    }

    [[nodiscard]] Status sync() override { return {}; }

    [[nodiscard]] Result<std::uint64_t> sizeBytes() const override
    {
        return std::uint64_t{m_node->bytes.size()};
    }

    [[nodiscard]] Status resize(std::uint64_t sizeBytes) override
    {
        m_node->bytes.resize(sizeBytes);
        return {};
    }

    [[nodiscard]] const std::shared_ptr<Node>& node() const { return m_node; }

private:
    std::shared_ptr<Node> m_node;  // Shared with its name and with whoever else has it open.
};

class MemoryFileSystem::HeldLock final : public FileLock {
public:
    explicit HeldLock(std::shared_ptr<Node> node) : m_node(std::move(node))
    {
        m_node->isLocked = true;
    }
    ~HeldLock() override { m_node->isLocked = false; }
    HeldLock(const HeldLock&) = delete;
    HeldLock& operator=(const HeldLock&) = delete;

private:
    std::shared_ptr<Node> m_node;  // Shared with its name.
};

MemoryFileSystem::MemoryFileSystem()
{
    m_nodes["/"] = make(FileKind::Directory, kPrivateDirectory);
}

std::shared_ptr<MemoryFileSystem::Node> MemoryFileSystem::make(FileKind kind,
                                                               std::uint32_t permissions)
{
    auto node = std::make_shared<Node>();
    node->facts = {.kind = kind, .device = 1, .inode = ++m_inodes, .permissions = permissions};
    return node;
}

Result<std::shared_ptr<MemoryFileSystem::Node>> MemoryFileSystem::find(
    const std::string& path) const
{
    const auto found = m_nodes.find(path);
    return found != m_nodes.end()
               ? Result(found->second)
               : Result<std::shared_ptr<Node>>(failure(ErrorCode::NotFound, path));
}

Status MemoryFileSystem::requireParent(const std::string& path) const
{
    TIDEMARK_TRY(const auto parent, find(parentOf(path)));
    return parent->facts.kind == FileKind::Directory ? Status()
                                                     : Status(failure(ErrorCode::Io, path));
}

Result<std::unique_ptr<File>> MemoryFileSystem::open(const std::string& path, OpenFor purpose,
                                                     std::uint32_t permissions)
{
    const bool isThere = m_nodes.contains(path);
    if (isThere && purpose == OpenFor::Creating) {
        return failure(ErrorCode::AlreadyExists, path);
    }
    if (!isThere && (purpose == OpenFor::Creating || purpose == OpenFor::Keeping)) {
        TIDEMARK_TRY_STATUS(requireParent(path));
        m_nodes[path] = make(FileKind::Regular, permissions);
    }
    TIDEMARK_TRY(auto node, find(path));
    if (node->facts.kind != FileKind::Regular) {
        return failure(ErrorCode::Io, path);
    }
    return std::unique_ptr<File>(std::make_unique<OpenFile>(std::move(node)));
}

Result<std::unique_ptr<File>> MemoryFileSystem::createUnnamed(const std::string& directory,
                                                              std::uint32_t permissions)
{
    TIDEMARK_TRY_STATUS(requireParent(directory + "/x"));
    return std::unique_ptr<File>(std::make_unique<OpenFile>(make(FileKind::Regular, permissions)));
}

Status MemoryFileSystem::publish(File& unnamed, const std::string& path)
{
    TIDEMARK_TRY_STATUS(requireParent(path));
    const auto& node = dynamic_cast<OpenFile&>(unnamed).node();
    return m_nodes.emplace(path, node).second ? Status()
                                              : Status(failure(ErrorCode::AlreadyExists, path));
}

Result<std::optional<FileFacts>> MemoryFileSystem::stat(const std::string& path) const
{
    const auto found = m_nodes.find(path);
    if (found == m_nodes.end()) {
        return std::optional<FileFacts>();
    }
    FileFacts facts = found->second->facts;
    facts.sizeBytes = found->second->bytes.size();
    return std::optional(facts);
}

Result<bool> MemoryFileSystem::isTaken(const std::string& path) const
{
    return m_nodes.contains(path);
}

Result<std::vector<DirectoryEntry>> MemoryFileSystem::list(const std::string& directory) const
{
    TIDEMARK_TRY_STATUS(requireParent(directory + "/x"));
    const std::string prefix = directory == "/" ? directory : directory + '/';
    std::vector<DirectoryEntry> entries;
    for (auto at = m_nodes.upper_bound(prefix);
         at != m_nodes.end() && at->first.starts_with(prefix); ++at) {
        const std::string name = at->first.substr(prefix.size());
        if (name.find('/') == std::string::npos) {
            TIDEMARK_TRY(const auto facts, stat(at->first));
            entries.push_back({.name = name, .facts = *facts});
        }
    }
    return entries;
}

Status MemoryFileSystem::makeDirectories(const std::string& path, std::uint32_t permissions)
{
    if (const auto found = m_nodes.find(path); found != m_nodes.end()) {
        return found->second->facts.kind == FileKind::Directory
                   ? Status()
                   : Status(failure(ErrorCode::TargetRefused, path));
    }
    TIDEMARK_TRY_STATUS(makeDirectories(parentOf(path), permissions));
    m_nodes[path] = make(FileKind::Directory, permissions);
    return {};
}

Status MemoryFileSystem::renameWithoutReplacing(const std::string& from, const std::string& to)
{
    if (m_nodes.contains(to)) {
        return failure(ErrorCode::AlreadyExists, to);
    }
    return renameReplacing(from, to);
}

Status MemoryFileSystem::renameReplacing(const std::string& from, const std::string& to)
{
    TIDEMARK_TRY_STATUS(requireParent(to));
    TIDEMARK_TRY(auto node, find(from));
    if (node->facts.kind != FileKind::Regular) {
        return failure(ErrorCode::Unsupported, from);
    }
    m_nodes.erase(from);
    m_nodes[to] = std::move(node);
    return {};
}

Status MemoryFileSystem::remove(const std::string& path)
{
    const auto entries = list(path);
    if (entries.ok() && !entries.value().empty()) {
        return failure(ErrorCode::Io, path);
    }
    m_nodes.erase(path);
    return {};
}

Status MemoryFileSystem::setModified(const std::string& path, Timestamp time)
{
    TIDEMARK_TRY(const auto node, find(path));
    node->facts.modifiedNs =
        std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
    return {};
}

Status MemoryFileSystem::syncDirectory(const std::string& directory)
{
    return requireParent(directory + "/x");
}

Result<std::unique_ptr<FileLock>> MemoryFileSystem::lock(const std::string& path)
{
    TIDEMARK_TRY_STATUS(open(path, OpenFor::Keeping, kPrivateFile));
    TIDEMARK_TRY(auto node, find(path));
    if (node->isLocked) {
        return failure(ErrorCode::Busy, path);
    }
    return std::unique_ptr<FileLock>(std::make_unique<HeldLock>(std::move(node)));
}

Result<Space> MemoryFileSystem::space(const std::string&) const
{
    return Space{.freeBytes = kFreeBytes};
}

Result<std::string> MemoryFileSystem::canonical(const std::string& path) const
{
    TIDEMARK_TRY_STATUS(find(path));
    return path;
}

}  // namespace tidemark
