#!/usr/bin/env python3
"""The files are pulled away under us: -shm deleted, the database replaced by rename, the WAL deleted by the
last application that closes. It is noticed before anything of ours is written, and later moments are exact.
"""

import argparse
import hashlib
import os
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "load"))

from blackbox import bytes_equal, loads, programs  # noqa: E402
from blackbox.judge import Judge, shown  # noqa: E402
from blackbox.place import Place  # noqa: E402
from blackbox.tidemark import Tidemark  # noqa: E402
from blackbox.waiting import wait_until  # noqa: E402

NOTICE_SECONDS = 30


class Scene:
    """A followed database with a first moment; the journals of all its lives are judged together."""

    def __init__(self, place, name):
        self.folder = place.path(name, "x").parent
        self.database = self.folder / "app.db"
        self.journal = self.folder / "journal"
        self.replicator = Tidemark(
            self.database, self.folder / "replica", place.env, self.folder / "replicator.log"
        )
        self.write(self.database, 300, seed=1)
        self.follower = self.replicator.start_attached()
        wait_until(self.replicator.newest_change, NOTICE_SECONDS, "the first files in the replica")
        self.write(self.database, 50, seed=2)
        self.follower.wait_for("segment", NOTICE_SECONDS)

    def write(self, database, commits, seed, **options):
        loads.write(database, commits=commits, seed=seed, journal=self.journal, **options)

    def noticed(self, since):
        """A `state` event with a reason: somebody who looks is told what happened."""

        def told():
            return [event for event in self.follower.named("state", since) if event.get("reason")]

        event = wait_until(told, NOTICE_SECONDS, "a state event with a reason")[0]
        print(f"{self.folder.name}: {event['state']}: {event['reason']}", flush=True)

    def followed_again(self, seed):
        """New commits arrive in the replica."""
        before = self.replicator.newest_change()
        self.write(self.database, 50, seed)
        wait_until(lambda: self.replicator.newest_change() != before, NOTICE_SECONDS, "a segment afterwards")

    def judge(self, goes_back=False):
        """Every moment ever offered is a state that the application had; the last one is what is there."""
        final = self.folder / "final.db"
        state = loads.copy_pages(self.database, final)
        self.follower.stop()
        judge = Judge(self.replicator, self.folder, loads.journal(self.journal), {state: final})
        verdict = judge.judge(self.replicator.moments(), goes_back)
        latest = self.folder / "latest.db"
        self.replicator.restore(latest)
        last = bytes_equal.difference(final, latest)
        wrong = verdict.wrong + ([f"the final state: {last}"] if last else [])
        loads.truth_of(self.database, live=True)
        if wrong:
            raise AssertionError("\n" + shown(wrong))
        print(f"{self.folder.name}: {verdict.restored} moments, 0 differences", flush=True)


def fingerprint(path):
    return hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns


def shm_deleted(place):
    """The application goes on with a new -shm and may restart the WAL: our locks there are worth nothing."""
    scene = Scene(place, "shm")
    since = len(scene.follower.events)
    os.remove(f"{scene.database}-shm")
    scene.write(scene.database, 200, seed=3, checkpoint_every=50, checkpoint="RESTART")
    scene.noticed(since)
    scene.followed_again(seed=4)
    scene.judge()


def log_deleted(place, also=()):
    """Nobody but us has it open: what lay in the log alone the application has lost, and we still have."""
    scene = Scene(place, "log-and-index" if also else "log")
    since = len(scene.follower.events)
    for suffix in ("-wal", *also):
        os.remove(f"{scene.database}{suffix}")
    scene.noticed(since)
    scene.followed_again(seed=9)
    scene.judge(goes_back=True)


def log_and_index_deleted(place):
    log_deleted(place, also=["-shm"])


def replaced(place):
    """Another file with the same name: ours is the old one, and nothing of it may reach the new one."""
    scene = Scene(place, "replaced")
    other = scene.folder / "other.db"
    loads.copy_pages(scene.database, other)
    scene.write(other, 400, seed=5)
    before = fingerprint(other)
    since = len(scene.follower.events)
    for suffix in ("-wal", "-shm"):
        Path(f"{scene.database}{suffix}").unlink(missing_ok=True)
    os.rename(other, scene.database)
    scene.noticed(since)
    if fingerprint(scene.database) != before:
        raise AssertionError("the file that was put there changed, and no application wrote it")
    scene.followed_again(seed=6)
    scene.judge()


def replaced_while_away(place):
    """A restore from elsewhere between two starts of ours, same size or not: a page diff finds it."""
    scene = Scene(place, "away")
    older = scene.folder / "older.db"
    loads.copy_pages(scene.database, older)
    scene.write(scene.database, 200, seed=7)
    scene.follower.stop()
    for suffix in ("-wal", "-shm"):
        Path(f"{scene.database}{suffix}").unlink(missing_ok=True)
    os.rename(older, scene.database)
    scene.follower = scene.replicator.start_attached()
    scene.followed_again(seed=8)
    scene_goes_back(scene)


def scene_goes_back(scene):
    """As judge(), without its rule that a later moment holds no earlier state."""
    final = scene.folder / "final.db"
    loads.copy_pages(scene.database, final)
    scene.follower.stop()
    latest = scene.folder / "latest.db"
    scene.replicator.restore(latest)
    bytes_equal.must_equal(final, latest)
    loads.truth_of(latest)
    print(f"{scene.folder.name}: 0 differences", flush=True)


def main():
    scenes = {
        "shm": shm_deleted, "log": log_deleted, "log and index": log_and_index_deleted,
        "replaced": replaced, "away": replaced_while_away,
    }
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=scenes)
    asked = parser.parse_args()
    with Place("files") as place:
        for name, scene in scenes.items():
            if asked.only in (None, name):
                scene(place)


if __name__ == "__main__":
    programs.run_main(main)
