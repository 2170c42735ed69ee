#!/usr/bin/env python3
"""Disks that are full, read-only or gone: the one of the spool and the one of the replica. It is said, the
application is not held up, and once the disk is back everything arrives by itself.
"""

import argparse
import shutil
import sys

sys.dont_write_bytecode = True

from scene import Scene, play, programs  # noqa: E402
from mounts import (  # noqa: E402
    fill, in_own_namespace, make_writable, show_at, small_disk, take_all_away, take_away,
)

DISK_KIB = 6 * 1024


def write_unhindered(scene, seed):
    """An application without any patience never waits for us."""
    written = scene.write(40, seed, mode="paced", rate=40, busy_timeout_ms=0)
    if written["locked"]:
        raise AssertionError(f"{scene.name}: the application saw 'database is locked' {written['locked']} times")


def no_space_in_the_spool(place):
    """Also over a kill and a new start while it is full."""
    data = place.path("spool", "home", "data")
    small_disk(data, DISK_KIB)
    scene = Scene(place, "spool")
    since = scene.mark()
    filler = fill(data)
    write_unhindered(scene, seed=3)
    scene.said(since, "No space left", "waiting")
    scene.kill()
    write_unhindered(scene, seed=4)
    scene.start(attached=False)
    scene.said(0, "No space left")
    write_unhindered(scene, seed=5)
    since = scene.mark()
    filler.unlink()
    scene.safe_again(since)
    scene.arrives()
    scene.judge()


def no_space_in_the_replica(place):
    disk = place.path("full-disk")
    small_disk(disk, DISK_KIB)
    scene = Scene(place, "full", replica=disk / "replica")
    since = scene.mark()
    filler = fill(disk)
    write_unhindered(scene, seed=3)
    scene.said(since, "No space left", "waiting")
    filler.unlink()
    scene.arrives()
    scene.judge()


def replica_unmounted(place):
    """Its mount point, here on the same disk, is an empty folder then: nothing may be begun anew in it."""
    disk, shown = place.path("disk", "x").parent, place.path("shown")
    show_at(disk, shown)
    scene = Scene(place, "unmounted", replica=shown)
    since = scene.mark()
    take_away(shown)
    write_unhindered(scene, seed=3)
    scene.said(since, state="waiting")
    if any(shown.iterdir()):
        raise AssertionError(f"something was written into the mount point: {list(shown.iterdir())}")
    show_at(disk, shown)
    scene.arrives()
    scene.judge()


def replica_mounted_anew(place):
    """As a share of the network it has another device number then, and is the same place all the same."""
    shown = place.path("share")
    small_disk(shown, DISK_KIB)
    scene = Scene(place, "anew", replica=shown)
    kept = place.path("server")
    shutil.copytree(shown, kept)
    since = scene.mark()
    take_away(shown)
    write_unhindered(scene, seed=3)
    scene.said(since, state="waiting")
    small_disk(shown, DISK_KIB)
    shutil.copytree(kept, shown, dirs_exist_ok=True)
    scene.arrives()
    scene.judge()


def replica_emptied(place):
    """While it is followed: nothing is told to be safe that cannot be restored. And brought back."""
    scene = Scene(place, "emptied")
    objects, parked = scene.replicator.replica / "ltx", scene.folder / "parked"
    since = scene.mark()
    objects.rename(parked)
    write_unhindered(scene, seed=3)
    scene.said(since, state="waiting")
    told = scene.follower.named("segment", since)
    if told and not scene.latest():
        raise AssertionError(f"told to be restorable, and is not: {told}")
    shutil.copytree(parked, objects, dirs_exist_ok=True)
    scene.arrives()
    scene.judge()


def replica_read_only(place):
    disk, shown = place.path("other-disk", "x").parent, place.path("other-shown")
    show_at(disk, shown)
    scene = Scene(place, "readonly", replica=shown / "replica")
    since = scene.mark()
    make_writable(shown, False)
    write_unhindered(scene, seed=3)
    scene.said(since, "Read-only")
    make_writable(shown, True)
    scene.arrives()
    scene.judge()


def main():
    scenes = (
        no_space_in_the_spool, no_space_in_the_replica, replica_unmounted, replica_mounted_anew, replica_emptied,
        replica_read_only,
    )
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=[scene.__name__ for scene in scenes])
    asked = parser.parse_args()
    in_own_namespace()
    play("disks", scenes, asked, afterwards=take_all_away)


if __name__ == "__main__":
    programs.run_main(main)
