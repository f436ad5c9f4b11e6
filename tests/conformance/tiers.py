#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The rules that no compiler checks: which folder may include which, who may use which library,
that every kind stands in its list.h, that nothing reads a clock or draws from a running stream."""
import pathlib
import re
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]

# From the bottom up: a folder includes itself and what stands before it.
TIERS = ["base", "algorithms", "traces", "sim/scenario", "sim/engine", "sim/ledger", "sim/node",
         "sim/network", "sim/channel", "sim/results", "sim/validate", "sim/job", "sim/estimate",
         "sim/answer", "sim/calibrate", "sim/sweep", "sim/command", "sim"]
PURE = {"algorithms": {"base"}, "traces": {"base"}}
OWNERS = {r"simgrid/|xbt/": "sim/engine", r"yaml\.h": "sim/scenario", r"sqlite3\.h": "sim/results",
          r"cblas\.h": "algorithms/math", r"zlib\.h": "traces", r"Random123/": "base",
          r"popt\.h": "sim/command", r"jansson\.h": "sim/command", r"gsl/": "sim/answer"}
# Functions that would make results depend on the moment, and the few files that may call them.
CLOCKS = {"time", "gettimeofday", "clock_gettime", "clock", "rand", "srand", "random", "srandom",
          "drand48", "lrand48", "getrandom"}
MAY_READ_CLOCKS = {"sim/sweep/clock.c", "sim/engine/engine.c"}


def sources(*suffixes):
    for top in ("base", "algorithms", "traces", "sim"):
        for path in sorted((ROOT / top).rglob("*")):
            if path.suffix in suffixes:
                yield path.relative_to(ROOT)


def tier_of(path):
    best = max((t for t in TIERS if str(path).startswith(t + "/")), key=len)
    return TIERS.index(best)


def includes(path):
    text = (ROOT / path).read_text()
    return re.findall(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', text, re.M)


class Tiers(unittest.TestCase):
    def test_includes_point_downwards(self):
        for path in sources(".c", ".h"):
            for included in includes(path):
                if not (ROOT / included).exists():
                    continue
                self.assertLessEqual(tier_of(included), tier_of(path), f"{path} includes {included}")
                allowed = PURE.get(TIERS[tier_of(path)])
                if allowed and TIERS[tier_of(included)] != TIERS[tier_of(path)]:
                    self.assertIn(TIERS[tier_of(included)], allowed, f"{path} includes {included}")

    def test_each_library_has_one_owner(self):
        for path in sources(".c", ".h"):
            for included in includes(path):
                for pattern, owner in OWNERS.items():
                    if re.match(pattern, included):
                        self.assertTrue(str(path).startswith(owner + "/"),
                                        f"{path} includes <{included}>, which is {owner}'s")

    def test_every_kind_stands_in_its_list(self):
        for listing in sorted(ROOT.glob("*/**/list.h")):
            if "tests" in listing.parts or "build" in listing.parts:
                continue
            names = re.findall(r"^[A-Z_]+\((\w+)\)", listing.read_text(), re.M)
            self.assertTrue(names, f"{listing} lists nothing")
            text = "".join(p.read_text() for p in listing.parent.glob("*.c"))
            for name in names:
                self.assertRegex(text, rf"const struct \w+ \w*{name}\s*=", f"{listing}: {name}")

    def test_files_stay_readable(self):
        for path in sources(".c", ".h"):
            if "table" in path.name:
                continue
            lines = (ROOT / path).read_text().count("\n")
            self.assertLessEqual(lines, 500, f"{path} has {lines} lines: two ideas?")


class Objects(unittest.TestCase):
    def test_nothing_reads_a_clock_or_a_running_stream(self):
        build = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build"
        objects = [o for o in build.glob("CMakeFiles/*.dir/**/*.c.o")]
        if not objects:
            self.skipTest(f"no objects in {build}")
        for path in objects:
            source = re.sub(r".*\.dir/(.*)\.o$", r"\1", str(path))
            if source in MAY_READ_CLOCKS:
                continue
            used = subprocess.run(["nm", "-u", path], capture_output=True, text=True).stdout
            found = CLOCKS & {line.split()[-1].split("@")[0] for line in used.splitlines() if line}
            self.assertFalse(found, f"{source} calls {found}")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
