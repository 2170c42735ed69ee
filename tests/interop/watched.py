#!/usr/bin/env python3
"""A database that is not in WAL mode, watched under load: two writers in a rollback mode, one that is killed in the
midst of a transaction again and again, VACUUM, Tidemark killed and restarted. Every moment is a state that was committed,
and equals the page-wise copy of it where there is one; nothing of the database but its rows changes.
"""

import argparse
import random
import struct
import subprocess
import sys
import time
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "load"))

from blackbox import bytes_equal, loads, programs  # noqa: E402
from blackbox.judge import Judge, shown  # noqa: E402
from blackbox.place import Place  # noqa: E402
from blackbox.run import ended, succeeded  # noqa: E402
from blackbox.tidemark import Tidemark  # noqa: E402
from blackbox.waiting import wait_until  # noqa: E402

FIRST_SECONDS = 60
CALM_SECONDS = 3  # longer than the longest that a change waits for its look
UNDONE = (
    "PRAGMA synchronous=OFF; PRAGMA cache_size=5; PRAGMA busy_timeout=20000; BEGIN IMMEDIATE;"
    " UPDATE load_item SET body=randomblob(2000); SELECT 'changed';\n"
)


class Watching(Tidemark):
    """A transaction that is rolled back leaves what it wrote to pages that were free before it: their content means
    nothing to SQLite, and its journal does not keep it. So one state has several forms."""

    @staticmethod
    def own_pages(file):
        data = Path(file).read_bytes()
        page_size = struct.unpack_from(">H", data, 16)[0]
        trunk = struct.unpack_from(">I", data, 32)[0]
        leaves = set()
        while trunk:
            at = (trunk - 1) * page_size
            trunk, count = struct.unpack_from(">II", data, at)
            leaves.update(struct.unpack_from(f">{count}I", data, at + 8))
        return frozenset(leaves)


def watched(place, mode, seconds):
    ours = Watching(place.path("db", "app.db"), place.path("replica", "x").parent, place.env, place.path("log"),
                    ["--watch"])
    database = ours.database
    journals = [place.path(f"journal{number}") for number in range(4)]
    loads.write(database, commits=300, seed=1, journal_mode=mode, journal=journals[1])
    follower = ours.start_attached()
    wait_until(ours.newest_change, FIRST_SECONDS, "the first files in the replica")
    writers = [
        loads.Load("load_writer", database, seed=2, mode="bursts", burst=20, pause_ms=400, journal_mode=mode,
                   journal=journals[2], schema_percent=2, rollback_percent=5, big_percent=1),
        loads.Load("load_writer", database, seed=3, mode="paced", rate=10, journal_mode=mode, journal=journals[3]),
    ]
    copies = {}
    chance = random.Random(5)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        kill_a_writer(database)
        keep_copy(ours, place, copies)
        if chance.random() < 0.3:
            succeeded([programs.sqlite3(), "-cmd", ".timeout 20000", database, "VACUUM"])
        if chance.random() < 0.3:
            follower.kill()
            follower = ours.start_attached()
        time.sleep(chance.uniform(0, 1))
    for writer in writers:
        writer.stop()
    time.sleep(CALM_SECONDS)
    follower.stop()

    beside = {path.name for path in database.parent.iterdir()} - {database.name, f"{database.name}-journal"}
    must(not beside, f"files beside the database: {beside}")
    said = succeeded([programs.sqlite3(), database, "PRAGMA journal_mode"]).stdout.strip()
    must(said in (mode, "delete"), f"the journal mode is {said}")
    committed = set().union(*[loads.journal(journal) for journal in journals])
    judge(ours, place, committed, copies)


def kill_a_writer(database):
    """What it changed is in the file by then, and its journal beside it: the next writer rolls it back."""
    shell = subprocess.Popen([programs.sqlite3(), "-batch", "-bail", str(database)], stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    shell.stdin.write(UNDONE)
    shell.stdin.flush()
    for line in shell.stdout:
        if line.strip() == "changed":
            break
    shell.kill()
    shell.communicate()


def keep_copy(ours, place, copies):
    """Of a state that lasts until it is captured, whether it is before or after the copy."""
    out = place.path(f"copy{len(copies)}.db")
    seen = ours.newest_change()
    held = loads.HeldCopy(ours.database, out)
    end = time.monotonic() + CALM_SECONDS
    while time.monotonic() < end and ours.newest_change() == seen:
        time.sleep(0.02)
    held.release()
    copies.setdefault(held.state, out)


def judge(ours, place, committed, copies):
    moments = ours.moments()
    found = Judge(ours, place.path("judged", "x").parent, committed, copies).judge(moments)
    source, newest = place.path("source.db"), place.path("newest.db")
    loads.copy_pages(ours.database, source)
    ours.restore(newest)
    bytes_equal.must_equal(source, newest)
    proven = ended([ours.program, "verify", ours.replica, "--all"], env=ours.env)
    must(proven.code == 0, f"verify --all ended with {proven.code}: {proven.stderr}")
    print(f"{found.restored} moments restored, {len(found.states)} states, {found.compared} compared byte for byte",
          flush=True)
    must(not found.wrong, f"{len(found.wrong)} wrong:\n{shown(found.wrong)}")
    must(found.compared >= 1, "no moment met a copy")


def must(holds, sentence):
    if not holds:
        raise AssertionError(sentence)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=10, help="of load, in each journal mode")
    asked = parser.parse_args()
    for mode in ("delete", "persist"):
        with Place(f"watched-{mode}") as place:
            watched(place, mode, asked.seconds)


if __name__ == "__main__":
    programs.run_main(main)
