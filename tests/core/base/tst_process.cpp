#include "core/base/process.h"

#include <QTest>

#include <map>

using namespace tidemark;

class TestProcess : public QObject {
    Q_OBJECT

    static std::string nameBy(const std::map<std::string, std::string>& variables)
    {
        return userName([&](const std::string& name) {
            const auto found = variables.find(name);
            return found == variables.end() ? std::nullopt : std::optional(found->second);
        });
    }

private slots:
    void theEnvironmentSaysWhoItIs()
    {
        QCOMPARE(nameBy({{"LOGNAME", "ada"}, {"USER", "eve"}}), std::string("ada"));
        QCOMPARE(nameBy({{"LOGNAME", ""}, {"USER", "eve"}}), std::string("eve"));
    }

    void whereItDoesNotTheSystemDoes() { QCOMPARE(nameBy({}), nameBy({{"USER", ""}})); }
};

QTEST_APPLESS_MAIN(TestProcess)
#include "tst_process.moc"
