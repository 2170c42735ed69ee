"""A desktop of the test's own: an X server, a session bus, the accessibility bus on it."""

import os
import subprocess
from pathlib import Path

from blackbox.programs import Skip
from blackbox.run import succeeded
from blackbox.waiting import wait_until

START_SECONDS = 20
LAUNCHERS = ("/usr/libexec/at-spi-bus-launcher", "/usr/lib/at-spi2-core/at-spi-bus-launcher")


class Stage:
    """`with Stage(env, artefacts) as stage:`; `stage.env` sends a program onto it.

    There is no window manager, so nothing but the test moves the focus.
    """

    def __init__(self, env, artefacts, size="1280x800"):
        self.env = dict(env)
        self.size = size
        self._artefacts = Path(artefacts)
        self._processes = []

    def __enter__(self):
        try:
            self._start_display()
            self._start_buses()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, kind, value, trace):
        for process in reversed(self._processes):
            process.terminate()
            process.wait(START_SECONDS)

    def _start_display(self):
        reader, writer = os.pipe()
        command = ["Xvfb", "-displayfd", str(writer), "-screen", "0", f"{self.size}x24", "-nolisten", "tcp", "-noreset"]
        self._spawn(command, pass_fds=[writer])
        os.close(writer)
        with os.fdopen(reader) as display:
            self.env["DISPLAY"] = ":" + display.readline().strip()
        self.env["QT_QPA_PLATFORM"] = "xcb"

    def _start_buses(self):
        reader, writer = os.pipe()
        self._spawn(["dbus-daemon", "--session", "--nofork", f"--print-address={writer}"], pass_fds=[writer])
        os.close(writer)
        with os.fdopen(reader) as address:
            self.env["DBUS_SESSION_BUS_ADDRESS"] = address.readline().strip()
        launcher = next((path for path in LAUNCHERS if os.access(path, os.X_OK)), None)
        if launcher is None:
            raise Skip("at-spi2-core is not installed")
        self._spawn([launcher, "--launch-immediately"])
        self.env["QT_LINUX_ACCESSIBILITY_ALWAYS_ON"] = "1"

    def _spawn(self, command, **options):
        try:
            process = subprocess.Popen(
                command, env=self.env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                **options,
            )
        except FileNotFoundError:
            raise Skip(f"{command[0]} is not installed") from None
        self._processes.append(process)

    def xdotool(self, *words):
        return succeeded(["xdotool", *words], env=self.env).stdout.split()

    def windows(self, pid):
        """The windows of that process that can be seen, oldest first."""
        command = ["xdotool", "search", "--onlyvisible", "--pid", str(pid)]
        done = subprocess.run(command, env=self.env, capture_output=True, text=True, check=False)
        return done.stdout.split()

    def focus(self, window):
        self.xdotool("windowfocus", "--sync", window)

    def key(self, *keys):
        for key in keys:
            self.xdotool("key", "--clearmodifiers", key)

    def type(self, text):
        self.xdotool("type", "--delay", "1", text)

    def click(self, x, y):
        self.xdotool("mousemove", "--sync", x, y, "click", 1)

    def picture(self, name):
        """What the screen shows now, kept as <artefacts>/<name>.png."""
        self._artefacts.mkdir(parents=True, exist_ok=True)
        path = self._artefacts / f"{name}.png"
        succeeded(["import", "-window", "root", path], env=self.env)
        return path

    def is_dark(self, x, y):
        """Whether the screen is darker than half there."""
        command = ["import", "-window", "root", "-crop", f"1x1+{x}+{y}", "-colorspace", "gray", "-depth", "8", "gray:-"]
        done = subprocess.run(command, env=self.env, capture_output=True, check=True)
        return done.stdout[0] < 128

    def wait_for_window(self, pid, seconds=START_SECONDS):
        """The newest window of a process, once it has one; it gets the focus."""
        window = wait_until(lambda: self.windows(pid), seconds, "a window that can be seen", poll=0.05)[-1]
        self.focus(window)
        return window
