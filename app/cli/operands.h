#pragma once

#include "app/cli/arguments.h"
#include "app/cli/commands.h"
#include "core/replica/catalog.h"
#include "core/replica/restore_plan.h"
#include "core/restore/restorer.h"
#include "core/storage/storage.h"
#include "core/storage/storage_address.h"
#include "core/storage/use.h"

#include <memory>
#include <string>

/// What the commands' operands and options mean.
namespace tidemark::cli {

/// STORAGE: the name of a replica in the settings, where one is called exactly so; else an address.
/// One that the settings list comes with its secrets from the keychain, however it is named.
/// Usage when several replicas have that name; NotFound for the file of a database.
[[nodiscard]] Result<storage::StorageAddress> storageOperand(Session& session,
                                                             const std::string& text);

/// The keychain's secrets of a replica that the settings name, for whoever opens it next. Where it
/// has none or does not answer, the environment is asked as for any other storage; what is wrong
/// with one that is there is printed.
void takeSecrets(Session& session, const storage::StorageAddress& address);

/// Nothing is deleted from the replica at `address` while the result lives. Blocks while an engine
/// deletes; Cancelled.
[[nodiscard]] Result<storage::Use> useOf(Session& session, const storage::StorageAddress& address);

/// --check.
[[nodiscard]] Result<restore::Check> checkOption(const ParsedArguments& arguments);

/// Usage when --watch and --switch-to-wal are both there.
[[nodiscard]] Status watchedOrSwitched(const ParsedArguments& arguments);

/// `path` from the working directory, or from the home folder where it begins with "~/".
[[nodiscard]] std::string absolutePath(const Session& session, const std::string& path);

/// A replica and everything in it.
struct OpenedReplica {
    std::unique_ptr<storage::Storage> storage;
    replica::Catalog catalog;
};

/// The one at `address`.
[[nodiscard]] Result<OpenedReplica> replicaAt(Session& session,
                                              const storage::StorageAddress& address);
/// The one at operand 0.
[[nodiscard]] Result<OpenedReplica> replicaOperand(Session& session,
                                                   const ParsedArguments& arguments);

/// TargetRefused for a storage that can only be read: an archive.
[[nodiscard]] Status requireWritable(const storage::StorageAddress& address);

/// Unsupported for a replica that can have no marks.
[[nodiscard]] Status requireMarks(const OpenedReplica& opened);

}  // namespace tidemark::cli
