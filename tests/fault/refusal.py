"""One way to be refused: what is run, which exit code, and that nothing is left behind."""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path

from blackbox.run import ended

NOBODY = 65534


@dataclass
class Case:
    """`codes` are cli.md's; more than one where it leaves the choice. `watched` folders must hold the same
    files before and after, with the same bytes. `says` is a part of the sentence."""

    name: str
    words: list
    codes: tuple
    watched: list = field(default_factory=list)
    options: dict = field(default_factory=dict)
    around: list = field(default_factory=list)  # a command that runs ours, such as unshare
    says: str = ""


def contents(folder):
    """Every name below, with size and modification time of files."""
    found = {}
    for path in sorted(Path(folder).rglob("*")):
        status = path.lstat()
        found[str(path.relative_to(folder))] = (status.st_size, status.st_mtime_ns) if path.is_file() else None
    return found


def as_nobody():
    """subprocess options that give up root's rights, where there are any to give up."""
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}


def sentence(stderr):
    """The message for people: on the last line, an object with --json."""
    lines = [line for line in stderr.strip().splitlines() if line.strip()]
    if not lines:
        return ""
    try:
        said = json.loads(lines[-1])
        return said["message"] if said.get("error") else ""
    except ValueError:
        return ""


def wrongness(case, program, env):
    """What is wrong with how the case ended; an empty list when nothing is."""
    before = {folder: contents(folder) for folder in case.watched}
    done = ended([*case.around, program, *case.words, "--json"], env=env, **case.options)
    wrong = []
    if done.code not in case.codes:
        wrong.append(f"exit {done.code}, not {' or '.join(map(str, case.codes))}: {done.stderr.strip()[-400:]}")
    message = sentence(done.stderr)
    if len(message.split()) < 3:
        wrong.append(f"no sentence on stderr that says what: {done.stderr.strip()[-400:]!r}")
    if case.says not in message:
        wrong.append(f"the sentence does not say {case.says!r}: {message!r}")
    for folder in case.watched:
        after = contents(folder)
        if after != before[folder]:
            changed = sorted(set(after.items()) ^ set(before[folder].items()), key=str)
            wrong.append(f"{folder} is not as it was: {changed[:6]}")
    return wrong
