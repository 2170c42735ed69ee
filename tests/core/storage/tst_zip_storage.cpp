#include "core/base/hash.h"
#include "core/base/posix_file_system.h"
#include "core/storage/zip_storage.h"
#include "core/storage/zip_writer.h"
#include "tests/support/faulty_file_system.h"
#include "tests/support/memory_storage.h"
#include "tests/support/passing_file_system.h"
#include "tests/support/raw_zip.h"
#include "tests/support/storage_contract.h"

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include <memory>
#include <semaphore>
#include <string>
#include <thread>
#include <vector>

using namespace tidemark;
using namespace tidemark::storage;

namespace {

constexpr std::uint64_t kGiB = 1ULL << 30;

/// An archive of all that `objects` has.
Status writeArchive(FileSystem& files, const std::string& path, MemoryStorage& objects)
{
    TIDEMARK_TRY(const auto file, files.open(path, OpenFor::Creating, kPrivateFile));
    ZipWriter writer(*file);
    for (const ObjectEntry& each : contract::entriesOf(objects, "")) {
        TIDEMARK_TRY(const auto reader, objects.read(each.name, 0, kToTheEnd, {}));
        TIDEMARK_TRY_STATUS(writer.add(each, *reader));
    }
    return writer.finish();
}

/// What is written goes into memory, and what is read comes out of an archive of that.
class ArchivedStorage final : public Storage {
public:
    ArchivedStorage(FileSystem& files, std::string stem) : m_files(files), m_stem(std::move(stem))
    {
    }

    Status list(std::string_view prefix, const std::function<Listing(const ObjectEntry&)>& entry,
                std::stop_token stop) const override
    {
        return archive().list(prefix, entry, stop);
    }
    Result<std::optional<ObjectEntry>> find(const std::string& name,
                                            std::stop_token stop) const override
    {
        return archive().find(name, stop);
    }
    Result<std::unique_ptr<ByteReader>> read(const std::string& name, std::uint64_t offset,
                                             std::uint64_t length,
                                             std::stop_token stop) const override
    {
        return archive().read(name, offset, length, stop);
    }
    Result<std::unique_ptr<StagedObject>> stage(const std::string& name, const ByteSource& source,
                                                const ObjectMetadata& metadata,
                                                std::stop_token stop) override
    {
        return m_objects.stage(name, source, metadata, stop);
    }
    Result<std::size_t> publish(std::span<StagedObject* const> staged,
                                std::stop_token stop) override
    {
        return m_objects.publish(staged, stop);
    }
    Status remove(std::span<const std::string> names, std::stop_token stop) override
    {
        return m_objects.remove(names, stop);
    }
    std::string describe() const override { return m_stem; }

private:
    ZipStorage& archive() const
    {
        const std::string path = m_stem + std::to_string(m_archives.size()) + ".zip";
        if (!writeArchive(m_files, path, m_objects).ok()) {
            qFatal("The archive cannot be written.");
        }
        m_archives.push_back(std::make_unique<ZipStorage>(m_files, m_random, path, m_stem));
        return *m_archives.back();
    }

    FileSystem& m_files;
    std::string m_stem;
    mutable SeededRandom m_random{1};
    mutable MemoryStorage m_objects;
    mutable std::vector<std::unique_ptr<ZipStorage>> m_archives;
};

/// Zeros that nobody has to store.
class Zeros final : public ByteReader {
public:
    explicit Zeros(std::uint64_t rest) : m_rest(rest) {}
    Result<std::size_t> read(std::span<std::byte> into) override
    {
        const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), m_rest));
        std::ranges::fill(into.first(count), std::byte{0});
        m_rest -= count;
        return count;
    }

private:
    std::uint64_t m_rest = 0;
};

/// Has no files without names, like some disks.
class NamedOnly final : public PassingFileSystem {
public:
    using PassingFileSystem::PassingFileSystem;
    Result<std::unique_ptr<File>> createUnnamed(const std::string& /*directory*/,
                                                std::uint32_t /*permissions*/) override
    {
        return Error{.code = ErrorCode::Unsupported};
    }
};

