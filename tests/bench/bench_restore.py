"""Restore of a big database from a folder: hardly slower than writing its bytes."""

from statistics import median

import measure
from big_database import BigDatabase, Snapshots
from blackbox.bytes_equal import must_equal, remove_database
from report import spread

TIMES_WRITING = 1.3
MOST_MIB = 256


def bench(place, scale, report):
    big = BigDatabase(place, scale.mib)
    ours, theirs = big.ours(0), big.theirs(0)
    for replicator in (ours, theirs):
        big.snapshot(replicator, Snapshots())
    out = place.path("out.db")
    writing, restoring, peer = [], [], []
    for number in range(scale.runs):
        writing.append(run(["dd", f"if={big.path}", f"of={out}", "bs=1M", "conv=fsync"], out))
        restoring.append(run(ours.restore_command(out), out, ours.env, same_as=big.path if number == 0 else None))
        if number < scale.peer_runs:
            peer.append(run(theirs.restore_command(out), out, theirs.env))
    ratios = [one.seconds / two.seconds for one, two in zip(restoring, writing)]
    report.note(f"restore of {big.mib:.0f} MiB, seconds", spread([cost.seconds for cost in restoring]))
    report.note("  writing the same bytes with fsync, seconds", spread([cost.seconds for cost in writing]))
    report.note("  Litestream, seconds", spread([cost.seconds for cost in peer]))
    report.note("  Litestream, times writing",
                f"{median(c.seconds for c in peer) / median(c.seconds for c in writing):.2f} x")
    report.at_most("restore, times writing the same bytes", median(ratios), TIMES_WRITING, "x")
    report.at_most("restore, peak memory", max(cost.peak_mib for cost in restoring), MOST_MIB, "MiB", 0)
    report.note("  Litestream, peak memory MiB", spread([cost.peak_mib for cost in peer], 0))


def run(command, out, env=None, same_as=None):
    cost = measure.run(command, env)
    if same_as:
        must_equal(same_as, out)
    remove_database(out)
    return cost
