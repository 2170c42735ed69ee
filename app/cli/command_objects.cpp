#include "app/cli/human.h"
#include "app/cli/moment_json.h"
#include "app/cli/operands.h"
#include "app/cli/output.h"
#include "app/cli/page_counts.h"

#include <vector>

namespace tidemark::cli {
namespace {

using Rows = std::vector<std::vector<std::string>>;

std::vector<std::string> rowOf(const ListedObject& object)
{
    const replica::ObjectInfo& info = object.info;
    return {std::to_string(info.level),
            std::to_string(info.minTxId.value),
            std::to_string(info.maxTxId.value),
            humanTime(info.time),
            humanBytes(info.sizeBytes),
            object.pages ? counted(*object.pages, "page") : "",
            info.name};
}

void print(Output& output, const std::vector<ListedObject>& objects)
{
    Rows rows;
    for (const ListedObject& object : objects) {
        if (!output.isJson()) {
            rows.push_back(rowOf(object));
            continue;
        }
        Json line = objectJson(object.info);
        if (object.pages) {
            line["pages"] = *object.pages;
        }
        output.json(line);
    }
    for (const std::string& line : aligned(rows, {true, true, true, false, true, true, false})) {
        output.text(line);
    }
}

}  // namespace

Status runObjects(Session& session, const ParsedArguments& arguments)
{
    TIDEMARK_TRY(const OpenedReplica opened, replicaOperand(session, arguments));
    const std::vector<replica::ObjectInfo>& all = opened.catalog.objects;
    for (std::size_t done = 0; done < all.size() && session.output.isHeard();) {
        std::vector<ListedObject> some;
        for (; done < all.size() && some.size() < kLinesAtOnce; ++done) {
            some.push_back({.info = all[done]});
        }
        TIDEMARK_TRY_STATUS(lookAtObjects(session, *opened.storage, some));
        print(session.output, some);
    }
    if (opened.catalog.format == replica::Catalog::Format::Legacy) {
        session.output.note(
            "This replica is of Litestream 0.3: its moments are listed, its files are not.");
    }
    return {};
}

}  // namespace tidemark::cli
