#!/usr/bin/env python3
"""A replica as nobody of us leaves it: with files of others in it, a hole, files that overlap, some from years
ahead or with numbers far ahead, and some that come and go while they are listed. What can be restored is, exactly;
what cannot is named; nothing of others is touched; and the next commits are saved.
"""

import argparse
import os
import shutil
import sys
import threading
import time
from pathlib import Path

sys.dont_write_bytecode = True

from ltx_header import with_header  # noqa: E402
from scene import Scene, bytes_equal, ended, loads, play, programs  # noqa: E402
from blackbox import moment  # noqa: E402

DAMAGED = 5
YEARS_AHEAD = 10 * 365 * 24 * 3600
FAR_AHEAD = 1_000_000  # transactions, which a history may well reach
OUT_OF_REACH = 1 << 62  # half of all numbers
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
    left = [at.txid for at in scene.replicator.moments()]
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
    for at in scene.before:
        out = scene.folder / "out.db"
        done = ended(scene.replicator.restore_command(out, txid=at.txid), env=scene.env)
        if done.code not in (0, DAMAGED):
            raise AssertionError(f"moment {at.txid}: exit {done.code}: {done.stderr}")
        if done.code == 0:
            loads.truth_of(out)
            bytes_equal.remove_database(out)
        elif wrong.name not in done.stderr:
            raise AssertionError(f"moment {at.txid} fails without a word of {wrong.name}: {done.stderr}")
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


def dated_ahead(place):
    """An object, whole by its checksum, that a clock years ahead dated: that one moment has the time, no other."""
    scene = Stored(place, "dated")
    segments = scene.segments()
    dated = segments[len(segments) // 2]
    number = int(dated.name[:16], 16)
    ahead_ms = round((time.time() + YEARS_AHEAD) * 1000)
    dated.write_bytes(with_header(dated.read_bytes(), at_ms=ahead_ms))
    listed = scene.replicator.moments()
    wrong = [
        at for at, before in zip(listed, scene.before, strict=True)
        if at != before and (at.txid != number or moment.ms_since_epoch(at.time) != ahead_ms)
    ]
    if wrong or listed == scene.before:
        raise AssertionError(f"{number} was dated {ahead_ms}, and this is listed: {listed}")
    scene.verified(0)
    scene.goes_on()
    scene.verified(0)
    scene.judge()


def stray_object(scene, number):
    """An object with another number than any of the history, whole by its checksum."""
    last = scene.segments()[-1]
    stray = last.with_name(f"{number:016x}-{number:016x}.ltx")
    stray.write_bytes(with_header(last.read_bytes(), transactions=(number, number)))
    if [at for at in scene.replicator.moments() if at not in scene.before]:
        raise AssertionError(f"{stray.name} hangs in the air and is offered")
    said = scene.verified(DAMAGED).stderr
    if f"transaction {scene.before[-1].txid + 1} " not in said:
        raise AssertionError(f"verify does not say what is missing before {stray.name}: {said}")
    return stray


def numbered_ahead(place):
    """It may be what others saved: nothing is given that number again, and what comes now stands above it."""
    scene = Stored(place, "numbered")
    last = scene.before[-1].txid
    stray_object(scene, last + FAR_AHEAD)
    scene.goes_on()
    new = [at.txid for at in scene.replicator.moments() if at not in scene.before]
    if not new or min(new) <= last + FAR_AHEAD:
        raise AssertionError(f"behind a stray {last + FAR_AHEAD} these are new: {new}")
    scene.judge(gaps=1)


def numbered_out_of_reach(place):
    """Behind it there would soon be no numbers left: it is named, nothing is saved until it is moved away, and the
    application goes on."""
    scene = Stored(place, "unreachable")
    before = scene.segments()
    stray = stray_object(scene, OUT_OF_REACH)
    scene.start()
    event = scene.said(0, "which no history reaches", state="waiting")
    if stray.name not in event["reason"] or event["next"] != "Move it out of the replica.":
        raise AssertionError(f"it is not said what to do with {stray.name}: {event}")
    scene.write(5, seed=21)
    if scene.segments() != [*before, stray] or scene.follower.named("segment"):
        raise AssertionError(f"something was saved beside {stray.name}")
    stray.unlink()
    scene.arrives(lambda: scene.write(5, seed=20))
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
        steady = {at.txid for at in scene.before} - {int(moving.name[17:33], 16)}
        for _ in range(LISTINGS):
            listed = scene.replicator.moments()
            lost = steady - {at.txid for at in listed}
            if lost or [at for at in listed if at not in scene.before]:
                raise AssertionError(f"listed while one file came and went: without {lost}, {listed}")
    finally:
        ended_moving.set()
        mover.join()
    scene.goes_on()
    scene.verified(0)
    scene.judge()


def main():
    scenes = (
        foreign_files, a_hole, overlapping, from_the_future, dated_ahead, numbered_ahead, numbered_out_of_reach,
        listed_while_they_come_and_go,
    )
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=[scene.__name__ for scene in scenes])
    play("replica", scenes, parser.parse_args())


if __name__ == "__main__":
    programs.run_main(main)
