#pragma once

#include "core/base/counted_stream.h"
#include "core/base/memory_stream.h"
#include "core/storage/storage.h"

#include <algorithm>
#include <functional>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

namespace tidemark::storage {

/// Objects in a map: the shortest storage that keeps the contract, and one that a test may break.
/// Any thread may use it.
class MemoryStorage final : public Storage {
public:
    struct Object {
        std::string bytes = {};
        std::optional<Timestamp> time = {};
    };

    /// Runs at the start of each read with the object's name; an error in its place fails the read.
    std::function<Status(const std::string&)> onRead = [](const std::string&) { return Status(); };

    /// The same for writes, before they are staged.
    std::function<Status(const std::string&)> onWrite = [](const std::string&) { return Status(); };

    /// The same for the removal of each object.
    std::function<Status(const std::string&)> onRemove = [](const std::string&) {
        return Status();
    };

    /// What is there; for tests that plant and damage. Not while others use the storage.
    std::map<std::string, Object>& objects() { return m_objects; }

    /// Reads so far: of the bytes given out, not of those asked for.
    [[nodiscard]] std::uint64_t readCalls() const { return m_readCalls; }
    [[nodiscard]] std::uint64_t readBytes() const { return m_readBytes; }

    [[nodiscard]] Status list(std::string_view prefix,
                              const std::function<Listing(const ObjectEntry&)>& entry,
                              std::stop_token stop) const override
    {
        std::vector<ObjectEntry> entries;
        {
            const std::scoped_lock lock(m_mutex);
            for (const auto& [name, object] : m_objects) {
                if (name.starts_with(prefix)) {
                    entries.push_back(entryOf(name, object));
                }
            }
        }
        for (const ObjectEntry& each : entries) {
            if (stop.stop_requested()) {
                return cancelled();
            }
            if (entry(each) == Listing::Enough) {
                break;
            }
        }
        return {};
    }

    [[nodiscard]] Result<std::optional<ObjectEntry>> find(const std::string& name,
                                                          std::stop_token stop) const override
    {
        if (stop.stop_requested()) {
            return cancelled();
        }
        const std::scoped_lock lock(m_mutex);
        const auto found = m_objects.find(name);
        return found == m_objects.end() ? std::optional<ObjectEntry>()
                                        : std::optional(entryOf(name, found->second));
    }

    [[nodiscard]] Result<std::unique_ptr<ByteReader>> read(const std::string& name,
                                                           std::uint64_t offset,
                                                           std::uint64_t length,
                                                           std::stop_token stop) const override
    {
        TIDEMARK_TRY_STATUS(onRead(name));
        if (stop.stop_requested()) {
            return cancelled();
        }
        const std::scoped_lock lock(m_mutex);
        const auto found = m_objects.find(name);
        if (found == m_objects.end()) {
            return Error{.code = ErrorCode::NotFound,
                         .what = {TIDEMARK_TEXT("test", "There is no object %1."), {name}}};
        }
        const std::string& bytes = found->second.bytes;
        const auto start = static_cast<std::size_t>(std::min<std::uint64_t>(offset, bytes.size()));
        const auto size =
            static_cast<std::size_t>(std::min<std::uint64_t>(length, bytes.size() - start));
        ++m_readCalls;
        m_readBytes += size;
        return std::unique_ptr<ByteReader>(
            std::make_unique<Reader>(bytes.substr(start, size), std::move(stop)));
    }

    [[nodiscard]] Result<std::unique_ptr<StagedObject>> stage(const std::string& name,
                                                              const ByteSource& source,
                                                              const ObjectMetadata& metadata,
                                                              std::stop_token stop) override
    {
        TIDEMARK_TRY_STATUS(onWrite(name));
        TIDEMARK_TRY(const auto reader, openCounted(source));
        std::string bytes;
        for (std::vector<std::byte> piece(1 << 16);;) {
            if (stop.stop_requested()) {
                return cancelled();
            }
            TIDEMARK_TRY(const std::size_t got, reader->read(piece));
            if (got == 0) {
                break;
            }
            bytes.append(reinterpret_cast<const char*>(piece.data()), got);
        }
        return std::unique_ptr<StagedObject>(std::make_unique<Staged>(
            name, Object{.bytes = std::move(bytes), .time = metadata.time}));
    }

    [[nodiscard]] Result<std::size_t> publish(std::span<StagedObject* const> staged,
                                              std::stop_token stop) override
    {
        std::size_t appeared = 0;
        for (StagedObject* const each : staged) {
            if (stop.stop_requested()) {
                return cancelled();
            }
            const auto& object = static_cast<const Staged&>(*each);
            const std::scoped_lock lock(m_mutex);
            if (!m_objects.try_emplace(object.name, object.object).second) {
                break;
            }
            ++appeared;
        }
        return appeared;
    }

    [[nodiscard]] Status remove(std::span<const std::string> names, std::stop_token stop) override
    {
        for (const std::string& name : names) {
            if (stop.stop_requested()) {
                return cancelled();
            }
            TIDEMARK_TRY_STATUS(onRemove(name));
            const std::scoped_lock lock(m_mutex);
            m_objects.erase(name);
        }
        return {};
    }

    [[nodiscard]] std::string describe() const override { return "memory"; }

private:
    struct Staged final : StagedObject {
        Staged(std::string objectName, Object whole)
            : name(std::move(objectName)), object(std::move(whole))
        {
        }

        std::string name;
        Object object;
    };

    class Reader final : public ByteReader {
    public:
        Reader(std::string bytes, std::stop_token stop)
            : m_bytes(std::move(bytes)), m_stop(std::move(stop))
        {
        }

        [[nodiscard]] Result<std::size_t> read(std::span<std::byte> into) override
        {
            if (m_stop.stop_requested()) {
                return cancelled();
            }
            const std::size_t got = std::min(into.size(), m_bytes.size() - m_done);
            std::ranges::copy(std::as_bytes(std::span(m_bytes)).subspan(m_done, got), into.begin());
            m_done += got;
            return got;
        }

    private:
        std::string m_bytes;
        std::stop_token m_stop;
        std::size_t m_done = 0;
    };

    static ObjectEntry entryOf(const std::string& name, const Object& object)
    {
        return {.name = name, .sizeBytes = object.bytes.size(), .modified = object.time};
    }

    mutable std::mutex m_mutex;  // Guards what follows.
    std::map<std::string, Object> m_objects;
    mutable std::uint64_t m_readCalls = 0;
    mutable std::uint64_t m_readBytes = 0;
};

}  // namespace tidemark::storage
