#include "core/replica/marks.h"

#include "core/replica/ltx_replica.h"
#include "core/replica/open_replica.h"
#include "tests/support/made_replica.h"

#include <QTest>

using namespace tidemark;
using namespace tidemark::replica;

Q_DECLARE_METATYPE(std::string)

class TestMarks : public QObject {
    Q_OBJECT

    static Mark mark(const std::string& name, std::uint64_t txId = 42, int second = 1000)
    {
        return {.name = name,
                .txId = {txId},
                .note = "line\nand \"line\"",
                .createdAt = Timestamp(std::chrono::seconds(second))};
    }

    static std::string& bytesOf(storage::MemoryStorage& storage, const Mark& mark)
    {
        return storage.objects().at(markObjectName(mark.txId, mark.name)).bytes;
    }

    static void plant(storage::MemoryStorage& storage, const Mark& mark)
    {
        storage.objects()[markObjectName(mark.txId, mark.name)] = {.bytes = encodeMark(mark)};
    }

private slots:
    void theFileIsNamedByMomentAndName()
    {
        // SHA-256 of "before" begins so, by sha256sum.
        QCOMPARE(markObjectName({42}, "before"),
                 std::string("tidemark/marks/000000000000002a-6db7d803.json"));
        const auto key = parseMarkObjectName("tidemark/marks/000000000000002a-6db7d803.json");
        QCOMPARE(key->txId.value, std::uint64_t{42});
        QVERIFY(key->isOf("before") && !key->isOf("after"));
    }

    void whetherMarksCameOrWentIsSeenByTheirNames()
    {
        storage::MemoryStorage storage;
        const std::vector<Mark> marks{mark("a", 4), mark("b", 2)};
        QVERIFY(areTheMarks(storage, {}, {}).value());
        QVERIFY(!areTheMarks(storage, marks, {}).value());
        plant(storage, marks[0]);
        QVERIFY(!areTheMarks(storage, marks, {}).value());
        plant(storage, marks[1]);
        QVERIFY(areTheMarks(storage, marks, {}).value());
        plant(storage, mark("c", 4));
        QVERIFY(!areTheMarks(storage, marks, {}).value());
    }

    void otherFileNamesAreNone()
    {
        for (const char* name :
             {"", "tidemark/marks/", "tidemark/marks/000000000000002a-6db7d803",
              "tidemark/marks/000000000000002A-6db7d803.json",
              "tidemark/marks/000000000000002a_6db7d803.json", "tidemark/marks/2a-6db7d803.json",
              "tidemark/marks/000000000000002a-6db7d80.json",
              "tidemark/marks/0000000000000000-6db7d803.json",
              "tidemark/marks/ffffffffffffffff-6db7d803.json",
              "tidemark/marks/000000000000002a-6db7d803.json.tmp",
              "ltx/0/000000000000002a-6db7d803.json"}) {
            QVERIFY2(!parseMarkObjectName(name), name);
        }
    }

    void writesReadsAndRemoves()
    {
        storage::MemoryStorage storage;
        const Mark late = mark("late", 50);
        const Mark early = mark("Vor dem Umzug \xe2\x80\x93 \xf0\x9f\x9a\x9a", 7);
        const Mark other = mark("another", 7);
        for (const Mark& each : {late, early, other}) {
            QVERIFY(writeMark(storage, each, {}).ok());
        }
        const MarkList list = readMarks(storage, {}).value();
        QCOMPARE(list.marks, (std::vector<Mark>{early, other, late}));
        QVERIFY(list.bad.empty());
        QCOMPARE(findMark(storage, "late", {}).value(), late);
        QVERIFY(storage.objects().begin()->second.time == early.createdAt);

        QVERIFY(removeMark(storage, "late", {}).ok());
        QCOMPARE(readMarks(storage, {}).value().marks, (std::vector<Mark>{early, other}));
        QVERIFY(findMark(storage, "late", {}).error().code == ErrorCode::NotFound);
        QVERIFY(removeMark(storage, "late", {}).error().code == ErrorCode::NotFound);
    }

    void anEmptyStorageHasNoMarks()
    {
        const storage::MemoryStorage storage;
        QVERIFY(readMarks(storage, {}).value().marks.empty());
    }

    void aNameIsGivenOnce()
    {
        storage::MemoryStorage storage;
        QVERIFY(writeMark(storage, mark("a", 4), {}).ok());
        for (const std::uint64_t txId : {std::uint64_t{4}, std::uint64_t{5}}) {
            const Status again = writeMark(storage, mark("a", txId), {});
            QVERIFY(!again.ok() && again.error().code == ErrorCode::AlreadyExists);
        }
        QCOMPARE(storage.objects().size(), std::size_t{1});
    }

