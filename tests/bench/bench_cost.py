"""What an hour costs at an object storage: requests by kind and bytes, of a database at rest and of one with a commit
each two seconds, ours beside Litestream's. Counted by a proxy over some minutes, after the start."""

import sqlite3
import time
from collections import Counter
from contextlib import ExitStack, closing

from blackbox import loads
from blackbox.litestream import Litestream5
from blackbox.tidemark import Tidemark
from blackbox.waiting import wait_until
from servers.moto_s3 import MotoS3
from servers.proxy import FaultProxy
from servers.storages import S3Storage

COMMIT_SECONDS = 2
SELDOM = "30s"
HOUR_SECONDS = 3600
READY_SECONDS, SETTLE_SECONDS = 60, 70  # past what is merged of the start
KINDS = ("put", "list", "get", "head", "delete")


class One:
    """One replicator of one database, by a proxy of its own."""

    def __init__(self, stack, place, server, kind, name, options=()):
        self.proxy = stack.enter_context(FaultProxy(server))
        self.database = place.path(name, "app.db")
        self.replicator = kind(self.database, S3Storage(server, name, self.proxy.port), place.env,
                               place.path(f"{name}.log"), *options)
        loads.write(self.database, commits=100)

    def follow(self):
        self._follower = self.replicator.start()
        wait_until(self.replicator.newest_change, READY_SECONDS, "the first segment", 0.2)
        with closing(sqlite3.connect(self.database, isolation_level=None)) as application:
            application.execute("CREATE TABLE measured (a INTEGER PRIMARY KEY, b)")

    def commit(self, number):
        with closing(sqlite3.connect(self.database, isolation_level=None)) as application:
            application.execute("INSERT INTO measured (b) VALUES (?)", (f"row {number}",))

    def of_an_hour(self, seconds):
        times = HOUR_SECONDS / seconds
        kinds = Counter(kind_of(asked["method"], asked["path"]) for asked in self.proxy.requests())
        counts = self.proxy.counts()
        found = {kind: kinds[kind] * times for kind in KINDS}
        found["requests"] = sum(counts["requests"].values()) * times
        return found | {f"{way} KiB": counts["bytes"].get(way, 0) * times / 1024 for way in ("request", "answer")}

    def end(self):
        self._follower.end()


def kind_of(method, path):
    if method == "GET" and ("list-type=" in path or path.rstrip("/").count("/") < 2 or "?uploads" in path):
        return "list"
    if method == "POST":
        return "delete" if "?delete" in path else "put"
    return method.lower()


def note(report, what, row):
    said = ", ".join(f"{row[kind]:.0f} {kind}" for kind in KINDS if row[kind])
    report.note(f"an hour {what}: requests", f"{row['requests']:.0f} ({said})")
    report.note("  sent and received with their bodies, KiB", f"{row['request KiB']:.0f} / {row['answer KiB']:.0f}")


def bench(place, scale, report):
    with ExitStack() as stack:
        server = stack.enter_context(MotoS3())
        kinds = {"ours": Tidemark, "Litestream": Litestream5}
        all_ = {(who, how): One(stack, place, server, kind, f"{how}-{who}") for who, kind in kinds.items()
                for how in ("quiet", "busy")}
        all_["ours", "seldom"] = One(stack, place, server, Tidemark, "seldom", [("--sync-interval", SELDOM)])
        for one in all_.values():
            one.follow()
        time.sleep(min(SETTLE_SECONDS, scale.cost_seconds))  # what the start brings about is no hourly cost
        for one in all_.values():
            one.proxy.forget()
        begun, number = time.monotonic(), 0
        while time.monotonic() - begun < scale.cost_seconds:
            number += 1
            for (_who, how), one in all_.items():
                if how != "quiet":
                    one.commit(number)
            time.sleep(max(0, begun + number * COMMIT_SECONDS - time.monotonic()))
        seconds = time.monotonic() - begun
        found = {which: one.of_an_hour(seconds) for which, one in all_.items()}
        for one in all_.values():
            one.end()
    busy = f"a commit each {COMMIT_SECONDS} s"
    note(report, f"{busy}, uploaded each {SELDOM}, ours", found["ours", "seldom"])
    for how, what in (("quiet", "at rest"), ("busy", busy)):
        for who in kinds:
            note(report, f"{what}, {who}", found[who, how])
        ours, theirs = (found[who, how]["requests"] for who in kinds)
        report.bar(f"an hour {what}, requests", f"{ours:.0f}", f"<= Litestream's {theirs:.0f}", ours <= theirs)
