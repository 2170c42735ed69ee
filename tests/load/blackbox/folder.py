"""A replica in a folder. What a test asks of it, it asks of a replica on a server as well (servers/storages.py)."""

import os
from dataclasses import dataclass
from datetime import datetime, timezone


@dataclass(frozen=True, order=True)
class File:
    """`name` is what stands under the replica: "ltx/0/0000000000000001-0000000000000001.ltx"."""

    name: str
    modified: datetime


def modified(path):
    """The modification time, exact to the microsecond (a float's seconds are not). None: it has gone meanwhile."""
    try:
        ns = os.stat(path).st_mtime_ns
    except FileNotFoundError:
        return None
    whole = datetime.fromtimestamp(ns // 1_000_000_000, timezone.utc)
    return whole.replace(microsecond=ns % 1_000_000_000 // 1000)


class Folder:
    """str() of it is the address that tidemarkctl takes."""

    variables = {}  # secrets that tidemarkctl finds in its environment
    whole_seconds = False  # the times that it keeps
    is_far = False  # each restore takes its time

    def __init__(self, path):
        self.path = path

    def __str__(self):
        return str(self.path)

    def for_litestream(self):
        """What stands under `replica:` in a litestream.yml."""
        return {"type": "file", "path": str(self.path)}

    @staticmethod
    def level(number=None):
        """Below what name the LTX files of a level are, or those of all."""
        return "ltx" if number is None else f"ltx/{number}"

    def files(self, under):
        """All below that name, by name. What a writer renames or deletes under our eyes is left out."""
        found = [path for path in (self.path / under).rglob("*") if path.is_file()]
        listed = [File(str(path.relative_to(self.path)), modified(path)) for path in found]
        return sorted(file for file in listed if file.modified)

    def change(self):
        """Something that differs once a segment arrived; 0 before the first."""
        try:
            return os.stat(self.path / "ltx" / "0").st_mtime_ns
        except FileNotFoundError:
            return 0

    def copies(self, under, _folder):
        """The paths of all below that name: of themselves, or of copies that a server's are made into `_folder`."""
        return [self.path / file.name for file in self.files(under)]


class Address(str):
    """An address as tidemarkctl takes it; its secrets are in the environment already."""

    __slots__ = ()
    variables = {}


def storage_of(replica):
    """A path is a folder, a text an address; all else knows itself what it is."""
    if isinstance(replica, os.PathLike):
        return Folder(replica)
    return Address(replica) if isinstance(replica, str) else replica
