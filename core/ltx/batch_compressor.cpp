#include "core/ltx/batch_compressor.h"

#include "core/base/crc64.h"
#include "core/ltx/page_frame.h"

#include <cassert>

namespace tidemark::ltx {
namespace {

void compress(CompressedBatch& batch)
{
    batch.frames.clear();
    batch.frameSizes.clear();
    batch.coveredBytes = 0;
    Crc64 sum;
    for (std::size_t i = 0; i < batch.pages.size(); ++i) {
        const auto page = batch.pages.page(i);
        const std::size_t size = encodeFrame(batch.pages.numbers[i], page, batch.frames);
        batch.frameSizes.push_back(static_cast<std::uint32_t>(size));
        batch.coveredBytes +=
            coverFrame(sum, std::span<const std::byte>(batch.frames).last(size), page);
    }
    batch.sum = sum.value();
}

}  // namespace

BatchCompressor::~BatchCompressor() = default;

std::unique_ptr<CompressedBatch> BatchCompressor::emptyBatch()
{
    if (m_idle.empty()) {
        return std::make_unique<CompressedBatch>();
    }
    auto batch = std::move(m_idle.back());
    m_idle.pop_back();
    batch->isDone = false;
    return batch;
}

void BatchCompressor::submit(std::unique_ptr<CompressedBatch> batch)
{
    assert(hasRoom());
    m_inOrder.push_back(std::move(batch));
    if (m_threads.empty() && m_inOrder.size() == 1) {
        return;  // It may stay the only one.
    }
    if (m_threads.empty()) {
        for (unsigned i = 0; i < m_threadCount; ++i) {
            m_threads.emplace_back([this](const std::stop_token& stop) { work(stop); });
        }
        hand(*m_inOrder.front());
    }
    hand(*m_inOrder.back());
}

std::unique_ptr<CompressedBatch> BatchCompressor::takeOldest()
{
    if (m_inOrder.empty()) {
        return nullptr;
    }
    auto batch = std::move(m_inOrder.front());
    m_inOrder.pop_front();
    if (m_threads.empty()) {
        compress(*batch);
        return batch;
    }
    std::unique_lock lock(m_mutex);
    m_finished.wait(lock, [&] { return batch->isDone; });
    return batch;
}

void BatchCompressor::recycle(std::unique_ptr<CompressedBatch> batch)
{
    m_idle.push_back(std::move(batch));
}

void BatchCompressor::hand(CompressedBatch& batch)
{
    {
        const std::scoped_lock lock(m_mutex);
        m_waiting.push_back(&batch);
    }
    m_arrived.notify_one();
}

void BatchCompressor::work(const std::stop_token& stop)
{
    std::unique_lock lock(m_mutex);
    while (m_arrived.wait(lock, stop, [&] { return !m_waiting.empty(); })) {
        CompressedBatch& batch = *m_waiting.front();
        m_waiting.pop_front();
        lock.unlock();
        compress(batch);
        lock.lock();
        batch.isDone = true;
        m_finished.notify_one();
    }
}

}  // namespace tidemark::ltx
