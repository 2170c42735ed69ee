#include "app/cli/moment_json.h"

#include "app/cli/human.h"
#include "core/base/rfc3339.h"

namespace tidemark::cli {

bool isWholeSeconds(Timestamp time, replica::TimePrecision precision)
{
    const bool isWhole = time == std::chrono::floor<std::chrono::seconds>(time);
    return isWhole && precision == replica::TimePrecision::Listed;
}

Json momentJson(const replica::Moment& moment)
{
    Json object = {
        {"kind", "moment"}, {"txid", moment.txId.value}, {"time", formatRfc3339(moment.time)}};
    if (moment.pages) {
        object["pages"] = *moment.pages;
    }
    object["bytes"] = moment.bytes;
    if (isWholeSeconds(moment.time, moment.precision)) {
        object["timePrecision"] = "s";
    }
    return object;
}

Json objectJson(const replica::ObjectInfo& object)
{
    return {{"level", object.level},           {"minTxid", object.minTxId.value},
            {"maxTxid", object.maxTxId.value}, {"time", formatRfc3339(object.time)},
            {"bytes", object.sizeBytes},       {"name", object.name}};
}

std::string momentTime(const replica::Moment& moment)
{
    return (isWholeSeconds(moment.time, moment.precision) ? "about " : "") + humanTime(moment.time);
}

}  // namespace tidemark::cli
