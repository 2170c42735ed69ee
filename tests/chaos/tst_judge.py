#!/usr/bin/env python3
"""The judge of the chaos test is itself judged: it lets right moments pass and sees each kind of wrong one."""

import shutil
import sqlite3
import sys
import unittest
from contextlib import closing
from datetime import datetime, timedelta, timezone
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "load"))

from blackbox import loads  # noqa: E402
from blackbox.judge import Judge  # noqa: E402
from blackbox.moment import Moment  # noqa: E402
from blackbox.place import Place  # noqa: E402


class Recorded:
    """Stands for a replicator: `files` are what it restores, by TXID."""

    def __init__(self, files, verdict="proven"):
        self.files = files
        self.verdict = verdict

    def restore(self, out, txid):
        shutil.copyfile(self.files[txid], out)
        return {"txid": txid, "verdict": self.verdict}

    @staticmethod
    def own_pages(_file):
        return frozenset()


class JudgeTest(unittest.TestCase):
    def setUp(self):
        self.place = Place("judge")
        self.addCleanup(self.place.__exit__, None, None, None)
        self.database, self.journal = self.place.path("app.db"), self.place.path("journal")
        self.files, self.copies = {}, {}
        for txid in (1, 2, 3):
            loads.write(self.database, commits=40, seed=txid, journal=self.journal)
            self.files[txid] = self.place.path(f"{txid}.db")
            self.copies[loads.copy_pages(self.database, self.files[txid])] = self.place.path(f"{txid}-copy.db")
            shutil.copyfile(self.files[txid], self.place.path(f"{txid}-copy.db"))

    def judged(self, late=timedelta(), replicator=None):
        now = datetime.now(timezone.utc) + timedelta(seconds=1) + late
        moments = [Moment(txid, now) for txid in sorted(self.files)]
        judge = Judge(replicator or Recorded(self.files), self.place.root, loads.journal(self.journal), self.copies)
        return judge.judge(moments)

    def sees(self, sentence, verdict):
        self.assertTrue(any(sentence in wrong for wrong in verdict.wrong), verdict.wrong)

    def change(self, txid, statement):
        with closing(sqlite3.connect(self.files[txid], isolation_level=None)) as database:
            database.execute("PRAGMA journal_mode = delete")
            database.execute(statement)
            database.execute("PRAGMA journal_mode = wal")

    def test_right_moments_pass_and_are_all_compared(self):
        verdict = self.judged()
        self.assertEqual(verdict.wrong, [])
        self.assertEqual((verdict.restored, verdict.compared, len(verdict.states)), (3, 3, 3))

    def test_a_byte_that_no_row_holds_is_a_difference(self):
        data = bytearray(self.files[2].read_bytes())
        free = bytes(64)
        data[data.rindex(free) + 7] ^= 1  # unallocated space inside a page
        self.files[2].write_bytes(data)
        self.sees("differ in 1 pages", self.judged())

    def test_a_changed_row_is_no_state_of_the_application(self):
        self.change(2, "UPDATE load_item SET owner = owner + 1 WHERE id = (SELECT min(id) FROM load_item)")
        self.sees("the rows' sum", self.judged())

    def test_a_lost_row_is_no_state_of_the_application(self):
        self.change(2, "DELETE FROM load_item WHERE id = (SELECT min(id) FROM load_item)")
        self.sees("rows, the truth says", self.judged())

    def test_a_lost_table_is_no_state_of_the_application(self):
        self.change(2, "DROP INDEX load_item_name")
        self.sees("the schema is not", self.judged())

    def test_a_counter_that_was_turned_back_is_seen(self):
        self.change(2, "UPDATE load_truth SET n = n - 1")
        self.sees("truth row does not fit", self.judged())

    def test_a_transaction_that_was_never_committed_is_seen(self):
        other = self.place.path("other.db")
        shutil.copyfile(self.files[3], other)
        loads.write(other, commits=1, seed=99)
        loads.copy_pages(other, self.files[3])
        self.sees("was never committed", self.judged())

    def test_a_moment_dated_before_its_commit_is_seen(self):
        self.sees("dated before", self.judged(late=timedelta(minutes=-1)))

    def test_moments_in_the_wrong_order_are_seen(self):
        self.files[2], self.files[3] = self.files[3], self.files[2]
        self.sees("one before held", self.judged())

    def test_a_moment_that_is_not_proven_is_seen(self):
        self.sees("its verdict is checked", self.judged(replicator=Recorded(self.files, verdict="checked")))


if __name__ == "__main__":
    unittest.main()
