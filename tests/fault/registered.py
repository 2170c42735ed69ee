"""What ctest runs, read from the CMakeLists.txt of tests/: which scripts with which words, and which folders of Qt
Tests. No build is needed for it."""

import re
from dataclasses import dataclass

COMMAND = re.compile(r"(\w+)\s*\(((?:[^()]|\([^()]*\))*)\)")
COMMENT = re.compile(r"#.*")


@dataclass(frozen=True)
class Case:
    script: str
    words: tuple
    is_slow: bool

    def plays(self, scene):
        """A script with --only plays that one alone."""
        return "--only" not in self.words or self.words[self.words.index("--only") + 1] == scene


def commands(path):
    """Each command with its words, once for each turn of the loops around it."""
    found = COMMAND.findall(COMMENT.sub("", path.read_text()))
    return unrolled([(name, tuple(words.split())) for name, words in found])


def unrolled(commands_):
    out, at = [], 0
    while at < len(commands_):
        name, words = commands_[at]
        if name == "foreach":
            end = end_of_loop(commands_, at)
            for item in words[1:]:
                turn = [(n, tuple(w.replace(f"${{{words[0]}}}", item) for w in ws))
                        for n, ws in commands_[at + 1 : end]]
                out += unrolled(turn)
            at = end
        else:
            out.append((name, words))
        at += 1
    return out


def end_of_loop(commands_, begin):
    depth = 0
    for at in range(begin, len(commands_)):
        depth += {"foreach": 1, "endforeach": -1}.get(commands_[at][0], 0)
        if depth == 0:
            return at
    raise AssertionError("a foreach without its end")


def cases(folder):
    """The scripts of that folder which are cases of ctest."""
    path = folder / "CMakeLists.txt"
    found = []
    for name, words in commands(path) if path.is_file() else []:
        if name == "tidemark_black_box":
            arguments = words[words.index("ARGS") + 1 :] if "ARGS" in words else ()
            found.append(Case(words[1], arguments, "SLOW" in words))
        elif name == "add_test" and "python3" in words:
            script = words[words.index("python3") + 1]
            found.append(Case(script.rsplit("/", 1)[-1], words[words.index("python3") + 2 :], False))
    return found


def has_qt_tests(tests, folder):
    """Whether each tst_*.cpp of that folder is a case."""
    if ("tidemark_tests", folder) in {(name, words[0]) for name, words in commands(tests / "CMakeLists.txt") if words}:
        return True
    path = tests / folder / "CMakeLists.txt"
    own = commands(path) if path.is_file() else []
    return any(name == "file" and "tst_*.cpp" in words for name, words in own)
