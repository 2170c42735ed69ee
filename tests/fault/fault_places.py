#!/usr/bin/env python3
"""Places where a database cannot be followed safely: each is refused by its name, and nothing is left behind.
Places that only look unusual are followed.
"""

import argparse
import os
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "load"))

from blackbox import loads, programs  # noqa: E402
from blackbox.place import Place  # noqa: E402
from blackbox.run import ended, succeeded  # noqa: E402
from mounts import own_namespace  # noqa: E402
from refusal import Case, as_nobody, wrongness  # noqa: E402

FAILED, DAMAGED = 1, 5
FUSE_FOLDER = Path(__file__).with_name("fuse_folder.py")

# What each program leaves in the root of what it keeps in step; a folder where it ends with '/'.
MARKS = {
    "Dropbox": ".dropbox",
    "OneDrive": ".849C9593-D756-4E56-8D6E-42412F2A707B",
    "Google Drive": ".tmp.drivedownload/",
    "Syncthing": ".stfolder/",
    "Nextcloud": ".sync_8f3ab1c20d44.db",
}


class Scene:
    def __init__(self, place):
        self.place = place
        self.good = place.path("good", "app.db")
        loads.fill(self.good, 1)

    def database(self, name):
        """A folder of its own with a copy of the good database."""
        database = self.place.path(name, "app.db")
        shutil.copyfile(self.good, database)
        return database

    def refused(self, name, database, code=FAILED, **more):
        replica = self.place.path(name + "-replica", "x").parent
        words = ["replicate", "--once", database, replica]
        watched = [] if "around" in more else [database.parent]
        return Case(name, words, (code,), [*watched, replica], **more)


def synced_folders(scene):
    for program, mark in MARKS.items():
        database = scene.database(program)
        path = database.parent / mark
        path.mkdir() if mark.endswith("/") else path.touch()
        yield scene.refused(program, database, says=program)
    below = scene.database("below")
    deep = below.parent / "a" / "b"
    deep.mkdir(parents=True)
    below.rename(deep / "app.db")
    (below.parent / ".stfolder").mkdir()
    yield scene.refused("below", deep / "app.db", says="Syncthing")


def fuse(scene):
    for kind, says in (("fuse.sshfs", "sshfs (FUSE)"), ("fuse", "FUSE")):
        folder = scene.place.path("mounted-" + kind, "x").parent
        around = [*own_namespace(), "python3", FUSE_FOLDER, folder, "app.db", kind]
        probe = ended([*around, "true"])
        if probe.code != 0:
            print(f"{kind}: not tried: {probe.stderr.strip()}", flush=True)
            continue
        yield scene.refused(kind, folder / "app.db", says=says, around=around)


def another_user(scene):
    if os.geteuid() != 0:
        print("another_user: not tried, only root can be two users", flush=True)
        return
    database = scene.database("another_user")
    database.chmod(0o666)
    database.parent.chmod(0o777)
    case = scene.refused("another_user", database, says="another user", options=as_nobody())
    os.chown(case.watched[-1], as_nobody()["user"], as_nobody()["group"])
    yield case


def exclusive(scene):
    database = scene.database("exclusive")
    with closing(sqlite3.connect(database, isolation_level=None)) as holder:
        holder.execute("PRAGMA locking_mode = exclusive")
        holder.execute("CREATE TABLE held (a)")
        yield scene.refused("exclusive", database, says="locking_mode=EXCLUSIVE")


def branches_and_forks(scene):
    header = scene.good.read_bytes()
    wal2 = scene.database("wal2")
    wal2.write_bytes(header[:18] + b"\3\3" + header[20:])
    yield scene.refused("wal2", wal2, says="wal2")
    plain_header = scene.database("plain_header")
    plain_header.write_bytes(header[:32] + os.urandom(4064) + header[4096:])
    yield scene.refused("plain_header", plain_header, code=DAMAGED, says="encrypted")


def good_places(scene):
    """A disk in memory and a folder that is mounted a second time: each names the place and how to make it."""
    database = scene.database("bound")
    second = scene.place.path("second", "x").parent
    memory = scene.place.path("memory", "x").parent
    return {
        "bind mount": (second, f"mount --bind '{database.parent}' '{second}'"),
        "tmpfs": (memory, f"mount -t tmpfs tmpfs '{memory}' && cp '{database}' '{memory}'"),
    }


def follow_good_places(scene):
    for name, (folder, make) in good_places(scene).items():
        if ended([*own_namespace(), "sh", "-c", make]).code != 0:
            print(f"{name}: not tried, nothing may be mounted here", flush=True)
            continue
        replica = scene.place.path(f"{folder.name}-replica", "x").parent
        command = [programs.tidemarkctl(), "replicate", "--once", folder / "app.db", replica]
        around = [*own_namespace(), "sh", "-c", f'{make} && exec "$@"', "sh"]
        succeeded([*around, *command], env=scene.place.env)
        succeeded([programs.tidemarkctl(), "verify", replica], env=scene.place.env)
        print(f"ok  {name}", flush=True)


def main():
    groups = (synced_folders, fuse, another_user, exclusive, branches_and_forks)
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", help="one case")
    asked = parser.parse_args()
    failures = 0
    with Place("places") as place:
        os.chmod(place.root, 0o755)
        scene = Scene(place)
        nobody = place.environment(place.root / "nobody")
        if os.geteuid() == 0:
            for path in (place.root / "nobody").rglob("*"):
                os.chown(path, as_nobody()["user"], as_nobody()["group"])
        for group in groups:
            for case in group(scene):
                if asked.only in (None, case.name):
                    env = nobody if case.options else place.env
                    wrong = wrongness(case, programs.tidemarkctl(), env)
                    failures += bool(wrong)
                    print(f"{'FAIL' if wrong else 'ok'}  {case.name} {'; '.join(wrong)}", flush=True)
        if failures:
            raise AssertionError(f"{failures} places were not refused by their name")
        follow_good_places(scene)


if __name__ == "__main__":
    programs.run_main(main)
