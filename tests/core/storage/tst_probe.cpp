#include "core/storage/probe.h"
#include "tests/support/memory_storage.h"
#include "tests/support/simulated_clock.h"

#include <QTest>

#include <map>

using namespace tidemark;
using namespace tidemark::storage;
using namespace std::chrono_literals;

namespace {

enum class Call { List, Stage, Publish, Read, Find, Remove };

Error failing(ErrorCode code)
{
    return {.code = code, .what = {TIDEMARK_TEXT("test", "No.")}};
}

/// A place with one thing wrong.
class Place final : public Storage {
public:
    explicit Place(Clock& clock) : m_clock(clock) {}

    std::map<Call, ErrorCode> faults = {};
    std::function<void(Call)> onCall = [](Call) {};
    std::chrono::milliseconds serverAhead{0};
    bool saysTimes = true;
    bool overwrites = false;
    bool onlyLooks = false;
    bool forgetsNothing = false;  ///< Says that it removed, and did not.
    MemoryStorage inside = {};

    [[nodiscard]] Status list(std::string_view prefix,
                              const std::function<Listing(const ObjectEntry&)>& entry,
                              std::stop_token stop) const override
    {
        TIDEMARK_TRY_STATUS(answer(Call::List, stop));
        return inside.list(prefix, entry, stop);
    }
    [[nodiscard]] Result<std::optional<ObjectEntry>> find(const std::string& name,
                                                          std::stop_token stop) const override
    {
        TIDEMARK_TRY_STATUS(answer(Call::Find, stop));
        TIDEMARK_TRY(auto found, inside.find(name, stop));
        if (found && saysTimes) {
            found->modified = m_clock.now() + serverAhead;
        }
        return found;
    }
    [[nodiscard]] Result<std::unique_ptr<ByteReader>> read(const std::string& name,
                                                           std::uint64_t offset,
                                                           std::uint64_t length,
                                                           std::stop_token stop) const override
    {
        TIDEMARK_TRY_STATUS(answer(Call::Read, stop));
        return inside.read(name, offset, length, stop);
    }
    [[nodiscard]] Result<std::unique_ptr<StagedObject>> stage(const std::string& name,
                                                              const ByteSource& source,
                                                              const ObjectMetadata& metadata,
                                                              std::stop_token stop) override
    {
        TIDEMARK_TRY_STATUS(answer(Call::Stage, stop));
        if (overwrites) {
            inside.objects().erase(name);
        }
        return inside.stage(name, source, metadata, stop);
    }
    [[nodiscard]] Result<std::size_t> publish(std::span<StagedObject* const> staged,
                                              std::stop_token stop) override
    {
        TIDEMARK_TRY_STATUS(answer(Call::Publish, stop));
        return inside.publish(staged, stop);
    }
    [[nodiscard]] Status remove(std::span<const std::string> names, std::stop_token stop) override
    {
        TIDEMARK_TRY_STATUS(answer(Call::Remove, stop));
        return forgetsNothing ? Status() : inside.remove(names, stop);
    }
    [[nodiscard]] bool onlyLooksFirst() const override { return onlyLooks; }
    [[nodiscard]] std::string describe() const override { return "the place"; }

private:
    Status answer(Call call, const std::stop_token& stop) const
    {
        onCall(call);
        if (stop.stop_requested()) {
            return cancelled();
        }
        const auto fault = faults.find(call);
        return fault == faults.end() ? Status() : Status(failing(fault->second));
    }

    Clock& m_clock;
};

constexpr std::array kSteps{ProbeStep::Reach, ProbeStep::Authenticate, ProbeStep::List,
                            ProbeStep::Write, ProbeStep::ReadBack,     ProbeStep::CreateOnly,
                            ProbeStep::Clock, ProbeStep::Delete};

/// "ppppppps": the results of all steps in their order.
QString shortly(const std::vector<ProbedStep>& steps)
{
    QString text;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        if (i >= kSteps.size() || steps[i].step != kSteps[i]) {
            return "out of order";
        }
        text += QChar(codeName(steps[i].result)[0]);
        if (steps[i].failure.has_value() != (steps[i].result == ProbeResult::Failed)) {
            return "a failure without a reason, or the other way round";
        }
    }
    return text;
}

}  // namespace

class TestProbe : public QObject {
    Q_OBJECT

private slots:
    void aGoodPlacePassesAndIsLeftAsItWas()
    {
        Place place(m_clock);
        const Probed probed = tryOut(place);
        QCOMPARE(shortly(probed.steps), QString("pppppppp"));
        QVERIFY(place.inside.objects().empty());
        QVERIFY(probed.left.empty());
        QVERIFY(firstFailure(probed.steps) == nullptr);
    }

