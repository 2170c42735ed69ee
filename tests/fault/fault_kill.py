#!/usr/bin/env python3
"""We die at each call by which we change our own files and the replica: instead of it, and after half of it.

For each call k: the application commits, we bring the replica up to date and are killed at the k-th call; the
application commits again; the next run goes on. Every moment that any of them told of is there and exact, and
the clean run at the end leaves no temporary file anywhere.
"""

import argparse
import sys

sys.dont_write_bytecode = True

from scene import Scene, ended, play, programs  # noqa: E402

KILLED = -9
KINDS = ("before", "torn")
FEWEST_CALLS, MOST_CALLS = 60, 1000
TEMPORARY = (".tmp-*", ".tidemark-tmp/*")


def killed_at(scene, k, kind):
    """False when it came to its end before."""
    env = dict(
        scene.env,
        LD_PRELOAD=programs.fault("kill_fault.so"),
        KILL_FAULT_UNDER=str(scene.folder / "home"),
        KILL_FAULT_AT=str(k),
        KILL_FAULT_KIND=kind,
    )
    done = ended(scene.replicator.once_command(), env=env)
    scene.told_once(done)
    if done.code not in (0, KILLED):
        raise AssertionError(f"{kind} at {k}: exit {done.code}: {done.stderr.strip()}")
    return done.code == KILLED


def go_through(scene, step):
    """Every `step`-th call, each kind. The number of kills."""
    kills = 0
    for kind in KINDS:
        for k in range(1, MOST_CALLS, step):
            scene.write(2, seed=1000 + k)
            if not killed_at(scene, k, kind):
                break
            kills += 1
            scene.write(2, seed=2000 + k)
            scene.told_once(scene.replicator.once())
        else:
            raise AssertionError(f"more than {MOST_CALLS} calls in one run")
    return kills


def enough(name, kills, step):
    """A library that nobody loads, or a folder in which nothing is written, would kill no one."""
    print(f"{name}: {kills} kills", flush=True)
    if kills * step < FEWEST_CALLS:
        raise AssertionError(f"{name}: too few")


def clean(scene):
    left = [path for pattern in TEMPORARY for path in scene.folder.rglob(pattern)]
    if left:
        raise AssertionError(f"{scene.name}: left behind: {left}")


def as_it_goes_on(place, step):
    scene = scene_in_one_folder(place, "going-on")
    scene.told_once(scene.replicator.once())
    kills = go_through(scene, step)
    scene.told_once(scene.replicator.once())
    clean(scene)
    scene.judge()
    enough("going on", kills, step)


def as_it_begins(place, step):
    """The first run of all: the folders, the state, the snapshot. Each try has a replica of its own."""
    for number, k in enumerate(range(1, MOST_CALLS, step)):
        scene = scene_in_one_folder(place, f"first-{number}")
        was_killed = killed_at(scene, k, KINDS[number % 2])
        scene.write(2, seed=3)
        scene.told_once(scene.replicator.once())
        clean(scene)
        scene.judge()
        if not was_killed:
            enough("first run", number, step)
            return
    raise AssertionError(f"more than {MOST_CALLS} calls in a first run")


def scene_in_one_folder(place, name):
    """All that we write lies under its home."""
    return Scene(place, name, replica=place.path(name, "home", "replica"), start=False)


def main():
    scenes = (as_it_goes_on, as_it_begins)
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--step", type=int, default=9, help="only every so manieth call; 1: all of them")
    parser.add_argument("--only", choices=[scene.__name__ for scene in scenes])
    asked = parser.parse_args()
    play("kill", scenes, asked, asked.step)


if __name__ == "__main__":
    programs.run_main(main)
