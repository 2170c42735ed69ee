#!/usr/bin/env python3
"""What there is too little of: news of changes, open files, SQLite's places for readers, time for us. It is said,
and capture goes on.
"""

import argparse
import contextlib
import json
import os
import signal
import socket
import sqlite3
import sys

sys.dont_write_bytecode = True

from scene import NOTICE_SECONDS, Scene, bytes_equal, loads, play, programs, wait_until  # noqa: E402
from blackbox.follower import Follower  # noqa: E402
from blackbox.programs import Forbidden  # noqa: E402
from blackbox.run import ended  # noqa: E402
from blackbox.tidemark import Tidemark  # noqa: E402

READ_PLACES = 5  # wal.c: WAL_NREADER
MANY = 24
LIMITS = ((64, 1), (256, 5))  # open files, and how many databases fit
WORRISOME_MIB = 64
STANDSTILL_SECONDS = 2


def is_looked_for(scene):
    status = json.loads(scene.replicator.call("status", "--json").stdout.splitlines()[0])
    return "no notice" in (status.get("reason") or "") and status["state"] == "protected"


def no_watches_left(place):
    """inotify gives nothing to this user: changes are looked for, and somebody who looks is told so."""
    around = ["unshare", "--user", "--map-root-user"]
    limit = "/proc/sys/user/max_inotify_instances"
    script = ["sh", "-c", f'echo 0 > {limit} && exec "$@"', "sh"]
    tried = ended([*around, *script, "true"])
    if tried.code != 0:
        raise Forbidden(f"no user namespace with a limit of its own: {tried.stderr.strip()}")
    scene = Scene(place, "unwatched", around=[*around, *script])
    wait_until(
        lambda: is_looked_for(scene), NOTICE_SECONDS, "a state that says that changes are only looked for", poll=0.1
    )
    scene.arrives(lambda: scene.write(20, seed=3, mode="paced", rate=20))
    scene.judge()


class Many:
    """Databases of a litestream.yml under a limit of open files."""

    def __init__(self, place):
        self.folder = place.path("few", "x").parent
        self.databases = [place.path("few", f"{number}", "app.db") for number in range(MANY)]
        self.journal = self.folder / "journal"
        self.env = place.environment(self.folder / "home")
        self.config = self.folder / "litestream.yml"
        self.config.write_text("dbs:\n" + "".join(
            f"  - path: {database}\n    replicas:\n      - path: {self.replica(database)}\n"
            for database in self.databases
        ))
        self.write(0)

    def replica(self, database):
        return self.folder / "replicas" / database.parent.name

    def write(self, seed):
        for number, database in enumerate(self.databases, seed + 1):
            loads.write(database, commits=3, seed=number, journal=self.journal, busy_timeout_ms=0)

    def command(self, *more):
        return [programs.tidemarkctl(), "replicate", *more, "--config", self.config, "--json"]

    def restored_equals(self, database):
        out, now = self.folder / "out.db", self.folder / "now.db"
        Tidemark(database, self.replica(database), self.env, self.folder / "log").restore(out)
        loads.copy_pages(database, now)
        bytes_equal.must_equal(out, now)
        bytes_equal.remove_database(out)

    def followed_under(self, files, fits):
        """As many as fit are followed as ever, the others are refused by their names."""
        log = self.folder / f"log-{files}"
        follower = Follower(["prlimit", f"--nofile={files}:{files}", *self.command()], self.env, log)
        wait_until(
            lambda: len({event["database"] for event in follower.named("attached")}) == fits,
            NOTICE_SECONDS, f"{fits} databases attached under a limit of {files} files",
        )
        self.write(files)
        follower.end()
        followed = {event["database"] for event in follower.named("attached")}
        for database in self.databases:
            if str(database) in followed:
                self.restored_equals(database)
            elif f"{database} is not followed" not in follower.log_text():
                raise AssertionError(f"nothing was said of {database}: {follower.log_text()}")
        print(f"{files} files: {len(followed)} of {MANY} followed, 0 differences", flush=True)


def few_open_files(place):
    many = Many(place)
    for files, fits in LIMITS:
        many.followed_under(files, fits)
    done = ended(many.command("--once"), env=many.env)
    if done.code != 0:
        raise AssertionError(f"without the limit: exit {done.code}: {done.stderr}")
    for database in many.databases:
        many.restored_equals(database)


@contextlib.contextmanager
def readers(scene, count):
    """Each sees another state, and so holds a place of its own."""
    with contextlib.ExitStack() as held:
        for number in range(count):
            scene.write(1, seed=40 + number, autocheckpoint=0)
            reader = sqlite3.connect(scene.database, isolation_level=None)
            held.callback(reader.close)
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM load_item").fetchone()
        yield


