#!/usr/bin/env python3
"""The desktop's whole way, as a person goes it, while another program writes to the database.

A database is added and proven, its timeline grows, a moment is held and restored to the same bytes as
tidemarkctl restores; a snapshot is ordered; the colours follow the desktop's; what Litestream would find in the folder is
opened as a replica; the window is closed, raised by a second start, ended and started again, and
everything that was chosen, and what was proven, is still so.
"""

import os
import re
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "load"))

from blackbox import bytes_equal, loads, programs  # noqa: E402
from blackbox.place import Place  # noqa: E402
from blackbox.tidemark import Tidemark  # noqa: E402
from blackbox.waiting import wait_until  # noqa: E402
from desktop import Desktop  # noqa: E402
from portal import Portal  # noqa: E402
from stage import Stage  # noqa: E402

SYSTEM_PYTHON = "/usr/bin/python3"
LEAST_MOMENTS = 12
STEPS_BACK = 7
BACKGROUND = (100, 720)  # Of the sidebar, above its last row.


class Way:
    """One run of it. Each step leaves what the next one needs."""

    def __init__(self, place, stage, portal):
        self.place = place
        self.stage = stage
        self.portal = portal
        self.database = place.path("work", "notes.db")
        self.replica = Path(stage.env["HOME"]) / "Tidemark" / "notes"
        self.ours = Tidemark(self.database, self.replica, stage.env, place.path("ctl.log"))
        self.desktop = None

    def start(self):
        self.desktop = Desktop(self.stage, self.place.path("desktop.log"))

    def add(self):
        desktop = self.desktop
        desktop.tree.wait("heading", r"No database is protected yet\.")
        self.stage.picture("1-first-start")
        desktop.press("push button", "Add a database")
        desktop.press("push button", "Choose a file…")
        desktop.choose_in_dialog(self.database)
        desktop.tree.wait("push button", "Start")
        self.stage.picture("2-add")
        desktop.press("push button", "Start")
        desktop.tree.wait("heading", r"Proven\. You can close this window\.", seconds=60)
        self.stage.picture("3-proven")

    def watch_it_grow(self):
        self.desktop.press("push button", "Open the timeline")
        self.desktop.tree.wait("slider", "Timeline")
        wait_until(lambda: self.moments_shown() >= LEAST_MOMENTS, 60, f"{LEAST_MOMENTS} moments shown", poll=0.1)

    def moments_shown(self):
        legend = self.desktop.tree.find("label", r"Moments: [\d,]+")
        return number_in(legend.name) if legend else 0

    def restore(self):
        """The moment held by hand, from the window and by tidemarkctl: the same bytes."""
        desktop = self.desktop
        self.stage.click(*desktop.tree.wait("slider", "Timeline").centre)
        self.stage.key("End", *["Left"] * STEPS_BACK)
        held = number_in(desktop.tree.wait("label", r"Moment [\d,]+").name)
        self.stage.picture("4-timeline")
        desktop.press("push button", "Restore to new file")
        desktop.tree.wait("heading", "Proven", seconds=60)
        self.stage.picture("5-restored")
        file = self.database.parent / desktop.tree.wait("label", r"notes-\d{8}-\d{6}\.db").name
        by_command = self.place.path("by-command.db")
        said = self.ours.restore(by_command, txid=held)
        if said["txid"] != held:
            raise AssertionError(f"the window holds moment {held}, tidemarkctl restored {said['txid']}")
        bytes_equal.must_equal(by_command, file)
        loads.truth_of(file)

    def order_a_snapshot(self):
        """While the application writes on; the file is in the replica, and the window says its age."""
        before = self.snapshots()
        self.desktop.press("page tab", "Protection")
        self.desktop.press("push button", "Snapshot now")
        wait_until(lambda: self.snapshots() > before, 20, "another snapshot in the replica", poll=0.1)
        self.desktop.tree.wait("label", r"(The newest moment is one|The last one): .*")
        self.stage.picture("6-protection")

    def snapshots(self):
        return len(list((self.replica / "ltx" / "9").glob("*.ltx")))

    def follow_the_desktop(self):
        """Its colours are those that the desktop prefers, also when it changes its mind."""
        for number, dark in ((1, True), (0, False)):
            self.portal.say("color-scheme", number)
            wait_until(lambda: self.stage.is_dark(*BACKGROUND) == dark, 20, f"dark is {dark}", poll=0.1)

    def choose_settings(self):
        desktop = self.desktop
        self.stage.key("ctrl+comma")
        desktop.press("radio button", "Appearance: Dark")
        desktop.press("radio button", "Time zone: UTC")
        self.expect_settings()
        self.stage.picture("7-settings")

    def expect_settings(self):
        def chosen():
            dark = self.desktop.tree.find("radio button", "Appearance: Dark")
            utc = self.desktop.tree.find("radio button", "Time zone: UTC")
            return dark and utc and "checked" in dark.states and "checked" in utc.states

        wait_until(chosen, 20, "dark and UTC are chosen", poll=0.1)

    def open_replica(self):
        desktop = self.desktop
        self.stage.key("ctrl+o")
        desktop.press("push button", "Choose a folder…")
        desktop.choose_in_dialog(self.replica)
        desktop.tree.wait("push button", "Open read only")
        self.stage.picture("8-open")
        desktop.press("push button", "Open read only")
        desktop.tree.wait("slider", "Timeline")
        self.stage.picture("9-replica")

    def close_and_raise(self):
        """Closing leaves the protection on; without a tray a second start is the way back."""
        desktop = self.desktop
        self.stage.key("ctrl+w")
        desktop.press("push button", "Close the window")
        wait_until(lambda: not desktop.is_shown(), 20, "the window closed", poll=0.05)
        second = desktop.second_start()
        if second.code != 0:
            raise AssertionError(f"exit {second.code} of the second start\n{second.stderr}")
        desktop.take_up()

    def start_again(self):
        self.desktop.end()
        self.start()
        self.desktop.tree.wait("heading", r"notes\.db is protected\.", seconds=60)
        self.desktop.tree.wait("label", r".* Proven by a test restore .*")
        self.desktop.tree.wait("page tab", r"notes, read only, in .*")
        self.desktop.tree.wait("image", r"Last 24 hours: \d+ moments · .*")
        self.stage.picture("10-home-again")
        self.stage.key("ctrl+comma")
        self.expect_settings()

    def end(self):
        self.desktop.end()
        said = self.desktop.said()
        if said.strip():
            raise AssertionError(f"the desktop had something to say:\n{said}")


