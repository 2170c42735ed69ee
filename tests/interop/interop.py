#!/usr/bin/env python3
"""Litestream reads what we write, we read what Litestream 0.5 and 0.3 wrote: the same bytes.

  interop.py ours         1. we replicate under load; Litestream 0.5 restores the same bytes as we do
  interop.py litestream5  2. Litestream 0.5 replicates; we restore the same bytes as it does
  interop.py litestream3  3. Litestream 0.3 replicates, in several generations; likewise
  interop.py taken_over   4. Litestream 0.5 takes over a replica of ours, then we again, in turns
  interop.py proj         a real database under load: what is restored is the source at rest

1 to 3 with the replica in a folder, or `--on` a server.
"""

import argparse
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path[1:1] = [str(Path(__file__).resolve().parents[1] / "load"), str(Path(__file__).resolve().parents[1])]

from blackbox import programs  # noqa: E402
from blackbox.place import Place  # noqa: E402
from from_litestream3 import litestream3_replicates  # noqa: E402
from from_litestream5 import litestream5_replicates  # noqa: E402
from real_database import real_database  # noqa: E402
from servers.storages import KINDS, storage  # noqa: E402
from taken_over import taken_over  # noqa: E402
from to_litestream5 import we_replicate  # noqa: E402

ANYWHERE = {
    "ours": we_replicate,
    "litestream5": litestream5_replicates,
    "litestream3": litestream3_replicates,
}
IN_A_FOLDER = {
    "taken_over": taken_over,
    "proj": real_database,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=[*ANYWHERE, *IN_A_FOLDER])
    parser.add_argument("--seconds", type=int, default=8, help="of load")
    parser.add_argument("--on", choices=["folder", *KINDS], default="folder")
    parser.add_argument("--seldom", action="store_true", help="we upload several transactions as one file")
    asked = parser.parse_args()
    options = [("--sync-interval", "1s")] if asked.seldom else []
    with Place("interop") as place:
        if asked.part in IN_A_FOLDER:
            return IN_A_FOLDER[asked.part](place, asked.seconds, *options)
        with storage(asked.on, place) as replica:
            ANYWHERE[asked.part](place, asked.seconds, replica, *options)


if __name__ == "__main__":
    programs.run_main(main)
