"""Page-wise copies of the truth at random moments, while everything else goes on."""

import random
import threading
import time

from blackbox import loads

# A captured state must be given the time to be captured while it lasts: a segment comes within this
# long after the last one, whatever the writer's rhythm.
QUIET_SECONDS = 0.3
LONGEST_HOLD_SECONDS = 1.5


class Copier:
    """Each copy is taken under BEGIN IMMEDIATE by a process of its own. Half of them hold the lock until
    the replica was quiet for a moment, so that their state is one that a replicator captured; the others
    let go at once and meet a captured moment by luck.
    """

    def __init__(self, database, folder, replicator, seed, pause):
        self._database = database
        self._folder = folder
        self._replicator = replicator
        self._chance = random.Random(seed)
        self._pause = pause
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.copies = {}  # State -> path; the first copy of a state is kept
        self.failure = None

    def start(self):
        self._thread.start()

    def stop(self):
        self._stop.set()
        self._thread.join()
        if self.failure:
            raise self.failure

    def _run(self):
        try:
            while not self._stop.wait(self._chance.uniform(0, 2 * self._pause)):
                out = self._folder / f"copy-{len(self.copies)}.db"
                if self._chance.random() < 0.5:
                    state = loads.copy_pages(self._database, out)
                else:
                    held = loads.HeldCopy(self._database, out)
                    self._wait_for_quiet()
                    held.release()
                    state = held.state
                self.copies.setdefault(state, out)
        except Exception as failure:  # handed to the caller of stop()
            self.failure = failure

    def _wait_for_quiet(self):
        end = time.monotonic() + LONGEST_HOLD_SECONDS
        seen, since = self._replicator.newest_change(), time.monotonic()
        while time.monotonic() < end and time.monotonic() - since < QUIET_SECONDS:
            time.sleep(0.01)
            now = self._replicator.newest_change()
            if now != seen:
                seen, since = now, time.monotonic()
