#!/usr/bin/env python3
"""Weeks in minutes: many databases in two processes, applications that come and go under a load that rises and
falls, replicas that vanish and come back, and some that are thinned out. One process is killed and stopped at
random all the time, the other one lives from the beginning to the end. Then every moment of a sample is exact, every
replica is proven, what was to be kept is there, and the long life has taken no more memory, threads or files.
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
from blackbox.moment import parse_time  # noqa: E402
from blackbox.place import Place  # noqa: E402
from blackbox.tidemark import Tidemark  # noqa: E402
from usage import Usage  # noqa: E402

TIDE_SECONDS = 40
MODES = ("human", "paced", "bursts")
MOST_PER_SECOND, MOST_TOGETHER = 60, 1200
ROWS = 300
LONGEST_APPLICATION_SECONDS = 12
LONGEST_OUTAGE_SECONDS = 8
KEPT_EACH_SECONDS = 30
KEEP = "time-machine:every=0h,half-minutes=24h"  # of each half minute one moment stays, and the marked ones
EVERY_THIRD = 3  # replica is thinned
# A life thins a minute after its start: one in eight is long enough.
SHORT_LIFE_SECONDS, LONG_LIFE_SECONDS = (1, 15), (75, 110)
SURELY_THINNED_SECONDS = 300


class Followed:
    """One database: its application, which is there or not, and its replica, which is there or not."""

    def __init__(self, place, number, chance, most_per_second):
        self.is_thinned = number % EVERY_THIRD == 0
        self.most_per_second = most_per_second
        self.marks = 0
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
            max_body=2000, mode=self.chance.choice(MODES), rate=max(1, round(self.most_per_second * height)), burst=20,
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

    def mark(self, tidemark):
        """Now and then, what thinning is to spare."""
        has_moments = not self.back_at and any(self.replica.glob("ltx/9/*.ltx"))
        if not self.is_thinned or not has_moments or self.chance.random() >= 0.001:
            return
        self.marks += 1
        done = tidemark.call("mark", self.replica, f"mark {self.marks}", "latest")
        if done.code:
            raise AssertionError(f"mark in {self.replica}: exit {done.code}: {done.stderr.strip()}")

    def in_config(self):
        keep = f"        keep: '{KEEP}'\n" if self.is_thinned else ""
        return f"  - path: {self.database}\n    replicas:\n      - path: {self.replica}\n{keep}"


class Ours:
    """One process after the other, with a part of the databases."""

    def __init__(self, place, name, followed):
        self.followed = followed
        self.env, self.log = place.env, place.path("log")
        self.config = place.path(f"{name}.yml")
        self.config.write_text("dbs:\n" + "".join(one.in_config() for one in followed))
        self.lives = []
        self.kills = 0
        self.start()

    def start(self):
        command = [programs.tidemarkctl(), "replicate", "--config", self.config, "--json"]
        self.lives.append(Follower(command, self.env, self.log))

    def restart(self, killed):
        """As a power loss would have it, or in good order."""
        if killed:
            self.lives[-1].kill()
            self.kills += 1
        else:
            self.lives[-1].end()
        self.start()

    def must_live(self):
        if not self.lives[-1].alive():
            raise AssertionError(f"it ended by itself: {self.lives[-1].log_text()[-2000:]}")


class Soak:
    def __init__(self, place, asked):
        self.chance = random.Random(asked.seed)
        self.place = place
        rate = min(MOST_PER_SECOND, max(1, MOST_TOGETHER // asked.databases))
        self.followed = [
            Followed(place, number, random.Random(self.chance.randrange(1 << 30)), rate)
            for number in range(asked.databases)
        ]
        self.restless = Ours(place, "restless", self.followed[::2])
        self.steady = Ours(place, "steady", self.followed[1::2])
        self.usage = Usage()

    def run(self, seconds):
        begun = time.monotonic()
        next_restart = begun + self.chance.uniform(*SHORT_LIFE_SECONDS)
        while (now := time.monotonic()) - begun < seconds:
            height = 0.5 - 0.5 * math.cos(2 * math.pi * (now - begun) / TIDE_SECONDS)
            for one in self.followed:
                one.tick(now, height)
                one.flap(now, allowed=True)
                one.mark(self.tidemark(one))
            self.restless.must_live()
            self.steady.must_live()
            if now >= next_restart:
                self.restless.restart(killed=self.chance.random() < 0.7)
                is_long = self.chance.random() < 0.125
                next_restart = now + self.chance.uniform(*(LONG_LIFE_SECONDS if is_long else SHORT_LIFE_SECONDS))
            self.usage.look(self.steady.lives[-1].process.pid)
            time.sleep(0.1)

    def finish(self):
        """Everybody leaves; the replicas are there; ours last, when all is told to be safe."""
        for one in self.followed:
            one.leave()
            one.flap(0, allowed=False)
        for ours in (self.restless, self.steady):
            ours.lives[-1].end()
        # Whatever was out of reach is brought up to date.
        for one in self.followed:
            self.tidemark(one).once()

    def tidemark(self, one):
        return Tidemark(one.database, one.replica, self.place.env, self.place.path("log"))

    def events(self, name):
        lives = [*self.restless.lives, *self.steady.lives]
        return [event for life in lives for event in life.named(name)]

    def told(self):
        """Of each database the moments that were told to be restorable, in any life, with their times."""
        found = {}
        for event in self.events("segment"):
            found.setdefault(event["database"], {})[event["txid"]] = parse_time(event["time"])
        return found

    def missing(self, one, moments, told):
        """What was told and is not there. Where it was thinned: nothing of a half minute that had moments."""
        if not one.is_thinned:
            lost = told.keys() - {moment.txid for moment in moments}
        else:
            kept = {half_minute(moment.time) for moment in moments}
            lost = {txid for txid, time_ in told.items() if half_minute(time_) not in kept}
        return [f"{one.database}: told and not listed: {sorted(lost)[:8]}"] if lost else []

    def marked(self, one, moments):
        """The moments of its marks, and what is wrong with those."""
        marks = self.tidemark(one).call("marks", one.replica, "--json").objects()
        wrong = [] if len(marks) == one.marks else [f"{one.replica}: {len(marks)} of {one.marks} marks"]
        wrong += [f"{one.replica}: lost: {mark}" for mark in marks if mark.get("lost", True)]
        numbers = {mark.get("txid") for mark in marks}
        return [moment for moment in moments if moment.txid in numbers], wrong

    def judge(self, sample, seconds):
        wrong, restored, offered, marks = [], 0, 0, 0
        told = self.told()
        for one in self.followed:
            tidemark = self.tidemark(one)
            moments = tidemark.moments()
            offered += len(moments)
            wrong += self.missing(one, moments, told.get(str(one.database), {}))
            marked, wrong_marks = self.marked(one, moments)
            marks += len(marked)
            wrong += wrong_marks
            final = self.place.path("final.db")
            state = loads.copy_pages(one.database, final)
            chosen = {*moments[-1:], *marked, *self.chance.sample(moments[:-1], min(sample, len(moments) - 1))}
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
        thinned = sum(event["moments"] for event in self.events("thinned"))
        if seconds >= SURELY_THINNED_SECONDS and not (thinned and marks):
            wrong.append(f"{thinned} moments were thinned out, {marks} marks made: too few to say")
        wrong += self.usage.growth()
        restarts = len(self.restless.lives) - 1
        print(
            f"{len(self.followed)} databases, {sum(one.lives for one in self.followed)} applications; "
            f"{restarts} restarts, {self.restless.kills} of them kills; {sum(map(len, told.values()))} moments told, "
            f"{thinned} thinned out, {offered} offered, {restored} restored, {marks} of them marked; "
            f"{len(wrong)} differences; memory {self.usage.memory_over_time()}", flush=True,
        )
        return wrong


def half_minute(time_):
    return int(time_.timestamp()) // KEPT_EACH_SECONDS


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
        soak.run(seconds)
        soak.finish()
        wrong = soak.judge(asked.sample, seconds)
        if wrong:
            raise AssertionError("\n" + shown(wrong))
        print(f"kills survived: {soak.restless.kills}", flush=True)


if __name__ == "__main__":
    programs.run_main(main)
