"""Real storage servers on loopback. Who uses them has tests/ on its path: `from servers.moto_s3 import MotoS3`."""

import sys
from pathlib import Path

# What finds programs, waits and says why a test is skipped.
sys.path.append(str(Path(__file__).resolve().parent.parent / "load"))
