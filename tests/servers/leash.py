"""Holds a server, and lets nothing of it outlive the test, however that ends.

  leash.py [--remove FOLDER] [--afterwards WORDS] -- COMMAND...

Runs the command and reads stdin. A byte "t" ends it with SIGTERM, "k" with SIGKILL. The end of stdin says
that whoever began it is gone: then all is killed, the folder removed and the words run as a command.
Processes that the command began and left are this one's children (PR_SET_CHILD_SUBREAPER) and end too.
"""

import contextlib
import ctypes
import os
import select
import shutil
import signal
import subprocess
import sys
import time

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
IGNORED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
STOP_SECONDS = 5
POLL_SECONDS = 0.01


def children():
    with open(f"/proc/self/task/{os.getpid()}/children") as file:
        return [int(pid) for pid in file.read().split()]


def reap():
    """Takes leave of those that ended."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def end_children(how, seconds):
    """Tells all of them; whether they were gone in time. One that dies hands its own to us."""
    end = time.monotonic() + seconds
    told = set()
    while left := children():
        for pid in set(left) - told:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, how)
        told |= set(left)
        reap()
        if time.monotonic() > end:
            return False
        if children():
            time.sleep(POLL_SECONDS)
    return True


def main(words):
    split = words.index("--")
    options = dict(zip(words[:split:2], words[1:split:2], strict=True))
    prctl = ctypes.CDLL(None).prctl
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    for name in IGNORED:
        signal.signal(name, signal.SIG_IGN)

    def as_usual():
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        for name in IGNORED:
            signal.signal(name, signal.SIG_DFL)

    server = subprocess.Popen(words[split + 1 :], stdin=subprocess.DEVNULL, preexec_fn=as_usual)
    ended = os.pidfd_open(server.pid)
    ready, _, _ = select.select([0, ended], [], [])
    asked = os.read(0, 1) if 0 in ready else b"k"
    if asked != b"t" or not end_children(signal.SIGTERM, STOP_SECONDS):
        while not end_children(signal.SIGKILL, STOP_SECONDS):
            pass
    if not asked:
        if "--remove" in options:
            shutil.rmtree(options["--remove"], ignore_errors=True)
        if "--afterwards" in options:
            subprocess.run(options["--afterwards"].split(), check=False)


if __name__ == "__main__":
    main(sys.argv[1:])
