"""Keys, and an agent that holds one of them, by OpenSSH's own programs."""

import os

from blackbox.run import succeeded
from blackbox.waiting import wait_until

from .server import Held, program

PASSPHRASE = "the tide comes in twice a day"
USER_KINDS = {"ed25519": ["ed25519"], "ecdsa": ["ecdsa", "-b", "256"], "rsa": ["rsa", "-b", "2048"]}


def make_key(path, kind, passphrase=""):
    """The public half, as a line."""
    for old in (path, path.with_suffix(".pub")):
        old.unlink(missing_ok=True)
    words = [program("ssh-keygen"), "-q", "-t", *USER_KINDS[kind], "-N", passphrase, "-C", path.name, "-f", path]
    succeeded(words)
    return path.with_suffix(".pub").read_text()


class Agent:
    """An ssh-agent with one key that lies in no file any more."""

    def __init__(self, folder, log):
        self.socket = folder / "agent"
        env = {"PATH": os.environ["PATH"], "HOME": str(folder)}
        self._held = Held([program("ssh-agent"), "-D", "-a", self.socket], env, log)
        wait_until(self.socket.exists, 10, "the socket of ssh-agent")
        key = folder / "agent_key"
        self.public_key = make_key(key, "ed25519")
        succeeded([program("ssh-add"), "-q", key], env={**env, "SSH_AUTH_SOCK": str(self.socket)})
        key.unlink()

    def end(self):
        self._held.end()
