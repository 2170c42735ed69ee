"""What the black-box tests share: finding programs, running them, waiting, judging.

Python's standard library only. Nothing here knows Tidemark from inside: tidemarkctl is driven by its
command line and judged by what it prints and writes.
"""
