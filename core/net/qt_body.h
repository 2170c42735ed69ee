#pragma once

#include "core/base/byte_stream.h"

#include <QIODevice>

#include <cstdint>
#include <memory>
#include <optional>

namespace tidemark::net {

/// A request's body for Qt. It can be sought to its start, so Qt keeps no copy of it for the
/// case that a kept connection turns out to be closed, or that a login is asked for.
class BodyDevice final : public QIODevice {
public:
    /// `source` outlives it.
    BodyDevice(const ByteSource& source, std::uint64_t sizeBytes)
        : m_source(source), m_sizeBytes(static_cast<qint64>(sizeBytes))
    {
    }

    /// Before it is sent.
    [[nodiscard]] Status start();

    /// Why it could not be read to its end, or had none where it should.
    [[nodiscard]] const std::optional<Error>& failure() const { return m_failure; }
    [[nodiscard]] qint64 size() const override { return m_sizeBytes; }

    bool seek(qint64 position) override;

protected:
    qint64 readData(char* data, qint64 limit) override;
    qint64 writeData(const char*, qint64) override { return -1; }

private:
    const ByteSource& m_source;
    qint64 m_sizeBytes = 0;
    qint64 m_read = 0;
    std::unique_ptr<ByteReader> m_reader;
    std::optional<Error> m_failure;
};

}  // namespace tidemark::net
