#include "core/restore/file_check.h"

#include "core/restore/file_digest.h"
#include "core/sqlite/integrity.h"

#include <stop_token>
#include <thread>

namespace tidemark::restore {
namespace {

Error wrongDigest(const std::string& name)
{
    return {.code = ErrorCode::Damaged,
            .what = {TIDEMARK_TEXT("restore",
                                   "What was restored for %1 is not the state that was "
                                   "recorded: its digest differs."),
                     {name}},
            .next = {TIDEMARK_TEXT("restore", "Restore another moment, and verify the replica.")}};
}

Result<Verdict> compareDigest(const File& file, const std::string& name, const Expected& expected,
                              ProgressMeter& progress, const std::stop_token& stop)
{
    if (!expected.digest) {
        return Verdict::Checked;
    }
    TIDEMARK_TRY(const std::uint64_t digest,
                 digestOfFile(file, expected.pageSizeBytes, expected.pageCount, progress, stop));
    if (digest != *expected.digest) {
        return wrongDigest(name);
    }
    return Verdict::Proven;
}

Result<bool> checkBySqlite(const File& file, const std::string& name, Check check,
                           const std::stop_token& stop)
{
    TIDEMARK_TRY(const std::uint64_t size, file.sizeBytes());
    // A database to which nothing was ever written is an empty file.
    if (check == Check::None || size == 0) {
        return check != Check::None;
    }
    TIDEMARK_TRY(const sqlite::Integrity integrity,
                 sqlite::checkIntegrity(file, name, check == Check::Full, stop));
    return integrity == sqlite::Integrity::Sound;
}

}  // namespace

Result<FileChecked> checkFile(File& file, const std::string& name, const Expected& expected,
                              Check check, bool durable, ProgressMeter& progress,
                              const std::stop_token& stop)
{
    // The disk, one processor and the others work side by side.
    Status synced;
    Result<bool> bySqlite = false;
    Result<Verdict> verdict = Verdict::Checked;
    {
        const std::jthread syncing([&] { synced = durable ? file.sync() : Status(); });
        const std::jthread checking([&] { bySqlite = checkBySqlite(file, name, check, stop); });
        verdict = compareDigest(file, name, expected, progress, stop);
    }
    TIDEMARK_TRY_STATUS(std::move(synced));
    FileChecked checked;
    TIDEMARK_TRY(checked.verdict, std::move(verdict));
    TIDEMARK_TRY(checked.bySqlite, std::move(bySqlite));
    return checked;
}

}  // namespace tidemark::restore
