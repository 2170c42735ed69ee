#!/usr/bin/env python3
"""tests/README.md says of each fault which tests make it: they exist, and every scene of tests/fault is there."""

import ast
import re
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
ROW = re.compile(r"^\|.*\|$")
NAMED = re.compile(r"`([^`]+)::([^`]+)`")


def rows(text):
    """Of the table, without its head."""
    return [line for line in text.splitlines() if ROW.match(line)][2:]


def wrongness_of_row(row):
    what = row.split("|")[1].strip()
    named = NAMED.findall(row)
    if not named:
        yield f"no test: {what}"
    for file, name in named:
        path = TESTS / file
        if not path.is_file():
            yield f"{what}: there is no {file}"
        elif not re.search(rf"\b(def|void) {re.escape(name)}\(", path.read_text()):
            yield f"{what}: {file} has no {name}"


def scenes(path):
    """The names in a script's `scenes = (...)`, which it plays."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "scenes":
            for each in ast.walk(node.value):
                if isinstance(each, ast.Name):
                    yield each.id


def missing(text):
    for path in sorted((TESTS / "fault").glob("fault_*.py")):
        for name in scenes(path):
            if f"`fault/{path.name}::{name}`" not in text:
                yield f"fault/{path.name}::{name} is in no row"


def main():
    text = (TESTS / "README.md").read_text()
    found = rows(text)
    wrong = [sentence for row in found for sentence in wrongness_of_row(row)] + list(missing(text))
    if len(found) < 20:
        wrong.append(f"only {len(found)} rows: was the table read?")
    print("\n".join(wrong) if wrong else f"{len(found)} faults, each with its tests")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
