#include "core/service/control_request.h"

#include <QTest>

using namespace tidemark;
using namespace tidemark::service;

class TestControlRequest : public QObject {
    Q_OBJECT

private slots:
    void aRequestIsReadAsItWasWritten()
    {
        const ControlRequest plain{.command = "status"};
        QCOMPARE(formatRequest(plain), std::string(R"({"version":1,"command":"status"})"));
        QVERIFY(parseRequest(formatRequest(plain)).value() == plain);
        const ControlRequest full{.command = "snapshot",
                                  .arguments = {{"database", "/a.db"}, {"replica", "file:///b"}}};
        QCOMPARE(formatRequest(full).find('\n'), std::string::npos);
        QVERIFY(parseRequest(formatRequest(full)).value() == full);
    }

    void whatIsNotExactlyARequestIsRefused_data()
    {
        QTest::addColumn<QByteArray>("line");
        for (const char* const line :
             {"", "x", "[]", "1", "null", "{}", R"({"command":"status"})", R"({"version":1})",
              R"({"version":1,"command":""})", R"({"version":1,"command":7})",
              R"({"version":"1","command":"status"})", R"({"version":1.5,"command":"status"})",
              R"({"version":1,"command":"status","also":1})",
              R"({"version":1,"command":"status","arguments":[]})",
              R"({"version":1,"command":"status","arguments":{"a":1}})",
              R"({"version":1,"command":"status","arguments":{"a":{}}})",
              R"({"version":1,"command":"status"} {})", R"({"version":1,"command":"status")"}) {
            QTest::addRow("%s", line) << QByteArray(line);
        }
    }
    void whatIsNotExactlyARequestIsRefused()
    {
        QFETCH(QByteArray, line);
        const auto request = parseRequest(line.toStdString());
        QVERIFY(!request.ok() && request.error().code == ErrorCode::Usage);
    }

    void anotherVersionIsNamed()
    {
        const auto request = parseRequest(R"({"version":2,"command":"status"})");
        QVERIFY(!request.ok() && request.error().code == ErrorCode::Unsupported);
        QCOMPARE(inEnglish(request.error().what),
                 std::string("The engine was asked in version 2, and speaks 1."));
    }

    void anErrorIsReadAsItWasSaid()
    {
        const Error said{.code = ErrorCode::NotFound,
                         .what = {.source = "No %1.", .arguments = {"thing"}}};
        const auto heard = errorOfLine(errorLine(said));
        QVERIFY(heard && heard->code == ErrorCode::NotFound);
        QCOMPARE(inEnglish(heard->what), std::string("No thing."));
        QVERIFY(heard->next.source.empty());
        QVERIFY(!errorOfLine(R"({"version":1,"state":"failed","failure":{"error":"io"}})"));
        QVERIFY(!errorOfLine("x"));
        // A name that a later version has.
        QVERIFY(errorOfLine(R"({"error":"no-luck","message":"Sorry."})")->code == ErrorCode::Io);
    }
};

QTEST_APPLESS_MAIN(TestControlRequest)
#include "tst_control_request.moc"
