#pragma once

#include "app/cli/arguments.h"
#include "app/cli/commands.h"
#include "core/replica/catalog.h"
#include "core/replica/restore_plan.h"
#include "core/restore/restorer.h"
#include "core/storage/storage.h"
#include "core/storage/storage_address.h"

#include <memory>
#include <string>

/// What the commands' operands and options mean.
namespace tidemark::cli {

/// STORAGE: the name of a replica in the settings, where one is called exactly so; else an address.
/// Usage when several replicas have that name.
[[nodiscard]] Result<storage::StorageAddress> storageOperand(Session& session,
                                                             const std::string& text);

/// The moment that is asked for: operand `number`, or one of --latest, --txid and --time. Usage
/// when there are several.
[[nodiscard]] Result<replica::Wish> wishOperand(Session& session, const ParsedArguments& arguments,
                                                std::size_t number);

/// --check.
[[nodiscard]] Result<restore::Check> checkOption(const ParsedArguments& arguments);

/// `path` from the working directory.
[[nodiscard]] std::string absolutePath(const Session& session, const std::string& path);

/// A replica and everything in it.
struct OpenedReplica {
    std::unique_ptr<storage::Storage> storage;
    replica::Catalog catalog;
};

/// The one at operand 0.
[[nodiscard]] Result<OpenedReplica> replicaOperand(Session& session,
                                                   const ParsedArguments& arguments);

}  // namespace tidemark::cli
