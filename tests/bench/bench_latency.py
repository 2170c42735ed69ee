"""From the answer of COMMIT to a file in the replica that has it: single commits, 200 to 600 ms apart."""

import random
import sqlite3
import time
from contextlib import closing

from blackbox import loads
from blackbox.litestream import Litestream5, ltx_files
from blackbox.tidemark import Tidemark
from blackbox.waiting import wait_until

P50_MS, P99_MS = 15, 50
POLL_SECONDS = 0.0003
LONGEST_SECONDS = 20


def bench(place, scale, report):
    ours = latencies(place, Tidemark, "ours", scale.commits)
    theirs = latencies(place, Litestream5, "theirs", max(10, scale.commits // 5))
    report.at_most("commit to restorable, p50", quantile(ours, 0.5), P50_MS, "ms")
    report.at_most("commit to restorable, p99", quantile(ours, 0.99), P99_MS, "ms")
    report.note("  longest", f"{max(ours):.2f} ms of {len(ours)}")
    report.note("  Litestream, p50 and longest", f"{quantile(theirs, 0.5):.0f} / {max(theirs):.0f} ms")


def latencies(place, kind, name, commits):
    database = place.path(name, "app.db")
    loads.write(database, commits=100)
    replicator = kind(database, place.path(f"{name}-replica", "x").parent, place.env, place.path(f"{name}.log"))
    follower = replicator.start_attached()
    wait_until(lambda: replicator.newest_change() and ltx_files(replicator.replica, "0"), 60, "the first segment")
    chance = random.Random(1)
    found = []
    with closing(sqlite3.connect(database, isolation_level=None)) as application:
        application.execute("CREATE TABLE measured (a INTEGER PRIMARY KEY, b)")
        for number in range(commits + 1):
            time.sleep(chance.uniform(0.2, 0.6))  # the application's pace
            newest = newest_segment(replicator.replica)
            application.execute("INSERT INTO measured (b) VALUES (?)", (f"row {number}",))
            committed = time.monotonic()
            wait_until(
                lambda: newest_segment(replicator.replica) > newest, LONGEST_SECONDS, "its segment", POLL_SECONDS
            )
            if number > 0:  # the first one pays for warming up
                found.append((time.monotonic() - committed) * 1000)
    follower.end()
    return found


def newest_segment(replica):
    return ltx_files(replica, "0")[-1].name


def quantile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
