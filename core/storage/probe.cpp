#include "core/storage/probe.h"

#include "core/base/hash.h"
#include "core/base/memory_stream.h"
#include "core/storage/clock_difference.h"
#include "core/storage/probe_failure.h"
#include "core/storage/probe_report.h"

#include <array>
#include <span>
#include <thread>
#include <utility>

namespace tidemark::storage {
namespace {

constexpr int kNameDigits = 16;
/// More than one packet, and no burden on anybody's bill.
constexpr std::size_t kObjectBytes = 4096;
/// A person who stopped us waits.
constexpr std::chrono::seconds kTidyLimit{5};

std::string madeBytes(Random& random)
{
    std::string bytes;
    while (bytes.size() < kObjectBytes) {
        bytes += hex(random.next(), kNameDigits);
    }
    return bytes;
}

class Probing {
public:
    Probing(Storage& storage, const ProbeWith& with, const std::stop_token& stop)
        : m_storage(storage),
          m_with(with),
          m_stop(stop),
          m_name(std::string(kProbeStem) + hex(with.random.next(), kNameDigits)),
          m_bytes(madeBytes(with.random)),
          m_report(with.clock, with.tell)
    {
    }

    Result<Probed> run()
    {
        const Status ran = steps();
        if (m_mayBeThere && m_stop.stop_requested()) {
            removeInTheEnd();
        }
        TIDEMARK_TRY_STATUS(ran);
        return Probed{.steps = m_report.take(), .left = m_mayBeThere ? m_name : std::string()};
    }

private:
    Status steps()
    {
        TIDEMARK_TRY_STATUS(list());
        if (m_with.isReadOnly && !m_isOver) {
            readOnly();
            return {};
        }
        TIDEMARK_TRY_STATUS(write());
        TIDEMARK_TRY_STATUS(readBack());
        TIDEMARK_TRY_STATUS(writeAgain());
        TIDEMARK_TRY_STATUS(compareClocks());
        return remove();
    }

    Status list()
    {
        const auto enough = [](const ObjectEntry&) { return Listing::Enough; };
        const Status listed =
            m_report.timed([&] { return m_storage.list(kProbeStem, enough, m_stop); });
        if (listed.ok()) {
            m_report.tellListed(ProbedStep{.duration = m_report.took()});
            return {};
        }
        const Error& failure = listed.error();
        if (failure.code == ErrorCode::Cancelled) {
            return failure;
        }
        if (failure.code == ErrorCode::NotFound && !m_with.isReadOnly) {
            m_missing = ProbedStep{
                .result = ProbeResult::Failed, .duration = m_report.took(), .failure = failure};
            return {};
        }
        const ProbeStep failed = failedBy(failure.code);
        m_isOver = failure.code != ErrorCode::Forbidden;
        for (const ProbeStep step : {ProbeStep::Reach, ProbeStep::Authenticate, ProbeStep::List}) {
            if (step < failed) {
                m_report.tell({.step = step});
            } else if (step > failed) {
                m_report.skip(step);
            } else {
                m_report.fail(step, failure);
            }
        }
        return {};
    }

    /// A folder is made by the first write; a bucket never is, and says again that it is missing.
    /// Where a file has the folder's name, the attempt to make it says more than the listing.
    void settleMissing(const Status& written)
    {
        if (!m_missing) {
            return;
        }
        ProbedStep missing = *std::exchange(m_missing, std::nullopt);
        const bool isRefused = !written.ok() && written.error().code == ErrorCode::TargetRefused;
        m_isOver = isRefused || (!written.ok() && written.error().code == ErrorCode::NotFound);
        if (isRefused) {
            missing.failure = written.error();
        } else if (!m_isOver) {
            missing = {
                .result = ProbeResult::Noted,
                .duration = missing.duration,
                .note = {TIDEMARK_TEXT("storage",
                                       "%1 is not there yet; it is made with the first write."),
                         {place()}},
                .advice = {TIDEMARK_TEXT(
                    "storage", "If it should be there: check the path, or connect its disk.")}};
        }
        m_report.tellListed(missing);
    }

