"""Moments of a replica, as any replicator names them."""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone


@dataclass(frozen=True, order=True)
class Moment:
    txid: int
    time: datetime


def parse_time(text):
    """RFC 3339, UTC or with an offset, with any number of fraction digits."""
    text = text.replace("Z", "+00:00")
    if "." in text:
        head, _, tail = text.partition(".")
        digits = len(tail) - len(tail.lstrip("0123456789"))
        text = f"{head}.{tail[:digits][:6].ljust(6, '0')}{tail[digits:]}"
    return datetime.fromisoformat(text).astimezone(timezone.utc)


def format_time(time):
    """RFC 3339 in UTC with milliseconds; what is finer is cut off."""
    utc = time.astimezone(timezone.utc)
    return utc.strftime("%Y-%m-%dT%H:%M:%S.") + f"{utc.microsecond // 1000:03d}Z"


def later_ms(time, ms):
    return time + timedelta(milliseconds=ms)


def ms_since_epoch(time):
    return round(time.timestamp() * 1000)
