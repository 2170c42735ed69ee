#include "core/net/qt_body.h"

#include <algorithm>
#include <span>
#include <utility>

namespace tidemark::net {
namespace {

Error becameShorter()
{
    return {
        .code = ErrorCode::Io,
        .what = {TIDEMARK_TEXT("net", "What is being sent became shorter meanwhile.")},
        .next = {TIDEMARK_TEXT("net", "Look whether something else changes it, and try again.")}};
}

}  // namespace

Status BodyDevice::start()
{
    TIDEMARK_TRY(m_reader, m_source.open());
    open(QIODevice::ReadOnly | QIODevice::Unbuffered);
    return {};
}

bool BodyDevice::seek(qint64 position)
{
    if (position != 0) {
        return false;
    }
    auto reader = m_source.open();
    if (!reader.ok()) {
        m_failure = reader.error();
        return false;
    }
    m_reader = std::move(reader).value();
    m_read = 0;
    return QIODevice::seek(0);
}

qint64 BodyDevice::readData(char* data, qint64 limit)
{
    if (limit == 0) {
        return 0;
    }
    // A byte more than was said would be taken for the start of the next request.
    const qint64 wanted = std::min(limit, m_sizeBytes - m_read);
    if (wanted == 0) {
        return -1;
    }
    const std::span into(data, static_cast<std::size_t>(wanted));
    const auto count = m_reader->read(std::as_writable_bytes(into));
    if (!count.ok() || count.value() == 0) {
        m_failure = count.ok() ? becameShorter() : count.error();
        return -1;
    }
    m_read += static_cast<qint64>(count.value());
    return static_cast<qint64>(count.value());
}

}  // namespace tidemark::net