    void readOnly()
    {
        m_report.tell({.step = ProbeStep::Write,
                       .result = ProbeResult::Noted,
                       .note = {TIDEMARK_TEXT("storage", "%1 is only read; nothing was written."),
                                {place()}}});
    }

    Status write()
    {
        if (m_isOver) {
            m_report.skip(ProbeStep::Write);
            return {};
        }
        m_before = m_with.clock.now();
        m_mayBeThere = true;
        // "Already there" is our own, which was sent twice: what is read back tells.
        const Status written = m_report.timed([&] { return writeOnce(m_bytes); });
        m_after = m_with.clock.now();
        TIDEMARK_TRY_STATUS(orCancelled(written));
        settleMissing(written);
        if (m_isOver) {
            m_mayBeThere = false;
            m_report.skip(ProbeStep::Write);
            return {};
        }
        m_report.settle(ProbeStep::Write, written);
        m_isWritten = written.ok();
        // Whether it was written nobody knows when the answer is lost.
        m_isUncertain = !written.ok() && (written.error().code == ErrorCode::Io ||
                                          written.error().code == ErrorCode::Unavailable);
        return {};
    }

    Status writeOnce(const std::string& bytes)
    {
        TIDEMARK_TRY(m_outcome, m_storage.write(m_name, MemorySource(bytes), {}, m_stop));
        return {};
    }

    Status readBack()
    {
        if (!m_isWritten) {
            m_report.skip(ProbeStep::ReadBack);
            return {};
        }
        const Status read = m_report.timed([&]() -> Status {
            TIDEMARK_TRY_STATUS(expect(0));
            return expect(m_bytes.size() / 2);
        });
        TIDEMARK_TRY_STATUS(orCancelled(read));
        m_report.settle(ProbeStep::ReadBack, read);
        m_isRead = read.ok();
        return {};
    }

    /// The rest of the object from `offset` on.
    Status expect(std::size_t offset)
    {
        TIDEMARK_TRY(const auto reader, m_storage.read(m_name, offset, kToTheEnd, m_stop));
        std::string got;
        std::array<char, kObjectBytes> piece{};
        // A byte too many is enough to know.
        while (got.size() <= m_bytes.size()) {
            TIDEMARK_TRY(const std::size_t count,
                         reader->read(std::as_writable_bytes(std::span(piece))));
            if (count == 0) {
                break;
            }
            got.append(piece.data(), count);
        }
        return got == m_bytes.substr(offset) ? Status() : Status(givesOtherBytes(place()));
    }

    Status writeAgain()
    {
        if (!m_isWritten) {
            m_report.skip(ProbeStep::CreateOnly);
            return {};
        }
        const Status again = m_report.timed([&] { return writeOnce(m_bytes + "again"); });
        TIDEMARK_TRY_STATUS(orCancelled(again));
        if (again.ok() && m_outcome == WriteOutcome::Written) {
            m_report.fail(ProbeStep::CreateOnly, overwrites(place()));
        } else if (again.ok() && m_storage.onlyLooksFirst()) {
            m_report.note(
                ProbeStep::CreateOnly,
                {TIDEMARK_TEXT("storage",
                               "%1 cannot refuse a second object of one name by itself; it is "
                               "looked for before each write."),
                 {place()}},
                {TIDEMARK_TEXT("storage", "Let one computer alone write into a replica there.")});
        } else {
            m_report.settle(ProbeStep::CreateOnly, again);
        }
        return {};
    }

