#!/usr/bin/env python3
"""Usage: each_file.py COMPILE_COMMANDS.json
Prints the same commands for a tool that looks at files: one for each source where several were compiled
together, and without headers compiled before, which are in the form of another compiler."""

import json
import pathlib
import re
import sys


def plain(entry):
    command = re.sub(r" -include \S+/cmake_pch\.hxx(?= )", "", entry["command"])
    return {**entry, "command": command}


def alone(entry):
    """The entry itself, or one for each file that its source includes as CMake's unity builds do."""
    source = entry["file"]
    if not re.search(r"/Unity/unity_\d+_\w+\.cxx$", source):
        return [entry]
    together = re.findall(r'^#include "(.+)"$', pathlib.Path(source).read_text(), re.MULTILINE)
    return [
        {**entry, "file": each, "command": entry["command"].replace(source, each)} for each in together
    ]


entries = json.loads(pathlib.Path(sys.argv[1]).read_text())
json.dump([each for entry in entries for each in alone(plain(entry))], sys.stdout, indent=1)
