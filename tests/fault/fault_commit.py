#!/usr/bin/env python3
"""The application dies, or its disk fails, at each write and sync of its commit; another writer goes on.

For each scene, each kind of fault and each call k: one_commit with the fault at its k-th call, a look at
what SQLite shows, another writer that commits, and the segment that holds it. In the end every moment of
the replica is restored: nothing that SQLite never showed, nothing lost.
"""

import argparse
import random
import sys
import time
from dataclasses import dataclass
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "load"))

from blackbox import bytes_equal, loads, programs  # noqa: E402
from blackbox.judge import Judge, shown  # noqa: E402
from blackbox.litestream import Litestream5  # noqa: E402
from blackbox.place import Place  # noqa: E402
from blackbox.run import ended  # noqa: E402
from blackbox.tidemark import Tidemark  # noqa: E402
from blackbox.waiting import wait_until  # noqa: E402

REPLICATORS = {"tidemark": Tidemark, "litestream": Litestream5}
KINDS = ("before", "after", "torn", "eio")
SEGMENT_SECONDS = 20
MOST_CALLS = 2000
KILLED = -9


@dataclass(frozen=True)
class Scene:
    name: str
    options: tuple = ()
    checkpoint_first: str = ""  # so that the commit begins a new log
    alone: bool = False  # the replicator is dead meanwhile, and comes back before anybody looks
    torn_index: bool = False  # another writer dies between the copies of the wal-index header
    step: int = 1


def scenes(slow):
    return (
        Scene("into the running log", ("--autocheckpoint", "0")),
        Scene("with its own checkpoint", ("--autocheckpoint", "1")),
        Scene("first of a new log", ("--autocheckpoint", "0"), checkpoint_first="RESTART"),
        Scene("spilling its cache", ("--changes", "120", "--cache", "5"), step=1 if slow else 17),
        Scene("with a torn wal-index header", ("--autocheckpoint", "0"), torn_index=True),
        Scene("nobody else there", ("--autocheckpoint", "0"), alone=True, step=1 if slow else 3),
    )


class Stage:
    """The database, its replicator, and what is known of its states."""

    def __init__(self, place, replicator, chance):
        self.place = place
        self.chance = chance
        self.database = place.path("db", "app.db")
        self.journal = place.path("journal")
        self.replicator = REPLICATORS[replicator](
            self.database, place.path("replica", "x").parent, place.env, place.path("replicator.log")
        )
        self.shown = set()  # (n, check) that SQLite showed after a fault
        self.faults = 0
        self.who = 100
        loads.write(self.database, commits=50, journal=self.journal, rows=500)
        self.follower = self.replicator.start_attached()
        wait_until(self.replicator.newest_change, SEGMENT_SECONDS, "the first files in the replica")

    def play(self, scene, kind):
        """Every call of the commit, until it passes unharmed."""
        for k in range(1, MOST_CALLS, scene.step):
            if scene.checkpoint_first:
                ended([programs.sqlite3(), self.database, f"PRAGMA wal_checkpoint({scene.checkpoint_first})"])
            if scene.alone:
                self.follower.kill()
            passed = self.commit(scene, kind, k)
            if scene.torn_index:
                self.tear_index()
            if scene.alone:
                self.follower = self.replicator.start_attached()
            # Whoever follows gets from nothing to plenty of time to fall for what was left behind.
            time.sleep(self.chance.uniform(0, 0.05))
            truth = loads.truth_of(self.database, live=True)
            self.shown.add((truth.state.n, truth.check))
            self.go_on()
            if passed:
                return
            self.faults += 1
        raise AssertionError(f"{scene.name}: more than {MOST_CALLS} calls in one commit")

    def commit(self, scene, kind, k):
        """True when the commit had fewer than k calls."""
        self.who += 1
        env = dict(
            self.place.env,
            LD_PRELOAD=programs.fault("commit_fault.so"),
            COMMIT_FAULT_FILE=str(self.database),
            COMMIT_FAULT_AT=str(k),
            COMMIT_FAULT_KIND=kind,
        )
        command = [programs.fault("one_commit"), self.database, "--who", self.who, "--journal", self.journal]
        done = ended([*command, "--again", "yes", *scene.options], env=env)
        if done.code == KILLED:
            return False
        if done.code != 0:
            raise AssertionError(f"{scene.name}, {kind} at {k}: one_commit ended with {done.code}: {done.stderr}")
        said = done.objects()[-1]
        return said["committed"] and said["calls"] < k

    def tear_index(self):
        done = ended([programs.fault("tear_index"), self.database])
        if done.code != KILLED:
            raise AssertionError(f"tear_index ended with {done.code}: {done.stderr}")

    def go_on(self):
        """Another writer, and what it committed arrives."""
        before = self.replicator.newest_change()
        self.who += 1
        loads.write(self.database, commits=3, seed=self.who, journal=self.journal, rows=500)
        wait_until(lambda: self.replicator.newest_change() != before, SEGMENT_SECONDS, "a segment after the fault")

    def judge(self):
        final = self.place.path("final.db")
        final_state = loads.copy_pages(self.database, final)
        self.follower.stop()
        known = loads.journal(self.journal) | self.shown
        judge = Judge(self.replicator, self.place.root, known, {final_state: final})
        verdict = judge.judge(self.replicator.moments())
        latest = self.place.path("latest.db")
        self.replicator.restore(latest)
        last = bytes_equal.difference(final, latest, self.replicator.own_pages(latest))
        verdict.wrong += [f"the final state: {last}"] if last else []
        return verdict


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--slow", action="store_true", help="every call, also of long commits")
    parser.add_argument("--only", help="scenes whose name contains this", default="")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 31))
    parser.add_argument("--replicator", choices=REPLICATORS, default="tidemark")
    asked = parser.parse_args()
    print(f"seed {asked.seed}", flush=True)
    with Place("commit") as place:
        stage = Stage(place, asked.replicator, random.Random(asked.seed))
        for scene in scenes(asked.slow):
            if asked.only not in scene.name:
                continue
            before = stage.faults
            for kind in KINDS:
                stage.play(scene, kind)
            print(f"{scene.name}: {stage.faults - before} faults", flush=True)
        verdict = stage.judge()
        print(
            f"{stage.faults} faults, {verdict.restored} moments restored, {len(verdict.states)} states, "
            f"{len(verdict.wrong)} differences",
            flush=True,
        )
        if verdict.wrong:
            raise AssertionError("\n" + shown(verdict.wrong))


if __name__ == "__main__":
    programs.run_main(main)
