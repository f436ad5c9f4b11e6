#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What `traincast check` says about wrong scenarios, word for word.

Each NAME.yaml here is wrong in one way or several; NAME.expected is what must be said (stderr), with
exit code 2.  NAME.args, if there is one, holds further arguments, one a line.
    TRAINCAST=build/traincast tests/bad/run.py             compares
    TRAINCAST=build/traincast tests/bad/run.py --update    writes the .expected files: read the diff
"""
import difflib
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
EXECUTABLE = pathlib.Path(os.environ.get("TRAINCAST", HERE.parents[1] / "build" / "traincast"))
SECONDS = 20  # for the hostile ones; milliseconds are usual


def said(case):
    """(exit code, stderr) of a check of the case."""
    arguments = case.with_suffix(".args")
    more = arguments.read_text().splitlines() if arguments.exists() else []
    done = subprocess.run([EXECUTABLE.resolve(), "check", case.name, *more], cwd=HERE,
                          capture_output=True, timeout=SECONDS)
    return done.returncode, done.stderr.decode("utf-8", "replace")


def wrong(case):
    """How what is said differs from what is expected; "" when it does not."""
    code, text = said(case)
    expected = case.with_suffix(".expected")
    if not expected.exists():
        return f"{expected.name} is missing\n"
    if code != 2:
        return f"exit code {code}, expected 2\n{text}"
    return "".join(difflib.unified_diff(
        expected.read_text().splitlines(True), text.splitlines(True), expected.name, "said"))


def main():
    cases = sorted(HERE.glob("*.yaml"))
    failed = 0
    for case in cases:
        if "--update" in sys.argv[1:]:
            code, text = said(case)
            case.with_suffix(".expected").write_text(text)
            difference = "" if code == 2 else f"exit code {code}, expected 2\n"
        else:
            difference = wrong(case)
        if difference:
            failed += 1
            print(f"not ok: {case.name}\n{difference}")
    print(f"{len(cases) - failed} of {len(cases)} wrong scenarios are answered as expected")
    return 1 if failed or len(cases) < 25 else 0


if __name__ == "__main__":
    sys.exit(main())
