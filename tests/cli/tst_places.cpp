#include "app/cli/run.h"

#include <QDir>
#include <QTemporaryDir>
#include <QTest>

#include <unistd.h>

#include <map>

using namespace tidemark;
using namespace tidemark::cli;

namespace {

Places placesWith(const std::map<std::string, std::string>& variables,
                  const QString& runtimeFolders)
{
    return placesFrom(
        [&variables](const std::string& name) {
            const auto found = variables.find(name);
            return found == variables.end() ? std::nullopt
                                            : std::optional<std::string>(found->second);
        },
        "/here", runtimeFolders.toStdString());
}

}  // namespace

class TestPlaces : public QObject {
    Q_OBJECT

private slots:
    void socketsAreWhereTheVariableSays()
    {
        QVERIFY(QDir(m_root.path()).mkpath(own()));
        const Places places =
            placesWith({{"HOME", "/home/ada"}, {"XDG_RUNTIME_DIR", "/run/x"}}, m_root.path());
        QCOMPARE(places.run, std::string("/run/x/tidemark"));
    }

    void withoutTheVariableTheyAreInTheUsualFolderOfTheUser()
    {
        QVERIFY(QDir(m_root.path()).mkpath(own()));
        const Places places = placesWith({{"HOME", "/home/ada"}}, m_root.path());
        QCOMPARE(places.run, m_root.filePath(own()).toStdString() + "/tidemark");
        // One that is relative counts as none.
        QCOMPARE(placesWith({{"XDG_RUNTIME_DIR", "run"}}, m_root.path()).run, places.run);
    }

    void withoutEitherTheyAreBesideTheData()
    {
        const Places places = placesWith({{"HOME", "/home/ada"}}, m_root.filePath("nowhere"));
        QCOMPARE(places.run, std::string("/home/ada/.local/share/tidemark/run"));
    }

    void aFolderOfSomebodyElseIsNotTaken()
    {
        if (::geteuid() == 0) {
            QVERIFY(QDir(m_root.path()).mkpath(own()));
            QCOMPARE(::chown(m_root.filePath(own()).toUtf8().constData(), 12345, 12345), 0);
        } else {
            QSKIP("Only root can give a folder away.");
        }
        const Places places = placesWith({{"HOME", "/home/ada"}}, m_root.path());
        QCOMPARE(places.run, std::string("/home/ada/.local/share/tidemark/run"));
    }

    void cleanup() { QDir(m_root.filePath(own())).removeRecursively(); }

private:
    [[nodiscard]] static QString own() { return QString::number(::geteuid()); }

    QTemporaryDir m_root;
};

QTEST_APPLESS_MAIN(TestPlaces)
#include "tst_places.moc"
