#include "app/cli/operands.h"

#include "app/cli/output.h"
#include "core/config/settings.h"
#include "core/config/when.h"
#include "core/replica/marks.h"
#include "core/replica/open_replica.h"
#include "core/storage/zip_storage.h"

#include <optional>
#include <utility>
#include <vector>

namespace tidemark::cli {
namespace {

/// The addresses of all replicas in the settings that are called `name`.
std::vector<std::string> addressesNamed(const config::Settings& settings, const std::string& name)
{
    std::vector<std::string> addresses;
    const auto collect = [&](const std::vector<config::ReplicaSettings>& replicas) {
        for (const config::ReplicaSettings& replica : replicas) {
            if (replica.name == name) {
                addresses.push_back(replica.address);
            }
        }
    };
    for (const config::DatabaseSettings& database : settings.databases) {
        collect(database.replicas);
    }
    collect(settings.openedReplicas);
    return addresses;
}

Error givenTwice()
{
    return {
        .code = ErrorCode::Usage,
        .what = {TIDEMARK_TEXT("cli", "The moment is given more than once.")},
        .next = {TIDEMARK_TEXT("cli", "Give one of WHEN, --latest, --txid, --time and --mark.")}};
}

}  // namespace

Result<storage::StorageAddress> storageOperand(Session& session, const std::string& text)
{
    const std::string path = session.places.config + "/" + std::string(config::kSettingsName);
    const auto loaded = config::readSettings(session.files, path);
    // Settings that cannot be read stand in the way of names alone, never of an address.
    const auto addresses =
        loaded.ok() ? addressesNamed(loaded.value().settings, text) : std::vector<std::string>();
    if (addresses.size() > 1) {
        return Error{.code = ErrorCode::Usage,
                     .what = {TIDEMARK_TEXT("cli", "Several replicas are called \"%1\"."), {text}},
                     .next = {TIDEMARK_TEXT("cli", "Write the address of the one that is meant.")}};
    }
    TIDEMARK_TRY(auto address,
                 storage::parseAddress(addresses.empty() ? text : addresses.front(),
                                       session.places.workingDirectory, session.places.home));
    if (!addresses.empty()) {
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
    if (!found.ok()) {
        if (found.error().code != ErrorCode::Unavailable) {
            session.output.note(inEnglish(found.error().what) + ' ' +
                                inEnglish(found.error().next));
        }
        return;
    }
    if (found.value() != storage::Secrets()) {
        session.secrets.add(address, std::move(found).value());
    }
}

Result<replica::Wish> wishOperand(Session& session, const ParsedArguments& arguments,
                                  std::size_t number)
{
    const Timestamp now = session.clock.now();
    std::optional<replica::Wish> wish;
    int count = 0;
    if (const auto when = arguments.operand(number)) {
        TIDEMARK_TRY(wish, config::parseWhen(*when, now));
        ++count;
    }
    if (arguments.has("--latest")) {
        wish = replica::Latest{};
        ++count;
    }
    if (const auto txId = arguments.value("--txid")) {
        TIDEMARK_TRY(const ltx::TxId number64, config::parseTxId(*txId));
        wish = replica::AtTxId{number64};
        ++count;
    }
    if (const auto time = arguments.value("--time")) {
        TIDEMARK_TRY(const Timestamp meant, config::parseTime(*time, now));
        wish = replica::AtTime{meant};
        ++count;
    }
    if (const auto mark = arguments.value("--mark")) {
        TIDEMARK_TRY_STATUS(replica::checkMarkName(*mark));
        wish = replica::AtMark{*mark};
        ++count;
    }
    if (count > 1) {
        return givenTwice();
    }
    return wish.value_or(replica::Latest{});
}

Result<replica::Wish> withoutMark(const Session& session, const storage::Storage& storage,
                                  replica::Wish wish)
{
    if (const auto* const mark = std::get_if<replica::AtMark>(&wish)) {
        TIDEMARK_TRY(const auto found, replica::findMark(storage, mark->name, session.stop));
        return replica::Wish(replica::AtTxId{found.txId});
    }
    return wish;
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
    return path.starts_with('/') ? path : session.places.workingDirectory + "/" + path;
}

Result<storage::Use> useOf(Session& session, const storage::StorageAddress& address)
{
    return storage::shareUse(session.clock, address, session.stop);
}

Result<OpenedReplica> replicaOperand(Session& session, const ParsedArguments& arguments)
{
    TIDEMARK_TRY(const auto address, storageOperand(session, arguments.operands().front()));
    TIDEMARK_TRY(auto storage, session.storages.open(address));
    TIDEMARK_TRY(auto catalog, replica::openCatalog(*storage, session.stop));
    return OpenedReplica{.storage = std::move(storage), .catalog = std::move(catalog)};
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
