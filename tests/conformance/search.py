#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Job `search`: trials learn what they would alone, and share what they run on."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from traincast import *  # noqa: E402, F403

RATES = [0.05, 0.1, 0.2]
CLUSTER = {"platform": {**MACHINES, "pair_setup": "0 s", "boot_time": "100 s"},
           "channel": {"kind": "direct"}, "pattern": {"kind": "ring"}}


def search(values=RATES, at_once=None, key="optimizer.learning_rate", **changes):
    job = {"kind": "search", "key": key, "values": values}
    if at_once:
        job["at_once"] = at_once
    return training(**{"job": job, **changes})


class Trials(Case):
    def trials(self, run):
        """{number: {metric: last value}}"""
        found = {}
        for row in run.rows("series"):
            if (row["entity"] or "").startswith("trial "):
                found.setdefault(int(row["entity"].split()[1]), {})[row["metric"]] = row["value"]
        return found

    def test_one_trial_is_the_training_alone(self):
        alone = self.run_scenario(training())
        one = self.run_scenario(search([0.1]))
        for column in ["sim_time_s", "cost_usd", "train_loss", "rounds", "epochs", "messages_sent"]:
            self.assertEqual(one.one(column), alone.one(column), column)
        self.assertEqual([row["train_loss"] for row in one.rows("rounds")],
                         [row["train_loss"] for row in alone.rows("rounds")])

    def test_each_trial_learns_what_it_would_alone(self):
        trials = self.trials(self.run_scenario(search()))
        for number, rate in enumerate(RATES):
            alone = self.run_scenario(training(), {"optimizer.learning_rate": rate})
            self.assertEqual(trials[number]["value"], rate)
            self.assertEqual(trials[number]["final_train_loss"], alone.one("train_loss"))

    def test_trials_share_pictures_that_are_normalised_once(self):
        pictures = {"data": {"source": "image-like", "rows": 800, "channels": 1, "height": 8,
                             "width": 8, "images": {"mean": "measured", "sd": "measured"}}}
        trials = self.trials(self.run_scenario(search(**pictures)))
        for number, rate in enumerate(RATES):
            alone = self.run_scenario(training(**pictures), {"optimizer.learning_rate": rate})
            self.assertEqual(trials[number]["final_train_loss"], alone.one("train_loss"))

    def test_the_run_is_its_best_trial(self):
        run = self.run_scenario(search())
        trials = self.trials(run)
        best = min(trials, key=lambda number: trials[number]["final_train_loss"])
        self.assertEqual(run.one("train_loss"), trials[best]["final_train_loss"])
        self.assertEqual(run.report["metrics"]["best_trial"], best)
        self.assertEqual(run.report["metrics"]["best_value"], RATES[best])

    def test_a_trial_may_differ_in_its_rows_and_its_seed(self):
        for key, values in [("seed", [1, 2]), ("data.rows", [1000, 2000])]:
            trials = self.trials(self.run_scenario(search(values, key=key)))
            for number, value in enumerate(values):
                alone = self.run_scenario(training(), {key: value})
                self.assertEqual(trials[number]["final_train_loss"], alone.one("train_loss"))

    def test_one_that_diverges_does_not_spoil_the_others(self):
        run = self.run_scenario(search([1e38, 0.1], evaluate={"every": "1 round"}))
        self.assertEqual(run.one("status"), "done")
        self.assertEqual(run.report["metrics"]["best_trial"], 1)

    def test_a_search_whose_trials_all_fail_has_failed(self):
        run = self.run_scenario(search(
            job={"kind": "search", "key": "optimizer.learning_rate", "values": RATES,
                 "on_worker_loss": "abort"},
            platform={**FUNCTIONS, "crash_after": "1 s"}), expect=RUN_FAILED)
        self.assertIn("no trial came to its end", run.report["message"])

    def test_trials_without_a_barrier_end_too(self):
        run = self.run_scenario(search(sync={"kind": "asp"}, pattern=None, at_once=2))
        self.assertEqual(run.report["metrics"]["trials"], 3)


