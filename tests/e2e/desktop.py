"""The desktop program as a person uses it: started, looked at, clicked."""

import os
import signal
import subprocess

from accessible import Tree
from blackbox import programs
from blackbox.run import ended
from blackbox.waiting import TooLate, wait_until

END_SECONDS = 30
DIALOG_TRIES = 5


def program():
    path = os.environ.get("TIDEMARK_DESKTOP")
    if not path:
        raise programs.Skip("TIDEMARK_DESKTOP does not name the desktop program")
    return path


class Desktop:
    """One running desktop on a stage, from its start to its end. What it says goes to `log`."""

    def __init__(self, stage, log, *words):
        self.stage = stage
        self._log = log
        with open(log, "ab") as out:
            self.process = subprocess.Popen(
                [program(), *words], env=stage.env, stdin=subprocess.DEVNULL, stdout=out, stderr=out
            )
        self.tree = Tree(stage.env, self.process.pid)
        self.window = stage.wait_for_window(self.process.pid)

    def press(self, role, name, seconds=20):
        """Clicks the middle of the thing, once it is there, can be clicked and has come to rest."""
        before = None

        def at_rest():
            nonlocal before
            node = self.tree.find(role, name)
            resting = node is not None and node == before and "enabled" in node.states
            before = node
            return node if resting else None

        node = wait_until(at_rest, seconds, f"a {role} named {name} that can be clicked", poll=0.1)
        self.stage.click(*node.centre)
        return node

    def choose_in_dialog(self, path):
        """Writes a path into the file dialog that has just been asked for, and accepts it."""
        dialog = wait_until(
            lambda: [w for w in self.stage.windows(self.process.pid) if w != self.window], 20, "a dialog", poll=0.05
        )[-1]
        self.stage.focus(dialog)
        # The list of completions takes a Return for itself at times; another one is for the dialog.
        for _ in range(DIALOG_TRIES):
            self.stage.key("ctrl+a")
            self.stage.type(str(path))
            self.stage.key("Return")
            if self._is_gone(dialog):
                self.stage.focus(self.window)
                return
        raise AssertionError(f"the file dialog does not take {path}")

    def _is_gone(self, window):
        try:
            return wait_until(lambda: window not in self.stage.windows(self.process.pid), 2, "it is closed", poll=0.05)
        except TooLate:
            return False

    def second_start(self, *words):
        """Starts the program again while it runs; returns when the second one has ended."""
        return ended([program(), *words], env=self.stage.env, timeout=END_SECONDS)

    def is_shown(self):
        return bool(self.stage.windows(self.process.pid))

    def take_up(self):
        """The window is another one for the display once it was closed."""
        self.window = self.stage.wait_for_window(self.process.pid)

    def end(self):
        """SIGTERM, as at the end of a desktop session."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(END_SECONDS)
        if code != 0:
            raise AssertionError(f"exit {code} of the desktop\n{self.said()}")

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def said(self):
        with open(self._log, errors="replace") as log:
            return log.read()
