"""Which fault comes when: the rules, settings and counts of one fault proxy. Safe for all its threads."""

import contextlib
import re
import socket
import threading
import time
import weakref
from collections import Counter, deque
from dataclasses import asdict, dataclass, field, replace

REMEMBERED = 100_000  # requests, of which GET /requests tells
TICK_SECONDS = 0.1  # of a drip

HTML = "<!DOCTYPE html><html><head><title>Sign in</title></head><body>Please accept our terms.</body></html>"


@dataclass
class Rule:
    """README.md has the list of faults."""

    fault: str
    method: str = ""  # regular expression for the whole of it; none: every one
    path: str = ""  # regular expression found anywhere in path and query
    skip: int = 0  # matching requests that go well before
    times: int = 1  # requests that it hits; 0: all of them
    where: str = "answer"  # or "request": whose body, or which way of a connection
    after: int = 0  # bytes of the body that pass
    bytes: int = 1024  # of a drip, each 100 ms
    by: int = 0  # added to Content-Length
    status: int = 503
    headers: dict = field(default_factory=dict)
    body: str = ""
    epoch: int = 0  # of the board, when it hits

    FAULTS = ("answer", "lose", "cut", "reset", "stall", "drip", "flip", "length", "half", "refuse")

    def __post_init__(self):
        if self.fault not in self.FAULTS or self.where not in ("answer", "request"):
            raise ValueError(f"no such fault or place: {self.fault}, {self.where}")

    def matches(self, method, target):
        return (not self.method or re.fullmatch(self.method, method)) and re.search(self.path, target)


@dataclass
class Settings:
    latency_ms: float = 0  # of each round trip
    bytes_per_second: float = 0  # each way, of all connections together; 0: no limit


class Pace:
    """Bytes that may pass in a second, of all who share it."""

    def __init__(self):
        self._lock = threading.Lock()
        self._free_at = 0.0

    def wait(self, count, per_second):
        if per_second <= 0:
            return
        with self._lock:
            now = time.monotonic()
            self._free_at = max(self._free_at, now) + count / per_second
            delay = self._free_at - now
        time.sleep(delay)


class Board:
    def __init__(self):
        self._lock = threading.Lock()
        self._rules = []
        self._epoch = 0  # a stall of an earlier one is over
        self._clients = weakref.WeakSet()  # sockets
        self.settings = Settings()
        self.pace = {"request": Pace(), "answer": Pace()}
        self.forget()

    def forget(self):
        with self._lock:
            self._requests = deque(maxlen=REMEMBERED)
            self._methods = Counter()
            self._faults = Counter()
            self._bytes = Counter()
            self._connections = 0

    def connected(self, client):
        with self._lock:
            self._connections += 1
            self._clients.add(client)

    def break_all(self):
        """Every connection that stands, as a router does that starts anew."""
        with self._lock:
            standing = list(self._clients)
        for client in standing:
            with contextlib.suppress(OSError):  # it went by itself
                client.shutdown(socket.SHUT_RDWR)

    def fault_for(self, method, target):
        """Counts the request. The rule that hits it, or None: the first that matches and is not used up."""
        with self._lock:
            self._methods[method] += 1
            for rule in self._rules:
                if not rule.matches(method, target):
                    continue
                if rule.skip > 0:
                    rule.skip -= 1
                    return None
                if rule.times:
                    rule.times -= 1
                    if not rule.times:
                        self._rules.remove(rule)
                self._faults[rule.fault] += 1
                return replace(rule, epoch=self._epoch)
            return None

    def passed(self, way, count):
        with self._lock:
            self._bytes[way] += count

    def answered(self, method, target, status):
        with self._lock:
            self._requests.append({"method": method, "path": target, "status": status})

    def stall(self, rule, is_left):
        """Until the rules are cleared since it hit, or the one who waits is_left()."""
        while self._epoch == rule.epoch and not is_left():
            time.sleep(TICK_SECONDS / 2)

    def add(self, rules):
        with self._lock:
            self._rules += [Rule(**rule) for rule in rules]

    def clear(self):
        with self._lock:
            self._rules = []
            self._epoch += 1

    def set(self, settings):
        self.settings = Settings(**{**asdict(self.settings), **settings})

    def counts(self):
        with self._lock:
            return {
                "connections": self._connections,
                "requests": dict(self._methods),
                "faults": dict(self._faults),
                "bytes": dict(self._bytes),
                "rules": len(self._rules),
            }

    def requests(self):
        with self._lock:
            return list(self._requests)
