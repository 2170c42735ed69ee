"""What all storage servers here share: a folder and a port of their own, a start that waits for the first
real answer, and an end that nothing survives."""

import contextlib
import functools
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from blackbox.programs import Skip
from blackbox.waiting import TooLate, wait_until

LEASH = Path(__file__).resolve().parent / "leash.py"
FETCHED = LEASH.parents[2] / "build" / "servers"  # unless TIDEMARK_SERVERS says where
START_SECONDS = 60
STARTS = 3  # another program may take a port between our look and the server's
PORTS = range(20000, 32000)  # below those that the kernel gives to clients by itself


def free_port():
    for port in random.sample(PORTS, 200):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no free port on loopback")


def listens(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    except OSError:
        return False


def program(name, *more_places):
    """Where it is; Skip when it is nowhere. What serves lies in sbin, which users' PATHs leave out."""
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin", *more_places])
    found = shutil.which(name, path=path)
    if not found:
        raise Skip(f"{name} is not installed")
    return found


def fetched(name, lacks=Skip):
    """What tests/servers/fetch.sh put there; raises `lacks` when it is not there."""
    folder = Path(os.environ.get("TIDEMARK_SERVERS", FETCHED))
    if not (folder / name).exists():
        raise lacks(f"{name} is not in {folder} (tests/servers/fetch.sh puts it there)")
    return folder / name


class Held:
    """A process on a leash: gone with all that it began when stopped, or when we are."""

    def __init__(self, command, env, log, remove=None, afterwards=None):
        words = [sys.executable, "-I", "-S", LEASH]
        words += ["--remove", remove] if remove else []
        words += ["--afterwards", afterwards] if afterwards else []
        with open(log, "ab") as output:
            self._leash = subprocess.Popen(
                [str(word) for word in [*words, "--", *command]],
                env=env,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def alive(self):
        return self._leash.poll() is None

    def end(self, at_once=False):
        """Returns when all of it is gone."""
        with contextlib.suppress(BrokenPipeError):
            self._leash.stdin.write(b"k" if at_once else b"t")
            self._leash.stdin.flush()
        self._leash.wait()
        with contextlib.suppress(BrokenPipeError):
            self._leash.stdin.close()


class Server:
    """`with MotoS3() as s3:` runs it. A server gives `name`, `command()`, `answers()` and `variables()`.

    `folder` is its own, with `log` in it, and is removed in the end. For one thread: the one that begins.
    """

    name = ""
    prefix = ""  # of its variables: TIDEMARK_TEST_<prefix>_...
    is_tcp = False  # a proxy cannot see the requests
    afterwards = None  # words of a command that undoes what `prepare` did outside of the folder

    def __init__(self):
        self.folder = None
        self.port = 0
        self.seen_port = 0  # what clients are told: the port, or that of a proxy in front of it
        self.log = None
        self._held = None

    def prepare(self):
        """Once, in the new folder, before the first start. Skip when it cannot be had here."""

    def settle(self):
        """Once, when it answers: buckets, containers, keys."""

    def env(self):
        """The server's environment; its home is the folder, whatever the user has set up."""
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "GOCOVERDIR") if name in os.environ}
        return {**kept, "HOME": str(self.folder), "TMPDIR": str(self.folder), "XDG_CONFIG_HOME": str(self.folder)}

    def start(self):
        """On the port that it has had before, if any."""
        self._held = Held(self.command(), self.env(), self.log, remove=self.folder, afterwards=self.afterwards)
        with contextlib.suppress(TooLate):
            wait_until(lambda: self.answers() or not self._held.alive(), START_SECONDS, self.name)
            if self._held.alive():
                return
        self.stop(at_once=True)
        raise AssertionError(f"{self.name} does not answer: {self.log_text()[-2000:]}")

    def stop(self, at_once=False):
        """Connections break. With `at_once` nothing is tidied up before."""
        if self._held:
            self._held.end(at_once)
            self._held = None

    def restart(self):
        self.stop()
        self.start()

    def seen_at(self, port):
        """Clients come by this port from now on."""
        self.seen_port = port

    def verbs(self):
        """What a test may have done to it while it runs."""
        kill = functools.partial(self.stop, at_once=True)
        return {"stop": self.stop, "kill": kill, "start": self.start, "restart": self.restart}

    def log_text(self):
        return self.log.read_text(errors="replace")

    def __enter__(self):
        self.folder = Path(tempfile.mkdtemp(prefix=f"tm-{self.name}-"))
        self.log = self.folder / "log"
        self.log.touch()
        try:
            self.prepare()
            self._start_somewhere()
            self.settle()
        except BaseException:
            self.__exit__(*sys.exc_info())
            raise
        return self

    def _start_somewhere(self):
        for attempt in range(1, STARTS + 1):
            self.port = self.seen_port = free_port()
            try:
                return self.start()
            except AssertionError:
                if attempt == STARTS:
                    raise

    def __exit__(self, kind, value, trace):
        self.stop()
        if self.afterwards:
            subprocess.run(self.afterwards.split(), check=False, capture_output=True)
        shutil.rmtree(self.folder, ignore_errors=True)
