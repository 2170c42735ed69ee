#include "core/storage/throttled_storage.h"

#include <algorithm>

namespace tidemark::storage {
namespace {

class SlowReader final : public ByteReader {
public:
    SlowReader(std::unique_ptr<ByteReader> inner, RateLimit& limit, std::stop_token stop)
        : m_inner(std::move(inner)), m_limit(limit), m_stop(std::move(stop))
    {
    }

    [[nodiscard]] Result<std::size_t> read(std::span<std::byte> into) override
    {
        const auto piece = into.first(std::min(into.size(), m_limit.pieceBytes()));
        TIDEMARK_TRY(const std::size_t got, m_inner->read(piece));
        if (!m_limit.take(got, m_stop)) {
            return cancelled();
        }
        return got;
    }

private:
    std::unique_ptr<ByteReader> m_inner;
    RateLimit& m_limit;
    std::stop_token m_stop;
};

class SlowSource final : public ByteSource {
public:
    SlowSource(const ByteSource& inner, RateLimit& limit, std::stop_token stop)
        : m_inner(inner), m_limit(limit), m_stop(std::move(stop))
    {
    }

    [[nodiscard]] std::optional<std::uint64_t> sizeBytes() const override
    {
        return m_inner.sizeBytes();
    }

    /// Nothing goes over the line meanwhile.
    [[nodiscard]] Result<std::uint64_t> countBytes(const std::stop_token& stop) const override
    {
        return m_inner.countBytes(stop);
    }

    [[nodiscard]] Result<std::unique_ptr<ByteReader>> open() const override
    {
        TIDEMARK_TRY(auto reader, m_inner.open());
        return std::unique_ptr<ByteReader>(
            std::make_unique<SlowReader>(std::move(reader), m_limit, m_stop));
    }

private:
    const ByteSource& m_inner;
    RateLimit& m_limit;
    std::stop_token m_stop;
};

/// What was staged outlives its source, so both go together.
class SlowObject final : public StagedObject {
public:
    SlowObject(std::unique_ptr<SlowSource> source, std::unique_ptr<StagedObject> inner)
        : m_source(std::move(source)), m_inner(std::move(inner))
    {
    }

    [[nodiscard]] StagedObject* inner() const { return m_inner.get(); }

private:
    std::unique_ptr<SlowSource> m_source;
    std::unique_ptr<StagedObject> m_inner;
};

}  // namespace

Status ThrottledStorage::list(std::string_view prefix,
                              const std::function<Listing(const ObjectEntry&)>& entry,
                              std::stop_token stop) const
{
    return m_inner->list(prefix, entry, std::move(stop));
}

Result<std::optional<ObjectEntry>> ThrottledStorage::find(const std::string& name,
                                                          std::stop_token stop) const
{
    return m_inner->find(name, std::move(stop));
}

Result<std::unique_ptr<ByteReader>> ThrottledStorage::read(const std::string& name,
                                                           std::uint64_t offset,
                                                           std::uint64_t length,
                                                           std::stop_token stop) const
{
    TIDEMARK_TRY(auto reader, m_inner->read(name, offset, length, stop));
    return m_down.isNone() ? std::move(reader)
                           : std::unique_ptr<ByteReader>(std::make_unique<SlowReader>(
                                 std::move(reader), m_down, std::move(stop)));
}

Result<std::unique_ptr<StagedObject>> ThrottledStorage::stage(const std::string& name,
                                                              const ByteSource& source,
                                                              const ObjectMetadata& metadata,
                                                              std::stop_token stop)
{
    auto slow = std::make_unique<SlowSource>(source, m_up, stop);
    TIDEMARK_TRY(auto staged, m_inner->stage(name, *slow, metadata, std::move(stop)));
    return std::unique_ptr<StagedObject>(
        std::make_unique<SlowObject>(std::move(slow), std::move(staged)));
}

Result<std::size_t> ThrottledStorage::publish(std::span<StagedObject* const> staged,
                                              std::stop_token stop)
{
    std::vector<StagedObject*> inner;
    for (StagedObject* const each : staged) {
        inner.push_back(static_cast<SlowObject*>(each)->inner());
    }
    return m_inner->publish(inner, std::move(stop));
}

Status ThrottledStorage::remove(std::span<const std::string> names, std::stop_token stop)
{
    return m_inner->remove(names, std::move(stop));
}

std::string ThrottledStorage::describe() const
{
    return m_inner->describe();
}

}  // namespace tidemark::storage
