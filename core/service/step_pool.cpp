#include "core/service/step_pool.h"

#include <algorithm>
#include <utility>

namespace tidemark::service {
namespace {

/// How long the timekeeper waits when nothing is due at all.
constexpr std::chrono::hours kLong{1};

/// How often it looks, while something waits for a thread, whether some hang.
constexpr std::chrono::seconds kHangLook{30};

}  // namespace

StepPool::StepPool(Clock& clock, unsigned maxThreads, unsigned maxOfPlace)
    : m_clock(clock),
      m_maxThreads(maxThreads),
      m_maxOfPlace(maxOfPlace),
      m_timekeeper([this](const std::stop_token& stop) { keepTime(stop); })
{
}

StepPool::~StepPool()
{
    stop();
}

StepPool::Key StepPool::add(Step step, std::string place)
{
    const std::scoped_lock lock(m_mutex);
    const Key key = m_nextKey++;
    Entry& entry = m_entries[key];
    entry.step = std::move(step);
    entry.place = std::move(place);
    makeReady(key, entry);
    return key;
}

void StepPool::wake(Key key)
{
    const std::scoped_lock lock(m_mutex);
    const auto found = m_entries.find(key);
    if (found == m_entries.end() || found->second.woken) {
        return;
    }
    Entry& entry = found->second;
    entry.woken = true;
    if (entry.state != State::Resting) {
        return;
    }
    if (entry.due.notBefore <= m_clock.monotonic()) {
        makeReady(key, entry);
    } else {
        m_sooner.ring();
    }
}

void StepPool::hurry(Key key)
{
    const std::scoped_lock lock(m_mutex);
    const auto found = m_entries.find(key);
    if (found == m_entries.end()) {
        return;
    }
    Entry& entry = found->second;
    if (entry.state == State::Resting) {
        makeReady(key, entry);
    } else {
        entry.hurried = true;
    }
}

void StepPool::callFirst(Key key)
{
    const std::scoped_lock lock(m_mutex);
    const auto found = m_entries.find(key);
    if (found == m_entries.end()) {
        return;
    }
    Entry& entry = found->second;
    entry.isFirst = true;
    if (entry.state == State::Resting) {
        makeReady(key, entry);
    } else if (entry.state == State::Ready) {
        std::erase(m_ready, key);
        m_ready.push_front(key);
    } else {
        entry.hurried = true;
    }
}

std::optional<StepPool::Activity> StepPool::activity(Key key) const
{
    const std::scoped_lock lock(m_mutex);
    const auto found = m_entries.find(key);
    if (found == m_entries.end()) {
        return std::nullopt;
    }
    const Entry& entry = found->second;
    const bool isRunning = entry.state == State::Running;
    const bool isFull = entry.state == State::Full;
    const bool isQueued = isFull || entry.state == State::Ready;
    return Activity{.runsSince = isRunning ? std::optional(entry.began) : std::nullopt,
                    .queuedSince = isQueued ? std::optional(entry.queued) : std::nullopt,
                    .due = isRunning || isQueued ? Clock::Instant() : entry.calledAt(),
                    .queueMoved = isFull ? m_places.at(entry.place).moved : m_queueMoved,
                    .endedOneOf = entry.endedOneOf};
}

void StepPool::post(std::function<void()> task)
{
    static_cast<void>(add([task = std::move(task)] {
        task();
        return Due{.finished = true};
    }));
}

void StepPool::askToStop()
{
    m_timekeeper.request_stop();
    const std::scoped_lock lock(m_mutex);
    m_stopped = true;
    for (std::jthread& worker : m_workers) {
        worker.request_stop();
    }
}

bool StepPool::stopBy(Clock::Instant limit)
{
    askToStop();
    while (isAnyLiving() && m_clock.monotonic() < limit) {
        static_cast<void>(m_clock.waitUntil(limit, {}, m_ended));
    }
    if (isAnyLiving()) {
        return false;
    }
    stop();
    return true;
}

void StepPool::stop()
{
    askToStop();
    if (m_timekeeper.joinable()) {
        m_timekeeper.join();
    }
    std::vector<std::jthread> workers;
    {
        const std::scoped_lock lock(m_mutex);
        workers.swap(m_workers);
    }
    for (std::jthread& worker : workers) {
        worker.join();
    }
    // What the steps hold goes here, outside the lock: it may call wake() on its way.
    std::map<Key, Entry> entries;
    {
        const std::scoped_lock lock(m_mutex);
        entries.swap(m_entries);
    }
}

bool StepPool::isAnyLiving() const
{
    const std::scoped_lock lock(m_mutex);
    return m_living > 0;
}

Clock::Instant StepPool::Entry::calledAt() const
{
    return woken ? due.notBefore : std::max(due.atLatest, due.notBefore);
}

void StepPool::makeReady(Key key, Entry& entry)
{
    entry.queued = m_clock.monotonic();
    if (entry.place.empty()) {
        putInLine(key, entry);
        return;
    }
    Place& place = m_places[entry.place];
    if (place.taken < m_maxOfPlace) {
        ++place.taken;
        putInLine(key, entry);
    } else {
        entry.state = State::Full;
        place.waiting.push_back(key);
    }
}

void StepPool::putInLine(Key key, Entry& entry)
{
    entry.state = State::Ready;
    entry.isFirst ? m_ready.push_front(key) : m_ready.push_back(key);
    addThread();
    m_readyChanged.notify_one();
}

/// Where one is wanted and may be.
void StepPool::addThread()
{
    if (m_idle >= m_ready.size() || m_stopped) {
        return;
    }
    if (m_workers.size() >= m_maxThreads && m_workers.size() >= mostThreads()) {
        if (!m_looksForHung) {
            m_looksForHung = true;
            m_sooner.ring();
        }
        return;
    }
    ++m_living;
    m_workers.emplace_back([this](const std::stop_token& stop) {
        work(stop);
        m_ended.ring();
    });
}

std::size_t StepPool::mostThreads() const
{
    const Clock::Instant now = m_clock.monotonic();
    const auto hung = std::ranges::count_if(m_entries, [now](const auto& each) {
        return each.second.state == State::Running && now - each.second.began >= kHangs;
    });
    return std::min(m_maxThreads + static_cast<std::size_t>(hung), kMostThreads);
}

/// One of its things has run: the next one's turn.
void StepPool::leavePlace(const std::string& name)
{
    if (name.empty()) {
        return;
    }
    const auto found = m_places.find(name);
    Place& place = found->second;
    place.moved = m_clock.monotonic();
    if (!place.waiting.empty()) {
        const Key next = place.waiting.front();
        place.waiting.pop_front();
        putInLine(next, m_entries.at(next));
    } else if (--place.taken == 0) {
        m_places.erase(found);
    }
}

void StepPool::keepTime(const std::stop_token& stop)
{
    WaitEnd end = WaitEnd::Rung;
    while (end != WaitEnd::Stopped) {
        Clock::Instant next = {};
        {
            const std::scoped_lock lock(m_mutex);
            const Clock::Instant now = m_clock.monotonic();
            next = collectDue(now);
            m_looksForHung = !m_ready.empty();
            if (m_looksForHung) {
                addThread();
                next = std::min(next, now + kHangLook);
            }
        }
        end = m_clock.waitUntil(next, stop, m_sooner);
    }
}

Clock::Instant StepPool::collectDue(Clock::Instant now)
{
    // Who is due within the slack goes along, but only if somebody is due by now.
    std::vector<Key> due;
    std::vector<Key> nearly;
    Clock::Instant next = now + kLong;
    for (auto& [key, entry] : m_entries) {
        if (entry.state != State::Resting) {
            continue;
        }
        const Clock::Instant at = entry.calledAt();
        if (at <= now) {
            due.push_back(key);
        } else if (!entry.woken && at <= now + kSlack && entry.due.notBefore <= now) {
            nearly.push_back(key);
        }
        next = at > now ? std::min(next, at) : next;
    }
    if (!due.empty()) {
        due.insert(due.end(), nearly.begin(), nearly.end());
    }
    for (const Key key : due) {
        makeReady(key, m_entries.at(key));
    }
    return next;
}

void StepPool::work(const std::stop_token& stop)
{
    std::unique_lock lock(m_mutex);
    for (;;) {
        ++m_idle;
        const bool hasWork =
            m_readyChanged.wait(lock, stop, [this] { return !m_ready.empty() || m_stopped; });
        --m_idle;
        if (!hasWork || m_stopped) {
            --m_living;
            return;
        }
        const Key key = m_ready.front();
        m_ready.pop_front();
        runOne(lock, key);
    }
}

void StepPool::runOne(std::unique_lock<std::mutex>& lock, Key key)
{
    // The entry stays where it is while it runs: only this function removes one.
    Entry& entry = m_entries.at(key);
    entry.state = State::Running;
    entry.woken = false;
    entry.hurried = false;
    entry.isFirst = false;
    entry.began = m_queueMoved = m_clock.monotonic();
    lock.unlock();
    const Due due = entry.step();
    lock.lock();
    leavePlace(entry.place);
    if (due.finished) {
        auto gone = m_entries.extract(key);
        // Destroyed unlocked: what it holds may call wake() on its way.
        lock.unlock();
        gone = {};
        lock.lock();
        return;
    }
    entry.due = due;
    entry.state = State::Resting;
    entry.endedOneOf = entry.began;
    if (entry.hurried || (entry.woken && due.notBefore <= m_clock.monotonic())) {
        makeReady(key, entry);
    } else {
        m_sooner.ring();
    }
}

}  // namespace tidemark::service