    void whoGivesANameAtTheSameTimeGivesWayToTheOlder()
    {
        for (const int second : {900, 1100}) {
            storage::MemoryStorage storage;
            storage.onWrite = [&](const std::string&) {
                plant(storage, mark("a", 9, second));
                return Status();
            };
            const Status written = writeMark(storage, mark("a", 4, 1000), {});
            QCOMPARE(written.ok(), second == 1100);
            const MarkList list = readMarks(storage, {}).value();
            QCOMPARE(list.marks.size(), std::size_t{1});
            QCOMPARE(list.marks[0].txId.value, second == 1100 ? std::uint64_t{4} : 9);
            QCOMPARE(list.bad.size(), second == 1100 ? std::size_t{1} : 0);
        }
    }

    void namesAndNotesKeepTheRules_data()
    {
        QTest::addColumn<std::string>("name");
        QTest::newRow("empty") << std::string();
        QTest::newRow("too long") << std::string(kMaxMarkNameBytes + 1, 'x');
        QTest::newRow("space before") << std::string(" x");
        QTest::newRow("space behind") << std::string("x ");
        QTest::newRow("line break") << std::string("x\ny");
        QTest::newRow("escape") << std::string("x\x1b[2J");
        QTest::newRow("zero") << std::string("x\0y", 3);
        QTest::newRow("C1 control") << std::string("x\xc2\x9b");
        QTest::newRow("turned writing") << std::string("x\xe2\x80\xae");
        QTest::newRow("not UTF-8") << std::string("x\xff");
        QTest::newRow("cut short") << std::string("x\xe2\x80");
        QTest::newRow("longer than need be") << std::string("x\xc0\xaf");
        QTest::newRow("longer, three bytes") << std::string("x\xe0\x80\xaf");
        QTest::newRow("surrogate") << std::string("x\xed\xa0\x80");
        QTest::newRow("beyond Unicode") << std::string("x\xf4\x90\x80\x80");
    }
    void namesAndNotesKeepTheRules()
    {
        QFETCH(std::string, name);
        storage::MemoryStorage storage;
        QVERIFY(checkMarkName(name).error().code == ErrorCode::Usage);
        QVERIFY(!writeMark(storage, {.name = name, .txId = {4}}, {}).ok());
        QVERIFY(storage.objects().empty());
        const bool isFineAsNote = name.empty() || name.size() > kMaxMarkNameBytes ||
                                  name.find_first_of(" \n") != std::string::npos;
        QCOMPARE(checkMarkNote(name).ok(), isFineAsNote);
    }

    void theLongestNameAndNoteFitTheFile()
    {
        storage::MemoryStorage storage;
        const Mark longest{.name = std::string(kMaxMarkNameBytes, '"'),
                           .txId = {kMaxTxId()},
                           .note = std::string(kMaxMarkNoteBytes, '\n'),
                           .createdAt = Timestamp(std::chrono::seconds(5))};
        QVERIFY(writeMark(storage, longest, {}).ok());
        QVERIFY(storage.objects().begin()->second.bytes.size() <= kMaxMarkFileBytes);
        QCOMPARE(readMarks(storage, {}).value().marks, std::vector<Mark>{longest});
        QVERIFY(!checkMarkNote(std::string(kMaxMarkNoteBytes + 1, 'x')).ok());
    }
    static std::uint64_t kMaxTxId() { return ltx::kMaxTxId.value; }

    void everyShorterPrefixIsBad()
    {
        storage::MemoryStorage storage;
        const Mark whole = mark("a");
        plant(storage, whole);
        std::string& bytes = bytesOf(storage, whole);
        // The last byte is a line break behind the object.
        bytes.pop_back();
        while (!bytes.empty()) {
            bytes.pop_back();
            const MarkList list = readMarks(storage, {}).value();
            QVERIFY(list.marks.empty());
            QCOMPARE(list.bad.size(), std::size_t{1});
            QVERIFY(list.bad[0].fault.code == ErrorCode::Damaged);
            QVERIFY(findMark(storage, "a", {}).error().code == ErrorCode::NotFound);
        }
    }

