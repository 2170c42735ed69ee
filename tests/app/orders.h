#pragma once

#include "app/restore_job.h"
#include "tests/app/fakes.h"

namespace tidemark::app::tests {

/// One click on the moment `txId` of shop.db, which lies in a folder of that name.
[[nodiscard]] inline RestoreOrder orderOf(std::uint64_t txId = 7)
{
    return {.databaseName = QStringLiteral("shop.db"),
            .address = {.path = "/home/ada/Tidemark/shop"},
            .moment = {.txId = {txId}, .time = kNow - std::chrono::minutes(22)},
            .momentTime = QStringLiteral("14:31:12.000 CEST"),
            .folder = QStringLiteral("/home/ada/shop"),
            .fileName = QStringLiteral("shop-%1.db").arg(txId),
            .usualFolder = QStringLiteral("/home/ada/shop")};
}

}  // namespace tidemark::app::tests
