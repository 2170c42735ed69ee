"""Restores moments and says what is wrong with them."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from . import bytes_equal, loads, moment

AT_ONCE = 2
SHOWN = 10


@dataclass
class Verdict:
    restored: int = 0
    compared: int = 0  # with a page-wise copy of the same state
    states: set = field(default_factory=set)
    wrong: list = field(default_factory=list)


class Judge:
    """Independent of the replicator: the rows' own checksum, the journal of what was committed, and the
    page-wise copies."""

    def __init__(self, replicator, folder, committed, copies, verdicts=("proven", None)):
        self._replicator = replicator
        self._folder = folder
        self._committed = committed
        self._copies = copies
        self._verdicts = verdicts

    def judge(self, moments, goes_back=False):
        """Restores each moment and checks it against everything that is known. `goes_back`: the application
        put an older state in the place of a newer one."""
        verdict = Verdict()
        numbered = {}
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for one, (truth, compared, wrong) in zip(moments, pool.map(self._judge_one, moments)):
                verdict.restored += 1
                verdict.compared += compared
                verdict.wrong += [f"moment {one.txid} of {moment.format_time(one.time)}: {w}" for w in wrong]
                if truth:
                    verdict.states.add(truth.state)
                    numbered[one.txid] = truth.state.n
        verdict.wrong += [] if goes_back else self._order(numbered)
        return verdict

    def _judge_one(self, one):
        out = self._folder / f"moment-{one.txid}.db"
        wrong, compared, truth = [], 0, None
        try:
            said = self._replicator.restore(out, txid=one.txid)
            if said["txid"] != one.txid:
                wrong.append(f"restore gave {said['txid']}")
            if said["verdict"] not in self._verdicts:
                wrong.append(f"its verdict is {said['verdict']}, not of {self._verdicts}")
            truth = loads.truth_of(out)
            wrong += self._against_journal(one, truth)
            copy = self._copies.get(truth.state)
            # A VACUUM is a transaction that changes pages but not the rows, and so not the state.
            if copy and bytes_equal.version(copy) == bytes_equal.version(out):
                compared = 1
                found = bytes_equal.difference(copy, out, self._replicator.own_pages(out))
                wrong += [found] if found else []
        except AssertionError as failure:
            wrong.append(str(failure))
        bytes_equal.remove_database(out)
        return truth, compared, wrong

    def _against_journal(self, one, truth):
        wrong = []
        if (truth.state.n, truth.check) not in self._committed:
            wrong.append(f"transaction {truth.state.n} of process {truth.who} was never committed")
        if truth.at_ms > moment.ms_since_epoch(one.time) + 1:
            wrong.append("it is dated before the commit that it holds")
        return wrong

    @staticmethod
    def _order(numbered):
        """A later moment never holds an earlier state."""
        wrong, highest = [], -1
        for txid in sorted(numbered):
            if numbered[txid] < highest:
                wrong.append(f"moment {txid} holds transaction {numbered[txid]}, one before held {highest}")
            highest = max(highest, numbered[txid])
        return wrong


def shown(wrong):
    """The first few, and how many more."""
    more = [f"... and {len(wrong) - SHOWN} more"] if len(wrong) > SHOWN else []
    return "\n".join("  " + line for line in wrong[:SHOWN] + more)
