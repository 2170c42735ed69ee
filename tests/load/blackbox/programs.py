"""Where the programs are, and how a test that lacks one ends."""

import atexit
import functools
import os
import shutil
import sys
import tempfile
import traceback
from pathlib import Path

EXIT_SKIPPED = 77  # ctest: SKIP_RETURN_CODE


class Skip(Exception):
    """A peer is missing; the text says which."""


class Forbidden(Skip):
    """The system does not let a test make its fault; the text says why. No failure anywhere."""


def _found(name, variable, beside=None):
    given = os.environ.get(variable)
    if given:
        if not os.access(given, os.X_OK):
            raise Skip(f"{variable}={given} cannot be run")
        return given
    if beside and os.access(Path(beside) / name, os.X_OK):
        return str(Path(beside) / name)
    path = shutil.which(name)
    if not path:
        raise Skip(f"{name} is not on the PATH and {variable} is not set")
    return path


def _for_everybody(program):
    """The program where other users reach it, too: root's home is closed to them."""
    closed = any(not folder.stat().st_mode & 0o001 for folder in Path(program).resolve().parents)
    if os.geteuid() != 0 or not closed:
        return program
    folder = tempfile.mkdtemp(prefix="tm-program-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.chmod(folder, 0o755)
    return shutil.copy(program, folder)


@functools.cache
def tidemarkctl():
    return _for_everybody(_found("tidemarkctl", "TIDEMARKCTL"))


def litestream5():
    return _found("litestream", "LITESTREAM5")


def litestream3():
    return _found("litestream3", "LITESTREAM3")


def ltx():
    return _found("ltx", "LTX")


def sqlite3():
    return _found("sqlite3", "SQLITE3")


def load(name):
    """A program of tests/load: load_writer, load_hostile, load_fill, page_copy, truth_check."""
    return _found(name, "TIDEMARK_" + name.upper(), os.environ.get("TIDEMARK_LOADS"))


def fault(name):
    """A program or library of tests/fault."""
    path = Path(os.environ.get("TIDEMARK_FAULTS", ".")) / name
    if not path.exists():
        raise Skip(f"{name} is not in TIDEMARK_FAULTS")
    return str(path)


def run_main(test):
    """Runs test() and ends the program: 0 passed, 1 failed, 77 skipped (a peer that lacks fails in CI)."""
    try:
        test()
    except Skip as skip:
        print(f"SKIPPED: {skip}", flush=True)
        has_excuse = isinstance(skip, Forbidden) or os.environ.get("CI") != "true"
        sys.exit(EXIT_SKIPPED if has_excuse else 1)
    except Exception:  # the one place that turns any failure into an exit code
        traceback.print_exc()
        print("FAILED", flush=True)
        sys.exit(1)
    print("passed", flush=True)
    sys.exit(0)
