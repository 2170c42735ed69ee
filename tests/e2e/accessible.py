"""What a screen reader sees of a program: names, roles, states, places. Through AT-SPI."""

import os
import re
from dataclasses import dataclass

from blackbox.programs import Skip
from blackbox.waiting import wait_until

POLL_SECONDS = 0.1
DEPTH = 60


@dataclass(frozen=True)
class Node:
    """One thing on the screen, as it was when it was found."""

    role: str
    name: str
    description: str
    states: frozenset
    box: tuple  # x, y, width, height on the screen

    @property
    def centre(self):
        x, y, width, height = self.box
        return x + width // 2, y + height // 2


class Tree:
    """The things that a process shows. Ask `wait` for what is to come, `find` for what is there."""

    def __init__(self, env, pid):
        self._atspi = _connected(env)
        self._pid = pid

    def nodes(self):
        """Everything that is shown, outermost first."""
        for program in self._children(self._atspi.get_desktop(0)):
            if self._said(program.get_process_id) == self._pid:
                yield from self._below(program, DEPTH)

    def find(self, role, name):
        """The first of that role whose name `name` matches from its start to its end; else None."""
        pattern = re.compile(name)
        return next((node for node in self.nodes() if node.role == role and pattern.fullmatch(node.name)), None)

    def wait(self, role, name, seconds=20):
        return wait_until(lambda: self.find(role, name), seconds, f"a {role} named {name}", poll=POLL_SECONDS)

    def _below(self, thing, depth):
        for child in self._children(thing) if depth > 0 else ():
            node = self._node(child)
            if node is None:
                continue
            if "showing" in node.states:
                yield node
            yield from self._below(child, depth - 1)

    def _children(self, thing):
        """Things come and go while they are listed; who has gone is left out."""
        for index in range(self._said(thing.get_child_count) or 0):
            child = self._said(lambda: thing.get_child_at_index(index))
            if child is not None:
                yield child

    def _node(self, thing):
        def described():
            box = thing.get_component_iface()
            where = box.get_extents(self._atspi.CoordType.SCREEN) if box else None
            states = thing.get_state_set().get_states()
            return Node(
                role=thing.get_role_name(),
                name=thing.get_name() or "",
                description=thing.get_description() or "",
                states=frozenset(state.value_nick for state in states),
                box=(where.x, where.y, where.width, where.height) if where else (0, 0, 0, 0),
            )

        return self._said(described)

    def _said(self, question):
        from gi.repository import GLib

        try:
            return question()
        except GLib.Error:
            return None


def _connected(env):
    """libatspi takes its bus from the environment of this very process."""
    for name in ("DISPLAY", "DBUS_SESSION_BUS_ADDRESS"):
        os.environ[name] = env[name]
    try:
        import gi

        gi.require_version("Atspi", "2.0")
        from gi.repository import Atspi
    except (ImportError, ValueError) as error:
        raise Skip(f"AT-SPI for Python is not installed: {error}") from None
    Atspi.init()
    # What was asked of a thing before it had a place would stay so.
    Atspi.get_desktop(0).set_cache_mask(Atspi.Cache.NONE)
    return Atspi
