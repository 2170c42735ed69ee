#!/usr/bin/env python3
"""How fast and how light, against Litestream 0.5 on the same machine in the same run.

Prints a table with PASS or FAIL for each bar, medians of several runs; exit 1 for a missed bar. Use a
release build, on a machine that does nothing else.
"""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

sys.dont_write_bytecode = True
sys.path[1:1] = [str(Path(__file__).resolve().parents[1] / "load"), str(Path(__file__).resolve().parents[1])]

import bench_catchup  # noqa: E402
import bench_cost  # noqa: E402
import bench_history  # noqa: E402
import bench_idle  # noqa: E402
import bench_latency  # noqa: E402
import bench_memory  # noqa: E402
import bench_restore  # noqa: E402
import bench_servers  # noqa: E402
import bench_snapshot  # noqa: E402
import bench_writer  # noqa: E402
from blackbox import programs  # noqa: E402
from blackbox.place import Place  # noqa: E402
from report import Report  # noqa: E402

BENCHES = {
    "restore": bench_restore.bench,
    "snapshot": bench_snapshot.bench,
    "latency": bench_latency.bench,
    "flat": bench_writer.bench_flat,
    "paced": bench_writer.bench_paced,
    "idle": bench_idle.bench,
    "memory": bench_memory.bench,
    "catchup": bench_catchup.bench,
    "history": bench_history.bench,
    "servers": bench_servers.bench,
    "cost": bench_cost.bench,
}


@dataclass(frozen=True)
class Scale:
    runs: int = 5
    peer_runs: int = 3  # the peer is slow, and its figure has no bar
    mib: int = 1024
    memory_mib: tuple = (256, 4096)
    commits: int = 150
    writer_seconds: int = 10
    idle_seconds: int = 60
    moments: tuple = (10_000, 100_000, 1_000_000)
    history_commits: int = 300
    server_runs: int = 3
    server_peer_runs: int = 1  # of its restores: 1 GiB over SFTP takes it minutes
    far_mib: int = 256
    listed: int = 100_000
    cost_seconds: int = 600


QUICK = Scale(
    runs=2, peer_runs=1, mib=128, memory_mib=(64, 256), commits=20, writer_seconds=3, idle_seconds=10,
    moments=(1_000, 10_000), history_commits=50,
    server_runs=1, server_peer_runs=1, far_mib=32, listed=10_000, cost_seconds=40,
)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="small sizes and few runs: a first impression")
    parser.add_argument("--only", choices=BENCHES, action="append")
    parser.add_argument("--under", help="directory to work in, on the disk that is meant")
    asked = parser.parse_args()
    programs.tidemarkctl()
    programs.litestream5()
    report = Report()
    for name, bench in BENCHES.items():
        if asked.only and name not in asked.only:
            continue
        try:
            with Place(f"bench-{name}", asked.under) as place:
                bench(place, QUICK if asked.quick else Scale(), report)
        except programs.Skip as missing:
            report.note(f"{name}: not to its end", str(missing))
    if report.missed:
        raise AssertionError(f"{report.missed} bars missed")


if __name__ == "__main__":
    programs.run_main(main)
