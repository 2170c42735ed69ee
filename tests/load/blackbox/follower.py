"""A replicator that runs beside the application until it is stopped or killed."""

import atexit
import json
import signal
import subprocess
import threading

from .run import Refused
from .waiting import wait_until

STOP_SECONDS = 120


class Follower:
    """A running process whose stdout is read line by line; `events` are the JSON objects among them.

    stderr goes to `log`, appended. One thread reads; everything else is for one caller's thread.
    """

    def __init__(self, command, env, log):
        self.command = [str(word) for word in command]
        self.events = []
        self.log = log
        with open(log, "ab") as stderr:
            self.process = subprocess.Popen(
                self.command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=stderr, text=True
            )
        atexit.register(self.process.kill)  # a test that fails leaves nobody behind who tries for ever
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self.process.stdout:
            try:
                self.events.append(json.loads(line))
            except ValueError:
                pass  # a peer's log line, or half a line of a killed process

    def named(self, name, since=0):
        """The events of that name from index `since` on."""
        return [event for event in self.events[since:] if name_of(event) == name]

    def wait_for(self, name, seconds=60, count=1, since=0):
        """The count-th event of that name; fails at once when the process ended without it."""

        def there():
            found = self.named(name, since)
            if len(found) < count and self.process.poll() is not None:
                self._reader.join(1)
                found = self.named(name, since)
                if len(found) < count:
                    raise Refused(self.command, self.process.returncode, self.log_text())
            return found[count - 1] if len(found) >= count else None

        return wait_until(there, seconds, f"event {name} of {self.command[0]}")

    def alive(self):
        return self.process.poll() is None

    def kill(self):
        """SIGKILL; returns when it is gone."""
        self.process.kill()
        self.process.wait()
        self._reader.join()
        self.process.stdout.close()

    def stop(self):
        """SIGTERM: a clean stop. Refused when it does not end with 0 (or 130, stopped by the user)."""
        self.end()
        if self.process.returncode not in (0, 130):
            raise Refused(self.command, self.process.returncode, self.log_text())

    def end(self, seconds=STOP_SECONDS, may_hang=False):
        """SIGTERM, whatever exit code follows (Litestream 0.3 trips over itself when stopped at work, or `may_hang`:
        it waits for an SFTP server for ever, and is killed). Whether it was."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            if may_hang:
                return True
            raise AssertionError(f"{self.command[0]} did not stop within {seconds} s") from None
        self._reader.join()
        self.process.stdout.close()
        return False

    def log_text(self):
        with open(self.log, errors="replace") as log:
            return log.read()


def name_of(event):
    return event.get("event") or event.get("kind")
