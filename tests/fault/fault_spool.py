#!/usr/bin/env python3
"""A replica is away while more is written than the spool may hold: it is given up, and said so; the application
is not held up, the other replica has everything, and the first one goes on with a new snapshot when it is back.
"""

import argparse
import json
import os
import sys

sys.dont_write_bytecode = True

from scene import Scene, loads, play, programs  # noqa: E402
from blackbox.follower import Follower  # noqa: E402
from blackbox.judge import Judge, shown  # noqa: E402
from blackbox.tidemark import Tidemark  # noqa: E402
from blackbox.waiting import wait_until  # noqa: E402

MIB = 1024 * 1024
LIMIT_MIB = 1
# Beside the limit: what a restart reads, a quarter of it, and what has just come.
MOST_BYTES = LIMIT_MIB * MIB * 3 // 2
CHUNK_COMMITS = 200
MOST_CHUNKS = 60
BACK_SECONDS = 330  # the longest back-off is 5 min


class Configured(Tidemark):
    """Follows what a settings file says."""

    settings = None

    def start(self, around=()):
        command = [*around, self.program, "replicate", "--config", self.settings, "--json"]
        return Follower(command, self.env, self.log)


def configured(scene, replicas):
    database = {
        "path": str(scene.database),
        "replicas": [{"name": folder.name, "address": str(folder)} for folder in replicas],
        "drillEveryHours": 0,
        "spoolLimitMiB": LIMIT_MIB,
    }
    settings = scene.folder / "settings.json"
    settings.write_text(json.dumps({"version": 1, "databases": [database]}))
    old = scene.replicator
    scene.replicator = Configured(scene.database, replicas[0], old.env, old.log)
    scene.replicator.settings = settings


def spool_bytes(scene):
    home = scene.folder / "home"
    return sum(each.stat().st_size for each in home.rglob("spool/*.ltx"))


def write_until_given_up(scene, since):
    """An application without any patience, whose commits nobody delays."""
    for chunk in range(MOST_CHUNKS):
        written = scene.write(CHUNK_COMMITS, seed=10 + chunk, mode="paced", rate=100, busy_timeout_ms=0)
        if written["locked"]:
            raise AssertionError(f"the application saw 'database is locked' {written['locked']} times")
        if scene.follower.named("gave-up", since) and chunk > 2:
            return
    raise AssertionError(f"{spool_bytes(scene)} bytes in the spool, and nobody was given up")


def told_of(scene, replica):
    """What `status` says of one replica."""
    status = scene.replicator.call("status", "--json").objects()[0]
    return next(each for each in status["replicas"] if each["address"].endswith(str(replica)))


def judge_replica(scene, away, lost):
    """Each of its moments is a state that the application had, the last one among them."""
    final = scene.folder / "final-away.db"
    state = loads.copy_pages(scene.database, final)
    moments = away.moments()
    verdict = Judge(away, scene.folder, loads.journal(scene.journal), {state: final}).judge(moments)
    wrong = verdict.wrong + ([] if state in verdict.states else ["the final state is not among them"])
    hole = {moment.txid for moment in moments if lost["first"] <= moment.txid <= lost["last"]}
    wrong += [f"told to be given up, and there: {sorted(hole)}"] if hole else []
    if wrong:
        raise AssertionError("\n" + shown(wrong))
    print(f"{scene.name}: {verdict.restored} moments where it was away, 0 differences", flush=True)


def replica_away_beyond_the_limit(place):
    scene = Scene(place, "limit", start=False)
    disk = scene.folder / "disk"
    disk.mkdir()
    configured(scene, [scene.folder / "replica", disk / "away"])
    away = Tidemark(scene.database, disk / "away", scene.replicator.env, scene.replicator.log)
    scene.start()
    scene.arrives(lambda: scene.write(10, seed=2))
    wait_until(lambda: (disk / "away" / "ltx").is_dir() and away.moments(), BACK_SECONDS, "moments in the other one")

    since = scene.mark()
    before = {moment.txid for moment in away.moments()}
    unplugged = scene.folder / "unplugged"
    os.rename(disk, unplugged)
    disk.write_text("the mount point is in the way: nothing can be made here")
    write_until_given_up(scene, since)
    scene.said(since, f"exceeded {LIMIT_MIB} MiB", "at-risk")
    scene.arrives()
    if spool_bytes(scene) > MOST_BYTES:
        raise AssertionError(f"{spool_bytes(scene)} bytes in a spool of {LIMIT_MIB} MiB")
    said = told_of(scene, disk / "away")
    print(f"{scene.name}: {said['givenUp']}", flush=True)
    if said["state"] != "at-risk" or said["givenUp"]["moments"] < 1 or "ended" in said["givenUp"]:
        raise AssertionError(f"status says {said}")

    since = scene.mark()
    disk.unlink()
    os.rename(unplugged, disk)
    lost = scene.follower.wait_for("gave-up", BACK_SECONDS, since=since)
    if not lost["goesOn"] or lost["moments"] != lost["last"] - lost["first"] + 1:
        raise AssertionError(f"told as {lost}")
    wait_until(lambda: told_of(scene, disk / "away")["pending"] == 0, BACK_SECONDS, "all of it in the replica")
    gone = before - {moment.txid for moment in away.moments()}
    if gone:
        raise AssertionError(f"restorable before, and not now: {sorted(gone)}")
    judge_replica(scene, away, lost)
    scene.judge()


def main():
    scenes = (replica_away_beyond_the_limit,)
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=[scene.__name__ for scene in scenes])
    play("spool", scenes, parser.parse_args())


if __name__ == "__main__":
    programs.run_main(main)
