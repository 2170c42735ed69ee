"""Where the programs are, and how a test that lacks one ends."""

import os
import shutil
import sys
import traceback
from pathlib import Path

EXIT_SKIPPED = 77  # ctest: SKIP_RETURN_CODE


class Skip(Exception):
    """A peer or a right is missing; the text says which."""


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


def tidemarkctl():
    return _found("tidemarkctl", "TIDEMARKCTL")


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
    """Runs test() and ends the program: 0 passed, 1 failed, 77 skipped (in CI that is a failure)."""
    try:
        test()
    except Skip as skip:
        print(f"SKIPPED: {skip}", flush=True)
        sys.exit(1 if os.environ.get("CI") == "true" else EXIT_SKIPPED)
    except Exception:  # the one place that turns any failure into an exit code
        traceback.print_exc()
        print("FAILED", flush=True)
        sys.exit(1)
    print("passed", flush=True)
    sys.exit(0)
