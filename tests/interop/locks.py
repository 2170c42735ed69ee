"""Who holds which lock on a file, from /proc/locks."""

import os
from dataclasses import dataclass

# wal.c: the bytes of -shm that are locks.
SHM_WRITE = 120
SHM_READ_FIRST, SHM_READ_LAST = 123, 127


@dataclass(frozen=True)
class Lock:
    kind: str  # READ or WRITE
    pid: int
    first: int
    last: int


def locks_on(path):
    """The locks that anybody holds on that file now; none when it is not there."""
    try:
        status = os.stat(path)
    except FileNotFoundError:
        return []
    device = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}:{status.st_ino}"
    found = []
    with open("/proc/locks") as table:
        for line in table:
            words = line.split()
            if "->" not in words and words[5] == device:
                last = -1 if words[7] == "EOF" else int(words[7])
                found.append(Lock(words[3], int(words[4]), int(words[6]), last))
    return found
