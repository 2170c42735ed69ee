#include "app/engine/kept_secrets.h"
#include "tests/app/keychain/fake_entries.h"

#include <QCoreApplication>
#include <QTest>

#include <future>

using namespace tidemark;
using namespace tidemark::app;
using namespace std::chrono_literals;

namespace {

const storage::StorageAddress kShop{
    .kind = storage::StorageKind::S3, .path = "shop", .host = "backups"};
const storage::StorageAddress kBelow{
    .kind = storage::StorageKind::S3, .path = "shop/more", .host = "backups"};

storage::Secrets keysOf(const char* name)
{
    return {.accessKeyId = Secret(name), .secretAccessKey = Secret("shh")};
}

/// What the environment has, for every place.
class Environment final : public storage::SecretSource {
public:
    bool isEmpty = false;

    [[nodiscard]] Result<storage::Secrets> secretsOf(
        const storage::StorageAddress& /*address*/) const override
    {
        return isEmpty ? storage::Secrets() : keysOf("environment");
    }
};

struct World {
    keychain::tests::FakeEntries entries;
    keychain::Keychain keychain{entries};
    Environment environment;
    KeptSecrets secrets{keychain, environment};

    [[nodiscard]] storage::Secrets of(const storage::StorageAddress& address) const
    {
        return secrets.secretsOf(address).value();
    }
};

}  // namespace

class TestKeptSecrets : public QObject {
    Q_OBJECT

private slots:
    void whatNobodyGaveComesFromTheEnvironment()
    {
        World world;
        QCOMPARE(world.of(kShop), keysOf("environment"));
    }

    void whatAFormGaveIsForExactlyThatPlace()
    {
        World world;
        world.secrets.tryWith(kShop, keysOf("form"));
        QCOMPARE(world.of(kShop), keysOf("form"));
        QCOMPARE(world.of(kBelow), keysOf("environment"));
        world.secrets.dropTried(kShop);
        QCOMPARE(world.of(kShop), keysOf("environment"));
    }

    void whatAFormTriedDoesNotTouchWhatIsInUse()
    {
        World world;
        world.secrets.tryWith(kShop, keysOf("good"));
        world.secrets.keep(kShop, [](const Status&) {});
        world.entries.answerAll();
        QCOMPARE(world.of(kShop), keysOf("good"));
        world.secrets.tryWith(kShop, keysOf("mistyped"));
        QCOMPARE(world.of(kShop), keysOf("mistyped"));
        world.secrets.dropTried(kShop);
        QCOMPARE(world.of(kShop), keysOf("good"));
    }

    void whatTheKeychainDoesNotTakeIsTriedAndNoMore()
    {
        World world;
        world.secrets.tryWith(kShop, keysOf("form"));
        world.entries.trouble = keychain::EntryAnswer::Outcome::Refused;
        std::optional<Status> kept;
        world.secrets.keep(kShop, [&](const Status& status) { kept = status; });
        world.entries.answerAll();
        QVERIFY(kept && !kept->ok());
        QCOMPARE(world.of(kShop), keysOf("form"));
        world.secrets.dropTried(kShop);
        QCOMPARE(world.of(kShop), keysOf("environment"));
    }

    void aKeyForTheEncryptionGoesWithTheKeysOfTheEnvironment()
    {
        World world;
        world.secrets.tryWith(kShop, {.customerKey = Secret("mine")});
        storage::Secrets both = keysOf("environment");
        both.customerKey = Secret("mine");
        QCOMPARE(world.of(kShop), both);
    }

    void whatCannotBeOpenedWithoutALockedKeychainSaysSo()
    {
        World world;
        world.environment.isEmpty = true;
        world.entries.trouble = keychain::EntryAnswer::Outcome::Refused;
        std::optional<Result<bool>> answer;
        const auto loaded = [&](const Result<bool>& isKnown) { answer = isKnown; };
        const storage::StorageAddress server{
            .kind = storage::StorageKind::Sftp, .path = "shop", .host = "nas", .user = "ada"};
        world.secrets.load(kShop, loaded);
        world.secrets.load(server, loaded);
        world.entries.answerAll();
        QVERIFY(answer && !answer->ok());
        const auto found = world.secrets.secretsOf(kShop);
        QVERIFY(!found.ok());
        QCOMPARE(found.error().code, ErrorCode::Credentials);
        QCOMPARE(found.error().what, answer->error().what);
        // Its key may lie in a file, or be the agent's.
        QVERIFY(world.secrets.secretsOf(server).ok());

        world.entries.trouble = keychain::EntryAnswer::Outcome::Done;
        world.secrets.load(kShop, loaded);
        world.entries.answerAll();
        QVERIFY(world.secrets.secretsOf(kShop).ok());
    }

    void whatIsKeptIsThereAtTheNextStart()
    {
        World world;
        world.secrets.tryWith(kShop, keysOf("form"));
        std::optional<Status> kept;
        world.secrets.keep(kShop, [&](const Status& status) { kept = status; });
        world.entries.answerAll();
        QVERIFY(kept && kept->ok());

        World next;
        next.entries.held = world.entries.held;
        std::optional<bool> isKnown;
        next.secrets.load(kShop, [&](const Result<bool>& known) { isKnown = known.value(); });
        QVERIFY(!isKnown);
        next.entries.answerAll();
        QVERIFY(isKnown == true);
        QCOMPARE(next.of(kShop), keysOf("form"));
    }

    void whoOpensAStorageMeanwhileWaitsForTheKeychain()
    {
        World world;
        world.secrets.tryWith(kShop, keysOf("form"));
        world.secrets.keep(kShop, [](const Status&) {});
        world.entries.answerAll();
        World next;
        next.entries.held = world.entries.held;
        next.secrets.load(kShop, [](const Result<bool>&) {});
        auto found = std::async(std::launch::async, [&] { return next.of(kShop); });
        next.entries.answerAll();
        QCOMPARE(found.get(), keysOf("form"));
    }

    void whereNothingIsKeptTheEnvironmentStays()
    {
        World world;
        std::optional<bool> isKnown;
        world.secrets.load(kShop, [&](const Result<bool>& known) { isKnown = known.value(); });
        world.entries.answerAll();
        QVERIFY(isKnown == false);
        QCOMPARE(world.of(kShop), keysOf("environment"));
    }

    void aPlaceWithoutSecretsNeedsNoKeychain()
    {
        World world;
        world.entries.trouble = keychain::EntryAnswer::Outcome::NobodyAnswers;
        std::optional<Status> kept;
        world.secrets.keep(kShop, [&](const Status& status) { kept = status; });
        QVERIFY(!kept);
        QCoreApplication::processEvents();
        QVERIFY(kept && kept->ok());
        QVERIFY(world.entries.waiting.empty());
    }

    void itIsToldWhetherAKeychainAnswers()
    {
        World world;
        std::optional<Status> answers;
        world.secrets.look([&](const Status& status) { answers = status; });
        world.entries.answerAll();
        QVERIFY(answers && answers->ok());
        world.entries.trouble = keychain::EntryAnswer::Outcome::NobodyAnswers;
        world.secrets.look([&](const Status& status) { answers = status; });
        world.entries.answerAll();
        QVERIFY(!answers->ok());
    }
};

QTEST_GUILESS_MAIN(TestKeptSecrets)
#include "tst_kept_secrets.moc"
