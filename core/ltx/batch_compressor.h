#pragma once

#include "core/ltx/page_stream.h"

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

namespace tidemark::ltx {

/// Pages and the frames that they became.
struct CompressedBatch {
    PageBatch pages = {};
    std::vector<std::byte> frames = {};
    std::vector<std::uint32_t> frameSizes = {};
    std::uint64_t sum = 0;  ///< Of what the file checksum covers.
    std::uint64_t coveredBytes = 0;
    bool isDone = false;  ///< Guarded by the compressor's mutex.
};

/// Compresses batches on threads of its own and gives them back in order. One thread uses it. A
/// single small batch is compressed on that thread: most files are one, and need no threads.
class BatchCompressor {
public:
    explicit BatchCompressor(unsigned threads) : m_threadCount(threads) {}
    ~BatchCompressor();

    BatchCompressor(const BatchCompressor&) = delete;
    BatchCompressor& operator=(const BatchCompressor&) = delete;

    /// Whether another batch may be submitted now. Bounds the memory: a batch is about 2 MiB.
    [[nodiscard]] bool hasRoom() const { return m_inOrder.size() < m_threadCount + kSpare; }

    [[nodiscard]] std::unique_ptr<CompressedBatch> emptyBatch();
    void submit(std::unique_ptr<CompressedBatch> batch);

    /// The oldest batch once it is done, null if there is none. Blocks for the threads.
    [[nodiscard]] std::unique_ptr<CompressedBatch> takeOldest();

    /// Gives a batch back for emptyBatch().
    void recycle(std::unique_ptr<CompressedBatch> batch);

private:
    static constexpr std::size_t kSpare = 2;  // One being read, one being given out.

    void hand(CompressedBatch& batch);
    void work(const std::stop_token& stop);

    unsigned m_threadCount;
    std::deque<std::unique_ptr<CompressedBatch>> m_inOrder;  // Of the using thread.
    std::vector<std::unique_ptr<CompressedBatch>> m_idle;    // Of the using thread.

    std::mutex m_mutex;  // Guards m_waiting and each isDone.
    std::condition_variable_any m_arrived;
    std::condition_variable m_finished;
    std::deque<CompressedBatch*> m_waiting;

    std::vector<std::jthread> m_threads;  // Last: they end before what they use goes.
};

}  // namespace tidemark::ltx
