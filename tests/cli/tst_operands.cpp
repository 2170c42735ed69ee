#include "app/cli/operands.h"
#include "app/cli/output.h"
#include "core/base/system_clock.h"
#include "core/config/settings.h"
#include "tests/support/folder_opener.h"
#include "tests/support/memory_file_system.h"

#include <QTest>

#include <cstdio>
#include <memory>
#include <vector>

using namespace tidemark;
using namespace tidemark::cli;

namespace {

const storage::StorageAddress kBucket{
    .kind = storage::StorageKind::S3, .path = "shop", .host = "backups"};

class NoSecrets final : public storage::SecretSource {
public:
    [[nodiscard]] Result<storage::Secrets> secretsOf(
        const storage::StorageAddress& /*address*/) const override
    {
        return storage::Secrets();
    }
};

/// A run in a world of its own, with settings and a keychain.
class World {
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> m_said{std::tmpfile(), &std::fclose};
    SystemClock m_clock;
    MemoryFileSystem m_files;
    SeededRandom m_random{1};
    Output m_output{m_said.get(), m_said.get(), false};
    FolderOpener m_storages{m_files, m_random};
    NoSecrets m_environment;

public:
    std::vector<storage::StorageAddress> asked;
    Result<storage::Secrets> kept = storage::Secrets{.password = Secret("shh")};
    storage::KnownSecrets secrets{m_environment};
    Session session{.clock = m_clock,
                    .files = m_files,
                    .random = m_random,
                    .output = m_output,
                    .storages = m_storages,
                    .secrets = secrets,
                    .keychain =
                        [this](const storage::StorageAddress& address) {
                            asked.push_back(address);
                            return kept;
                        },
                    .places = {.workingDirectory = "/home", .home = "/home", .config = "/config"}};

    explicit World(const config::Settings& settings)
    {
        const Status made = m_files.makeDirectories("/config", kPrivateDirectory);
        const Status saved =
            config::SettingsFile(m_files, "/config/" + std::string(config::kSettingsName))
                .save(settings);
        Q_ASSERT(made.ok() && saved.ok());
    }

    [[nodiscard]] std::string said()
    {
        std::string text(1000, '\0');
        std::rewind(m_said.get());
        text.resize(std::fread(text.data(), 1, text.size(), m_said.get()));
        return text;
    }
    [[nodiscard]] bool isKnown(const storage::StorageAddress& address) const
    {
        return secrets.secretsOf(address).value() != storage::Secrets();
    }
};

config::Settings settings()
{
    return {.databases = {{.path = "/home/shop.db",
                           .replicas = {{.name = "S3", .address = "s3://backups/shop"},
                                        {.name = "NAS", .address = "sftp://ada@nas/shop"}}}},
            .openedReplicas = {{.name = "S3", .address = "s3://backups/shop"}}};
}

}  // namespace

class TestOperands : public QObject {
    Q_OBJECT

private slots:
    void aNameOfTheSettingsIsItsAddressWithItsSecrets()
    {
        World world(settings());
        const auto address = storageOperand(world.session, "S3");
        QVERIFY(address.ok());
        QVERIFY(address.value() == kBucket);
        QVERIFY(world.isKnown(kBucket));
    }

    void anAddressThatTheSettingsListHasItsSecretsToo()
    {
        World world(settings());
        QVERIFY(storageOperand(world.session, "s3://backups/shop").ok());
        QVERIFY(world.isKnown(kBucket));
    }

    void forAnyOtherAddressNoKeychainIsAsked()
    {
        World world(settings());
        QVERIFY(storageOperand(world.session, "s3://backups/other").ok());
        QVERIFY(world.asked.empty());
    }

    void aNameOfSeveralPlacesIsAmbiguous()
    {
        config::Settings two = settings();
        two.openedReplicas[0].address = "s3://old";
        World world(two);
        const auto address = storageOperand(world.session, "S3");
        QVERIFY(!address.ok());
        QCOMPARE(address.error().code, ErrorCode::Usage);
    }

    void aKeychainThatIsLockedIsToldOnceAndAskedNoMore()
    {
        World world(settings());
        world.kept = Error{.code = ErrorCode::Forbidden, .what = {"test", "It is locked."}};
        QVERIFY(storageOperand(world.session, "S3").ok());
        QVERIFY(storageOperand(world.session, "NAS").ok());
        QCOMPARE(world.asked.size(), std::size_t(1));
        QCOMPARE(world.said().find("It is locked."), std::size_t(0));
        QCOMPARE(world.said().find("It is locked.", 1), std::string::npos);
    }

    void whereThereIsNoKeychainNothingIsSaid()
    {
        World world(settings());
        world.kept = Error{.code = ErrorCode::Unavailable, .what = {"test", "None."}};
        QVERIFY(storageOperand(world.session, "S3").ok());
        QVERIFY(world.said().empty());
    }

    void anEntryThatIsDamagedStandsInTheWayOfNoOther()
    {
        World world(settings());
        world.kept = Error{.code = ErrorCode::Damaged, .what = {"test", "It is damaged."}};
        QVERIFY(storageOperand(world.session, "S3").ok());
        world.kept = storage::Secrets{.password = Secret("shh")};
        QVERIFY(storageOperand(world.session, "NAS").ok());
        QCOMPARE(world.asked.size(), std::size_t(2));
    }
};

QTEST_GUILESS_MAIN(TestOperands)
#include "tst_operands.moc"
