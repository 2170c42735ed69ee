#include "core/storage/webdav_listing.h"

#include <QTest>

#include <span>
#include <string>

using namespace tidemark;
using namespace tidemark::storage;

namespace {

Result<std::vector<WebDavResource>> parsed(const std::string& xml,
                                           const std::string& path = "/dav/notes")
{
    const auto bytes = std::as_bytes(std::span(xml));
    return parseWebDavListing({bytes.begin(), bytes.end()}, path, "webdavs://host/dav/notes");
}

std::string folder(const std::string& href)
{
    return "<d:response><d:href>" + href +
           "</d:href><d:propstat><d:prop><d:resourcetype><d:collection/></d:resourcetype></d:prop>"
           "<d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>";
}

std::string file(const std::string& href, const std::string& size = "7")
{
    return "<d:response><d:href>" + href +
           "</d:href><d:propstat><d:prop><d:resourcetype/><d:getcontentlength>" + size +
           "</d:getcontentlength><d:getlastmodified>Thu, 26 Nov 2026 18:20:50 GMT"
           "</d:getlastmodified></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat>"
           "</d:response>";
}

std::string multistatus(const std::string& inner)
{
    return "<?xml version=\"1.0\"?><d:multistatus xmlns:d=\"DAV:\">" + inner + "</d:multistatus>";
}

/// Of a listing of /dav/notes with one file in it.
std::string nameOf(const std::string& href)
{
    const auto listed = parsed(multistatus(folder("/dav/notes/") + file(href)));
    return listed.ok() && listed.value().size() == 2 ? listed.value()[1].name : "refused";
}

}  // namespace

