"""Litestream 0.5 and 0.3, as peers: they replicate, they restore. Their own commands only."""

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

from . import programs
from .folder import storage_of
from .follower import Follower
from .moment import Moment, format_time
from .run import succeeded

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


class Litestream:
    """One database, one replica: a folder's path, or a storage (folder.py). Same verbs as Tidemark's class."""

    def __init__(self, program, database, replica, env, log):
        self.program = program
        self.database = database
        self.replica = replica
        self.storage = storage_of(replica)
        self.env = environment(env)
        self.log = log

    def start(self):
        return Follower([self.program, "replicate", *self._config()], self.env, self.log)

    def _config(self):
        """The words that lead to the database and its replica; a configuration file, since no URL can say all."""
        path = Path(f"{self.log}.yml")
        path.write_text(json.dumps({"dbs": [{"path": str(self.database), **self._replica()}]}))  # JSON is YAML
        return ["-config", path]


class Litestream5(Litestream):
    name = "litestream"

    def __init__(self, database, replica, env, log):
        super().__init__(programs.litestream5(), database, replica, env, log)

    def _replica(self):
        return {"replica": self.storage.for_litestream()}

    def start_attached(self):
        return self.start()

    def files(self, level=None):
        """The finished LTX files, in order of level and TXID."""
        files = self.storage.files(self.storage.level(level))
        return [file for file in files if LTX_NAME.match(Path(file.name).name)]

    def moments(self):
        """What it can restore to by TXID: the last TXID of each file, with that file's time."""
        found = {}
        for file in self.files():
            txid = int(LTX_NAME.match(Path(file.name).name)[2], 16)
            found[txid] = Moment(txid, file.modified)
        return [found[txid] for txid in sorted(found)]

    def restore_command(self, out, txid=None, time=None):
        """By time it takes the last moment strictly before it."""
        command = [self.program, "restore", "-json", "-o", out]
        if txid is not None:
            command += ["-txid", f"{txid:016x}"]
        if time is not None:
            command += ["-timestamp", format_time(time)]
        return [*command, *self._config(), self.database]

    def restore(self, out, txid=None, time=None):
        succeeded(self.restore_command(out, txid, time), env=self.env)
        return {"txid": txid, "verdict": None}

    @staticmethod
    def own_pages(file):
        """Litestream keeps tables of its own in the database and writes them when the application does not."""
        with closing(sqlite3.connect(f"file:{file}?immutable=1", uri=True)) as database:
            rows = database.execute("SELECT pageno FROM dbstat WHERE name LIKE '\\_litestream%' ESCAPE '\\'")
            return frozenset(page for (page,) in rows)

    def newest_change(self):
        return self.storage.change()


class Litestream3(Litestream):
    """The old one: generations, snapshots, WAL parts."""

    def __init__(self, database, replica, env, log):
        super().__init__(programs.litestream3(), database, replica, env, log)

    def _replica(self):
        return {"replicas": [self.storage.for_litestream()]}

    def generations(self):
        return sorted({file.name.split("/")[1] for file in self.storage.files("generations")})

    def indexes(self, generation):
        """The WAL indexes that this generation has parts of."""
        names = [Path(file.name).name for file in self.storage.files(f"generations/{generation}/wal")]
        return sorted({int(name[:8], 16) for name in names if name.endswith(".wal.lz4")})

    def parts(self):
        """Every WAL part, by generation and place."""
        return [file for file in self.storage.files("generations") if file.name.endswith(".wal.lz4")]

    def restore(self, out, generation=None, index=None, time=None):
        command = [self.program, "restore", "-o", out]
        if generation is not None:
            command += ["-generation", generation]
        if index is not None:
            command += ["-index", f"{index:08x}"]
        if time is not None:
            command += ["-timestamp", format_time(time)]
        succeeded([*command, *self._config(), self.database], env=self.env)
