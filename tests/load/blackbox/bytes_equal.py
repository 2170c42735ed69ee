"""Byte for byte, and where not."""

from pathlib import Path

CHUNK = 1 << 20


def difference(left, right, but=frozenset()):
    """None when both files are equal, else a sentence with the pages that differ; those in `but` may."""
    left_size, right_size = Path(left).stat().st_size, Path(right).stat().st_size
    if left_size != right_size:
        return f"{left} has {left_size} bytes, {right} has {right_size}"
    page_size = page_size_of(left)
    pages = []
    with open(left, "rb") as a, open(right, "rb") as b:
        at = 0
        while True:
            one, two = a.read(CHUNK), b.read(CHUNK)
            if not one:
                break
            if one != two:
                pages += [
                    (at + i) // page_size + 1
                    for i in range(0, len(one), page_size)
                    if one[i : i + page_size] != two[i : i + page_size]
                ]
            at += len(one)
    pages = [page for page in pages if page not in but]
    if not pages:
        return None
    return f"{left} and {right} differ in {len(pages)} pages, first {pages[:8]}"


def must_equal(left, right):
    found = difference(left, right)
    if found:
        raise AssertionError(found)


def page_size_of(database):
    with open(database, "rb") as file:
        header = file.read(18)
    size = int.from_bytes(header[16:18], "big") if len(header) == 18 else 0
    return 65536 if size == 1 else size or 4096


def version(database):
    """What of page 1 tells states with the same rows apart: the change counter, which two transactions in a row may
    share in WAL mode, and the numbers of pages and of free ones, which each kind of VACUUM changes."""
    with open(database, "rb") as file:
        return file.read(40)[24:]


def remove_database(path):
    """The file and what SQLite keeps beside it."""
    for suffix in ("", "-wal", "-shm", "-txid"):
        Path(str(path) + suffix).unlink(missing_ok=True)


