#pragma once

#include "core/storage/storage.h"
#include "tests/support/memory_storage.h"

#include <functional>
#include <map>
#include <string>
#include <utility>

namespace tidemark::storage {

/// What a storage does instead of what it is asked for.
enum class Fault {
    None,
    Refuses,     ///< Fails, and nothing happened.
    LosesAnswer  ///< Fails, though it happened.
};

/// Objects in memory behind a line that fails when a test says so, and the memory of what every
/// object once was: whether one was ever changed. For one thread.
class FaultyStorage final : public Storage {
public:
    /// Asked at each call.
    std::function<Fault()> next = [] { return Fault::None; };

    [[nodiscard]] MemoryStorage& inside() { return m_inside; }

    /// The name of an object that has other bytes than when it was written; empty when none has.
    [[nodiscard]] std::string changedObject()
    {
        for (const auto& [name, object] : m_inside.objects()) {
            const auto [first, isNew] = m_first.emplace(name, object.bytes);
            if (!isNew && first->second != object.bytes) {
                return name;
            }
        }
        return {};
    }

    /// Spoils the bytes of an object behind the back of who wrote it: that is no change of theirs.
    void spoil(const std::string& name, const std::function<void(std::string&)>& edit)
    {
        std::string& bytes = m_inside.objects().at(name).bytes;
        edit(bytes);
        m_first[name] = bytes;
        ++m_changes;
    }

    /// Loses an object behind the back of who wrote it.
    void lose(const std::string& name)
    {
        m_inside.objects().erase(name);
        ++m_changes;
    }

    /// Another number each time something in it may have changed.
    [[nodiscard]] std::uint64_t changes() const { return m_changes; }

    [[nodiscard]] Status list(std::string_view prefix,
                              const std::function<Listing(const ObjectEntry&)>& entry,
                              std::stop_token stop) const override
    {
        if (next() != Fault::None) {
            return isDown();
        }
        return m_inside.list(prefix, entry, std::move(stop));
    }
    [[nodiscard]] Result<std::optional<ObjectEntry>> find(const std::string& name,
                                                          std::stop_token stop) const override
    {
        if (next() != Fault::None) {
            return isDown();
        }
        return m_inside.find(name, std::move(stop));
    }
    [[nodiscard]] Result<std::unique_ptr<ByteReader>> read(const std::string& name,
                                                           std::uint64_t offset,
                                                           std::uint64_t length,
                                                           std::stop_token stop) const override
    {
        if (next() != Fault::None) {
            return isDown();
        }
        return m_inside.read(name, offset, length, std::move(stop));
    }
    [[nodiscard]] Result<std::unique_ptr<StagedObject>> stage(const std::string& name,
                                                              const ByteSource& source,
                                                              const ObjectMetadata& metadata,
                                                              std::stop_token stop) override
    {
        if (next() != Fault::None) {
            return isDown();
        }
        return m_inside.stage(name, source, metadata, std::move(stop));
    }
    /// May fail behind each one.
    [[nodiscard]] Result<std::size_t> publish(std::span<StagedObject* const> staged,
                                              std::stop_token stop) override
    {
        std::size_t appeared = 0;
        for (StagedObject* const& each : staged) {
            const Fault fault = next();
            if (fault == Fault::Refuses) {
                return isDown();
            }
            ++m_changes;
            TIDEMARK_TRY(const std::size_t isNew, m_inside.publish(std::span(&each, 1), stop));
            if (fault == Fault::LosesAnswer) {
                return isDown();
            }
            if (isNew == 0) {
                break;
            }
            ++appeared;
        }
        return appeared;
    }
    /// Where the answer is lost, some have gone and others have not, in no order.
    [[nodiscard]] Status remove(std::span<const std::string> names, std::stop_token stop) override
    {
        const Fault fault = next();
        if (fault == Fault::Refuses) {
            return isDown();
        }
        ++m_changes;
        if (fault == Fault::None) {
            return m_inside.remove(names, std::move(stop));
        }
        for (std::size_t i = 0; i < names.size(); ++i) {
            if ((i + m_changes) % 3 != 0) {
                TIDEMARK_TRY_STATUS(m_inside.remove(names.subspan(i, 1), stop));
            }
        }
        return isDown();
    }
    [[nodiscard]] std::string describe() const override { return "memory"; }

private:
    static Error isDown()
    {
        return {.code = ErrorCode::Unavailable,
                .what = {TIDEMARK_TEXT("test", "The storage does not answer.")}};
    }

    MemoryStorage m_inside;
    std::map<std::string, std::string> m_first;
    std::uint64_t m_changes = 0;
};

}  // namespace tidemark::storage
