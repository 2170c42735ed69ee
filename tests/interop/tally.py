"""Counts comparisons and keeps what differed."""

from blackbox import bytes_equal
from blackbox.judge import shown


class Tally:
    def __init__(self, what):
        self.what = what
        self.compared = 0
        self.wrong = []

    def equal(self, left, right, name):
        """Byte for byte."""
        self.compared += 1
        found = bytes_equal.difference(left, right)
        if found:
            self.wrong.append(f"{name}: {found}")

    def expect(self, true, sentence):
        if not true:
            self.wrong.append(sentence)

    def finish(self, least):
        """Prints the count; AssertionError at any difference, or when too little was compared to say."""
        self.expect(self.compared >= least, f"only {self.compared} comparisons, {least} wanted")
        print(f"{self.what}: {self.compared} comparisons, {len(self.wrong)} differences", flush=True)
        if self.wrong:
            raise AssertionError("\n" + shown(self.wrong))


def spread(items, most):
    """At most that many of them, evenly, with the first and the last."""
    if len(items) <= most:
        return list(items)
    step = (len(items) - 1) / (most - 1)
    return [items[round(i * step)] for i in range(most)]
