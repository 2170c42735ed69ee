#pragma once

#include "core/base/result.h"
#include "core/base/secret.h"
#include "core/storage/secrets.h"

namespace tidemark::keychain {

/// The secrets of one replica as an entry of a keychain holds them: a JSON object whose members are
/// named as those of storage::Secrets ("accessKeyId"), none of them empty.
[[nodiscard]] Secret textOf(const storage::Secrets& secrets);

/// Members that this version does not know are passed over. Damaged for what is no such object; the
/// error repeats none of it.
[[nodiscard]] Result<storage::Secrets> secretsIn(const Secret& text);

}  // namespace tidemark::keychain
