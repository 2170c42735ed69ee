#!/usr/bin/env python3
"""We die at each call by which we change our own files and the replica, or the user's: instead of it, and after
half of it; and at each one that takes or gives back a lock of the user's, between which the marks of -shm are set.

For each call k: the application commits, we bring the replica up to date and are killed at the k-th call; the
application commits again; the next run goes on. Every moment that any of them told of is there and exact, and
the clean run at the end leaves no temporary file anywhere. In the user's files we are killed as we follow.
"""

import argparse
import shutil
import sys

sys.dont_write_bytecode = True

from scene import (  # noqa: E402
    NOTICE_SECONDS, Scene, Tidemark, ended, loads, play, programs, wait_until,
)

KILLED = -9
KINDS = ("before", "torn")
FEWEST_CALLS, MOST_CALLS = 60, 1000
FEWEST_OF_THE_USERS = {"before": 15, "torn": 15, "lock": 30}
TEMPORARY = (".tmp-*", ".tidemark-tmp/*")


def fault(scene, folder, k, kind):
    """The environment of one that dies at the k-th call."""
    return dict(
        scene.env,
        LD_PRELOAD=programs.fault("kill_fault.so"),
        KILL_FAULT_UNDER=str(folder),
        KILL_FAULT_AT=str(k),
        KILL_FAULT_KIND=kind,
    )


def killed_at(scene, k, kind):
    """False when it came to its end before."""
    done = ended(scene.replicator.once_command(), env=fault(scene, scene.folder / "home", k, kind))
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


def enough(name, kills, step, fewest=FEWEST_CALLS):
    """A library that nobody loads, or a folder in which nothing is written, would kill no one."""
    print(f"kills survived: {kills} ({name})", flush=True)
    if kills * step < fewest:
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


def in_the_users_files(place, step):
    """The -shm, the checkpoint's writes and syncs, the cut of the log, and what goes at our end, as we follow."""
    for turn, (kind, fewest) in enumerate(FEWEST_OF_THE_USERS.items()):
        scene = Scene(place, f"users-{kind}", start=False)
        scene.told_once(scene.replicator.once())
        # Each kind samples other calls.
        at = range(1 + turn * step // 3, MOST_CALLS, step)
        number = next((number for number, k in enumerate(at) if not survives_kill(scene, k, kind, number)), None)
        if number is None:
            raise AssertionError(f"{kind}: more than {MOST_CALLS} calls in one life")
        clean(scene)
        scene.judge()
        enough(f"the user's files, {kind}", number, step, fewest)


def survives_kill(scene, k, kind, number):
    """False when the life came to its end before. Who comes first behind the kill, the application or we, takes
    turns."""
    if not killed_as_it_follows(scene, k, kind):
        return False
    as_it_lies(scene)
    if number % 2:
        loads.truth_of(scene.database, live=True)
    scene.start()
    scene.arrives(lambda: scene.write(2, seed=3000 + k))
    scene.stop()
    every_row(scene, scene.database)
    verified = scene.replicator.call("verify", scene.replicator.replica, "--all")
    if verified.code:
        raise AssertionError(f"{scene.name} at {k}: verify --all: exit {verified.code}: {verified.stderr}")
    return True


def killed_as_it_follows(scene, k, kind):
    """A life with all that a database meets: we attach, an application comes, commits and leaves, its log is
    written into the file and cut, we end."""
    replicator = Tidemark(
        scene.database, scene.replicator.replica, fault(scene, scene.user, k, kind), scene.replicator.log
    )
    follower = scene.follower = replicator.start()
    wait_until(lambda: follower.named("attached") or not follower.alive(), NOTICE_SECONDS, "attached, or killed")
    scene.write(4, seed=1000 + k)
    wait_until(lambda: is_cut(scene, follower) or not follower.alive(), NOTICE_SECONDS, "the log is cut, or a kill")
    follower.end()
    scene.earlier.append(follower)
    if follower.process.returncode not in (0, KILLED):
        raise AssertionError(f"{kind} at {k}: exit {follower.process.returncode}: {follower.log_text()[-2000:]}")
    return follower.process.returncode == KILLED


def is_cut(scene, follower):
    log = scene.database.with_name("app.db-wal")
    return follower.named("checkpoint") and log.exists() and log.stat().st_size == 0


def as_it_lies(scene):
    """Without opening it: the application may be the next one, or we."""
    folder = scene.folder / "as it lies"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(scene.user, folder)
    every_row(scene, folder / scene.database.name)


def every_row(scene, database):
    """Whole by SQLite's own check, and all that COMMIT ever answered is in it."""
    truth = loads.truth_of(database, live=True)
    last = max(loads.journal(scene.journal))
    if (truth.state.n, truth.check) != last:
        raise AssertionError(f"{database} holds transaction {truth.state.n}, the last one that was committed is {last}")


def scene_in_one_folder(place, name):
    """All that we write lies under its home."""
    return Scene(place, name, replica=place.path(name, "home", "replica"), start=False)


def main():
    scenes = (as_it_goes_on, as_it_begins, in_the_users_files)
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--step", type=int, default=9, help="only every so manieth call; 1: all of them")
    parser.add_argument("--only", choices=[scene.__name__ for scene in scenes])
    asked = parser.parse_args()
    play("kill", scenes, asked, asked.step)


if __name__ == "__main__":
    programs.run_main(main)
