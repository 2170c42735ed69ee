#include "core/storage/azure_listing.h"

#include <QTest>

#include <chrono>

using namespace tidemark;
using namespace tidemark::storage;

namespace {

const AzureAccount kAccount{
    .name = "acc", .container = "backups", .root = "notes/", .place = "abs://acc@backups/notes"};
const AzurePageAsked kAsked{.prefix = "notes/ltx/"};

std::string blob(const std::string& name, const std::string& more = {},
                 const std::string& size = "12")
{
    return "<Blob><Name>" + name +
           "</Name><Properties><Creation-Time>Thu, 26 Nov 2026 18:20:50 GMT</Creation-Time>"
           "<Last-Modified>Thu, 26 Nov 2026 18:20:51 GMT</Last-Modified>"
           "<Content-Length>" +
           size + "</Content-Length></Properties>" + more + "</Blob>";
}

std::string pageOf(const std::string& blobs, const std::string& marker = {},
                   const std::string& container = "backups")
{
    return "\xef\xbb\xbf<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults "
           "ServiceEndpoint=\"https://acc.blob.core.windows.net/\" ContainerName=\"" +
           container + "\"><Prefix>notes/ltx/</Prefix><Blobs>" + blobs + "</Blobs><NextMarker>" +
           marker + "</NextMarker></EnumerationResults>";
}

Result<AzurePage> parsed(const std::string& text, const AzurePageAsked& asked = kAsked)
{
    return azurePage(std::as_bytes(std::span(text.data(), text.size())), kAccount, asked);
}

std::string timed(const std::string& key, const std::string& time)
{
    return "<Metadata><" + key + ">" + time + "</" + key + "></Metadata>";
}

}  // namespace

class TestAzureListing : public QObject {
    Q_OBJECT

private slots:
    void readsNamesSizesAndTheMarker()
    {
        const auto page =
            parsed(pageOf(blob("notes/ltx/0/a") + blob("notes/ltx/0/b", "", "0"), "m"));
        QVERIFY(page.ok());
        QCOMPARE(page.value().entries.size(), std::size_t{2});
        QCOMPARE(page.value().entries[0].name, std::string("ltx/0/a"));
        QCOMPARE(page.value().entries[0].sizeBytes, std::uint64_t{12});
        QCOMPARE(page.value().entries[1].sizeBytes, std::uint64_t{0});
        QCOMPARE(page.value().lastBlob, std::string("notes/ltx/0/b"));
        QCOMPARE(page.value().nextMarker, std::string("m"));
    }

    void anEmptyListingIsOne()
    {
        for (const std::string& text :
             {pageOf(""), std::string("<EnumerationResults ContainerName=\"backups\"><Blobs/>"
                                      "<NextMarker/></EnumerationResults>")}) {
            const auto page = parsed(text);
            QVERIFY(page.ok());
            QVERIFY(page.value().entries.empty() && page.value().nextMarker.empty());
        }
    }

    void timesAreThoseOfTheMetadataWhateverItsLetters()
    {
        const auto page = parsed(pageOf(
            blob("notes/ltx/1", timed("litestreamtimestamp", "2026-11-22T12:31:06.812Z")) +
            blob("notes/ltx/2", timed("LitestreamTimestamp", "2026-11-22T12:31:06.812345Z")) +
            blob("notes/ltx/3", timed("litestreamtimestamp", "yesterday")) + blob("notes/ltx/4")));
        QVERIFY(page.ok());
        const auto& entries = page.value().entries;
        const Timestamp exact{std::chrono::milliseconds(1'795'350'666'812)};
        const Timestamp created{std::chrono::milliseconds(1'795'717'250'000)};
        QVERIFY(entries[0].modified == exact);
        QVERIFY(entries[1].modified == exact);
        QVERIFY(entries[2].modified == created);
        QVERIFY(entries[3].modified == created);
    }

