#!/usr/bin/env python3
"""The database itself goes and comes: deleted, moved, restored over; while we look and while
we do not. It is said by its name, the history stays, and when the database is back it goes on by itself.
"""

import argparse
import os
import shutil
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path

sys.dont_write_bytecode = True

from scene import NOTICE_SECONDS, Scene, bytes_equal, loads, play, programs  # noqa: E402

NOT_FOUND = 3
RUNS = 6
REST_SECONDS = 2.6  # the log is cut
PUT_SECONDS = 2  # README: start the application two seconds later
SUFFIXES = ("", "-wal", "-shm")


def parts(database):
    """What is there of the database file and of what SQLite keeps beside it."""
    return [path for path in (Path(f"{database}{suffix}") for suffix in SUFFIXES) if path.exists()]


def move(database, folder):
    for path in parts(database):
        os.rename(path, folder / path.name)


def delete(scene):
    for path in parts(scene.database):
        path.unlink()


def kept_copy(scene):
    copy = scene.folder / "copy.db"
    loads.copy_pages(scene.database, copy)
    return copy


def deleted(place):
    """And brought back from a copy that somebody had."""
    scene = Scene(place, "deleted")
    copy = kept_copy(scene)
    scene.arrives(lambda: scene.write(seed=3))
    since = scene.mark()
    delete(scene)
    scene.said(since, "gone")
    shutil.copyfile(copy, scene.database)
    scene.arrives(lambda: scene.write(seed=4))
    scene.judge(goes_back=True)


def deleted_while_away(place):
    scene = Scene(place, "deleted-away")
    copy = kept_copy(scene)
    scene.stop()
    delete(scene)
    scene.refused(NOT_FOUND)
    shutil.copyfile(copy, scene.database)
    scene.start()
    scene.arrives(lambda: scene.write(seed=4))
    scene.judge(goes_back=True)


def moved_and_back(place):
    """Its application goes on where it was moved to."""
    scene = Scene(place, "moved")
    elsewhere = scene.folder / "elsewhere"
    elsewhere.mkdir()
    since = scene.mark()
    move(scene.database, elsewhere)
    scene.said(since)
    scene.write(30, seed=3, database=elsewhere / "app.db")
    move(elsewhere / "app.db", scene.user)
    scene.arrives(lambda: scene.write(seed=4))
    scene.judge()


def restored_over(place):
    """SQLite's own restore writes an older state into the database that is followed."""
    scene = Scene(place, "restored")
    copy = kept_copy(scene)
    scene.arrives(lambda: scene.write(100, seed=3))
    scene.arrives(lambda: scene.sql(f".restore '{copy}'"))
    scene.arrives(lambda: scene.write(seed=4))
    scene.judge(goes_back=True)


def another_put_there_while_away(place):
    """Of other size, with a log of its own that nobody has read yet."""
    scene = Scene(place, "other-away")
    scene.stop()
    delete(scene)
    other = scene.folder / "other"
    other.mkdir()
    scene.write(300, seed=21, database=other / "app.db")
    with closing(sqlite3.connect(other / "app.db")) as held:
        held.execute("SELECT count(*) FROM load_item").fetchone()
        scene.write(10, seed=22, database=other / "app.db", autocheckpoint=0)
        for path in parts(other / "app.db"):
            shutil.copyfile(path, scene.user / path.name)
    scene.start()
    scene.arrives(lambda: scene.write(seed=4))
    scene.judge(goes_back=True)


def power_lost(place):
    """What was not synchronised yet is gone from the disk of the database, and not from the replica."""
    scene = Scene(place, "power-lost")
    synchronised = scene.folder / "synchronised"
    synchronised.mkdir()
    for path in parts(scene.database)[:2]:  # The index is made anew.
        shutil.copyfile(path, synchronised / path.name)
    scene.arrives(lambda: scene.write(seed=3))
    had = scene.told()
    scene.kill()
    delete(scene)
    for path in synchronised.iterdir():
        shutil.copyfile(path, scene.user / path.name)
    scene.start()
    found = scene.follower.wait_for("went-back", NOTICE_SECONDS)
    print(f"{scene.name}: {found}", flush=True)
    if found["last"] < max(had) or found["moments"] != found["last"] - found["txid"] or found["moments"] < 1:
        raise AssertionError(f"{scene.name}: {sorted(had)[-3:]} were told")
    then = scene.folder / "then.db"
    scene.replicator.restore(then, txid=found["txid"])
    if loads.truth_of(then) != loads.truth_of(scene.database, live=True):
        raise AssertionError(f"{scene.name}: it is not as it was at transaction {found['txid']}")
    bytes_equal.remove_database(then)
    scene.arrives(lambda: scene.write(seed=4))
    scene.judge(goes_back=True)


def written_by_one_run_after_the_other(place):
    """Each opens it, commits and closes it, as the command line does. None is taken for somebody who copies a file
    there, and a file that is put in its place right behind the last one stays as it is."""
    scene = Scene(place, "runs")
    since = scene.mark()
    for seed in range(RUNS):
        time.sleep(REST_SECONDS)
        scene.arrives(lambda seed=seed: scene.write(1, seed=10 + seed))
    if scene.follower.named("attached", since):
        raise AssertionError(f"{scene.name}: {scene.follower.named('state', since)}")
    other = scene.folder / "other.db"
    scene.write(300, seed=21, database=other)
    put_there = other.read_bytes()
    time.sleep(REST_SECONDS)
    scene.write(1, seed=20)
    os.rename(other, scene.database)
    time.sleep(PUT_SECONDS)
    if scene.database.read_bytes() != put_there:
        raise AssertionError(f"{scene.name}: the file that was put there is another one")
    scene.arrives(lambda: scene.write(seed=4))
    scene.judge(goes_back=True)


def main():
    scenes = (
        deleted, deleted_while_away, moved_and_back, restored_over, another_put_there_while_away, power_lost,
        written_by_one_run_after_the_other,
    )
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=[scene.__name__ for scene in scenes])
    play("source", scenes, parser.parse_args())


if __name__ == "__main__":
    programs.run_main(main)
