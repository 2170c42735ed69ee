#!/usr/bin/env python3
"""A replica as nobody of us leaves it: with files of others in it, a hole, files that overlap, some from years
ahead, and some that come and go while they are listed. What can be restored is, exactly; what cannot is named;
nothing of others is touched; and the next commits are saved.
"""

import argparse
import os
import shutil
import sys
import threading
import time
from pathlib import Path

sys.dont_write_bytecode = True

from scene import Scene, bytes_equal, ended, loads, play, programs  # noqa: E402

DAMAGED = 5
YEARS_AHEAD = 10 * 365 * 24 * 3600
LISTINGS = 40


class Stored(Scene):
    """Stopped, with some segments in the replica."""

    def __init__(self, place, name):
        super().__init__(place, name)
        for seed in range(3, 9):
            self.arrives(lambda seed=seed: self.write(5, seed=seed))
        self.stop()
        self.replica = Path(self.replicator.replica)
        self.before = self.replicator.moments()

    def segments(self):
        return sorted((self.replica / "ltx" / "0").glob("*.ltx"))

    def goes_on(self):
        self.start()
        self.arrives(lambda: self.write(5, seed=20))

    def verified(self, code):
        done = self.replicator.call("verify", self.replica, "--all", "--json")
        if done.code != code:
            raise AssertionError(f"{self.name}: verify --all: exit {done.code}, not {code}: {done.stdout}{done.stderr}")
        return done


def foreign_files(place):
    """A README, a sync program's copy, a half-written file, a link into nowhere, a folder with a segment's name."""
    scene = Stored(place, "foreign")
    level = scene.replica / "ltx" / "0"
    segment = scene.segments()[-1]
    strangers = {
        scene.replica / "README.txt": b"mine",
        scene.replica / "ltx" / "notes": b"mine",
        scene.replica / "ltx" / "42" / segment.name: b"another level",
        level / f"{segment.stem} (conflicted copy).ltx": segment.read_bytes(),
        level / f"{segment.name}.tmp": segment.read_bytes()[:100],
        level / "7fffffffffffffff-7fffffffffffffff.LTX": b"big letters",
        level / "zzzzzzzzzzzzzzzz-zzzzzzzzzzzzzzzz.ltx": b"no number",
        level / ".DS_Store": b"\0",
    }
    for path, data in strangers.items():
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    (level / "nowhere").symlink_to("no-such-file")
    (level / "00000000000000f0-00000000000000f0.ltx").mkdir()
    if scene.replicator.moments() != scene.before:
        raise AssertionError("others' files change what is listed")
    scene.goes_on()
    scene.verified(0)
    changed = [path for path, data in strangers.items() if not path.is_file() or path.read_bytes() != data]
    if changed or not (level / "nowhere").is_symlink():
        raise AssertionError(f"of others, and touched: {changed}")
    scene.judge()


def a_hole(place):
    """What follows it cannot be restored; that is said; what came before can, and what comes from now on."""
    scene = Stored(place, "hole")
    segments = scene.segments()
    gone = segments[len(segments) // 2]
    shutil.move(gone, scene.folder / gone.name)
    left = [moment.txid for moment in scene.replicator.moments()]
    first_gone = int(gone.name[:16], 16)
    if not left or max(left) >= first_gone:
        raise AssertionError(f"without {gone.name} these are offered: {left}")
    if not [line for line in scene.replicator.listing() if line["kind"] == "gap"]:
        raise AssertionError("nothing is said of the gap")
    said = scene.verified(DAMAGED).stderr
    if f"transaction {first_gone} " not in said and f"transactions {first_gone} " not in said:
        raise AssertionError(f"verify does not say what is missing: {said}")
    scene.goes_on()
    scene.judge(gaps=1, told=False)


def overlapping(place):
    """A file that holds what others hold, too: by Litestream's merging, or a copy under a wrong name."""
    scene = Stored(place, "overlap")
    segments = scene.segments()
    first, last = segments[1].name[:16], segments[-1].name[17:33]
    wrong = scene.replica / "ltx" / "0" / f"{first}-{last}.ltx"
    shutil.copy(segments[2], wrong)
    for moment in scene.before:
        out = scene.folder / "out.db"
        done = ended(scene.replicator.restore_command(out, txid=moment.txid), env=scene.env)
        if done.code not in (0, DAMAGED):
            raise AssertionError(f"moment {moment.txid}: exit {done.code}: {done.stderr}")
        if done.code == 0:
            loads.truth_of(out)
            bytes_equal.remove_database(out)
        elif wrong.name not in done.stderr:
            raise AssertionError(f"moment {moment.txid} fails without a word of {wrong.name}: {done.stderr}")
    if wrong.name not in scene.verified(DAMAGED).stdout:
        raise AssertionError(f"verify does not name {wrong.name}")
    scene.goes_on()
    wrong.unlink()
    scene.judge()


def from_the_future(place):
    """Files whose times the clock of whoever copied them set years ahead: their headers tell the time."""
    scene = Stored(place, "future")
    ahead = time.time() + YEARS_AHEAD
    for path in scene.replica.rglob("*"):
        os.utime(path, (ahead, ahead))
    if scene.replicator.moments() != scene.before:
        raise AssertionError("the times of the files change what is listed")
    scene.goes_on()
    scene.verified(0)
    scene.judge()


def listed_while_they_come_and_go(place):
    """Each listing is of the files that were there all the time, at the least, and every moment in it is true."""
    scene = Stored(place, "moving")
    moving = scene.segments()[-1]
    aside = scene.folder / moving.name
    ended_moving = threading.Event()

    def move():
        while not ended_moving.is_set():
            shutil.move(moving, aside)
            shutil.move(aside, moving)

    mover = threading.Thread(target=move)
    mover.start()
    try:
        steady = {moment.txid for moment in scene.before} - {int(moving.name[17:33], 16)}
        for _ in range(LISTINGS):
            listed = scene.replicator.moments()
            lost = steady - {moment.txid for moment in listed}
            if lost or [moment for moment in listed if moment not in scene.before]:
                raise AssertionError(f"listed while one file came and went: without {lost}, {listed}")
    finally:
        ended_moving.set()
        mover.join()
    scene.goes_on()
    scene.verified(0)
    scene.judge()


def main():
    scenes = (foreign_files, a_hole, overlapping, from_the_future, listed_while_they_come_and_go)
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=[scene.__name__ for scene in scenes])
    play("replica", scenes, parser.parse_args())


if __name__ == "__main__":
    programs.run_main(main)
