#!/usr/bin/env python3
"""What this computer remembers is damaged between two runs: each file of it cut, flipped, emptied or removed,
and all of it at once. It is rebuilt from the database and the replica; nothing that could be restored is lost.
"""

import argparse
import shutil
import sys

sys.dont_write_bytecode = True

from scene import NOTICE_SECONDS, Scene, play, programs, wait_until  # noqa: E402

ONCE_MORE = 3  # commits each time
KNOWN = {"state.db", "state.db-wal", "pages.crc", "segment"}  # at the least, after a kill


def emptied(path):
    path.write_bytes(b"")


def cut(path):
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def flipped(path):
    data = bytearray(path.read_bytes())
    if data:
        data[len(data) // 2] ^= 0x5A
    path.write_bytes(data)


def head_overwritten(path):
    data = bytearray(path.read_bytes())
    data[:64] = b"\xa5" * min(64, len(data))
    path.write_bytes(data)


def removed(path):
    path.unlink()


DAMAGES = (emptied, cut, flipped, head_overwritten, removed)


class Remembered:
    """The files below the data folder. Names of databases and segments differ from run to run."""

    def __init__(self, scene):
        self.scene = scene
        self.folder = scene.folder / "home" / "data"

    def kinds(self):
        """One path of each kind: the newest segment stands for all."""
        found = {}
        for path in sorted(self.folder.rglob("*")):
            if path.is_file():
                found["segment" if path.suffix == ".ltx" else path.name] = path
        return found

    def one(self, kind):
        """A clean end removes parts of SQLite's, another kill leaves them again."""
        if kind not in self.kinds():
            self.scene.start()
            self.scene.arrives()
            self.scene.kill()
        return self.kinds()[kind]


def once(scene, what):
    """As `replicate --once` says it: all is in the replica."""
    try:
        scene.told_once(scene.replicator.once())
    except AssertionError as failure:
        raise AssertionError(f"after {what}: {failure}") from failure


def each_file(place):
    """After a kill: logs of our own state lie there, too."""
    scene = Scene(place, "each")
    scene.kill()
    remembered = Remembered(scene)
    kinds = sorted(remembered.kinds())
    if not KNOWN <= set(kinds):
        raise AssertionError(f"fewer files are remembered than are known to be: {kinds}")
    tried = 0
    for kind in kinds:
        for damage in DAMAGES:
            damage(remembered.one(kind))
            scene.write(ONCE_MORE, seed=100 + tried)
            once(scene, f"{kind} {damage.__name__}")
            tried += 1
    print(f"{tried} damages of {', '.join(kinds)}", flush=True)
    scene.judge()


def every_segment(place):
    """Nothing of the spool is left while a replica lacks what was in it: the base is made anew."""
    scene = Scene(place, "spool")
    data, parked = scene.folder / "home" / "data", scene.folder / "parked"
    safe = set(data.rglob("*.ltx"))
    scene.replicator.replica.rename(parked)
    scene.write(30, seed=3, mode="paced", rate=30)
    wait_until(lambda: set(data.rglob("*.ltx")) - safe, NOTICE_SECONDS, "a segment that the replica lacks")
    scene.kill()
    for spool in list(data.rglob("spool")):
        shutil.rmtree(spool)
    parked.rename(scene.replicator.replica)
    scene.start()
    scene.arrives(lambda: scene.write(seed=4))
    scene.judge(gaps=1)


def all_of_it(place):
    """A new computer, in the end: only the database and its replica are there, most of it as it was."""
    scene = Scene(place, "all", filled_mib=1)
    for seed, leave in ((3, scene.stop), (4, scene.kill)):
        leave()
        shutil.rmtree(scene.folder / "home")
        scene.env = place.environment(scene.folder / "home")
        scene.write(seed=seed)
        scene.start()
        scene.arrives(lambda seed=seed: scene.write(seed=10 + seed))
    scene.judge()


def folder_gone_while_followed(place):
    """Files that are open go on; the next start finds nothing and reads everything anew."""
    scene = Scene(place, "gone", filled_mib=1)
    (scene.folder / "home" / "data").rename(scene.folder / "gone")  # at once, also for us who write in it
    scene.write(30, seed=3, mode="paced", rate=30)
    scene.kill()
    scene.start()
    scene.arrives(lambda: scene.write(seed=4))
    scene.judge()


def main():
    scenes = (each_file, every_segment, all_of_it, folder_gone_while_followed)
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=[scene.__name__ for scene in scenes])
    play("memory", scenes, parser.parse_args())


if __name__ == "__main__":
    programs.run_main(main)
