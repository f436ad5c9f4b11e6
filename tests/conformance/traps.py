#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Traps of LambdaML's released code, as settings: what each of them costs, and that none of them
changes what is learnt."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from traincast import *  # noqa: E402, F403

ROWS, TEST_ROWS, W = 400000, 50000, 4
DATA = {"source": "higgs-like", "rows": 4000, "test_rows": 500,
        "charge_as": {"rows": ROWS, "bytes": "40 MB", "test_rows": TEST_ROWS}}
ROW_S = 7.5e-6
COMPUTE = {"name": "lr", "row": "7.5 us", "call": "0 s", "nonzero": "0 s", "parse": "10 MB/s",
           "parallel": 0, "evaluate": 0.5}


def plain(**changes):
    return training(**{"workers": W, "data": DATA, "compute": COMPUTE, "platform": PLAIN_FUNCTIONS,
                       "optimizer": {"kind": "ma_sgd", "learning_rate": 0.1, "batch_size": 1000},
                       "record": {"spans": "all"}, **changes})


def leader(speed):
    return {"stragglers": {"leader": {"member": 0, "speed": speed}}}


class Straggler(Case):
    def test_a_leader_of_half_the_speed_computes_twice_as_long_and_all_wait(self):
        for platform in PLAIN_FUNCTIONS, MACHINES:
            with self.subTest(**platform):
                calm, slow = [self.run_scenario(plain(platform=platform, **more))
                              for more in ({}, leader(0.5))]
                alone_s = 3 * ROWS / W * ROW_S
                self.assert_close(calm.breakdown()["compute"], alone_s, 1e-9)
                self.assert_close(slow.breakdown()["compute"], 2 * alone_s, 1e-9)
                self.assertGreater(slow.one("sim_time_s"), calm.one("sim_time_s") + 0.8 * alone_s)
                self.assertEqual(slow.learning(), calm.learning())

    def test_two_entries_of_one_member_multiply_and_a_draw_stays_what_it_was(self):
        spread = {"speed": {"lognormal": {"median": 1, "sigma": 0.5}}}
        twice = {"stragglers": {"a": {"member": 2, "speed": 0.5}, "b": {"member": 2, "speed": 0.5}}}
        computed = []
        for more in {}, twice:
            seconds = dict.fromkeys(range(W), 0)
            for span in self.run_scenario(plain(**spread, **more)).rows("spans"):
                if span["activity"] == "compute":
                    seconds[span["entity_id"]] += span["end_s"] - span["begin_s"]
            computed.append(seconds)
        for worker in range(W):
            ratio = 4 if worker == 2 else 1
            self.assert_close(computed[1][worker], ratio * computed[0][worker], 1e-9)

    def test_who_is_invoked_anew_straggles_again(self):
        job = {"kind": "data_parallel", "lifetime_margin": "2 s"}
        platform = {**PLAIN_FUNCTIONS, "lifetime": "20 s"}
        run = self.run_scenario(plain(job=job, platform=platform, stop={"epochs": 8}, **leader(0.2)))
        self.assertGreater(len(run.rows("invocations")), W)
        self.assert_close(run.breakdown()["compute"], 8 * 5 * ROWS / W * ROW_S, 1e-9)

    def test_who_waited_too_long_crashes(self):
        run = self.run_scenario(plain(sync={"kind": "bsp", "timeout": "2 s"}, **leader(0.2)),
                                expect=RUN_FAILED)
        self.assertRegex(run.one("message"), r"worker \d waited 2 s in the exchange of round 1")

    def test_only_who_is_there_can_straggle(self):
        for member, says in ((W, "group 'workers' has no member 4"), (-1, "outside")):
            path = self.scenario(plain(stragglers={"one": {"member": member, "speed": 0.5}}))
            self.assertRegex(traincast("check", path, expect=BAD_INPUT).stderr,
                             rf":\d+:\d+: error: .*{says}")
        path = self.scenario({"job": {"kind": "service", "requests": 5}, "groups": {"workers": {
            "platform": FUNCTIONS, **leader(0.5)}}})
        self.assertIn("functions of a job 'service' have no numbers",
                      traincast("check", path, expect=BAD_INPUT).stderr)


