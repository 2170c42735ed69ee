#!/usr/bin/env python3
"""What the followed database and its application feel of us: nothing.

  footprint.py untouched   schema, settings, directory and locks before, during and after
  footprint.py human       an application with busy timeout 0 at a human pace never sees "database is locked"
  footprint.py truncate    one that checkpoints with TRUNCATE is not held up
"""

import argparse
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "load"))

from blackbox import bytes_equal, loads, programs  # noqa: E402
from blackbox.place import Place  # noqa: E402
from blackbox.run import succeeded  # noqa: E402
from blackbox.tidemark import Tidemark  # noqa: E402
from blackbox.waiting import wait_until  # noqa: E402
from locks import SHM_READ_FIRST, SHM_READ_LAST, SHM_WRITE, locks_on  # noqa: E402

FIRST_SECONDS = 60
CALM_SECONDS = 5  # longer than the 2 s after which a calm database is checkpointed
LOOKS_PER_SECOND = 500
LONGEST_TRUNCATE_US = 1_000_000  # the application's busy timeout is 5 s
SETTINGS = (
    "journal_mode", "page_size", "auto_vacuum", "user_version", "application_id", "encoding", "schema_version",
    "freelist_count", "journal_size_limit",
)


def tidemark(place):
    return Tidemark(place.path("db", "app.db"), place.path("replica", "x").parent, place.env, place.path("log"))


def looks(database):
    """What anybody can see of a database through SQLite's own program."""
    asked = [".schema", *[f"PRAGMA {name}" for name in SETTINGS], "PRAGMA integrity_check", ".dump"]
    return succeeded([programs.sqlite3(), database, *asked]).stdout


def names(database):
    return sorted(path.name for path in database.parent.iterdir())


def untouched(place, seconds):
    ours = tidemark(place)
    database, shm = ours.database, Path(f"{ours.database}-shm")
    loads.write(database, commits=200, seed=1)
    before, before_names = looks(database), names(database)
    must(not locks_on(database), "somebody holds a lock before we start")

    follower = ours.start_attached()
    wait_until(ours.newest_change, FIRST_SECONDS, "the first files in the replica")
    must(looks(database) == before, "schema, settings or content differ while we follow")
    allowed = {database.name, f"{database.name}-wal", f"{database.name}-shm"}
    must(set(names(database)) <= allowed, f"files appeared: {set(names(database)) - allowed}")
    share_only(follower.process.pid, database, shm, seconds)
    loads.write(database, commits=20, seed=2, mode="human")
    follower.wait_for("segment", FIRST_SECONDS)
    changed = place.path("changed.db")
    loads.copy_pages(database, changed)
    during = looks(database)
    # When the last application has closed it, its log is cut; while one is there, nothing is.
    with closing(sqlite3.connect(database)) as application:
        application.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        share_only(follower.process.pid, database, shm, seconds)
    follower.stop()

    must(names(database) == before_names, f"files after we left: {names(database)}, before: {before_names}")
    must(not locks_on(database) and not locks_on(shm), "a lock is left behind")
    bytes_equal.must_equal(changed, database)
    must(looks(database) == during, "schema, settings or content differ after we left")
    print("schema, settings, content, directory and locks: untouched", flush=True)


def share_only(pid, database, shm, seconds):
    """A calm database is never locked by us: looking often, we are only ever seen to read. Checkpointing it
    once takes a moment's exclusive lock on the checkpoint byte, never on the writer's."""
    write_seen, read_seen = 0, 0
    end = time.monotonic() + min(seconds, CALM_SECONDS)
    while time.monotonic() < end:
        for lock in locks_on(database) + locks_on(shm):
            if lock.pid != pid:
                continue
            read_seen += SHM_READ_FIRST <= lock.first <= SHM_READ_LAST
            write_seen += lock.kind == "WRITE" and lock.first == SHM_WRITE
        time.sleep(1 / LOOKS_PER_SECOND)
    must(read_seen > 0, "we hold no read lock: nothing keeps the WAL from being overwritten")
    must(write_seen == 0, f"the writer's lock was held {write_seen} times on a calm database")


def human(place, seconds):
    ours = tidemark(place)
    loads.write(ours.database, commits=100, seed=1)
    follower = ours.start_attached()
    said = loads.write(ours.database, mode="human", busy_timeout_ms=0, seconds=seconds, seed=2)
    follower.stop()
    print(
        f"{said['commits']} commits in {seconds} s with busy timeout 0: {said['locked']} times locked, "
        f"p50 {said['p50Us']} us, longest {said['maxUs']} us",
        flush=True,
    )
    must(said["commits"] > 0 and said["locked"] == 0, "the application saw 'database is locked'")


def truncate(place, seconds):
    """The same application without us and with us; its own checkpoints complete, and soon."""
    how = {"mode": "paced", "rate": 200, "checkpoint_every": 100, "seconds": seconds}
    alone = loads.write(place.path("alone", "app.db"), seed=3, **how)
    ours = tidemark(place)
    loads.write(ours.database, commits=100, seed=1)
    follower = ours.start_attached()
    followed = loads.write(ours.database, seed=3, **how)
    follower.stop()
    for name, said in (("without us", alone), ("with us", followed)):
        print(
            f"{name}: {said['checkpoints']} TRUNCATE checkpoints, {said['checkpointsIncomplete']} incomplete, "
            f"p50 {said['checkpointP50Us']} us, longest {said['checkpointMaxUs']} us, {said['locked']} locked",
            flush=True,
        )
    must(followed["checkpointsIncomplete"] == 0, "a TRUNCATE checkpoint of the application did not complete")
    must(followed["checkpointMaxUs"] <= LONGEST_TRUNCATE_US, "a TRUNCATE checkpoint was held up")


def must(true, sentence):
    if not true:
        raise AssertionError(sentence)


PARTS = {"untouched": untouched, "human": human, "truncate": truncate}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=PARTS)
    parser.add_argument("--seconds", type=int, default=15)
    asked = parser.parse_args()
    with Place("foot") as place:
        PARTS[asked.part](place, asked.seconds)


if __name__ == "__main__":
    programs.run_main(main)
