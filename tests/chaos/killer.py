"""A replicator that is killed and started again, at random, until it is told to stop."""

import random
import threading
import time


class Killer:
    """Runs in a thread of its own. `lives` are the followers in order; the last one is alive at the end.

    A life lasts up to `longest` seconds; some end while they still attach, some after they captured
    for a while. Between two lives the application has up to `gap` seconds to itself.
    """

    def __init__(self, replicator, seed, longest=1.5, gap=0.5):
        self._replicator = replicator
        self._chance = random.Random(seed)
        self._longest = longest
        self._gap = gap
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.kills = 0
        self.lives = []
        self.died = []  # exit codes of lives that ended by themselves
        self.failure = None

    def start(self):
        self.lives.append(self._replicator.start())
        self._thread.start()

    def current(self):
        return self.lives[-1]

    def stop(self):
        """No more kills; the last life goes on. Raises what went wrong meanwhile."""
        self._stop.set()
        self._thread.join()
        if self.failure:
            raise self.failure

    def _run(self):
        try:
            while not self._stop.wait(self._chance.uniform(0.02, self._longest)):
                life = self.current()
                if not life.alive():
                    self.died.append(life.process.returncode)
                life.kill()
                self.kills += 1
                if self._chance.random() < 0.5:
                    time.sleep(self._chance.uniform(0, self._gap))  # downtime of chance, nothing is awaited
                self.lives.append(self._replicator.start())
        except Exception as failure:  # handed to the caller of stop()
            self.failure = failure
