#include "app/cli/operands.h"

#include "app/cli/output.h"
#include "core/config/settings.h"
#include "core/replica/marks.h"
#include "core/replica/open_replica.h"
#include "core/storage/zip_storage.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <set>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace tidemark::cli {
namespace {

/// All that the settings list. Settings that cannot be read stand in the way of names alone, never
/// of an address.
std::vector<config::ReplicaSettings> listedReplicas(const Session& session)
{
    const std::string path = session.places.config + "/" + std::string(config::kSettingsName);
    const auto loaded = config::readSettings(session.files, path);
    if (!loaded.ok()) {
        return {};
    }
    const config::Settings& settings = loaded.value().settings;
    std::vector<config::ReplicaSettings> replicas = settings.openedReplicas;
    for (const config::DatabaseSettings& database : settings.databases) {
        replicas.insert(replicas.end(), database.replicas.begin(), database.replicas.end());
    }
    return replicas;
}

/// Each once.
std::set<std::string> addressesNamed(const std::vector<config::ReplicaSettings>& replicas,
                                     const std::string& name)
{
    std::set<std::string> addresses;
    for (const config::ReplicaSettings& replica : replicas) {
        if (replica.name == name) {
            addresses.insert(replica.address);
        }
    }
    return addresses;
}

bool isAmong(const Session& session, const std::vector<config::ReplicaSettings>& replicas,
             const storage::StorageAddress& address)
{
    const std::string id = storage::replicaId(address);
    return std::ranges::any_of(replicas, [&](const config::ReplicaSettings& each) {
        const auto listed = storage::parseAddress(each.address, session.places.workingDirectory,
                                                  session.places.home);
        return listed.ok() && storage::replicaId(listed.value()) == id;
    });
}

/// Whether a file begins as SQLite's do. Looked at before anything is followed here: to close a
/// followed one would drop its locks.
bool isDatabase(const Session& session, const std::string& path)
{
    constexpr std::string_view kMagic("SQLite format 3\0", 16);
    const auto facts = session.files.stat(path);
    if (!facts.ok() || !facts.value() || facts.value()->kind != FileKind::Regular) {
        return false;
    }
    const auto file = session.files.open(path, OpenFor::Reading);
    std::array<std::byte, kMagic.size()> start{};
    const auto got = file.ok() ? file.value()->readAt(start, 0) : file.error();
    return got.ok() && std::ranges::equal(start, std::as_bytes(std::span(kMagic)));
}

/// The slip of whoever means its history.
Status checkNoDatabase(const Session& session, const storage::StorageAddress& address)
{
    if (address.kind != storage::StorageKind::Folder || !isDatabase(session, address.path)) {
        return {};
    }
    return Error{.code = ErrorCode::NotFound,
                 .what = {TIDEMARK_TEXT("cli", "%1 is a SQLite database, not a replica of one."),
                          {address.path}},
                 .next = {TIDEMARK_TEXT("cli",
                                        "Name the place where its history is kept; tidemarkctl "
                                        "status shows it while the database is followed.")}};
}

}  // namespace

Result<storage::StorageAddress> storageOperand(Session& session, const std::string& text)
{
    const auto replicas = listedReplicas(session);
    const auto addresses = addressesNamed(replicas, text);
    if (addresses.size() > 1) {
        return Error{.code = ErrorCode::Usage,
                     .what = {TIDEMARK_TEXT("cli", "Several replicas are called \"%1\"."), {text}},
                     .next = {TIDEMARK_TEXT("cli", "Write the address of the one that is meant.")}};
    }
    TIDEMARK_TRY(auto address,
                 storage::parseAddress(addresses.empty() ? text : *addresses.begin(),
                                       session.places.workingDirectory, session.places.home));
    TIDEMARK_TRY_STATUS(checkNoDatabase(session, address));
    if (isAmong(session, replicas, address)) {
        takeSecrets(session, address);
    }
    return address;
}

void takeSecrets(Session& session, const storage::StorageAddress& address)
{
    const bool isHere =
        address.kind == storage::StorageKind::Folder || address.kind == storage::StorageKind::Zip;
    if (isHere || !session.keychain) {
        return;
    }
    auto found = session.keychain(address);
    if (found.ok()) {
        if (found.value() != storage::Secrets()) {
            session.secrets.add(address, std::move(found).value());
        }
        return;
    }
    const ErrorCode code = found.error().code;
    if (code != ErrorCode::Unavailable && code != ErrorCode::Cancelled) {
        session.output.note(inEnglish(found.error().what) + ' ' + inEnglish(found.error().next));
    }
    if (code != ErrorCode::Damaged) {
        session.keychain = {};
    }
}

Result<restore::Check> checkOption(const ParsedArguments& arguments)
{
    const std::string kind = arguments.value("--check").value_or("quick");
    if (kind == "quick") {
        return restore::Check::Quick;
    }
    if (kind == "full") {
        return restore::Check::Full;
    }
    if (kind == "none") {
        return restore::Check::None;
    }
    return Error{.code = ErrorCode::Usage,
                 .what = {TIDEMARK_TEXT("cli", "There is no check \"%1\"."), {kind}},
                 .next = {TIDEMARK_TEXT("cli", "Write --check quick, full or none.")}};
}

Status watchedOrSwitched(const ParsedArguments& arguments)
{
    if (!arguments.has("--watch") || !arguments.has("--switch-to-wal")) {
        return {};
    }
    return Error{.code = ErrorCode::Usage,
                 .what = {TIDEMARK_TEXT("cli", "--watch and --switch-to-wal exclude each other.")},
                 .next = {TIDEMARK_TEXT("cli",
                                        "Switch the database once to have each of its commits; "
                                        "watch it if it has to stay as it is.")}};
}

std::string absolutePath(const Session& session, const std::string& path)
{
    // A shell leaves it as it is between quotes, and behind a '='.
    if (path.starts_with("~/")) {
        return session.places.home + path.substr(1);
    }
    return path.starts_with('/') ? path : session.places.workingDirectory + "/" + path;
}

Result<storage::Use> useOf(Session& session, const storage::StorageAddress& address)
{
    return storage::shareUse(session.clock, address, session.stop);
}

Result<OpenedReplica> replicaAt(Session& session, const storage::StorageAddress& address)
{
    TIDEMARK_TRY(auto storage, session.storages.open(address));
    TIDEMARK_TRY(auto catalog, replica::openCatalog(*storage, session.stop));
    return OpenedReplica{.storage = std::move(storage), .catalog = std::move(catalog)};
}

Result<OpenedReplica> replicaOperand(Session& session, const ParsedArguments& arguments)
{
    TIDEMARK_TRY(const auto address, storageOperand(session, arguments.operands().front()));
    return replicaAt(session, address);
}

Status requireWritable(const storage::StorageAddress& address)
{
    const bool isArchive = address.kind == storage::StorageKind::Zip;
    return isArchive ? Status(storage::archiveIsReadOnly(address.path)) : Status();
}

Status requireMarks(const OpenedReplica& opened)
{
    const bool isLegacy = opened.catalog.format == replica::Catalog::Format::Legacy;
    return isLegacy ? Status(replica::noMarksInLegacy()) : Status();
}

}  // namespace tidemark::cli
