"""Litestream 0.5 takes over a replica that we wrote, then we again, in turns and under load. What its retention
left of both is restored by both, the same bytes; what it deleted is not offered any more, and a mark of it is
shown as lost. Before, where Litestream has followed the database, our first run of all says that it will be so.
"""

import json
import shutil

from blackbox import bytes_equal, loads
from blackbox.bytes_equal import remove_database
from blackbox.follower import Follower
from blackbox.judge import Judge
from blackbox.litestream import Litestream5, ltx_files
from blackbox.run import Refused
from blackbox.tidemark import Tidemark
from blackbox.waiting import wait_until
from from_litestream5 import is_sound
from tally import Tally, spread

TURN_SECONDS = 2
RETENTION_SECONDS = 60
FIRST_SECONDS = 60
MOST_MOMENTS = 300  # of one comparison: all of them, but in a slow run
LEAST_OF_THEIRS, LEAST_OF_OURS = 2, 6  # moments behind a turn; ours are seldom with a sync interval
NOT_FOUND, DAMAGED = 3, 5

# A month of Litestream's life in seconds.
HURRIED = """snapshot:
  interval: 2s
  retention: 3s
l0-retention: 1s
l0-retention-check-interval: 500ms
levels:
  - interval: 1s
  - interval: 2s
dbs:
  - path: {database}
    replica:
      path: {replica}
      sync-interval: 100ms
"""