def every_read_place_taken(place):
    """By the application, before us and while we are there."""
    scene = Scene(place, "places", start=False)
    with readers(scene, READ_PLACES + 1):
        scene.start()
        scene.arrives(lambda: scene.write(seed=3, autocheckpoint=0))
    scene.arrives(lambda: scene.write(seed=4))
    with readers(scene, READ_PLACES + 1):
        scene.arrives(lambda: scene.write(seed=5, autocheckpoint=0))
    scene.arrives(lambda: scene.write(seed=6))
    scene.judge()


def a_long_reader(place):
    """Its log grows as SQLite cannot cut it; every change is saved, and the cause is named."""
    scene = Scene(place, "reader")
    scene.sql("CREATE TABLE bulk (b); INSERT INTO bulk VALUES (zeroblob(8 << 20));")
    since = scene.mark()
    with readers(scene, 1):
        for turn in range(WORRISOME_MIB // 8 + 1):
            scene.sql(f"UPDATE bulk SET b = zeroblob((8 << 20) + {turn});")
        scene.arrives(lambda: scene.write(seed=3))
        scene.said(since, f"(process {os.getpid()})", "protected")
        grown = os.path.getsize(scene.user / "app.db-wal") >> 20
        if grown < WORRISOME_MIB:
            raise AssertionError(f"the log came to {grown} MiB only")
    scene.arrives(lambda: scene.write(seed=4))
    print(f"the log came to {grown} MiB", flush=True)
    scene.judge()


def another_tidemark(place):
    """Of another user, into another place: both have every change, and are told of each other when it costs."""
    scene = Scene(place, "both")
    other = Tidemark(
        scene.database, scene.folder / "other", place.environment(scene.folder / "home-of-other"), scene.folder / "log"
    )
    following = other.start_attached()
    scene.sql("CREATE TABLE bulk (b); INSERT INTO bulk VALUES (zeroblob(8 << 20));")
    since = scene.mark()

    def both_are_told():
        scene.sql("PRAGMA busy_timeout = 5000;" + "UPDATE bulk SET b = randomblob(1 << 20);" * 2 * WORRISOME_MIB)
        return [
            event for each, first in ((scene.follower, since), (following, 0))
            for event in each.named("state", first) if "Another Tidemark" in (event.get("reason") or "")
        ]

    told = wait_until(both_are_told, NOTICE_SECONDS, "that another Tidemark follows it, too", poll=0.2)
    print(f"both: {told[0]['reason']}", flush=True)
    scene.arrives(lambda: scene.write(seed=3))
    following.stop()
    scene.arrives(lambda: scene.write(seed=4))
    scene.judge()


def stopped_for_a_while(place):
    """By a debugger, or a laptop's lid: the application goes on, its log grows, and then all is captured."""
    scene = Scene(place, "stopped")
    pid = scene.follower.process.pid
    # Behind the last close it cuts the log: stopped in that very millisecond it would hold the writers' lock.
    log = scene.user / "app.db-wal"
    wait_until(lambda: not log.exists() or log.stat().st_size == 0, NOTICE_SECONDS, "that the log is cut")
    os.kill(pid, signal.SIGSTOP)
    written = scene.write(200, seed=3, busy_timeout_ms=0, checkpoint_every=50)
    if written["locked"]:
        raise AssertionError(f"the application saw 'database is locked' {written['locked']} times")
    scene.arrives(lambda: os.kill(pid, signal.SIGCONT))
    scene.judge()


def hear_all(listener, seconds=0.2):
    """What comes until nothing does for so long."""
    heard = []
    listener.settimeout(seconds)
    with contextlib.suppress(TimeoutError):
        while len(heard) < MANY:
            heard.append(listener.recv(64))
    return heard


def systemd_hears_of_it(place):
    """Where the unit asks for that: nothing comes while we stand still, so that we are started anew."""
    scene = Scene(place, "systemd", start=False)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        address = scene.folder / "notify"
        listener.bind(str(address))
        scene.env |= {"NOTIFY_SOCKET": str(address), "WATCHDOG_USEC": "1500000"}
        scene.start()
        listener.settimeout(NOTICE_SECONDS)
        beats = {listener.recv(64) for _ in range(4)}
        if beats != {b"WATCHDOG=1"}:
            raise AssertionError(f"{beats} came")
        pid = scene.follower.process.pid
        os.kill(pid, signal.SIGSTOP)
        hear_all(listener)
        if hear_all(listener, STANDSTILL_SECONDS):
            raise AssertionError("it is told to go on while it stands still")
        os.kill(pid, signal.SIGCONT)
        listener.settimeout(NOTICE_SECONDS)
        listener.recv(64)
    scene.judge()


def main():
    scenes = (
        no_watches_left, few_open_files, every_read_place_taken, a_long_reader, another_tidemark, stopped_for_a_while,
        systemd_hears_of_it,
    )
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=[scene.__name__ for scene in scenes])
    play("limits", scenes, parser.parse_args())


if __name__ == "__main__":
    programs.run_main(main)
