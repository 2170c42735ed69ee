#!/usr/bin/env python3
"""The clock of the computer is set back or ahead, while we look and while we do not: no moment is lost, times
never contradict the order of history by more than the clock did, and a time that is asked for gives its moment.
"""

import argparse
import os
import struct
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True

from scene import Scene, play, programs  # noqa: E402

MINUTE, HOUR, DAY = 60, 3600, 86400
YEAR = 365 * DAY


class Clock:
    """By which every program of this test lives from here on."""

    def __init__(self):
        folder = tempfile.TemporaryDirectory(prefix="tm-clock-")
        self._folder = folder
        self._file = Path(folder.name) / "difference"
        self.set(0)
        os.environ["LD_PRELOAD"] = programs.fault("clock_fault.so")
        os.environ["CLOCK_FAULT_FILE"] = str(self._file)

    def set(self, seconds):
        """Beside the right time; at once, in programs that run, too."""
        with open(self._file, "r+b" if self._file.exists() else "w+b") as file:
            file.write(struct.pack("=q", seconds))


def ordered(scene, but=0):
    """Each moment is later than the one before it, except at so many breaks; each is found by its time."""
    moments = scene.replicator.moments()
    breaks = [
        (one.txid, two.txid) for one, two in zip(moments, moments[1:]) if two.time <= one.time
    ]
    if len(breaks) != but:
        raise AssertionError(f"{scene.name}: times go back at {breaks}, {but} breaks were expected")
    for moment in moments if not breaks else []:
        found = scene.replicator.restore(scene.folder / "by-time.db", time=moment.time)
        (scene.folder / "by-time.db").unlink()
        if found["txid"] != moment.txid:
            raise AssertionError(f"{scene.name}: {moment.time} gave {found['txid']}, not {moment.txid}")


def changed(place, clock, name, steps, breaks):
    """`steps`: the clock's differences, one after the other, each while followed and each while away."""
    for how in ("followed", "away"):
        clock.set(0)
        scene = Scene(place, f"{name}-{how}")
        for seed, seconds in enumerate(steps, 3):
            if how == "away":
                scene.stop()
            clock.set(seconds)
            if how == "away":
                scene.start()
            scene.arrives(lambda seed=seed: scene.write(10, seed=seed))
        scene.judge()
        ordered(scene, breaks)


def a_little_back(place, clock):
    """As a time server does: times go on behind the last one."""
    changed(place, clock, "little", (-5, -MINUTE, -50 * MINUTE), breaks=0)


def far_back(place, clock):
    changed(place, clock, "back", (-2 * HOUR, -400 * DAY), breaks=2)


def years_ahead_and_back(place, clock):
    changed(place, clock, "ahead", (3 * YEAR, 0), breaks=1)


def asleep_for_a_week(place, clock):
    changed(place, clock, "asleep", (7 * DAY, 14 * DAY), breaks=0)


def main():
    scenes = (a_little_back, far_back, years_ahead_and_back, asleep_for_a_week)
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=[scene.__name__ for scene in scenes])
    asked = parser.parse_args()
    play("clock", scenes, asked, Clock())


if __name__ == "__main__":
    programs.run_main(main)
