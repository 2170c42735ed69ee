#!/usr/bin/env python3
"""Bad weather on the way to a storage, each kind of it from the first request on, in the midst of the work, and
while somebody reads: what is told is true, the application goes on, all of it arrives in the end and nothing
that stands is written again; who reads gets the right bytes or a failure.

  fault_weather.py moto|versitygw|azurite|rclone|sshd [--only SCENE] [--weather NAME] [--slow]
"""

import argparse
import os
import re
import sqlite3
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

sys.dont_write_bytecode = True
sys.path[0] = str(Path(__file__).resolve().parent.parent)
sys.path.insert(1, str(Path(__file__).resolve().parent))

from scene import Scene, play  # noqa: E402
from weather import STORAGES, WRITES, storage_behind  # noqa: E402

from blackbox import bytes_equal, loads, programs  # noqa: E402
from blackbox.run import Refused  # noqa: E402
from blackbox.tidemark import Tidemark  # noqa: E402
from blackbox.waiting import TooLate, wait_until  # noqa: E402

AT_ONCE = 20  # they mostly wait
TOLD_SECONDS = 150  # a stall is waited for half a minute, or two
ARRIVED_SECONDS = 100  # what is tried again at growing intervals
LARGE_MIB = 40  # half of it when compressed: three parts
SLOW_KIB = 1024  # a second
GROWN_MIB = 64  # of a log: from there on it is cut in spite of a snapshot
EXIT_UNREACHABLE = 7
MET_NOTHING = "meets nothing"
SAYS_THE_RIGHT = re.compile(r"right|login|expired|key")
OURS = re.compile(r"/[0-9a-f]{16}-[0-9a-f]{16}\.ltx$|/tidemark/[a-z0-9/.-]+$")


class Voyage(Scene):
    """A followed database whose storage lies behind a proxy; `direct` reaches it without, from another home."""

    def __init__(self, place, storage, proxy, name, **options):
        at = storage.address
        super().__init__(place, name, replica=at(proxy.port, name), start=False, **options)
        self.env.update(storage.env())
        self.storage, self.proxy = storage, proxy
        self.direct = self.reader(place, "direct", at(storage.server.port, name))
        self._place = place

    def reader(self, place, name, address=None):
        """Somebody else, who knows nothing yet."""
        env = {**place.environment(self.folder / name), **self.storage.env()}
        return Tidemark(self.database, address or self.replicator.replica, env, self.folder / f"{name}.log")

    def latest(self):
        out = self.folder / "looked-at.db"
        bytes_equal.remove_database(out)
        try:
            self.direct.restore(out)
        except Refused:
            return None
        return loads.truth_of(out)

    def has_arrived(self):
        return self.latest() == loads.truth_of(self.database, live=True)

    def arrives_now(self, seconds=ARRIVED_SECONDS):
        try:
            wait_until(self.has_arrived, seconds, f"{self.name}: the live state in the storage", poll=1)
        except TooLate as late:
            raise AssertionError(f"{late}: {self.follower.events[-5:]}, {self.proxy.requests()[-10:]}") from None

    def trouble(self, since):
        return [one for one in self.follower.named("state", since) if one.get("reason") and one["state"] != "protected"]

    def under(self, rule, act):
        """What happens: why it waits, or that it goes well all the same."""
        before = self.hits()
        self.proxy.rule(**rule)
        self.proxy.break_all()
        since, begun = self.mark() if self.follower else 0, time.monotonic()
        act()
        wait_until(lambda: self.trouble(since) or self.has_arrived(), TOLD_SECONDS, f"{self.name}: a word", poll=1)
        seconds = round(time.monotonic() - begun)
        if trouble := self.trouble(since):
            happened = f"{trouble[0]['state']} after {seconds} s: {trouble[0]['reason']}"
        else:
            happened = f"goes well, {seconds} s"
        self.tells_the_truth()
        if not self.follower.alive():
            raise AssertionError(f"{self.name}: it ended: {self.follower.log_text()}")
        if self.hits() == before:
            happened = MET_NOTHING
        self.proxy.clear()
        self.arrives_now()
        return happened

    def hits(self):
        return sum(self.proxy.counts()["faults"].values())

    def tells_the_truth(self):
        """What it told to be restorable can be, and it is protected only where everything is."""
        told = {event["txid"] for event in self.follower.named("segment")}
        states = self.follower.named("state")
        if told:
            absent = told - {moment.txid for moment in self.direct.moments()}
            if absent:
                raise AssertionError(f"{self.name}: told to be restorable and not there: {sorted(absent)}")
        if states and states[-1]["state"] == "protected":
            self.arrives_now(10)

    def writes_on(self):
        """The application, which waits for nobody."""
        written = self.write(seed=5, mode="paced", rate=40, commits=40, busy_timeout_ms=0)
        if written["locked"]:
            raise AssertionError(f"{self.name}: the application saw 'database is locked' {written['locked']} times")

    def is_unchanged(self, before):
        """Of what stood there nothing was written again."""
        now = self.storage.holds(self.name)
        changed = sorted(name for name in before if name in now and now[name] != before[name])
        lost = sorted(name for name in before if name not in now and name.endswith(".ltx"))
        if changed or lost:
            raise AssertionError(f"{self.name}: written again: {changed}, gone: {lost}")
        return now

    def ends_well(self):
        self.stop()
        strangers = [name for name in self.storage.holds(self.name) if not OURS.search(name)]
        strangers += self.storage.unfinished(self.name)
        if strangers:
            raise AssertionError(f"{self.name}: left over: {strangers}")
        proven = self.direct.call("verify", self.direct.replica, "--all", "--json")
        if proven.code:
            raise AssertionError(f"{self.name}: verify --all: exit {proven.code}: {proven.stdout}{proven.stderr}")
        self.judge()

    def read_under(self, rule):
        """Lists and restores as somebody who has nothing yet; what came of both."""
        listed = self.direct.listing()
        right, out = self.folder / "right.db", self.folder / "read" / "out.db"
        bytes_equal.remove_database(right)
        self.direct.restore(right)
        out.parent.mkdir()
        told = []
        for command in ("list", "restore"):
            reader = self.reader(self._place, command)
            self.proxy.rule(**rule)
            restoring = reader.restore_command(out)[1:]
            done = reader.call(*(["list", reader.replica, "--json"] if command == "list" else restoring))
            self.proxy.clear()
            if done.code == 0:
                if command == "list":
                    said, wrong = self._listed(done.objects(), listed)
                else:
                    said, wrong = "right", bytes_equal.difference(right, out)
            else:
                said = f"exit {done.code}"
                wrong = done.code != EXIT_UNREACHABLE or '"message"' not in done.stderr
                wrong = wrong or list(out.parent.iterdir())
            if wrong:
                raise AssertionError(f"{self.name}: {command}: {wrong}: exit {done.code}: {done.stdout}{done.stderr}")
            told.append(f"{command} {said}")
        return ", ".join(told)

    @staticmethod
    def _listed(objects, listed):
        """(in a word, what is wrong with it). What is read from within the objects may lack, if it says so: the
        number of pages, and over SFTP the time within its second."""
        if objects == listed:
            return "right", None
        exact = {one.get("txid"): one for one in listed}
        for one in objects:
            right = dict(exact.get(one.get("txid"), {}))
            if one.get("timePrecision") == "s":
                right |= {"time": right.get("time", "")[:19] + ".000Z", "timePrecision": "s"}
            if "pages" not in one:
                right.pop("pages", None)
            if one != right:
                return "wrong", f"{one}, not {right}"
        return "right, but inexact", None if len(objects) == len(listed) else f"{objects}, not {listed}"


