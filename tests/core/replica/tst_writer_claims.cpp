#include "core/replica/writer_claims.h"

#include "tests/support/memory_storage.h"

#include <QTest>

using namespace tidemark;
using namespace tidemark::replica;

class TestWriterClaims : public QObject {
    Q_OBJECT

    static WriterClaim claim()
    {
        return {.program = "tidemarkctl",
                .user = "anna",
                .life = {.host = "build-host",
                         .machine = "0011223344556677",
                         .boot = "a-b-c",
                         .processes = "pid:[4026531836]",
                         .processId = 4211,
                         .startedAt = 77},
                .since = Timestamp(std::chrono::seconds(1000))};
    }

    static std::string nameOf(std::uint64_t node)
    {
        return claimObjectName(claimNamePrefix(node, "x"), claim());
    }

private slots:
    void theFileIsNamedByInstallationAndReplica()
    {
        // SHA-256 of "before" begins so, by sha256sum.
        const std::string prefix = claimNamePrefix(42, "before");
        QCOMPARE(prefix, std::string("tidemark/writers/000000000000002a-6db7d803-"));
        const std::string name = claimObjectName(prefix, claim());
        QVERIFY(name.starts_with(prefix) && isClaimName(name));
        WriterClaim later = claim();
        later.since += std::chrono::milliseconds(1);
        QVERIFY(claimObjectName(prefix, later) != name);
    }

    void otherNamesAreNone()
    {
        for (const char* name :
             {"", "tidemark/writers/", "tidemark/writers/000000000000002a-6db7d803.json",
              "tidemark/writers/000000000000002a-6db7d803-00112233.json.tmp",
              "tidemark/writers/._000000000000002a-6db7d803-00112233.json",
              "tidemark/writers/000000000000002a-6db7d803-0011223g.json",
              "tidemark/writers/000000000000002a_6db7d803-00112233.json",
              "tidemark/marks/000000000000002a-6db7d803-00112233.json"}) {
            QVERIFY2(!isClaimName(name), name);
        }
        QVERIFY(isClaimName("tidemark/writers/000000000000002a-6db7d803-00112233.json"));
    }

    void whatIsWrittenIsRead()
    {
        QCOMPARE(decodeClaim(encodeClaim(claim())), std::optional(claim()));
    }

    void aNewerVersionMayAddToIt()
    {
        std::string text = encodeClaim(claim());
        text.insert(1, "\"new\": [1], ");
        QCOMPARE(decodeClaim(text), std::optional(claim()));
    }

    void whatIsNoClaimIsNone()
    {
        for (const char* text :
             {"", "{", "[]", "{}", "null", "{\"since\": 3}", "{\"since\": \"yesterday\"}",
              "{\"since\": \"1970-01-01T00:16:40.000Z\", \"pid\": 4294967296}"}) {
            QVERIFY2(!decodeClaim(text), text);
        }
    }

    void aNegativeProcessIsNone()
    {
        const auto read =
            decodeClaim("{\"since\": \"1970-01-01T00:16:40.000Z\", \"pid\": -1, \"host\": 7}");
        QVERIFY(read && read->life.processId == 0 && read->life.host.empty());
    }

    void anyHostCanBeWritten()
    {
        WriterClaim odd = claim();
        odd.life.host = "\xff\xfe";
        QVERIFY(decodeClaim(encodeClaim(odd)));
    }

    void allClaimsAreListed()
    {
        storage::MemoryStorage storage;
        QVERIFY(readClaims(storage, {}).value().empty());
        const std::string name = nameOf(1);
        QCOMPARE(writeClaim(storage, name, claim(), {}).value(), storage::WriteOutcome::Written);
        WriterClaim later = claim();
        later.user = "ben";
        QCOMPARE(writeClaim(storage, name, later, {}).value(), storage::WriteOutcome::AlreadyThere);
        storage.objects()["tidemark/writers/odd"] = {.bytes = "?"};
        storage.objects()[nameOf(2)] = {.bytes = "?"};
        storage.objects()[nameOf(3)] = {.bytes = std::string(100'000, ' ')};
        const auto claims = readClaims(storage, {}).value();
        QCOMPARE(claims.size(), std::size_t{3});
        QCOMPARE(claims[0].claim, std::optional(claim()));
        QCOMPARE(describe(claims[0]),
                 std::string("tidemarkctl of anna on build-host (process 4211, since "
                             "1970-01-01T00:16:40.000Z)"));
        QVERIFY(!claims[1].claim && !claims[2].claim);
        QCOMPARE(describe(claims[1]), nameOf(2));
    }

    void oneThatIsGivenUpMeanwhileIsNone()
    {
        storage::MemoryStorage storage;
        const std::string name = nameOf(1);
        QVERIFY(writeClaim(storage, name, claim(), {}).ok());
        storage.onRead = [&](const std::string&) {
            storage.objects().clear();
            return Status();
        };
        QVERIFY(readClaims(storage, {}).value().empty());
    }

    void aStorageThatFailsFails()
    {
        storage::MemoryStorage storage;
        QVERIFY(writeClaim(storage, nameOf(1), claim(), {}).ok());
        storage.onRead = [](const std::string&) {
            return Status(Error{.code = ErrorCode::Unavailable, .what = {"away"}});
        };
        QCOMPARE(readClaims(storage, {}).error().code, ErrorCode::Unavailable);
    }
};

QTEST_GUILESS_MAIN(TestWriterClaims)
#include "tst_writer_claims.moc"
