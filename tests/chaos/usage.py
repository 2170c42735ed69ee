"""What a process takes of memory, threads and files, over its life."""

import os
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

PAUSE_SECONDS = 1
MOST_GROWTH = 1.2  # from the second quarter of its life to the last one
SPARE = {"memory": 8 << 20, "threads": 4, "files": 16}  # what chance may add
WORTH_COMPARING = 100  # samples
TIMES = 5  # that are shown


@dataclass(frozen=True)
class Sample:
    at: float  # monotonic seconds
    memory: int  # bytes resident
    threads: int
    files: int


def sample_of(pid):
    status = dict(
        line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line
    )
    return Sample(
        at=time.monotonic(),
        memory=int(status["VmRSS"].split()[0]) * 1024,
        threads=int(status["Threads"]),
        files=len(os.listdir(f"/proc/{pid}/fd")),
    )


class Usage:
    def __init__(self):
        self.samples = []
        self._next = 0

    def look(self, pid):
        """Often enough; not more than once a second."""
        now = time.monotonic()
        if now >= self._next:
            self._next = now + PAUSE_SECONDS
            self.samples.append(sample_of(pid))

    def memory_over_time(self):
        """At several times of its life, the last look among them."""
        last = len(self.samples) - 1
        shown = sorted({round(last * time / TIMES) for time in range(1, TIMES + 1)}) if self.samples else []
        begun = self.samples[0].at if shown else 0
        looks = [self.samples[number] for number in shown]
        return ", ".join(f"{look.memory / 1e6:.0f} MB at {look.at - begun:.0f} s" for look in looks)

    def growth(self):
        """What has grown, as sentences. The first quarter of a life fills caches and is left out."""
        quarter = len(self.samples) // 4
        if len(self.samples) < WORTH_COMPARING:
            print(f"memory, threads and files: {len(self.samples)} s are too few to say", flush=True)
            return []
        wrong = []
        for name, spare in SPARE.items():
            early, late = (
                median(getattr(sample, name) for sample in part)
                for part in (self.samples[quarter : 2 * quarter], self.samples[-quarter:])
            )
            print(f"{name}: {early:.0f}, later {late:.0f}", flush=True)
            if late > early * MOST_GROWTH + spare:
                wrong.append(f"{name} grew from {early:.0f} to {late:.0f}")
        return wrong
