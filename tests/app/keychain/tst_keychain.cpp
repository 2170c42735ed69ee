#include "app/keychain/keychain.h"
#include "app/keychain/qt_keychain_entries.h"
#include "app/keychain/secrets_text.h"
#include "tests/app/keychain/fake_entries.h"

#include <QTest>
#include <QTimer>

using namespace tidemark;
using namespace tidemark::keychain;
using namespace tidemark::keychain::tests;
using namespace std::chrono_literals;
using Outcome = EntryAnswer::Outcome;

namespace {

/// Of the real keychain; without one the bus refuses at once.
constexpr auto kPatience = 20s;

const storage::StorageAddress kBucket{
    .kind = storage::StorageKind::S3, .path = "notes", .host = "backups"};

storage::Secrets keys()
{
    return {.accessKeyId = Secret("AKIA3EXAMPLE"), .secretAccessKey = Secret("s3cr\"t ü")};
}

/// A keychain in a test's hands, and what it answered last.
struct World {
    FakeEntries entries;
    Keychain keychain{entries};
    std::optional<Result<storage::Secrets>> found = {};
    std::optional<Status> ended = {};

    void read(const storage::StorageAddress& address = kBucket)
    {
        keychain.read(address, [this](const Result<storage::Secrets>& each) { found = each; });
        entries.answerAll();
    }
    void write(const storage::Secrets& secrets)
    {
        keychain.write(kBucket, secrets, [this](const Status& each) { ended = each; });
        entries.answerAll();
    }
};

}  // namespace

class TestKeychain : public QObject {
    Q_OBJECT

private slots:
    void whatIsWrittenIsReadAgain()
    {
        World world;
        world.write(keys());
        QVERIFY(world.ended && world.ended->ok());
        world.read();
        QVERIFY(world.found && world.found->ok());
        QVERIFY(world.found->value() == keys());
    }

    void eachMemberSurvives()
    {
        const storage::Secrets all{.accessKeyId = Secret("a"),
                                   .secretAccessKey = Secret("b"),
                                   .sessionToken = Secret("c"),
                                   .customerKey = Secret("d"),
                                   .accountKey = Secret("e"),
                                   .sasToken = Secret("f"),
                                   .password = Secret("g"),
                                   .passphrase = Secret("h"),
                                   .keyFile = "/home/ada/.ssh/id",
                                   .region = "eu-central-1"};
        const auto again = secretsIn(textOf(all));
        QVERIFY(again.ok());
        QVERIFY(again.value() == all);
    }

    void whatIsEmptyIsNotWritten()
    {
        World world;
        world.write({.password = Secret("p")});
        QCOMPARE(world.entries.held.at(storage::replicaId(kBucket)),
                 std::string(R"({"password":"p"})"));
    }

    void anotherPlaceHasOtherSecrets()
    {
        World world;
        world.write(keys());
        world.read({.kind = storage::StorageKind::S3, .path = "shop", .host = "backups"});
        QVERIFY(world.found && world.found->ok());
        QVERIFY(world.found->value() == storage::Secrets());
    }

    void whatIsRemovedIsGoneAndMayBeRemovedAgain()
    {
        World world;
        world.write(keys());
        for (int i = 0; i < 2; ++i) {
            world.ended.reset();
            world.keychain.remove(kBucket, [&](const Status& each) { world.ended = each; });
            world.entries.answerAll();
            QVERIFY(world.ended && world.ended->ok());
            QVERIFY(world.entries.held.empty());
        }
    }

    void whatIsNoEntryOfOursIsDamagedAndNotRepeated()
    {
        World world;
        world.entries.held[storage::replicaId(kBucket)] = "hunter2";
        world.read();
        QVERIFY(world.found && !world.found->ok());
        QCOMPARE(world.found->error().code, ErrorCode::Damaged);
        QVERIFY(inEnglish(world.found->error().what).find("hunter2") == std::string::npos);
    }

    void memberOfALaterVersionIsPassedOver()
    {
        const auto secrets = secretsIn(Secret(R"({"password":"p","face":3,"passphrase":4})"));
        QVERIFY(secrets.ok());
        QVERIFY(secrets.value() == storage::Secrets{.password = Secret("p")});
    }

    void aLockedKeychainIsToldFromNone()
    {
        World world;
        world.entries.trouble = Outcome::Refused;
        world.read();
        QCOMPARE(world.found->error().code, ErrorCode::Forbidden);
        world.entries.trouble = Outcome::NobodyAnswers;
        world.write(keys());
        QCOMPARE(world.ended->error().code, ErrorCode::Unavailable);
        QCOMPARE(inEnglish(world.ended->error().what), std::string("No keychain answers here."));
        world.entries.trouble = Outcome::Failed;
        world.read();
        QCOMPARE(inEnglish(world.found->error().what),
                 std::string("The keychain does not work: no reply"));
    }

    void aProgramWithoutAWindowWaitsForTheAnswer()
    {
        World world;
        world.write(keys());
        QTimer::singleShot(0, this, [&] { world.entries.answerAll(); });
        const auto secrets = readWithin(world.keychain, kBucket, kPatience, {});
        QVERIFY(secrets.ok());
        QVERIFY(secrets.value() == keys());
    }

    void butNotForLongerThanItSaid()
    {
        World world;
        const auto secrets = readWithin(world.keychain, kBucket, 1ms, {});
        QVERIFY(!secrets.ok());
        QCOMPARE(secrets.error().code, ErrorCode::Forbidden);
        world.entries.answerAll();  // Late, and nobody is hurt.
    }

    void norOnceItIsToStop()
    {
        World world;
        std::stop_source stop;
        QTimer::singleShot(0, this, [&] { stop.request_stop(); });
        const auto secrets = readWithin(world.keychain, kBucket, kPatience, stop.get_token());
        QVERIFY(!secrets.ok());
        QCOMPARE(secrets.error().code, ErrorCode::Cancelled);
    }

    void withoutAKeychainOnThisDesktopItSaysWhatToStart()
    {
        qputenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere");
        QtKeychainEntries entries;
        Keychain keychain(entries);
        const auto read = readWithin(keychain, kBucket, kPatience, {});
        QVERIFY(!read.ok());
        QCOMPARE(inEnglish(read.error().what), std::string("No keychain answers here."));
        QVERIFY(inEnglish(read.error().next).find("KWallet") != std::string::npos);
        std::optional<Status> written;
        keychain.write(kBucket, keys(), [&](const Status& each) { written = each; });
        QTRY_VERIFY_WITH_TIMEOUT(written.has_value(), 20'000);
        QCOMPARE(inEnglish(written->error().what), std::string("No keychain answers here."));
    }
};

QTEST_GUILESS_MAIN(TestKeychain)
#include "tst_keychain.moc"
