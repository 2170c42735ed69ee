"""A working directory of a test's own, with the user directories that programs write to in it."""

import os
import shutil
import tempfile
from pathlib import Path

from .programs import Skip


class Place:
    """`with Place("chaos") as place:` removes it at a good end, keeps it and says where at a bad one.

    `env` sends settings, state, cache and sockets of the programs under test into it. Short on
    purpose: a socket's path has 108 bytes.
    """

    def __init__(self, name, under=None):
        self.root = Path(tempfile.mkdtemp(prefix=f"tm-{name}-", dir=under))
        self.env = self.environment(self.root / "home")

    def environment(self, home):
        """Another set of user directories, as another user or another machine has them."""
        env = dict(os.environ)
        for variable, folder in (
            ("XDG_CONFIG_HOME", "config"),
            ("XDG_DATA_HOME", "data"),
            ("XDG_CACHE_HOME", "cache"),
            ("XDG_STATE_HOME", "state"),
            ("XDG_RUNTIME_DIR", "run"),
            ("TMPDIR", "tmp"),
        ):
            directory = Path(home) / folder
            directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            env[variable] = str(directory)
        return env

    def path(self, *names):
        """A path in it; the folders above are made."""
        path = self.root.joinpath(*names)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if kind is None or issubclass(kind, Skip):
            shutil.rmtree(self.root, ignore_errors=True)
        else:
            print(f"kept for you to look at: {self.root}", flush=True)
