"""How bytes pass a fault proxy: what is read ahead, and what a rule does to them on their way."""

import select
import socket
import struct
import time

from .fault_rules import TICK_SECONDS

ROOM = 1 << 18  # large, so that the proxy is quicker than what it stands before
HEAD_LIMIT = 1 << 16


class Broken(Exception):
    """The connection ends here. With a reset: the peer is told that it broke."""

    def __init__(self, reset=False):
        super().__init__()
        self.reset = reset


def hang_up(connection, reset=False):
    """Reset: RST, and what is not read yet is thrown away. Else FIN, after what was sent."""
    try:
        if reset:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        else:
            connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    connection.close()


def is_gone(connection):
    """Whether the peer has left, or said more than was asked for."""
    readable, _, _ = select.select([connection], [], [], 0)
    try:
        return bool(readable) and not connection.recv(1, socket.MSG_PEEK)
    except OSError:
        return True


class Wire:
    """A socket and what was read ahead of it. Views that it gives hold until the next call."""

    def __init__(self, connection):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = connection
        self._room = bytearray(ROOM)
        self._view = memoryview(self._room)
        self._start = self._end = 0

    def _fill(self):
        if self._start == self._end:
            self._start = self._end = 0
        elif self._end == ROOM:
            self._room[: self._end - self._start] = self._room[self._start : self._end]
            self._start, self._end = 0, self._end - self._start
        count = self.socket.recv_into(self._view[self._end :])
        self._end += count
        return count > 0

    def until(self, mark):
        """All up to the mark and with it; nothing when the peer left before."""
        while (found := self._room.find(mark, self._start, self._end)) < 0:
            if self._end - self._start > HEAD_LIMIT or not self._fill():
                return b""
        return bytes(self._take(found + len(mark) - self._start))

    def some(self, limit):
        """At least a byte and at most `limit`; nothing when the peer left."""
        if self._start == self._end and not self._fill():
            return memoryview(b"")
        return self._take(min(limit, self._end - self._start))

    def _take(self, count):
        taken = self._view[self._start : self._start + count]
        self._start += count
        return taken


class Passage:
    """One way for one body (or of one connection), with the rule that hits it there, if any."""

    def __init__(self, board, way, rule, sink, source):
        self._board, self._way, self._sink, self._source = board, way, sink, source
        self._rule = rule if rule and rule.where == way else None
        self._done = 0

    def begin(self):
        """A fault that comes before the first byte comes now."""
        self.send(memoryview(b""))

    def send(self, view):
        self._board.pace[self._way].wait(len(view), self._board.settings.bytes_per_second)
        fault = self._rule.fault if self._rule else None
        if fault in ("cut", "reset", "stall"):
            self._end_after(view, fault)
        elif fault == "drip":
            self._drip(view)
        elif fault == "flip":
            self._send(flipped(view, self._rule.after - self._done))
        else:
            self._send(view)
        self._done += len(view)

    def _send(self, view):
        if view:
            self._sink.sendall(view)
            self._board.passed(self._way, len(view))

    def _end_after(self, view, fault):
        left = self._rule.after - self._done
        if len(view) < left:
            return self._send(view)
        self._send(view[:left])
        if fault == "stall":
            # A server that has said all may hang up; who waits for it may not know.
            client = self._sink if self._way == "answer" else self._source
            self._board.stall(self._rule, lambda: is_gone(client))
            self._rule = None
            return self._send(view[left:])
        raise Broken(reset=fault == "reset")

    def _drip(self, view):
        for start in range(0, len(view), self._rule.bytes):
            self._send(view[start : start + self._rule.bytes])
            time.sleep(TICK_SECONDS)


def flipped(view, place):
    if not 0 <= place < len(view):
        return view
    changed = bytearray(view)
    changed[place] ^= 1
    return memoryview(changed)
