"""On servers, against Litestream on the same one: a first snapshot and a restore, a commit until it is restorable,
a restore over a long way, a long listing. The servers keep their files in memory, so that they are not the disk."""

import contextlib
import hashlib
import os
import random
import shutil
import sqlite3
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from statistics import median

import measure
from bench_latency import quantile
from big_database import POLL_SECONDS, SNAPSHOT_SECONDS, BigDatabase
from blackbox import loads
from blackbox.bytes_equal import must_equal, remove_database
from blackbox.litestream import Litestream5
from blackbox.programs import Forbidden
from blackbox.run import succeeded
from blackbox.tidemark import Tidemark
from blackbox.waiting import wait_until
from report import spread
from servers.aws_signature import signed_call
from servers.moto_s3 import BUCKET, MotoS3
from servers.openssh import OpenSsh
from servers.proxy import FaultProxy
from servers.storages import PATH, S3Storage, SftpStorage
from servers.versity_s3 import VersityS3

TIMES_LITESTREAM = 3
MOST_MIB = 256
ABOVE_PUT_MS = 50
LATENCY_MS = 50
TIMES_LISTING = 1.5
MEMORY = "/dev/shm"
PROBE_MIB, PROBES, AT_ONCE = 8, 16, 4
SMALL = bytes(600)  # a segment of one page
LISTING_POLL_SECONDS = 0.05  # a listing takes of the server's time


def bench(place, scale, report):
    with in_memory():
        kind = quicker_s3(report)
        with kind() as server:
            big_one(place, scale, report, "S3", lambda path: S3Storage(server, path))
        with OpenSsh() as server:
            big_one(place, scale, report, "SFTP", lambda path: SftpStorage(server, path))
        with kind() as server:
            commits(place, scale, report, server)
        with kind() as server, FaultProxy(server) as proxy:
            long_way(place, scale, report, server, proxy)
        listing(place, scale, report)


@contextlib.contextmanager
def in_memory():
    """Folders of servers that begin here."""
    if os.path.isdir(MEMORY):
        tempfile.tempdir = MEMORY
    try:
        yield
    finally:
        tempfile.tempdir = None


def quicker_s3(report):
    speeds = {}
    for kind in (MotoS3, VersityS3):
        with contextlib.suppress(Forbidden), kind() as server:  # no Go that is new enough: moto alone
            speeds[kind] = own_speed(server)
    kind = max(speeds, key=lambda kind: sum(speeds[kind]))
    for one, (up, down) in speeds.items():
        report.note(f"{one.name}, MiB a second in and out{', taken' * (one is kind)}", f"{up:.0f} / {down:.0f}")
    return kind


def own_speed(server):
    """MiB a second that it takes and gives, by four clients at once in bodies of 8 MiB."""
    body = random.Random(1).randbytes(PROBE_MIB << 20)
    url = f"http://127.0.0.1:{server.port}/{BUCKET}/probe"

    def speed(method, content):
        def once(number):
            answer = signed_call(server.key, method, f"{url}-{number}", content)
            assert answer.status == 200, answer.text()

        begun = time.monotonic()
        with ThreadPoolExecutor(AT_ONCE) as clients:
            list(clients.map(once, range(PROBES)))
        return PROBE_MIB * PROBES / (time.monotonic() - begun)

    return speed("PUT", body), speed("GET", b"")


def big_one(place, scale, report, name, storage):
    big = BigDatabase(place, scale.mib)
    out = place.path("out.db")
    up = {"ours": [], "theirs": []}
    down = {"ours": [], "theirs": []}
    for number in range(scale.server_runs):
        for who in ("ours", "theirs"):
            replica = storage(f"{who}-{number}")
            replicator = big.ours(number, replica) if who == "ours" else big.theirs(number, replica)
            up[who].append(snapshot(replicator))
            if who == "ours" or number < scale.server_peer_runs:
                down[who].append(measure.run(replicator.restore_command(out), replicator.env))
            if who == "ours" and number == 0:
                must_equal(big.path, out)
            remove_database(out)
            forget(replica)
    for what, costs in (("first snapshot", up), ("restore", down)):
        ours, theirs = ([cost.seconds for cost in costs[who]] for who in ("ours", "theirs"))
        what = f"{what} of {big.mib:.0f} MiB, {name}"
        report.note(f"{what}, seconds", spread(ours))
        report.note("  Litestream, seconds", spread(theirs))
        report.note("  processor, ours and Litestream's, seconds",
                    " / ".join(f"{median(cost.cpu_seconds for cost in costs[who]):.2f}" for who in costs))
        report.at_least(f"{what}, times Litestream's speed", median(theirs) / median(ours), TIMES_LITESTREAM, "x")
        report.at_most(f"{what}, peak memory", max(cost.peak_mib for cost in costs["ours"]), MOST_MIB, "MiB", 0)
        report.note("  Litestream, peak memory MiB", spread([cost.peak_mib for cost in costs["theirs"]], 0))
    remove_database(big.path)
    shutil.rmtree(big.path.parent)


def snapshot(replicator):
    """Until the whole database is there in a finished file."""
    os.sync()
    begun = time.monotonic()
    follower = replicator.start()
    if isinstance(replicator, Tidemark):
        follower.wait_for("snapshot", SNAPSHOT_SECONDS)
    else:
        wait_until(lambda: has_first_file(replicator), SNAPSHOT_SECONDS, "the first snapshot",
                   POLL_SECONDS if isinstance(replicator.storage, SftpStorage) else LISTING_POLL_SECONDS)
    pid = follower.process.pid
    cost = measure.Cost(
        time.monotonic() - begun, measure.status_mib(pid, "VmHWM"), measure.cpu_seconds(pid)
    )
    follower.end()
    return cost


