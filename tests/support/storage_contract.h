#pragma once

#include "core/base/memory_stream.h"
#include "core/storage/storage.h"

#include <QTest>

#include <string>
#include <utility>
#include <vector>

/// What every storage must keep. A backend's test runs each clause against a fresh, empty storage:
///
///     void keepsTheContract_data() { contract::addRows(); }
///     void keepsTheContract() { QFETCH(int, clause); contract::check(clause, storage); }
namespace tidemark::storage::contract {

/// Where a protocol cannot keep a clause to the letter. None by default.
struct Deviations {
    bool wholeSecondTimes = false;  ///< Times lose what is below a second.
    bool listsUploadTimes = false;  ///< A listing tells when an object was written.
    bool findsUploadTimes = false;  ///< So does find().
};

inline std::string textOf(Storage& storage, const std::string& name, std::uint64_t offset = 0,
                          std::uint64_t length = kToTheEnd)
{
    auto reader = storage.read(name, offset, length, {});
    if (!reader.ok()) {
        return "failed: " + inEnglish(reader.error().what);
    }
    std::string text;
    for (std::byte piece[7];;) {
        const auto got = reader.value()->read(piece);
        if (!got.ok()) {
            return "failed: " + inEnglish(got.error().what);
        }
        if (got.value() == 0) {
            return text;
        }
        text.append(reinterpret_cast<const char*>(piece), got.value());
    }
}

inline std::vector<ObjectEntry> entriesOf(Storage& storage, std::string_view prefix)
{
    std::vector<ObjectEntry> entries;
    const Status listed = storage.list(prefix,
                                       [&](const ObjectEntry& entry) {
                                           entries.push_back(entry);
                                           return Listing::Continue;
                                       },
                                       {});
    return listed.ok() ? entries : std::vector<ObjectEntry>{{.name = "failed"}};
}

inline std::vector<std::string> namesOf(Storage& storage, std::string_view prefix)
{
    std::vector<std::string> names;
    for (const ObjectEntry& each : entriesOf(storage, prefix)) {
        names.push_back(each.name);
    }
    return names;
}

inline bool put(Storage& storage, const std::string& name, const std::string& text,
                std::optional<Timestamp> time = {})
{
    const auto outcome = storage.write(name, MemorySource(text), {.time = time}, {});
    return outcome.ok() && outcome.value() == WriteOutcome::Written;
}

inline void readsBackWhatWasWritten(Storage& storage)
{
    QVERIFY(put(storage, "a/b/c", "some bytes"));
    QCOMPARE(textOf(storage, "a/b/c"), std::string("some bytes"));
    QVERIFY(put(storage, "empty", ""));
    QCOMPARE(textOf(storage, "empty"), std::string());
}

inline void readsAnyPieceAndStopsAtTheEnd(Storage& storage)
{
    QVERIFY(put(storage, "digits", "0123456789"));
    QCOMPARE(textOf(storage, "digits", 3, 4), std::string("3456"));
    QCOMPARE(textOf(storage, "digits", 8, 100), std::string("89"));
    QCOMPARE(textOf(storage, "digits", 10, 1), std::string());
    QCOMPARE(textOf(storage, "digits", 1'000'000, kToTheEnd), std::string());
}

inline void neverOverwrites(Storage& storage)
{
    QVERIFY(put(storage, "x", "first"));
    const auto second = storage.write("x", MemorySource("second"), {}, {});
    QVERIFY(second.ok());
    QVERIFY(second.value() == WriteOutcome::AlreadyThere);
    QCOMPARE(textOf(storage, "x"), std::string("first"));
    QCOMPARE(namesOf(storage, ""), std::vector<std::string>{"x"});
}

inline void listsInTheOrderOfWholeNames(Storage& storage)
{
    for (const char* name : {"a-b", "a.b/y", "a/-", "b", "a/x-y/z", "a/x/z1", "a0"}) {
        QVERIFY(put(storage, name, name));
    }
    QCOMPARE(namesOf(storage, ""),
             (std::vector<std::string>{"a-b", "a.b/y", "a/-", "a/x-y/z", "a/x/z1", "a0", "b"}));
}

inline void aPrefixIsAnyStartOfAName(Storage& storage)
{
    for (const char* name : {"ltx/0/aa", "ltx/0/ab", "ltx/1/aa", "ly"}) {
        QVERIFY(put(storage, name, "1"));
    }
    QCOMPARE(namesOf(storage, "ltx/0/"), (std::vector<std::string>{"ltx/0/aa", "ltx/0/ab"}));
    QCOMPARE(namesOf(storage, "ltx/0/ab"), (std::vector<std::string>{"ltx/0/ab"}));
    QCOMPARE(namesOf(storage, "l").size(), std::size_t{4});
    QCOMPARE(namesOf(storage, "ltx/2/"), std::vector<std::string>());
    QCOMPARE(namesOf(storage, "m/n"), std::vector<std::string>());
}

inline void aListingEndsWhenItIsEnough(Storage& storage)
{
    QVERIFY(put(storage, "d/1", ""));
    QVERIFY(put(storage, "d/2", ""));
    QVERIFY(put(storage, "e", ""));
    int seen = 0;
    const Status listed = storage.list("",
                                       [&](const ObjectEntry&) {
                                           ++seen;
                                           return Listing::Enough;
                                       },
                                       {});
    QVERIFY(listed.ok());
    QCOMPARE(seen, 1);
}

inline void tellsSizeAndTime(Storage& storage, const Deviations& deviations)
{
    const Timestamp time{std::chrono::milliseconds(1'700'000'000'123)};
    QVERIFY(put(storage, "timed", "12345", time));
    const auto found = storage.find("timed", {});
    QVERIFY(found.ok() && found.value());
    QCOMPARE(found.value()->sizeBytes, std::uint64_t{5});
    const auto isTold = [&](const std::optional<Timestamp>& told, bool isOfUpload) {
        const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
        return isOfUpload ? told > time
                          : told == (deviations.wholeSecondTimes ? Timestamp(seconds) : time);
    };
    QVERIFY(isTold(found.value()->modified, deviations.findsUploadTimes));
    QVERIFY(isTold(entriesOf(storage, "timed").front().modified, deviations.listsUploadTimes));
}

inline void notThereIsAnAnswer(Storage& storage)
{
    QVERIFY(put(storage, "there/it", "is"));
    const auto found = storage.find("nowhere", {});
    QVERIFY(found.ok() && !found.value());
    const auto reader = storage.read("there/not", 0, 1, {});
    QVERIFY(!reader.ok());
    QVERIFY(reader.error().code == ErrorCode::NotFound);
}

inline void removesWhatIsThereAndOnlyThat(Storage& storage)
{
    for (const char* name : {"r/1", "r/2", "r/3"}) {
        QVERIFY(put(storage, name, name));
    }
    const std::vector<std::string> names{"r/1", "r/3", "r/nothing", "q/nothing"};
    QVERIFY(storage.remove(names, {}).ok());
    QCOMPARE(namesOf(storage, ""), std::vector<std::string>{"r/2"});
    QVERIFY(put(storage, "r/1", "again"));
    QCOMPARE(textOf(storage, "r/1"), std::string("again"));
}

/// Gives some bytes, then fails.
class BrokenSource final : public ByteSource {
public:
    [[nodiscard]] std::optional<std::uint64_t> sizeBytes() const override { return {}; }
    [[nodiscard]] Result<std::unique_ptr<ByteReader>> open() const override
    {
        class Broken final : public ByteReader {
        public:
            [[nodiscard]] Result<std::size_t> read(std::span<std::byte> into) override
            {
                if (m_reads++ < 3) {
                    return into.size();
                }
                return Error{.code = ErrorCode::Damaged, .what = {TIDEMARK_TEXT("test", "torn")}};
            }

        private:
            int m_reads = 0;
        };
        return std::unique_ptr<ByteReader>(std::make_unique<Broken>());
    }
};

inline void anObjectAppearsWholeOrNotAtAll(Storage& storage)
{
    QVERIFY(put(storage, "first", "1"));
    const auto outcome = storage.write("torn", BrokenSource(), {}, {});
    QVERIFY(!outcome.ok());
    QVERIFY(outcome.error().code == ErrorCode::Damaged);
    QCOMPARE(namesOf(storage, ""), std::vector<std::string>{"first"});
    QVERIFY(put(storage, "torn", "whole"));
}

inline void takesBodiesWhoseLengthNobodyKnows(Storage& storage)
{
    class Nameless final : public ByteSource {
    public:
        [[nodiscard]] std::optional<std::uint64_t> sizeBytes() const override { return {}; }
        [[nodiscard]] Result<std::unique_ptr<ByteReader>> open() const override
        {
            return m_source.open();
        }

    private:
        MemorySource m_source{std::string(3'000'001, 'n')};
    };
    const auto outcome = storage.write("long", Nameless(), {}, {});
    QVERIFY(outcome.ok() && outcome.value() == WriteOutcome::Written);
    QVERIFY(textOf(storage, "long", 2'999'998) == "nnn");
}

/// Has another length than it says.
class ChangedSource final : public ByteSource {
public:
    ChangedSource(std::size_t said, std::size_t there)
        : m_said(said), m_source(std::string(there, 'c'))
    {
    }

