#include "core/storage/known_hosts.h"
#include "core/storage/ssh_wire.h"

#include <QTest>

#include <string>

using namespace tidemark::storage;

namespace {

/// A blob as keys have them: the algorithm, and some bytes.
std::string blob(const std::string& algorithm, const std::string& bytes)
{
    std::string key;
    putString(key, algorithm);
    putString(key, bytes);
    return key;
}

std::string entry(const std::string& hosts, const std::string& algorithm = "ssh-ed25519",
                  const std::string& bytes = "key")
{
    return hosts + ' ' + algorithm + ' ' + toBase64(blob(algorithm, bytes)) + '\n';
}

int countOf(const std::string& name, const std::string& text)
{
    return static_cast<int>(keysKnownOf(name, text, "f").size());
}

}  // namespace

class TestKnownHosts : public QObject {
    Q_OBJECT

private slots:
    void aHostIsFoundByItsPatterns_data()
    {
        QTest::addColumn<QString>("hosts");
        QTest::addColumn<QString>("name");
        QTest::addColumn<bool>("isFound");
        QTest::newRow("itself") << "example.com"
                                << "example.com" << true;
        QTest::newRow("another") << "example.com"
                                 << "example.org" << false;
        QTest::newRow("a part") << "example.com"
                                << "example.co" << false;
        QTest::newRow("one of several") << "a,example.com,10.0.0.1"
                                        << "10.0.0.1" << true;
        QTest::newRow("other letters") << "Example.COM"
                                       << "example.com" << true;
        QTest::newRow("a star") << "*.example.com"
                                << "a.b.example.com" << true;
        QTest::newRow("a star that needs a dot") << "*.example.com"
                                                 << "example.com" << false;
        QTest::newRow("stars") << "*a*b*"
                               << "xxaybz" << true;
        QTest::newRow("a question mark") << "host?"
                                         << "host1" << true;
        QTest::newRow("a question mark for nothing") << "host?"
                                                     << "host" << false;
        QTest::newRow("excluded") << "*.com,!bad.com"
                                  << "bad.com" << false;
        QTest::newRow("excluded before") << "!bad.com,*.com"
                                         << "bad.com" << false;
        QTest::newRow("only excluded") << "!bad.com"
                                       << "good.com" << false;
        QTest::newRow("a port") << "[example.com]:2222"
                                << "[example.com]:2222" << true;
        QTest::newRow("another port") << "[example.com]:2222"
                                      << "example.com" << false;
        QTest::newRow("IPv6") << "::1"
                              << "::1" << true;
        QTest::newRow("commas alone") << ",,,"
                                      << "example.com" << false;
        QTest::newRow("a sea of stars")
            << "*a*a*a*a*a*a*a*a*a*a*a*a*b" << QString(200, 'a') << false;
    }
    void aHostIsFoundByItsPatterns()
    {
        QFETCH(const QString, hosts);
        QFETCH(const QString, name);
        QFETCH(const bool, isFound);
        QCOMPARE(countOf(name.toStdString(), entry(hosts.toStdString())), isFound ? 1 : 0);
    }

    void hashedNamesAreFound()
    {
        // As ssh-keygen -H writes "example.com", salt of the twenty letters "abcdefghijklmnopqrst".
        const std::string salt = toBase64("abcdefghijklmnopqrst");
        const std::string hashed = "|1|" + salt + "|1tMDyr1ULmOFo/sPIMab6SFWVm4=";
        QCOMPARE(countOf("example.com", entry(hashed)), 1);
        QCOMPARE(countOf("example.org", entry(hashed)), 0);
    }

    void namesHaveTheirPort()
    {
        QCOMPARE(knownHostName("Example.com", 22), std::string("example.com"));
        QCOMPARE(knownHostName("example.com", 0), std::string("example.com"));
        QCOMPARE(knownHostName("::1", 2222), std::string("[::1]:2222"));
    }

