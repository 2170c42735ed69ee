"""One connection of any protocol through a fault proxy: bytes both ways, late, slowly or not at all."""

import queue
import socket
import threading
import time

from .fault_bytes import Broken, Passage, Wire, hang_up

IN_FLIGHT = 256  # pieces that are on their way while they are late
PIECE = 1 << 16


class TcpConnection:
    """serve() until both sides have left. "request" is what the client says, "answer" what the server says."""

    def __init__(self, board, client, port):
        self._board, self._client, self._port = board, client, port

    def serve(self):
        rule = self._board.fault_for("CONNECT", "")
        time.sleep(self._board.settings.latency_ms / 1000)
        try:
            if rule and rule.fault == "refuse":
                raise Broken(reset=True)
            server = socket.create_connection(("127.0.0.1", self._port))
        except (OSError, Broken):
            return hang_up(self._client, reset=True)
        self._sides, self._first = (self._client, server), threading.Lock()
        ways = [
            threading.Thread(target=self._pass, args=(way, rule, *sides), daemon=True)
            for way, sides in (("request", (self._client, server)), ("answer", (server, self._client)))
        ]
        for way in ways:
            way.start()
        for way in ways:
            way.join()
        for side in self._sides:
            hang_up(side)

    def _pass(self, way, rule, source, sink):
        late = Late(self._board, Passage(self._board, way, rule, sink, source))
        try:
            wire = Wire(source)
            late.passage.begin()
            while piece := wire.some(PIECE):
                late.send(piece)
            late.finish()
            sink.shutdown(socket.SHUT_WR)
        except Broken as broken:
            self._break(broken.reset)
        except OSError:
            self._break(reset=True)

    def _break(self, reset):
        if not self._first.acquire(blocking=False):
            return  # The other way notices, and would take back by a reset what is still on its way.
        for side in self._sides:
            try:
                side.shutdown(socket.SHUT_RDWR) if not reset else hang_up(side, reset)
            except OSError:
                pass


class Late:
    """Sends each piece half a round trip later, and takes more meanwhile: latency takes no bandwidth."""

    def __init__(self, board, passage):
        self.passage = passage
        self._board = board
        self._pieces = None
        self._failure = None

    def send(self, piece):
        delay = self._board.settings.latency_ms / 2000
        if self._failure:
            raise self._failure
        if delay and not self._pieces:
            self._pieces = queue.Queue(IN_FLIGHT)
            self._thread = threading.Thread(target=self._run, daemon=True)
            self._thread.start()
        if self._pieces:
            self._pieces.put((time.monotonic() + delay, bytes(piece)))
        else:
            self.passage.send(piece)

    def finish(self):
        if self._pieces:
            self._pieces.put(None)
            self._thread.join()
        if self._failure:
            raise self._failure

    def _run(self):
        while item := self._pieces.get():
            due, piece = item
            time.sleep(max(0.0, due - time.monotonic()))
            try:
                if not self._failure:
                    self.passage.send(memoryview(piece))
            except (Broken, OSError) as failure:
                self._failure = failure
