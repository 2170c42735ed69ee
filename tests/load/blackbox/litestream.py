"""Litestream 0.5 and 0.3, as peers: they replicate, they restore. Their own commands only."""

import os
import re
import sqlite3
from contextlib import closing
from datetime import datetime, timezone

from . import programs
from .follower import Follower
from .moment import Moment, format_time
from .run import succeeded

LEVEL_0 = "0"
LTX_NAME = re.compile(r"^([0-9a-f]{16})-([0-9a-f]{16})\.ltx$")


def environment(env):
    """Litestream's S3 client fails when AWS_CA_BUNDLE is set, and nothing here needs one."""
    return {name: value for name, value in env.items() if name != "AWS_CA_BUNDLE"}


def ltx_files(replica, level=None):
    """The finished LTX files of a folder replica, in order of level and TXID."""
    found = []
    for folder in sorted((replica / "ltx").glob(level or "*")):
        found += sorted(path for path in folder.iterdir() if LTX_NAME.match(path.name))
    return found


def modified(path):
    """The modification time, exact to the microsecond (a float's seconds are not)."""
    ns = os.stat(path).st_mtime_ns
    whole = datetime.fromtimestamp(ns // 1_000_000_000, timezone.utc)
    return whole.replace(microsecond=ns % 1_000_000_000 // 1000)


def folder_change(replica):
    """Something that differs once a segment arrived in a folder replica; 0 before the first."""
    try:
        return os.stat(replica / "ltx" / LEVEL_0).st_mtime_ns
    except FileNotFoundError:
        return 0


class Litestream5:
    """One database, one folder replica. Same verbs as Tidemark's class, so that one can judge both."""

    name = "litestream"

    def __init__(self, database, replica, env, log):
        self.database = database
        self.replica = replica
        self.env = environment(env)
        self.log = log
        self.program = programs.litestream5()
        self.url = f"file://{replica}"

    def start(self):
        return Follower([self.program, "replicate", self.database, self.url], self.env, self.log)

    start_attached = start

    def moments(self):
        """What it can restore to by TXID: the last TXID of each file, with that file's time."""
        found = {}
        for path in ltx_files(self.replica):
            txid = int(LTX_NAME.match(path.name)[2], 16)
            found[txid] = Moment(txid, modified(path))
        return [found[txid] for txid in sorted(found)]

    def restore(self, out, txid=None, time=None):
        """By time it takes the last moment strictly before it."""
        command = [self.program, "restore", "-json", "-o", out]
        if txid is not None:
            command += ["-txid", f"{txid:016x}"]
        if time is not None:
            command += ["-timestamp", format_time(time)]
        succeeded([*command, self.url], env=self.env)
        return {"txid": txid, "verdict": None}

    @staticmethod
    def own_pages(file):
        """Litestream keeps tables of its own in the database and writes them when the application does not."""
        with closing(sqlite3.connect(f"file:{file}?immutable=1", uri=True)) as database:
            rows = database.execute("SELECT pageno FROM dbstat WHERE name LIKE '\\_litestream%' ESCAPE '\\'")
            return frozenset(page for (page,) in rows)

    def newest_change(self):
        return folder_change(self.replica)


class Litestream3:
    """The old one: generations, snapshots, WAL parts."""

    def __init__(self, database, replica, env, log):
        self.database = database
        self.replica = replica
        self.env = environment(env)
        self.log = log
        self.program = programs.litestream3()

    def start(self):
        return Follower([self.program, "replicate", self.database, f"file://{self.replica}"], self.env, self.log)

    def generations(self):
        folder = self.replica / "generations"
        return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []

    def indexes(self, generation):
        """The WAL indexes that this generation has parts of."""
        folder = self.replica / "generations" / generation / "wal"
        return sorted({int(path.name[:8], 16) for path in folder.glob("*.wal.lz4")}) if folder.is_dir() else []

    def parts(self):
        """Every WAL part, oldest first: (time, generation, path)."""
        found = []
        for path in (self.replica / "generations").glob("*/wal/*.wal.lz4"):
            found.append((modified(path), path.parent.parent.name, path))
        return sorted(found)

    def restore(self, out, generation=None, index=None, time=None):
        command = [self.program, "restore", "-o", out]
        if generation is not None:
            command += ["-generation", generation]
        if index is not None:
            command += ["-index", f"{index:08x}"]
        if time is not None:
            command += ["-timestamp", format_time(time)]
        succeeded([*command, f"file://{self.replica}"], env=self.env)
