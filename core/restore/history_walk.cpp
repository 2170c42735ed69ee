#include "core/restore/history_walk.h"

#include "core/replica/object_source.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <tuple>
#include <utility>

namespace tidemark::restore {
namespace {

/// The state at which the walk has to stand to judge the object. A complete file needs none: it
/// comes when its own state is due.
ltx::TxId dueOf(const replica::ObjectInfo& object)
{
    return object.isComplete() ? object.maxTxId : ltx::TxId{object.minTxId.value - 1};
}

Error faultOf(const replica::ObjectInfo& object, Message what)
{
    return replica::naming(object.name, {.code = ErrorCode::Damaged, .what = std::move(what)});
}

Error otherThanRecorded(const replica::ObjectInfo& object)
{
    return faultOf(object, {TIDEMARK_TEXT("restore",
                                          "its pages do not lead to the state that was recorded "
                                          "for transaction %1."),
                            {std::to_string(object.maxTxId.value)}});
}

Error followsAnother(const replica::ObjectInfo& object)
{
    return faultOf(object, {TIDEMARK_TEXT("restore",
                                          "it follows another state than the one that transaction "
                                          "%1 left."),
                            {std::to_string(object.minTxId.value - 1)}});
}

Error otherThan(const replica::ObjectInfo& object, const replica::ObjectInfo& reference)
{
    return faultOf(
        object, {TIDEMARK_TEXT("restore", "it leads to another state than %1."), {reference.name}});
}

/// The object to which the others of the same end are compared: one that recorded the state, of
/// these the one of the lowest level, which the others were made of.
bool isBetterReference(const ObjectFinding& one, const ObjectFinding& other)
{
    return one.stated.has_value() && !other.stated.has_value();
}

}  // namespace

HistoryWalk::HistoryWalk(std::span<const replica::ObjectInfo> objects, ReadAgain readAgain)
    : m_objects(objects), m_readAgain(std::move(readAgain)), m_findings(objects.size())
{
}

std::vector<std::size_t> HistoryWalk::order() const
{
    std::vector<std::size_t> order(m_objects.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    // Of those that are due together the complete one gives the state that the others need, and
    // the shortest step comes first, so that no moment is stepped over.
    std::ranges::sort(order, {}, [this](std::size_t object) {
        const replica::ObjectInfo& info = m_objects[object];
        return std::tuple(dueOf(info), !info.isComplete(), info.maxTxId, object);
    });
    return order;
}

Status HistoryWalk::add(std::size_t object, Result<HashedObject> read)
{
    const ltx::TxId due = dueOf(m_objects[object]);
    TIDEMARK_TRY_STATUS(advanceTo(due));
    ObjectFinding& finding = m_findings[object];
    if (!read.ok()) {
        finding.fault = std::move(read).error();
        return {};
    }
    HashedObject hashes = std::move(read).value();
    finding.stated = ltx::digestsOf(hashes.header);
    finding.time = hashes.header.createdAt;
    finding.isFull = hashes.isFull();
    if (finding.isFull) {
        return addFull(object, std::move(hashes));
    }
    if (m_state.txId() < due) {
        m_waiting.push_back(object);
    } else if (check(object, hashes)) {
        offer(object, std::move(hashes));
    }
    return {};
}

/// It needs no state, and where the way to its end is broken it is the way on.
Status HistoryWalk::addFull(std::size_t object, HashedObject hashes)
{
    const replica::ObjectInfo& info = m_objects[object];
    if (!check(object, hashes)) {
        return {};
    }
    if (!info.isComplete()) {
        offer(object, std::move(hashes));
        return {};
    }
    if (m_state.txId() < info.maxTxId) {
        m_state.apply(hashes);
        return admitWaiting();
    }
    return {};
}

Status HistoryWalk::finish()
{
    TIDEMARK_TRY_STATUS(advanceTo(ltx::kMaxTxId));
    m_waiting.clear();
    compareEnds();
    return {};
}

/// Goes from state to state, but not beyond `txId`.
Status HistoryWalk::advanceTo(ltx::TxId txId)
{
    while (!m_steps.empty() && m_steps.top().end <= txId) {
        const Step step = m_steps.top();
        m_steps.pop();
        if (step.end <= m_state.txId()) {
            continue;
        }
        TIDEMARK_TRY(const auto hashes, take(step.object));
        if (hashes && check(step.object, *hashes)) {
            m_state.apply(*hashes);
            TIDEMARK_TRY_STATUS(admitWaiting());
        }
    }
    return {};
}

/// Judges what waited for a state at or behind the one that is now reached.
Status HistoryWalk::admitWaiting()
{
    while (!m_waiting.empty() && dueOf(m_objects[m_waiting.front()]) <= m_state.txId()) {
        const std::size_t object = m_waiting.front();
        m_waiting.pop_front();
        if (m_objects[object].maxTxId <= m_state.txId()) {
            continue;
        }
        TIDEMARK_TRY(auto hashes, take(object));
        if (hashes && check(object, *hashes)) {
            offer(object, *std::move(hashes));
        }
    }
    return {};
}

/// The object's hashes, in hand or read again; empty if it is damaged by now.
Result<std::optional<HashedObject>> HistoryWalk::take(std::size_t object)
{
    if (m_inHand && m_inHand->object == object) {
        return std::optional(std::exchange(m_inHand, std::nullopt)->hashes);
    }
    auto read = m_readAgain(object);
    if (read.ok()) {
        return std::optional(std::move(read).value());
    }
    if (read.error().code != ErrorCode::Damaged) {
        return std::move(read).error();
    }
    m_findings[object].fault = std::move(read).error();
    return std::optional<HashedObject>();
}

/// Whether the object leads from here to the state that it should.
bool HistoryWalk::check(std::size_t object, const HashedObject& hashes)
{
    const replica::ObjectInfo& info = m_objects[object];
    ObjectFinding& finding = m_findings[object];
    auto digest = m_state.digestWith(hashes);
    if (!digest.ok()) {
        finding.fault = replica::naming(info.name, std::move(digest).error());
        return false;
    }
    const bool isAtItsStart =
        m_state.txId().value > 0 && m_state.txId().value + 1 == info.minTxId.value;
    const std::uint64_t recorded = finding.stated ? finding.stated->after : digest.value();
    if (recorded != digest.value() || finding.result.value_or(digest.value()) != digest.value()) {
        finding.fault = otherThanRecorded(info);
        finding.isMisleading = true;
        return false;
    }
    // Zero is what a file with every page says that follows from nothing.
    if (isAtItsStart && finding.stated && finding.stated->before != 0 &&
        finding.stated->before != m_state.digest()) {
        finding.fault = followsAnother(info);
        finding.isMisleading = true;
        return false;
    }
    finding.result = digest.value();
    finding.isProven = finding.stated.has_value();
    return true;
}

void HistoryWalk::offer(std::size_t object, HashedObject hashes)
{
    const ltx::TxId end = m_objects[object].maxTxId;
    m_steps.push({.end = end, .object = object});
    const bool isNext = m_steps.top().object == object;
    if (isNext || !m_inHand) {
        m_inHand = InHand{.object = object, .hashes = std::move(hashes)};
    }
}

/// What an object without a digest leads to may be known from another one of the same end.
void HistoryWalk::compareEnds()
{
    std::vector<std::size_t> known;
    for (std::size_t i = 0; i < m_objects.size(); ++i) {
        if (!m_findings[i].fault && m_findings[i].result) {
            known.push_back(i);
        }
    }
    // The list is by level, so the lowest one of an end comes first.
    std::ranges::stable_sort(known, {}, [this](std::size_t i) { return m_objects[i].maxTxId; });
    for (auto first = known.begin(); first != known.end();) {
        const ltx::TxId end = m_objects[*first].maxTxId;
        const auto last = std::find_if(first, known.end(),
                                       [&](std::size_t i) { return m_objects[i].maxTxId != end; });
        const auto reference = std::max_element(first, last, [this](std::size_t a, std::size_t b) {
            return isBetterReference(m_findings[b], m_findings[a]);
        });
        for (; first != last; ++first) {
            ObjectFinding& finding = m_findings[*first];
            if (finding.result != m_findings[*reference].result) {
                finding.fault = otherThan(m_objects[*first], m_objects[*reference]);
                finding.isMisleading = true;
            }
            finding.isProven = m_findings[*reference].stated.has_value();
        }
    }
}

}  // namespace tidemark::restore
