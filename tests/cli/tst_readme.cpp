#include "core/config/config_file.h"
#include "tests/support/memory_file_system.h"

#include <QFile>
#include <QTest>

using namespace tidemark;

/// Errors send people to the README for an example.
class TestReadme : public QObject {
    Q_OBJECT

private slots:
    void itsExamplesAreReadAndMeanTheSame()
    {
        const auto yml = read("yaml");
        const auto json = read("json");
        QVERIFY(yml.ok() && json.ok());
        QVERIFY(yml.value().notices.empty() && json.value().notices.empty());
        QVERIFY(json.value().isSettings);
        const auto& one = yml.value().databases;
        const auto& other = json.value().databases;
        QVERIFY(one.size() == 1 && other.size() == 1);
        QCOMPARE(one[0].path, other[0].path);
        QCOMPARE(one[0].replicas.size(), other[0].replicas.size());
        for (std::size_t i = 0; i < one[0].replicas.size(); ++i) {
            QVERIFY(addressOf(one[0].replicas[i]) == addressOf(other[0].replicas[i]));
            QVERIFY(one[0].replicas[i].keep == other[0].replicas[i].keep);
            QVERIFY(one[0].replicas[i].syncInterval == other[0].replicas[i].syncInterval);
        }
    }

private:
    [[nodiscard]] static storage::StorageAddress addressOf(const config::ReplicaSettings& replica)
    {
        return storage::parseAddress(replica.address, "/", "/").value();
    }

    /// The first block of that language.
    [[nodiscard]] static Result<config::FileConfig> read(const QString& language)
    {
        QFile readme(TIDEMARK_ROOT "/README.md");
        const bool isOpen = readme.open(QIODevice::ReadOnly);
        Q_ASSERT(isOpen);
        const std::string text = QString::fromUtf8(readme.readAll())
                                     .section("```" + language + "\n", 1)
                                     .section("```", 0, 0)
                                     .toStdString();
        MemoryFileSystem files;
        const auto file = files.open("/example", OpenFor::Creating, kPrivateFile);
        const Status written =
            file.value()->writeAt(std::as_bytes(std::span(text.data(), text.size())), 0);
        Q_ASSERT(written.ok());
        return config::readConfigFile(
            files, "/example", [](const std::string&) { return std::optional<std::string>(); });
    }
};

QTEST_APPLESS_MAIN(TestReadme)
#include "tst_readme.moc"
