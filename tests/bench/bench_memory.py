"""Peak memory of snapshot and restore does not grow with the database."""

import measure
from big_database import BigDatabase, Snapshots
from blackbox.bytes_equal import remove_database

MOST_MIB = 256


def bench(place, scale, report):
    for mib in scale.memory_mib:
        big = BigDatabase(place, mib)
        ours, snapshots = big.ours(0), Snapshots()
        big.snapshot(ours, snapshots)
        out = place.path("out.db")
        restored = measure.run(ours.restore_command(out), ours.env)
        remove_database(out)
        remove_database(big.path)
        report.at_most(f"snapshot of {mib} MiB, peak memory", snapshots.peak_mib[0], MOST_MIB, "MiB", 0)
        report.at_most(f"restore of {mib} MiB, peak memory", restored.peak_mib, MOST_MIB, "MiB", 0)
