#!/usr/bin/env python3
"""Disks that bring back what once was: a container's layers, where a file is copied up when it is first opened to
be written, and a machine that is set back to a snapshot while its replica is not. Every moment that was told of
stays, none is written over, and what the application does next is saved.
"""

import argparse
import contextlib
import shutil
import signal
import sqlite3
import sys

sys.dont_write_bytecode = True

from scene import Scene, play, programs  # noqa: E402
from mounts import in_own_namespace, show_layers, take_all_away  # noqa: E402


@contextlib.contextmanager
def held_open(database):
    """The log stays, as if everybody had been killed."""
    reader = sqlite3.connect(database)
    reader.execute("SELECT count(*) FROM load_item").fetchone()
    yield
    reader.close()


def copied_up(place):
    """The database came with the image, its log too."""
    scene = Scene(place, "image", start=False)
    image = scene.folder / "layer"
    with held_open(scene.database):
        scene.write(30, seed=2, autocheckpoint=0)
        shutil.copytree(scene.user, image, ignore=shutil.ignore_patterns("*-shm"))
    show_layers(image, scene.folder / "above", scene.user)
    scene.start()
    scene.arrives()
    scene.stop()
    # Now it lies above, with a log; a new layer is made of it.
    with held_open(scene.database):
        scene.write(30, seed=3, autocheckpoint=0)
        second = scene.folder / "second-layer"
        shutil.copytree(scene.user, second, ignore=shutil.ignore_patterns("*-shm"))
    show_layers(second, scene.folder / "above-second", scene.user)
    scene.start()
    scene.arrives()
    scene.judge()


def write_over(copies):
    """In place, so that the files have the numbers and the times that they had."""
    for original, copy in copies:
        for path in sorted(original.rglob("*")):
            if path.is_file() and not (copy / path.relative_to(original)).exists():
                path.unlink()
        shutil.copytree(copy, original, dirs_exist_ok=True)


def set_back(place, alive):
    """What is remembered, the spool and the database are those of an hour ago; the replica is ahead."""
    scene = Scene(place, f"set-back-{'alive' if alive else 'away'}")
    scene.arrives()
    kept = [(original, scene.folder / f"kept-{original.name}") for original in (scene.folder / "home", scene.user)]
    with held_open(scene.database):
        scene.arrives(lambda: scene.write(seed=3, autocheckpoint=0))
        if not alive:
            scene.stop()
        else:
            scene.follower.process.send_signal(signal.SIGSTOP)
        for original, copy in kept:
            shutil.copytree(original, copy, ignore=shutil.ignore_patterns("*.sock"))
        if alive:
            scene.follower.process.send_signal(signal.SIGCONT)
        else:
            scene.start()
        scene.arrives(lambda: scene.write(seed=4))
        scene.arrives(lambda: scene.write(seed=5))
    scene.kill()
    write_over(kept)
    scene.start()
    scene.arrives(lambda: scene.write(7, seed=6))
    scene.arrives(lambda: scene.write(seed=7))
    scene.judge(goes_back=True, gaps=1)


def set_back_while_away(place):
    set_back(place, alive=False)


def set_back_while_followed(place):
    set_back(place, alive=True)


def main():
    scenes = (copied_up, set_back_while_away, set_back_while_followed)
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=[scene.__name__ for scene in scenes])
    in_own_namespace()
    play("layers", scenes, parser.parse_args(), afterwards=take_all_away)


if __name__ == "__main__":
    programs.run_main(main)
