"""Litestream 0.5 takes over a replica that we wrote, then we again, in turns and under load. What its retention
left of both is restored by both, the same bytes; what it deleted is not offered any more, and a mark of it is
shown as lost. Before, somebody who looks is told that it will be so.
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
from tally import Tally, spread

TURN_SECONDS = 2
RETENTION_SECONDS = 60
MOST_MOMENTS = 12
NOT_FOUND = 3

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

    def compare(self):
        """Every moment that either offers."""
        offered = {moment.txid: moment for moment in self.ours.moments()}
        for moment in spread(self.theirs.moments(), MOST_MOMENTS):
            try:
                self.theirs.restore(self.two, txid=moment.txid)
            except Refused:
                continue  # a file of a level that nothing below completes
            if moment.txid in offered:
                self.ours.restore(self.one, txid=moment.txid)
                self.tally.equal(self.one, self.two, f"txid {moment.txid}")
                remove_database(self.one)
            else:
                self.tally.expect(False, f"Litestream restores {moment.txid}, we do not offer it")
            remove_database(self.two)
        # Litestream records no digest.
        known, verdicts = loads.journal(self.journal), ("proven", "checked")
        judge = Judge(self.ours, self.place.root, known, {}, verdicts)
        self.tally.wrong += judge.judge(spread(list(offered.values()), MOST_MOMENTS)).wrong

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

    def expect_warning(self):
        """Where traces of Litestream are, before anything of ours can be deleted by it."""
        said = self.ours.once()
        warnings = [event for event in said.objects() if event.get("event") == "warning"]
        hints = json.dumps(warnings)
        self.tally.expect("retention" in hints, f"nothing is said of Litestream's retention: {hints}")


def taken_over(place, seconds, options=()):
    turns = Turns(place, options)
    turns.write(commits=100)
    turns.our_turn()
    turns.mark("before")
    first = max(moment.txid for moment in turns.ours.moments())
    for turn in range(max(2, seconds // 8)):
        turns.their_turn(by_restore=turn % 2 == 0)
        turns.expect_warning()
        turns.compare()
        turns.our_turn()
        turns.compare()
        turns.ends_where_the_database_is()
    turns.expect_lost("before", first)
    proven = turns.ours.call("verify", turns.ours.replica, "--all")
    turns.tally.expect(proven.code == 0, f"verify --all ended with {proven.code}: {proven.stderr}")
    turns.tally.finish(least=10)
