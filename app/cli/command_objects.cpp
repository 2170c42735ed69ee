#include "app/cli/human.h"
#include "app/cli/moment_json.h"
#include "app/cli/operands.h"
#include "app/cli/output.h"

#include <vector>

namespace tidemark::cli {
namespace {

constexpr std::size_t kLinesAtOnce = 1000;

std::vector<std::string> rowOf(const replica::ObjectInfo& object)
{
    return {std::to_string(object.level),         std::to_string(object.minTxId.value),
            std::to_string(object.maxTxId.value), humanTime(object.time),
            humanBytes(object.sizeBytes),         object.name};
}

void print(Output& output, const std::vector<std::vector<std::string>>& rows)
{
    for (const std::string& line : aligned(rows, {true, true, true, false, true, false})) {
        output.text(line);
    }
}

}  // namespace

Status runObjects(Session& session, const ParsedArguments& arguments)
{
    TIDEMARK_TRY(const auto catalog, catalogOperand(session, arguments));
    Output& output = session.output;
    std::vector<std::vector<std::string>> rows;
    for (const replica::ObjectInfo& object : catalog->objects) {
        if (!output.isHeard()) {
            break;
        }
        if (output.isJson()) {
            output.json(objectJson(object));
            continue;
        }
        rows.push_back(rowOf(object));
        if (rows.size() == kLinesAtOnce) {
            print(output, rows);
            rows.clear();
        }
    }
    print(output, rows);
    if (catalog->format == replica::Catalog::Format::Legacy) {
        output.note(
            "This replica is of Litestream 0.3: its moments are listed, its files are not.");
    }
    return {};
}

}  // namespace tidemark::cli