    [[nodiscard]] std::optional<std::uint64_t> sizeBytes() const override { return m_said; }
    [[nodiscard]] Result<std::unique_ptr<ByteReader>> open() const override
    {
        return m_source.open();
    }

private:
    std::size_t m_said = 0;
    MemorySource m_source;
};

inline void aSourceThatChangesItsSizeIsNeverPublished(Storage& storage)
{
    QVERIFY(put(storage, "first", "1"));
    constexpr std::size_t kMebibyte = 1 << 20;
    constexpr std::pair<std::size_t, std::size_t> kSaidAndThere[] = {
        {5, 4}, {4, 5}, {5, 0}, {0, 1}, {kMebibyte, kMebibyte - 1}, {kMebibyte, kMebibyte + 1}};
    for (const auto& [said, there] : kSaidAndThere) {
        const auto outcome = storage.write("changed", ChangedSource(said, there), {}, {});
        QVERIFY(!outcome.ok());
        QCOMPARE(outcome.error().code, ErrorCode::Io);
        QCOMPARE(namesOf(storage, ""), std::vector<std::string>{"first"});
    }
    QVERIFY(put(storage, "changed", "no more"));
}

inline void stopsWhenAsked(Storage& storage)
{
    QVERIFY(put(storage, "s/1", "1"));
    std::stop_source source;
    source.request_stop();
    const auto stop = source.get_token();
    const auto isCancelled = [](const auto& result) {
        return !result.ok() && result.error().code == ErrorCode::Cancelled;
    };
    const std::vector<std::string> names{"s/1"};
    QVERIFY(isCancelled(storage.list(
        "", [](const auto&) { return Listing::Continue; }, stop)));
    QVERIFY(isCancelled(storage.find("s/1", stop)));
    QVERIFY(isCancelled(storage.read("s/1", 0, 1, stop)));
    QVERIFY(isCancelled(storage.write("s/2", MemorySource("2"), {}, stop)));
    QVERIFY(isCancelled(storage.remove(names, stop)));
    QCOMPARE(namesOf(storage, ""), names);
}

inline std::vector<std::unique_ptr<StagedObject>> stageAll(Storage& storage,
                                                           const std::vector<const char*>& names)
{
    static const MemorySource source("staged");
    std::vector<std::unique_ptr<StagedObject>> staged;
    for (const char* const name : names) {
        auto one = storage.stage(name, source, {}, {});
        staged.push_back(one.ok() ? std::move(one).value() : nullptr);
    }
    return staged;
}

inline Result<std::size_t> publishAll(Storage& storage,
                                      const std::vector<std::unique_ptr<StagedObject>>& staged)
{
    std::vector<StagedObject*> objects;
    for (const auto& each : staged) {
        objects.push_back(each.get());
    }
    return storage.publish(objects, {});
}

inline void whatIsStagedIsSeenOncePublished(Storage& storage)
{
    const auto staged = stageAll(storage, {"l/3", "l/1", "m/2"});
    QCOMPARE(namesOf(storage, ""), std::vector<std::string>());
    QCOMPARE(publishAll(storage, staged).value(), std::size_t{3});
    QCOMPARE(namesOf(storage, ""), (std::vector<std::string>{"l/1", "l/3", "m/2"}));
    QCOMPARE(textOf(storage, "m/2"), std::string("staged"));
}

inline void toPublishNothingIsFine(Storage& storage)
{
    QVERIFY(put(storage, "l/1", "before"));
    QCOMPARE(publishAll(storage, {}).value(), std::size_t{0});
    QCOMPARE(namesOf(storage, ""), std::vector<std::string>{"l/1"});
}

inline void nothingIsPublishedBehindANameThatIsTaken(Storage& storage)
{
    const auto early = stageAll(storage, {"l/1", "l/2", "l/3"});
    QVERIFY(put(storage, "l/2", "theirs"));
    QCOMPARE(publishAll(storage, early).value(), std::size_t{1});
    // Taken before it was staged.
    const auto late = stageAll(storage, {"l/2", "l/4"});
    QCOMPARE(publishAll(storage, late).value(), std::size_t{0});
    QCOMPARE(namesOf(storage, ""), (std::vector<std::string>{"l/1", "l/2"}));
    QCOMPARE(textOf(storage, "l/2"), std::string("theirs"));
}

inline void nothingIsLeftOfWhatWasNotPublished(Storage& storage)
{
    stageAll(storage, {"l/1"}).clear();
    QCOMPARE(namesOf(storage, ""), std::vector<std::string>());
    QVERIFY(put(storage, "l/1", "later"));
    QCOMPARE(textOf(storage, "l/1"), std::string("later"));
}

struct Clause {
    const char* name = nullptr;
    void (*check)(Storage&) = nullptr;
    void (*checkDeviating)(Storage&, const Deviations&) = nullptr;  ///< In the place of `check`.
};

inline constexpr Clause kClauses[] = {
    {"readsBackWhatWasWritten", readsBackWhatWasWritten},
    {"readsAnyPieceAndStopsAtTheEnd", readsAnyPieceAndStopsAtTheEnd},
    {"neverOverwrites", neverOverwrites},
    {"listsInTheOrderOfWholeNames", listsInTheOrderOfWholeNames},
    {"aPrefixIsAnyStartOfAName", aPrefixIsAnyStartOfAName},
    {"aListingEndsWhenItIsEnough", aListingEndsWhenItIsEnough},
    {"tellsSizeAndTime", nullptr, tellsSizeAndTime},
    {"notThereIsAnAnswer", notThereIsAnAnswer},
    {"removesWhatIsThereAndOnlyThat", removesWhatIsThereAndOnlyThat},
    {"anObjectAppearsWholeOrNotAtAll", anObjectAppearsWholeOrNotAtAll},
    {"takesBodiesWhoseLengthNobodyKnows", takesBodiesWhoseLengthNobodyKnows},
    {"aSourceThatChangesItsSizeIsNeverPublished", aSourceThatChangesItsSizeIsNeverPublished},
    {"whatIsStagedIsSeenOncePublished", whatIsStagedIsSeenOncePublished},
    {"toPublishNothingIsFine", toPublishNothingIsFine},
    {"nothingIsPublishedBehindANameThatIsTaken", nothingIsPublishedBehindANameThatIsTaken},
    {"nothingIsLeftOfWhatWasNotPublished", nothingIsLeftOfWhatWasNotPublished},
    {"stopsWhenAsked", stopsWhenAsked},
};

inline void addRows()
{
    QTest::addColumn<int>("clause");
    int number = 0;
    for (const Clause& each : kClauses) {
        QTest::newRow(each.name) << number++;
    }
}

inline void check(int clause, Storage& storage, const Deviations& deviations = {})
{
    const Clause& wanted = kClauses[clause];
    if (wanted.checkDeviating != nullptr) {
        wanted.checkDeviating(storage, deviations);
    } else {
        wanted.check(storage);
    }
}

}  // namespace tidemark::storage::contract