const char* const kLong = "ltx/0/long";

}  // namespace

class TestZipStorage : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;
    PosixFileSystem m_files;
    SeededRandom m_random{1};

    [[nodiscard]] std::string path(const char* name = "a.zip") const
    {
        return m_folder->path().toStdString() + "/" + name;
    }
    [[nodiscard]] std::string cache() const { return path("cache"); }
    [[nodiscard]] ZipStorage storage() { return {m_files, m_random, path(), cache()}; }

    void put(const std::string& bytes) const
    {
        QFile file(QString::fromStdString(path()));
        QVERIFY(file.open(QIODevice::WriteOnly));
        QCOMPARE(file.write(bytes.data(), static_cast<qint64>(bytes.size())),
                 static_cast<qint64>(bytes.size()));
    }

    static Status listed(const Storage& storage)
    {
        return storage.list("", [](const ObjectEntry&) { return Listing::Continue; }, {});
    }
    static Status readWhole(const Storage& storage, const std::string& name)
    {
        TIDEMARK_TRY(const auto reader, storage.read(name, 0, kToTheEnd, {}));
        std::vector<std::byte> piece(1 << 16);
        for (;;) {
            TIDEMARK_TRY(const std::size_t got, reader->read(piece));
            if (got == 0) {
                return {};
            }
        }
    }
    /// What is said, and that it is a sentence.
    static bool isRefused(const Status& status, ErrorCode code, const char* words)
    {
        if (status.ok() || status.error().code != code) {
            return false;
        }
        const std::string said = inEnglish(status.error().what);
        return said.ends_with('.') && said.find(words) != std::string::npos &&
               !status.error().next.source.empty();
    }
    static RawZip three()
    {
        return {.entries = {{.name = "a", .packed = "1"},
                            {.name = "b/c", .packed = "22"},
                            {.name = "d", .packed = "333"}}};
    }

