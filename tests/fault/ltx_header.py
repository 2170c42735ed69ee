"""LTX files with another header, whole by their checksum: as a program would have written them whose clock, or whose
numbers, were far ahead."""

import struct
from itertools import accumulate

HEADER_BYTES = 100
PAGE_SIZE, TRANSACTIONS, TIME = (8, ">I"), (16, ">QQ"), (32, ">Q")  # where, and how
END_MARK_BYTES, TRAILER_BYTES, SUM_BYTES = 6, 16, 8
POLYNOMIAL = 0xD800000000000000  # CRC-64/ISO, lowest bit first
TOP_BIT = 1 << 63


def with_header(data, at_ms=None, transactions=None):
    """The file's bytes with another time, or another first and last transaction."""
    header = bytearray(data[:HEADER_BYTES])
    if at_ms is not None:
        struct.pack_into(TIME[1], header, TIME[0], at_ms)
    if transactions is not None:
        struct.pack_into(TRANSACTIONS[1], header, TRANSACTIONS[0], *transactions)
    # A CRC is linear: what changes is that of the difference, moved by what is summed behind it.
    change = bytes(old ^ new for old, new in zip(data, header))
    old_sum = int.from_bytes(data[-SUM_BYTES:], "big")
    new_sum = (old_sum ^ remainder(change + bytes(summed_bytes(data)))) | TOP_BIT
    return bytes(header) + data[HEADER_BYTES:-SUM_BYTES] + new_sum.to_bytes(SUM_BYTES, "big")


def summed_bytes(data):
    """Behind the header: frames with their pages as they were before compression, end mark, index, one checksum."""
    (page_bytes,) = struct.unpack_from(PAGE_SIZE[1], data, PAGE_SIZE[0])
    index_bytes = int.from_bytes(data[-TRAILER_BYTES - 8 : -TRAILER_BYTES], "big")
    at, summed = HEADER_BYTES, 0
    while True:
        page, has_size, size = struct.unpack_from(">IHI", data, at)
        if page == 0:
            return summed + END_MARK_BYTES + index_bytes + 8 + TRAILER_BYTES - SUM_BYTES
        if not has_size:
            raise AssertionError("an old frame, which tells no size")
        at += 10 + size
        summed += 10 + page_bytes


def remainder(data):
    """Without the ones before and behind it."""
    return list(accumulate(data, lambda found, byte: TABLE[(found ^ byte) & 0xFF] ^ (found >> 8), initial=0))[-1]


def table_entry(byte):
    for _ in range(8):
        byte = (byte >> 1) ^ POLYNOMIAL if byte & 1 else byte >> 1
    return byte


TABLE = [table_entry(byte) for byte in range(256)]
