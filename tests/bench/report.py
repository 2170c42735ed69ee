"""The table that a bench prints: what was measured, what it must reach, whether it does."""

from statistics import median


class Report:
    def __init__(self):
        self.missed = 0

    def note(self, name, measured):
        """A figure without a bar, such as the peer's."""
        self._line("    ", name, measured, "")

    def bar(self, name, measured, wanted, reached):
        self.missed += not reached
        self._line("PASS" if reached else "FAIL", name, measured, wanted)

    def at_most(self, name, value, limit, unit, digits=2):
        self.bar(name, f"{value:.{digits}f} {unit}", f"<= {limit:g} {unit}", value <= limit)

    def at_least(self, name, value, limit, unit, digits=2):
        self.bar(name, f"{value:.{digits}f} {unit}", f">= {limit:g} {unit}", value >= limit)

    @staticmethod
    def _line(verdict, name, measured, wanted):
        print(f"{verdict}  {name:<52} {measured:>22}  {wanted}", flush=True)


def spread(values, digits=2):
    """Median with least and most, so that noise shows."""
    return f"{median(values):.{digits}f} ({min(values):.{digits}f}-{max(values):.{digits}f})"
