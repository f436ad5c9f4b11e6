#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Providers' files: every number has a source and a date, every entry loads, and what is said to
be calibrated reproduces the figures that it was fitted to."""
import datetime
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from traincast import *  # noqa: E402, F403

import yaml  # noqa: E402

PLATFORMS = SOURCE / "platforms"
FILES = sorted(PLATFORMS.glob("*.yaml"))


def numbers(item, path=(), source=None, date=None):
    """(path, source, date, fitted_to) of every number of a provider's file."""
    if isinstance(item, dict):
        source, date = item.get("source", source), item.get("date", date)
        if "value" in item:
            yield path, source, date, item.get("fitted_to")
            return
        for key, below in item.items():
            if key not in ("source", "date", "fitted_to", "name", "extends"):
                yield from numbers(below, (*path, key), source, date)
    else:
        yield path, source, date, None


def chain(path):
    """The file and those that it extends."""
    content = yaml.safe_load(path.read_text())
    yield content
    if "extends" in content:
        yield from chain(PLATFORMS / f"{content['extends']}.yaml")


class Providers(Case):
    def test_every_number_has_a_source_and_a_date(self):
        self.assertTrue(FILES)
        for path in FILES:
            found = list(numbers(yaml.safe_load(path.read_text())))
            self.assertGreater(len(found), 10)
            for where, source, date, fitted_to in found:
                with self.subTest(file=path.name, number=".".join(where)):
                    self.assertTrue(isinstance(source, str) and len(source.split()) >= 2, source)
                    self.assertIsInstance(date, datetime.date)
                    self.assertNotEqual(fitted_to, "")

    def test_the_name_in_a_file_is_its_own(self):
        for path in FILES:
            self.assertEqual(yaml.safe_load(path.read_text())["name"], path.stem)

    def test_every_platform_and_instance_makes_a_scenario(self):
        for path in FILES:
            layers = list(chain(path))
            instances = sorted({name for layer in layers for name in layer.get("instance", {})})
            choices = [({"kind": "iaas", "instance": name}, "direct") for name in instances]
            for choice, channel in [({"kind": "faas"}, "s3"), *choices]:
                with self.subTest(provider=path.stem, **choice):
                    scenario = training(platform={"provider": path.stem, **choice},
                                        channel={"kind": channel})
                    traincast("check", self.scenario(scenario))

    def test_a_size_that_the_provider_does_not_sell_is_refused(self):
        scenario = training(platform={"kind": "faas", "provider": "aws-2020", "memory": "1000 MB"})
        done = traincast("check", self.scenario(scenario), expect=BAD_INPUT)
        self.assertIn("960 MB and 1024 MB", done.stderr)
        scenario["platform"]["provider"] = "aws-2026"
        traincast("check", self.scenario(scenario))


class Calibrated(Case):
    """LambdaML's figures as remembered from the paper, from which aws-2020 was fitted."""

    def start_s(self, workers, platform):
        run = self.run_scenario(training(
            workers=workers, platform={"provider": "aws-2020", **platform}, stop={"epochs": 1},
            data={"source": "higgs-like", "rows": 4000},
            optimizer={"kind": "ma_sgd", "learning_rate": 0.1, "batch_size": 10},
            channel={"kind": "s3", "polling": "ideal"}))
        return run.breakdown()["start"]

    def test_clusters_start_as_the_three_published_ones(self):
        for workers, published_s in (10, 132), (50, 160), (200, 606):
            self.assert_close(self.start_s(workers, {"kind": "iaas", "instance": "t2.medium"}),
                              published_s, 0.002)

    def test_functions_start_as_near_as_one_time_per_invocation_comes(self):
        functions = {"kind": "faas", "memory": "3 GB"}
        self.assert_close(self.start_s(200, functions), 35, 0.02)
        self.assert_close(self.start_s(50, functions), 11, 0.2)
        self.assert_close(self.start_s(10, functions), 1.2, 0, absolute=1.2)

    def test_ten_functions_load_and_compute_higgs_as_long_as_published(self):
        run = self.run_scenario(training(
            workers=10, platform={"kind": "faas", "provider": "aws-2020", "memory": "3 GB"},
            data={"source": "higgs-like", "rows": 20000, "validation": 0.2,
                  "charge_as": {"rows": 11000000, "bytes": "8 GB"}},
            optimizer={"kind": "ma_sgd", "learning_rate": 0.1, "batch_size": 10000},
            stop={"epochs": 10}))
        spent = run.breakdown()
        self.assert_close(spent["load"], 9, 0.01)
        self.assert_close(spent["compute"], 80, 0.01)


if __name__ == "__main__":
    main()
