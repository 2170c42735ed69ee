#!/usr/bin/env python3
"""The rights of the database, its folder or the replica are taken from the user as whom we run, and given back:
it is said which, nothing is deleted, and all goes on by itself.
"""

import argparse
import contextlib
import os
import sys

sys.dont_write_bytecode = True

from scene import Scene, play, programs  # noqa: E402
from refusal import NOBODY  # noqa: E402

FORBIDDEN = 6


class Unprivileged(Scene):
    """Followed as an ordinary user, since root may do everything; its application runs as that user, too."""

    def __init__(self, place, name):
        os.chmod(place.root, 0o755)
        around = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        super().__init__(place, name, around if os.geteuid() == 0 else [], start=False)
        self.give()
        self.start()
        self.arrives(lambda: self.write(5, seed=2))

    def give(self):
        """Root's application would leave root's files behind."""
        if os.geteuid() == 0:
            for path in [self.folder, *self.folder.rglob("*")]:
                with contextlib.suppress(FileNotFoundError):  # What is being published has another name soon.
                    os.chown(path, NOBODY, NOBODY)

    def write(self, *arguments, **options):
        written = super().write(*arguments, **options)
        self.give()
        return written


def database_closed_to_us(place):
    scene = Unprivileged(place, "database")
    since = scene.mark()
    for path in (scene.database, scene.user):
        path.chmod(0)
    if os.geteuid() == 0:
        scene.write(100, seed=3)  # root's application may; an ordinary one could not either
    scene.said(since, "app.db")
    scene.user.chmod(0o755)
    scene.database.chmod(0o644)
    scene.safe_again(since)
    scene.arrives(lambda: scene.write(5, seed=4))
    scene.stop()
    scene.database.chmod(0)
    scene.refused(FORBIDDEN)
    scene.database.chmod(0o644)
    scene.start()
    scene.arrives(lambda: scene.write(5, seed=5))
    scene.judge()


def replica_closed_to_us(place):
    """While we follow, and over a start of ours."""
    scene = Unprivileged(place, "replica")
    replica = scene.replicator.replica
    since = scene.mark()
    replica.chmod(0)
    scene.write(5, seed=3)
    scene.said(since, "replica", "waiting")
    scene.kill()
    scene.start(attached=False)
    scene.said(0, "replica")
    scene.write(5, seed=4)
    replica.chmod(0o700)
    scene.arrives(lambda: scene.write(5, seed=5))
    scene.judge()


def main():
    scenes = (database_closed_to_us, replica_closed_to_us)
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=[scene.__name__ for scene in scenes])
    play("rights", scenes, parser.parse_args())


if __name__ == "__main__":
    programs.run_main(main)
