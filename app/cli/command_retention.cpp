#include "app/cli/human.h"
#include "app/cli/operands.h"
#include "app/cli/output.h"
#include "core/config/keep_text.h"
#include "core/service/retention_preview.h"

#include <string>
#include <string_view>
#include <vector>

namespace tidemark::cli {
namespace {

using engine::Fate;
using engine::KeptFor;
using service::RetentionPreview;

struct Words {
    std::string_view code;  ///< In `--json`.
    std::string_view text;
};

Words wordsOf(Fate fate)
{
    switch (fate) {
    case Fate::Goes: return {"goes", "go"};
    case Fate::NeverDelete: return {"everything", "stay: everything is kept"};
    case Fate::Pinned: return {"pinned", "stay: a restore reads them"};
    case Fate::Newest: return {"newest", "stay: the last of their level"};
    case Fate::NotMergedYet: return {"not-merged", "stay: not merged yet"};
    case Fate::BesideHole: return {"beside-hole", "stay: beside a hole in the history"};
    case Fate::KeptMoment: return {"kept-moment", "stay: a moment that is kept needs them"};
    case Fate::Alone: return {"alone", "stay: nothing else holds their changes"};
    case Fate::Support: return {"support", "stay: what stays otherwise needs them"};
    }
    return {};
}

Words wordsOf(KeptFor why)
{
    switch (why) {
    case KeptFor::NeverDelete: return {"everything", "everything is kept"};
    case KeptFor::Mark: return {"mark", "marked"};
    case KeptFor::Newest: return {"newest", "the newest"};
    case KeptFor::Hole: return {"hole", "beside a hole in the history"};
    case KeptFor::UnknownTime: return {"unknown-time", "of no known time"};
    case KeptFor::Future: return {"future", "from the future"};
    case KeptFor::ClockSetBack: return {"clock-set-back", "where the clock was set back"};
    case KeptFor::EveryMoment: return {"every-moment", "among the newest"};
    case KeptFor::Point: return {"point", "one for a stretch of time"};
    }
    return {};
}

void printJson(Output& output, const RetentionPreview& preview, const std::string& keep)
{
    for (const auto& [fate, share] : preview.objects) {
        output.json({{"kind", "objects"},
                     {"fate", wordsOf(fate).code},
                     {"objects", share.objects},
                     {"bytes", share.bytes}});
    }
    for (const auto& [why, moments] : preview.kept) {
        output.json({{"kind", "kept"}, {"why", wordsOf(why).code}, {"moments", moments}});
    }
    for (const replica::Mark& mark : preview.goneMarks) {
        output.json({{"kind", "goneMark"}, {"name", mark.name}, {"txid", mark.txId.value}});
    }
    const RetentionPreview::Share going = preview.going();
    Json total = {{"kind", "retention"},        {"keep", keep},
                  {"objects", going.objects},   {"bytes", going.bytes},
                  {"moments", preview.moments}, {"lostMoments", preview.lostMoments}};
    if (preview.refused) {
        total["refused"] = inEnglish(preview.refused->what);
    }
    output.json(total);
}

void printText(Output& output, const RetentionPreview& preview, const std::string& keep)
{
    std::vector<std::vector<std::string>> rows;
    for (const auto& [fate, share] : preview.objects) {
        rows.push_back({counted(share.objects, "object"), humanBytes(share.bytes),
                        std::string(wordsOf(fate).text)});
    }
    for (const auto& [why, moments] : preview.kept) {
        rows.push_back({counted(moments, "moment"), "", "kept: " + std::string(wordsOf(why).text)});
    }
    for (const std::string& line : aligned(rows, {true, true, false})) {
        output.text(line);
    }
    for (const replica::Mark& mark : preview.goneMarks) {
        output.text("The mark \"" + mark.name + "\" is lost already.");
    }
    const RetentionPreview::Share going = preview.going();
    output.text("By \"" + keep + "\" " + counted(going.objects, "object") + " of " +
                humanBytes(going.bytes) + " would go, and " + std::to_string(preview.lostMoments) +
                " of " + counted(preview.moments, "moment") + " with them.");
    if (preview.refused) {
        output.text(inEnglish(preview.refused->what));
    }
}

}  // namespace

Status runRetention(Session& session, const ParsedArguments& arguments)
{
    TIDEMARK_TRY(const engine::RetentionPolicy policy,
                 config::parseKeep(arguments.value("--keep").value_or("time-machine")));
    TIDEMARK_TRY(const auto address, storageOperand(session, arguments.operands().front()));
    TIDEMARK_TRY_STATUS(requireWritable(address));
    TIDEMARK_TRY(const RetentionPreview preview,
                 service::previewRetention(session.storages, address, policy, session.clock.now(),
                                           {}, {}, session.stop));
    const std::string keep = config::keepText(policy);
    if (session.output.isJson()) {
        printJson(session.output, preview, keep);
    } else {
        printText(session.output, preview, keep);
    }
    return {};
}

}  // namespace tidemark::cli
