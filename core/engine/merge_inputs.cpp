#include "core/engine/merge_inputs.h"

#include "core/ltx/file_pages.h"
#include "core/ltx/state_digest.h"
#include "core/replica/damage.h"
#include "core/replica/layout.h"
#include "core/replica/ltx_object.h"
#include "core/replica/object_source.h"

#include <string>
#include <utility>

namespace tidemark::engine {
namespace {

class NamingReader final : public ltx::PageReader {
public:
    NamingReader(std::string name, std::unique_ptr<ltx::PageReader> pages)
        : m_name(std::move(name)), m_pages(std::move(pages))
    {
    }

    [[nodiscard]] Result<bool> next(ltx::PageBatch& batch) override
    {
        auto any = m_pages->next(batch);
        return any.ok() ? std::move(any) : Result<bool>(replica::naming(m_name, any.error()));
    }

private:
    std::string m_name;
    std::unique_ptr<ltx::PageReader> m_pages;
};

/// The pages of a file whose errors name the object.
class NamedPages final : public ltx::PageSource {
public:
    NamedPages(std::string name, const ByteSource& file) : m_name(std::move(name)), m_pages(file) {}

    [[nodiscard]] Result<std::unique_ptr<ltx::PageReader>> open() const override
    {
        auto reader = m_pages.open();
        if (!reader.ok()) {
            return replica::naming(m_name, reader.error());
        }
        return std::unique_ptr<ltx::PageReader>(
            std::make_unique<NamingReader>(m_name, std::move(reader).value()));
    }

private:
    std::string m_name;
    ltx::FilePages m_pages;
};

/// Whether a file follows from nothing; one of ours with every page says so by having found the
/// digest of no page.
bool standsAlone(const ltx::Header& header)
{
    const auto digests = ltx::digestsOf(header);
    return header.isComplete() || (digests && digests->before == 0);
}

Error otherRange(const std::string& name)
{
    return replica::naming(
        name,
        {.code = ErrorCode::Damaged,
         .what = {TIDEMARK_TEXT("engine", "It holds other transactions than its name says.")},
         .next = {TIDEMARK_TEXT("engine", "Verify the replica to learn what else is wrong.")}});
}

}  // namespace

/// Another home of the database may have given its number to another transaction. Where the one in
/// the replica cannot be read, the spool stands for it.
Result<bool> MergeInputs::isInSpool(const replica::ObjectInfo& object,
                                    const std::stop_token& stop) const
{
    const bool isThere = m_spool != nullptr && object.level == replica::kSegmentLevel &&
                         object.minTxId == object.maxTxId && m_spool->holds(object.maxTxId);
    if (!isThere || m_same.has(object.maxTxId)) {
        return isThere;
    }
    const auto spooled = ltx::readHeader(*m_spool->source(object.maxTxId));
    if (!spooled.ok()) {
        return false;
    }
    const auto stored = replica::readObjectHeader(m_storage, object, stop);
    if (stored.ok()) {
        return stored.value() == spooled.value();
    }
    const bool isGone = stored.error().code == ErrorCode::NotFound;
    return isGone || replica::isOfObject(stored.error()) ? Result<bool>(true) : stored.error();
}

std::vector<replica::ObjectInfo> MergeInputs::asSegments(
    std::span<const replica::ObjectInfo> objects) const
{
    std::vector<replica::ObjectInfo> all;
    std::size_t left = objects.size();
    for (const replica::ObjectInfo& each : objects) {
        --left;
        const auto segments = segmentsOf(each);
        if (!segments.empty() && all.size() + segments.size() + left <= ltx::kMaxMergeInputs) {
            all.insert(all.end(), segments.begin(), segments.end());
        } else {
            all.push_back(each);
        }
    }
    return all;
}

/// None where the spool lacks one of them, or it is not known that they are those of the replica.
std::vector<replica::ObjectInfo> MergeInputs::segmentsOf(const replica::ObjectInfo& object) const
{
    const std::uint64_t count = object.maxTxId.value - object.minTxId.value + 1;
    if (m_spool == nullptr || object.level != replica::kSegmentLevel ||
        count > ltx::kMaxMergeInputs) {
        return {};
    }
    std::vector<replica::ObjectInfo> segments;
    for (ltx::TxId each = object.minTxId; each <= object.maxTxId; each.value += 1) {
        if (!m_same.has(each) || !m_spool->holds(each)) {
            return {};
        }
        segments.push_back(replica::segmentAt(each));
    }
    return segments;
}

Status MergeInputs::add(const replica::ObjectInfo& object, const std::stop_token& stop)
{
    Input input{.object = object};
    TIDEMARK_TRY(const bool isSpooled, isInSpool(object, stop));
    if (isSpooled) {
        m_isFromSpool = true;
        input.file = m_spool->source(object.maxTxId);
    } else {
        input.file = std::make_unique<replica::ObjectSource>(m_storage, object.name, stop);
    }
    // Of an object just the header is asked for: reading it from its start would bring much more.
    auto header = isSpooled ? ltx::readHeader(*input.file)
                            : replica::readObjectHeader(m_storage, object, stop);
    if (!header.ok()) {
        return replica::naming(object.name, header.error());
    }
    input.header = std::move(header).value();
    if (input.header.minTxId != object.minTxId || input.header.maxTxId != object.maxTxId) {
        return otherRange(object.name);
    }
    m_inputs.push_back(std::move(input));
    return {};
}

bool MergeInputs::lastJoins() const
{
    const ltx::Header& last = m_inputs.back().header;
    const ltx::Header& first = m_inputs.front().header;
    return m_inputs.size() == 1 ||
           (!standsAlone(first) && !standsAlone(last) && last.pageSizeBytes == first.pageSizeBytes);
}

Result<ltx::Header> MergeInputs::mergedHeader() const
{
    std::vector<ltx::Header> headers;
    headers.reserve(m_inputs.size());
    for (const Input& each : m_inputs) {
        headers.push_back(each.header);
    }
    return ltx::mergedHeader(headers);
}

ltx::MergedPages MergeInputs::pages() const
{
    std::vector<ltx::MergeInput> merged;
    merged.reserve(m_inputs.size());
    for (const Input& each : m_inputs) {
        merged.push_back({.header = each.header,
                          .pages = std::make_unique<NamedPages>(each.object.name, *each.file)});
    }
    return ltx::MergedPages(std::move(merged));
}

}  // namespace tidemark::engine
