// An hour of segments merged as the levels are, from a spool into a folder: the pages that are read
// for each second of processor time. Prints a line a figure; exit 1 for a missed bar.
//
// bench_compaction DIRECTORY

#include "core/base/posix_file_system.h"
#include "core/engine/compactor.h"
#include "core/ltx/encoder.h"
#include "core/replica/layout.h"
#include "core/storage/folder_storage.h"

#include <chrono>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <iterator>
#include <random>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace {

using namespace tidemark;

constexpr std::uint32_t kPageSizeBytes = 4096;
constexpr std::uint32_t kPages = 20'000;
constexpr std::uint32_t kPagesASegment = 24;
constexpr std::uint64_t kSegments = 3'600;
constexpr std::uint64_t kCovered[] = {1, 30, 300, 3'600};
constexpr double kBarMb = 300;

class Bytes final : public ByteSink {
public:
    Status write(std::span<const std::byte> bytes) override
    {
        m_text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        return {};
    }
    [[nodiscard]] std::span<const std::byte> all() const
    {
        return std::as_bytes(std::span(m_text));
    }

private:
    std::string m_text;
};

double processorSeconds()
{
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

/// About 2:1 under LZ4, as the pages of a table of text are.
void fill(std::vector<std::byte>& page, std::mt19937_64& random)
{
    for (std::size_t i = 0; i < page.size(); i += sizeof(std::uint64_t)) {
        const std::uint64_t word = i < page.size() / 2 ? random() : i;
        std::memcpy(&page[i], &word, sizeof(word));
    }
}

/// One transaction: pages here and there, as a busy application writes them.
bool writeSegment(engine::Spool& spool, std::uint64_t txId, std::mt19937_64& random)
{
    std::set<std::uint32_t> numbers;
    while (numbers.size() < kPagesASegment) {
        numbers.insert(2 + static_cast<std::uint32_t>(random() % (kPages - 2)));
    }
    Bytes bytes;
    ltx::Encoder encoder(bytes, {.pageSizeBytes = kPageSizeBytes,
                                 .pageCountAfter = kPages,
                                 .minTxId = {txId},
                                 .maxTxId = {txId},
                                 .createdAt = Timestamp(std::chrono::seconds(1'000'000 + txId)),
                                 .walOffsetBytes = ltx::kNoWalOffset});
    std::vector<std::byte> page(kPageSizeBytes);
    bool isDone = true;
    for (const std::uint32_t number : numbers) {
        fill(page, random);
        isDone = encoder.add(number, page).ok() && isDone;
    }
    isDone = encoder.finish().ok() && isDone;
    return spool.add({txId}, [&](ByteSink& sink) { return sink.write(bytes.all()); }).ok() &&
           isDone;
}

replica::ObjectInfo objectOf(int level, std::uint64_t first, std::uint64_t last)
{
    const ltx::TxRange range{.minTxId = {first}, .maxTxId = {last}};
    return {.level = level,
            .minTxId = {first},
            .maxTxId = {last},
            .name = replica::objectName({.level = level, .range = range})};
}

void note(const std::string& name, double value, const char* unit)
{
    std::printf("      %-52s %17.2f %s\n", name.c_str(), value, unit);
}

/// The pages of the inputs that were merged; 0 when something failed.
double mergeLevel(engine::Compactor& compactor, int level)
{
    const auto index = static_cast<std::size_t>(level);
    double pages = 0;
    for (std::uint64_t first = 2; first + kCovered[index] <= kSegments + 2;
         first += kCovered[index]) {
        engine::Merge merge{.level = level};
        for (std::uint64_t each = first; each < first + kCovered[index];
             each += kCovered[index - 1]) {
            merge.inputs.push_back(objectOf(level - 1, each, each + kCovered[index - 1] - 1));
        }
        const auto made = compactor.compact(merge, {});
        if (!made.ok()) {
            std::fprintf(stderr, "%s\n", inEnglish(made.error().what).c_str());
            return 0;
        }
        pages += static_cast<double>(kCovered[index]) * kPagesASegment;
    }
    return pages;
}

bool bench(const std::string& directory)
{
    PosixFileSystem files;
    SeededRandom random(1);
    std::mt19937_64 noise(1);
    std::filesystem::create_directories(directory + "/spool");
    engine::Spool spool(files, random, directory + "/spool");
    bool isMade = spool.open().ok();
    for (std::uint64_t txId = 2; txId < kSegments + 2; ++txId) {
        isMade = writeSegment(spool, txId, noise) && isMade;
    }
    storage::FolderStorage storage(files, random, directory + "/replica");
    replica::LtxReplica replica(storage);
    engine::Compactor compactor(
        spool, {.upTo = {UINT64_MAX}}, replica,
        {.files = files, .random = random, .folder = directory + "/merges"});
    double allPages = 0;
    const double begun = processorSeconds();
    for (int level = 1; level < static_cast<int>(std::size(kCovered)); ++level) {
        const double before = processorSeconds();
        const double pages = mergeLevel(compactor, level);
        isMade = isMade && pages > 0;
        allPages += pages;
        note("  level " + std::to_string(level),
             pages * kPageSizeBytes / 1e6 / (processorSeconds() - before), "MB/s");
    }
    const double speed = allPages * kPageSizeBytes / 1e6 / (processorSeconds() - begun);
    const bool reached = isMade && speed >= kBarMb;
    std::printf("%s  %-52s %17.2f MB/s  >= %g MB/s\n", reached ? "PASS" : "FAIL",
                "an hour of segments merged, pages a second of a core", speed, kBarMb);
    return reached;
}

}  // namespace

int main(int count, char** words)
{
    if (count != 2) {
        std::fputs("Usage: bench_compaction DIRECTORY\n", stderr);
        return 2;
    }
    const std::string directory = std::string(words[1]) + "/bench-compaction";
    std::filesystem::remove_all(directory);
    const bool reached = bench(directory);
    std::filesystem::remove_all(directory);
    return reached ? 0 : 1;
}
