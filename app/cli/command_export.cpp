#include "app/cli/arguments.h"
#include "app/cli/human.h"
#include "app/cli/operands.h"
#include "app/cli/output.h"
#include "app/cli/progress.h"
#include "app/cli/restoring.h"
#include "core/restore/exporter.h"

namespace tidemark::cli {

Status runExport(Session& session, const ParsedArguments& arguments)
{
    TIDEMARK_TRY(const auto address, storageOperand(session, arguments.operands().front()));
    const std::string target = absolutePath(session, arguments.operands()[1]);
    TIDEMARK_TRY(const storage::Use use, useOf(session, address));
    TIDEMARK_TRY(const auto storage, session.storages.open(address));
    restore::Exporter exporter(*storage, session.files, session.clock, session.random);
    ProgressLine line(session.clock, session.output);
    const auto onLine = [&line](std::uint64_t doneBytes, std::uint64_t totalBytes) {
        line.show("Exporting", doneBytes, totalBytes);
    };
    const auto exported = exporter.exportTo(target, onLine, session.stop);
    line.clear();
    TIDEMARK_TRY(const restore::Exported archive, exported);
    const std::string shown =
        storage::formatAddress({.kind = storage::StorageKind::Zip, .path = archive.path});
    session.output.fact("Exported " + counted(archive.objects, "object") + " to " + archive.path +
                            ": " + humanBytes(archive.bytes) + " in " +
                            humanDuration(archive.duration) + ". To look into it: tidemarkctl " +
                            "list " + quotedForShell(shown),
                        {{"objects", archive.objects},
                         {"bytes", archive.bytes},
                         {"path", archive.path},
                         {"seconds", seconds(archive.duration)}});
    return {};
}

}  // namespace tidemark::cli
