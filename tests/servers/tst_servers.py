#!/usr/bin/env python3
"""A server of the tests answers, alone and behind a fault proxy and after a restart; and nothing of it is left.

  tst_servers.py NAME          everything
  tst_servers.py NAME --hold   runs it, says where and waits: to be killed
"""

import itertools
import os
import pwd
import subprocess
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from servers.first_object import ways  # noqa: E402
from servers.kinds import KINDS  # noqa: E402
from servers.proxy import FaultProxy  # noqa: E402
from servers.server import listens  # noqa: E402

from blackbox import programs  # noqa: E402
from blackbox.waiting import wait_until  # noqa: E402

GONE_SECONDS = 20


def try_it(server, when, most=None):
    """Every way, or the first ones."""
    for what, way in itertools.islice(ways(server).items(), most):
        print(f"{server.name}, {when}: {what}", flush=True)
        way()


def processes_that_name(words):
    found = []
    for entry in Path("/proc").iterdir():
        try:
            line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if entry.name.isdigit() and int(entry.name) != os.getpid() and any(word in line for word in words):
            found.append(line)
    return found


def user_exists(name):
    return any(user.pw_name == name for user in pwd.getpwall())


def left_of(folder, port, user):
    """What is still there of a server that ended."""
    left = processes_that_name([folder, *([user] if user else [])])
    left += [folder] if Path(folder).exists() else []
    left += [f"port {port}"] if listens(port) else []
    return left + ([f"user {user}"] if user and user_exists(user) else [])


def made_user(server):
    """The user of the system that it made, if any."""
    return server.user if server.afterwards else ""


def works_and_ends(kind):
    with kind() as server:
        traces = str(server.folder), server.port, made_user(server)
        try_it(server, "alone")
        server.restart()
        try_it(server, "after a restart", most=1)
        with FaultProxy(server) as proxy:
            try_it(server, "behind a proxy", most=2)
            assert proxy.counts()["connections"] > 0, "nobody came by the proxy"
    left = left_of(*traces)
    assert not left, left


def ends_with_its_killed_test(name):
    command = [sys.executable, __file__, name, "--hold"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as test:
        folder, port, user = (test.stdout.readline().rstrip("\n") for _ in range(3))
        assert left_of(folder, int(port), user), "it did not run"
        test.kill()
    wait_until(lambda: not left_of(folder, int(port), user), GONE_SECONDS, "nothing is left")


def hold(kind):
    with kind() as server:
        print(server.folder, server.port, made_user(server), sep="\n", flush=True)
        sys.stdin.read()


def main():
    name = sys.argv[1]
    if sys.argv[2:] == ["--hold"]:
        return hold(KINDS[name])
    works_and_ends(KINDS[name])
    ends_with_its_killed_test(name)


if __name__ == "__main__":
    programs.run_main(main)
