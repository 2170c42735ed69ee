"""Litestream 0.3.13 replicates, with several generations, WAL indexes and restarts; we restore each moment
that it can, the bytes that it restores."""

from blackbox import bytes_equal, loads, moment, programs
from blackbox.bytes_equal import remove_database
from blackbox.litestream import Litestream3
from blackbox.run import Refused, succeeded
from blackbox.tidemark import Tidemark
from blackbox.waiting import wait_until
from tally import Tally, spread

MOST_TIMES = 25
PART_SECONDS = 60
POLL_SECONDS = 0.1  # of a server


def litestream3_replicates(place, seconds, replica):
    theirs = Litestream3(place.path("db", "app.db"), replica, place.env, place.path("log3"))
    ours = Tidemark(theirs.database, theirs.replica, place.env, place.path("log"))
    was_killed = replicate_under_load(theirs, seconds)

    tally = Tally("we on Litestream 0.3's replica")
    one, two = place.path("ours.db"), place.path("theirs.db")
    states = restore_all(ours, one, may_be_cut=was_killed)
    compare_indexes(ours, theirs, states, one, two, tally)
    compare_times(ours, theirs, one, two, tally)
    compare_latest(ours, theirs, one, two, tally, may_be_cut=was_killed)
    tally.finish(least=3 if was_killed else 6)


def compare_latest(ours, theirs, one, two, tally, may_be_cut):
    """Where Litestream was killed its own newest part may be cut: then it refuses, and so do we."""
    try:
        theirs.restore(two)
    except Refused as refused:
        if not may_be_cut:
            raise
        tally.expect(refuses_damage(lambda: ours.restore(one)), f"we restore what Litestream refuses: {refused}")
        return
    ours.restore(one)
    tally.equal(one, two, "latest")


def refuses_damage(restore):
    try:
        restore()
    except Refused as refused:
        if '"error":"damaged"' not in refused.stderr:
            raise
        return True
    return False


def restore_all(ours, out, may_be_cut):
    """State -> TXIDs of the moments that we offer; each must be a state that the application had. One state
    may have several: Litestream 0.3 writes into a table of its own to begin a new WAL. `may_be_cut`: it was killed
    while it wrote a part into its place, and the moments in that one are refused."""
    states = {}
    for at in ours.moments():
        if refuses_damage(lambda txid=at.txid: ours.restore(out, txid=txid)):
            if not may_be_cut:
                raise AssertionError(f"moment {at.txid} is said to be damaged")
            continue
        states.setdefault(loads.truth_of(out).state, []).append(at.txid)
        remove_database(out)
    return states


def compare_indexes(ours, theirs, states, one, two, tally):
    """The end of each WAL index of each generation, as far as Litestream itself restores it."""
    for generation in theirs.generations():
        for index in theirs.indexes(generation):
            name = f"generation {generation} index {index:08x}"
            try:
                theirs.restore(two, generation=generation, index=index)
            except Refused:
                continue
            state = loads.truth_of(two).state
            differences = []
            for txid in states.get(state, []):
                ours.restore(one, txid=txid)
                differences.append(bytes_equal.difference(one, two))
                remove_database(one)
            tally.compared += 1
            tally.expect(None in differences, f"{name} holds {state}, our moments of it: {differences}")
            remove_database(two)


def compare_times(ours, theirs, one, two, tally):
    """Each moment of ours by its time: Litestream 0.3 takes the parts not after it.

    Where times are whole seconds, a snapshot can share its own with the parts behind it. Litestream then applies
    some of them; we offer a snapshot alone, and with all parts of its WAL file, since no name tells what it has.
    """
    files = theirs.storage.files("generations")
    snapshots = {file.modified for file in files if file.name.endswith(".snapshot.lz4")}
    shared = snapshots & {part.modified for part in theirs.parts()}
    for at in spread([at for at in ours.moments() if at.time not in shared], MOST_TIMES):
        try:
            theirs.restore(two, time=at.time)
        except Refused:
            continue  # before the first snapshot of its choice
        ours.restore(one, time=at.time)
        tally.equal(one, two, f"time {moment.format_time(at.time)}")
        remove_database(one)
        remove_database(two)


def replicate_under_load(theirs, seconds):
    """A generation; one more index after a restart of the WAL; a second generation after writes that it
    did not see and a WAL that it does not know. Whether it had to be killed."""
    was_killed = False
    loads.write(theirs.database, commits=200, seed=1)
    for life in range(3):
        parts = len(theirs.parts())
        follower = theirs.start()
        wait_until(lambda: len(theirs.parts()) > parts, PART_SECONDS, "Litestream's next part", POLL_SECONDS)
        loads.write(theirs.database, seed=10 + life, mode="paced", rate=400, seconds=max(2, seconds // 3), rows=800)
        parts = len(theirs.parts())
        loads.write(theirs.database, seed=20 + life, commits=3)
        wait_until(lambda: len(theirs.parts()) > parts, PART_SECONDS, "the last commits of a life", POLL_SECONDS)
        was_killed |= follower.end(seconds=20, may_hang=True)
        loads.write(theirs.database, seed=30 + life, commits=100)
        succeeded([programs.sqlite3(), theirs.database, "PRAGMA wal_checkpoint(TRUNCATE)"])
    return was_killed
