#!/usr/bin/env python3
"""Checks the model of the anchor protocol exhaustively, and that each step of the protocol is needed.

check.py protocol   no state of the protocol breaks what must hold
check.py mutants    with any one step changed, some state does, or it is said here why not
check.py wider      the protocol within wider bounds
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

MODEL = Path(__file__).resolve().parent / "anchor.pml"
SKIPPED = 77
MEMORY_MB = 12_000  # The limit of each search, not what it takes; two writers need more than 4 GB.
DEPTH = 2_000_000

# The checkpointer of old SQLite can do all that the one of 3.51.3 can: it may be killed where that one looks again.
PROTOCOL = {
    "three logs of two commits": ["FRAMES=2", "LOGS=3", "OLD_SQLITE", "NO_READER"],
    "three logs of one commit, a reader": ["FRAMES=1", "LOGS=3", "OLD_SQLITE"],
}
WIDER = {
    "three logs of two commits, a reader": ["FRAMES=2", "LOGS=3", "OLD_SQLITE"],
    "two logs of three commits": ["FRAMES=3", "LOGS=2", "OLD_SQLITE", "NO_READER"],
    "two writers": ["WRITERS=2", "FRAMES=2", "LOGS=2", "OLD_SQLITE"],
    "SQLite 3.51.3": ["FRAMES=2", "LOGS=3", "NO_READER"],
}
SMALL = ["FRAMES=2", "LOGS=2", "OLD_SQLITE", "NO_READER"]
# What needs a second restart to be seen.
LONG = {
    "M_CUT_RETURNED": ["FRAMES=2", "LOGS=3", "NO_READER"],
    "KILL_IN_RESTART": ["FRAMES=1", "LOGS=3", "NO_READER"],
}

# What is changed, and the sentence that says how.
MUTANTS = {
    "M_END_FIRST": "the old anchor ends before the fresh one begins",
    "M_BUSY_ENDS_OLD": "the old anchor ends although the fresh one could not begin",
    "M_NO_SECOND_LOOK": "a handover trusts the header from before the begin",
    "M_A_LE": "rule (a) with nBackfill <= mxFrame",
    "M_A_ALWAYS": "rule (a) asks for the same log only",
    "M_B_NO_MXFRAME": "rule (b) asks for the same log only",
    "M_B_BACKFILLED": "to zero as soon as all is backfilled, captured or not",
    "M_CAPTURE_BEYOND": "capture takes commit marks beyond mxFrame",
    "M_PASSIVE_NO_ANCHOR": "a moment without an anchor, around a checkpoint",
    "M_SEAL_CAPTURE_AFTER": "the sealed rest is captured when the seal is gone",
    "M_DROP_MEMORY": "what was read under the seal is not stored, and the log not called lost",
    "M_REMEMBER_FIRST": "the place in the log is remembered before the segment is stored",
    "M_ATTACH_NO_CHECK": "attach goes on in the log without looking for the last captured frame",
    "M_ATTACH_NO_LOOK": "attach does not look again whether the log that it read is still there",
    "M_ATTACH_STORE_FIRST": "attach stores what it read before it looks again",
    "M_CUT_RETURNED": "a log that came back with a torn header is captured in parts although its pages are known",
    "M_DIFF_NOT_EXACT": "a page diff does not ask whether the header changed while its reader began",
    "KILL_IN_RESTART": "not ours: SQLite, killed between the two stores that restart a log, loses what comes next",
}

# Changes that lose nothing, and why; that they do not is checked, too.
HARMLESS = {
    "M_A_NO_SALTS": "other salts at the second look say that the old anchor was on slot 0, all before them was "
    "captured, and nothing of the new log is backfilled, so wherever the fresh one landed it keeps the new log",
    "M_A_END_AFTER": "with frames left to backfill a fresh anchor on slot 0 keeps them from it, hence from a restart; "
    "the rule as it is also tells on which slot it landed",
    "M_B_NO_SALTS": "as for rule (a): other salts with the old anchor held mean a log of which nothing is backfilled",
    "M_SEAL_SWAP": "while writers are held nothing is restarted, so the order under the seal is free, as long as the "
    "rest is read before it goes",
}


@dataclass
class Outcome:
    broken: bool
    complete: bool
    states: int
    depth: int
    seconds: float
    memory_mb: float
    why: str


def run(command, folder):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def number(pattern, text):
    found = re.search(pattern, text)
    return float(found[1]) if found else 0


def check(defines):
    """One exhaustive search, until the first state that breaks an assertion."""
    with tempfile.TemporaryDirectory(prefix="tidemark-model-") as folder:
        said = run(["spin", "-a", *(f"-D{name}" for name in defines), str(MODEL)], folder)
        options = ["-O2", "-w", "-DSAFETY", "-DCOLLAPSE", f"-DMEMLIM={MEMORY_MB}"]
        said += run([os.environ.get("CC", "cc"), *options, "-o", "pan", "pan.c"], folder)
        if not Path(folder, "pan").exists():
            raise AssertionError(f"The model does not build: {said}")
        text = run(["./pan", "-E", f"-m{DEPTH}", "-w26"], folder)
    broken = re.search(r"pan:1: assertion violated (.*) \(at depth", text)
    return Outcome(
        broken=broken is not None,
        complete="errors: 0" in text and "Search not completed" not in text and "max search depth" not in text,
        states=int(number(r"(\d+) states, stored", text)),
        depth=int(number(r"depth reached (\d+)", text)),
        seconds=number(r"elapsed time ([\d.]+)", text),
        memory_mb=number(r"([\d.]+)\s+total actual memory", text),
        why=broken[1] if broken else text[-2000:],
    )


def figures(outcome):
    return (
        f"{outcome.states:,} states, depth {outcome.depth:,}, {outcome.seconds:.1f} s, {outcome.memory_mb:,.0f} MB"
    )


def check_all(all_defines):
    with ThreadPoolExecutor(os.cpu_count()) as workers:
        return list(workers.map(check, all_defines))


def holds(bounds):
    for name, outcome in zip(bounds, check_all(bounds.values())):
        print(f"{name}: {figures(outcome)}", flush=True)
        if outcome.broken or not outcome.complete:
            raise AssertionError(f"{name}: {outcome.why}")


def mutants():
    wrong = []
    names = [*MUTANTS, *HARMLESS]
    outcomes = dict(zip(names, check_all([*LONG.get(name, SMALL), name] for name in names)))
    for name, sentence in MUTANTS.items():
        found = outcomes[name]
        print(f"{'found' if found.broken else 'NOT FOUND'}: {name}, {sentence} ({figures(found)}; {found.why[:150]})")
        if not found.broken:
            wrong.append(f"{name} breaks nothing: {sentence}")
    for name, reason in HARMLESS.items():
        found = outcomes[name]
        print(f"{'BREAKS' if found.broken else 'harmless'}: {name}: {reason} ({figures(found)})")
        if found.broken or not found.complete:
            wrong.append(f"{name} was called harmless: {found.why}")
    if wrong:
        raise AssertionError("\n" + "\n".join(wrong))


def main():
    if shutil.which("spin") is None:
        print("spin is not installed.")
        return SKIPPED
    what = sys.argv[1:]
    if what == ["protocol"]:
        holds(PROTOCOL)
    elif what == ["mutants"]:
        mutants()
    elif what == ["wider"]:
        holds(WIDER)
        holds({name: [*PROTOCOL["three logs of two commits"], name] for name in HARMLESS})
    else:
        sys.exit(__doc__)
    return 0


if __name__ == "__main__":
    sys.exit(main())