private slots:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }
    void cleanup() { m_folder.reset(); }

    void keepsTheContract_data() { contract::addRows(); }
    void keepsTheContract()
    {
        QFETCH(int, clause);
        ArchivedStorage storage(m_files, path(""));
        contract::check(clause, storage);
    }

    void whoWaitsForAnotherToOpenItHearsAStop()
    {
        /// A disk that lets nobody through until it is told to.
        class SlowDisk final : public PassingFileSystem {
        public:
            using PassingFileSystem::PassingFileSystem;
            mutable std::binary_semaphore isAsked{0};
            mutable std::binary_semaphore mayGoOn{0};

            Result<std::unique_ptr<File>> open(const std::string& path, OpenFor purpose,
                                               std::uint32_t permissions) override
            {
                isAsked.release();
                mayGoOn.acquire();
                return PassingFileSystem::open(path, purpose, permissions);
            }
        };
        MemoryStorage objects;
        QVERIFY(contract::put(objects, "x", "1"));
        QVERIFY(writeArchive(m_files, path(), objects).ok());
        SlowDisk disk(m_files);
        ZipStorage zip(disk, m_random, path(), "");
        std::jthread first([&] { QVERIFY(zip.find("x", {}).value().has_value()); });
        disk.isAsked.acquire();
        std::stop_source stop;
        std::jthread stopper([&] { stop.request_stop(); });
        QCOMPARE(zip.find("x", stop.get_token()).error().code, ErrorCode::Cancelled);
        disk.mayGoOn.release();
        first.join();
        QVERIFY(zip.find("x", {}).value().has_value());
    }

    void nothingCanBeWritten()
    {
        put(three().bytes());
        ZipStorage zip = storage();
        const std::vector<std::string> names{"a"};
        const auto written = zip.write("e", MemorySource("5"), {}, {});
        QVERIFY(isRefused(written.ok() ? Status() : written.error(), ErrorCode::TargetRefused,
                          "read only"));
        QVERIFY(isRefused(zip.remove(names, {}), ErrorCode::TargetRefused, "read only"));
        QCOMPARE(contract::namesOf(zip, ""), (std::vector<std::string>{"a", "b/c", "d"}));
    }

    void whatIsNotThereIsNotFound()
    {
        QVERIFY(isRefused(listed(storage()), ErrorCode::NotFound, "no archive"));
        QVERIFY(!storage().find("a", {}).ok());
        put(three().bytes());
        QVERIFY(listed(storage()).ok());
        QVERIFY(!storage().find("x", {}).value());
        QCOMPARE(storage().read("x", 0, 1, {}).error().code, ErrorCode::NotFound);
        QVERIFY(!storage().find("../a", {}).value());
    }

    void timesAreExactAndTheSameBytesComeAgain()
    {
        MemoryStorage objects;
        const Timestamp time{std::chrono::milliseconds(1'795'347'066'813)};
        objects.objects()["a"] = {.bytes = "1", .time = time};
        objects.objects()["b"] = {.bytes = "2"};
        QVERIFY(writeArchive(m_files, path(), objects).ok());
        QVERIFY(writeArchive(m_files, path("b.zip"), objects).ok());
        ZipStorage zip = storage();
        const auto entries = contract::entriesOf(zip, "");
        QCOMPARE(entries.size(), std::size_t{2});
        QVERIFY(entries[0].modified == time);
        QVERIFY(!entries[1].modified);
        QFile first(QString::fromStdString(path()));
        QFile second(QString::fromStdString(path("b.zip")));
        QVERIFY(first.open(QIODevice::ReadOnly) && second.open(QIODevice::ReadOnly));
        QCOMPARE(first.readAll(), second.readAll());
    }

    void othersCanReadIt()
    {
        if (QStandardPaths::findExecutable("unzip").isEmpty()) {
            QSKIP("There is no unzip here.");
        }
        MemoryStorage objects;
        objects.objects()["ltx/0/x"] = {.bytes = std::string(100'000, 'x'), .time = Timestamp()};
        objects.objects()["tidemark/marks/m.json"] = {.bytes = "{}"};
        objects.objects()["empty"] = {};
        QVERIFY(writeArchive(m_files, path(), objects).ok());
        QProcess unzip;
        unzip.start("unzip", {"-t", QString::fromStdString(path())});
        QVERIFY(unzip.waitForFinished());
        QCOMPARE(unzip.exitCode(), 0);
    }

    void manyEntriesAreNoHardship()
    {
        // More than the 65535 that fit into the end's old field.
        MemoryStorage objects;
        for (int i = 0; i < 70'000; ++i) {
            objects.objects()["ltx/0/" + std::to_string(100'000 + i)] = {.bytes = "x"};
        }
        QVERIFY(writeArchive(m_files, path(), objects).ok());
        ZipStorage zip = storage();
        QCOMPARE(contract::namesOf(zip, "").size(), std::size_t{70'000});
        QCOMPARE(contract::textOf(zip, "ltx/0/169999"), std::string("x"));
    }

    void beyondFourGigabytes()
    {
        if (!qEnvironmentVariableIsSet("TIDEMARK_SLOW_TESTS")) {
            QSKIP("Writes 4 GiB; set TIDEMARK_SLOW_TESTS to run it.");
        }
        const auto file = m_files.open(path(), OpenFor::Creating, kPrivateFile);
        QVERIFY(file.ok());
        ZipWriter writer(*file.value());
        Zeros zeros(4 * kGiB + 5);
        QVERIFY(writer.add({.name = "large", .sizeBytes = 4 * kGiB + 5}, zeros).ok());
        Zeros few(5);
        QVERIFY(writer.add({.name = "behind", .sizeBytes = 5}, few).ok());
        QVERIFY(writer.finish().ok());
        ZipStorage zip = storage();
        QCOMPARE(contract::entriesOf(zip, "large")[0].sizeBytes, 4 * kGiB + 5);
        QCOMPARE(contract::textOf(zip, "large", 4 * kGiB), std::string(5, '\0'));
        QCOMPARE(contract::textOf(zip, "behind"), std::string(5, '\0'));
        QVERIFY(readWhole(zip, "large").ok());
    }

    void offsetsBeyondFourGigabytesAreRead()
    {
        // The bytes of one entry, its header and the directory lie behind a hole of 5 GiB.
        RawZip hollow{.entries = {{.name = "far", .packed = "away"}}};
        const std::string near = hollow.bytes();
        constexpr std::uint64_t kFar = 5 * kGiB;
        const std::string local = near.substr(0, near.find(RawZip::number(0x02014b50, 4)));
        std::string record = near.substr(local.size(), 46 + 3);
        record.replace(30, 2, RawZip::number(12, 2));
        record.replace(42, 4, RawZip::number(0xffffffff, 4));
        record += RawZip::number(1, 2) + RawZip::number(8, 2) + RawZip::number(kFar, 8);
        const std::uint64_t directory = kFar + local.size();
        const std::string end =
            RawZip::number(0x06064b50, 4) + RawZip::number(44, 8) + RawZip::number(45, 2) +
            RawZip::number(45, 2) + RawZip::number(0, 8) + RawZip::number(1, 8) +
            RawZip::number(1, 8) + RawZip::number(record.size(), 8) + RawZip::number(directory, 8) +
            RawZip::number(0x07064b50, 4) + RawZip::number(0, 4) +
            RawZip::number(directory + record.size(), 8) + RawZip::number(1, 4) +
            RawZip::number(0x06054b50, 4) + RawZip::number(0, 4) + RawZip::number(1, 2) +
            RawZip::number(1, 2) + RawZip::number(record.size(), 4) +
            RawZip::number(0xffffffff, 4) + RawZip::number(0, 2);
        QFile file(QString::fromStdString(path()));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.seek(static_cast<qint64>(kFar)));
        file.write(QByteArray::fromStdString(local + record + end));
        file.close();
        ZipStorage zip = storage();
        QCOMPARE(contract::textOf(zip, "far"), std::string("away"));
    }

    void foldersAreNoObjects()
    {
        RawZip raw = three();
        raw.entries.push_back({.name = "b/"});
        put(raw.bytes());
        ZipStorage zip = storage();
        QCOMPARE(contract::namesOf(zip, "b").size(), std::size_t{1});
    }

    void aCommentIsFine()
    {
        std::string bytes = three().bytes();
        bytes.replace(bytes.size() - 2, 2, RawZip::number(5, 2));
        put(bytes + "Hello");
        QVERIFY(listed(storage()).ok());
    }

    void anArchiveOfNothingIsEmpty()
    {
        put(RawZip().bytes());
        ZipStorage zip = storage();
        QCOMPARE(contract::namesOf(zip, ""), std::vector<std::string>());
    }

    void noArchiveIsTakenForOne_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("words");
        const QByteArray whole = QByteArray::fromStdString(three().bytes());
        QTest::newRow("empty") << QByteArray() << "is empty";
        QTest::newRow("a text") << QByteArray("hello") << "no zip archive";
        QTest::newRow("a long text") << QByteArray(200'000, 'x') << "no zip archive";
        QTest::newRow("a start") << whole.first(40) << "cut off";
        QTest::newRow("without its last byte") << whole.chopped(1) << "contradicts itself";
        QTest::newRow("something in front") << ("MZ" + whole) << "contradicts itself";
    }
    void noArchiveIsTakenForOne()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, words);
        put(bytes.toStdString());
        QVERIFY(isRefused(listed(storage()), ErrorCode::Damaged, qPrintable(words)));
    }

    void everyShorterPrefixIsRefused()
    {
        const std::string whole = three().bytes();
        for (std::size_t size = 0; size < whole.size(); ++size) {
            put(whole.substr(0, size));
            QVERIFY(isRefused(listed(storage()), ErrorCode::Damaged, "a.zip"));
        }
    }

    void noFlippedByteGivesOtherBytes()
    {
        const std::string whole = three().bytes();
        for (std::size_t i = 0; i < whole.size(); ++i) {
            for (const char flip : {'\x01', '\x20', '\xff'}) {
                std::string bytes = whole;
                bytes[i] = static_cast<char>(bytes[i] ^ flip);
                put(bytes);
                ZipStorage zip = storage();
                for (const auto& [name, text] :
                     {std::pair("a", "1"), {"b/c", "22"}, {"d", "333"}}) {
                    const std::string read = contract::textOf(zip, name);
                    QVERIFY2(read == text || read.starts_with("failed: "), read.c_str());
                }
            }
        }
    }

    void hostileNamesAreRefused_data()
    {
        QTest::addColumn<QByteArray>("name");
        for (const char* const name : {"../x", "/x", "C:/x", "a\\b", "a/../b", "b\xfc"}) {
            QTest::newRow(name) << QByteArray(name);
        }
        QTest::newRow("a zero byte") << QByteArray("a\0b", 3);
    }
    void hostileNamesAreRefused()
    {
        QFETCH(QByteArray, name);
        RawZip raw = three();
        raw.entries.push_back({.name = name.toStdString()});
        put(raw.bytes());
        QVERIFY(isRefused(listed(storage()), ErrorCode::Damaged, "leads out of it"));
    }

    void hostileEntriesAreRefused_data()
    {
        QTest::addColumn<int>("which");
        int which = 0;
        for (const char* const title :
             {"a link", "encrypted", "unknown compression", "twice", "overlapping",
              "over the directory", "two sizes of what is stored", "too many said", "too few said",
              "a folder with bytes", "a bomb by its own words"}) {
            QTest::newRow(title) << which++;
        }
    }
    void hostileEntriesAreRefused()
    {
        QFETCH(int, which);
        RawZip raw = three();
        const auto add = [&raw](RawZip::Entry entry) { raw.entries.push_back(std::move(entry)); };
        struct Expected {
            ErrorCode code;
            const char* words;
        };
        Expected expected{ErrorCode::Damaged, "contradicts itself"};
        switch (which) {
        case 0:
            add({.name = "l", .packed = "/etc/passwd", .attributes = 0120777U << 16});
            expected = {ErrorCode::Unsupported, "a link"};
            break;
        case 1:
            add({.name = "e", .packed = "secret", .flags = 1});
            expected = {ErrorCode::Unsupported, "encrypted"};
            break;
        case 2:
            add({.name = "z", .packed = "zstd", .method = 93});
            expected = {ErrorCode::Unsupported, "compressed"};
            break;
        case 3:
            add({.name = "a", .packed = "other"});
            expected.words = "two entries";
            break;
        case 4:
            raw.entries[1].offset = 0;
            expected.words = "something else lies";
            break;
        case 5:
            add({.name = "o", .packed = "12345", .offset = 100'000});
            expected.words = "something else lies";
            break;
        case 6:
            add({.name = "s", .packed = "12345", .size = 6});
            expected.words = "the size of its entry";
            break;
        case 7: raw.count = 4; break;
        case 8: raw.count = 2; break;
        case 9:
            add({.name = "f/", .packed = "12345"});
            expected.words = "the size of its entry";
            break;
        default:
            add({.name = "b", .packed = "12345", .size = 100'000'000, .method = 8});
            expected.words = "the size of its entry";
        }
        put(raw.bytes());
        QVERIFY(isRefused(listed(storage()), expected.code, expected.words));
    }

    void aLocalHeaderThatSaysOtherwiseIsNoticed_data()
    {
        QTest::addColumn<int>("which");
        QTest::newRow("name") << 0;
        QTest::newRow("longer name") << 1;
        QTest::newRow("size") << 2;
    }
    void aLocalHeaderThatSaysOtherwiseIsNoticed()
    {
        QFETCH(int, which);
        RawZip raw = three();
        if (which == 2) {
            raw.entries[1].localSize = 3;
        } else {
            raw.entries[1].localName = which == 0 ? "b/d" : "b/cc";
        }
        put(raw.bytes());
        ZipStorage zip = storage();
        QVERIFY(isRefused(readWhole(zip, "b/c"), ErrorCode::Damaged, "not what lies there"));
        QCOMPARE(contract::textOf(zip, "d"), std::string("333"));
    }

    void aWrongChecksumIsNoticed()
    {
        RawZip raw = three();
        raw.entries[1].crc = 1;
        put(raw.bytes());
        QVERIFY(isRefused(readWhole(storage(), "b/c"), ErrorCode::Damaged, "checksum"));
    }

    void deflatedEntriesAreUnpackedOnce()
    {
        std::string text;
        // What does not get smaller, so that the archive is read piece by piece.
        for (int i = 0; i < 60'000; ++i) {
            text.append(hex(m_random.next(), 16));
        }
        RawZip raw = three();
        raw.entries.push_back(RawZip::deflatedEntry(kLong, text));
        raw.entries.push_back(RawZip::deflatedEntry("ltx/0/none", ""));
        raw.entries.push_back(RawZip::deflatedEntry("ltx/0/short", "short"));
        put(raw.bytes());
        ZipStorage zip = storage();
        QCOMPARE(contract::textOf(zip, "ltx/0/short"), std::string("short"));
        QVERIFY(contract::textOf(zip, kLong) == text);
        QCOMPARE(contract::textOf(zip, kLong, 500'000, 10), text.substr(500'000, 10));
        QCOMPARE(contract::textOf(zip, "ltx/0/none"), std::string());
        QCOMPARE(contract::textOf(zip, "ltx/0/short", 1, 3), std::string("hor"));
        QCOMPARE(contract::textOf(zip, "d"), std::string("333"));
        // It has no name, so nothing is left of it whatever happens.
        QCOMPARE(QDir(QString::fromStdString(cache())).entryList(QDir::Files).size(), 0);
    }

    void whereThereAreNoUnnamedFilesATemporaryOneGoes()
    {
        NamedOnly files(m_files);
        put(RawZip{.entries = {RawZip::deflatedEntry(kLong, "text")}}.bytes());
        const QDir folder(QString::fromStdString(cache()));
        {
            ZipStorage zip(files, m_random, path(), cache());
            QCOMPARE(contract::textOf(zip, kLong), std::string("text"));
            QCOMPARE(folder.entryList(QDir::Files).size(), 1);
        }
        QCOMPARE(folder.entryList(QDir::Files).size(), 0);
    }

    void manyThreadsReadAtOnce()
    {
        RawZip raw;
        for (int i = 0; i < 20; ++i) {
            const std::string text(std::size_t{10'000} + static_cast<std::size_t>(i),
                                   static_cast<char>('a' + i));
            raw.entries.push_back(RawZip::deflatedEntry("d" + std::to_string(i), text));
            raw.entries.push_back({.name = "s" + std::to_string(i), .packed = text});
        }
        put(raw.bytes());
        ZipStorage zip = storage();
        std::vector<std::jthread> threads;
        std::atomic<int> right = 0;
        for (int thread = 0; thread < 4; ++thread) {
            threads.emplace_back([&zip, &right] {
                for (int i = 0; i < 20; ++i) {
                    const std::string text(std::size_t{10'000} + static_cast<std::size_t>(i),
                                           static_cast<char>('a' + i));
                    const std::string number = std::to_string(i);
                    right += contract::textOf(zip, "d" + number) == text ? 1 : 0;
                    right += contract::textOf(zip, "s" + number) == text ? 1 : 0;
                }
            });
        }
        threads.clear();
        QCOMPARE(right.load(), 4 * 2 * 20);
    }

    void aBombIsRefused()
    {
        // Unpacks to 20 MB, says 10 KB; and the other way round.
        RawZip raw = three();
        RawZip::Entry more = RawZip::deflatedEntry("more", std::string(20'000'000, 'b'));
        more.size = 10'000;
        RawZip::Entry less = RawZip::deflatedEntry("less", std::string(20'000, 'b'));
        less.size = 20'001;
        raw.entries.push_back(more);
        raw.entries.push_back(less);
        put(raw.bytes());
        ZipStorage zip = storage();
        QVERIFY(isRefused(readWhole(zip, "more"), ErrorCode::Damaged, "does not unpack to"));
        QVERIFY(isRefused(readWhole(zip, "less"), ErrorCode::Damaged, "does not unpack to"));
        QCOMPARE(contract::textOf(zip, "a"), std::string("1"));
    }

    void aStreamThatIsNoneIsDamaged()
    {
        RawZip raw = three();
        raw.entries.push_back({.name = "x", .packed = "\xff\xff\xff", .size = 3, .method = 8});
        put(raw.bytes());
        QVERIFY(isRefused(readWhole(storage(), "x"), ErrorCode::Damaged, "does not unpack to"));
    }

    void whatDoesNotFitIsNotUnpacked()
    {
        FaultyFileSystem files(m_files);
        files.pretendFreeBytes((64 << 20) + 3);
        put(RawZip{.entries = {RawZip::deflatedEntry(kLong, "text"), {.name = "s"}}}.bytes());
        ZipStorage zip(files, m_random, path(), cache());
        QVERIFY(isRefused(readWhole(zip, kLong), ErrorCode::NoSpace, "4 bytes in "));
        QVERIFY(readWhole(zip, "s").ok());
        files.pretendFreeBytes({});
        QCOMPARE(contract::textOf(zip, kLong), std::string("text"));
    }

    void oneThatChangesIsNoLongerRead()
    {
        put(three().bytes());
        ZipStorage zip = storage();
        const auto reader = zip.read("d", 0, kToTheEnd, {});
        QVERIFY(reader.ok());
        RawZip other = three();
        other.entries[2].packed = "44444";
        put(other.bytes());
        std::byte piece[3];
        QVERIFY(!reader.value()->read(piece).ok());
        QVERIFY(isRefused(listed(zip), ErrorCode::Unavailable, "was changed"));
        QVERIFY(isRefused(readWhole(zip, "d"), ErrorCode::Unavailable, "was changed"));
        QCOMPARE(
            contract::textOf(*std::make_unique<ZipStorage>(m_files, m_random, path(), ""), "d"),
            std::string("44444"));
    }

    void oneThatVanishesIsNoEmptyOne()
    {
        put(three().bytes());
        ZipStorage zip = storage();
        QVERIFY(listed(zip).ok());
        QVERIFY(QFile::remove(QString::fromStdString(path())));
        QVERIFY(isRefused(listed(zip), ErrorCode::Unavailable, "not there any more"));
        QVERIFY(isRefused(readWhole(zip, "a"), ErrorCode::Unavailable, "not there any more"));
    }

    void aFolderIsNoArchive()
    {
        QVERIFY(QDir().mkpath(QString::fromStdString(path())));
        QVERIFY(isRefused(listed(storage()), ErrorCode::Damaged, "is no file"));
    }

    void theWriterRefusesWhatIsNotAsListed_data()
    {
        QTest::addColumn<int>("size");
        QTest::newRow("shorter") << 4;
        QTest::newRow("longer") << 6;
    }
    void theWriterRefusesWhatIsNotAsListed()
    {
        QFETCH(int, size);
        const auto file = m_files.open(path(), OpenFor::Creating, kPrivateFile);
        ZipWriter writer(*file.value());
        Zeros bytes(static_cast<std::uint64_t>(size));
        QVERIFY(isRefused(writer.add({.name = "x", .sizeBytes = 5}, bytes), ErrorCode::Unavailable,
                          "x "));
    }

    void whateverWriteFailsIsTold()
    {
        MemoryStorage objects;
        objects.objects()["a"] = {.bytes = std::string(1'000'000, 'a')};
        objects.objects()["b"] = {.bytes = "b"};
        bool hasFailed = true;
        for (int call = 1; hasFailed; ++call) {
            init();
            FaultyFileSystem files(m_files);
            files.failAt(call, ErrorCode::NoSpace);
            const Status written = writeArchive(files, path(), objects);
            hasFailed = !written.ok();
            QVERIFY(!hasFailed || written.error().code == ErrorCode::NoSpace);
            QVERIFY(hasFailed || call > 4);
        }
    }
};

QTEST_GUILESS_MAIN(TestZipStorage)
#include "tst_zip_storage.moc"
