#!/usr/bin/env python3
"""The application changes what its database is: VACUUM, another page size, journal mode and back, exclusive
locking. While we look and while we do not, each moment stays exact.
"""

import argparse
import sqlite3
import sys
from contextlib import closing

sys.dont_write_bytecode = True

from scene import Scene, bytes_equal, play, programs  # noqa: E402

FAILED = 1
TO_WAL = "PRAGMA journal_mode = wal;"
TO_DELETE = "PRAGMA journal_mode = delete;"


def goes_on(scene, seed):
    """To its good end."""
    scene.arrives(lambda: scene.write(seed=seed))
    scene.judge()


def while_away(place, name, act, stopped=Scene.stop):
    """Also behind a kill, after which our own connections are still to be cleared up by SQLite."""
    scene = Scene(place, name)
    stopped(scene)
    act(scene)
    scene.start()
    goes_on(scene, seed=5)


def vacuum_away(place):
    def act(scene):
        scene.sql("DELETE FROM load_item WHERE 0; VACUUM;")
        scene.write(seed=3)
        scene.sql("VACUUM;")

    while_away(place, "vacuum-away", act, Scene.kill)


def vacuum_followed(place):
    scene = Scene(place, "vacuum")
    scene.sql("CREATE TABLE bulk AS SELECT randomblob(900000) AS b;")
    scene.arrives(lambda: scene.write(seed=3))
    scene.sql("DROP TABLE bulk; VACUUM;")
    goes_on(scene, seed=4)


def page_size_away(place):
    """To the largest and to the smallest: each is a whole database of its own in the replica."""
    scene = Scene(place, "page-size")
    for seed, size in ((3, 65536), (4, 512), (5, 4096)):
        scene.stop()
        scene.sql(f"{TO_DELETE} PRAGMA page_size = {size}; VACUUM; {TO_WAL}")
        scene.start()
        scene.arrives(lambda seed=seed: scene.write(seed=seed))
        if bytes_equal.page_size_of(scene.database) != size:
            raise AssertionError(f"the application did not get its pages of {size} bytes")
    scene.judge()


def auto_vacuum_away(place):
    def act(scene):
        scene.sql("PRAGMA auto_vacuum = 1; VACUUM;")
        scene.write(50, seed=3)

    while_away(place, "auto-vacuum", act)


def journal_mode_away(place):
    """With commits in the other mode; the log that comes then is a new one, and may look like the old."""

    def act(scene):
        scene.sql(f"{TO_DELETE} UPDATE load_item SET owner = owner; {TO_WAL}")
        scene.write(seed=3)

    while_away(place, "journal-mode", act, Scene.kill)


def another_mode_is_refused(place):
    """Left in rollback mode: refused with advice, and followed once it is back."""
    scene = Scene(place, "rollback-mode")
    scene.stop()
    scene.sql(TO_DELETE)
    scene.refused(FAILED)
    scene.sql(TO_WAL)
    scene.start()
    goes_on(scene, seed=3)


def refused_by_sqlite(place, name, statements):
    scene = Scene(place, name)
    said = scene.sql_refused(statements)
    if "locked" not in said:
        raise AssertionError(f"{name}: {statements!r} was answered otherwise: {said}")
    goes_on(scene, seed=3)


def mode_switch_followed(place):
    """While we are there SQLite refuses the switch, the application goes on."""
    refused_by_sqlite(place, "mode-switch", TO_DELETE)


def copied_and_cut(place):
    """What applications do with a log that they think is theirs alone."""
    scene = Scene(place, "cut")
    scene.sql(f"PRAGMA journal_size_limit = 4096; VACUUM INTO '{scene.folder / 'into.db'}';")
    scene.arrives(lambda: scene.write(60, seed=3, checkpoint_every=10, checkpoint="RESTART"))
    scene.arrives(lambda: scene.write(60, seed=4, checkpoint_every=10, checkpoint="TRUNCATE"))
    scene.arrives(lambda: scene.write(60, seed=5, checkpoint_every=10, checkpoint="FULL"))
    scene.judge()


def exclusive_before(place):
    """We never get in, and say so."""
    scene = Scene(place, "exclusive", start=False)
    with closing(sqlite3.connect(scene.database, isolation_level=None)) as holder:
        holder.execute("PRAGMA locking_mode = exclusive")
        holder.execute("CREATE TABLE held (a)")
        scene.refused(FAILED)
    scene.start()
    goes_on(scene, seed=3)


def exclusive_after(place):
    """It fails as long as we are there; nothing is lost on either side."""
    refused_by_sqlite(place, "exclusive-after", "PRAGMA locking_mode = exclusive; CREATE TABLE held (a);")


def main():
    scenes = (
        vacuum_away, vacuum_followed, page_size_away, auto_vacuum_away, journal_mode_away,
        another_mode_is_refused, mode_switch_followed, copied_and_cut, exclusive_before,
        exclusive_after,
    )
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=[scene.__name__ for scene in scenes])
    play("modes", scenes, parser.parse_args())


if __name__ == "__main__":
    programs.run_main(main)
