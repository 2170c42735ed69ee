#!/usr/bin/env python3
"""The storage folder vanishes while we follow: it is said, the application is not held up, and when it is
back everything arrives."""

import os
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "load"))

from blackbox import bytes_equal, loads, programs  # noqa: E402
from blackbox.judge import Judge, shown  # noqa: E402
from blackbox.place import Place  # noqa: E402
from blackbox.tidemark import Tidemark  # noqa: E402
from blackbox.waiting import wait_until  # noqa: E402

NOTICE_SECONDS = 60
BACK_SECONDS = 330  # the longest back-off is 5 min


def main():
    with Place("storage") as place:
        database, journal = place.path("db", "app.db"), place.path("journal")
        disk = place.path("disk", "x").parent
        replica = disk / "replica"
        tidemark = Tidemark(database, replica, place.env, place.path("replicator.log"))
        loads.write(database, commits=100, journal=journal)
        follower = tidemark.start_attached()
        wait_until(tidemark.newest_change, NOTICE_SECONDS, "the first files in the replica")

        since = len(follower.events)
        os.rename(disk, place.root / "unplugged")
        disk.write_text("the mount point is in the way: nothing can be made here")
        written = loads.write(database, mode="paced", rate=100, seconds=3, journal=journal, busy_timeout_ms=0)
        event = follower.wait_for("state", NOTICE_SECONDS, since=since)
        print(f"said: {event.get('state')}: {event.get('reason')}", flush=True)
        if written["locked"]:
            raise AssertionError(f"the application saw 'database is locked' {written['locked']} times")

        disk.unlink()
        os.rename(place.root / "unplugged", disk)
        before = tidemark.newest_change()
        wait_until(lambda: tidemark.newest_change() != before, BACK_SECONDS, "segments once the storage is back")
        final = place.path("final.db")
        state = loads.copy_pages(database, final)
        follower.stop()
        judge = Judge(tidemark, place.root, loads.journal(journal), {state: final})
        verdict = judge.judge(tidemark.moments())
        latest = place.path("latest.db")
        tidemark.restore(latest)
        last = bytes_equal.difference(final, latest)
        wrong = verdict.wrong + ([f"the final state: {last}"] if last else [])
        if wrong:
            raise AssertionError("\n" + shown(wrong))
        print(f"{verdict.restored} moments, 0 differences", flush=True)


if __name__ == "__main__":
    programs.run_main(main)
