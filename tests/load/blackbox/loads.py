"""The programs of tests/load: applications that write, and the judges of what they wrote."""

import json
import struct
import subprocess
from dataclasses import dataclass

from . import programs
from .run import ended, succeeded


def _options(options):
    words = []
    for name, value in options.items():
        words += ["--" + name.replace("_", "-"), str(value)]
    return words


def write(database, **options):
    """load_writer to its end; its total line. Options are its own, with underscores."""
    command = [programs.load("load_writer"), database, *_options(options)]
    return succeeded(command, timeout=3600).objects()[-1]


class Load:
    """A load in the background; stop() asks it to finish its transaction and gives its last line."""

    def __init__(self, program, database, **options):
        self.command = [programs.load(program), str(database), *_options(options)]
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def stop(self):
        self.process.terminate()
        return self.wait()

    def wait(self):
        out, err = self.process.communicate(timeout=3600)
        if self.process.returncode != 0:
            raise AssertionError(f"exit {self.process.returncode} of {' '.join(self.command)}\n{err}")
        return json.loads(out.splitlines()[-1])


@dataclass(frozen=True)
class State:
    """Which state a file holds: no load leaves both as they were and changes a byte."""

    n: int
    schema_version: int


@dataclass(frozen=True)
class Truth:
    state: State
    check: str
    who: int
    at_ms: int


def truth_of(database, live=False):
    """Checks a file and says which state it holds. AssertionError when it is none."""
    done = ended([programs.load("truth_check"), database, *(["--live", "yes"] if live else [])])
    if done.code != 0:
        raise AssertionError(f"{database} is not a state that its application had: {done.stderr.strip()}")
    said = done.objects()[-1]
    return Truth(State(said["n"], said["schemaVersion"]), said["check"], said["who"], said["atMs"])


def copy_pages(database, out):
    """The bytes of a live database at this moment, as SQLite sees them, and which state it is."""
    said = succeeded([programs.load("page_copy"), database, out]).objects()[-1]
    return State(said["n"], said["schemaVersion"])


class HeldCopy:
    """As copy_pages, but nobody can write until release(): the state lasts and can be captured."""

    def __init__(self, database, out):
        self.process = subprocess.Popen(
            [programs.load("page_copy"), str(database), str(out), "--hold", "yes"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError("page_copy ended without a copy")
        said = json.loads(line)
        self.state = State(said["n"], said["schemaVersion"])

    def release(self):
        self.process.communicate(timeout=60)


def journal(path):
    """What COMMIT answered with success: {(n, check as 16 hex digits)}."""
    data = path.read_bytes() if path.exists() else b""
    whole = len(data) // 16 * 16
    return {(n, f"{check:016x}") for n, check in struct.iter_unpack("=qQ", data[:whole])}


def fill(database, mib, **options):
    succeeded([programs.load("load_fill"), database, mib, *_options(options)], timeout=3600)
