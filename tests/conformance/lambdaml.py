#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The study of LambdaML: its page names every scenario, and every scenario asks its question."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from traincast import *  # noqa: E402, F403

FOLDER = SOURCE / "scenarios" / "papers" / "lambdaml"
SCENARIOS = sorted(path for path in FOLDER.glob("*.yaml") if path.name != "published.yaml")
SWEEPS = sorted((SOURCE / "scenarios" / "sweeps").glob("lambdaml-*.yaml"))
PAGE = (SOURCE / "docs" / "lambdaml.md").read_text()


class Page(unittest.TestCase):
    def test_it_names_every_scenario_and_none_that_is_not_there(self):
        named = set(re.findall(r"`(?:traincast run )?L/([a-z0-9-]+\.yaml)", PAGE))
        self.assertEqual(named - {"published.yaml"}, {path.name for path in SCENARIOS})

    def test_it_names_every_sweep(self):
        for path in SWEEPS:
            self.assertIn(path.name, PAGE)


class Scenarios(unittest.TestCase):
    def test_each_begins_with_its_question(self):
        for path in SCENARIOS + SWEEPS:
            comment = re.match(r"(?:#.*\n)+", path.read_text()).group(0)
            self.assertIn("?", comment, path.name)


if __name__ == "__main__":
    main()
