#include "core/service/settings_mapping.h"

#include <QTest>

using namespace tidemark;
using namespace tidemark::service;
using namespace std::chrono_literals;

namespace {

config::DatabaseSettings everything()
{
    return {.path = "/home/ada/notes.db",
            .replicas = {{.name = "Folder",
                          .address = "file:///srv/notes",
                          .keep = {.everyMomentAtMost = 7},
                          .syncInterval = 10s}},
            .switchToWal = true,
            .watch = true,
            .paused = true,
            .syncInterval = 250ms,
            .drillEvery = 0h,
            .spoolLimitMib = 500};
}

}  // namespace

class TestSettingsMapping : public QObject {
    Q_OBJECT

private slots:
    void everyChoiceOfTheSettingsReachesTheService()
    {
        const DatabaseConfig config = configOf(everything());
        QCOMPARE(config.path, "/home/ada/notes.db");
        QVERIFY(config.switchToWal && config.watch && config.paused);
        QCOMPARE(config.burstInterval, 250ms);
        QCOMPARE(config.spoolLimitBytes, std::uint64_t{500} << 20);
        QVERIFY(config.replicas.empty());
    }

    void aReplicaIsReadFromWhereItsAddressStarts()
    {
        const auto atHome =
            configOf({.name = "Folder", .address = "~/notes"}, "/srv", "/home/ada").value();
        QCOMPARE(atHome.name, "Folder");
        QCOMPARE(atHome.address.path, "/home/ada/notes");
        const auto here = configOf({.name = "", .address = "notes"}, "/srv", "/home/ada").value();
        QCOMPARE(here.address.path, "/srv/notes");
    }

    void aReplicaOfAnUnknownKindIsAnError()
    {
        const auto deep = configOf({.name = "Sea", .address = "abyss://deep"}, "/srv", "/home/ada");
        QVERIFY(!deep.ok());
        QCOMPARE(deep.error().code, ErrorCode::Usage);
    }

    void whatTheServiceWasGivenIsRememberedAsItWas()
    {
        DatabaseConfig config = configOf(everything());
        config.replicas.push_back(
            configOf(everything().replicas.front(), "/srv", "/home/ada").value());
        QCOMPARE(settingsOf(config), everything());
    }
};

QTEST_GUILESS_MAIN(TestSettingsMapping)
#include "tst_settings_mapping.moc"
