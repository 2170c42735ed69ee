"""Time, memory and processor time of whole programs, as the kernel counts them."""

import os
import subprocess
import time
from dataclasses import dataclass

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
MIB = 1 << 20


@dataclass(frozen=True)
class Cost:
    seconds: float
    peak_mib: float
    cpu_seconds: float = 0


def run(command, env=None):
    """Runs it to the end; RuntimeError when that is not exit 0."""
    os.sync()  # what an earlier run left to be written is not this one's cost
    command = [str(word) for word in command]
    begun = time.monotonic()
    child = subprocess.Popen(
        command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    cost = Cost(time.monotonic() - begun, usage.ru_maxrss / 1024, usage.ru_utime + usage.ru_stime)
    if child.returncode != 0:
        raise RuntimeError(f"exit {child.returncode} of {' '.join(command)}")
    return cost


def status_mib(pid, name):
    """VmHWM (peak) or VmRSS (now) of a running process."""
    with open(f"/proc/{pid}/status") as status:
        for line in status:
            if line.startswith(name + ":"):
                return int(line.split()[1]) / 1024
    raise RuntimeError(f"process {pid} has no {name}")


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat") as stat:
        words = stat.read().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / TICKS_PER_SECOND


def cpu_nanoseconds(pid):
    """Of all its threads that live; a tick is too long for what a commit costs."""
    spent = 0
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/schedstat") as schedstat:
            spent += int(schedstat.read().split()[0])
    return spent


def threads(pid):
    return len(os.listdir(f"/proc/{pid}/task"))
