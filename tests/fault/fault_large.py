#!/usr/bin/env python3
"""A database past the page at 1 GiB that SQLite uses for locks only: followed, grown by one large transaction,
shrunk by VACUUM; each moment is exact.
"""

import argparse
import sys

sys.dont_write_bytecode = True

from scene import Scene, play, programs  # noqa: E402


def past_the_lock_page(place, mib):
    scene = Scene(place, "large", filled_mib=mib)
    scene.sql(f"CREATE TABLE bulk (b); INSERT INTO bulk SELECT zeroblob(1 << 20) FROM filling LIMIT {mib // 10};")
    scene.arrives(lambda: scene.write(seed=3))
    scene.sql("DROP TABLE bulk; DELETE FROM filling WHERE id % 3 = 0; VACUUM;")
    scene.arrives(lambda: scene.write(seed=4))
    scene.stop()
    scene.write(seed=5)
    scene.start()
    scene.arrives(lambda: scene.write(seed=6))
    scene.judge()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mib", type=int, default=1100)
    parser.set_defaults(only=None)
    asked = parser.parse_args()
    play("large", [past_the_lock_page], asked, asked.mib)


if __name__ == "__main__":
    programs.run_main(main)
