#!/usr/bin/env python3
"""Weeks in minutes: many databases in one process, applications that come and go under a load that rises and
falls, replicas that vanish and come back, ours killed and stopped at random. In the end every moment of a
sample is exact, every replica is proven, and a long life has taken no more memory, threads or files at its end.
"""

import argparse
import math
import random
import sys
import time
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "load"))

from blackbox import bytes_equal, loads, programs  # noqa: E402
from blackbox.follower import Follower  # noqa: E402
from blackbox.judge import Judge, shown  # noqa: E402
from blackbox.place import Place  # noqa: E402
from blackbox.tidemark import Tidemark  # noqa: E402
from usage import Usage  # noqa: E402

TIDE_SECONDS = 40
MODES = ("human", "paced", "bursts")
MOST_PER_SECOND = 60
ROWS = 300
LONGEST_APPLICATION_SECONDS = 12
LONGEST_OUTAGE_SECONDS = 8


class Followed:
    """One database: its application, which is there or not, and its replica, which is there or not."""

    def __init__(self, place, number, chance):
        self.database = place.path("db", f"{number}", "app.db")
        self.replica = place.path("replicas", f"{number}")
        self.aside = place.path("aside", f"{number}")
        self.journal = place.path("journals", f"{number}")
        self.shown = set()  # (n, check) that SQLite showed after a kill, which came before the journal
        self.chance = chance
        self.load = None
        self.until = 0
        self.back_at = None
        self.lives = 0
        loads.write(self.database, commits=20, seed=number + 1, journal=self.journal, rows=ROWS)

    def tick(self, now, height):
        """Whether the application is there, and how busy, goes with the tide."""
        if now >= self.until:
            self.leave()
            self.until = now + self.chance.uniform(1, LONGEST_APPLICATION_SECONDS)
            if self.chance.random() < height:
                self.come(height)

    def come(self, height):
        self.lives += 1
        self.load = loads.Load(
            "load_writer", self.database, seed=self.chance.randrange(1 << 30), journal=self.journal, rows=ROWS,
            max_body=2000, mode=self.chance.choice(MODES), rate=max(1, round(MOST_PER_SECOND * height)), burst=20,
            schema_percent=1, rollback_percent=3, busy_timeout_ms=20000,
            checkpoint_every=self.chance.choice((0, 0, 40)),
        )

    def leave(self):
        """Mostly it ends its transaction; now and then it is killed in it."""
        if not self.load:
            return
        if self.chance.random() < 0.2:
            self.load.process.kill()
            self.load.process.communicate()
            truth = loads.truth_of(self.database, live=True)
            self.shown.add((truth.state.n, truth.check))
        else:
            self.load.stop()
        self.load = None

    def is_known(self):
        """Only a replica of which nothing is remembered yet would be begun anew where it is missing."""
        return (self.replica / "ltx" / "0").is_dir()

    def flap(self, now, allowed):
        if self.back_at and (now >= self.back_at or not allowed):
            self.aside.rename(self.replica)
            self.back_at = None
        elif not self.back_at and allowed and self.is_known() and self.chance.random() < 0.002:
            self.replica.rename(self.aside)
            self.back_at = now + self.chance.uniform(1, LONGEST_OUTAGE_SECONDS)


