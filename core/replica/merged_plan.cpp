#include "core/replica/merged_plan.h"

#include "core/base/file_stream.h"
#include "core/ltx/damaged.h"
#include "core/ltx/encoder.h"
#include "core/ltx/file_pages.h"
#include "core/ltx/merge.h"
#include "core/ltx/page_order.h"
#include "core/ltx/state_digest.h"
#include "core/replica/ltx_object.h"
#include "core/replica/object_source.h"
#include "core/storage/temporary_file.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>
#include <vector>

namespace tidemark::replica {
namespace {

/// A reader whose errors name the object that it reads.
class NamingReader final : public ltx::PageReader {
public:
    NamingReader(std::unique_ptr<ltx::PageReader> reader, const std::string& name,
                 std::stop_token stop)
        : m_reader(std::move(reader)), m_name(name), m_stop(std::move(stop))
    {
    }

    [[nodiscard]] Result<bool> next(ltx::PageBatch& batch) override
    {
        if (m_stop.stop_requested()) {
            return cancelled();
        }
        auto any = m_reader->next(batch);
        return any.ok() ? std::move(any) : Result<bool>(naming(m_name, std::move(any).error()));
    }

private:
    std::unique_ptr<ltx::PageReader> m_reader;
    const std::string& m_name;
    std::stop_token m_stop;
};

/// The pages of one object.
class ObjectPages final : public ltx::PageSource {
public:
    ObjectPages(const storage::Storage& storage, std::string name, std::stop_token stop)
        : m_name(std::move(name)), m_stop(stop), m_bytes(storage, m_name, std::move(stop))
    {
    }

    [[nodiscard]] Result<std::unique_ptr<ltx::PageReader>> open() const override
    {
        auto reader = m_pages.open();
        if (!reader.ok()) {
            return naming(m_name, std::move(reader).error());
        }
        return std::unique_ptr<ltx::PageReader>(
            std::make_unique<NamingReader>(std::move(reader).value(), m_name, m_stop));
    }

private:
    std::string m_name;
    std::stop_token m_stop;
    ObjectSource m_bytes;
    ltx::FilePages m_pages{m_bytes};
};

/// The pages of a file in the scratch folder, which goes with it.
class ScratchPages final : public ltx::PageSource {
public:
    explicit ScratchPages(storage::TemporaryFile file) : m_file(std::move(file)) {}

    [[nodiscard]] Result<std::unique_ptr<ltx::PageReader>> open() const override
    {
        return m_pages.open();
    }

private:
    storage::TemporaryFile m_file;
    FileSource m_bytes{m_file.file()};
    ltx::FilePages m_pages{m_bytes};
};

/// Checks that what comes by is the whole state that was recorded.
class CheckingReader final : public ltx::PageReader {
public:
    CheckingReader(std::unique_ptr<ltx::PageReader> reader, const ltx::Header& header,
                   const std::string& newest)
        : m_reader(std::move(reader)), m_header(header), m_newest(newest), m_order(header)
    {
    }

    [[nodiscard]] Result<bool> next(ltx::PageBatch& batch) override
    {
        TIDEMARK_TRY(const bool any, m_reader->next(batch));
        auto checked = any ? check(batch) : checkEnd();
        return checked.ok() ? Result<bool>(any)
                            : Result<bool>(naming(m_newest, std::move(checked).error()));
    }

private:
    [[nodiscard]] Status check(const ltx::PageBatch& batch)
    {
        for (std::size_t i = 0; i < batch.size(); ++i) {
            TIDEMARK_TRY_STATUS(m_order.next(batch.numbers[i]));
            m_digest += ltx::pageHash(batch.numbers[i], batch.page(i));
        }
        return {};
    }

    [[nodiscard]] Status checkEnd() const
    {
        TIDEMARK_TRY_STATUS(m_order.end());
        const auto recorded = ltx::digestsOf(m_header);
        if (!recorded || recorded->after == m_digest) {
            return {};
        }
        return ltx::damaged({TIDEMARK_TEXT("replica",
                                           "with what lies below it, it does not add up to the "
                                           "state that was recorded.")});
    }

    std::unique_ptr<ltx::PageReader> m_reader;
    const ltx::Header& m_header;
    const std::string& m_newest;
    ltx::PageOrder m_order;
    std::uint64_t m_digest = 0;
};

class CheckedPages final : public ltx::PageSource {
public:
    /// `header` is for all of `inputs`, of which the last one is called `newest`.
    CheckedPages(const ltx::Header& header, std::vector<ltx::MergeInput> inputs, std::string newest)
        : m_header(header), m_pages(std::move(inputs)), m_newest(std::move(newest))
    {
    }

    [[nodiscard]] Result<std::unique_ptr<ltx::PageReader>> open() const override
    {
        TIDEMARK_TRY(auto reader, m_pages.open());
        return std::unique_ptr<ltx::PageReader>(
            std::make_unique<CheckingReader>(std::move(reader), m_header, m_newest));
    }

private:
    ltx::Header m_header;
    ltx::MergedPages m_pages;
    std::string m_newest;
};

/// Whether the object, whatever its name says, can be applied to nothing.
Result<bool> standsAlone(const storage::Storage& storage, const ObjectInfo& info,
                         const std::stop_token& stop)
{
    TIDEMARK_TRY(const ObjectFacts facts, lookInside(storage, info, stop));
    return ltx::holdsEveryPage(facts.header, facts.pages);
}

/// Which of the two is wrong their headers do not tell.
Error doesNotFollow(const ObjectInfo& object, const ObjectInfo& below, const Error& error)
{
    return ltx::damaged({TIDEMARK_TEXT("replica", "%1 does not go on from %2: %3"),
                         {object.name, below.name, inEnglish(error.what)}});
}

class Opener {
public:
    Opener(const storage::Storage& storage, const RestorePlan& plan, const Scratch& scratch,
           const std::stop_token& stop)
        : m_storage(storage), m_plan(plan), m_scratch(scratch), m_stop(stop)
    {
    }

