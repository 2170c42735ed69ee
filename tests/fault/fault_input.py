#!/usr/bin/env python3
"""Bad input: each ends with the exit code of the manual, a sentence, and nothing left behind."""

import argparse
import os
import resource
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "load"))

from blackbox import loads, programs  # noqa: E402
from blackbox.litestream import ltx_files  # noqa: E402
from blackbox.place import Place  # noqa: E402
from blackbox.run import ended  # noqa: E402
from blackbox.tidemark import Tidemark  # noqa: E402
from mounts import own_namespace  # noqa: E402
from refusal import Case, as_nobody, wrongness  # noqa: E402

FAILED, USAGE, NOT_FOUND, TARGET, DAMAGED, RIGHT, UNREACHABLE = 1, 2, 3, 4, 5, 6, 7
LARGE_MIB = 8
FILE_LIMIT_BYTES = 1 << 20


class Inputs:
    """A good database with a good replica, and a folder for each thing that is wrong."""

    def __init__(self, place):
        self.place = place
        self.good = place.path("good", "app.db")
        loads.fill(self.good, LARGE_MIB)
        self.replica = place.path("replica", "x").parent
        self.tidemark = Tidemark(self.good, self.replica, place.env, place.path("replicator.log"))
        self.tidemark.once()
        for path in [self.replica, *self.replica.rglob("*")]:
            path.chmod(0o755 if path.is_dir() else 0o644)  # nobody may read it

    def folder(self, name):
        return self.place.path(name, "x").parent

    def file(self, name, data):
        path = self.place.path(name, "app.db")
        path.write_bytes(data)
        return path

    def followed(self, name, database, codes, **more):
        """`replicate --once` of a bad database into a fresh replica that must stay empty."""
        replica = self.folder(name + "-replica")
        words = ["replicate", "--once", database, replica]
        return Case(name, words, codes, [database.parent, replica], **more)

    def restored(self, name, codes, replica=None, out=None, **more):
        target = out or self.folder(name) / "out.db"
        words = ["restore", replica or self.replica, target]
        return Case(name, words, codes, [target.parent] if target.parent.is_dir() else [], **more)


