#include "core/storage/address_text.h"

#include <QTest>

using namespace tidemark::storage;

class TestAddressText : public QObject {
    Q_OBJECT

private slots:
    void nobodyListensBehindTlsOrOnThisComputer()
    {
        for (const char* url :
             {"https://example.com", "https://10.0.0.1:9000/x", "http://localhost",
              "http://localhost:9000/b", "http://127.0.0.1:9000", "http://127.9.9.9/",
              "http://[::1]:9000", "http://[::1]"}) {
            QVERIFY2(isPrivateServer(url), url);
        }
        for (const char* url :
             {"http://example.com", "http://localhost.example.com", "http://127.0.0.1.example.com",
              "http://127.example.com:9000", "http://10.0.0.1", "http://[::2]:9000",
              "http://example.com/localhost", "http://example.com?localhost", "http://"}) {
            QVERIFY2(!isPrivateServer(url), url);
        }
    }
};

QTEST_APPLESS_MAIN(TestAddressText)
#include "tst_address_text.moc"
