#include "app/settings_object.h"
#include "tests/app/fakes.h"

#include <QSignalSpy>
#include <QTest>

using namespace tidemark;
using namespace tidemark::app;
using namespace tidemark::app::tests;
using namespace Qt::StringLiterals;

namespace {

struct Kept {
    FakeStore store;
    SettingsObject settings{{}, store};
};

}  // namespace

class TestSettingsObject : public QObject {
    Q_OBJECT

private slots:
    void everyChangeIsSavedAtOnceAndOnlyChangesAre()
    {
        Kept kept;
        QSignalSpy told(&kept.settings, &SettingsObject::appearanceChanged);
        kept.settings.setAppearance(SettingsObject::Appearance::System);
        QCOMPARE(kept.store.saved.size(), 0U);
        kept.settings.setAppearance(SettingsObject::Appearance::Dark);
        QCOMPARE(kept.store.saved.size(), 1U);
        QCOMPARE(kept.store.saved.back().appearance, config::Appearance::Dark);
        QCOMPARE(told.size(), 1);
    }

    void everyAppearanceAndZoneComesBackAsItWasChosen()
    {
        Kept kept;
        for (const auto each : {SettingsObject::Appearance::Dark, SettingsObject::Appearance::Light,
                                SettingsObject::Appearance::System}) {
            kept.settings.setAppearance(each);
            FakeStore other;
            QCOMPARE(SettingsObject(kept.store.saved.back(), other).appearance(), each);
        }
        for (const auto each : {SettingsObject::Zone::Utc, SettingsObject::Zone::Local}) {
            kept.settings.setZone(each);
            FakeStore other;
            QCOMPARE(SettingsObject(kept.store.saved.back(), other).zone(), each);
        }
    }

    void aHintIsSaidOnce()
    {
        Kept kept;
        QVERIFY(kept.settings.sayOnce("close-keeps-protecting"));
        QVERIFY(!kept.settings.sayOnce("close-keeps-protecting"));
        QCOMPARE(kept.store.saved.size(), 1U);
        FakeStore other;
        QVERIFY(!SettingsObject(kept.store.saved.back(), other).sayOnce("close-keeps-protecting"));
    }

    void theRestoreFolderIsForgottenOnDemand()
    {
        Kept kept;
        kept.settings.setRestoreFolder(u"/mnt/Ünïcode stick"_s);
        QCOMPARE(kept.settings.restoreFolder(), u"/mnt/Ünïcode stick"_s);
        kept.settings.forgetRestoreFolder();
        QVERIFY(kept.store.saved.back().lastRestoreFolder.empty());
    }

    void aDatabaseThatIsKnownIsReplacedAndNotDoubled()
    {
        Kept kept;
        kept.settings.addDatabase({.path = "/srv/a.db"});
        kept.settings.addDatabase({.path = "/srv/b.db"});
        kept.settings.addDatabase({.path = "/srv/a.db", .switchToWal = true});
        QCOMPARE(kept.settings.value().databases.size(), 2U);
        QVERIFY(kept.settings.value().databases[0].switchToWal);
    }

    void whatIsNotThereIsNotRemovedAndNotSaved()
    {
        Kept kept;
        kept.settings.removeDatabase("/srv/a.db");
        kept.settings.removeReplica("file:///srv");
        kept.settings.setPaused("/srv/a.db", true);
        QVERIFY(kept.store.saved.empty());
    }

    void aPauseIsKept()
    {
        Kept kept;
        kept.settings.addDatabase({.path = "/srv/a.db"});
        kept.settings.setPaused("/srv/a.db", true);
        QVERIFY(kept.store.saved.back().databases[0].paused);
        const std::size_t writes = kept.store.saved.size();
        kept.settings.setPaused("/srv/a.db", true);
        QCOMPARE(kept.store.saved.size(), writes);
    }

    void anOpenedReplicaIsKeptOnce()
    {
        Kept kept;
        kept.settings.addReplica({.name = "Archive", .address = "file:///srv/a"});
        kept.settings.addReplica({.name = "Again", .address = "file:///srv/a"});
        QCOMPARE(kept.settings.value().openedReplicas.size(), 1U);
        kept.settings.removeReplica("file:///srv/a");
        QVERIFY(kept.store.saved.back().openedReplicas.empty());
    }

    void whatANewerVersionWroteGoesBackWithIt()
    {
        FakeStore store;
        const config::Settings before{.databases = {{.path = "/srv/a.db", .unknown = R"({"x":1})"}},
                                      .unknown = R"({"colour":"sea"})"};
        SettingsObject settings(before, store);
        settings.setZone(SettingsObject::Zone::Utc);
        QCOMPARE(store.saved.back().unknown, before.unknown);
        QCOMPARE(store.saved.back().databases, before.databases);
    }

    void theWindowIsKeptWhenItMoved()
    {
        Kept kept;
        kept.settings.setWindow(QRect(1, 2, 640, 480), false);
        kept.settings.setWindow(QRect(1, 2, 640, 480), false);
        QCOMPARE(kept.store.saved.size(), 1U);
        kept.settings.setWindow(QRect(1, 2, 640, 480), true);
        QVERIFY(kept.store.saved.back().window->maximized);
    }

    void aProblemIsSaidUntilTheNextGoodWrite()
    {
        Kept kept;
        QSignalSpy told(&kept.settings, &SettingsObject::problemChanged);
        kept.settings.setProblem(u"The disk is full."_s, u"Make room."_s);
        kept.settings.setProblem(u"The disk is full."_s, u"Make room."_s);
        QCOMPARE(kept.settings.problem(), u"The disk is full."_s);
        QCOMPARE(kept.settings.advice(), u"Make room."_s);
        kept.settings.setProblem({}, {});
        QCOMPARE(told.size(), 2);
        QVERIFY(kept.settings.problem().isEmpty());
        QVERIFY(kept.settings.advice().isEmpty());
    }

    void whatWasFoundWhenTheyWereReadOutlivesEverySave()
    {
        Kept kept;
        kept.settings.setNotice(u"The file was torn."_s, u"The last good copy was opened."_s);
        kept.settings.setProblem({}, {});
        QCOMPARE(kept.settings.problem(), u"The file was torn."_s);
        QCOMPARE(kept.settings.advice(), u"The last good copy was opened."_s);
        kept.settings.setProblem(u"The disk is full."_s, {});
        QCOMPARE(kept.settings.problem(), u"The disk is full."_s);
        QVERIFY(kept.settings.advice().isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestSettingsObject)
#include "tst_settings_object.moc"
