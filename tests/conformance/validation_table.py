#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""docs/validation.md shows every row of every published.yaml, and what it shows is what comes out.

    --update   simulates everything (minutes, needs the real data) and writes the tables anew
"""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from traincast import *  # noqa: E402, F403

DOCUMENT = SOURCE / "docs" / "validation.md"
LISTS = sorted((SOURCE / "scenarios" / "papers").glob("*/published.yaml"))
VERDICT = r"ok \(fitted\)|ok|BEYOND \(fitted\)|BEYOND|holds|FAILS|reported|skipped|NO VALUE"
WITHIN = 0.01  # losses on another CPU's kernel, over few seeds


def block(name):
    """The pattern of a study's table in the document."""
    return re.compile(rf"(<!-- traincast validate {name} --data DIR -->\n```\n)(.*?)(```\n)", re.S)


def table_in_document(name):
    return block(name).search(DOCUMENT.read_text()).group(2)


def simulate(name):
    return traincast("validate", name, "--data", data_dir(), "--quiet", expect=None,
                     seconds=1500).stdout


def rows_of(table):
    """{id: (simulated, verdict)} of figures and findings."""
    found = {}
    for line in table.splitlines():
        row = re.match(rf"  (\S+) +(?=(?:data|tab|repo|abs|der) ).{{6}}  .{{24}}  (.{{10}})  .{{10}}"
                       rf"  ({VERDICT})  ", line)
        if row:
            found[row.group(1)] = (row.group(2).strip(), row.group(3))
    return found


class Fast(unittest.TestCase):
    def test_every_row_stands_in_the_document(self):
        import yaml
        for path in LISTS:
            published = yaml.safe_load(path.read_text())
            table = table_in_document(path.parent.name)
            self.assertEqual(set(rows_of(table)), {*published.get("figures", ()),
                                                   *published.get("findings", ())})
            for name, absent in published.get("absent", {}).items():
                self.assertRegex(table, rf"(?m)^  {name} +not compared: {re.escape(absent['why'])}$")


@needs_data
class Slow(unittest.TestCase):
    def test_the_document_says_what_comes_out(self):
        for path in LISTS:
            name = path.parent.name
            written, found = rows_of(table_in_document(name)), rows_of(simulate(name))
            self.assertEqual(written.keys(), found.keys())
            for row, (simulated, verdict) in found.items():
                self.assertEqual(verdict, written[row][1], row)
                if " of " in simulated:
                    self.assertEqual(simulated, written[row][0], row)
                else:
                    self.assertLessEqual(abs(float(simulated) - float(written[row][0])),
                                         WITHIN * abs(float(simulated)), row)


def update():
    text = DOCUMENT.read_text()
    for path in LISTS:
        name = path.parent.name
        table = simulate(name)
        text = block(name).sub(lambda found: found.group(1) + table + found.group(3), text)
    DOCUMENT.write_text(text)


if __name__ == "__main__":
    if "--update" in sys.argv[1:]:
        update()
    else:
        main()
