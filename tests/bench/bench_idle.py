"""A hundred databases that nobody writes: no processor time, little memory, no new object."""

import time
from pathlib import Path

from blackbox import loads, programs
from blackbox.follower import Follower
from blackbox.litestream import environment, ltx_files
from blackbox.waiting import wait_until
from measure import cpu_seconds, status_mib, threads

DATABASES = 100
CPU_PERCENT, RESIDENT_MIB = 0.1, 80
READY_SECONDS = 300
FIRST_WINDOW_SECONDS = 30  # of level 1: what came of attaching is merged when it ends
WINDOW_SECONDS = 300  # of level 2: what was written at the start is merged once more when it ends
MERGE_SECONDS = 10
CALM_CPU_SECONDS = 0.02  # in one second: what came of attaching is over


def bench(place, scale, report):
    ours = measure_idle(place, "ours", [programs.tidemarkctl(), "replicate", "--json", "--config"], place.env, scale)
    peer = [programs.litestream5(), "replicate", "-config"]
    theirs = measure_idle(place, "theirs", peer, environment(place.env), scale)
    report.at_most(f"{DATABASES} idle databases, processor", ours["cpu"], CPU_PERCENT, "%", 3)
    report.at_most(f"{DATABASES} idle databases, resident memory", ours["resident"], RESIDENT_MIB, "MiB", 1)
    report.bar(f"{DATABASES} idle databases, new objects", str(ours["objects"]), "0", ours["objects"] == 0)
    report.note("  threads", str(ours["threads"]))
    report.note("  Litestream: %, MiB, threads",
                f"{theirs['cpu']:.2f} / {theirs['resident']:.0f} / {theirs['threads']}")


def measure_idle(place, name, command, env, scale):
    replicas = []
    lines = ["dbs:"]
    for number in range(DATABASES):
        database = place.path(name, f"{number}", "app.db")
        replica = place.path(name, f"{number}-replica", "x").parent
        loads.write(database, commits=5, seed=number)
        lines += [f"  - path: {database}", "    replicas:", "      - type: file", f"        path: {replica}"]
        replicas.append(replica)
    config = place.path(name, "litestream.yml")
    config.write_text("\n".join(lines) + "\n")
    follower = Follower([*command, config], env, place.path(f"{name}.log"))
    pid = follower.process.pid
    wait_until(lambda: all(has_snapshot(replica) for replica in replicas), READY_SECONDS, "all first snapshots", 0.2)
    wait_until(lambda: all(is_merged(replica) for replica in replicas) or name == "theirs", READY_SECONDS,
               "the merges of what was written", 1)
    if name == "ours":
        wait_for_last_merge(replicas)
    wait_for_window(scale.idle_seconds)
    wait_for_calm(pid)
    before, objects = cpu_seconds(pid), count(replicas)
    time.sleep(scale.idle_seconds)  # the measured span itself
    found = {
        "cpu": (cpu_seconds(pid) - before) / scale.idle_seconds * 100,
        "resident": status_mib(pid, "VmRSS"),
        "threads": threads(pid),
        "objects": count(replicas) - objects,
    }
    follower.end()
    return found


def has_snapshot(replica):
    return (replica / "ltx").is_dir() and ltx_files(replica)


def is_merged(replica):
    return any((replica / "ltx" / "1").glob("*.ltx"))


def wait_for_window(seconds):
    """Until a window of level 2 has so many seconds left: its end is not idle."""
    left = WINDOW_SECONDS - time.time() % WINDOW_SECONDS
    if left < seconds + MERGE_SECONDS:
        time.sleep(left + MERGE_SECONDS)


def wait_for_last_merge(replicas):
    """Attaching a hundred takes longer than a window of level 1, so some merge in the next one."""
    end = time.monotonic() + READY_SECONDS
    seen = None
    while seen != count(replicas) and time.monotonic() < end:
        seen = count(replicas)
        time.sleep(FIRST_WINDOW_SECONDS + MERGE_SECONDS)


def count(replicas):
    return sum(len(list(Path(replica).rglob("*.ltx"))) for replica in replicas)


def wait_for_calm(pid, seconds=60):
    """Until a second passes with next to no work, or the limit: a replicator that never calms is measured too."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        before = cpu_seconds(pid)
        time.sleep(1)
        if cpu_seconds(pid) - before <= CALM_CPU_SECONDS:
            return
