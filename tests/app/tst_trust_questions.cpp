#include "app/trust_questions.h"

#include <QSignalSpy>
#include <QTest>

#include <future>

using namespace tidemark;
using namespace tidemark::app;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr int kPatienceMs = 10'000;
const storage::HostKey kNas{
    .host = "nas.local", .algorithm = "ssh-ed25519", .fingerprint = "SHA256:abc"};
const storage::HostKey kCloud{
    .host = "cloud", .algorithm = "ssh-ed25519", .fingerprint = "SHA256:def"};

/// A thread that opens a storage asks.
std::future<bool> asked(TrustQuestions& person, const storage::HostKey& key)
{
    return std::async(std::launch::async, [&person, key] { return person.trusts(key, {}); });
}

bool isOpen(const std::future<bool>& answer)
{
    return answer.wait_for(0s) != std::future_status::ready;
}

}  // namespace

class TestTrustQuestions : public QObject {
    Q_OBJECT

private slots:
    void withoutAWindowNobodyIsTrusted()
    {
        TrustQuestions person;
        QVERIFY(!asked(person, kNas).get());
    }

    void theThreadWaitsForTheAnswer()
    {
        TrustQuestions person;
        person.setPresent(true);
        auto answer = asked(person, kNas);
        QTRY_VERIFY_WITH_TIMEOUT(person.asking(), kPatienceMs);
        QCOMPARE(person.host(), u"nas.local"_s);
        QCOMPARE(person.fingerprint(), u"SHA256:abc"_s);
        QVERIFY(isOpen(answer));
        person.answer(true);
        QVERIFY(answer.get());
        QVERIFY(!person.asking());
    }

    void twoQuestionsComeOneAfterTheOther()
    {
        TrustQuestions person;
        person.setPresent(true);
        auto first = asked(person, kNas);
        QTRY_VERIFY_WITH_TIMEOUT(person.asking(), kPatienceMs);
        auto second = asked(person, kCloud);
        person.answer(false);
        QVERIFY(!first.get());
        QTRY_COMPARE_WITH_TIMEOUT(person.host(), u"cloud"_s, kPatienceMs);
        person.answer(true);
        QVERIFY(second.get());
    }

    void closingTheWindowRefusesWhatIsAsked()
    {
        TrustQuestions person;
        person.setPresent(true);
        auto answer = asked(person, kNas);
        QTRY_VERIFY_WITH_TIMEOUT(person.asking(), kPatienceMs);
        person.setPresent(false);
        QVERIFY(!answer.get());
        QVERIFY(!person.asking());
    }

    void whoStopsAskingTakesTheQuestionBack()
    {
        TrustQuestions person;
        person.setPresent(true);
        std::stop_source stop;
        auto answer =
            std::async(std::launch::async, [&] { return person.trusts(kNas, stop.get_token()); });
        auto other = asked(person, kCloud);
        QTRY_VERIFY_WITH_TIMEOUT(person.asking(), kPatienceMs);
        stop.request_stop();
        QVERIFY(!answer.get());
        QTRY_COMPARE_WITH_TIMEOUT(person.host(), u"cloud"_s, kPatienceMs);
        person.answer(true);
        QVERIFY(other.get());
    }

    void anotherKeyThatItIsKnownByIsTold()
    {
        TrustQuestions person;
        person.setPresent(true);
        storage::HostKey key = kNas;
        key.otherKnown = "known_hosts:3 ssh-rsa SHA256:old";
        auto answer = asked(person, key);
        QTRY_VERIFY_WITH_TIMEOUT(person.asking(), kPatienceMs);
        QCOMPARE(person.otherKnown(), u"known_hosts:3 ssh-rsa SHA256:old"_s);
        person.answer(false);
        QVERIFY(!answer.get());
        QVERIFY(person.otherKnown().isEmpty());
    }

    void noSecretIsAskedForThere()
    {
        TrustQuestions person;
        person.setPresent(true);
        QVERIFY(!person.secret({"tests", "Password?"}));
    }
};

QTEST_GUILESS_MAIN(TestTrustQuestions)
#include "tst_trust_questions.moc"