    void aFlippedBitNeverGivesAnotherName()
    {
        storage::MemoryStorage storage;
        const Mark whole = mark("a");
        plant(storage, whole);
        std::string& bytes = bytesOf(storage, whole);
        int bad = 0;
        for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
            const auto flip = static_cast<char>(1 << (bit % 8));
            bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ flip);
            const MarkList list = readMarks(storage, {}).value();
            QCOMPARE(list.marks.size() + list.bad.size(), std::size_t{1});
            QVERIFY(list.marks.empty() ||
                    (list.marks[0].name == "a" && list.marks[0].txId.value == 42 &&
                     checkMarkNote(list.marks[0].note).ok()));
            bad += list.marks.empty() ? 1 : 0;
            bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ flip);
        }
        QVERIFY(bad > static_cast<int>(bytes.size()));
    }

    void foreignFilesAreListedAndLeftAlone_data()
    {
        QTest::addColumn<std::string>("bytes");
        QTest::newRow("nothing") << std::string();
        QTest::newRow("no JSON") << std::string(
            "\x7f"
            "ELF");
        QTest::newRow("a list") << std::string("[\"a\"]");
        QTest::newRow("a name that is a number") << std::string(R"({"name":4,"created":"x"})");
        QTest::newRow("a note alone") << std::string(R"({"note":"a"})");
        QTest::newRow("no time") << std::string(R"({"name":"a","note":""})");
        QTest::newRow("another name")
            << std::string(R"({"name":"b","created":"2026-11-22T12:31:06.812Z"})");
        QTest::newRow("very deep") << std::string(20'000, '[');
        QTest::newRow("very long") << std::string(5 << 20, ' ');
        QTest::newRow("no UTF-8") << std::string("{\"name\":\"a\xff\"}");
    }
    void foreignFilesAreListedAndLeftAlone()
    {
        QFETCH(std::string, bytes);
        storage::MemoryStorage storage;
        const std::string name = markObjectName({42}, "a");
        storage.objects()[name] = {.bytes = bytes};
        storage.objects()["tidemark/marks/readme.txt"] = {.bytes = "hello"};
        QVERIFY(writeMark(storage, mark("b"), {}).ok());
        const MarkList list = readMarks(storage, {}).value();
        QCOMPARE(list.marks.size(), std::size_t{1});
        QCOMPARE(list.bad.size(), std::size_t{2});
        QCOMPARE(list.bad[0].objectName, name);
        QCOMPARE(list.bad[1].objectName, std::string("tidemark/marks/readme.txt"));
        // Its name is taken until somebody removes it.
        QVERIFY(writeMark(storage, mark("a"), {}).error().code == ErrorCode::AlreadyExists);
        QVERIFY(removeMark(storage, "a", {}).ok());
        QVERIFY(writeMark(storage, mark("a"), {}).ok());
        QVERIFY(storage.objects().contains("tidemark/marks/readme.txt"));
    }

    void whatANewerVersionAddsIsPassedOver()
    {
        storage::MemoryStorage storage;
        storage.objects()[markObjectName({42}, "a")] = {
            .bytes = R"({"colour":{"r":1},"name":"a","created":"2026-11-22T12:31:06.812Z"})"};
        QCOMPARE(findMark(storage, "a", {}).value().txId.value, std::uint64_t{42});
    }

    void thereIsALimit()
    {
        storage::MemoryStorage storage;
        for (std::size_t i = 0; i < kMaxMarks; ++i) {
            plant(storage, mark("mark " + std::to_string(i), i + 1));
        }
        QVERIFY(writeMark(storage, mark("one more"), {}).error().code == ErrorCode::Unsupported);
        QCOMPARE(readMarks(storage, {}).value().marks.size(), kMaxMarks);
    }

    void aMarkThatVanishesWhileListedIsNone()
    {
        storage::MemoryStorage storage;
        plant(storage, mark("a"));
        plant(storage, mark("b"));
        storage.onRead = [&](const std::string& name) {
            return name == markObjectName({42}, "a") ? Status(Error{.code = ErrorCode::NotFound})
                                                     : Status();
        };
        QCOMPARE(readMarks(storage, {}).value().marks.size(), std::size_t{1});
    }

    void aStorageThatFailsIsSaid()
    {
        storage::MemoryStorage storage;
        plant(storage, mark("a"));
        storage.onRead = [](const std::string&) {
            return Status(Error{.code = ErrorCode::Unavailable});
        };
        QVERIFY(readMarks(storage, {}).error().code == ErrorCode::Unavailable);
    }

    void aPlanByMarkIsThatOfItsMoment()
    {
        MadeReplica made;
        for (int i = 0; i < 4; ++i) {
            made.commit({1, 2}, 3);
        }
        made.put(9, 1, 1);
        made.put(0, 2, 2);
        made.put(0, 3, 3);
        QVERIFY(writeMark(made.storage, mark("here", 2), {}).ok());
        QVERIFY(writeMark(made.storage, mark("gone", 4), {}).ok());
        Catalog catalog = openCatalog(made.storage, {}).value();
        QCOMPARE(planExactly(made.storage, catalog, AtMark{"here"}, {}).value(),
                 planRestore(catalog, AtTxId{{2}}).value());
        const auto gone = planExactly(made.storage, catalog, AtMark{"gone"}, {});
        QVERIFY(gone.error().code == ErrorCode::NotFound);
        QCOMPARE(inEnglish(gone.error().what),
                 std::string("The moment of mark \"gone\", transaction 4, cannot be restored any "
                             "more."));
        QVERIFY(inEnglish(gone.error().next).starts_with("The last moment is 3"));
        const auto never = planExactly(made.storage, catalog, AtMark{"never"}, {});
        QVERIFY(never.error().code == ErrorCode::NotFound);
        QVERIFY(planRestore(catalog, AtMark{"here"}).error().code == ErrorCode::Usage);
    }
};

QTEST_APPLESS_MAIN(TestMarks)
#include "tst_marks.moc"