class TestSet(Case):
    """Every worker loads and evaluates the whole test set after every epoch."""

    def run_with(self, rows):
        return self.run_scenario(plain(evaluate={"charged": True, "charged_rows": rows}))

    def test_it_costs_every_worker_its_rows_and_its_bytes(self):
        runs = {rows: self.run_with(rows) for rows in ("training", "test", "both")}
        own_s, test_s = [3 * 0.5 * rows * ROW_S for rows in (ROWS / W, TEST_ROWS)]
        for rows, seconds in ("training", own_s), ("test", test_s), ("both", own_s + test_s):
            self.assert_close(runs[rows].breakdown()["evaluate"], seconds, 1e-9, message=rows)
            loaded = ROWS / W + (TEST_ROWS if rows != "training" else 0)
            self.assert_close(runs[rows].breakdown()["load"], loaded * 100 / 10e6, 1e-9)
            self.assertEqual(runs[rows].learning(), runs["training"].learning())

    def test_a_sweep_that_learns_once_charges_each_of_them_its_own(self):
        base = self.scenario(plain(evaluate={"charged": True}), "base.yaml")
        sweep = self.scenario({"scenario": str(base), "axes": {"grid": {
            "evaluate.charged_rows": ["training", "test", "both"],
            "evaluate.charged": [True, False], "stragglers.leader.speed": [1, 0.5],
            "stragglers.leader.member": [0]}}}, "sweep.yaml")
        rows = []
        for more in [], ["--no-reuse"]:
            path = self.folder / f"sweep{len(more)}.db"
            traincast("sweep", sweep, "--db", path, "--quiet", *more)
            database = Database(path)
            self.addCleanup(database.close)
            rows.append([tuple(row) for row in database.rows(
                "SELECT name, sim_time_s, cost_pusd, train_loss FROM runs ORDER BY run_id")])
        self.assertEqual(rows[0], rows[1])
        # Three costs of an evaluation, and none, each with and without a slow leader.
        self.assertEqual(len({row[1] for row in rows[0]}), 8)

    def test_without_test_rows_there_is_nothing_to_charge(self):
        data = {"source": "higgs-like", "rows": 4000}
        path = self.scenario(plain(data=data, evaluate={"charged": True, "charged_rows": "test"}))
        self.assertRegex(traincast("check", path, expect=BAD_INPUT).stderr,
                         r":\d+:\d+: error: there are no test rows whose evaluation")

    def test_a_test_set_that_does_not_fit_is_told_before_anything_runs(self):
        data = {**DATA, "charge_as": {**DATA["charge_as"], "test_rows": 60000000}}
        path = self.scenario(plain(data=data, evaluate={"charged": True, "charged_rows": "test"}))
        self.assertIn("memory", traincast("check", path, expect=BAD_INPUT).stderr)


class Checkpoint(Case):
    """A large model, hardly any data: whoever is invoked anew is there before the checkpoint."""

    def run_with(self, missing):
        return self.run_scenario(plain(
            model={"kind": "lr", "charge_as": "resnet50"}, compute="resnet50",
            data={"source": "higgs-like", "rows": 4000,
                  "charge_as": {"rows": 40000, "bytes": "4 MB"}},
            optimizer={"kind": "ga_sgd", "learning_rate": 0.1, "batch_size": 32},
            platform={**PLAIN_FUNCTIONS, "lifetime": "90 s"}, pattern={"kind": "scatter_reduce"},
            job={"kind": "data_parallel", "missing_checkpoint": missing}, stop={"rounds": 6}))

    def test_who_does_not_wait_for_it_crashes_and_comes_back_a_minute_later(self):
        patient, hasty = self.run_with("wait"), self.run_with("crash")
        self.assertEqual(set(patient.column("invocations", "outcome")), {"ok"})
        crashed = [row for row in hasty.rows("invocations") if row["outcome"] == "crashed"]
        self.assertGreater(len(crashed), 0)
        self.assertNotIn("worker 0", {row["entity"] for row in crashed})
        self.assertGreater(hasty.one("sim_time_s"), patient.one("sim_time_s") + 55)
        self.assertEqual(hasty.learning(), patient.learning())


class Listing(Case):
    """Everybody lists the whole bucket, a page at a time."""

    def run_with(self, scope, **channel):
        # 12 workers write 132 chunks: more than a page of 100 keys.
        return self.run_scenario(plain(
            workers=12, pattern={"kind": "scatter_reduce"}, stop={"rounds": 2}, channel={
                "kind": "s3", "list_scope": scope, "list_page": 100, **channel}))

    def test_a_bucket_of_everybodys_keys_takes_more_lists(self):
        own, bucket = [self.run_with(scope) for scope in ("prefix", "bucket")]
        self.assertGreater(bucket.request_counts()["main", "LIST"],
                           1.5 * own.request_counts()["main", "LIST"])
        self.assertGreater(bucket.one("cost_pusd"), own.one("cost_pusd"))
        self.assertEqual(bucket.request_counts()["main", "PUT"],
                         own.request_counts()["main", "PUT"])
        self.assertEqual(bucket.learning(), own.learning())

    def test_computed_lists_are_those_that_are_simulated(self):
        spread = {"latency": {"lognormal": {"median": "80 ms", "sigma": 0.5}}}
        computed, explicit = [self.run_with("bucket", polling=polling, **spread)
                              for polling in ("computed", "explicit")]
        self.assertEqual(computed.request_counts(), explicit.request_counts())
        for column in "sim_time_s", "cost_pusd":
            self.assertEqual(computed.one(column), explicit.one(column))


if __name__ == "__main__":
    main()
