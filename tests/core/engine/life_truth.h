#pragma once

#include "core/ltx/file_pages.h"
#include "core/replica/ltx_replica.h"
#include "core/replica/object_source.h"
#include "core/replica/restore_plan.h"
#include "tests/support/made_replica.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace tidemark::engine {

/// Restores the simplest way there is: the files of a plan laid over each other. An object never
/// changes, so each is decoded once; whoever spoils one says so.
class SimpleRestorer {
public:
    explicit SimpleRestorer(const storage::Storage& storage) : m_storage(storage) {}

    /// The database, or in words why there is none.
    [[nodiscard]] std::string laidOver(const replica::RestorePlan& plan)
    {
        std::string contents;
        for (const replica::ObjectInfo& object : plan.objects) {
            const File& file = fileOf(object.name);
            if (!file.fault.empty()) {
                return file.fault;
            }
            contents.resize(file.sizeBytes);
            for (const auto& [offset, page] : file.pages) {
                contents.replace(offset, page.size(), page);
            }
        }
        return contents;
    }

    [[nodiscard]] std::string restored(const replica::Catalog& catalog, std::uint64_t txId)
    {
        const auto plan = replica::planRestore(catalog, replica::AtTxId{{txId}});
        return plan.ok() ? laidOver(plan.value()) : "no plan";
    }

    void forget(const std::string& name) { m_files.erase(name); }

private:
    struct File {
        std::size_t sizeBytes = 0;  // Of the database behind it.
        std::vector<std::pair<std::size_t, std::string>> pages = {};
        std::string fault = {};
    };

    const File& fileOf(const std::string& name)
    {
        const auto found = m_files.find(name);
        return found != m_files.end() ? found->second
                                      : m_files.emplace(name, decoded(name)).first->second;
    }

    [[nodiscard]] File decoded(const std::string& name) const
    {
        const replica::ObjectSource source(m_storage, name, {});
        const auto header = ltx::readHeader(source);
        const ltx::FilePages pages(source);
        const auto reader = pages.open();
        if (!header.ok() || !reader.ok()) {
            return {.fault = "not read"};
        }
        File file{.sizeBytes =
                      std::size_t{header.value().pageCountAfter} * replica::MadeReplica::kPageSize};
        ltx::PageBatch batch;
        for (;;) {
            const auto any = reader.value()->next(batch);
            if (!any.ok()) {
                return {.fault = "damaged"};
            }
            if (!any.value()) {
                return file;
            }
            for (std::size_t i = 0; i < batch.size(); ++i) {
                const auto page = batch.page(i);
                file.pages.emplace_back(
                    std::size_t{batch.numbers[i] - 1} * batch.pageSizeBytes,
                    std::string(reinterpret_cast<const char*>(page.data()), page.size()));
            }
        }
    }

    const storage::Storage& m_storage;
    std::map<std::string, File> m_files;
};

[[nodiscard]] inline bool isMoment(const replica::Catalog& catalog, std::uint64_t txId)
{
    return std::ranges::binary_search(catalog.moments, ltx::TxId{txId}, {}, &replica::Moment::txId);
}

}  // namespace tidemark::engine
