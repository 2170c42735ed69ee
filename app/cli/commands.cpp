#include "app/cli/commands.h"

#include <array>
#include <cstdint>

namespace tidemark::cli {
namespace {

constexpr OptionSpec kLatest{"--latest", "", "the newest moment (the default)"};
constexpr OptionSpec kTxId{"--txid", "N", "the moment of this transaction"};
constexpr OptionSpec kTime{"--time", "TIME", "the last moment not after it"};
constexpr OptionSpec kMark{"--mark", "NAME", "the moment of this mark"};
constexpr OptionSpec kCheck{"--check", "KIND", "quick (the default), full or none"};

constexpr OptionSpec kSwitchToWal{"--switch-to-wal", "",
                                  "allow the change of a database not in WAL mode"};

constexpr OptionSpec kWatch{"--watch", "", "leave such a database as it is and compare its pages"};

constexpr std::array kCommonOptions{
    OptionSpec{"--json", "", "one JSON object a line"},
    OptionSpec{"--help", "", "what this command does; also -h"},
};

constexpr std::array kReplicateOptions{
    OptionSpec{"--config", "FILE", "every database of a settings.json or litestream.yml"},
    OptionSpec{"--keep", "WHAT", "everything (the default) or time-machine"},
    OptionSpec{"--sync-interval", "TIME", "upload no more often: 10s, 1m (the default: at once)"},
    OptionSpec{"--once", "", "bring every replica up to date, then exit"},
    kSwitchToWal,
    kWatch,
    OptionSpec{"--same-database", "", "go on with its history, few of its pages being as before"},
};
constexpr std::array kRetentionOptions{
    OptionSpec{"--keep", "WHAT", "time-machine (the default), also with numbers, or everything"},
};
constexpr std::array kListOptions{
    OptionSpec{"--since", "WHEN", "no moment before it"},
    OptionSpec{"--until", "WHEN", "no moment after it"},
    OptionSpec{"--limit", "N", "at most so many moments"},
    OptionSpec{"--newest-first", "", "the other way round"},
};
constexpr std::array kWhenOptions{kLatest, kTxId, kTime, kMark};
constexpr std::array kRestoreOptions{kLatest, kTxId, kTime, kMark, kCheck};
constexpr std::array kVerifyOptions{
    kLatest, kTxId,  kTime,
    kMark,   kCheck, OptionSpec{"--all", "", "read every object, prove every moment"}};

constexpr std::array kSnapshotOptions{
    OptionSpec{"--db", "DB", "this database, also where no engine follows it"},
    kSwitchToWal,
    kWatch,
};
constexpr std::array kMarkOptions{kLatest, kTxId, kTime, kMark,
                                  OptionSpec{"--note", "TEXT", "what there is to say about it"}};

constexpr std::string_view kWhen =
    "WHEN is latest, txid:N, mark:NAME, or a time: now, 2026-11-22T17:00:00Z, what list prints,\n"
    "\"2026-11-22 17:00\", -20m, \"yesterday 17:00\", 14:31. A time without a zone is local and\n"
    "means the last moment not after it. N is decimal, or hex with exactly 16 digits or 0x in "
    "front.";

constexpr std::string_view kVerifyDetails =
    "Restores the moment into a temporary file, checks it and removes it. With --all nothing is\n"
    "restored: every object of the replica is read once, and applied one to the other they must\n"
    "lead to the digest that was recorded for each moment. What is damaged is named, with the\n"
    "moments that it takes away and the nearest good ones; SQLite's own check is left out.";

constexpr std::string_view kReplicateDetails =
    "Follows the database until SIGINT or SIGTERM; then captures to the end, uploads and stops.\n"
    "An unreachable storage is tried again and again; with --once that ends with 7. With several\n"
    "databases all are tried, and the first failure decides the exit status.\n"
    "\n"
    "A database in WAL mode is followed commit by commit. With --watch one that is not is read\n"
    "whole whenever its writer rests, or each second if it does not, for at most a twentieth of\n"
    "the time; nobody can commit meanwhile, and commits between two looks are one moment. What a\n"
    "look costs is in the status.\n"
    "\n"
    "With --keep time-machine files are deleted for good from every STORAGE, from a minute\n"
    "after the start on and then about once an hour: those that only old moments need, also such\n"
    "from before. Marked moments stay. Look first what would go: tidemarkctl retention STORAGE.\n"
    "Without it, and with --once, nothing is ever deleted. A file says it for each replica, as\n"
    "\"keep\".";

constexpr std::string_view kRetentionDetails =
    "Says what --keep would delete from the replica now, and why the rest stays. Nothing is\n"
    "changed; it is \"tidemarkctl replicate --keep\" that deletes.\n"
    "\n"
    "WHAT is everything, time-machine, or that with numbers of its own; with all of them:\n"
    "time-machine:every=24h,at-most=20000,half-minutes=24h,five-minutes=7d,hours=30d,days=90d,\n"
    "months=forever. Every moment of the last 24 hours stays, but of the newest 20000 only; then\n"
    "the last one of each half minute, and so on; one of each month for ever. The newest moment\n"
    "and each mark stay whatever the numbers say. Times are in hours (h), days (d) or forever.";

constexpr std::string_view kReleaseDetails =
    "One program at a time writes into a replica; a small file there, under tidemark/writers, "
    "says\n"
    "which. One that was killed on this computer is recognised by itself. Of one that was killed\n"
    "on another computer, or in a container that is gone, nothing can be known: this command\n"
    "removes its file. A program that waits for the replica tries again within five minutes.\n"
    "Should the released one still run after all, whoever claims the replica first has it, and "
    "the\n"
    "other one stops within a minute and says why. A program that is seen to run is never\n"
    "released: stop it.";

constexpr std::string_view kTestDetails =
    "Tries out whether a replica can live there, before one does: reach, authenticate, list, "
    "write,\n"
    "read back, not overwrite, compare clocks, delete; then looks what stands there. Each step "
    "says\n"
    "what is wrong and how to mend it. One small file, tidemark/test-..., is written and removed\n"
    "again; a folder that is not there yet is made. The exit status is that of the first step "
    "that\n"
    "failed.";

constexpr std::string_view kSnapshotDetails =
    "Asks the engine of yours that follows a database into STORAGE for a snapshot of all that\n"
    "is committed now, and waits until it is there. The engine makes it while capture goes on,\n"
    "out of what the replica has; nothing is made when the newest moment is a snapshot already.\n"
    "With --db, a DB that no engine follows is followed here until the snapshot is there; one\n"
    "that is followed elsewhere only is refused. Stopped before that, an engine that was asked\n"
    "makes it all the same.";

constexpr std::string_view kExportDetails =
    "Writes every object of the replica, with its marks, into one zip archive, as it is. The\n"
    "archive is a STORAGE that can be read: list, objects, plan, restore, verify and marks take\n"
    "zip:///PATH/FILE.zip. Nothing is ever written into it; to have what came since, export "
    "again,\n"
    "into a new file. FILE.zip must not exist, and appears only when all of it is on the disk.\n"
    "What an engine adds meanwhile is not in it.";

constexpr std::array kCommands{
    CommandSpec{.name = "replicate",
                .operands = "DB STORAGE... | --config FILE",
                .minOperands = 0,
                .maxOperands = SIZE_MAX,
                .summary = "follow databases and keep their whole history",
                .details = kReplicateDetails,
                .example = "tidemarkctl replicate notes.db /mnt/backup/notes",
                .options = kReplicateOptions,
                .run = runReplicate},
    CommandSpec{.name = "list",
                .operands = "STORAGE",
                .minOperands = 1,
                .maxOperands = 1,
                .summary = "the moments that can be restored, oldest first",
                .operandDetails = kWhen,
                .example = "tidemarkctl list /mnt/backup/notes --since \"yesterday 17:00\"",
                .options = kListOptions,
                .run = runList},
    CommandSpec{.name = "objects",
                .operands = "STORAGE",
                .minOperands = 1,
                .maxOperands = 1,
                .summary = "the files of a replica",
                .example = "tidemarkctl objects /mnt/backup/notes",
                .run = runObjects},
    CommandSpec{.name = "plan",
                .operands = "STORAGE [WHEN]",
                .minOperands = 1,
                .maxOperands = 2,
                .summary = "what a restore would read",
                .operandDetails = kWhen,
                .example = "tidemarkctl plan /mnt/backup/notes -20m",
                .options = kWhenOptions,
                .run = runPlan},
    CommandSpec{.name = "restore",
                .operands = "STORAGE OUT [WHEN]",
                .minOperands = 2,
                .maxOperands = 3,
                .summary = "bring a moment back into a new file",
                .operandDetails = kWhen,
                .example = "tidemarkctl restore /mnt/backup/notes notes-before.db 14:31",
                .options = kRestoreOptions,
                .run = runRestore},
    CommandSpec{.name = "verify",
                .operands = "STORAGE [WHEN | --all]",
                .minOperands = 1,
                .maxOperands = 2,
                .summary = "prove that a moment, or each of them, can be restored",
                .details = kVerifyDetails,
                .operandDetails = kWhen,
                .example = "tidemarkctl verify /mnt/backup/notes --all",
                .options = kVerifyOptions,
                .run = runVerify},
    CommandSpec{.name = "export",
                .operands = "STORAGE FILE.zip",
                .minOperands = 2,
                .maxOperands = 2,
                .summary = "the whole history in one archive",
                .details = kExportDetails,
                .example = "tidemarkctl export /mnt/backup/notes notes-history.zip",
                .run = runExport},
    CommandSpec{.name = "snapshot",
                .operands = "STORAGE",
                .minOperands = 1,
                .maxOperands = 1,
                .summary = "a full snapshot of the newest moment, now",
                .details = kSnapshotDetails,
                .example = "tidemarkctl snapshot /mnt/backup/notes",
                .options = kSnapshotOptions,
                .run = runSnapshot},
    CommandSpec{.name = "mark",
                .operands = "STORAGE NAME [WHEN]",
                .minOperands = 2,
                .maxOperands = 3,
                .summary = "give a moment a name",
                .operandDetails = kWhen,
                .example = "tidemarkctl mark /mnt/backup/notes \"before the move\" -5m",
                .options = kMarkOptions,
                .run = runMark},
    CommandSpec{.name = "marks",
                .operands = "STORAGE",
                .minOperands = 1,
                .maxOperands = 1,
                .summary = "the moments that have a name",
                .example = "tidemarkctl marks /mnt/backup/notes",
                .run = runMarks},
    CommandSpec{.name = "unmark",
                .operands = "STORAGE NAME",
                .minOperands = 2,
                .maxOperands = 2,
                .summary = "take a name from its moment",
                .example = "tidemarkctl unmark /mnt/backup/notes \"before the move\"",
                .run = runUnmark},
    CommandSpec{.name = "retention",
                .operands = "STORAGE",
                .minOperands = 1,
                .maxOperands = 1,
                .summary = "what would be deleted from a replica, and what stays",
                .details = kRetentionDetails,
                .example = "tidemarkctl retention /mnt/backup/notes --keep time-machine:days=30d",
                .options = kRetentionOptions,
                .run = runRetention},
    CommandSpec{.name = "release",
                .operands = "STORAGE",
                .minOperands = 1,
                .maxOperands = 1,
                .summary = "let another program write into a replica",
                .details = kReleaseDetails,
                .example = "tidemarkctl release /mnt/backup/notes",
                .run = runRelease},
    CommandSpec{.name = "test",
                .operands = "STORAGE",
                .minOperands = 1,
                .maxOperands = 1,
                .summary = "whether a replica can live in a place, step by step",
                .details = kTestDetails,
                .example = "tidemarkctl test \"s3://bucket/notes?endpoint=https://s3.example.org\"",
                .run = runTest},
    CommandSpec{.name = "status",
                .summary = "what your engines follow and how it stands",
                .example = "tidemarkctl status",
                .run = runStatus},
    CommandSpec{.name = "version",
                .summary = "the version of this program",
                .example = "tidemarkctl version",
                .run = runVersion},
    CommandSpec{.name = "help",
                .operands = "[COMMAND]",
                .minOperands = 0,
                .maxOperands = 1,
                .summary = "what the commands do",
                .example = "tidemarkctl help restore",
                .run = runHelp},
};

}  // namespace

std::span<const CommandSpec> commands()
{
    return kCommands;
}

const CommandSpec* findCommand(std::string_view name)
{
    for (const CommandSpec& command : kCommands) {
        if (command.name == name) {
            return &command;
        }
    }
    return nullptr;
}

std::span<const OptionSpec> commonOptions()
{
    return kCommonOptions;
}

}  // namespace tidemark::cli
