"""The first snapshot of a big database into a folder: at least four times Litestream's speed."""

from statistics import median

from big_database import BigDatabase, Snapshots, remove_replica
from report import spread

TIMES_LITESTREAM = 4
MOST_MIB = 256


def bench(place, scale, report):
    big = BigDatabase(place, scale.mib)
    ours, theirs = Snapshots(), Snapshots()
    for number in range(scale.runs):
        for replicator, into in ((big.ours(number), ours), (big.theirs(number), theirs)):
            if into is theirs and number >= scale.peer_runs:
                continue
            big.snapshot(replicator, into)
            remove_replica(replicator)
    speed = big.mib / median(ours.seconds)
    report.note(f"first snapshot of {big.mib:.0f} MiB, seconds", spread(ours.seconds))
    report.note("  Litestream, seconds", spread(theirs.seconds))
    report.note("  MiB a second, ours and Litestream's", f"{speed:.0f} / {big.mib / median(theirs.seconds):.0f}")
    report.at_least("first snapshot, times Litestream's speed", median(theirs.seconds) / median(ours.seconds),
                    TIMES_LITESTREAM, "x")
    report.at_most("first snapshot, peak memory", max(ours.peak_mib), MOST_MIB, "MiB", 0)
    report.note("  Litestream, peak memory MiB", spread(theirs.peak_mib, 0))
