"""A commit costs the same after ten thousand moments and after a million; so does a start, but for one listing."""

import shutil
import sqlite3
import subprocess
import time
from contextlib import closing
from dataclasses import dataclass
from statistics import median

from blackbox import loads, programs
from blackbox.tidemark import Tidemark
from blackbox.waiting import wait_until
from measure import cpu_nanoseconds, status_mib

PACE_SECONDS = 0.15  # a burst shares a segment each 100 ms
CALM_SECONDS = 5
POLL_SECONDS = 0.0005
START_SECONDS = 600
MOST_TIMES = 1.25  # noise of two measurements a minute apart
PAGE_BYTES = 1024


@dataclass(frozen=True)
class Cost:
    start_seconds: float
    again_seconds: float
    latency_ms: float
    cpu_ms: float
    resident_mib: float


def bench(place, scale, report):
    costs = []
    for moments in scale.moments:
        cost = measure(place, moments, scale.history_commits)
        costs.append(cost)
        report.note(
            f"  {moments:,} moments: start, start again",
            f"{cost.start_seconds:.2f} / {cost.again_seconds:.2f} s",
        )
        report.note(
            "    a commit: to restorable, processor; resident",
            f"{cost.latency_ms:.2f} / {cost.cpu_ms:.2f} ms, {cost.resident_mib:.0f} MiB",
        )
    few, many = costs[0], costs[-1]
    than = f"{scale.moments[-1]:,} moments to {scale.moments[0]:,}"
    report.at_most(f"to restorable, {than}", many.latency_ms / few.latency_ms, MOST_TIMES, "x")
    report.at_most(f"processor of a commit, {than}", many.cpu_ms / few.cpu_ms, MOST_TIMES, "x")


def measure(place, moments, commits):
    name = f"history-{moments}"
    database = place.path(name, "app.db")
    replica = place.path(name, "replica", "x").parent
    loads.write(database, commits=100, page_size=PAGE_BYTES)
    with closing(sqlite3.connect(database, isolation_level=None)) as application:
        application.execute("CREATE TABLE measured (a INTEGER PRIMARY KEY, b)")
        application.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    subprocess.run([programs.load("make_history"), database, replica, str(moments)], check=True)
    env = place.environment(place.path(name, "home"))
    first = Following(Tidemark(database, replica, env, place.path(f"{name}.log")))
    first.follower.stop()
    again = Following(first.replicator)
    with closing(sqlite3.connect(database, isolation_level=None)) as application:
        found = again.commits(application, commits)
    again.follower.stop()
    shutil.rmtree(place.path(name))  # a million files
    return Cost(first.seconds, again.seconds, *found)


class Following:
    """Started, and as far as that a first commit can be restored."""

    def __init__(self, replicator):
        self.replicator = replicator
        begun = time.monotonic()
        self.follower = replicator.start_attached()
        told = len(self.follower.named("segment"))
        with closing(sqlite3.connect(replicator.database, isolation_level=None)) as application:
            application.execute("INSERT INTO measured (b) VALUES ('begin')")
        wait_until(lambda: len(self.follower.named("segment")) > told, START_SECONDS, "a first segment")
        self._wait(self._newest())
        self.seconds = time.monotonic() - begun

    def _newest(self):
        return self.follower.named("segment")[-1]["txid"]

    def _wait(self, txid):
        path = self.replicator.replica / "ltx" / "0" / f"{txid:016x}-{txid:016x}.ltx"
        wait_until(path.exists, START_SECONDS, f"transaction {txid} in the replica", POLL_SECONDS)

    def commits(self, application, count):
        """Median of the latencies in ms, processor time of one in ms, resident memory in MiB."""
        pid = self.follower.process.pid
        time.sleep(CALM_SECONDS)  # what came of the start is over
        newest = self._newest()
        latencies = []
        before = cpu_nanoseconds(pid)
        for _ in range(count):
            time.sleep(PACE_SECONDS)  # the application's pace
            application.execute("INSERT INTO measured (b) VALUES ('row')")
            committed = time.monotonic()
            newest += 1
            self._wait(newest)
            latencies.append((time.monotonic() - committed) * 1000)
        spent = (cpu_nanoseconds(pid) - before) / count / 1e6
        return median(latencies), spent, status_mib(pid, "VmRSS")
