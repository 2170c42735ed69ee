"""Waiting for conditions, with a limit. Never for time alone."""

import time

POLL_SECONDS = 0.005


class TooLate(AssertionError):
    """A condition did not come true within its limit."""


def wait_until(condition, seconds, what, poll=POLL_SECONDS):
    """The first true value of condition(); TooLate after `seconds`."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise TooLate(f"after {seconds} s still not: {what}")
        time.sleep(poll)
