#include "core/storage/storage.h"

namespace tidemark::storage {

Result<WriteOutcome> Storage::write(const std::string& name, const ByteSource& source,
                                    const ObjectMetadata& metadata, const std::stop_token& stop)
{
    TIDEMARK_TRY(const auto staged, stage(name, source, metadata, stop));
    StagedObject* const object = staged.get();
    TIDEMARK_TRY(const std::size_t appeared, publish(std::span(&object, 1), stop));
    return appeared == 1 ? WriteOutcome::Written : WriteOutcome::AlreadyThere;
}

}  // namespace tidemark::storage