def voyage_through(place, storage, free, weather, rule, number):
    """(from the first request on, in the midst, reading)."""
    proxy = free.get()
    try:
        voyage = Voyage(place, storage, proxy, f"w{number}")
        first = voyage.under(rule, lambda: voyage.start(attached=False))
        before = storage.holds(voyage.name)
        amidst = voyage.under(rule, voyage.writes_on)
        reading = "is for writes alone" if rule.get("method") in (WRITES, "PUT") else voyage.read_under(rule)
        voyage.is_unchanged(before)
        may_miss = weather in storage.may_miss_amidst
        if first == MET_NOTHING or (amidst == MET_NOTHING and not may_miss):
            raise AssertionError(f"{voyage.name}: nothing was hit by {rule}: {first}, {amidst}")
        voyage.ends_well()
        return first, amidst, reading
    except Exception as failure:  # told with all the others
        return failure
    finally:
        proxy.clear()
        free.put(proxy)


def each_weather(place, storage, free, table, asked):
    # What waits longest begins first.
    known = storage.slow_weather if asked.slow else storage.weather
    weather = sorted(known.items(), key=lambda item: "stall" not in item[0])
    weather = [(name, rule) for name, rule in weather if asked.weather in (None, name)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        tries = [
            (name, pool.submit(voyage_through, place, storage, free, name, rule, number))
            for number, (name, rule) in enumerate(weather)
        ]
        for name, made in tries:
            found = made.result()
            table.add(name, found)


def in_the_midst_of_parts(place, storage, free, table, _asked):
    """A snapshot that goes in several parts, one of which breaks, and whose end is never heard of."""
    proxy = free.get()
    voyage = Voyage(place, storage, proxy, "parts", filled_mib=LARGE_MIB)
    for rule in filter(None, (storage.in_parts, storage.last_of_parts)):
        proxy.rule(**rule)
    voyage.start(attached=False)
    voyage.arrives_now()
    hits = proxy.counts()["faults"]
    if sum(hits.values()) < (2 if storage.last_of_parts else 1):
        raise AssertionError(f"only {hits} were hit")
    voyage.tells_the_truth()
    before = storage.holds(voyage.name)
    voyage.arrives()
    voyage.is_unchanged(before)
    voyage.ends_well()
    free.put(proxy)
    table.add("in the midst of parts", ("all arrives, once", "", ""))


def a_snapshot_that_takes_long(place, storage, free, table, asked):
    """The log that it pins is cut all the same, and it is a snapshot of its begin. One storage is enough for that."""
    if asked.storage != "rclone":
        return
    proxy = free.get()
    voyage = Voyage(place, storage, proxy, "slow", filled_mib=LARGE_MIB)
    address = voyage.replicator.replica
    voyage.replicator.replica = f"{address}{'&' if '?' in address else '?'}upload-limit={SLOW_KIB}"
    voyage.start(attached=False)
    wait_until(lambda: storage.holds(voyage.name), ARRIVED_SECONDS, "a snapshot on its way")
    log = voyage.user / "app.db-wal"
    with closing(sqlite3.connect(voyage.database, timeout=5, isolation_level=None)) as app:
        app.execute("PRAGMA wal_autocheckpoint = 0")
        app.execute("CREATE TABLE bulk (b)")
        while not log.exists() or log.stat().st_size >> 20 < GROWN_MIB:
            app.execute("DELETE FROM bulk")
            app.execute("INSERT INTO bulk VALUES (zeroblob(8 << 20))")
        grown = log.stat().st_size >> 20
    wait_until(lambda: log.stat().st_size == 0, ARRIVED_SECONDS, "that the log is cut")
    if voyage.latest():
        raise AssertionError("the snapshot was there before the log was cut")
    voyage.writes_on()
    voyage.arrives_now()
    voyage.ends_well()
    free.put(proxy)
    table.add("a snapshot that takes long", (f"the log is cut at {grown} MiB, before it is there", "", ""))


def server_away(place, storage, free, table, _asked):
    """It is stopped, and started again."""
    if storage.is_forgetful:
        return  # what was stored is gone with it
    proxy = free.get()
    voyage = Voyage(place, storage, proxy, "away")
    voyage.start()
    voyage.arrives()
    before, since = storage.holds(voyage.name), voyage.mark()
    storage.server.stop()
    try:
        voyage.writes_on()
        told = wait_until(lambda: voyage.trouble(since), TOLD_SECONDS, "a word", poll=0.5)[0]
        reading = voyage.reader(place, "nobody").call("list", voyage.replicator.replica, "--json")
    finally:
        storage.server.start()
    if reading.code != EXIT_UNREACHABLE:
        raise AssertionError(f"list: exit {reading.code}: {reading.stderr}")
    voyage.arrives_now()
    voyage.is_unchanged(before)
    voyage.ends_well()
    free.put(proxy)
    table.add("the server stopped and started", ("", f"{told['state']}: {told['reason']}", "list exit 7"))


def rights_lapse(place, storage, free, table, _asked):
    """While it is followed: the state names the right, nothing is deleted, and it goes on when it is back."""
    for number, (lapse, rule) in enumerate(storage.lapses.items()):
        proxy = free.get()
        voyage = Voyage(place, storage, proxy, f"lapse{number}")
        voyage.start()
        voyage.arrives()
        before, since = storage.holds(voyage.name), voyage.mark()
        proxy.rule(**rule)
        voyage.writes_on()
        told = wait_until(lambda: voyage.trouble(since), TOLD_SECONDS, f"{lapse}: a word", poll=0.5)[0]
        voyage.tells_the_truth()
        if not SAYS_THE_RIGHT.search(told["reason"] + told["next"]):
            raise AssertionError(f"{lapse}: {told}")
        proxy.clear()
        voyage.arrives_now()
        voyage.is_unchanged(before)
        voyage.ends_well()
        free.put(proxy)
        table.add(lapse, ("", f"{told['state']}: {told['reason']}", ""))


class Table:
    """A line a fault: what happened."""

    def __init__(self, storage):
        self._storage, self._lines, self.wrong = storage, [], []

    def add(self, fault, found):
        if isinstance(found, Exception):
            self.wrong.append(f"{fault}: {found}")
            found = ("WRONG", " ".join(str(found).split()), "")
        line = f"{self._storage} | {fault} | " + " | ".join(found)
        print(line, flush=True)
        self._lines.append(line)

    def keep(self):
        if folder := os.environ.get("TIDEMARK_TABLES"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            head = "storage | fault | from the first request on | in the midst of the work | reading"
            Path(folder, f"weather-{self._storage}.txt").write_text("\n".join([head, *self._lines, ""]))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("storage", choices=STORAGES)
    parser.add_argument("--only")
    parser.add_argument("--weather")
    parser.add_argument("--slow", action="store_true")
    asked = parser.parse_args()
    table = Table(asked.storage)
    scenes = (each_weather, in_the_midst_of_parts, a_snapshot_that_takes_long, server_away, rights_lapse)
    asked.only = each_weather.__name__ if asked.slow else asked.only
    try:
        with storage_behind(asked.storage, AT_ONCE) as (storage, free):
            play("weather", scenes, asked, storage, free, table, asked)
    finally:
        table.keep()
    assert not table.wrong, "\n".join(["", *table.wrong])


if __name__ == "__main__":
    programs.run_main(main)