    void namesThatXmlCannotHoldComeEscaped()
    {
        auto text = pageOf(blob("notes/ltx/a%20b"));
        QCOMPARE(parsed(text).value().entries[0].name, std::string("ltx/a%20b"));
        text.replace(text.find("<Name>"), 6, "<Name Encoded=\"true\">");
        QCOMPARE(parsed(text).value().entries[0].name, std::string("ltx/a b"));
        QCOMPARE(parsed(pageOf(blob("notes/ltx/&lt;&amp;&#233;"))).value().entries[0].name,
                 std::string("ltx/<&\xc3\xa9"));
    }

    void whatIsNoObjectIsLeftOut()
    {
        const std::string folder = timed("hdi_isfolder", "true");
        const auto page = parsed(
            pageOf(blob("notes/ltx/", "", "0") + blob("notes/ltx/0", folder, "0") +
                   blob("notes/ltx/0/../x") + blob("notes/ltx/0//x") + blob("notes/ltx/0/z")));
        QVERIFY(page.ok());
        QCOMPARE(page.value().entries.size(), std::size_t{1});
        QCOMPARE(page.value().entries[0].name, std::string("ltx/0/z"));
    }

    void refusesWhatIsNotTheRestOfTheListing_data()
    {
        QTest::addColumn<QByteArray>("text");
        const auto row = [](const char* name, const std::string& text) {
            QTest::newRow(name) << QByteArray::fromStdString(text);
        };
        const std::string good = pageOf(blob("notes/ltx/5"), "next");
        row("nothing", "");
        row("a web page", "<html><body>Sign in</body></html>");
        row("cut", good.substr(0, good.size() / 2));
        row("cut at the end", good.substr(0, good.size() - 3));
        row("a zero byte", good + std::string(1, '\0'));
        row("an error", "<Error><Code>ServerBusy</Code></Error>");
        row("of containers", "<EnumerationResults><Containers/><NextMarker/></EnumerationResults>");
        row("without an end",
            "<EnumerationResults ContainerName=\"backups\"><Blobs/>"
            "</EnumerationResults>");
        row("with types", "<!DOCTYPE EnumerationResults [<!ENTITY a \"b\">]>" +
                              pageOf(blob("notes/ltx/5")).substr(41));
        row("of another container", pageOf(blob("notes/ltx/5"), "", "others"));
        row("of no container", pageOf(blob("notes/ltx/5"), "", ""));
        row("outside the prefix", pageOf(blob("notes/ltx")));
        row("of another replica", pageOf(blob("other/ltx/5")));
        row("out of order", pageOf(blob("notes/ltx/5") + blob("notes/ltx/4")));
        row("twice", pageOf(blob("notes/ltx/5") + blob("notes/ltx/5")));
        row("seen before", pageOf(blob("notes/ltx/3")));
        row("seen last", pageOf(blob("notes/ltx/3z")));
        row("the same marker", pageOf(blob("notes/ltx/5"), "here"));
        row("without a name", pageOf("<Blob><Properties/></Blob>"));
        row("an empty name", pageOf(blob("")));
        row("a name with elements", pageOf(blob("notes/ltx/5<b/>6")));
        row("without a size", pageOf(blob("notes/ltx/5", "", "")));
        row("a negative size", pageOf(blob("notes/ltx/5", "", "-1")));
        row("a size that is none", pageOf(blob("notes/ltx/5", "", "12x")));
        row("a huge size", pageOf(blob("notes/ltx/5", "", "99999999999999999999")));
    }

    void refusesWhatIsNotTheRestOfTheListing()
    {
        QFETCH(QByteArray, text);
        const AzurePageAsked asked{
            .prefix = "notes/ltx/", .lastBlob = "notes/ltx/3z", .marker = "here"};
        QVERIFY(parsed(pageOf(blob("notes/ltx/5"), "next"), asked).ok());
        const auto page = parsed(text.toStdString(), asked);
        QVERIFY(!page.ok());
        QVERIFY(page.error().code == ErrorCode::Unavailable);
    }

    void everyShorterTextIsRefused()
    {
        const std::string good = pageOf(blob("notes/ltx/5"), "next");
        for (std::size_t size = 0; size < good.size(); ++size) {
            QVERIFY(!parsed(good.substr(0, size)).ok());
        }
    }
};

QTEST_APPLESS_MAIN(TestAzureListing)
#include "tst_azure_listing.moc"
