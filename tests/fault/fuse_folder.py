#!/usr/bin/env python3
"""fuse_folder.py FOLDER FILE KIND COMMAND...: runs the command with FILE alone in FOLDER, on a FUSE file system
of this kind ("fuse.sshfs") that this program keeps. To be run under `unshare --mount`. Exit 77: no FUSE here.

The messages are those of linux/fuse.h. Names and facts are told; nothing can be opened.
"""

import ctypes
import errno
import os
import stat
import struct
import subprocess
import sys
import threading

NOT_TRIED = 77
LOOKUP, FORGET, GETATTR, STATFS, INIT, INTERRUPT, DESTROY, BATCH_FORGET = 1, 2, 3, 17, 26, 36, 38, 42
ROOT, FILE = 1, 2
FILE_BYTES = 8192
NO_SUID_NO_DEV = 2 | 4
TRUSTED_SECONDS = 3600


def attributes(node):
    mode = stat.S_IFDIR | 0o755 if node == ROOT else stat.S_IFREG | 0o644
    size = 0 if node == ROOT else FILE_BYTES
    return struct.pack("6Q10I", node, size, 16, 0, 0, 0, 0, 0, 0, mode, 1, os.geteuid(), os.getegid(), 0, 4096, 0)


def answer(name, operation, node, body):
    """The bytes behind the header, or a number of errno."""
    if operation == INIT:
        return struct.pack("4I2H2I2H8I", 7, 31, 65536, 0, 16, 12, 65536, 1, 16, 0, *[0] * 8)
    if operation == LOOKUP:
        if body.rstrip(b"\0") != name:
            return errno.ENOENT
        return struct.pack("4Q2I", FILE, 0, TRUSTED_SECONDS, TRUSTED_SECONDS, 0, 0) + attributes(FILE)
    if operation == GETATTR:
        return struct.pack("Q2I", TRUSTED_SECONDS, 0, 0) + attributes(node)
    if operation == STATFS:
        return struct.pack("5Q10I", 1 << 20, 1 << 19, 1 << 19, 100, 50, 4096, 255, 4096, *[0] * 7)
    return errno.ENOSYS


def serve(device, name):
    while True:
        try:
            message = os.read(device, 1 << 20)
        except OSError as error:
            if error.errno in (errno.EINTR, errno.ENOENT):
                continue
            return  # unmounted
        _, operation, unique, node = struct.unpack_from("2I2Q", message)
        if operation in (FORGET, INTERRUPT, BATCH_FORGET, DESTROY):
            continue
        said = answer(name, operation, node, message[40:])
        number, rest = (-said, b"") if isinstance(said, int) else (0, said)
        os.write(device, struct.pack("IiQ", 16 + len(rest), number, unique) + rest)


def main():
    folder, name, kind, command = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:]
    try:
        device = os.open("/dev/fuse", os.O_RDWR | os.O_CLOEXEC)
    except OSError as error:
        print(f"no FUSE: {error}", file=sys.stderr)
        return NOT_TRIED
    options = f"fd={device},rootmode=40000,user_id={os.geteuid()},group_id={os.getegid()}"
    mount = ctypes.CDLL(None, use_errno=True).mount
    if mount(b"me@far:/srv", folder.encode(), kind.encode(), NO_SUID_NO_DEV, options.encode()) != 0:
        print(f"no FUSE: {os.strerror(ctypes.get_errno())}", file=sys.stderr)
        return NOT_TRIED
    threading.Thread(target=serve, args=(device, name.encode()), daemon=True).start()
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
