#!/usr/bin/env python3
"""Back after kill -9 or downtime: we go on where we left off, and never send a whole database again."""

import argparse
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "load"))

from blackbox import bytes_equal, loads, programs  # noqa: E402
from blackbox.litestream import ltx_files  # noqa: E402
from blackbox.place import Place  # noqa: E402
from blackbox.run import succeeded  # noqa: E402
from blackbox.tidemark import Tidemark  # noqa: E402
from blackbox.waiting import wait_until  # noqa: E402

ARRIVE_SECONDS = 60
LARGEST_SHARE = 0.013  # of the database, for 1 % of its pages changed (testing.md)


def uploaded(replica):
    """Bytes of segments and snapshots; merging them later sends nothing new."""
    return sum(path.stat().st_size for level in "09" for path in ltx_files(replica, level))


class Scene:
    def __init__(self, place, mib):
        self.database = place.path("db", "app.db")
        self.place = place
        self.replicator = Tidemark(
            self.database, place.path("replica", "x").parent, place.env, place.path("replicator.log")
        )
        loads.fill(self.database, mib)
        self.size = self.database.stat().st_size
        self.follower = self.replicator.start_attached()
        # A commit after the snapshot: everything before it is in the replica when it arrives.
        self.arrives(lambda: loads.write(self.database, commits=1, seed=1), "the first segment")

    def arrives(self, act, what):
        before = self.replicator.newest_change()
        act()
        wait_until(lambda: self.replicator.newest_change() != before, ARRIVE_SECONDS, what)

    def back(self, what, share):
        """Starts again, waits until a new commit arrives; what was sent meanwhile is at most that share."""
        before = uploaded(self.replicator.replica)
        self.follower = self.replicator.start_attached()
        self.arrives(lambda: loads.write(self.database, commits=1, seed=9), what)
        sent = uploaded(self.replicator.replica) - before
        print(f"{what}: sent {sent} bytes, {sent / self.size:.2%} of the database", flush=True)
        if sent > share * self.size:
            raise AssertionError(f"{what}: more than {share:.1%} was sent again")

    def exact(self, name):
        final = self.place.path(f"{name}-final.db")
        loads.copy_pages(self.database, final)
        self.follower.stop()
        latest = self.place.path(f"{name}-latest.db")
        self.replicator.restore(latest)
        bytes_equal.must_equal(final, latest)
        loads.truth_of(latest)


def change_pages(database, percent):
    """About that many percent of the pages, spread, in one transaction, then everything checkpointed."""
    step = 100 // percent * 2  # a row of the filling is half a page
    succeeded([
        programs.sqlite3(), database,
        f"UPDATE filling SET body = randomblob(length(body)) WHERE id % {step} = 7; PRAGMA wal_checkpoint(TRUNCATE);",
    ])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mib", type=int, default=32)
    asked = parser.parse_args()
    with Place("restart") as place:
        scene = Scene(place, asked.mib)
        scene.follower.kill()
        scene.back("after kill -9", LARGEST_SHARE)
        scene.follower.kill()
        loads.write(scene.database, commits=200, seed=3)
        scene.back("after kill -9, and commits meanwhile", LARGEST_SHARE * 3)
        scene.follower.stop()
        change_pages(scene.database, 1)
        # Random bytes do not compress: 1 % of the pages is 1 % of the bytes, and a little around them.
        scene.back("after downtime, 1 % of the pages changed", LARGEST_SHARE)
        scene.exact("end")


if __name__ == "__main__":
    programs.run_main(main)
