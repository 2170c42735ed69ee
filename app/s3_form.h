#pragma once

#include "app/replica_form.h"

namespace tidemark::app {

/// The form of a bucket: which service has it decides what has to be asked for.

[[nodiscard]] std::vector<FieldSpec> fieldsOfS3(const FormValues& values);

/// Whether the bucket stands in the path of that service as a rule.
[[nodiscard]] bool hasUsualPathStyle(const FormValues& values);

[[nodiscard]] storage::StorageAddress bucketOf(const FormValues& values, const QString& home);

}  // namespace tidemark::app
