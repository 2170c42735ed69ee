#pragma once

#include "core/storage/rate_limit.h"
#include "core/storage/storage.h"

#include <memory>

namespace tidemark::storage {

/// A storage whose bytes go up and come down no faster than somebody wants, whatever the line
/// could. Only bodies count: listings and answers are small.
class ThrottledStorage final : public Storage {
public:
    /// Bytes a second; 0 is no limit. `clock` outlives it.
    ThrottledStorage(std::unique_ptr<Storage> inner, Clock& clock, std::uint64_t up,
                     std::uint64_t down)
        : m_inner(std::move(inner)), m_up(clock, up), m_down(clock, down)
    {
    }

    [[nodiscard]] Status list(std::string_view prefix,
                              const std::function<Listing(const ObjectEntry&)>& entry,
                              std::stop_token stop) const override;
    [[nodiscard]] Result<std::optional<ObjectEntry>> find(const std::string& name,
                                                          std::stop_token stop) const override;
    [[nodiscard]] Result<std::unique_ptr<ByteReader>> read(const std::string& name,
                                                           std::uint64_t offset,
                                                           std::uint64_t length,
                                                           std::stop_token stop) const override;
    [[nodiscard]] Result<std::unique_ptr<StagedObject>> stage(const std::string& name,
                                                              const ByteSource& source,
                                                              const ObjectMetadata& metadata,
                                                              std::stop_token stop) override;
    [[nodiscard]] Result<std::size_t> publish(std::span<StagedObject* const> staged,
                                              std::stop_token stop) override;
    [[nodiscard]] Status remove(std::span<const std::string> names, std::stop_token stop) override;
    [[nodiscard]] std::string describe() const override;
    [[nodiscard]] bool onlyLooksFirst() const override { return m_inner->onlyLooksFirst(); }
    [[nodiscard]] unsigned readsAtOnce() const override { return m_inner->readsAtOnce(); }

private:
    std::unique_ptr<Storage> m_inner;
    RateLimit m_up;
    mutable RateLimit m_down;
};

}  // namespace tidemark::storage