    void everyOddLineIsPassedOver_data()
    {
        QTest::addColumn<QByteArray>("line");
        QTest::newRow("empty") << QByteArray("\n");
        QTest::newRow("blanks") << QByteArray(" \t \r\n");
        QTest::newRow("a remark") << QByteArray("# h ssh-ed25519 AAAA\n");
        QTest::newRow("a name alone") << QByteArray("h\n");
        QTest::newRow("no key") << QByteArray("h ssh-ed25519\n");
        QTest::newRow("no Base64") << QByteArray("h ssh-ed25519 %%%%\n");
        QTest::newRow("one digit") << QByteArray("h ssh-ed25519 A\n");
        QTest::newRow("a key without an algorithm") << QByteArray("h ssh-ed25519 AAAA\n");
        QTest::newRow("SSH 1") << QByteArray("h 1024 35 1234567890\n");
        QTest::newRow("a mark alone") << QByteArray("@revoked\n");
        QTest::newRow("a mark that nobody knows") << QByteArray(("@new " + entry("h")).c_str());
        QTest::newRow("a hash without a bar") << QByteArray(entry("|1|abcd").c_str());
        QTest::newRow("a hash of nothing") << QByteArray(entry("|1||").c_str());
        QTest::newRow("another hash") << QByteArray(entry("|2|YWJj|YWJj").c_str());
        QTest::newRow("another algorithm in the key")
            << QByteArray(("h ssh-rsa " + toBase64(blob("ssh-ed25519", "key")) + '\n').c_str());
    }
    void everyOddLineIsPassedOver()
    {
        QFETCH(const QByteArray, line);
        const std::string text = line.toStdString() + entry("h");
        const auto known = keysKnownOf("h", text, "f");
        QCOMPARE(known.size(), std::size_t{1});
        QCOMPARE(known.front().line, 2);
        // And without an end.
        QCOMPARE(countOf("h", std::string(QByteArray(line).trimmed())), 0);
    }

    void marksAndRemarksAreRead()
    {
        const std::string plain = entry("h");
        const auto known = keysKnownOf("h",
                                       "@revoked " + plain + "@cert-authority\t" + plain + "  " +
                                           plain.substr(0, plain.size() - 1) + " me@here\r\n",
                                       "f");
        QCOMPARE(known.size(), std::size_t{3});
        QVERIFY(known[0].mark == HostKeyMark::Revoked);
        QVERIFY(known[1].mark == HostKeyMark::Authority);
        QVERIFY(known[2].mark == HostKeyMark::None);
        QCOMPARE(known[2].key, blob("ssh-ed25519", "key"));
    }

    void bytesAreNoFileOfHosts()
    {
        QVERIFY(looksLikeKnownHosts(entry("h")));
        QVERIFY(looksLikeKnownHosts(""));
        QVERIFY(!looksLikeKnownHosts(std::string("h\0x", 3)));
    }

    void aKeyIsJudgedByWhatIsKnown_data()
    {
        QTest::addColumn<QString>("lines");
        QTest::addColumn<int>("verdict");
        const auto line = [](const std::string& text) { return QString::fromStdString(text); };
        const QString same = line(entry("h"));
        const QString other = line(entry("h", "ssh-ed25519", "other"));
        const int trusted = static_cast<int>(HostVerdict::Trusted);
        const int unknown = static_cast<int>(HostVerdict::Unknown);
        const int changed = static_cast<int>(HostVerdict::Changed);
        const int revoked = static_cast<int>(HostVerdict::Revoked);
        QTest::newRow("nothing") << "" << unknown;
        QTest::newRow("the key") << same << trusted;
        QTest::newRow("another key") << other << changed;
        QTest::newRow("both") << other + same << trusted;
        QTest::newRow("an ECDSA key") << line(entry("h", "ecdsa-sha2-nistp256")) << changed;
        QTest::newRow("an RSA key") << line(entry("h", "ssh-rsa")) << unknown;
        QTest::newRow("an authority") << "@cert-authority " + other << unknown;
        QTest::newRow("the authority's own key") << "@cert-authority " + same << unknown;
        QTest::newRow("revoked") << "@revoked " + same << revoked;
        QTest::newRow("revoked, and known") << same + "@revoked " + same << revoked;
        QTest::newRow("another one revoked") << "@revoked " + other + same << trusted;
    }
    void aKeyIsJudgedByWhatIsKnown()
    {
        QFETCH(const QString, lines);
        QFETCH(const int, verdict);
        const auto known = keysKnownOf("h", lines.toStdString(), "f");
        const HostJudgement judgement = judge(known, "ssh-ed25519", blob("ssh-ed25519", "key"));
        QCOMPARE(static_cast<int>(judgement.verdict), verdict);
        QCOMPARE(judgement.line.file.empty(), lines.isEmpty());
    }

    void aLineOfOursIsReadBack()
    {
        const std::string key = blob("ssh-ed25519", "key");
        const auto known =
            keysKnownOf("[h]:2222", knownHostLine("[h]:2222", "ssh-ed25519", key), "f");
        QCOMPARE(known.size(), std::size_t{1});
        QVERIFY(judge(known, "ssh-ed25519", key).verdict == HostVerdict::Trusted);
    }

    void base64IsThatOfRfc4648()
    {
        const std::pair<const char*, const char*> pairs[] = {
            {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foobar", "Zm9vYmFy"}};
        for (const auto& [plain, text] : pairs) {
            QCOMPARE(toBase64(plain), std::string(text));
            QCOMPARE(fromBase64(text).value(), std::string(plain));
        }
        QVERIFY(!fromBase64("Zm9v\n"));
        QVERIFY(!fromBase64("===="));
    }
};

QTEST_APPLESS_MAIN(TestKnownHosts)
#include "tst_known_hosts.moc"
