"""Disks of a test's own: small ones, and ones that are taken away."""

import os
import subprocess
import sys

from blackbox.programs import Forbidden
from blackbox.run import ended, succeeded

WITHIN = "TIDEMARK_OWN_MOUNTS"
_mounted = []


def own_namespace():
    """The words before a command whose mounts nobody else sees."""
    return ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--user", "--map-root-user"])]


def in_own_namespace():
    """Goes on as a program whose mounts nobody else sees. Forbidden where that may not be."""
    if os.environ.get(WITHIN):
        return
    tried = ended([*own_namespace(), "mount", "-t", "tmpfs", "tmpfs", "/tmp"])
    if tried.code != 0:
        raise Forbidden(f"nothing may be mounted here: {tried.stderr.strip()}")
    command = [*own_namespace(), sys.executable, *sys.argv]
    done = subprocess.run(command, env={**os.environ, WITHIN: "yes"}, check=False)
    sys.exit(done.returncode)


def small_disk(folder, kib):
    folder.mkdir(parents=True, exist_ok=True)
    succeeded(["mount", "-t", "tmpfs", "-o", f"size={kib}k", "tmpfs", folder])
    _mounted.append(folder)


def fill(folder):
    """Takes all that is left; the file that does so."""
    filler = folder / "filler"
    with open(filler, "wb", buffering=0) as file:
        for size in (65536, 4096, 1):
            try:
                while file.write(bytes(size)) == size:
                    pass
            except OSError:
                pass  # full
    return filler


def show_at(folder, place):
    """The folder at another place, as a mounted disk is."""
    place.mkdir(parents=True, exist_ok=True)
    succeeded(["mount", "--bind", folder, place])
    _mounted.append(place)


def show_layers(below, above, place):
    """As a container sees its files: those of an image, and over them those that were written since."""
    for folder in (above / "files", above / "work", place):
        folder.mkdir(parents=True, exist_ok=True)
    layers = f"lowerdir={below},upperdir={above / 'files'},workdir={above / 'work'}"
    tried = ended(["mount", "-t", "overlay", "-o", layers, "overlay", place])
    if tried.code != 0:
        raise Forbidden(f"no layers may be mounted here: {tried.stderr.strip()}")
    _mounted.append(place)


def take_away(place):
    """At once, though files in it may be open."""
    succeeded(["umount", "--lazy", place])
    _mounted.remove(place)


def take_all_away():
    """What is mounted still: no folder can be removed in which a disk is shown."""
    while _mounted:
        take_away(_mounted[-1])


def make_writable(place, writable):
    succeeded(["mount", "-o", f"remount,bind,{'rw' if writable else 'ro'}", place])
