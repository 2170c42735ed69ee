"""Litestream 0.5 replicates; we list, plan and restore each of its moments: the bytes that it restores.

From its own restarts on it writes moments now and then that are no database (0.5.17; four in a row were seen, and
once all up to the newest): it restores them without a word, we say that they are damaged.
"""

import contextlib
import sqlite3

from blackbox import loads, moment
from blackbox.bytes_equal import remove_database
from blackbox.litestream import Litestream5
from blackbox.run import Refused
from blackbox.tidemark import Tidemark
from blackbox.waiting import wait_until
from tally import Tally, spread

MOST_MOMENTS, MOST_ON_A_SERVER = 40, 12
POLL_SECONDS = 0.1  # of a server
FIRST_SECONDS = 60
LEVEL_1_SECONDS = 90
DAMAGED = 5
LEAST_SOUND = 10


def litestream5_replicates(place, seconds, replica):
    theirs = Litestream5(place.path("db", "app.db"), replica, place.env, place.path("log5"))
    ours = Tidemark(theirs.database, theirs.replica, place.env, place.path("log"))
    replicate_under_load(theirs, seconds)

    tally = Tally("we on Litestream 0.5's replica")
    one, two = place.path("ours.db"), place.path("theirs.db")
    offered = {at.txid: at for at in ours.moments()}
    restorable, refused, unsound = 0, [], []
    most = MOST_ON_A_SERVER if replica.is_far else MOST_MOMENTS
    for at in spread(theirs.moments(), most):
        try:
            theirs.restore(two, txid=at.txid)
        except Refused as refusal:
            refused.append(f"{at.txid}: {refusal.stderr.strip()[-200:]}")  # a level that nothing below completes
            continue
        restorable += 1
        if at.txid not in offered:
            tally.expect(False, f"Litestream restores {at.txid}, we do not offer it")
            continue
        if not is_sound(two):
            said = ours.call("restore", ours.replica, one, f"txid:{at.txid}", "--json")
            tally.expect(said.code == DAMAGED, f"{at.txid} is no database: restore ended with {said.code}")
            unsound.append(at.txid)
            remove_database(two)
            continue
        verdict = ours.restore(one, txid=at.txid)["verdict"]
        tally.expect(verdict in ("checked", "proven"), f"{at.txid}: verdict {verdict}")
        tally.equal(one, two, f"txid {at.txid}")
        remove_database(one)
        remove_database(two)
        plan = ours.call("plan", ours.replica, f"txid:{at.txid}", "--json")
        tally.expect(plan.code == 0, f"plan of {at.txid} ended with {plan.code}: {plan.stderr}")
        # Litestream: "timestamp does not exist" after the last file's time. Where times are whole seconds its own
        # are those of the upload; we read the commit's in the file.
        if at.txid < max(offered) and not replica.whole_seconds:
            by_time(ours, theirs, offered[at.txid].time, one, two, tally)
    tally.expect(restorable >= len(refused), f"Litestream itself restores hardly a moment: {refused}")
    if unsound:
        print(f"what Litestream restores of these is no database: {unsound}", flush=True)
        restorable -= len(unsound)
        tally.expect(restorable >= LEAST_SOUND, "Litestream itself saved hardly a moment")
    theirs.restore(two)
    if is_sound(two):
        ours.restore(one)
        tally.equal(one, two, "latest")
        loads.truth_of(one)
    expected = 0 if is_sound(two) else DAMAGED
    verified = ours.call("verify", ours.replica, "--json")
    tally.expect(verified.code == expected, f"verify ended with {verified.code}: {verified.stderr}")
    verified = ours.call("verify", ours.replica, "--json", "--all")
    tally.expect(verified.code == 0, f"verify --all ended with {verified.code}: {verified.stderr}")
    tally.finish(least=min(10, restorable if replica.whole_seconds else 2 * restorable))


def is_sound(database):
    """By SQLite's own check."""
    with contextlib.closing(sqlite3.connect(f"file:{database}?immutable=1", uri=True)) as handle:
        try:
            return handle.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        except sqlite3.DatabaseError:
            return False


def by_time(ours, theirs, time, one, two, tally):
    ours.restore(one, time=time)
    theirs.restore(two, time=moment.later_ms(time, 1))
    tally.equal(one, two, f"time {time}")
    remove_database(one)
    remove_database(two)


def replicate_under_load(theirs, seconds):
    """Until it has compacted once, so that there is more than level 0; with a restart in the middle."""
    loads.write(theirs.database, commits=200, seed=1)
    follower = theirs.start()
    wait_until(theirs.newest_change, FIRST_SECONDS, "Litestream's first file", POLL_SECONDS)
    writer = loads.Load("load_writer", theirs.database, seed=2, mode="paced", rate=40, schema_percent=1)
    loads.write(theirs.database, seed=3, mode="human", seconds=max(1, seconds // 2))
    follower.stop()
    follower = theirs.start()
    loads.write(theirs.database, seed=4, mode="human", seconds=max(1, seconds // 2))
    if seconds >= LEVEL_1_SECONDS / 2:
        wait_until(lambda: len(theirs.files(1)) > 1, LEVEL_1_SECONDS, "a second file of level 1", POLL_SECONDS)
    writer.stop()
    follower.stop()