    void theObjectHasANameThatNoReplicaHas()
    {
        Place place(m_clock);
        place.onCall = [&place, this](Call call) {
            if (call == Call::Read) {
                m_name = place.inside.objects().begin()->first;
            }
        };
        static_cast<void>(tryOut(place));
        QVERIFY(m_name.starts_with(kProbeStem));
        QCOMPARE(m_name.size(), kProbeStem.size() + 16);
    }

    void stepsAreToldAsTheyCome()
    {
        Place place(m_clock);
        std::vector<ProbedStep> told;
        std::size_t toldBeforeRead = 0;
        place.onCall = [&](Call call) {
            toldBeforeRead = call == Call::Read ? told.size() : toldBeforeRead;
        };
        const auto probed = probe(place,
                                  {.clock = m_clock,
                                   .random = m_random,
                                   .tell = [&](const ProbedStep& step) { told.push_back(step); }},
                                  {});
        QVERIFY(probed.ok());
        QCOMPARE(toldBeforeRead, std::size_t{4});
        QVERIFY(told == probed.value().steps);
    }

    /// One call that fails in one way, and what each step makes of it.
    void eachFailureIsThatOfItsStep_data()
    {
        QTest::addColumn<int>("call");
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("results");
        const auto row = [](const char* name, Call call, ErrorCode code, const char* results) {
            QTest::newRow(name) << static_cast<int>(call) << static_cast<int>(code) << results;
        };
        row("nobody answers", Call::List, ErrorCode::Unavailable, "fsssssss");
        row("the way is badly described", Call::List, ErrorCode::Usage, "fsssssss");
        row("a stranger", Call::List, ErrorCode::Credentials, "pfssssss");
        row("no right to list", Call::List, ErrorCode::Forbidden, "ppfppppp");
        row("a listing that lies", Call::List, ErrorCode::Damaged, "ppfsssss");
        row("not there yet", Call::List, ErrorCode::NotFound, "ppnppppp");
        row("no right to write", Call::Publish, ErrorCode::Forbidden, "pppfssss");
        row("full", Call::Stage, ErrorCode::NoSpace, "pppfssss");
        row("lost while it was written", Call::Publish, ErrorCode::Unavailable, "pppfssss");
        row("no right to read", Call::Read, ErrorCode::Forbidden, "ppppfpsp");
        row("no right to find", Call::Find, ErrorCode::Forbidden, "ppppppfp");
        row("no right to delete", Call::Remove, ErrorCode::Forbidden, "pppppppf");
    }
    void eachFailureIsThatOfItsStep()
    {
        QFETCH(int, call);
        QFETCH(int, code);
        QFETCH(QString, results);
        Place place(m_clock);
        place.faults[static_cast<Call>(call)] = static_cast<ErrorCode>(code);
        const Probed probed = tryOut(place);
        QCOMPARE(shortly(probed.steps), results);
        const bool stays = static_cast<Call>(call) == Call::Remove;
        QCOMPARE(place.inside.objects().empty(), !stays);
        QCOMPARE(probed.left.empty(), !stays);
        if (const Error* const first = firstFailure(probed.steps)) {
            QCOMPARE(static_cast<int>(first->code), code);
        }
    }

    void aBucketThatIsMissingIsNeverMadeAndSaysWhy()
    {
        Place place(m_clock);
        place.faults = {{Call::List, ErrorCode::NotFound}, {Call::Publish, ErrorCode::NotFound}};
        const Probed probed = tryOut(place);
        QCOMPARE(shortly(probed.steps), QString("ppfsssss"));
        QVERIFY(probed.left.empty());
    }

    void aFileInThePlaceOfAFolderIsTheFailureOfListing()
    {
        Place place(m_clock);
        place.faults = {{Call::List, ErrorCode::NotFound}, {Call::Stage, ErrorCode::TargetRefused}};
        const Probed probed = tryOut(place);
        QCOMPARE(shortly(probed.steps), QString("ppfsssss"));
        QCOMPARE(firstFailure(probed.steps)->code, ErrorCode::TargetRefused);
    }

    void allMissingRightsAreToldAtOnce()
    {
        Place place(m_clock);
        for (const Call call : {Call::List, Call::Publish, Call::Remove}) {
            place.faults[call] = ErrorCode::Forbidden;
        }
        const Probed probed = tryOut(place);
        QCOMPARE(shortly(probed.steps), QString("ppffsssf"));
        QVERIFY(probed.left.empty());
    }

    void whatMayHaveBeenWrittenAndCannotBeRemovedIsNamed()
    {
        Place place(m_clock);
        place.faults = {{Call::Publish, ErrorCode::Unavailable},
                        {Call::Remove, ErrorCode::Unavailable}};
        const Probed probed = tryOut(place);
        QCOMPARE(shortly(probed.steps), QString("pppfssss"));
        QVERIFY(QString::fromStdString(probed.left).startsWith(QString("tidemark/test-")));
    }

