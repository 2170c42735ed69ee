"""What a writer feels of us: one that never rests, and one of 1,000 commits a second. With and without in
turn, each on a database of its own."""

import threading
from pathlib import Path
from statistics import median

from blackbox import loads
from blackbox.litestream import Litestream5
from blackbox.tidemark import Tidemark
from blackbox.waiting import wait_until
from measure import MIB
from report import spread

FLAT_SHARE, LONGEST_MORE_MS, WAL_MIB = 0.95, 50, 64
PACED_RATE, PACED_P50_TIMES, PACED_P99_MS = 1000, 1.10, 5
WAL_POLL_SECONDS = 0.01


def bench_flat(place, scale, report):
    how = {"mode": "flat", "plain": "yes", "seconds": scale.writer_seconds}
    turns = measured_in_turn(place, scale, how, "flat")
    without, ours, theirs = turns["without"], turns["ours"], turns["theirs"]
    rate = median(one["perSecond"] for one in without)
    shares = [two["perSecond"] / one["perSecond"] for one, two in zip(without, ours)]
    report.note("flat-out writer without us, commits a second", spread([one["perSecond"] for one in without], 0))
    report.note("  with us, commits a second", spread([one["perSecond"] for one in ours], 0))
    report.note("  with us, share run by run", spread(shares))
    report.at_least("flat-out writer, share of its throughput with us", median(shares), FLAT_SHARE, "")
    if theirs:
        report.note("  with Litestream, share", f"{median(one['perSecond'] for one in theirs) / rate:.2f}")
    report.at_most("flat-out writer, WAL at its largest", max(one["walMib"] for one in ours), WAL_MIB, "MiB", 1)
    longest = {name: [one["maxUs"] / 1000 for one in runs] for name, runs in turns.items() if runs}
    for name, values in longest.items():
        report.note(f"  longest commit {name}, ms", spread(values, 1))
    report.at_most("flat-out writer, longest commit more than without",
                   median(longest["ours"]) - median(longest["without"]), LONGEST_MORE_MS, "ms", 1)


def bench_paced(place, scale, report):
    how = {"mode": "paced", "rate": PACED_RATE, "plain": "yes", "seconds": scale.writer_seconds}
    turns = measured_in_turn(place, scale, how, "paced")
    p50 = {name: median(one["p50Us"] for one in runs) for name, runs in turns.items() if runs}
    report.note("paced writer, commits a second with us", spread([one["perSecond"] for one in turns["ours"]], 0))
    report.note("  p50, us: " + ", ".join(p50), " / ".join(f"{value:.0f}" for value in p50.values()))
    report.at_most("paced writer, p50 against without", p50["ours"] / p50["without"], PACED_P50_TIMES, "x")
    report.at_most("paced writer, p99", median(one["p99Us"] for one in turns["ours"]) / 1000, PACED_P99_MS, "ms")
    report.note("  'database is locked'", str(sum(one["locked"] for one in turns["ours"])))


def measured_in_turn(place, scale, how, name):
    turns = {"without": [], "ours": [], "theirs": []}
    kinds = {"without": None, "ours": Tidemark, "theirs": Litestream5}
    for number in range(scale.runs):
        for who, kind in kinds.items():
            if who == "theirs" and number >= scale.peer_runs:
                continue
            turns[who].append(one_run(place, f"{name}-{who}-{number}", kind, how))
    return turns


def one_run(place, name, kind, how):
    """The writer's total line, with the WAL's largest size."""
    database = place.path(name, "app.db")
    loads.write(database, commits=100)
    follower = None
    if kind:
        replicator = kind(
            database, place.path(name, "replica", "x").parent, place.environment(place.path(name, "home")),
            place.path(name, "log"),
        )
        follower = replicator.start_attached()
        wait_until(replicator.newest_change, 60, "the first segment")
    with WalWatch(database) as watch:
        said = loads.write(database, **how)
    if follower:
        follower.kill()
    return dict(said, walMib=watch.largest / MIB)


class WalWatch:
    """The largest size of a database's WAL while the block runs."""

    def __init__(self, database):
        self._wal = Path(f"{database}-wal")
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.largest = 0

    def _run(self):
        while not self._stop.wait(WAL_POLL_SECONDS):
            try:
                self.largest = max(self.largest, self._wal.stat().st_size)
            except FileNotFoundError:
                pass  # between two applications

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()
