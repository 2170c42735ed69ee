"""Running a program to its end, and what came of it."""

import json
import subprocess
from dataclasses import dataclass

LIMIT_SECONDS = 300


class Refused(AssertionError):
    """A program ended with another exit code than 0."""

    def __init__(self, command, code, stderr):
        super().__init__(f"exit {code} of: {' '.join(command)}\n{stderr.strip()[-2000:]}")
        self.code = code
        self.stderr = stderr


@dataclass(frozen=True)
class Ended:
    code: int
    stdout: str
    stderr: str

    def objects(self):
        """The JSON objects on stdout, one a line."""
        return [json.loads(line) for line in self.stdout.splitlines() if line.strip()]


def ended(command, **options):
    """Runs it to the end, whatever the end. `options` are subprocess's."""
    options.setdefault("timeout", LIMIT_SECONDS)
    command = [str(word) for word in command]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, **options)
    return Ended(done.returncode, done.stdout, done.stderr)


def succeeded(command, **options):
    """Runs it to the end; Refused when that is not exit 0."""
    command = [str(word) for word in command]
    done = ended(command, **options)
    if done.code != 0:
        raise Refused(command, done.code, done.stderr)
    return done
