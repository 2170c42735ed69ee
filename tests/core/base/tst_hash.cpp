#include "core/base/hash.h"

#include <QTest>

#include <openssl/evp.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

using namespace tidemark;

class TestHash : public QObject {
    Q_OBJECT

private slots:
    void withoutSha256TheProcessEnds()
    {
        const pid_t child = ::fork();
        if (child == 0) {
            ::close(STDERR_FILENO);
            std::signal(SIGABRT, SIG_DFL);
            // Without the module for it nothing can be computed from here on.
            EVP_default_properties_enable_fips(nullptr, 1);
            static_cast<void>(sha256("x"));
            ::_exit(0);
        }
        int status = 0;
        QCOMPARE(::waitpid(child, &status, 0), child);
        QVERIFY(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    }

    void sha256OfThePublishedExamples()
    {
        // FIPS 180-4, examples of one block and of an empty message.
        QCOMPARE(hex(sha256("abc")),
                 std::string("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
        QCOMPARE(hex(sha256("")),
                 std::string("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
    }

    void bytesThatEndTextElsewhereCount()
    {
        QVERIFY(sha256(std::string_view("a\0b", 3)) != sha256("a"));
    }

    void aNumberIsPaddedToItsDigits()
    {
        QCOMPARE(hex(0x2a, 16), std::string("000000000000002a"));
        QCOMPARE(hex(0xfedcba9876543210, 16), std::string("fedcba9876543210"));
        QCOMPARE(hex(0, 1), std::string("0"));
    }

    void bytesGiveTwoLowerCaseDigitsEach()
    {
        const std::array bytes{std::byte{0x00}, std::byte{0xaf}};
        QCOMPARE(hex(bytes), std::string("00af"));
    }
};

QTEST_APPLESS_MAIN(TestHash)
#include "tst_hash.moc"