class Sharing(Case):
    def test_one_cluster_boots_once_for_all(self):
        alone = self.run_scenario(training(**CLUSTER)).one("sim_time_s")
        one = self.run_scenario(search(at_once=1, **CLUSTER))
        self.assert_close(one.one("sim_time_s"), 100 + 3 * (alone - 100), 1e-9)
        self.assertEqual(len(one.rows("machines")), 4)

    def test_a_cluster_for_each_takes_no_longer_than_one_job(self):
        alone = self.run_scenario(training(**CLUSTER))
        each = self.run_scenario(search(**CLUSTER))
        self.assert_close(each.one("sim_time_s"), alone.one("sim_time_s"), 1e-9)
        self.assertEqual(len(each.rows("machines")), 12)
        vm = [sum(row["cost_usd"] for row in run.rows("bill") if row["resource"].startswith("vm"))
              for run in [alone, each]]
        self.assert_close(vm[1], 3 * vm[0], 1e-9)

    def test_a_cluster_is_given_back_when_no_trial_is_left_for_it(self):
        run = self.run_scenario(search([1, 4, 1], at_once=2, key="stop.epochs",
                                       stop={"epochs": 1}, **CLUSTER))
        ends = sorted({round(row["release_s"], 6) for row in run.rows("machines")})
        self.assertEqual(len(ends), 2)

    def test_later_trials_find_warm_functions(self):
        run = self.run_scenario(search(at_once=1))
        cold = [row["cold"] for row in run.rows("invocations")]
        self.assertEqual((sum(cold), len(cold)), (4, 12))

    def test_trials_share_the_accounts_limit(self):
        free = self.run_scenario(search()).one("sim_time_s")
        run = self.run_scenario(search(platform={**FUNCTIONS, "scaling_burst": 6,
                                                 "scaling_rate": "1 /s"}))
        self.assertGreater(run.one("sim_time_s"), free + 3)
        self.assertEqual(run.report["metrics"]["trials"], 3)

    def test_trials_share_the_stores_request_rate(self):
        store = {**STORE, "write_rate": "4 /s", "max_attempts": 100}
        alone = self.run_scenario(training(channel=store)).breakdown()["communicate"]
        each = self.run_scenario(search(channel=store)).breakdown()["communicate"]
        self.assertGreater(each, 1.5 * alone)


class Mistakes(Case):
    def check(self, scenario):
        return traincast("check", self.scenario(scenario), expect=BAD_INPUT).stderr

    def test_a_wrong_value_is_told_where_it_stands(self):
        self.assertRegex(self.check(search([0.1, -1])),
                         r":\d+:\d+: error: optimizer.learning_rate=-1: 'learning_rate' is -1")

    def test_a_key_that_is_not_there(self):
        self.assertRegex(self.check(search(key="optimizer.learnin_rate")),
                         r"error: optimizer.learnin_rate=0.05: 'ma_sgd' has no field")

    def test_what_all_share_cannot_differ(self):
        self.assertRegex(self.check(search(["1 GB"], key="platform.memory")),
                         r"error: trials cannot differ in 'platform.memory': they share what they "
                         r"run on; a sweep varies that")

    def test_a_batch_that_does_not_fit(self):
        self.assertRegex(self.check(search([100, 5000], key="optimizer.batch_size")),
                         r"error: optimizer.batch_size=5000: 'batch_size' is 5000, but worker 0")

    def test_no_values(self):
        self.assertIn("'values' is an empty list", self.check(search([])))

    def test_more_functions_at_once_than_the_account_runs(self):
        self.assertRegex(self.check(search(platform={**FUNCTIONS, "concurrency": 9})),
                         r"error: 3 trials of 4 workers at once are more than the 9 functions that "
                         r"the account runs: 'at_once' may be 2")

    def test_no_closed_form(self):
        done = traincast("estimate", self.scenario(search()), expect=BAD_INPUT)
        self.assertIn("no closed form describes a job of kind 'search'", done.stderr)


if __name__ == "__main__":
    main()
