// Names of objects as a storage may list them, one a line: both layouts, catalog and plans.
#include "core/replica/catalog_builder.h"
#include "core/replica/layout.h"
#include "core/replica/open_replica.h"
#include "core/replica/restore_plan.h"
#include "core/replica/v03_layout.h"
#include "core/replica/v03_replica.h"
#include "tests/support/memory_storage.h"

#include <cstdlib>
#include <sstream>

using namespace tidemark;
using namespace tidemark::replica;

namespace {

void require(bool holds)
{
    if (!holds) {
        std::abort();
    }
}

void planEach(const storage::Storage& storage, const Catalog& catalog)
{
    for (const Moment& moment : catalog.moments) {
        const auto plan = planRestore(catalog, AtTxId{moment.txId});
        require(plan.ok() && plan.value().moment == moment);
        if (moment.legacy) {
            require(planLegacy(storage, *moment.legacy, {}).ok());
        } else {
            require(plan.value().objects.front().isComplete());
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    // More would only take longer: every moment is planned.
    constexpr std::size_t kMaxBytes = 1 << 13;
    if (size > kMaxBytes) {
        return 0;
    }
    storage::MemoryStorage storage;
    std::istringstream lines(std::string(reinterpret_cast<const char*>(data), size));
    int seconds = 0;
    for (std::string name; std::getline(lines, name);) {
        storage.objects()[name] = {.time = Timestamp(std::chrono::seconds(++seconds))};
        if (const auto key = parseObjectName(name)) {
            require(objectName(*key) == name);
        }
    }
    for (const auto& catalog : {readLegacyCatalog(storage, {}), openCatalog(storage, {})}) {
        if (catalog.ok()) {
            planEach(storage, catalog.value());
        }
    }
    return 0;
}
