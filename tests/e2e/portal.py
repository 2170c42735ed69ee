#!/usr/bin/env python3
"""The desktop's Settings portal, as far as colours go.

`with Portal(env) as portal: portal.say("color-scheme", 1)`. Run by itself it is the portal: it owns the
name on the session bus, and each line "<key> <number>" of its input is a change that it tells.
"""

import subprocess
import sys

GROUP = "org.freedesktop.appearance"
NAME = "org.freedesktop.portal.Desktop"
PATH = "/org/freedesktop/portal/desktop"
INTERFACE = "org.freedesktop.portal.Settings"
DESCRIPTION = f"""
<node><interface name="{INTERFACE}">
  <method name="Read">
    <arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="v" direction="out"/>
  </method>
  <signal name="SettingChanged"><arg type="s"/><arg type="s"/><arg type="v"/></signal>
</interface></node>"""


class Portal:
    """One on the session bus of `env`, until the block ends."""

    def __init__(self, env):
        self._process = subprocess.Popen(
            [sys.executable, __file__], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._process.stdout.readline()

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def say(self, key, number):
        self._process.stdin.write(f"{key} {number}\n")
        self._process.stdin.flush()


def serve():
    from gi.repository import Gio, GLib

    bus = Gio.bus_get_sync(Gio.BusType.SESSION)
    loop = GLib.MainLoop()
    chosen = {"color-scheme": 0, "contrast": 0}

    def read(_bus, _sender, _path, _interface, _method, wanted, call):
        value = GLib.Variant("u", chosen.get(wanted.unpack()[1], 0))
        call.return_value(GLib.Variant("(v)", (GLib.Variant("v", value),)))

    def change(_source, _condition):
        words = sys.stdin.readline().split()
        if not words:
            loop.quit()
            return False
        chosen[words[0]] = int(words[1])
        change_said = GLib.Variant("(ssv)", (GROUP, words[0], GLib.Variant("u", int(words[1]))))
        bus.emit_signal(None, PATH, INTERFACE, "SettingChanged", change_said)
        return True

    bus.register_object(PATH, Gio.DBusNodeInfo.new_for_xml(DESCRIPTION).interfaces[0], read, None, None)
    Gio.bus_own_name_on_connection(
        bus, NAME, Gio.BusNameOwnerFlags.NONE, lambda *_: print("ready", flush=True), None
    )
    GLib.io_add_watch(sys.stdin, GLib.IO_IN | GLib.IO_HUP, change)
    loop.run()


if __name__ == "__main__":
    serve()