    void otherBytesAreDamage()
    {
        Place place(m_clock);
        place.onCall = [&place](Call call) {
            if (call == Call::Read) {
                place.inside.objects().begin()->second.bytes.back() ^= 1;
            }
        };
        const Probed probed = tryOut(place);
        QCOMPARE(shortly(probed.steps), QString("ppppfpsp"));
        QCOMPARE(firstFailure(probed.steps)->code, ErrorCode::Damaged);
        QVERIFY(place.inside.objects().empty());
    }

    void aPlaceThatOverwritesFails()
    {
        Place place(m_clock);
        place.overwrites = true;
        QCOMPARE(shortly(tryOut(place).steps), QString("pppppfpp"));
    }

    void aPlaceThatOnlyLooksFirstIsNoted()
    {
        Place place(m_clock);
        place.onlyLooks = true;
        const Probed probed = tryOut(place);
        QCOMPARE(shortly(probed.steps), QString("pppppnpp"));
        QVERIFY(!probed.steps[5].advice.source.empty());
    }

    void clocksThatDifferAreNotedWithHowMuchAndWhichWay_data()
    {
        QTest::addColumn<int>("minutes");
        QTest::addColumn<QString>("sentence");
        QTest::newRow("no matter") << 5 << QString();
        QTest::newRow("behind") << 20
                                << "This computer's clock is 20 minutes behind that of the place.";
        QTest::newRow("ahead") << -61
                               << "This computer's clock is 61 minutes ahead of that of the place.";
        QTest::newRow("hours") << 180
                               << "This computer's clock is 3 hours behind that of the place.";
        QTest::newRow("years") << -60 * 24 * 365
                               << "This computer's clock is 365 days ahead of that of the place.";
    }
    void clocksThatDifferAreNotedWithHowMuchAndWhichWay()
    {
        QFETCH(int, minutes);
        QFETCH(QString, sentence);
        Place place(m_clock);
        place.serverAhead = std::chrono::minutes(minutes);
        const ProbedStep clock = tryOut(place).steps.at(6);
        QCOMPARE(clock.result, sentence.isEmpty() ? ProbeResult::Passed : ProbeResult::Noted);
        QCOMPARE(QString::fromStdString(inEnglish(clock.note)), sentence);
    }

    void aPlaceWithoutTimesIsNoted()
    {
        Place place(m_clock);
        place.saysTimes = false;
        QCOMPARE(shortly(tryOut(place).steps), QString("ppppppnp"));
    }

    void whatIsStillThereAfterItsRemovalFails()
    {
        Place place(m_clock);
        place.forgetsNothing = true;
        const Probed probed = tryOut(place);
        QCOMPARE(shortly(probed.steps), QString("pppppppf"));
        QVERIFY(!probed.left.empty());
    }

    void aPlaceThatIsOnlyReadIsNotWrittenTo()
    {
        Place place(m_clock);
        place.faults[Call::Stage] = ErrorCode::Bug;
        const auto probed =
            probe(place, {.clock = m_clock, .random = m_random, .isReadOnly = true}, {});
        QCOMPARE(shortly(probed.value().steps), QString("pppn"));
        place.faults[Call::List] = ErrorCode::NotFound;
        const auto missing =
            probe(place, {.clock = m_clock, .random = m_random, .isReadOnly = true}, {});
        QCOMPARE(shortly(missing.value().steps), QString("ppfsssss"));
    }

    void aStopInTheMidstRemovesTheObject_data()
    {
        QTest::addColumn<int>("call");
        QTest::newRow("list") << static_cast<int>(Call::List);
        QTest::newRow("write") << static_cast<int>(Call::Publish);
        QTest::newRow("read") << static_cast<int>(Call::Read);
        QTest::newRow("find") << static_cast<int>(Call::Find);
        QTest::newRow("remove") << static_cast<int>(Call::Remove);
    }
    void aStopInTheMidstRemovesTheObject()
    {
        QFETCH(int, call);
        // Five seconds to tidy up do not end by themselves.
        SimulatedClock clock(SimulatedWait::LastsUntilMoved);
        Place place(clock);
        std::stop_source stop;
        place.onCall = [&](Call made) {
            if (made == static_cast<Call>(call)) {
                stop.request_stop();
            }
        };
        const auto probed = probe(place, {.clock = clock, .random = m_random}, stop.get_token());
        QVERIFY(!probed.ok());
        QCOMPARE(probed.error().code, ErrorCode::Cancelled);
        QVERIFY(place.inside.objects().empty());
    }

private:
    Probed tryOut(Place& place)
    {
        return probe(place, {.clock = m_clock, .random = m_random}, {}).value();
    }

    SimulatedClock m_clock;
    SeededRandom m_random{1};
    std::string m_name;
};

QTEST_APPLESS_MAIN(TestProbe)
#include "tst_probe.moc"
