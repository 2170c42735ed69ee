#!/usr/bin/env python3
"""tests/README.md says of each fault which tests make it: they exist, ctest runs them (or run.sh --bench), and every
scene of tests/fault is there."""

import ast
import re
import sys
from pathlib import Path

sys.dont_write_bytecode = True

from registered import cases, commands, has_qt_tests  # noqa: E402

TESTS = Path(__file__).resolve().parent.parent
ROW = re.compile(r"^\|.*\|$")
NAMED = re.compile(r"`([^`]+)::([^`]+)`")
ACCESS = re.compile(r"^(?:public|protected|private)( slots)?:", re.MULTILINE)


def rows(text):
    """Of the first table, without its head."""
    return [line for line in text.split("\n## ")[0].splitlines() if ROW.match(line)][2:]


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
        elif not is_run(path, name):
            yield f"{what}: nobody runs {file}::{name}"


def is_run(path, name):
    if path.suffix == ".cpp":
        return is_slot(path.read_text(), name) and has_qt_tests(TESTS, str(path.parent.relative_to(TESTS)))
    return bool(cases_of(path, name)) or is_bench(path)


def is_slot(text, name):
    """Qt Test runs private slots only."""
    before = ACCESS.findall(text[: re.search(rf"\bvoid {re.escape(name)}\(", text).start()])
    return bool(before and before[-1])


def cases_of(path, name):
    """The cases of a script that make this scene; of a module those of a script that has it as its part."""
    here = cases(path.parent)
    own = [case for case in here if case.script == path.name and case.plays(name)]
    is_used = name == "main" or len(re.findall(rf"\b{re.escape(name)}\b", path.read_text())) > 1
    if own and (is_used or name.startswith("test_")):
        return own
    return [
        case for case in here
        if path.stem in case.words and f"from {path.stem} import" in (path.parent / case.script).read_text()
    ]


def is_bench(path):
    """bench.py runs all of them for the target that run.sh --bench builds."""
    measured = (path.parent / "bench.py").is_file() and path.stem in (path.parent / "bench.py").read_text()
    targets = [words for name, words in commands(path.parent / "CMakeLists.txt") if name == "add_custom_target"]
    return measured and any(word.endswith("/bench.py") for words in targets for word in words)


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


def slow_ones(text):
    """What needs more than a plain run."""
    named = [(TESTS / file, name) for file, name in NAMED.findall(text) if file.endswith(".py")]
    slow = {path.name for path, name in named if all(case.is_slow for case in cases_of(path, name))}
    return f"with --slow or --bench only: {', '.join(sorted(slow))}"


def main():
    text = (TESTS / "README.md").read_text()
    found = rows(text)
    wrong = [sentence for row in found for sentence in wrongness_of_row(row)] + list(missing(text))
    if len(found) < 20:
        wrong.append(f"only {len(found)} rows: was the table read?")
    print("\n".join(wrong) if wrong else f"{len(found)} faults, each with its tests; {slow_ones(text)}")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