class Turns:
    def __init__(self, place, options):
        self.place = place
        database, replica = place.path("db", "app.db"), place.path("replica", "x").parent
        self.ours = Tidemark(database, replica, place.env, place.path("log"), options)
        self.theirs = Litestream5(database, replica, place.env, place.path("log5"))
        self.journal = place.path("journal")
        self.config = place.path("litestream.yml")
        self.config.write_text(HURRIED.format(database=self.ours.database, replica=self.ours.replica))
        self.tally = Tally("we and Litestream 0.5 in turns")
        self.seed = 0
        self.one, self.two = place.path("ours.db"), place.path("theirs.db")

    def write(self, **options):
        self.seed += 1
        loads.write(self.ours.database, seed=self.seed, journal=self.journal, **options)

    def under_load(self):
        self.write(mode="paced", rate=30, seconds=TURN_SECONDS)

    def our_turn(self):
        follower = self.ours.start_attached()
        self.under_load()
        follower.stop()
        self.tally.expect(self.ours.moments(), "our turn left no moment")

    def their_turn(self, by_restore):
        """`by_restore`: on a new computer, as its manual says; else beside what it remembers of its last turn."""
        if by_restore:
            self.restore_for_them()
        before = max(moment.txid for moment in self.ours.moments())
        # Before it begins: the newest one that it made itself stays.
        old = min(ltx_files(self.ours.replica, "9"))
        follower = Follower(
            [self.theirs.program, "replicate", "-config", self.config], self.theirs.env, self.theirs.log
        )
        self.under_load()
        wait_until(lambda: self.is_gone(old), RETENTION_SECONDS, "Litestream's retention deletes a snapshot")
        self.under_load()
        follower.stop()
        after = max(moment.txid for moment in self.ours.moments())
        self.tally.expect(after > before, f"Litestream went on at {after}, the replica was at {before}")

    def is_gone(self, snapshot):
        """Of what was not written since, it makes no other snapshot."""
        if snapshot.exists():
            self.under_load()
        return not snapshot.exists()

    def restore_for_them(self):
        remove_database(self.ours.database)
        shutil.rmtree(self.ours.database.parent / f".{self.ours.database.name}-litestream", ignore_errors=True)
        self.ours.restore(self.one)
        self.theirs.restore(self.ours.database)
        self.tally.equal(self.one, self.ours.database, "what Litestream begins with")
        remove_database(self.one)

    def compare(self, whose, least):
        """Every moment that either offers. What one of the two does not restore, the other one does not either."""
        offered = {moment.txid: moment for moment in self.ours.moments()}
        both = sorted(offered.keys() | {moment.txid for moment in self.theirs.moments()})
        chosen = spread(both, MOST_MOMENTS)
        compared, refused, unsound = [], {}, []
        for txid in chosen:
            try:
                self.theirs.restore(self.two, txid=txid)
            except Refused as refusal:
                # The end of a file of a level that nothing below completes.
                refused[txid] = refusal.stderr.strip()[-200:]
                self.tally.expect(txid not in offered, f"we offer {txid}, Litestream refuses it: {refused[txid]}")
                continue
            if txid not in offered:
                self.tally.expect(False, f"Litestream restores {txid}, we do not offer it")
            elif is_sound(self.two):
                self.ours.restore(self.one, txid=txid)
                self.tally.equal(self.one, self.two, f"txid {txid}")
                compared.append(txid)
            else:
                # Litestream 0.5 writes such moments now and then (from_litestream5.py).
                self.expect_damaged(txid)
                unsound.append(txid)
            remove_database(self.one)
            remove_database(self.two)
        print(
            f"behind {whose} turn: of {len(both)} moments {len(chosen)} tried, {len(compared)} equal to Litestream's; "
            f"refused by it and not offered by us: {sorted(refused)} {set(refused.values()) or ''}; "
            f"no database as it restores it: {unsound}", flush=True,
        )
        self.tally.expect(len(compared) >= least, f"behind {whose} turn only {len(compared)} compared, {least} wanted")
        # Litestream records no digest.
        known, verdicts = loads.journal(self.journal), ("proven", "checked")
        judge = Judge(self.ours, self.place.root, known, {}, verdicts)
        self.tally.wrong += judge.judge([offered[txid] for txid in compared]).wrong

    def expect_damaged(self, txid):
        said = self.ours.call("restore", self.ours.replica, self.one, f"txid:{txid}", "--json")
        self.tally.expect(said.code == DAMAGED, f"{txid} is no database: restore ended with {said.code}")

    def ends_where_the_database_is(self):
        source = self.place.path("source.db")
        loads.copy_pages(self.ours.database, source)
        self.ours.restore(self.one)
        self.theirs.restore(self.two)
        self.tally.equal(source, self.one, "the source at rest and our latest")
        self.tally.equal(source, self.two, "the source at rest and Litestream's latest")
        for path in (source, self.one, self.two):
            bytes_equal.remove_database(path)

    def mark(self, name):
        marked = self.ours.call("mark", self.ours.replica, name, "latest")
        self.tally.expect(marked.code == 0, f"mark {name} ended with {marked.code}: {marked.stderr}")

    def expect_lost(self, name, txid):
        """A moment that is gone, and the mark of it."""
        marks = {mark["name"]: mark for mark in self.ours.call("marks", self.ours.replica, "--json").objects()}
        listed = txid in {moment.txid for moment in self.ours.moments()}
        self.tally.expect(not listed, f"{txid} is still offered")
        self.tally.expect(marks[name]["lost"], f"the mark is not shown as lost: {marks[name]}")
        refused = self.ours.call("restore", self.ours.replica, self.one, f"txid:{txid}")
        self.tally.expect(refused.code == NOT_FOUND, f"restore of {txid} ended with {refused.code}: {refused.stderr}")

    def followed_by_litestream(self):
        """Into a place of its own, as by somebody who tries both: of this replica it knows nothing."""
        elsewhere = self.place.path("elsewhere", "x").parent
        theirs = Litestream5(self.ours.database, elsewhere, self.place.env, self.place.path("log5"))
        follower = theirs.start()
        wait_until(theirs.newest_change, FIRST_SECONDS, "Litestream's first files")
        follower.stop()

    def warned(self):
        """What a run of ours says of Litestream's retention."""
        warnings = [event for event in self.ours.once().objects() if event.get("event") == "warning"]
        return [event for event in map(json.dumps, warnings) if "retention deletes old moments" in event]

    def expect_warning(self):
        said = self.warned()
        self.tally.expect(said and "marks" in said[0], f"nothing is said of Litestream's retention: {said}")


def taken_over(place, seconds, options=()):
    turns = Turns(place, options)
    turns.write(commits=100)
    turns.followed_by_litestream()
    turns.expect_warning()
    turns.our_turn()
    turns.mark("before")
    first = max(moment.txid for moment in turns.ours.moments())
    count = max(2, seconds // 8)
    for turn in range(count):
        turns.their_turn(by_restore=turn % 2 == 0)
        turns.expect_warning()
        turns.compare("their", LEAST_OF_THEIRS)
        turns.our_turn()
        turns.compare("our", LEAST_OF_OURS)
        turns.ends_where_the_database_is()
    turns.expect_lost("before", first)
    proven = turns.ours.call("verify", turns.ours.replica, "--all")
    turns.tally.expect(proven.code == 0, f"verify --all ended with {proven.code}: {proven.stderr}")
    turns.tally.finish(least=count * (LEAST_OF_THEIRS + LEAST_OF_OURS))
