"""PROJ's database, with its views, triggers and tables without rowid: copied, put under load, followed,
restored. What comes back is the source at rest, byte for byte."""

import os
import shutil
from pathlib import Path

from blackbox import loads, programs
from blackbox.litestream import Litestream5
from blackbox.run import succeeded
from blackbox.tidemark import Tidemark
from blackbox.waiting import wait_until
from tally import Tally

PROJ_DB = Path(os.environ.get("PROJ_DB", "/usr/share/proj/proj.db"))
FIRST_SECONDS = 60

# Changes to its own tables, by SQLite's own program, as a release of PROJ's data would make them.
CHANGES = """
PRAGMA busy_timeout = 20000;
UPDATE alias_name SET alt_name = alt_name || ' {round}' WHERE code % 97 = {round};
DELETE FROM alias_name WHERE code % 211 = {round};
BEGIN; UPDATE extent SET description = upper(description) WHERE code % 7 = {round}; ROLLBACK;
CREATE TABLE "copy {round}" AS SELECT * FROM alias_name LIMIT 2000;
DROP TABLE IF EXISTS "copy {old}";
CREATE INDEX IF NOT EXISTS alias_by_name ON alias_name (alt_name);
"""


def real_database(place, seconds):
    if not PROJ_DB.exists():
        raise programs.Skip(f"{PROJ_DB} is not there (Debian: proj-data)")
    database = place.path("db", "proj.db")
    shutil.copyfile(PROJ_DB, database)
    succeeded([programs.sqlite3(), database, "PRAGMA journal_mode = wal"])
    ours = Tidemark(database, place.path("replica", "x").parent, place.env, place.path("log"))
    follower = ours.start_attached()
    wait_until(ours.newest_change, FIRST_SECONDS, "the first files in the replica")
    writer = loads.Load("load_writer", database, seed=1, mode="bursts", burst=30, pause_ms=200)
    for turn in range(max(3, seconds)):
        succeeded([programs.sqlite3(), database, CHANGES.format(round=turn, old=turn - 2)])
    succeeded([programs.sqlite3(), database, "PRAGMA busy_timeout = 20000", "VACUUM"])
    writer.stop()

    source = place.path("source.db")
    loads.copy_pages(database, source)
    follower.stop()
    tally = Tally("proj.db under load")
    restored = place.path("restored.db")
    result = ours.restore(restored)
    tally.expect(result["verdict"] == "proven", f"verdict {result['verdict']}")
    tally.equal(source, restored, "latest and the source at rest")
    if not Path(f"{database}-wal").exists():
        tally.equal(database, restored, "latest and the file itself")
    compare_with_litestream(ours, place, restored, tally)
    loads.truth_of(restored)
    tally.finish(least=1)


def compare_with_litestream(ours, place, restored, tally):
    try:
        theirs = Litestream5(ours.database, ours.replica, place.env, place.path("log5"))
    except programs.Skip as missing:
        print(f"Litestream's restore: not tried, {missing}", flush=True)
        return
    theirs.restore(place.path("theirs.db"))
    tally.equal(place.path("theirs.db"), restored, "Litestream's restore and ours")
