#pragma once

#include "core/base/byte_stream.h"
#include "core/storage/storage.h"

#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

namespace tidemark::replica {

/// A piece of an object, or all of it, as bytes that can be read again.
class ObjectSource final : public ByteSource {
public:
    /// `storage` outlives this and its readers.
    ObjectSource(const storage::Storage& storage, std::string name, std::stop_token stop,
                 std::uint64_t offset = 0, std::uint64_t length = storage::kToTheEnd);

    /// Not known before.
    [[nodiscard]] std::optional<std::uint64_t> sizeBytes() const override { return std::nullopt; }
    [[nodiscard]] Result<std::unique_ptr<ByteReader>> open() const override;

private:
    const storage::Storage& m_storage;
    std::string m_name;
    std::stop_token m_stop;
    std::uint64_t m_offset = 0;
    std::uint64_t m_length = 0;
};

/// Fills `into` from `offset` of an object on. Damaged, naming it, when the object ends before.
[[nodiscard]] Status readExactly(const storage::Storage& storage, const std::string& name,
                                 std::uint64_t offset, std::span<std::byte> into,
                                 const std::stop_token& stop);

/// All of an object, as text. Damaged, not naming it, when it has more than `maxBytes`.
[[nodiscard]] Result<std::string> readText(const storage::Storage& storage, const std::string& name,
                                           std::size_t maxBytes, const std::stop_token& stop);

/// The same error with the object's name in front, where it is one that the bytes of the object
/// caused.
[[nodiscard]] Error naming(const std::string& name, Error error);

}  // namespace tidemark::replica