    Status compareClocks()
    {
        // Who may not read an object may not ask for its time either.
        if (!m_isRead) {
            m_report.skip(ProbeStep::Clock);
            return {};
        }
        std::optional<ObjectEntry> found;
        const Status looked = m_report.timed([&]() -> Status {
            TIDEMARK_TRY(found, m_storage.find(m_name, m_stop));
            return found ? Status() : Status(forgets(place()));
        });
        TIDEMARK_TRY_STATUS(orCancelled(looked));
        m_isFound = looked.ok();
        if (!looked.ok()) {
            m_report.fail(ProbeStep::Clock, looked.error());
        } else if (!found->modified) {
            m_report.note(ProbeStep::Clock,
                          {TIDEMARK_TEXT("storage", "%1 does not say when an object was written."),
                           {place()}},
                          {});
        } else if (const auto ahead = clockAhead(*found->modified);
                   std::chrono::abs(ahead) > kMostClockDifference) {
            m_report.note(
                ProbeStep::Clock, clockDifference(ahead, place()),
                {TIDEMARK_TEXT("storage",
                               "Set the one that is wrong: the times of moments are those of this "
                               "computer.")});
        } else {
            m_report.settle(ProbeStep::Clock, {});
        }
        return {};
    }

    /// Of ours before theirs. The object was written at some time between our two looks.
    [[nodiscard]] std::chrono::milliseconds clockAhead(Timestamp theirs) const
    {
        if (theirs < m_before) {
            return m_before - theirs;
        }
        return theirs > m_after ? m_after - theirs : std::chrono::milliseconds(0);
    }

    Status remove()
    {
        if (!m_mayBeThere) {
            m_report.skip(ProbeStep::Delete);
            return {};
        }
        const Status removed = m_report.timed([&]() -> Status {
            TIDEMARK_TRY_STATUS(m_storage.remove(std::span(&m_name, 1), m_stop));
            m_mayBeThere = false;
            if (!m_isFound) {
                return {};
            }
            TIDEMARK_TRY(const auto found, m_storage.find(m_name, m_stop));
            m_mayBeThere = found.has_value();
            return found ? Status(keepsDeleted(place())) : Status();
        });
        TIDEMARK_TRY_STATUS(orCancelled(removed));
        if (m_isWritten) {
            m_report.settle(ProbeStep::Delete, removed);
            return {};
        }
        // There is nothing to delete: only a right that is missing for it is worth telling.
        if (!removed.ok() && removed.error().code == ErrorCode::Forbidden) {
            m_report.fail(ProbeStep::Delete, removed.error());
        } else {
            m_report.skip(ProbeStep::Delete);
        }
        m_mayBeThere = m_mayBeThere && m_isUncertain;
        return {};
    }

    /// After a stop, by a token of its own.
    void removeInTheEnd()
    {
        std::stop_source enough;
        const std::jthread limit([&](const std::stop_token& isDone) {
            if (m_with.clock.waitUntil(m_with.clock.monotonic() + kTidyLimit, isDone)) {
                enough.request_stop();
            }
        });
        static_cast<void>(m_storage.remove(std::span(&m_name, 1), enough.get_token()));
    }

    static Status orCancelled(const Status& status)
    {
        return !status.ok() && status.error().code == ErrorCode::Cancelled ? status : Status();
    }

    [[nodiscard]] std::string place() const { return m_storage.describe(); }

    Storage& m_storage;
    const ProbeWith& m_with;
    const std::stop_token& m_stop;
    const std::string m_name;
    const std::string m_bytes;
    ProbeReport m_report;
    std::optional<ProbedStep> m_missing;  // What listing said of a place that is not there.
    WriteOutcome m_outcome = WriteOutcome::Written;
    Timestamp m_before = {};  // The first write.
    Timestamp m_after = {};
    bool m_isOver = false;  // What is left cannot work either.
    bool m_isWritten = false;
    bool m_isUncertain = false;
    bool m_isRead = false;
    bool m_isFound = false;
    bool m_mayBeThere = false;
};

}  // namespace

Result<Probed> probe(Storage& storage, const ProbeWith& with, const std::stop_token& stop)
{
    return Probing(storage, with, stop).run();
}

}  // namespace tidemark::storage
