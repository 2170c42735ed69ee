#include "app/cli/patient_writer.h"

#include "core/base/descriptor.h"

#include <QTest>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <optional>
#include <string>
#include <thread>

using tidemark::Descriptor;
using tidemark::cli::PatientWriter;

namespace {

struct Pair {
    Descriptor from;
    Descriptor to;
};

Pair pipePair()
{
    std::array<int, 2> ends = {-1, -1};
    static_cast<void>(::pipe2(ends.data(), O_CLOEXEC));
    return {.from = Descriptor(ends[0]), .to = Descriptor(ends[1])};
}

Pair socketPair()
{
    std::array<int, 2> ends = {-1, -1};
    static_cast<void>(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()));
    return {.from = Descriptor(ends[0]), .to = Descriptor(ends[1])};
}

std::string readUpTo(int fd, std::size_t size)
{
    std::string text(size, 0);
    std::size_t got = 0;
    while (got < size) {
        const ssize_t more = ::read(fd, text.data() + got, size - got);
        if (more <= 0) {
            break;
        }
        got += static_cast<std::size_t>(more);
    }
    text.resize(got);
    return text;
}

}  // namespace

class TestPatientWriter : public QObject {
    Q_OBJECT

    static constexpr std::size_t kMuch = 2'000'000;

private slots:
    void whoeverReadsSlowlyGetsEverything()
    {
        for (const bool isSocket : {false, true}) {
            const Pair ends = isSocket ? socketPair() : pipePair();
            const std::string text(kMuch, 'x');
            std::string got;
            std::jthread reader([&] { got = readUpTo(ends.from.number(), kMuch); });
            PatientWriter writer(ends.to.number(), {});
            QVERIFY(!writer.write(text));
            reader.join();
            QCOMPARE(got.size(), kMuch);
        }
    }

    void whoeverDoesNotReadIsGivenUpOnceItIsTimeToEnd()
    {
        for (const bool isSocket : {false, true}) {
            const Pair ends = isSocket ? socketPair() : pipePair();
            std::stop_source stop;
            PatientWriter writer(ends.to.number(), stop.get_token());
            stop.request_stop();
            QVERIFY(writer.write(std::string(kMuch, 'x')) == std::errc::operation_canceled);
            // For good: what would follow the half of a line is lost with it.
            static_cast<void>(readUpTo(ends.from.number(), 1000));
            QVERIFY(writer.write("y") == std::errc::operation_canceled);
        }
    }

    void aPipeThatNobodyReadsAnyMoreIsToldOf()
    {
        std::optional<Pair> ends = pipePair();
        const Descriptor to(ends->to.release());
        ends.reset();
        PatientWriter writer(to.number(), {});
        QVERIFY(writer.write("x") == std::errc::broken_pipe);
    }
};

int main(int count, char** words)
{
    std::signal(SIGPIPE, SIG_IGN);
    TestPatientWriter test;
    return QTest::qExec(&test, count, words);
}

#include "tst_patient_writer.moc"