def bad_databases(inputs):
    header = inputs.good.read_bytes()
    yield inputs.followed("not_sqlite", inputs.file("not_sqlite", b"Dear diary, " * 1000), (FAILED, DAMAGED))
    yield inputs.followed("encrypted", inputs.file("encrypted", os.urandom(64 * 1024)), (FAILED, DAMAGED))
    yield inputs.followed("cut_short", inputs.file("cut_short", header[: len(header) // 2 + 100]), (FAILED, DAMAGED))
    yield inputs.followed("header_only", inputs.file("header_only", header[:60]), (FAILED, DAMAGED))
    yield inputs.followed("wal2", inputs.file("wal2", header[:18] + b"\3\3" + header[20:]), (FAILED,))
    folder = inputs.place.path("folder", "app.db")
    folder.mkdir()
    yield inputs.followed("folder", folder, (FAILED, NOT_FOUND))
    yield inputs.followed("missing", inputs.folder("missing") / "app.db", (NOT_FOUND,))
    plain = inputs.place.path("not_wal", "app.db")
    with closing(sqlite3.connect(plain)) as database:
        database.execute("CREATE TABLE t (a)")
    yield inputs.followed("not_wal", plain, (FAILED,))


def missing_rights(inputs):
    """As root the program runs as nobody; the good replica and its own directories stay readable to it."""
    unreadable = inputs.place.path("unreadable", "app.db")
    shutil.copyfile(inputs.good, unreadable)
    unreadable.chmod(0)
    yield inputs.followed("unreadable", unreadable, (RIGHT, FAILED), options=as_nobody())
    read_only = inputs.place.path("read_only", "app.db")
    shutil.copyfile(inputs.good, read_only)
    read_only.chmod(0o444)
    read_only.parent.chmod(0o555)
    yield inputs.followed("read_only", read_only, (RIGHT, FAILED), options=as_nobody())
    closed = inputs.folder("closed")
    closed.chmod(0o555)
    yield inputs.restored("closed", (TARGET, RIGHT), out=closed / "out.db", options=as_nobody())


def bad_targets(inputs):
    existing = inputs.place.path("existing", "out.db")
    existing.write_bytes(b"mine")
    yield inputs.restored("existing", (TARGET,), out=existing)
    yield inputs.restored("no_folder", (TARGET, NOT_FOUND), out=inputs.place.root / "nowhere" / "out.db")
    yield inputs.restored("a_folder", (TARGET,), out=inputs.folder("a_folder"))


def bad_replicas(inputs):
    yield inputs.restored("no_replica", (NOT_FOUND,), replica=inputs.place.root / "no-such-replica")
    yield inputs.restored("empty_replica", (NOT_FOUND,), replica=inputs.folder("empty_replica_store"))
    yield Case("no_moment", ["restore", inputs.replica, inputs.folder("no_moment") / "o.db", "--txid", "999"],
               (NOT_FOUND,), [inputs.folder("no_moment")])
    damaged = inputs.place.root / "damaged-replica"
    shutil.copytree(inputs.replica, damaged)
    snapshot = ltx_files(damaged, "9")[0]
    data = bytearray(snapshot.read_bytes())
    data[len(data) // 2] ^= 0x10
    snapshot.write_bytes(data)
    yield inputs.restored("damaged", (DAMAGED,), replica=damaged)
    yield Case("damaged_verify", ["verify", damaged], (DAMAGED,), [damaged])
    cut = inputs.place.root / "cut-replica"
    shutil.copytree(inputs.replica, cut)
    snapshot = ltx_files(cut, "9")[0]
    os.truncate(snapshot, snapshot.stat().st_size // 2)
    yield inputs.restored("cut_replica", (DAMAGED,), replica=cut)


def usage(_inputs):
    yield Case("no_such_command", ["fly"], (USAGE,))
    yield Case("no_such_option", ["list", "--sideways", "."], (USAGE,))
    yield Case("too_few_words", ["restore"], (USAGE,))


def limit_file_size():
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_LIMIT_BYTES, FILE_LIMIT_BYTES))


def full_disks(inputs):
    """A file-size limit (Python ignores SIGXFSZ and a child may inherit that), and a small tmpfs."""
    limited = {"preexec_fn": limit_file_size, "restore_signals": False}
    yield inputs.restored("size_limit", (TARGET, FAILED), options=limited)
    small = inputs.folder("small_disk")
    script = (
        f"mount -t tmpfs -o size=2m tmpfs '{small}' || exit 77\n"
        '"$@"; code=$?\n'
        f"""left=$(ls -A '{small}'); [ -z "$left" ] || {{ echo "left behind: $left" >&2; exit 99; }}\n"""
        "exit $code"
    )
    probe = ended([*own_namespace(), "mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", small])
    if probe.code == 0:
        around = [*own_namespace(), "sh", "-c", script, "sh"]
        yield inputs.restored("small_disk", (TARGET,), out=small / "out.db", around=around)
    else:
        print(f"small_disk: not tried, no tmpfs may be mounted here: {probe.stderr.strip()}", flush=True)


def locked(inputs):
    """Another program holds the database exclusively."""
    database = inputs.place.path("exclusive", "app.db")
    shutil.copyfile(inputs.good, database)
    with closing(sqlite3.connect(database, isolation_level=None)) as holder:
        holder.execute("PRAGMA locking_mode = exclusive")
        holder.execute("BEGIN EXCLUSIVE")
        holder.execute("CREATE TABLE held (a)")
        yield inputs.followed("exclusive", database, (FAILED,))


def main():
    groups = (bad_databases, missing_rights, bad_targets, bad_replicas, usage, full_disks, locked)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", help="one case")
    asked = parser.parse_args()
    failures = 0
    with Place("input") as place:
        os.chmod(place.root, 0o755)
        inputs = Inputs(place)
        nobody = place.environment(place.root / "nobody")
        if os.geteuid() == 0:
            for path in (place.root / "nobody").rglob("*"):
                os.chown(path, as_nobody()["user"], as_nobody()["group"])
        for group in groups:
            for case in group(inputs):
                if asked.only not in (None, case.name):
                    continue
                env = nobody if "user" in case.options else place.env
                if "user" in case.options:
                    for folder in case.watched:
                        own_if_replica(folder)
                wrong = wrongness(case, programs.tidemarkctl(), env)
                failures += bool(wrong)
                print(f"{'FAIL' if wrong else 'ok'}  {case.name} {'; '.join(wrong)}", flush=True)
        if failures:
            raise AssertionError(f"{failures} cases ended otherwise than the manual says")


def own_if_replica(folder):
    """Where nobody may write its replica: only the database's rights are what is tried."""
    if folder.name.endswith("-replica"):
        os.chown(folder, as_nobody()["user"], as_nobody()["group"])


if __name__ == "__main__":
    programs.run_main(main)
