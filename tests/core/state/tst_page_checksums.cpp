#include "core/base/posix_file_system.h"
#include "core/state/page_checksums.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace tidemark;
using namespace tidemark::state;

class TestPageChecksums : public QObject {
    Q_OBJECT

    static constexpr ltx::TxId kTxId{7};
    static constexpr qsizetype kHeaderBytes = 32;

    std::unique_ptr<QTemporaryDir> m_folder;
    PosixFileSystem m_files;

    [[nodiscard]] std::string path() const { return m_folder->filePath("pages.crc").toStdString(); }

    static PageChecksums checksums()
    {
        PageChecksums made(4096);
        made.resize(20);
        for (std::uint32_t page = 1; page <= made.pageCount(); ++page) {
            made.set(page, page * 0x9e3779b97f4a7c15U);
        }
        return made;
    }

    [[nodiscard]] QByteArray bytes() const
    {
        QFile file(QString::fromStdString(path()));
        return file.open(QFile::ReadOnly) ? file.readAll() : QByteArray();
    }
    [[nodiscard]] bool isRefused(const QByteArray& bytes)
    {
        QFile file(QString::fromStdString(path()));
        if (!file.open(QFile::WriteOnly) || file.write(bytes) != bytes.size()) {
            return false;
        }
        file.close();
        const auto loaded = loadChecksums(m_files, path());
        return loaded.ok() && !loaded.value();
    }

private slots:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        QVERIFY(saveChecksums(m_files, path(), kTxId, checksums()).ok());
    }

    void whatWasSavedComesBack()
    {
        const auto loaded = loadChecksums(m_files, path());
        QVERIFY(loaded.ok() && loaded.value());
        QCOMPARE(loaded.value()->txId.value, kTxId.value);
        QVERIFY(loaded.value()->checksums == checksums());
    }

    void noFileIsNone()
    {
        QVERIFY(QFile::remove(QString::fromStdString(path())));
        const auto loaded = loadChecksums(m_files, path());
        QVERIFY(loaded.ok() && !loaded.value());
    }

    void everyShorterPrefixIsRefused()
    {
        const QByteArray whole = bytes();
        QCOMPARE(whole.size(), kHeaderBytes + 20 * 8);
        for (qsizetype length = 0; length < whole.size(); ++length) {
            QVERIFY2(isRefused(whole.left(length)), qPrintable(QString::number(length)));
        }
        QVERIFY(isRefused(whole + '\0'));
    }

    void aChangedByteOfTheMagicTheCountTheSumOrAHashIsRefused()
    {
        const QByteArray whole = bytes();
        for (qsizetype at = 0; at < whole.size(); ++at) {
            // The transaction and the page size, which no sum covers.
            if (at >= 8 && at < 20) {
                continue;
            }
            QByteArray changed = whole;
            changed[at] = static_cast<char>(changed[at] ^ 0x10);
            QVERIFY2(isRefused(changed), qPrintable(QString::number(at)));
        }
    }

    void theSumIsThatOfTheHashes()
    {
        PageChecksums made = checksums();
        const std::uint64_t before = made.digest();
        made.set(3, made.of(3) + 5);
        QCOMPARE(made.digest(), before + 5);
        made.resize(2);
        QCOMPARE(made.digest(), made.of(1) + made.of(2));
    }
};

QTEST_APPLESS_MAIN(TestPageChecksums)
#include "tst_page_checksums.moc"
