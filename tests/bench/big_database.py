"""A big database with a replica by us and one by Litestream: the first snapshot is timed on the way."""

import os
import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path

from blackbox import loads
from blackbox.litestream import Litestream5, ltx_files
from blackbox.tidemark import Tidemark
from blackbox.waiting import wait_until
from measure import MIB, status_mib

SNAPSHOT_SECONDS = 1800
POLL_SECONDS = 0.002


@dataclass
class Snapshots:
    """Seconds until the first complete file of the whole database is in the replica, and peak memory."""

    seconds: list = field(default_factory=list)
    peak_mib: list = field(default_factory=list)


class BigDatabase:
    def __init__(self, place, mib):
        self.place = place
        self.path = place.path(f"big-{mib}", "app.db")
        self.replicators = {}
        loads.fill(self.path, mib)
        self.mib = self.path.stat().st_size / MIB

    def litestreams_copy(self):
        """Litestream writes tables of its own into what it follows: it gets a copy."""
        copy = self.path.parent / "litestream" / "app.db"
        if not copy.exists():
            copy.parent.mkdir()
            shutil.copyfile(self.path, copy)
        return copy

    def ours(self, number, replica=None):
        """`replica`: in a folder if it is not given."""
        home = self.place.path(f"home-{self.path.parent.name}-{number}")
        replica = replica or self._fresh(f"ours-{number}")
        return Tidemark(self.path, replica, self.place.environment(home), self.place.path("log"))

    def theirs(self, number, replica=None):
        copy = self.litestreams_copy()
        shutil.rmtree(copy.parent / f".{copy.name}-litestream", ignore_errors=True)
        replica = replica or self._fresh(f"theirs-{number}")
        return Litestream5(copy, replica, self.place.env, self.place.path("log5"))

    def snapshot(self, replicator, into):
        """Follows until the whole database is in the replica, then stops cleanly."""
        os.sync()
        begun = time.monotonic()
        follower = replicator.start()
        wait_until(lambda: self._first_file(replicator.replica), SNAPSHOT_SECONDS, "the first snapshot", POLL_SECONDS)
        into.seconds.append(time.monotonic() - begun)
        into.peak_mib.append(status_mib(follower.process.pid, "VmHWM"))
        follower.end()

    def _fresh(self, name):
        folder = self.path.parent / name
        folder.mkdir(parents=True)
        return folder

    @staticmethod
    def _first_file(replica):
        return (replica / "ltx").is_dir() and ltx_files(replica)


def remove_replica(replicator):
    shutil.rmtree(Path(replicator.replica))