def number_in(text):
    return int(re.sub(r"\D", "", text))


def go(place):
    env = {**place.env, "HOME": str(place.path("home", "x").parent), "LC_ALL": "C.UTF-8", "LANGUAGE": "en"}
    artefacts = os.environ.get("TIDEMARK_PICTURES", place.path("pictures"))
    with Stage(env, artefacts) as stage, Portal(stage.env) as portal:
        way = Way(place, stage, portal)
        writer = loads.Load("load_writer", way.database, seed=1, mode="bursts", burst=5, pause_ms=300)
        wait_until(way.database.exists, 20, "the application's database")
        way.start()
        try:
            way.add()
            way.watch_it_grow()
            way.restore()
            way.order_a_snapshot()
            way.follow_the_desktop()
            way.choose_settings()
            way.open_replica()
            way.close_and_raise()
            way.start_again()
            way.end()
        except BaseException:
            stage.picture("failed")
            print(way.desktop.said(), flush=True)
            raise
        finally:
            way.desktop.kill()
            writer.stop()


def main():
    with Place("e2e") as place:
        go(place)


if __name__ == "__main__":
    # Debian's AT-SPI belongs to Debian's Python; another one may come first on the PATH.
    if sys.executable != SYSTEM_PYTHON and os.access(SYSTEM_PYTHON, os.X_OK):
        os.execv(SYSTEM_PYTHON, [SYSTEM_PYTHON, *sys.argv])
    programs.run_main(main)