class TestWebDavListing : public QObject {
    Q_OBJECT

private slots:
    void readsWhatApacheSays()
    {
        const auto listed = parsed(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
            "<D:multistatus xmlns:D=\"DAV:\" xmlns:ns0=\"DAV:\">\n"
            "<D:response xmlns:lp1=\"DAV:\" xmlns:lp2=\"http://apache.org/dav/props/\">\n"
            "<D:href>/dav/notes/</D:href>\n<D:propstat>\n<D:prop>\n"
            "<lp1:resourcetype><D:collection/></lp1:resourcetype>\n"
            "<lp1:getlastmodified>Thu, 26 Nov 2026 18:20:50 GMT</lp1:getlastmodified>\n"
            "</D:prop>\n<D:status>HTTP/1.1 200 OK</D:status>\n</D:propstat>\n"
            "<D:propstat>\n<D:prop>\n<ns0:getcontentlength/>\n</D:prop>\n"
            "<D:status>HTTP/1.1 404 Not Found</D:status>\n</D:propstat>\n</D:response>\n"
            "<D:response>\n<D:href>/dav/notes/a%20b</D:href>\n<D:propstat>\n<D:prop>\n"
            "<lp1:resourcetype/>\n<lp1:getcontentlength>12</lp1:getcontentlength>\n"
            "<lp1:getlastmodified>Thu, 26 Nov 2026 18:20:50 GMT</lp1:getlastmodified>\n"
            "</D:prop>\n<D:status>HTTP/1.1 200 OK</D:status>\n</D:propstat>\n</D:response>\n"
            "</D:multistatus>");
        const Timestamp time{std::chrono::seconds(1'795'717'250)};
        QVERIFY(listed.ok());
        QVERIFY(listed.value() ==
                (std::vector<WebDavResource>{{.isFolder = true, .modified = time},
                                             {.name = "a b", .sizeBytes = 12, .modified = time}}));
    }

    void readsNamesHoweverTheyAreEscaped_data()
    {
        QTest::addColumn<QByteArray>("href");
        QTest::addColumn<QByteArray>("name");
        const std::vector<std::pair<const char*, const char*>> rows{
            {"/dav/notes/a", "a"},
            {"/dav/notes/a/", "a"},
            {"http://elsewhere:81/dav/notes/a", "a"},
            {"https://host/dav/notes/%61", "a"},
            {"/dav/%6eotes/a", "a"},
            {"/dav/notes/%C3%A4", "\xC3\xA4"},
            {"/dav/notes/%c3%a4", "\xC3\xA4"},
            {"/dav/notes/\xC3\xA4", "\xC3\xA4"},
            {"/dav/notes/a+b&amp;c", "a+b&c"},
            {"/dav/notes/a%2Bb%25", "a+b%"},
            {"/dav/notes/a:b", "a:b"},
            {"/dav/notes/http://x", "refused"},
            {"\n  /dav/notes/a\n", "a"},
            {"<![CDATA[/dav/notes/a&b]]>", "a&b"},
            {"/dav/notes/...", "..."},
        };
        for (const auto& [href, name] : rows) {
            QTest::newRow(href) << QByteArray(href) << QByteArray(name);
        }
    }
    void readsNamesHoweverTheyAreEscaped()
    {
        QFETCH(QByteArray, href);
        QFETCH(QByteArray, name);
        QCOMPARE(QByteArray::fromStdString(nameOf(href.toStdString())), name);
    }

    void refusesNamesThatLeadElsewhere_data()
    {
        QTest::addColumn<QByteArray>("href");
        for (const char* href : {"",
                                 "/",
                                 "a",
                                 "../a",
                                 "/dav",
                                 "/dav/other/a",
                                 "/dav/notesX",
                                 "/dav/notes/..",
                                 "/dav/notes/%2E%2E",
                                 "/dav/notes/.",
                                 "/dav/notes/../../etc",
                                 "/dav/notes/a/b",
                                 "/dav/notes/a%2Fb",
                                 "/dav/notes/..%2Fa",
                                 "/dav/notes//a",
                                 "/dav/notes/a%00b",
                                 "/dav/notes/%zz",
                                 "/dav/notes/%4",
                                 "http://host",
                                 "file:/dav/notes/a",
                                 "&lol;"}) {
            QTest::newRow(href) << QByteArray(href);
        }
    }
    void refusesNamesThatLeadElsewhere()
    {
        QFETCH(QByteArray, href);
        QCOMPARE(nameOf(href.toStdString()), std::string("refused"));
    }

    void refusesWhatIsNoListing_data()
    {
        QTest::addColumn<QByteArray>("xml");
        const std::string whole = multistatus(folder("/dav/notes/") + file("/dav/notes/a"));
        QTest::newRow("nothing") << QByteArray();
        QTest::newRow("a page") << QByteArray("<!doctype html><html><body>Log in</body></html>");
        QTest::newRow("another document") << QByteArray("<error xmlns=\"DAV:\"/>");
        QTest::newRow("empty") << QByteArray::fromStdString(multistatus(""));
        QTest::newRow("not of itself")
            << QByteArray::fromStdString(multistatus(file("/dav/notes/a")));
        QTest::newRow("itself gone") << QByteArray::fromStdString(
            multistatus("<d:response><d:href>/dav/notes/</d:href>"
                        "<d:status>HTTP/1.1 404 Not Found</d:status></d:response>"));
        QTest::newRow("member refused") << QByteArray::fromStdString(
            multistatus(folder("/dav/notes/") +
                        "<d:response><d:href>/dav/notes/a</d:href>"
                        "<d:status>HTTP/1.1 403 Forbidden</d:status></d:response>"));
        for (const char* size : {"", "-1", "x", "1.5", "99999999999999999999", "0x10"}) {
            QTest::addRow("size %s", size) << QByteArray::fromStdString(
                multistatus(folder("/dav/notes/") + file("/dav/notes/a", size)));
        }
        QTest::newRow("other text behind it") << QByteArray::fromStdString(whole + "<x>");
    }
    void refusesWhatIsNoListing()
    {
        QFETCH(QByteArray, xml);
        const auto listed = parsed(xml.toStdString());
        QVERIFY(!listed.ok());
        QVERIFY(listed.error().code == ErrorCode::Unavailable);
        QVERIFY(!listed.error().next.source.empty());
    }

    void refusesEveryShorterPrefix()
    {
        const std::string whole = multistatus(folder("/dav/notes/") + file("/dav/notes/a"));
        QVERIFY(parsed(whole).ok());
        for (std::size_t length = 0; length < whole.size(); ++length) {
            QVERIFY2(!parsed(whole.substr(0, length)).ok(), std::to_string(length).c_str());
        }
    }

    void aMemberThatIsGoneIsPassedOver()
    {
        const auto listed =
            parsed(multistatus(folder("/dav/notes/") +
                               "<d:response><d:href>/dav/notes/a</d:href>"
                               "<d:status>HTTP/1.1 404 Not Found</d:status></d:response>"));
        QCOMPARE(listed.value().size(), std::size_t{1});
    }

    void theRootOfTheServerIsAFolder()
    {
        const auto listed = parsed(multistatus(folder("/") + file("/a")), "");
        QCOMPARE(listed.value()[1].name, std::string("a"));
    }

    void aFileTellsOfItself()
    {
        const auto listed = parsed(multistatus(file("/dav/notes")));
        QVERIFY(!listed.value()[0].isFolder);
        QCOMPARE(listed.value()[0].sizeBytes, std::uint64_t{7});
    }

    void entitiesAreNotExpanded()
    {
        std::string bomb = "<!DOCTYPE l [<!ENTITY a \"/dav/notes/x\">";
        for (char letter = 'b'; letter < 'k'; ++letter) {
            const std::string before(1, static_cast<char>(letter - 1));
            bomb += "<!ENTITY " + std::string(1, letter) + " \"";
            for (int i = 0; i < 10; ++i) {
                bomb += "&" + before + ";";
            }
            bomb += "\">";
        }
        QVERIFY(!parsed(bomb + "]>" + multistatus(folder("/dav/notes/") + file("&j;"))).ok());
    }

    void depthIsNoMatter()
    {
        std::string deep;
        for (int i = 0; i < 200'000; ++i) {
            deep += "<d:response>";
        }
        QVERIFY(!parsed(multistatus(deep)).ok());
    }
};

QTEST_APPLESS_MAIN(TestWebDavListing)
#include "tst_webdav_listing.moc"
