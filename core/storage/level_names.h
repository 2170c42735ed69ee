#pragma once

#include "core/storage/storage.h"

#include <memory>
#include <string>
#include <string_view>

namespace tidemark::storage {

/// Whether a name in a bucket of S3 is one of a level's objects, "0009/<16 hex>-<16 hex>.ltx".
[[nodiscard]] bool isLevelName(std::string_view name);

/// The names of a replica's levels in a bucket of S3. What is `ltx/0/<name>` everywhere else is
/// `0000/<name>` there, and so on up to `0009/`; all other names are the same.
/// Source: Litestream 0.5, which writes and reads it so.
class LevelNames final : public Storage {
public:
    explicit LevelNames(std::unique_ptr<Storage> inner) : m_inner(std::move(inner)) {}

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
    [[nodiscard]] bool onlyLooksFirst() const override;
    [[nodiscard]] std::string describe() const override;
    [[nodiscard]] unsigned readsAtOnce() const override { return m_inner->readsAtOnce(); }

private:
    std::unique_ptr<Storage> m_inner;
};

}  // namespace tidemark::storage
