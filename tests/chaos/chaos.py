#!/usr/bin/env python3
"""Under a writer that never rests and three hostile neighbours, with the replicator itself killed and
started again at random: each restored moment is the database at that moment, byte for byte.

Truth comes from three places that share nothing with the replicator: a checksum over all rows that each
transaction stores about itself, a journal beside the database of what COMMIT answered, and page-wise
copies taken through SQLite under BEGIN IMMEDIATE at random moments. A copy and a moment are the same state
when the transaction counter and the schema version are.
"""

import argparse
import random
import sys
import time
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "load"))

from blackbox import bytes_equal, loads, programs  # noqa: E402
from blackbox.judge import Judge, shown  # noqa: E402
from blackbox.litestream import Litestream5  # noqa: E402
from blackbox.place import Place  # noqa: E402
from blackbox.tidemark import Tidemark  # noqa: E402
from blackbox.waiting import wait_until  # noqa: E402
from copier import Copier  # noqa: E402
from killer import Killer  # noqa: E402

REPLICATORS = {"tidemark": Tidemark, "litestream": Litestream5}
HOSTILES = 3
ROWS = 2000
LONGEST_CHAOS = 20  # times --seconds: a slow machine gets longer, not fewer kills and moments


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=15, help="of chaos, at least")
    parser.add_argument("--kills", type=int, default=8, help="of the replicator, at least")
    parser.add_argument("--moments", type=int, default=40, help="to restore, at least")
    parser.add_argument("--sample", type=int, default=0, help="restore this many of them; 0: all")
    parser.add_argument("--copies", type=int, default=5, help="that equal a restored moment, at least")
    parser.add_argument("--copy-pause", type=float, default=0.25, help="between two copies, seconds")
    parser.add_argument("--page-size", type=int, default=4096)
    parser.add_argument("--auto-vacuum", type=int, default=0)
    parser.add_argument("--mode", default="flat", help="the writer's rhythm")
    parser.add_argument("--hostiles", type=int, default=HOSTILES)
    parser.add_argument("--longest-life", type=float, default=1.5, help="of the replicator, seconds")
    parser.add_argument("--longest-gap", type=float, default=0.5, help="between two lives of it, seconds")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--replicator", choices=REPLICATORS, default="tidemark")
    parser.add_argument("--under", help="directory to work in")
    return parser.parse_args()


class Chaos:
    """The whole scene. Its parts run until finish()."""

    def __init__(self, asked, place):
        self.database = place.path("db", "app.db")
        self.journal = place.path("journal")
        self.copies = place.path("copies", "x").parent
        self.restored = place.path("restored", "x").parent
        self.replicator = REPLICATORS[asked.replicator](
            self.database, place.path("replica", "x").parent, place.env, place.path("replicator.log")
        )
        common = {"journal": self.journal, "rows": ROWS}
        loads.write(
            self.database, commits=300, seed=asked.seed, page_size=asked.page_size,
            auto_vacuum=asked.auto_vacuum, **common,
        )
        self.killer = Killer(self.replicator, asked.seed, asked.longest_life, asked.longest_gap)
        self.copier = Copier(self.database, self.copies, self.replicator, asked.seed, asked.copy_pause)
        self.killer.start()
        self.copier.start()
        self.writer = loads.Load(
            "load_writer", self.database, mode=asked.mode, seed=asked.seed + 1, schema_percent=1,
            rollback_percent=3, busy_timeout_ms=30000, **common,
        )
        self.hostiles = [
            loads.Load("load_hostile", self.database, seed=asked.seed + 10 + i, **common)
            for i in range(asked.hostiles)
        ]

    def enough(self, asked):
        """Segments so far are a guess at the moments; what is listed at the end is counted again."""
        segments = sum(len(life.named("segment")) for life in self.killer.lives)
        if asked.replicator != "tidemark":
            segments = len(self.replicator.moments())
        return self.killer.kills >= asked.kills and segments >= asked.moments * 1.2

    def finish(self):
        """Everybody leaves; the replicator last, cleanly. What the loads did, as text."""
        self.killer.stop()
        self.copier.stop()
        said = [load.stop() for load in self.hostiles]
        written = self.writer.stop()
        final = self.copies / "final.db"
        self.copier.copies[loads.copy_pages(self.database, final)] = final
        last = self.killer.current()
        wait_until(last.alive, 1, "the last replicator lives")
        # One that has just begun may have found the database locked, and could not say that it has it all.
        if self.replicator.name == "tidemark":
            last.wait_for("attached")
        last.stop()
        hostile = ", ".join(f"{sum(one[key] for one in said)} {key}" for key in said[0]) if said else "none"
        return final, f"writer: {written['commits']} commits, {written['locked']} locked; hostiles: {hostile}"


def main():
    asked = arguments()
    asked.seed = random.randrange(1 << 31) if asked.seed is None else asked.seed
    print(f"seed {asked.seed}, page size {asked.page_size}, replicator {asked.replicator}", flush=True)
    with Place("chaos", asked.under) as place:
        begun = time.monotonic()
        chaos = Chaos(asked, place)
        while time.monotonic() - begun < asked.seconds or not chaos.enough(asked):
            if time.monotonic() - begun > LONGEST_CHAOS * asked.seconds:
                break
            time.sleep(0.1)
        final, did = chaos.finish()
        print(f"chaos of {time.monotonic() - begun:.0f} s; {did}", flush=True)
        judge_all(asked, chaos, final)


def judge_all(asked, chaos, final):
    offered = chaos.replicator.moments()
    chosen = offered
    if asked.sample and asked.sample < len(offered):
        chosen = sorted(random.Random(asked.seed).sample(offered[:-1], asked.sample - 1)) + offered[-1:]
    judge = Judge(chaos.replicator, chaos.restored, loads.journal(chaos.journal), chaos.copier.copies)
    verdict = judge.judge(chosen)

    latest = chaos.restored / "latest.db"
    chaos.replicator.restore(latest)
    last = bytes_equal.difference(final, latest, chaos.replicator.own_pages(latest))
    verdict.wrong += [f"the final state: {last}"] if last else []
    died = chaos.killer.died
    verdict.wrong += [f"the replicator ended by itself, exit codes {died}"] if died else []
    for name, have, want in (
        ("kills", chaos.killer.kills, asked.kills),
        ("moments restored", verdict.restored, asked.moments),
        ("copies compared", verdict.compared, asked.copies),
    ):
        verdict.wrong += [f"only {have} {name}, {want} asked"] if have < want else []
    print(
        f"{len(offered)} moments offered, {verdict.restored} restored, {len(verdict.states)} states, "
        f"{chaos.killer.kills} kills, {len(chaos.copier.copies)} page-wise copies, "
        f"{verdict.compared} compared, {len(verdict.wrong)} differences",
        flush=True,
    )
    if verdict.wrong:
        raise AssertionError("\n" + shown(verdict.wrong))
    print(f"kills survived: {chaos.killer.kills}", flush=True)


if __name__ == "__main__":
    programs.run_main(main)
