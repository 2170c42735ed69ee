"""One HTTP connection through a fault proxy: requests go on as they came, Host and signature untouched."""

import select
import socket
import time
from http import HTTPStatus

from .fault_bytes import Broken, Passage, Wire, hang_up, is_gone
from .fault_rules import HTML

NEVER_A_BODY = (204, 304)


class Head:
    """Of a request or an answer: the first line's words, and the headers in lower case."""

    def __init__(self, raw):
        self.raw = raw
        first, *lines = raw[:-4].decode("latin-1").split("\r\n")
        self.words = first.split(" ", 2)
        pairs = (line.partition(":")[::2] for line in lines)
        self.headers = {name.strip().lower(): value.strip() for name, value in pairs}

    def length(self):
        return int(self.headers.get("content-length", 0))

    def is_chunked(self):
        return "chunked" in self.headers.get("transfer-encoding", "").lower()

    def ends_connection(self):
        return self.headers.get("connection", "").lower() == "close"

    def with_length(self, length):
        lines = self.raw[:-4].split(b"\r\n")
        kept = [line for line in lines if not line.lower().startswith(b"content-length:")]
        return b"\r\n".join([*kept, b"Content-Length: %d" % length, b"", b""])


class HttpConnection:
    """serve() until one side leaves. For a thread of its own."""

    def __init__(self, board, client, port):
        self._board, self._client, self._port = board, Wire(client), port
        self._server = None

    def serve(self):
        reset = False
        try:
            self._wait(self._board.settings.latency_ms)
            while self._exchange():
                pass
        except Broken as broken:
            reset = broken.reset
        except OSError:
            reset = True
        hang_up(self._client.socket, reset)
        if self._server:
            hang_up(self._server.socket, reset)

    @staticmethod
    def _wait(milliseconds):
        if milliseconds:
            time.sleep(milliseconds / 1000)

    def _exchange(self):
        """One request and its answer; whether another may follow."""
        raw = self._client.until(b"\r\n\r\n")
        if not raw:
            return False
        request = Head(raw)
        method, target = request.words[:2]
        rule = self._board.fault_for(method, target)
        self._wait(self._board.settings.latency_ms)
        if rule and rule.fault == "refuse":
            raise Broken(reset=True)
        if rule and rule.fault == "answer":
            return self._answer_ourselves(request, rule)
        self._reach_server()
        self._server.socket.sendall(raw)
        goes_on = self._pass_request(request, rule)
        return self._pass_answer(request, rule) and goes_on

    def _reach_server(self):
        if self._server and is_gone(self._server.socket):
            self._server.socket.close()
            self._server = None
        if not self._server:
            self._server = Wire(socket.create_connection(("127.0.0.1", self._port)))

    def _answer_ourselves(self, request, rule):
        if "100-continue" in request.headers.get("expect", ""):
            self._client.socket.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        for _ in body_of(self._client, request):
            pass
        body = (HTML if rule.body == "html" else rule.body).encode()
        headers = {"Content-Type": "text/html" if rule.body == "html" else "application/xml", **rule.headers}
        headers["Content-Length"] = len(body)
        reason = HTTPStatus(rule.status).phrase if rule.status in set(HTTPStatus) else "Unknown"
        lines = [f"HTTP/1.1 {rule.status} {reason}", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
        sent = b"" if request.words[0] == "HEAD" else body
        self._client.socket.sendall("\r\n".join(lines).encode("latin-1") + sent)
        self._board.answered(*request.words[:2], rule.status)
        return not request.ends_connection()

    def _pass_request(self, request, rule):
        """Whether the body was asked for. A server that stops listening may still have answered."""
        has_body = request.is_chunked() or request.length()
        if has_body and "100-continue" in request.headers.get("expect", ""):
            sides = [self._client.socket, self._server.socket]
            readable, _, _ = select.select(sides, [], [])
            if self._server.socket in readable:
                answer = self._server.until(b"\r\n\r\n")
                if answer.split(b" ", 2)[1:2] != [b"100"]:
                    self._early = answer
                    return False
                self._client.socket.sendall(answer)
        passage = Passage(self._board, "request", rule, self._server.socket, self._client.socket)
        passage.begin()
        listens = True
        for piece in body_of(self._client, request):
            try:
                if listens:
                    passage.send(piece)
            except (BrokenPipeError, ConnectionResetError):
                listens = False
        return listens

    _early = b""  # an answer that came in the place of 100 Continue

    def _answer_head(self):
        while True:
            raw, self._early = self._early or self._server.until(b"\r\n\r\n"), b""
            if not raw:
                raise Broken(reset=True)
            head = Head(raw)
            if not head.words[1].startswith("1"):
                return head
            self._client.socket.sendall(raw)

    def _pass_answer(self, request, rule):
        answer = self._answer_head()
        status = int(answer.words[1])
        self._board.answered(*request.words[:2], status)
        fault = rule.fault if rule else None
        if fault == "lose":
            raise Broken(reset=True)
        empty = request.words[0] == "HEAD" or status in NEVER_A_BODY
        claimed = answer.length() + (rule.by if fault == "length" else -answer.length() // 2 if fault == "half" else 0)
        changed = fault in ("length", "half") and "content-length" in answer.headers
        self._client.socket.sendall(answer.with_length(max(claimed, 0)) if changed else answer.raw)
        passage = Passage(self._board, "answer", rule, self._client.socket, self._server.socket)
        passage.begin()
        if not empty:
            self._pass_answer_body(answer, passage, claimed if fault == "half" and changed else None)
        if changed:
            raise Broken()
        return not (request.ends_connection() or answer.ends_connection() or not (empty or is_framed(answer)))

    def _pass_answer_body(self, answer, passage, limit):
        for piece in body_of(self._server, answer, until_end=True):
            passage.send(piece if limit is None else piece[:limit])
            limit = None if limit is None else limit - min(limit, len(piece))


def is_framed(head):
    return head.is_chunked() or "content-length" in head.headers


def body_of(wire, head, until_end=False):
    """The pieces of the body as they are sent, with the frames of chunks. Broken when the peer leaves in it."""
    if head.is_chunked():
        yield from chunks_of(wire)
    elif is_framed(head):
        yield from exactly(wire, head.length())
    elif until_end:
        while piece := wire.some(1 << 30):
            yield piece


def exactly(wire, left):
    while left:
        piece = wire.some(left)
        if not piece:
            raise Broken()
        left -= len(piece)
        yield piece


def chunks_of(wire):
    while True:
        line = wire.until(b"\r\n")
        if not line:
            raise Broken()
        yield memoryview(line)
        size = int(line.split(b";")[0], 16)
        if size:
            yield from exactly(wire, size + 2)
            continue
        while line != b"\r\n":
            line = wire.until(b"\r\n")
            if not line:
                raise Broken()
            yield memoryview(line)
        return
