#include "core/storage/zip_writer.h"

#include "core/base/civil_time.h"
#include "core/storage/zip_output.h"
#include "core/storage/zip_time.h"

#include <quazip/quazip.h>
#include <quazip/quazipfile.h>
#include <quazip/quazipnewinfo.h>

#include <QByteArray>
#include <QDate>
#include <QDateTime>
#include <QTime>

#include <algorithm>
#include <cassert>
#include <vector>

namespace tidemark::storage {
namespace {

constexpr std::size_t kStoredAtOnceBytes = 256 << 10;

/// Local header, its record in the directory, and what both have of times and zip64.
constexpr std::uint64_t kFixedBytes = 30 + 46 + 2 * 45 + 20 + 28;

/// From here on sizes stand in the zip64 field.
constexpr std::uint64_t kZip64From = 0xffffffff;

/// A regular file that its owner may read and write, as unpackers take it.
constexpr quint32 kPrivateFileAttributes = 0100600U << 16;

/// In what its old field can say; the extra fields are exact.
QDateTime dosTimeOf(const std::optional<Timestamp>& time)
{
    constexpr CivilTime kFirst{.year = 1980};
    constexpr CivilTime kLast{
        .year = 2107, .month = 12, .day = 31, .hour = 23, .minute = 59, .second = 58};
    const CivilTime civil =
        inUtc(std::clamp(time.value_or(fromUtc(kFirst)), fromUtc(kFirst), fromUtc(kLast)));
    return {QDate(civil.year, civil.month, civil.day),
            QTime(civil.hour, civil.minute, civil.second), Qt::UTC};
}

QuaZipNewInfo infoOf(const ObjectEntry& object)
{
    QuaZipNewInfo info(QString::fromStdString(object.name));
    info.dateTime = dosTimeOf(object.modified);
    info.externalAttr = kPrivateFileAttributes;
    if (object.modified) {
        const std::vector<std::byte> fields = zipTimeFields(*object.modified);
        info.extraLocal = QByteArray(reinterpret_cast<const char*>(fields.data()),
                                     static_cast<qsizetype>(fields.size()));
        info.extraGlobal = info.extraLocal;
    }
    return info;
}

Error notAsListed(const std::string& name)
{
    return {
        .code = ErrorCode::Unavailable,
        .what = {TIDEMARK_TEXT("storage", "%1 has not the size that it was listed with."), {name}},
        .next = {TIDEMARK_TEXT("storage",
                               "Look whether something else changes the replica, and try "
                               "again.")}};
}

}  // namespace

struct ZipWriter::Parts {
    explicit Parts(File& file) : output(file), zip(&output), piece(kStoredAtOnceBytes)
    {
        zip.setAutoClose(false);
        // Sizes belong into the header, where others look for them.
        zip.setDataDescriptorWritingEnabled(false);
        isOpen = zip.open(QuaZip::mdCreate);
    }

    /// QuaZip writes the directory when it goes, also of what is not wanted any more.
    ~Parts() { output.giveUp(); }
    Parts(const Parts&) = delete;
    Parts& operator=(const Parts&) = delete;

    /// Why QuaZip could not go on.
    [[nodiscard]] Error failure() const
    {
        return output.failure().value_or(
            Error{.code = ErrorCode::Bug,
                  .what = {TIDEMARK_TEXT("storage", "The archive cannot be written.")}});
    }

    ZipOutput output;
    QuaZip zip;
    std::vector<std::byte> piece;
    bool isOpen = false;
};

ZipWriter::ZipWriter(File& file) : m_parts(std::make_unique<Parts>(file)) {}

ZipWriter::~ZipWriter() = default;

std::uint64_t ZipWriter::overheadBytes(std::string_view name)
{
    return kFixedBytes + 2 * name.size();
}

Status ZipWriter::add(const ObjectEntry& object, ByteReader& bytes)
{
    Parts& parts = *m_parts;
    parts.zip.setZip64Enabled(object.sizeBytes >= kZip64From);
    QuaZipFile entry(&parts.zip);
    constexpr int kStore = 0;
    if (!parts.isOpen || !entry.open(QIODevice::WriteOnly | QIODevice::Unbuffered, infoOf(object),
                                     nullptr, 0, kStore, kStore)) {
        return parts.failure();
    }
    for (std::uint64_t done = 0;;) {
        TIDEMARK_TRY(const std::size_t got, bytes.read(parts.piece));
        if (got > object.sizeBytes - done || (got == 0 && done < object.sizeBytes)) {
            return notAsListed(object.name);
        }
        if (got == 0) {
            break;
        }
        const auto count = static_cast<qint64>(got);
        if (entry.write(reinterpret_cast<const char*>(parts.piece.data()), count) != count) {
            return parts.failure();
        }
        done += got;
    }
    entry.close();
    return entry.getZipError() == ZIP_OK && !parts.output.failure() ? Status()
                                                                    : Status(parts.failure());
}

Status ZipWriter::finish()
{
    m_parts->zip.close();
    if (!m_parts->isOpen || m_parts->zip.getZipError() != ZIP_OK) {
        return m_parts->failure();
    }
    return m_parts->output.finish();
}

}  // namespace tidemark::storage