def has_first_file(litestream):
    found = litestream.files(0)
    if not found or not isinstance(litestream.storage, SftpStorage):
        return found
    # Over SFTP the file has its name from its first byte on; it is whole when it is as long as Litestream's own.
    local = litestream.database.parent / f".{litestream.database.name}-litestream" / found[0].name
    return local.exists() and local.stat().st_size == (litestream.storage.path / found[0].name).stat().st_size


def forget(replica):
    if isinstance(replica, SftpStorage):
        shutil.rmtree(replica.path)
    else:
        replica.remove_all()


def commits(place, scale, report, server):
    url = f"http://127.0.0.1:{server.port}/{BUCKET}/put"
    puts = []
    ours = Tidemark(place.path("ours-commits", "app.db"), S3Storage(server, "c1"), place.env, place.path("c1.log"))
    theirs = Litestream5(
        place.path("their-commits", "app.db"), S3Storage(server, "c2"), place.env, place.path("c2.log")
    )

    def put():
        begun = time.monotonic()
        assert signed_call(server.key, "PUT", f"{url}-{len(puts)}", SMALL).status == 200
        puts.append((time.monotonic() - begun) * 1000)

    mine = latencies(ours, scale.commits, put)
    other = latencies(theirs, max(10, scale.commits // 5))
    report.note("a PUT of 600 bytes by another client, p50 and p99 ms",
                f"{quantile(puts, 0.5):.1f} / {quantile(puts, 0.99):.1f}")
    report.at_most("commit to restorable on S3, p50 above a PUT", quantile(mine, 0.5) - quantile(puts, 0.5),
                   ABOVE_PUT_MS, "ms", 1)
    report.note("  p50, p99, longest", " / ".join(f"{value:.1f}" for value in
                                                 (quantile(mine, 0.5), quantile(mine, 0.99), max(mine))) + " ms")
    report.note("  Litestream, p50 and longest", f"{quantile(other, 0.5):.0f} / {max(other):.0f} ms")


def latencies(replicator, count, between=lambda: None):
    loads.write(replicator.database, commits=100)
    follower = replicator.start_attached()
    ours = isinstance(replicator, Tidemark)
    wait_until(replicator.newest_change, 60, "the first segment", LISTING_POLL_SECONDS)
    chance = random.Random(1)
    found = []

    def seen():
        return len(follower.named("segment")) if ours else replicator.newest_change()

    with closing(sqlite3.connect(replicator.database, isolation_level=None)) as application:
        application.execute("CREATE TABLE measured (a INTEGER PRIMARY KEY, b)")
        for number in range(count + 1):
            time.sleep(chance.uniform(0.2, 0.6))  # the application's pace
            between()
            before = seen()
            application.execute("INSERT INTO measured (b) VALUES (?)", (f"row {number}",))
            committed = time.monotonic()
            wait_until(lambda: seen() != before, 20, "its segment", 0.0003 if ours else LISTING_POLL_SECONDS)
            if number > 0:  # the first one pays for warming up
                found.append((time.monotonic() - committed) * 1000)
    follower.end()
    return found


def long_way(place, scale, report, server, proxy):
    """Each request and each new connection waits."""
    big = BigDatabase(place, scale.far_mib)
    out = place.path("out.db")
    replica = S3Storage(server, "far")
    ours, theirs = big.ours(0, replica), big.theirs(0, S3Storage(server, "far-theirs"))
    seconds = {}
    for who, replicator in (("ours", ours), ("theirs", theirs)):
        snapshot(replicator)
        for latency in (0, LATENCY_MS):
            proxy.set(latency_ms=latency)
            costs = []
            for _ in range(scale.server_runs):
                costs.append(measure.run(replicator.restore_command(out), replicator.env).seconds)
                remove_database(out)
            seconds[who, latency] = median(costs)
        proxy.set(latency_ms=0)
    for who, name in (("ours", f"restore of {big.mib:.0f} MiB, {LATENCY_MS} ms away"), ("theirs", "  Litestream")):
        near, far = seconds[who, 0], seconds[who, LATENCY_MS]
        report.note(f"{name}, times without", f"{far / near:.2f} x ({near:.2f}, {far:.2f} s)")


def put_behind(server, below, count):
    """Objects as the server itself would have kept them: a hundred thousand requests would take minutes."""
    objects, metadata = (server.folder / name / BUCKET / below for name in ("objects", "metadata"))
    objects.mkdir(parents=True)
    for txid in range(1, count + 1):
        name = f"{txid:016x}-{txid:016x}.ltx"
        (objects / name).write_bytes(SMALL)
        meta = metadata / name / "meta"
        meta.mkdir(parents=True)
        (meta / "etag").write_text(f'"{hashlib.md5(SMALL).hexdigest()}"')
        (meta / "content-type").write_text("binary/octet-stream")


def listing(place, scale, report):
    with VersityS3() as server:
        for level, count in ((9, 1), (0, scale.listed)):
            put_behind(server, f"{PATH}/{level:04x}", count)
        replica = S3Storage(server)
        begun = time.monotonic()
        replica.files("")
        alone = time.monotonic() - begun
        env = {**place.env, **replica.variables}
        program = Tidemark(place.path("x.db"), replica, place.env, place.path("log")).program
        shown = succeeded([program, "list", replica, "--json", "--limit", "1"], env=env)
        assert shown.stdout, "nothing was listed"
        cost = measure.run([program, "list", replica, "--json", "--limit", "1"], env)
    report.note(f"{scale.listed} objects listed by another client, seconds", f"{alone:.2f}")
    report.at_most("  ours, times that", cost.seconds / alone, TIMES_LISTING, "x")
    report.at_most("  ours, peak memory", cost.peak_mib, MOST_MIB, "MiB", 0)
