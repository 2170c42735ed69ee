"""A database that changed while nobody followed it: what is uploaded is what changed."""

import sqlite3
import time
from contextlib import closing

from big_database import BigDatabase, Snapshots
from blackbox.litestream import ltx_files
from blackbox.waiting import wait_until
from measure import MIB, run

SHARE = 100  # one page of so many changes
MOST_PERCENT = 1.3
PEER_SECONDS = 1800
CALM_SECONDS = 3


def bench(place, scale, report):
    big = BigDatabase(place, scale.mib)
    ours, theirs = big.ours(0), big.theirs(0)
    run(ours.once_command(), ours.env)
    big.snapshot(theirs, Snapshots())
    percent = change(big.path)
    change(theirs.database)
    uploaded, took = ours_after(ours)
    report.note("away while so many pages changed", f"{percent:.2f} %")
    report.at_most("back: uploaded, of the database", uploaded / big.mib * 100, MOST_PERCENT, "%")
    report.note("  seconds", f"{took:.2f}")
    report.note("  Litestream: uploaded, of the database", f"{theirs_after(theirs) / big.mib * 100:.1f} %")


def change(database):
    """Rows here and there become others of the same size; the percentage of the pages that they lie on."""
    with closing(sqlite3.connect(database, isolation_level=None)) as application:
        pages = application.execute("PRAGMA page_count").fetchone()[0]
        rows = application.execute("SELECT max(id) FROM filling").fetchone()[0]
        wanted = pages // SHARE
        application.execute(
            "UPDATE filling SET body = randomblob(64) || substr(body, 65) WHERE id % ? = 0", (max(1, rows // wanted),)
        )
        _, changed, _ = application.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        assert application.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0, "the log is in use"
    return changed / pages * 100


def size_mib(replica):
    return sum(path.stat().st_size for path in ltx_files(replica)) / MIB


def ours_after(replicator):
    before = size_mib(replicator.replica)
    cost = run(replicator.once_command(), replicator.env)
    return size_mib(replicator.replica) - before, cost.seconds


def theirs_after(replicator):
    """It has no end of its own: until nothing more comes."""
    before = size_mib(replicator.replica)
    follower = replicator.start()
    wait_until(lambda: size_mib(replicator.replica) > before, PEER_SECONDS, "what changed in Litestream's replica")
    seen = before
    while seen != size_mib(replicator.replica):
        seen = size_mib(replicator.replica)
        time.sleep(CALM_SECONDS)  # longer than it writes one file
    follower.end()
    return seen - before
