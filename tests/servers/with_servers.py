#!/usr/bin/env python3
"""Runs a command beside real storage servers.

  with_servers.py NAME[,NAME...] -- COMMAND...

NAME is one of those that README.md lists, with +proxy behind it for a fault proxy in front. The command gets
the variables of README.md in its environment; its exit code is ours. Exit 77 with a sentence: a server cannot
be had here, which CI=true makes a failure.
"""

import ctypes
import os
import signal
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

sys.dont_write_bytecode = True
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from servers.control import Control  # noqa: E402
from servers.kinds import KINDS  # noqa: E402
from servers.leash import PR_SET_PDEATHSIG  # noqa: E402
from servers.proxy import FaultProxy  # noqa: E402

from blackbox import programs  # noqa: E402


def start(stack, words):
    """{name: server}, and what the command is told."""
    running, variables = {}, {}
    for word in words.split(","):
        name, _, front = word.partition("+")
        if name not in KINDS or front not in ("", "proxy"):
            sys.exit(f"{word}: known are {', '.join(KINDS)}, each alone or with +proxy")
        running[name] = stack.enter_context(KINDS[name]())
        if front:
            variables |= stack.enter_context(FaultProxy(running[name])).variables()
        variables |= running[name].variables()
    return running, variables


def die_with_us():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def main():
    if len(sys.argv) < 4 or sys.argv[2] != "--":
        sys.exit(__doc__)
    with ExitStack() as stack:
        running, variables = start(stack, sys.argv[1])
        control = stack.enter_context(Control(running))
        environment = {**os.environ, **variables, **control.variables()}
        code = subprocess.run(sys.argv[3:], env=environment, check=False, preexec_fn=die_with_us).returncode
    sys.exit(code if code >= 0 else 128 - code)


if __name__ == "__main__":
    programs.run_main(main)
