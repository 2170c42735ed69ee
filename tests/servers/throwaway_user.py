"""A user of this system for as long as a test runs: with a password, which only root can give."""

import contextlib
import os
import pwd
import secrets
import subprocess

from blackbox.programs import Forbidden

from .server import program

PREFIX = "tm-sftp-"


def remove_words(name):
    return f"{program('userdel')} --force {name}"


def remove_forgotten():
    """Of tests that not even their leash outlived, as when the power failed."""
    for user in pwd.getpwall():
        owner = user.pw_name.removeprefix(PREFIX)
        if owner != user.pw_name and not os.path.exists(f"/proc/{owner}"):
            subprocess.run(remove_words(user.pw_name).split(), check=False, capture_output=True)


def make(home):
    """(name, password). Forbidden where root may not."""
    remove_forgotten()
    name = f"{PREFIX}{os.getpid()}"
    words = [program("useradd"), "--system", "--no-create-home", "--home-dir", home, "--shell", "/bin/false", name]
    made = subprocess.run([str(word) for word in words], check=False, capture_output=True, text=True)
    if made.returncode != 0:
        raise Forbidden(f"no user can be made here: {made.stderr.strip()}")
    password = secrets.token_hex(16)
    given = subprocess.run(
        [program("chpasswd"), "--crypt-method", "SHA512"],
        input=f"{name}:{password}",
        check=False,
        capture_output=True,
        text=True,
    )
    if given.returncode != 0:
        with contextlib.suppress(OSError):
            subprocess.run(remove_words(name).split(), check=False, capture_output=True)
        raise Forbidden(f"no password can be set here: {given.stderr.strip()}")
    return name, password
