#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What is learnt depends on data, model, optimizer, workers and seed, and on nothing else.

Platforms, channels, patterns, prices and real threads change time and money only: losses and
parameters stay the same bit for bit.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from traincast import *  # noqa: E402, F403

PATTERNS = "allreduce", "scatter_reduce", "tree", "ring"
PLACES = {
    "functions and a store": {"platform": FUNCTIONS, "channel": STORE},
    "functions and a slow, varying store": {"platform": {**FUNCTIONS, "memory": "1 GB"},
                                            "channel": SPREAD_STORE},
    "machines and a network": {"platform": MACHINES, "channel": {"kind": "direct"}},
    "machines and a store": {"platform": MACHINES, "channel": STORE},
}
OPTIMIZERS = {
    "ga_sgd": {"kind": "ga_sgd", "learning_rate": 0.1, "batch_size": 100},
    "ma_sgd": {"kind": "ma_sgd", "learning_rate": 0.1, "batch_size": 100, "local_epochs": 2},
}


class SameLearning(Case):
    def learn(self, **changes):
        # Four workers do not divide 1,999 rows: shards differ, and so do weights in the mean.
        return self.run_scenario(training(**{
            "workers": 4, "data": {"source": "higgs-like", "rows": 1999, "test_rows": 300,
                                   "validation": 0.2},
            "evaluate": {"every": "1 round"}, "stop": {"epochs": 4}, **changes}), model=True)

    def test_every_pattern_on_every_platform_learns_the_same_bits(self):
        for name, optimizer in OPTIMIZERS.items():
            first = None
            for place, where in PLACES.items():
                for pattern in PATTERNS:
                    with self.subTest(optimizer=name, place=place, pattern=pattern):
                        run = self.learn(optimizer=optimizer, pattern={"kind": pattern}, **where)
                        first = first or run
                        self.assertEqual(run.learning(), first.learning())
                        self.assertEqual(run.model().tobytes(), first.model().tobytes())

    def test_times_do_differ(self):
        runs = [self.learn(pattern={"kind": "allreduce"}, **where) for where in PLACES.values()]
        self.assertEqual(len({run.one("sim_time_s") for run in runs}), len(runs))

    def test_with_one_worker_averaging_gradients_or_models_is_plain_descent(self):
        data = {"source": "higgs-like", "rows": 1000}
        ga = self.learn(workers=1, data=data, optimizer=OPTIMIZERS["ga_sgd"])
        ma = self.learn(workers=1, data=data,
                        optimizer={**OPTIMIZERS["ma_sgd"], "local_epochs": 1})
        self.assertEqual(ga.one("rounds"), 40)
        self.assertEqual(ma.one("rounds"), 4)
        self.assertEqual(ga.model().tobytes(), ma.model().tobytes())
        self.assertEqual(ga.one("train_loss"), ma.one("train_loss"))

    def test_gradients_of_w_shards_are_the_gradient_of_all_rows(self):
        import numpy
        data = {"source": "higgs-like", "rows": 1000}
        whole = self.learn(workers=1, data=data, stop={"rounds": 50}, optimizer={
            "kind": "ga_sgd", "learning_rate": 0.3, "batch_size": 1000})
        parts = self.learn(workers=10, data=data, stop={"rounds": 50}, optimizer={
            "kind": "ga_sgd", "learning_rate": 0.3, "batch_size": 100})
        numpy.testing.assert_allclose(parts.model(), whole.model(), rtol=0, atol=2e-6)

    def test_one_local_epoch_more_is_not_the_same(self):
        once = self.learn(optimizer={**OPTIMIZERS["ma_sgd"], "local_epochs": 1})
        twice = self.learn(optimizer=OPTIMIZERS["ma_sgd"])
        self.assertNotEqual(once.model().tobytes(), twice.model().tobytes())


class SameBytes(Case):
    """Same inputs, same database, but for the table of wall-clock columns."""

    SCENARIO = training(
        workers=8, channel=SPREAD_STORE, pattern={"kind": "scatter_reduce"},
        data={"source": "higgs-like", "rows": 40000, "test_rows": 5000, "validation": 0.2,
              "charge_as": {"rows": 11000000, "bytes": "8 GB"}},
        optimizer={"kind": "ma_sgd", "learning_rate": 0.1, "batch_size": 10000},
        record={"spans": "all", "requests": "rows"}, stop={"epochs": 2})

    def dump_of(self, **how):
        run = self.run_scenario(self.SCENARIO, **how)
        return run.database.dump()

    def test_two_runs_leave_identical_rows(self):
        self.assertEqual(self.dump_of(), self.dump_of())

    def test_threads_change_nothing(self):
        one = self.dump_of(threads=1)
        for threads in 2, 3:
            self.assertEqual(self.dump_of(threads=threads), one)

    def test_another_seed_changes_times_and_losses(self):
        first, second = [self.run_scenario(self.SCENARIO, seed=seed) for seed in (1, 2)]
        self.assertNotEqual(first.one("train_loss"), second.one("train_loss"))
        self.assertNotEqual(first.one("sim_time_s"), second.one("sim_time_s"))

    def test_the_seed_of_the_command_line_is_the_seed_of_the_scenario(self):
        by_option = self.run_scenario(self.SCENARIO, seed=7)
        by_file = self.run_scenario({**self.SCENARIO, "seed": 7})
        self.assertEqual(by_option.database.dump(), by_file.database.dump())

    def test_services_repeat_as_well(self):
        scenario = {"name": "service", "seed": 1, "workers": 1, "platform": FUNCTIONS,
                    "job": {"kind": "service", "requests": 500,
                            "inter_arrival": {"exponential": {"mean": "200 ms"}},
                            "service_time": {"lognormal": {"median": "100 ms", "sigma": 0.5}}}}
        first, second = [self.run_scenario(scenario).database.dump() for _ in range(2)]
        self.assertEqual(first, second)


if __name__ == "__main__":
    main()