    Result<MergedPlan> open()
    {
        TIDEMARK_TRY_STATUS(readHeaders());
        while (m_inputs.size() > ltx::kMaxMergeInputs) {
            TIDEMARK_TRY_STATUS(mergeStage());
        }
        TIDEMARK_TRY(ltx::Header header, headerOf(m_inputs));
        // Of the state alone, not of the way to it.
        const auto newest = ltx::digestsOf(m_inputs.back().header);
        header.minTxId = ltx::TxId{1};
        header.reserved = {};
        if (newest) {
            ltx::setDigests(header, {.before = 0, .after = newest->after});
        }
        return MergedPlan{.header = header,
                          .pages = std::make_unique<CheckedPages>(header, std::move(m_inputs),
                                                                  m_plan.objects.back().name)};
    }

private:
    [[nodiscard]] Status readHeaders()
    {
        const ObjectInfo* below = nullptr;
        for (const ObjectInfo& each : m_plan.objects) {
            TIDEMARK_TRY(ltx::Header header, readObjectHeader(m_storage, each, m_stop));
            if (below != nullptr) {
                TIDEMARK_TRY_STATUS(follow(header, each, *below));
            }
            below = &each;
            m_inputs.push_back(
                {.header = header,
                 .pages = std::make_unique<ObjectPages>(m_storage, each.name, m_stop)});
        }
        return {};
    }

    /// Checks that the object can lie on what is there already. A full file of another page size
    /// (VACUUM can change it) needs nothing of that.
    [[nodiscard]] Status follow(const ltx::Header& header, const ObjectInfo& info,
                                const ObjectInfo& below)
    {
        const ltx::Header& lower = m_inputs.back().header;
        if (header.pageSizeBytes != lower.pageSizeBytes) {
            TIDEMARK_TRY(const bool alone, standsAlone(m_storage, info, m_stop));
            if (alone) {
                m_inputs.clear();
                return {};
            }
        }
        auto fits = ltx::mergedHeader(std::array{lower, header});
        return fits.ok() ? Status() : Status(doesNotFollow(info, below, fits.error()));
    }

    [[nodiscard]] static Result<ltx::Header> headerOf(const std::vector<ltx::MergeInput>& inputs)
    {
        std::vector<ltx::Header> headers;
        std::ranges::transform(inputs, std::back_inserter(headers), &ltx::MergeInput::header);
        return ltx::mergedHeader(headers);
    }

    /// Runs of inputs become files, all but the lowest one.
    [[nodiscard]] Status mergeStage()
    {
        std::vector<ltx::MergeInput> merged;
        merged.push_back(std::move(m_inputs.front()));
        for (std::size_t first = 1; first < m_inputs.size();) {
            const std::size_t last = std::min(m_inputs.size(), first + ltx::kMaxMergeInputs);
            std::vector<ltx::MergeInput> run;
            std::move(m_inputs.begin() + static_cast<std::ptrdiff_t>(first),
                      m_inputs.begin() + static_cast<std::ptrdiff_t>(last),
                      std::back_inserter(run));
            TIDEMARK_TRY(auto input, writeRun(std::move(run)));
            merged.push_back(std::move(input));
            first = last;
        }
        m_inputs = std::move(merged);
        return {};
    }

    [[nodiscard]] Result<ltx::MergeInput> writeRun(std::vector<ltx::MergeInput> run)
    {
        TIDEMARK_TRY(const ltx::Header header, headerOf(run));
        TIDEMARK_TRY(auto file, storage::TemporaryFile::make(
                                    m_scratch.files, m_scratch.random,
                                    m_scratch.folder + '/' + std::string(kMergeStem)));
        FileSink sink(file.file());
        ltx::Encoder encoder(sink, header);
        const ltx::MergedPages pages(std::move(run));
        TIDEMARK_TRY(const auto reader, pages.open());
        for (ltx::PageBatch batch;;) {
            TIDEMARK_TRY(const bool any, reader->next(batch));
            if (!any) {
                break;
            }
            for (std::size_t i = 0; i < batch.size(); ++i) {
                TIDEMARK_TRY_STATUS(encoder.add(batch.numbers[i], batch.page(i)));
            }
        }
        TIDEMARK_TRY([[maybe_unused]] const auto facts, encoder.finish());
        return ltx::MergeInput{.header = header,
                               .pages = std::make_unique<ScratchPages>(std::move(file))};
    }

    const storage::Storage& m_storage;
    const RestorePlan& m_plan;
    const Scratch& m_scratch;
    const std::stop_token& m_stop;
    std::vector<ltx::MergeInput> m_inputs;  // Lowest first.
};

}  // namespace

Result<MergedPlan> openMergedPlan(const storage::Storage& storage, const RestorePlan& plan,
                                  const Scratch& scratch, const std::stop_token& stop)
{
    return Opener(storage, plan, scratch, stop).open();
}

}  // namespace tidemark::replica