class Soak:
    def __init__(self, place, asked):
        self.chance = random.Random(asked.seed)
        self.place = place
        self.followed = [
            Followed(place, number, random.Random(self.chance.randrange(1 << 30))) for number in range(asked.databases)
        ]
        self.config = place.path("litestream.yml")
        self.config.write_text("dbs:\n" + "".join(
            f"  - path: {one.database}\n    replicas:\n      - path: {one.replica}\n" for one in self.followed
        ))
        self.lives = []
        self.kills = 0
        self.start()

    def start(self):
        command = [programs.tidemarkctl(), "replicate", "--config", self.config, "--json"]
        self.lives.append(Follower(command, self.place.env, self.place.path("log")))

    def restart(self):
        """Sometimes as a power loss would have it, sometimes in good order."""
        if self.chance.random() < 0.7:
            self.lives[-1].kill()
            self.kills += 1
        else:
            self.lives[-1].end()
        self.start()

    def run(self, seconds, restarts, usage=None):
        begun = time.monotonic()
        next_restart = begun + self.chance.uniform(1, 15)
        while (now := time.monotonic()) - begun < seconds:
            height = 0.5 - 0.5 * math.cos(2 * math.pi * (now - begun) / TIDE_SECONDS)
            for one in self.followed:
                one.tick(now, height)
                one.flap(now, allowed=True)
            if restarts and now >= next_restart:
                self.restart()
                next_restart = now + self.chance.uniform(1, 15)
            if usage:
                usage.look(self.lives[-1].process.pid)
            if not self.lives[-1].alive():
                raise AssertionError(f"it ended by itself: {self.lives[-1].log_text()[-2000:]}")
            time.sleep(0.1)

    def finish(self):
        """Everybody leaves; the replicas are there; ours last, when all is told to be safe."""
        for one in self.followed:
            one.leave()
            one.flap(0, allowed=False)
        self.lives[-1].end()
        # Whatever was out of reach is brought up to date.
        for one in self.followed:
            self.tidemark(one).once()

    def tidemark(self, one):
        return Tidemark(one.database, one.replica, self.place.env, self.place.path("log"))

    def told(self):
        """Of each database the moments that were told to be restorable, in any life."""
        found = {}
        for life in self.lives:
            for event in life.named("segment"):
                found.setdefault(event["database"], set()).add(event["txid"])
        return found

    def judge(self, sample):
        wrong, restored, offered = [], 0, 0
        told = self.told()
        for one in self.followed:
            tidemark = self.tidemark(one)
            moments = tidemark.moments()
            offered += len(moments)
            lost = told.get(str(one.database), set()) - {moment.txid for moment in moments}
            wrong += [f"{one.database}: told and not listed: {sorted(lost)[:8]}"] if lost else []
            final = self.place.path("final.db")
            state = loads.copy_pages(one.database, final)
            chosen = moments[-1:] + self.chance.sample(moments[:-1], min(sample, len(moments) - 1))
            judge = Judge(tidemark, self.place.root, loads.journal(one.journal) | one.shown, {state: final})
            verdict = judge.judge(sorted(chosen))
            restored += verdict.restored
            wrong += [f"{one.database}: {sentence}" for sentence in verdict.wrong]
            latest = self.place.path("latest.db")
            tidemark.restore(latest)
            found = bytes_equal.difference(final, latest)
            wrong += [f"the final state: {found}"] if found else []
            bytes_equal.remove_database(latest)
            proven = tidemark.call("verify", one.replica, "--all")
            wrong += [f"verify --all {one.replica}: {proven.stderr.strip()}"] if proven.code else []
        print(
            f"{len(self.followed)} databases, {sum(one.lives for one in self.followed)} applications, "
            f"{len(self.lives)} lives of ours, {self.kills} kills; {offered} moments offered, {restored} restored, "
            f"{len(wrong)} differences", flush=True,
        )
        return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hours", type=float, default=0.05, help="of it all but the judgement")
    parser.add_argument("--databases", type=int, default=20)
    parser.add_argument("--sample", type=int, default=8, help="moments restored of each database")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 31))
    asked = parser.parse_args()
    print(f"seed {asked.seed}", flush=True)
    seconds = asked.hours * 3600
    with Place("soak") as place:
        soak = Soak(place, asked)
        soak.run(seconds / 2, restarts=True)
        soak.restart()
        usage = Usage()
        soak.run(seconds / 2, restarts=False, usage=usage)
        soak.finish()
        wrong = soak.judge(asked.sample) + usage.growth()
        if wrong:
            raise AssertionError("\n" + shown(wrong))


if __name__ == "__main__":
    programs.run_main(main)
