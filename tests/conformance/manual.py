#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""docs/manual.md is what `traincast manual` prints.  --update writes it."""
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
MANUAL = ROOT / "docs" / "manual.md"
PROGRAM = os.environ.get("TRAINCAST", str(ROOT / "build" / "traincast"))


def main():
    printed = subprocess.run([PROGRAM, "manual"], capture_output=True, text=True, check=True).stdout
    if "--update" in sys.argv[1:]:
        MANUAL.write_text(printed)
        return 0
    if MANUAL.read_text() == printed:
        return 0
    print("docs/manual.md is not what the tables say: tests/conformance/manual.py --update")
    return 1


sys.exit(main())
